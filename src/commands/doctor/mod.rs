//! `doctor`: checks this machine, and reports what is wrong and how to fix it.
//!
//! It signs nobody in and changes nothing. Each check is a file and does not depend on the results of the others.

mod chain;
mod chained;
mod config;
mod content;
mod locks;
mod names;
mod network;
mod obstacles;
mod orphans;
mod other_tools;
mod permissions;
mod profiles;
mod program;
mod report;
mod settings;
mod shell;
mod sign_ins;
mod start_urls;
mod variables;

use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use report::{DoctorReport, Finding, Time, Verdict};

use crate::cli::completers;
use crate::context::{self, Context};
use crate::error::{Kind, Result};
use crate::output::{print, print_json};
use crate::programs::installed;
use crate::terminal::{Palette, stdout_width};
use crate::timestamp;

#[derive(Debug, Args)]
#[command(after_help = DOCTOR_HELP)]
pub(crate) struct DoctorArgs {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    /// Send no requests over the network
    #[arg(long)]
    offline: bool,
    /// Show only what each AWS SDK takes in this shell if it is given this profile
    #[arg(long, value_name = "PROFILE", conflicts_with = "offline", add = ArgValueCompleter::new(completers::roles))]
    explain: Option<String>,
    /// What the awsso function reports of itself
    #[arg(long, hide = true, value_name = "SHELL:VERSION")]
    function: Option<String>,
}

const DOCTOR_HELP: &str = "\
It signs nobody in, changes nothing and shows no secret. Each finding is ok, a warning or broken, and says how to fix \
it. The exit status is 1 if something is broken. Run it as awsso doctor to check the awsso function of this shell too.

Examples:
  awsso doctor
  aws-sso doctor --offline --json
  aws-sso doctor --explain payments-dev";

/// Profiles with which programs do not take this tool's role.
fn hidden(context: &Context) -> Vec<Finding> {
    match (context.config(), context::credentials_file()) {
        (Ok(config), Ok(credentials)) => chain::of_profiles(config, &credentials),
        _ => Vec::new(),
    }
}

/// The columns of the report: those of the terminal, but no lines that are hard to read.
fn width() -> usize {
    stdout_width().map_or(80, |width| width.clamp(40, 100))
}

pub(crate) fn run(context: &Context, arguments: &DoctorArgs) -> Result<ExitCode> {
    if let Some(profile) = &arguments.explain {
        let all_take_it = chain::explain(context, profile, arguments.json)?;
        return Ok(if all_take_it { ExitCode::SUCCESS } else { ExitCode::from(Kind::Failed.status()) });
    }
    // Programs read times of UTC, people read their own.
    let time: Time = if arguments.json { timestamp::format } else { timestamp::local_time };
    let installed = installed::look();
    let mut report = DoctorReport::default();
    report.add("Program", program::findings(&installed));
    report.add("Shell", shell::check(arguments.function.as_deref()));
    report.add("Environment", variables::check(context, time));
    report.add("Settings", settings::check());
    report.extend("Settings", other_tools::config(context));
    report.add("AWS config", config::check(context));
    report.add("Sign-in", sign_ins::check(context, time));
    report.extend("Sign-in", start_urls::check(context));
    report.add("Profiles", profiles::check(context, &installed));
    report.extend("Profiles", names::check(context));
    report.extend("Profiles", other_tools::profiles(context, &installed));
    report.extend("Profiles", hidden(context));
    report.extend("Profiles", chained::check(context));
    report.add("Files", obstacles::check());
    report.extend("Files", permissions::check());
    report.extend("Files", locks::check());
    if !arguments.offline {
        report.add("Network", network::check(context));
    }
    if arguments.json {
        print_json(&report.json())?;
    } else {
        print(&report.text(Palette::of_stdout(), width()))?;
    }
    Ok(match report.verdict() {
        Verdict::Broken => ExitCode::from(Kind::Failed.status()),
        Verdict::Ok | Verdict::Warning => ExitCode::SUCCESS,
    })
}
