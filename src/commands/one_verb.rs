//! The command line of a verb that a shell waits for, parsed without the arguments of all other verbs: to define those
//! costs more time than to run the verb.

use std::ffi::OsString;

use clap::{Args, Command, FromArgMatches};

use super::exec::ExecArgs;
use super::{Cli, Verb};
use crate::cli::{Global, Original};

/// Parses the line of one of these verbs; `None` for any other line, and for one that the whole command line has to
/// explain: help, the version, wrong usage, and what is written in the original tool's spelling.
pub(super) fn parse(arguments: &[OsString]) -> Option<Cli> {
    arguments.iter().find_map(|word| match word.to_str()? {
        "use" => Some(line_of("use", Verb::Use, arguments)),
        "-" => Some(line_of("-", Verb::Previous, arguments)),
        "region" => Some(line_of("region", Verb::Region, arguments)),
        "refresh" => Some(line_of("refresh", Verb::Refresh, arguments)),
        "clear" => Some(line_of("clear", Verb::Clear, arguments)),
        "whoami" => Some(line_of("whoami", Verb::Whoami, arguments)),
        "env" => Some(line_of("env", Verb::Env, arguments)),
        "exec" => Some(line_of("exec", Verb::Exec, arguments)),
        "check" => Some(line_of("check", Verb::Check, arguments)),
        _ => None,
    })?
}

/// `exec` and what may stand before its command.
pub(super) fn exec() -> Command {
    let command = Original::augment_args(Global::augment_args(Command::new("aws-sso")));
    command.subcommand(ExecArgs::augment_args(Command::new("exec")))
}

fn line_of<A: Args>(name: &'static str, verb: fn(A) -> Verb, arguments: &[OsString]) -> Option<Cli> {
    let command = Global::augment_args(Command::new("aws-sso")).subcommand(A::augment_args(Command::new(name)));
    let matches = command.try_get_matches_from(arguments).ok()?;
    let global = Global::from_arg_matches(&matches).ok()?;
    let (_, arguments) = matches.subcommand()?;
    let verb = verb(A::from_arg_matches(arguments).ok()?);
    Some(Cli { global, original: Original::default(), verb: Some(verb) })
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
            "aws-sso console R -p use",
        ] {
            assert!(parse(&words(line)).is_none(), "{line}");
        }
    }
}
