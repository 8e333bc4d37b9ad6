//! The verb that looks for faults.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = DOCTOR_HELP)]
pub(crate) struct Doctor {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Ask nothing of the network
    #[arg(long)]
    pub offline: bool,
    /// What the awsso function says of itself
    #[arg(long, hide = true, value_name = "SHELL:VERSION")]
    pub function: Option<String>,
}

const DOCTOR_HELP: &str = "\
It signs nobody in, changes nothing and shows no secret. Each finding is ok, a warning or broken, with what to do \
about it; the exit status is 1 if something is broken. Through the function, as awsso doctor, it also tells whether \
this very shell has it.

Examples:
  awsso doctor
  aws-sso doctor --offline --json";
