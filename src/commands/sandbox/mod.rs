//! `sandbox`: the local Identity Center, in a shell of its own, as a tour, or as a server.

mod behaviour;
mod caller;
mod private_home;
mod serve;
mod shell;
mod story;
mod tour;

use std::process::ExitCode;

use clap::Subcommand;

use self::behaviour::BehaviourArgs;
use crate::error::Result;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Without a command it opens your shell with a home folder of its own, in which awsso works against the sandbox. None of \
your files is read or written, and nothing reaches AWS.

Examples:
  aws-sso sandbox
  aws-sso sandbox --tour --accounts 20",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct SandboxArgs {
    /// Run through sign-in, discovery and the use of a role in a few seconds, and explain each step
    #[arg(long)]
    tour: bool,
    #[command(flatten)]
    behaviour: BehaviourArgs,
    #[command(subcommand)]
    action: Option<SandboxAction>,
}

#[derive(Debug, Subcommand)]
enum SandboxAction {
    /// Print the environment variables to set, and serve until stopped
    #[command(after_help = SERVE_HELP)]
    Serve(BehaviourArgs),
}

const SERVE_HELP: &str = "\
In a script:
    aws-sso sandbox serve > sandbox.env &
    until [ -s sandbox.env ]; do sleep 0.1; done
    . ./sandbox.env
    aws-sso login --device-code --no-browser

HOME is a temporary folder, which is removed when the server stops. With --tls there are also a proxy and a \
certificate authority, for clients that ignore AWS_ENDPOINT_URL, such as AWS CLI versions before 2.13.

STS lets a role of the portal assume every role NAME of the accounts, unless --assumable says which: \
arn:aws:iam::ACCOUNT_ID:role/NAME. Organizations lists the accounts for roles of the first account.

The server has these addresses of its own, below AWS_ENDPOINT_URL:
    GET    /sandbox/requests   the request log as JSON
    DELETE /sandbox/requests   empties the log
    POST   /sandbox/revoke     ends every session

Examples:
  aws-sso sandbox serve > sandbox.env
  aws-sso sandbox serve --port 8443 --tls
  aws-sso sandbox serve --assumable Deploy --external-id partner";

pub(crate) fn run(arguments: SandboxArgs) -> Result<ExitCode> {
    match arguments.action {
        Some(SandboxAction::Serve(behaviour)) => serve::run(&behaviour)?,
        None if arguments.tour => tour::run(&arguments.behaviour)?,
        None => return shell::run(&arguments.behaviour),
    }
    Ok(ExitCode::SUCCESS)
}
