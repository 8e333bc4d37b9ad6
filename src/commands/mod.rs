//! The command line and its verbs. Each verb is one file: its arguments, its help, its `run`.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]
#![allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]

mod check;
mod clear;
mod complete;
mod completions;
mod console;
mod default_profile;
mod discover;
mod doctor;
mod env;
mod exec;
mod help;
mod init;
mod list;
mod login;
mod logout;
mod packaging;
mod pick;
mod previous;
mod process;
mod refresh;
mod region;
#[cfg(feature = "sandbox")]
mod sandbox;
mod serve;
mod settings;
mod setup;
mod status;
mod r#use;
mod whoami;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args as _, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cli::evaluated::is_evaluated;
use crate::cli::exec_line::CommandStart;
use crate::cli::one_verb::{self, OneVerb, one_verb};
use crate::cli::{Global, Original, again, corrected, long_spelling, other_tool};
use crate::context::Context;
use crate::context::find::names_role;
use crate::error::{Error, Result};
use crate::programs::{interrupt, signals, uninterrupted};
use crate::quote;
use crate::session::LoginPolicy;
use crate::shell::typed_in;
use crate::terminal::style::OF_CLAP;
use crate::terminal::{self, Palette};

/// Short-lived AWS credentials from IAM Identity Center, in your shells and in every program that uses an AWS SDK.
#[derive(Debug, Parser)]
#[command(
    name = "aws-sso",
    styles = OF_CLAP,
    version,
    args_conflicts_with_subcommands = false,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    override_usage = "aws-sso <COMMAND>\n       aws-sso -p PROFILE [-r ROLE] [-env | -ext | -d]",
    after_help = help::ROLE
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(flatten)]
    pub(crate) original: Original,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Set up from a start URL: AWS config, sign-in, profiles, your shell
    Setup(setup::SetupArgs),
    /// Print the shell code that defines the awsso function
    Init(init::InitArgs),
    /// Change this shell to a role (through the awsso function)
    Use(r#use::UseArgs),
    /// Choose a role for this shell (through the awsso function)
    Pick(pick::PickArgs),
    /// Go back to the role that this shell had before (through the awsso function)
    #[command(name = "-")]
    Previous(previous::PreviousArgs),
    /// Change this shell's region alone, or print it (through the awsso function)
    Region(region::RegionArgs),
    /// Give this shell back what it had before (through the awsso function)
    Clear(clear::ClearArgs),
    /// Renew this shell's credentials (through the awsso function)
    Refresh(refresh::RefreshArgs),
    /// Show this shell's role in one line, for prompts
    Whoami(whoami::WhoamiArgs),
    /// Print a role's credentials as shell exports
    Env(env::EnvArgs),
    /// Print a role's credentials as credential_process JSON
    Process(process::ProcessArgs),
    /// Answer a shell's completion function
    #[command(hide = true)]
    Complete(complete::CompleteArgs),
    /// Print a completion script for packagers (init has a better one)
    Completions(completions::CompletionsArgs),
    /// Write the manual and the completion scripts for a package
    #[command(hide = true)]
    Packaging(packaging::PackagingArgs),
    /// Sign in
    Login(login::LoginArgs),
    /// Sign out: revoke the session and delete what came from it
    Logout(logout::LogoutArgs),
    /// Show each sign-in, how long it lasts, and this shell's role
    Status(status::StatusArgs),
    /// Tell by exit status whether credentials need a new sign-in
    Check(check::CheckArgs),
    /// Write a named profile for every account and role
    Discover(discover::DiscoverArgs),
    /// List the accounts and roles that you can use
    List(list::ListArgs),
    /// Open the AWS console in your browser, signed in to a role
    Console(console::ConsoleArgs),
    /// Show each setting, and where its value came from
    Settings(settings::SettingsArgs),
    /// Find what is wrong on this machine, and how to fix it
    Doctor(doctor::DoctorArgs),
    /// Run a command under a role, or under many roles at once
    Exec(exec::ExecArgs),
    /// Serve a role's credentials on this machine, for long jobs
    Serve(serve::ServeArgs),
    /// Show the help of a verb
    Help(help::HelpArgs),
    /// Run a local Identity Center, to try things out and for tests
    #[cfg(feature = "sandbox")]
    Sandbox(Box<sandbox::SandboxArgs>),
}

