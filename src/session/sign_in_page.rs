//! The page of this machine that leads a browser to a sign-in, and what the terminal says of it.
//!
//! A sign-in's link is like a password until the sign-in is over: anyone who opens it can finish it as somebody else.

use std::convert::Infallible;
use std::sync::Once;

use hyper::{Request, Response};

use crate::address::Link;
use crate::aws_config::directory::Directory;
use crate::browser::Peer;
use crate::browser::handover::{LinkPage, Visit};
use crate::browser::loopback::{Reply, Site, bad_request, not_found};
use crate::error::Result;
use crate::programs::profile_option;
use crate::terminal;

const ADVICE: &str = "This address leads to the sign-in once, and it has been used. If your browser did not use it, \
                      another user of this machine may have: press Ctrl-C in your terminal, and sign in with aws-sso \
                      login --no-browser.";

pub(super) struct SignInPage {
    page: Option<LinkPage>,
    login: String,
    refused: Once,
    again: Once,
}

impl SignInPage {
    /// A page for this link if a browser is to be started with it and it is safe to open. `login` is the command that
    /// signs in here.
    pub(super) fn new(login: String, link: Option<&str>) -> Result<Self> {
        let link = link.filter(|link| Link::parse(link).is_some_and(|link| link.is_safe()));
        let page = link.map(|link| LinkPage::new("sign-in", &link.into(), ADVICE)).transpose()?;
        Ok(Self { page, login, refused: Once::new(), again: Once::new() })
    }

    pub(super) fn path(&self) -> Option<&str> {
        self.page.as_ref().map(LinkPage::path)
    }

    /// The response to a request for the page; `None` for any other.
    pub(super) fn visit(&self, request: &Request<()>, peer: Peer) -> Option<Response<String>> {
        Some(match self.page.as_ref()?.visit(request)? {
            Visit::First(response) | Visit::None(response) => response,
            Visit::Again(response) => {
                if peer == Peer::Unknown {
                    self.again.call_once(|| {
                        terminal::show(&format!(
                            "aws-sso: two programs asked for the sign-in's page, and only the first got the link\n  \
                             if that was not your browser, press Ctrl-C and run: {} --no-browser\n",
                            self.login
                        ));
                    });
                }
                response
            }
        })
    }

    /// Says once that another user's connection was refused.
    pub(super) fn refused(&self) {
        self.refused.call_once(|| {
            terminal::show(&format!(
                "aws-sso: refused another user's connection to this sign-in\n  \
                 if that was your browser, press Ctrl-C and run: {} --device-code\n",
                self.login
            ));
        });
    }
}

/// The page alone, for a sign-in whose answer does not come back to this machine.
impl Site for SignInPage {
    type Outcome = Infallible;

    fn wrong_host(&self) -> Response<String> {
        bad_request()
    }

    async fn reply(&self, request: Request<()>, peer: Peer) -> Reply<Infallible> {
        self.visit(&request, peer).unwrap_or_else(not_found).into()
    }

    fn refused(&self) {
        SignInPage::refused(self);
    }
}

/// The command that signs in here.
pub(super) fn login_command(directory: &Directory) -> String {
    format!("aws-sso login {}", profile_option(&directory.name))
}
