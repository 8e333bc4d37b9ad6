//! The verbs about the sign-in.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::completion;

#[derive(Debug, Args)]
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
pub(crate) struct Status {
    /// For programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Ask for this role's credentials too
    #[arg(add = ArgValueCompleter::new(completion::roles))]
    pub role: Option<String>,
}
