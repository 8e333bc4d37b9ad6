//! The command line as a whole: what is parsed, and what the shells' functions know of it.

use std::path::Path;

use super::*;
use crate::shell::{Hook, Init, Shell, script};

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    parse(line.split(' ').map(OsString::from).collect())
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn the_originals_spelling_is_kept() {
    for line in [
        "aws-sso -p P -r R -ext",
        "aws-sso --profile P --rolearn R --external-source",
        "aws-sso --profile=P --rolearn=R -ext",
        "aws-sso -ext -r R -p P",
    ] {
        let cli = parsed(line).unwrap();
        assert!(cli.original.external_source, "{line}");
        assert_eq!(cli.original.role.as_deref(), Some("R"), "{line}");
        assert_eq!(cli.global.profile.as_deref(), Some("P"), "{line}");
    }
    for line in ["aws-sso -p P -env", "aws-sso -p P --env_vars", "aws-sso -p P --env-vars"] {
        assert!(parsed(line).unwrap().original.env_vars, "{line}");
    }
    for line in ["aws-sso -p P -d", "aws-sso -p P --discover-roles"] {
        assert!(parsed(line).unwrap().original.discover_roles, "{line}");
    }
}

/// The functions look for the verb behind these options, so each must know those that take a value.
#[test]
fn the_shell_functions_know_every_option_before_the_verb_that_takes_a_value() {
    let command = Cli::command();
    let mut options: Vec<_> = ["-vp", "-qp", "-vqp", "-qvp"].map(str::to_owned).into();
    for option in command.get_arguments().filter(|option| option.get_action().takes_values()) {
        options.extend(option.get_short().map(|letter| format!("-{letter}")));
        let names = option.get_long().into_iter().chain(option.get_all_aliases().unwrap_or_default());
        options.extend(names.map(|name| format!("--{name}")));
    }
    options.sort();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell, Shell::Nushell, Shell::Elvish, Shell::Posix]
    {
        let init =
            Init { command: "awsso", program: Path::new("/aws-sso"), hook: Hook::None, completion: false, key: None };
        // PowerShell's code is one line. That of Elvish is a text in one.
        let code = script(shell, &init).unwrap().replace(r"\n", "\n");
        let line = code.split(['\n', ';']).find(|line| line.contains("--rolearn")).unwrap();
        let mut known: Vec<_> = line
            .split([' ', '|', ',', ')', '(', '\''])
            .filter(|word| word.len() > 1 && word.starts_with('-'))
            .map(str::to_owned)
            .collect();
        known.sort();
        assert_eq!(known, options, "{shell:?}");
    }
    // A cluster of one-letter options: only -v and -q take no value.
    let flags: Vec<_> = command.get_arguments().filter(|option| !option.get_action().takes_values()).collect();
    let letters: Vec<_> = flags.iter().filter_map(|option| option.get_short()).filter(|c| *c != 'd').collect();
    assert_eq!(letters, ['v', 'q']);
}

#[test]
fn contradictions_are_wrong_usage() {
    for line in ["aws-sso -p P -env -ext -r R", "aws-sso -p P -ext", "aws-sso -p P -d -r R", "aws-sso nonsense"] {
        assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

#[test]
fn a_line_of_a_verb_that_is_waited_for_means_the_same_as_with_all_verbs() {
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
        let (global, verb) = one_verb::parse(WAITED_FOR, &words(line)).unwrap_or_else(|| panic!("{line}"));
        let one = Cli { global, original: Original::default(), verb: Some(verb) };
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
        assert!(one_verb::parse(WAITED_FOR, &words(line)).is_none(), "{line}");
    }
}
