//! The command line of a verb that a shell waits for, parsed without the arguments of all other verbs: to define those
//! costs more time than to run the verb.

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::exec::ExecArgs;
use super::{Cli, Verb};
use crate::cli::{Global, Original};

/// A verb with its arguments, apart from the others.
struct OneVerb {
    name: &'static str,
    define: fn(Command) -> Command,
    read: fn(&ArgMatches) -> Result<Verb, clap::Error>,
}

macro_rules! verbs {
    ($($name:literal => $verb:ident($arguments:ty),)+) => {
        &[$(OneVerb {
            name: $name,
            define: <$arguments>::augment_args,
            read: |matches| <$arguments>::from_arg_matches(matches).map(Verb::$verb),
        }),+]
    };
}

/// What a shell, a prompt or a script waits for.
const VERBS: &[OneVerb] = verbs! {
    "use" => Use(super::r#use::UseArgs),
    "pick" => Pick(super::pick::PickArgs),
    "-" => Previous(super::previous::PreviousArgs),
    "region" => Region(super::region::RegionArgs),
    "refresh" => Refresh(super::refresh::RefreshArgs),
    "clear" => Clear(super::clear::ClearArgs),
    "whoami" => Whoami(super::whoami::WhoamiArgs),
    "env" => Env(super::env::EnvArgs),
    "exec" => Exec(super::exec::ExecArgs),
    "console" => Console(super::console::ConsoleArgs),
    "process" => Process(super::process::ProcessArgs),
    "check" => Check(super::check::CheckArgs),
    "complete" => Complete(super::complete::CompleteArgs),
    "init" => Init(super::init::InitArgs),
};

/// Parses the line of one of these verbs; `None` for any other line, and for one that the whole command line has to
/// explain: help, the version, wrong usage, and what is written in the original tool's spelling.
pub(super) fn parse(arguments: &[OsString]) -> Option<Cli> {
    let verb = arguments.iter().find_map(|word| named(word.to_str()?))?;
    let matches = verb.command().try_get_matches_from(arguments).ok()?;
    let global = Global::from_arg_matches(&matches).ok()?;
    let (_, own) = matches.subcommand()?;
    Some(Cli { global, original: Original::default(), verb: Some((verb.read)(own).ok()?) })
}

/// The command line of the verb with this name, if it is one of these.
pub(super) fn command(name: &str) -> Option<Command> {
    named(name).map(OneVerb::command)
}

/// `exec` and what may stand before its command.
pub(super) fn exec() -> Command {
    let command = Original::augment_args(Global::augment_args(Command::new("aws-sso")));
    command.subcommand(ExecArgs::augment_args(Command::new("exec")))
}

fn named(name: &str) -> Option<&'static OneVerb> {
    VERBS.iter().find(|verb| verb.name == name)
}

impl OneVerb {
    fn command(&self) -> Command {
        Global::augment_args(Command::new("aws-sso")).subcommand((self.define)(Command::new(self.name)))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn a_line_means_the_same_as_with_all_verbs() {
        for line in [
            "aws-sso use R --shell bash",
            "aws-sso use A R --region eu-west-1 --shell zsh -p P -q",
            "aws-sso -p use use -- -R",
            "aws-sso -vp P use use --shell fish",
            "aws-sso use - --shell bash",
            "aws-sso - --shell bash",
            "aws-sso --login never refresh --shell bash",
            "aws-sso region eu-west-1 --shell bash",
            "aws-sso clear --shell bash",
            "aws-sso whoami --format {role}",
            "aws-sso env R --shell posix",
            "aws-sso exec R -- use --region X -p Y",
            "aws-sso exec --match */R -p P -- ls - -q",
            "aws-sso check R",
            "aws-sso pick dev read --shell zsh",
            "aws-sso console R -p use",
            "aws-sso process R",
            "aws-sso complete --shell zsh -- aws-sso use x",
            "aws-sso init bash",
        ] {
            let whole = Cli::try_parse_from(words(line)).unwrap();
            let one = parse(&words(line)).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(format!("{one:?}"), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn other_lines_are_left_to_the_whole_command_line() {
        for line in [
            "aws-sso -p use pick",
            "aws-sso -p P -r use -env",
            "aws-sso -r R use",
            "aws-sso use --help",
            "aws-sso --version use",
            "aws-sso use --nonsense",
            "aws-sso help use",
            "aws-sso list use",
            "aws-sso list R -p use",
        ] {
            assert!(parse(&words(line)).is_none(), "{line}");
        }
    }
}
