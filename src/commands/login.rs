//! `login`: sign in to Identity Center.

use clap::Args;

use crate::aws_cache::token::Token;
use crate::aws_config::directory::Directory;
use crate::cli::sign_in::SignInWay;
use crate::context::Context;
use crate::error::{Error, Result};
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
aws-sso login --redirect-port 8400. With sso_redirect_port = 8400 in the sso-session, aws-sso login --browser does it.

With --all you sign in to each sso-session of the AWS config, one after the other. Those to which you are signed in \
are left out, and one that fails does not keep you from the others.

Examples:
  aws-sso login
  aws-sso login --all
  aws-sso login -p corp --device-code
  aws-sso login --qr")]
pub(crate) struct LoginArgs {
    /// The start URL of an access portal that the AWS config does not have yet: the same as aws-sso setup START_URL
    #[arg(conflicts_with_all = ["all", "force"])]
    pub(super) start_url: Option<String>,
    #[command(flatten)]
    pub(super) way: SignInWay,
    /// Sign in again, even if the session is still valid: it is ended, and a new one begins
    #[arg(long)]
    force: bool,
    /// Sign in to all sso-sessions of the AWS config, one after the other
    #[arg(long)]
    all: bool,
}

impl LoginArgs {
    /// Those of `setup`.
    pub(crate) fn of_setup(way: SignInWay) -> Self {
        Self { way, ..Self::default() }
    }
}

/// Signs in, unless there is a valid sign-in and `--force` is not given.
pub(crate) fn run(context: &Context, arguments: &LoginArgs) -> Result<()> {
    if context.never_asks() {
        return Err(Error::usage("login asks you to sign in, and --login never forbids that")
            .with_remedy("leave that out, or to see whether you are signed in, run: aws-sso check"));
    }
    terminal::show_on_stderr_too();
    if arguments.all {
        let names = context.config()?.directories();
        return context.each(names, "sign-ins", "login", |directory| sign_in(context, directory, arguments));
    }
    sign_in(context, &context.directory_unless_all()?, arguments)
}

fn sign_in(context: &Context, directory: &Directory, arguments: &LoginArgs) -> Result<()> {
    let client = context.client(directory)?;
    let session = context.session(directory, &client)?;
    let name = if arguments.all { format!("{}: ", clean(&directory.name)) } else { String::new() };
    let start_url = clean(&directory.start_url);
    let current = if arguments.force { None } else { current(&session) };
    if let Some(token) = current {
        context.notice(&format!(
            "{name}already signed in to {start_url}, {}\n  to sign in again, run: aws-sso login {} --force\n",
            describe(&session, &token),
            clean(&profile_option(&directory.name))
        ));
    } else {
        if let Some(why) = context.signed_in_elsewhere(directory) {
            terminal::say(&format!("aws-sso: {why}\n"));
        }
        let method = arguments.way.method();
        let token = if arguments.force { session.sign_in_to_new_session(method) } else { session.sign_in(method) }?;
        context.notice(&format!("{name}signed in to {start_url}, {}\n", describe(&session, &token)));
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
fn describe(session: &Session<'_>, token: &Token) -> String {
    let then = if session.standing(token).is_renewed {
        "then renewed automatically"
    } else {
        "then you have to sign in again"
    };
    format!("{}, {then}", timestamp::until(token.expires_at))
}
