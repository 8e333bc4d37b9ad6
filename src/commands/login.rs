//! `login`: sign in to Identity Center.

use clap::Args;

use crate::aws_cache::token::Token;
use crate::cli::sign_in::SignInWay;
use crate::context::Context;
use crate::error::Result;
use crate::programs::profile_option;
use crate::session::Session;
use crate::terminal::{self, clean};
use crate::timestamp;

#[derive(Debug, Default, Args)]
#[command(after_help = "\
A browser opens on this machine. Where you would not see it (over SSH, in a container, without a display), a code is \
shown instead, which you can enter on any device; sign-in in the settings says which of them you always want. The AWS \
CLI and every SDK share this sign-in.

Over SSH, a browser at home can come back through a port that you forward: ssh -L 8400:127.0.0.1:8400 HOST, then \
aws-sso login --redirect-port 8400. The sso-session's key sso_redirect_port, which is the AWS CLI's too, chooses the \
port each time.

Examples:
  aws-sso login
  aws-sso login -p corp --device-code
  aws-sso login --qr")]
pub(crate) struct LoginArgs {
    /// The start URL of an access portal that the AWS config does not have yet: the same as aws-sso setup START_URL
    pub(super) start_url: Option<String>,
    #[command(flatten)]
    pub(super) way: SignInWay,
    /// Sign in again, even if the session is still valid: it is ended, and a new one begins
    #[arg(long)]
    force: bool,
}

impl LoginArgs {
    /// Those of `setup`.
    pub(crate) fn of_setup(way: SignInWay) -> Self {
        Self { way, ..Self::default() }
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
        let method = arguments.way.method();
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
