//! `login`: sign in to Identity Center.

use clap::Args;

use crate::aws_cache::token::Token;
use crate::context::Context;
use crate::error::Result;
use crate::programs::profile_option;
use crate::session::{Method, Session};
use crate::terminal::{self, clean};
use crate::timestamp;

#[derive(Debug, Args)]
#[command(after_help = "\
A browser opens on this machine. Where you would not see it (over SSH, in a container, without a display), a code is \
shown instead, which you can enter on any device. The AWS CLI and every SDK share this sign-in.

Examples:
  aws-sso login
  aws-sso login -p corp --device-code")]
pub(crate) struct LoginArgs {
    /// Sign in with a browser on this machine, even over SSH, in a container or without a display
    #[arg(long, conflicts_with = "device_code")]
    browser: bool,
    /// Show a code to enter on any device, instead of using a browser on this machine
    #[arg(long)]
    device_code: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Sign in again, even if the session is still valid
    #[arg(long)]
    force: bool,
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
        let LoginArgs { browser, device_code, no_browser, force: _ } = *arguments;
        let method = Method { browser, device_code, no_browser };
        if let Some(why) = context.signed_in_elsewhere(&directory) {
            terminal::say(&format!("aws-sso: {why}\n"));
        }
        let token = session.sign_in(method)?;
        terminal::say(&format!("signed in to {start_url}, {}\n", describe(&token)));
    }
    Ok(())
}

/// The valid token, if the service confirms it: a user who types `login` may know that it was revoked. One of a Region
/// that is down does not count where the company's own domain leads to another by now.
fn current(session: &Session<'_>) -> Option<Token> {
    let token = session.token_without_person().ok().flatten()?;
    let is_accepted = session.is_accepted(&token.access_token).unwrap_or_else(|_| !session.leads_elsewhere());
    is_accepted.then_some(token)
}

/// How long the sign-in lasts, and whether it is renewed after that.
fn describe(token: &Token) -> String {
    let until = timestamp::format(token.expires_at);
    let minutes = token.seconds_left() / 60;
    let then = if token.is_renewable() { "then renewed automatically" } else { "then you have to sign in again" };
    format!("until {until} ({minutes} minutes), {then}")
}
