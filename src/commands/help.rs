//! `help`: the verbs grouped by task on the first page, and the palette on every page.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::{Args, Command};

use crate::error::Result;
use crate::output::print;
use crate::terminal::{self, Palette, wrapped};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aws-sso help\n  aws-sso help sandbox serve")]
pub(crate) struct HelpArgs {
    /// The verb, and the one below it if it has several [default: all of them]
    verb: Vec<String>,
}

impl HelpArgs {
    /// The line that asks for the same help.
    pub(super) fn line(&self) -> Vec<OsString> {
        let verb = self.verb.iter().map(OsString::from);
        [OsString::from("aws-sso")].into_iter().chain(verb).chain([OsString::from("--help")]).collect()
    }
}

/// Headings and their verbs.
pub(super) type Groups = [(&'static str, &'static [&'static str])];

/// The end of the first page.
pub(super) const ROLE: &str = "\
PROFILE is a profile or sso-session of the AWS config that says which Identity Center to sign in to. \
Without -p a ROLE is looked for in all sso-sessions of the config. Where several have it, or no ROLE is given: \
AWS_SSO_SESSION, the settings, or the only sso-session.

ROLE is an ARN, ACCOUNT/ROLE or ACCOUNT:ROLE with the account's name or id, a profile of the AWS config, or an alias \
of the settings. Names are exact; on a terminal, upper and lower case matter in an ARN alone. An account alone \
offers its roles. The ARN of a resource, or the address of a console page, stands for a role of its account.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 sign-in needed, 4 access denied or no such role, \
5 the service failed or is unreachable, 130 cancelled.

Examples:
  aws-sso login -p corp
  awsso use 123456789012/ReadOnlyAccess";

/// Headings and their verbs, in the order of a working day. A verb that is in no group goes last.
pub(super) const GROUPS: [(&str, &[&str]); 5] = [
    ("This shell", &["use", "pick", "-", "region", "refresh", "clear", "whoami"]),
    ("One role", &["exec", "console", "serve", "env", "process"]),
    ("The sign-in", &["login", "logout", "status", "check"]),
    ("Accounts and roles", &["list", "discover"]),
    ("Setting up", &["setup", "init", "settings", "doctor", "sandbox", "completions", "help"]),
];

/// The width of the list, in columns.
const WIDTH: usize = 80;

/// What examples stand below.
const EXAMPLES: &str = "Examples:";

/// Paints what clap does not. [`shown`] leaves the colors out where there are none.
const PALETTE: Palette = Palette::COLORED;

/// The command with its verbs in groups, which clap does not offer.
pub(super) fn grouped(command: Command, groups: &Groups) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}{{all-args}}{{after-help}}",
        list(&command, groups)
    );
    // The list above shows them.
    with_painted_examples(command).mut_subcommands(|verb| verb.hide(true)).help_template(template)
}

/// The text of help or of wrong usage.
pub(super) fn shown(text: &StyledStr, palette: Palette) -> String {
    if palette.has_colors() { text.ansi().to_string() } else { text.to_string() }
}

/// Prints help, the version or wrong usage, and returns the exit status.
pub(super) fn explain(error: &clap::Error, words: &[OsString], is_evaluated: bool) -> Result<ExitCode> {
    let is_for_stderr = error.use_stderr() || is_evaluated;
    let palette = if words.iter().any(|word| word.to_string_lossy().contains(char::is_control)) {
        // The text repeats them, and only without colors clap leaves escape sequences out.
        Palette::PLAIN
    } else if is_for_stderr {
        Palette::of_stderr()
    } else {
        Palette::of_stdout()
    };
    let text = shown(&error.render(), palette);
    if is_for_stderr {
        terminal::say(&if error.use_stderr() { terminal::broken(&text) } else { text });
    } else {
        print(&text)?;
    }
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
}

fn list(command: &Command, groups: &Groups) -> String {
    let verbs = || command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let width = verbs().map(|verb| verb.get_name().len()).max().unwrap_or_default();
    let is_grouped = |name: &str| groups.iter().any(|(_, names)| names.contains(&name));
    let line = |verb: &Command| {
        let (name, about) = (verb.get_name(), verb.get_about().map(ToString::to_string).unwrap_or_default());
        let line = wrapped(&format!("  {name:width$}  "), &about, WIDTH);
        line.replacen(name, &PALETTE.command(name), 1)
    };
    let mut text = String::new();
    for (heading, names) in groups {
        text += &format!("{}\n", PALETTE.heading(&format!("{heading}:")));
        let known = names.iter().filter_map(|name| verbs().find(|verb| verb.get_name() == *name));
        text.extend(known.map(line));
        text.push('\n');
    }
    let others: String = verbs().filter(|verb| !is_grouped(verb.get_name())).map(line).collect();
    if !others.is_empty() {
        text += &format!("{}\n{others}\n", PALETTE.heading("Others:"));
    }
    text
}

/// Paints the examples below the help of a command, and of each verb.
fn with_painted_examples(command: Command) -> Command {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let command = command.mut_subcommands(with_painted_examples);
    let Some((text, examples)) = help.split_once(EXAMPLES) else { return command };
    let example = |line: &str| line.replacen(line.trim(), &PALETTE.command(line.trim()), 1);
    let examples: Vec<_> = examples.lines().map(example).collect();
    command.after_help(format!("{text}{}{}", PALETTE.heading(EXAMPLES), examples.join("\n")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::{Cli, parse};

    /// Every visible verb with its full name, nested ones too.
    fn verbs(command: &Command, name: &str) -> Vec<(String, Command)> {
        let shown = command.get_subcommands().filter(|verb| !verb.is_hide_set());
        shown
            .flat_map(|verb| {
                let name = format!("{name} {}", verb.get_name());
                [vec![(name.clone(), verb.clone())], verbs(verb, &name)].concat()
            })
            .collect()
    }

    #[test]
    fn every_verb_has_a_place_in_the_list() {
        let text = StyledStr::from(list(&Cli::command(), &GROUPS)).to_string();
        assert!(!text.contains("Others:"), "GROUPS lacks a verb:\n{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }

    #[test]
    fn every_help_ends_with_two_examples_that_can_be_typed() {
        let mut pages = verbs(&Cli::command(), "aws-sso");
        pages.push(("aws-sso".to_owned(), Cli::command()));
        for (name, command) in pages {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let (prose, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{name} has no examples"));
            // Each paragraph is one line, so that it is broken where the terminal ends.
            let is_prose = |line: &&str| !line.is_empty() && !line.starts_with(' ');
            let lines: Vec<_> = prose.lines().collect();
            let broken = lines.windows(2).find(|pair| pair.iter().all(is_prose));
            assert_eq!(broken, None, "{name}");
            let examples: Vec<_> = examples.lines().map(str::trim).collect();
            assert!(examples.len() >= 2, "{name}: {examples:?}");
            for example in examples {
                // The rest of the line belongs to another program.
                let line = [" | ", " > ", " && ", " || "]
                    .iter()
                    .fold(example, |line, end| line.split(end).next().unwrap_or_default());
                let words = shlex::split(line).unwrap_or_else(|| panic!("{example}"));
                assert!(matches!(words[0].as_str(), "aws-sso" | "awsso"), "{name}: {example}");
                let parsed = parse(words.into_iter().map(OsString::from).collect());
                assert!(parsed.is_ok(), "{name}: {example}: {}", parsed.unwrap_err());
            }
        }
    }
}
