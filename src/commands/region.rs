//! `region`: changes this shell's region alone, or says which one it has.

use clap::Args;

use crate::cli::shared::{self, InShell};
use crate::context::Context;
use crate::context::enter::{change_shell, to_region};
use crate::context::noted::{RegionSource, region};
use crate::error::{Error, Result};
use crate::output::print;
use crate::shell::{Shell, through_function};
use crate::terminal::{self, clean};

#[derive(Debug, Args)]
#[command(after_help = "\
The role stays. awsso clear gives back the region of before. AWS_REGION and AWS_DEFAULT_REGION are set; roles that \
this shell enters later keep the region, if they have none of their own.

A region that may be a typing error is refused. If there is one of this name, add an exclamation mark: eu-wset-1!

Examples:
  awsso region eu-west-1
  awsso region")]
pub(crate) struct RegionArgs {
    /// The region to work in [without one, that of this shell is printed]
    #[arg(value_parser = shared::region)]
    region: Option<String>,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &RegionArgs) -> Result<()> {
    let Some(region) = &arguments.region else { return show(context, arguments.in_shell.shell) };
    let shell = through_function(arguments.in_shell.shell, &format!("region {region}"))?;
    change_shell(context, shell, &to_region(region)?)
}

/// Prints the region alone, for scripts. A person also reads where it comes from.
fn show(context: &Context, shell: Option<Shell>) -> Result<()> {
    let Some((name, source)) = region(context) else {
        return Err(Error::failed("this shell has no region").with_remedy("run: awsso region REGION"));
    };
    let from = match source {
        RegionSource::Chosen => "set by awsso region".to_owned(),
        RegionSource::OfRole => "set with the role of this shell".to_owned(),
        RegionSource::Variable(name) => format!("from {name}"),
        RegionSource::Profile(name) => format!("from the profile {} of the AWS config", clean(&name)),
    };
    let from = Some(from).filter(|_| terminal::is_stderr() && !context.is_quiet());
    match shell {
        // The function evaluates what is printed.
        Some(shell) => print(&shell.print(&name, from.as_deref())?)?,
        None => print(&format!("{}\n", clean(&name)))?,
    }
    if let Some(from) = from.filter(|_| !shell.is_some_and(Shell::says_it_itself)) {
        terminal::say(&format!("{from}\n"));
    }
    Ok(())
}
