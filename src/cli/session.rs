//! The verbs about the sign-in.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;

#[derive(Debug, Args)]
#[command(after_help = "\
A browser opens on this machine; where nobody would see it (over SSH, in a container, without a display) a code is \
shown instead, to enter on any device. The sign-in is that of the AWS CLI and of every SDK too.

Examples:
  aws-sso login
  aws-sso login -p corp --device-code")]
pub(crate) struct Login {
    /// Answer to a browser on this machine even where none is seen: over SSH, in a container, without a display
    #[arg(long, conflicts_with = "device_code")]
    pub browser: bool,
    /// Show a code to enter on any device, instead of answering to a browser on this machine
    #[arg(long)]
    pub device_code: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    pub no_browser: bool,
    /// Sign in anew although the session is still good
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aws-sso status\n  aws-sso status -p corp --json")]
pub(crate) struct Status {
    /// For programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The exit status is 0 if they can, 3 if somebody has to sign in, 4 if the role is denied, 5 if the service fails.

Examples:
  aws-sso check || aws-sso login
  aws-sso check 123456789012/ReadOnlyAccess")]
pub(crate) struct Check {
    /// Ask for this role's credentials too
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    pub role: Option<String>,
}