/// What a shell, a prompt or a script waits for.
const WAITED_FOR: &[OneVerb<Verb>] = one_verb! {
    Verb,
    "use" => Use(r#use::UseArgs),
    "pick" => Pick(pick::PickArgs),
    "-" => Previous(previous::PreviousArgs),
    "region" => Region(region::RegionArgs),
    "refresh" => Refresh(refresh::RefreshArgs),
    "clear" => Clear(clear::ClearArgs),
    "whoami" => Whoami(whoami::WhoamiArgs),
    "env" => Env(env::EnvArgs),
    "exec" => Exec(exec::ExecArgs),
    "console" => Console(console::ConsoleArgs),
    "process" => Process(process::ProcessArgs),
    "check" => Check(check::CheckArgs),
    "complete" => Complete(complete::CompleteArgs),
    "init" => Init(init::InitArgs),
};

impl Verb {
    /// Whether programs run it, not a person.
    fn is_for_program(&self) -> bool {
        match self {
            Self::Process(_) | Self::Check(_) | Self::Doctor(_) | Self::Whoami(_) => true,
            Self::Env(arguments) => arguments.is_for_program(),
            Self::Serve(arguments) => arguments.is_for_program(),
            _ => false,
        }
    }
}

/// Runs what the arguments ask for.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    signals::survive_limit_of_file_size();
    terminal::note_mode();
    quote::for_shell(typed_in);
    let start = CommandStart::find(&arguments, exec_line);
    let several_words =
        start.as_ref().and_then(|start| corrected::role_in_words(&arguments, start, names_role, parses));
    let words = match &start {
        Some(start) => start.with_dashes(arguments),
        None => arguments,
    };
    again::keep(&words);
    let outcome = match (several_words, parse(words.clone())) {
        (Some(error), _) => Err(error),
        (None, Ok(cli)) => dispatch(cli),
        (None, Err(error)) => not_run(&words, &error, is_evaluated(&words)),
    };
    uninterrupted::finish();
    outcome
}

/// Whether a line can be parsed, or asks for help.
fn parses(line: Vec<OsString>) -> bool {
    !parse(line).is_err_and(|error| error.use_stderr())
}

/// What is said in place of running a line: what is wrong with it, or the help that it asks for.
fn not_run(words: &[OsString], error: &clap::Error, is_evaluated: bool) -> Result<ExitCode> {
    if error.use_stderr() {
        let corrected = || corrected::error(words, error, &Cli::command(), parses);
        if let Some(error) = other_tool::error(words).or_else(corrected) {
            return Err(error);
        }
    }
    help::explain(error, words, is_evaluated)
}

/// The command line that Tab completes: after a verb that of the verb alone.
fn completed(verb: Option<&str>) -> clap::Command {
    verb.and_then(|verb| one_verb::named(WAITED_FOR, verb)).map_or_else(Cli::command, OneVerb::command)
}

/// `exec`, and what may stand before its command.
fn exec_line() -> clap::Command {
    Original::augment_args(completed(Some("exec")))
}

