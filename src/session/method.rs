//! Which way of signing in fits this machine, and what the user asked for.

use crate::aws_config::directory::Directory;
use crate::browser::open;
use crate::environment::{self, Elsewhere};
use crate::identity_center::oidc::Flow;

/// What the user asked for about the way of signing in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Method {
    /// Sign in with a browser on this machine, although it would not be seen from here: a container may share its
    /// network.
    pub browser: bool,
    /// Sign in with a code that is confirmed on any device.
    pub device_code: bool,
    /// Show links and open none.
    pub no_browser: bool,
}

impl Method {
    /// The flow to use here.
    ///
    /// A browser answers to this machine's loopback, so it has to run here. A legacy profile has no scopes, hence no
    /// browser flow, as with the AWS CLI.
    pub(super) fn flow(self, directory: &Directory) -> Flow {
        let is_elsewhere = match environment::elsewhere() {
            // A program named in BROWSER runs here: an editor's, for example, that leads out of the container.
            Some(Elsewhere::InContainer | Elsewhere::NoDisplay) => !open::is_chosen(),
            Some(Elsewhere::OverSsh) => true,
            None => false,
        };
        let is_here = self.browser || !is_elsewhere;
        if is_here && !self.device_code && directory.session.is_some() { Flow::Browser } else { Flow::Device }
    }

    /// Where to open a link. Over SSH only a program that the user has named opens it.
    pub(super) fn opening(self) -> Opening {
        if self.no_browser || open::is_unwanted() {
            return Opening::Nowhere;
        }
        match environment::elsewhere() {
            None => Opening::Here,
            _ if self.browser => Opening::Here,
            Some(Elsewhere::OverSsh) if open::is_chosen() => Opening::Elsewhere,
            Some(_) if open::is_chosen() => Opening::Here,
            Some(_) => Opening::Nowhere,
        }
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
