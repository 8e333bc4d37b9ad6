//! `doctor`: what is found on this machine, what is wrong with it, and what to do about it.
//!
//! It signs nobody in and changes nothing. A check is a file; each looks at one thing and reports findings, whatever
//! the others have found.

mod config;
mod directories;
mod network;
mod permissions;
mod profiles;
mod program;
mod report;
mod settings;
mod shell;
mod variables;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use report::{Report, Verdict};

use crate::cli;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::files::atomic;
use crate::output::print;

/// What is in a file; nothing, where there is none that can be read to an end.
fn content(file: &Path) -> Vec<u8> {
    let is_file = fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    if is_file { atomic::read(file).ok().flatten().unwrap_or_default() } else { Vec::new() }
}

pub(crate) fn run(context: &Context, arguments: &cli::Doctor) -> Result<ExitCode> {
    let installed = program::look();
    let mut report = Report::default();
    report.add("Program", installed.findings());
    report.add("Shell", shell::check(arguments.function.as_deref()));
    report.add("Environment", variables::check(context));
    report.add("Settings", settings::check());
    report.add("AWS config", config::check(context));
    report.add("Directories", directories::check(context));
    report.add("Profiles", profiles::check(context, &installed));
    report.add("Files", permissions::check());
    if !arguments.offline {
        report.add("Network", network::check(context));
    }
    let text = if arguments.json { report.json()? } else { report.text() };
    print(&text)?;
    Ok(match report.verdict() {
        Verdict::Broken => Error::failed("something is broken").exit_code(),
        Verdict::Ok | Verdict::Warning => ExitCode::SUCCESS,
    })
}
