//! `login`: sign in to Identity Center.

use std::num::NonZeroU16;

use clap::Args;

use crate::aws_cache::token::Token;
use crate::context::Context;
use crate::error::Result;
use crate::identity_center::oidc::Flow;
use crate::programs::profile_option;
use crate::session::{Method, Session};
use crate::terminal::{self, clean};
use crate::timestamp;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]
#[command(after_help = "\
A browser opens on this machine. Where you would not see it (over SSH, in a container, without a display), a code is \
shown instead, which you can enter on any device; sign-in in the settings says which of them you always want. The AWS \
CLI and every SDK share this sign-in.

Over SSH, a browser at home can come back through a port that you forward: ssh -L 8400:127.0.0.1:8400 HOST, then \
aws-sso login --redirect-port 8400. The key sso_redirect_port of the sso-session chooses the port each time.

Examples:
  aws-sso login
  aws-sso login -p corp --device-code
  aws-sso login --qr")]
pub(crate) struct LoginArgs {
    /// Sign in with a browser on this machine, even over SSH, in a container or without a display
    #[arg(long, conflicts_with = "device_code")]
    browser: bool,
    /// Show a code to enter on any device, instead of using a browser on this machine
    #[arg(long)]
    device_code: bool,
    /// Show the code's link as a QR code as well, for a phone; implies --device-code
    #[arg(long, conflicts_with_all = ["browser", "redirect_port"])]
    qr: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// The port of this machine to which the browser comes back, as forwarded by SSH [default: sso_redirect_port, else
    /// any free one]
    #[arg(long, value_name = "PORT", conflicts_with = "device_code")]
    redirect_port: Option<NonZeroU16>,
    /// Sign in again, even if the session is still valid: it is ended, and a new one begins
    #[arg(long)]
    force: bool,
}

impl LoginArgs {
    fn method(&self) -> Method {
        let flow = match (self.browser, self.device_code) {
            (true, _) => Some(Flow::Browser),
            (false, true) => Some(Flow::Device),
            (false, false) => None,
        };
        Method { flow, no_browser: self.no_browser, qr: self.qr, redirect_port: self.redirect_port }
    }
}

/// Signs in, unless there is a valid sign-in and `--force` is not given.
pub(crate) fn run(context: &Context, arguments: &LoginArgs) -> Result<()> {
    let directory = context.directory()?;
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    let start_url = clean(&directory.start_url);
    let current = if arguments.force { None } else { current(&session) };
    if let Some(token) = current {
        terminal::say(&format!(
            "already signed in to {start_url}, {}\n  to sign in again, run: aws-sso login {} --force\n",
            describe(&token),
            clean(&profile_option(&directory.name))
        ));
    } else {
        let method = arguments.method();
        let token = if arguments.force { session.sign_in_to_new_session(method) } else { session.sign_in(method) }?;
        terminal::say(&format!("signed in to {start_url}, {}\n", describe(&token)));
    }
    Ok(())
}

/// The valid token, if the service confirms it: a user who types `login` may know that it was revoked.
fn current(session: &Session<'_>) -> Option<Token> {
    let token = session.token_without_person().ok().flatten()?;
    session.is_accepted(&token.access_token).unwrap_or(true).then_some(token)
}

/// How long the sign-in lasts, and whether it is renewed after that.
fn describe(token: &Token) -> String {
    let until = timestamp::format(token.expires_at);
    let minutes = token.seconds_left() / 60;
    let then = if token.is_renewable() { "then renewed automatically" } else { "then you have to sign in again" };
    format!("until {until} ({minutes} minutes), {then}")
}
