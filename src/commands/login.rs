//! `login`: sign in to a directory.

use crate::aws_cache::token::Token;
use crate::context::Context;
use crate::error::Result;
use crate::session::{Method, Session};
use crate::terminal::{self, clean};
use crate::timestamp;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
A browser opens on this machine; where nobody would see it (over SSH, in a container, without a display) a code is \
shown instead, to enter on any device. The sign-in is that of the AWS CLI and of every SDK too.

Examples:
  aws-sso login
  aws-sso login -p corp --device-code")]
pub(crate) struct LoginArgs {
    /// Answer to a browser on this machine even where none is seen: over SSH, in a container, without a display
    #[arg(long, conflicts_with = "device_code")]
    browser: bool,
    /// Show a code to enter on any device, instead of answering to a browser on this machine
    #[arg(long)]
    device_code: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Sign in anew although the session is still good
    #[arg(long)]
    force: bool,
}

/// Signs in, unless the sign-in there is still serves and `--force` does not ask for a new one.
pub(crate) fn run(context: &Context, arguments: &LoginArgs) -> Result<()> {
    let directory = context.directory()?;
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    let start_url = clean(&directory.start_url);
    let current = if arguments.force { None } else { current(&session) };
    if let Some(token) = current {
        terminal::say(&format!(
            "already signed in to {start_url}, {}\n  to sign in anew: aws-sso login --force\n",
            describe(&token)
        ));
    } else {
        let LoginArgs { browser, device_code, no_browser, force: _ } = *arguments;
        let method = Method { browser, device_code, no_browser };
        let token = session.sign_in(method)?;
        terminal::say(&format!("signed in to {start_url}, {}\n", describe(&token)));
    }
    Ok(())
}

/// The token that serves without a person, as far as the service confirms it: who types `login` may have a reason.
fn current(session: &Session<'_>) -> Option<Token> {
    let token = session.token_without_person().ok().flatten()?;
    session.is_accepted(&token.access_token).unwrap_or(true).then_some(token)
}

/// Until when, and whether it is renewed after that.
fn describe(token: &Token) -> String {
    let until = timestamp::format(token.expires_at);
    let minutes = token.seconds_left() / 60;
    let then = if token.is_renewable() { "then renewed silently" } else { "then to be repeated" };
    format!("until {until} ({minutes} minutes), {then}")
}
