//! `sandbox`: the local Identity Center, in a shell of its own, on tour, or served until stopped.

mod identity;
mod knobs;
mod place;
mod serve;
mod shell;
mod story;
mod tour;

use std::process::ExitCode;

use clap::Subcommand;

use self::knobs::Knobs;
use crate::error::Result;

/// What `aws-sso sandbox` is asked for.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Without a command it opens your shell with a home folder of its own, in which awsso works against the sandbox. Nothing \
of yours is read or written, and nothing reaches AWS.

Examples:
  aws-sso sandbox
  aws-sso sandbox --tour --accounts 20",
    args_conflicts_with_subcommands = true
)]
pub struct Args {
    /// Run the whole job by itself, in a few seconds, and say what each step shows
    #[arg(long)]
    tour: bool,
    #[command(flatten)]
    knobs: Knobs,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the environment to set, and serve until stopped
    #[command(after_help = SERVE_HELP)]
    Serve(Knobs),
}

const SERVE_HELP: &str = "\
In a script:
    aws-sso sandbox serve > sandbox.env &
    until [ -s sandbox.env ]; do sleep 0.1; done
    . ./sandbox.env
    aws-sso login --device-code --no-browser

The environment names a home folder of its own, which is removed at the end. With --tls it also names a proxy and a \
certificate authority, for clients that ignore AWS_ENDPOINT_URL, such as AWS CLI versions before 2.13.

While it runs, at the address that AWS_ENDPOINT_URL names:
    GET    /sandbox/requests   the request log as JSON
    DELETE /sandbox/requests   empties it
    POST   /sandbox/revoke     ends every session

Examples:
  aws-sso sandbox serve > sandbox.env
  aws-sso sandbox serve --port 8443 --tls";

/// Runs what is asked for.
pub fn run(args: Args) -> Result<ExitCode> {
    match args.action {
        Some(Action::Serve(knobs)) => serve::run(&knobs)?,
        None if args.tour => tour::run(&args.knobs)?,
        None => return shell::run(&args.knobs),
    }
    Ok(ExitCode::SUCCESS)
}
