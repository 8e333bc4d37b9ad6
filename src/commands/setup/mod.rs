//! `setup`: from a start URL to the first role.

use clap::Args;

use crate::cli::shared;
use crate::context::Context;
use crate::discovery::Template;
use crate::error::{Error, Result};

#[derive(Debug, Default, Args)]
#[command(after_help = SETUP_HELP)]
pub(crate) struct SetupArgs {
    /// The start URL of your access portal: its address in the browser, or the beginning of it, such as d-1234567890
    start_url: Option<String>,
    /// The Region of your Identity Center [default: the one that the start URL tells; else you are asked]
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// The name of the sso-session [default: a part of the start URL]
    #[arg(long)]
    name: Option<String>,
    /// The region for commands where nothing else sets one [default: that of the environment or of the config]
    #[arg(long, value_name = "REGION", value_parser = shared::region)]
    default_region: Option<String>,
    /// Write a named profile for every account and role, without asking
    #[arg(long, conflicts_with = "no_discover")]
    discover: bool,
    /// Write no profiles
    #[arg(long)]
    no_discover: bool,
    /// How these profiles are named [default: {account_name|slug}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    profile_names: Option<Template>,
    /// Add the line that loads the awsso function to your shell's start-up file, without asking
    #[arg(long, conflicts_with = "no_shell_file")]
    shell_file: bool,
    /// Leave the start-up file alone
    #[arg(long)]
    no_shell_file: bool,
    /// Sign in with a code to enter on any device, instead of a browser on this machine
    #[arg(long)]
    device_code: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Ask nothing and take what is proposed: profiles, and no change of a start-up file
    #[arg(short, long)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

const SETUP_HELP: &str = "\
It writes an sso-session to the AWS config, signs in, and shows what you can use. Then it offers a named profile for \
every role, and the line that loads the awsso function in your shell. Whatever is to be written is shown first. \
Running it again changes nothing that is right.

Examples:
  aws-sso setup
  aws-sso setup https://d-1234567890.awsapps.com/start
  aws-sso setup d-1234567890 --region eu-west-1 --name corp --yes";

pub(crate) fn run(_context: &Context, arguments: &SetupArgs) -> Result<()> {
    let _ = arguments;
    Err(Error::failed("not there yet"))
}
