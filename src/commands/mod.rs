//! One verb, one file, one `run`.

mod check;
mod clear;
mod complete;
mod console;
mod default_profile;
mod discover;
mod doctor;
mod env;
mod exec;
pub(crate) mod help;
mod init;
mod list;
mod login;
mod logout;
mod packaging;
mod pick;
mod process;
mod refresh;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod serve;
mod settings;
mod status;
mod r#use;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::context::Context;

use crate::cli::{self, Cli, Verb};
use crate::error::{Error, Kind, Result};
use crate::output::print;
use crate::session::LoginPolicy;
use crate::terminal;

/// Runs what the arguments ask for.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    match cli::parse(arguments) {
        Ok(cli) => dispatch(cli),
        Err(error) => explain(&error),
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let Cli { mut global, original, verb } = cli;
    // Neither signs in, nor asks for a keyring's password.
    if matches!(verb, Some(Verb::Check(_) | Verb::Doctor(_))) {
        global.login = Some(LoginPolicy::Never);
    }
    if global.verbose {
        log_to_stderr();
    }
    end_with_130_on_ctrl_c(verb.as_ref());
    let mut context = Context::new(global);
    if original.external_source || matches!(verb, Some(Verb::Process(_) | Verb::Check(_) | Verb::Doctor(_))) {
        context = context.without_warnings();
    }
    let Some(verb) = verb else { return run_original(&context, &original) };
    if !original.is_empty() {
        return Err(Error::usage("-r, -env, -ext and -d do not go with a verb").with_remedy("see: aws-sso --help"));
    }
    match verb {
        Verb::Init(arguments) => init::run(&arguments)?,
        Verb::Use(arguments) => r#use::run(&context, &arguments)?,
        Verb::Pick(arguments) => pick::run(&context, &arguments)?,
        Verb::Clear(arguments) => clear::run(&arguments)?,
        Verb::Refresh(arguments) => refresh::run(&context, &arguments)?,
        Verb::Env(arguments) => env::run(&context, &arguments)?,
        Verb::Process(arguments) => process::run(&context, &arguments.role)?,
        Verb::Complete(arguments) => complete::run(&arguments)?,
        Verb::Completions(arguments) => complete::print_static(&arguments)?,
        Verb::Packaging(arguments) => packaging::run(&arguments)?,
        Verb::Login(arguments) => login::run(&context, &arguments)?,
        Verb::Logout => logout::run(&context)?,
        Verb::Status(arguments) => status::run(&context, &arguments)?,
        Verb::Check(arguments) => return Ok(check::run(&context, &arguments)),
        Verb::Discover(arguments) => discover::run(&context, &arguments)?,
        Verb::List(arguments) => list::run(&context, &arguments)?,
        Verb::Console(arguments) => console::run(&context, &arguments)?,
        Verb::Settings(arguments) => return settings::run(&context, &arguments),
        Verb::Doctor(arguments) => return doctor::run(&context, &arguments),
        Verb::Exec(arguments) => return exec::run(&context, &arguments),
        Verb::Serve(arguments) => return serve::run(&context, &arguments),
        #[cfg(feature = "sandbox")]
        Verb::Sandbox(arguments) => return sandbox::run(arguments),
    }
    Ok(ExitCode::SUCCESS)
}

/// The original tool's options, each of which stands for a verb.
fn run_original(context: &Context, original: &cli::Original) -> Result<ExitCode> {
    match &original.role {
        _ if original.discover_roles => discover::run(context, &cli::Discover::default())?,
        Some(role) if original.external_source => process::run(context, role)?,
        role if original.env_vars => env::run_original(context, role.as_deref())?,
        // Nobody who types the bare name means to overwrite the default profile.
        None if !context.is_told_a_profile() => {
            terminal::say(&cli::help());
            return Ok(ExitCode::from(2));
        }
        role => default_profile::run(context, role.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Help, the version and wrong usage, each where it belongs and with its status.
///
/// Under the shell function stdout is evaluated, so there even the help goes to stderr.
fn explain(error: &clap::Error) -> Result<ExitCode> {
    let text = error.render();
    let evaluated = std::env::args_os().any(|argument| argument == "--shell");
    if error.use_stderr() || evaluated {
        terminal::say(&text.to_string());
    } else {
        print(&text.to_string())?;
    }
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
}

/// Ctrl-C ends the process at once, with the status that scripts know. Locks die with it, and files are never half
/// written.
fn end_with_130_on_ctrl_c(verb: Option<&Verb>) {
    // What a command of `exec` does at Ctrl-C is its own affair, even where whoever started it had it ignored.
    if matches!(verb, Some(Verb::Exec(_) | Verb::Serve(_))) {
        return;
    }
    // The sandbox runs a shell, and Ctrl-C is that shell's.
    #[cfg(feature = "sandbox")]
    if matches!(verb, Some(Verb::Sandbox(_))) {
        return;
    }
    let status = i32::from(Kind::Cancelled.status());
    let always = Arc::new(AtomicBool::new(true));
    // Without it the signal's default action ends the process as well.
    let _ = signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGINT, status, always);
}

/// Our own events only: what the SDK logs may hold tokens.
fn log_to_stderr() {
    use tracing_subscriber::{Layer, filter, fmt, layer::SubscriberExt, util::SubscriberInitExt};
    let ours = filter::Targets::new().with_target("aws_sso", tracing::Level::DEBUG);
    let layer = fmt::layer().with_writer(io::stderr).without_time().with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(layer.with_filter(ours)).init();
}
