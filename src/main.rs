//! From the arguments to one `Result`, and from that to the exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use aws_sso::programs::core_dumps;
use aws_sso::{commands, fast_path, output, terminal};

fn main() -> ExitCode {
    core_dumps::prevent();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let outcome = match fast_path::answer(arguments.get(1..).unwrap_or_default()) {
        Some(answer) => output::print(&answer).map(|()| ExitCode::SUCCESS),
        None => commands::run(arguments),
    };
    let status = outcome.unwrap_or_else(|error| {
        terminal::complain(&error);
        error.log_causes();
        error.exit_code()
    });
    terminal::restore();
    status
}
