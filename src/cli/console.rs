//! The verb that opens the console.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::browser::BrowserCommand;
use crate::cli::completers;

#[derive(Debug, Args)]
#[command(after_help = CONSOLE_HELP)]
pub(crate) struct Console {
    /// The role; without one this shell's, else you choose
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    pub role: Option<String>,
    /// The service whose page is opened, such as s3
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// The region of the page
    #[arg(long, value_parser = super::region)]
    pub region: Option<String>,
    /// The page itself, by its https address
    #[arg(long, value_name = "URL", conflicts_with = "service")]
    pub destination: Option<String>,
    /// Print the link instead of opening it; whoever has it within 15 minutes is signed in
    #[arg(long)]
    pub print: bool,
    /// Go through the access portal: no credentials leave this machine, and nothing is asked of the service
    #[arg(long)]
    pub portal: bool,
    /// What opens the link, with {url} {account_name} {account_id} {role}
    #[arg(long, value_name = "TEMPLATE")]
    pub browser_command: Option<BrowserCommand>,
}

const CONSOLE_HELP: &str = "\
The browser gets the address of a page on this machine that leads it to the link, once: the link itself is in no \
argument list. TEMPLATE is cut into words as a shell does, without a shell; values in a word such as \
ext+container:… are percent-encoded. The setting browser-command is its default.

Examples:
  aws-sso console 123456789012/ReadOnlyAccess --service s3
  aws-sso console prod --portal --print";