/// `help VERB`, which is `VERB --help`.
fn show_help(arguments: &help::HelpArgs) -> Result<ExitCode> {
    let line = arguments.line();
    match parse(line.clone()) {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => not_run(&line, &error, false),
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let Cli { mut global, original, verb } = cli;
    // These two never sign in, and never ask for a keyring's password.
    if matches!(verb, Some(Verb::Check(_) | Verb::Doctor(_))) {
        global.login = Some(LoginPolicy::Never);
    }
    if global.verbose {
        log_to_stderr();
    }
    end_with_130_on_ctrl_c(verb.as_ref());
    let mut context = Context::new(global);
    if original.external_source || verb.as_ref().is_some_and(Verb::is_for_program) {
        context = context.for_program();
    }
    let Some(verb) = verb else { return run_original(&context, &original) };
    if !original.is_empty() {
        return Err(Error::usage("-r, -env, -ext and -d do not go with a verb").with_remedy("see: aws-sso --help"));
    }
    match verb {
        Verb::Setup(arguments) => setup::run(&context, &arguments, &OTHER_VERBS)?,
        Verb::Init(arguments) => init::run(&arguments)?,
        Verb::Use(arguments) => r#use::run(&context, &arguments)?,
        Verb::Pick(arguments) => pick::run(&context, &arguments)?,
        Verb::Previous(arguments) => previous::run(&context, &arguments)?,
        Verb::Region(arguments) => region::run(&context, &arguments)?,
        Verb::Clear(arguments) => clear::run(&context, &arguments)?,
        Verb::Refresh(arguments) => refresh::run(&context, &arguments)?,
        Verb::Whoami(arguments) => return whoami::run(&arguments),
        Verb::Env(arguments) => env::run(&context, &arguments)?,
        Verb::Process(arguments) => process::run(&context, &arguments)?,
        Verb::Complete(arguments) => complete::run(&arguments, completed)?,
        Verb::Completions(arguments) => completions::run(&arguments, Cli::command())?,
        Verb::Packaging(arguments) => packaging::run(&arguments, &Cli::command())?,
        Verb::Login(arguments) => sign_in(&context, arguments)?,
        Verb::Logout(arguments) => logout::run(&context, &arguments)?,
        Verb::Status(arguments) => status::run(&context, &arguments)?,
        Verb::Check(arguments) => return Ok(check::run(&context, &arguments)),
        Verb::Discover(arguments) => discover::run(&context, &arguments)?,
        Verb::List(arguments) => return list::run(&context, &arguments),
        Verb::Console(arguments) => console::run(&context, &arguments)?,
        Verb::Settings(arguments) => return settings::run(&context, &arguments),
        Verb::Doctor(arguments) => return doctor::run(&context, &arguments),
        Verb::Exec(arguments) => return exec::run(&context, &arguments),
        Verb::Serve(arguments) => return serve::run(&context, &arguments),
        Verb::Help(arguments) => return show_help(&arguments),
        #[cfg(feature = "sandbox")]
        Verb::Sandbox(arguments) => return sandbox::run(*arguments),
    }
    Ok(ExitCode::SUCCESS)
}

/// `login`, which is `setup` with a start URL, and where there is nothing yet to sign in to.
fn sign_in(context: &Context, arguments: login::LoginArgs) -> Result<()> {
    if arguments.start_url.is_none() && !setup::is_first(context) {
        return login::run(context, &arguments);
    }
    setup::check_start_url(context, arguments.start_url.as_deref())?;
    if let Some(name) =
        arguments.start_url.as_deref().and_then(|start_url| setup::session_without_person(context, start_url))
    {
        return login::run(&context.anew_with(&name), &arguments);
    }
    setup::run(context, &setup::SetupArgs::of_login(arguments.start_url, arguments.way), &OTHER_VERBS)
}

/// What `setup` has other verbs do.
const OTHER_VERBS: setup::Verbs = setup::Verbs {
    login: |context, way| login::run(context, &login::LoginArgs::of_setup(way)),
    discover: |context, name, list| {
        discover::write_profiles(context, &discover::DiscoverArgs::of_setup(name), Some(list))
    },
};

/// The original tool's options, each of which stands for a verb.
fn run_original(context: &Context, original: &Original) -> Result<ExitCode> {
    match &original.role {
        _ if original.discover_roles => discover::run(context, &discover::DiscoverArgs::default())?,
        Some(role) if original.external_source => process::run(context, &process::ProcessArgs::of_role(role))?,
        role if original.env_vars => env::run_original(context, role.as_deref())?,
        // The bare name shows help: it must not overwrite the default profile.
        None if !context.has_profile_option() => {
            let text = help::grouped(Cli::command(), &help::GROUPS).render_help();
            terminal::say(&help::shown(&text, Palette::of_stderr()));
            return Ok(ExitCode::from(2));
        }
        role => default_profile::run(context, role.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C ends the process with status 130, at once but for uninterrupted work. The system releases its locks, and
/// files are never half written.
fn end_with_130_on_ctrl_c(verb: Option<&Verb>) {
    // The sandbox runs a shell, and Ctrl-C belongs to that shell.
    #[cfg(feature = "sandbox")]
    if matches!(verb, Some(Verb::Sandbox(_))) {
        return;
    }
    // Tab is too short for it, and some systems tell only slowly what is ignored.
    if !matches!(verb, Some(Verb::Complete(_))) {
        interrupt::end_with_130(matches!(verb, Some(Verb::Exec(_) | Verb::Serve(_))));
    }
}

/// Logs our own events only: those of the SDK may hold tokens.
fn log_to_stderr() {
    use tracing_subscriber::{Layer, filter, fmt, layer::SubscriberExt, util::SubscriberInitExt};
    let ours = filter::Targets::new().with_target("aws_sso", tracing::Level::DEBUG);
    let layer =
        fmt::layer().with_writer(terminal::BesideBar::default).without_time().with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(layer.with_filter(ours)).init();
}

/// Parses the arguments, where a command of `exec` stands after `--`. Help, the version and wrong usage come back as
/// clap's error.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut is_ours = true;
    let ours: Vec<_> = arguments
        .into_iter()
        .map(|argument| {
            // Words after `--` belong to another command.
            is_ours &= argument != "--";
            (if is_ours { long_spelling(argument) } else { argument }, is_ours)
        })
        .collect();
    let asks_for_help = ours.iter().any(|(argument, ours)| *ours && (argument == "-h" || argument == "--help"));
    let forgot_dashes = ours.iter().all(|(_, ours)| *ours) && ours.iter().any(|(word, _)| word == "exec");
    let arguments = ours.into_iter().map(|(argument, _)| argument).collect::<Vec<_>>();
    if asks_for_help {
        let matches = help::grouped(Cli::command(), &help::GROUPS).try_get_matches_from(arguments)?;
        return Cli::from_arg_matches(&matches);
    }
    if let Some((global, verb)) = one_verb::parse(WAITED_FOR, &arguments) {
        return Ok(Cli { global, original: Original::default(), verb: Some(verb) });
    }
    Cli::try_parse_from(arguments).map_err(|error| corrected::with_right_tip(error, forgot_dashes))
}

/// What the line asks for, if it asks for nothing but a `credential_process` answer: `-p` and the role.
#[cfg(test)]
pub(crate) fn process_request(arguments: Vec<OsString>) -> Option<(Option<String>, String)> {
    let Cli { global: Global { profile, login: None, verbose: false, quiet: false }, original, verb } =
        parse(arguments).ok()?
    else {
        return None;
    };
    match (verb, original) {
        (None, Original { role: Some(role), env_vars: false, external_source: true, discover_roles: false }) => {
            Some((profile, role))
        }
        (Some(Verb::Process(arguments)), original) if original.is_empty() => match arguments.role.as_slice() {
            [role] => Some((profile, role.clone())),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
