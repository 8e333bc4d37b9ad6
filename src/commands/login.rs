//! `login`: sign in to a directory.

use crate::aws_cache::token::Token;
use crate::cli;
use crate::context::Context;
use crate::error::Result;
use crate::session::{Method, Session};
use crate::terminal::{self, clean};
use crate::timestamp;

/// Signs in, unless the sign-in there is still serves and `--force` does not ask for a new one.
pub(crate) fn run(context: &Context, arguments: &cli::Login) -> Result<()> {
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
        let cli::Login { browser, device_code, no_browser, force: _ } = *arguments;
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
