//! The page at which a sign-in ends in the browser.

use hyper::{Response, StatusCode};

use crate::aws_config::directory::Directory;
use crate::browser::page::Page;

use super::sign_in_page::login_command;

/// How a sign-in has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    SignedIn,
    Failed,
}

/// What that page says of one sign-in.
pub(super) struct EndPages {
    session: Option<String>,
    start_url: String,
    login: String,
}

impl EndPages {
    pub(super) fn new(directory: &Directory) -> Self {
        Self {
            session: directory.session.clone(),
            start_url: directory.start_url.clone(),
            login: login_command(directory),
        }
    }

    /// The page; `ended` is `None` as long as nobody knows.
    pub(super) fn response(&self, ended: Option<Ended>) -> Response<String> {
        let page = match ended {
            Some(Ended::SignedIn) => {
                self.about("You are signed in").text("You can close this tab and go back to your terminal.")
            }
            Some(Ended::Failed) => self
                .about("You are not signed in")
                .text("Your terminal says why. You can close this tab.")
                .command("To try again:", &self.login)
                .command("To sign in with a code instead, on this or another device:", &self.with_code()),
            None => self
                .about("Your browser is done here")
                .text("You can close this tab: your terminal says when you are signed in."),
        };
        page.response(StatusCode::OK)
    }

    /// The page for an answer that is made up, or is that of another sign-in.
    pub(super) fn foreign() -> Response<String> {
        Page::new("This answer is not expected")
            .text("It does not belong to the sign-in that is waiting here. If it is of an earlier one, close this tab.")
            .response(StatusCode::BAD_REQUEST)
    }

    fn about(&self, title: &'static str) -> Page {
        let session = self.session.as_deref().map(|session| ("sso-session", session));
        let details: Vec<_> = session.into_iter().chain([("Start URL", self.start_url.as_str())]).collect();
        Page::new(title).details(&details)
    }

    fn with_code(&self) -> String {
        format!("{} --device-code", self.login)
    }
}
