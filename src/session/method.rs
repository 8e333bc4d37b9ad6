//! Which way of signing in fits this machine, and what the user asked for.

use std::num::NonZeroU16;

use crate::aws_config::directory::Directory;
use crate::browser::open;
use crate::environment::{self, Elsewhere};
use crate::error::{Error, Result};
use crate::identity_center::oidc::Flow;
use crate::programs::profile_option;

/// What the user asked for about the way of signing in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Method {
    /// The flow, where the user has chosen one. A browser on this machine may be chosen although it would not be seen
    /// from here: a container may share its network.
    pub flow: Option<Flow>,
    /// Show links and open none.
    pub no_browser: bool,
    /// Show the link with the code as a QR code as well.
    pub qr: bool,
    /// The port of this machine to which the browser comes back: one that SSH forwards, or a container publishes.
    pub redirect_port: Option<NonZeroU16>,
}

impl Method {
    /// The same, with the flow of the settings where the options of this run ask for none.
    pub(super) fn or_flow(self, usual: Option<Flow>) -> Self {
        let asks_for_none = self.redirect_port.is_none() && !self.qr;
        Self { flow: self.flow.or(usual.filter(|_| asks_for_none)), ..self }
    }

    /// The flow to use here.
    ///
    /// A browser answers to this machine's loopback, so it has to run here. A legacy profile has no scopes, hence no
    /// browser flow, as with the AWS CLI.
    pub(super) fn flow(self, directory: &Directory) -> Flow {
        if directory.session.is_none() {
            return Flow::Device;
        }
        if let Some(flow) = self.flow {
            return flow;
        }
        let is_elsewhere = match environment::elsewhere() {
            // A port that was chosen for this sign-in leads here from elsewhere.
            _ if self.redirect_port.is_some() => false,
            // A program named in BROWSER runs here: an editor's, for example, that leads out of the container.
            Some(Elsewhere::InContainer | Elsewhere::NoDisplay) => !open::is_chosen(),
            Some(Elsewhere::OverSsh) => true,
            None => false,
        };
        if is_elsewhere || self.qr { Flow::Device } else { Flow::Browser }
    }

    /// Where to open a link. Over SSH only a program that the user has named opens it.
    pub(super) fn opening(self) -> Opening {
        if self.no_browser || open::is_unwanted() {
            return Opening::Nowhere;
        }
        match environment::elsewhere() {
            None => Opening::Here,
            _ if self.insists_on_browser() => Opening::Here,
            Some(Elsewhere::OverSsh) if open::is_chosen() => Opening::Elsewhere,
            Some(_) if open::is_chosen() => Opening::Here,
            Some(_) => Opening::Nowhere,
        }
    }

    /// Whether nothing but a browser sign-in will do.
    pub(super) fn insists_on_browser(self) -> bool {
        self.flow == Some(Flow::Browser)
    }

    /// The port to which the browser comes back, if it is not any free one: that of this run, else the
    /// `sso_redirect_port` of the sso-session, a key that is proposed for the AWS CLI with the same meaning.
    pub(super) fn redirect_port(self, directory: &Directory) -> Result<Option<NonZeroU16>> {
        let Some(written) = directory.redirect_port.as_ref().filter(|_| self.redirect_port.is_none()) else {
            return Ok(self.redirect_port);
        };
        written.parse().map(Some).map_err(|_| {
            let name = directory.session.as_deref().unwrap_or(&directory.name);
            Error::usage(format!("the sso_redirect_port of the sso-session {name} is no port: {written}")).with_remedy(
                format!(
                    "write a number from 1 to 65535 there, or run: aws-sso login {} --redirect-port 8400",
                    profile_option(&directory.name)
                ),
            )
        })
    }
}

/// Where a link is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Only shown.
    Nowhere,
    /// In a browser that reaches this machine's loopback.
    Here,
    /// By a program that may hand it to another machine, from where no page of this one can be reached.
    Elsewhere,
}
