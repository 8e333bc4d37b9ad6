//! `complete`: answers the shells' completion functions.

mod insertion;
mod line;

use std::ffi::OsString;

use clap::Args;
use clap_complete::engine;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::cli::completers::{Asked, Fit, Typed, ask, is_harmless, with_regions};
use crate::cli::exec_line::CommandStart;
use crate::cli::long_spelling;
use crate::error::Result;
use crate::output::print;
use crate::shell::Shell;
use crate::terminal;
use line::Line;

/// What the help of a verb says for those who type `aws-sso`. In a shell that has the function it says nothing new.
const THROUGH_FUNCTION: &str = " (through the awsso function)";

/// The most columns that a value gets beside its description.
const WIDEST_VALUE: usize = 24;

#[derive(Debug, Args)]
pub(crate) struct CompleteArgs {
    /// The shell that asks
    #[arg(long, value_enum)]
    shell: Shell,
    /// The line up to the cursor, for a shell whose words are not ours
    #[arg(long, allow_hyphen_values = true)]
    line: Option<String>,
    /// The end of that line which the shell replaces; bash ends a word at each colon
    #[arg(long, allow_hyphen_values = true, default_value = "")]
    replaced: String,
    /// The candidates are only shown, and none is inserted
    #[arg(long)]
    list: bool,
    /// The words up to the cursor
    #[arg(last = true)]
    words: Vec<String>,
}

/// Prints one candidate per line, followed by a tab and its description for shells that show one.
/// `command` gives the whole command line, or for a verb that part of it.
pub(crate) fn run(arguments: &CompleteArgs, command: impl Fn(Option<&str>) -> clap::Command) -> Result<()> {
    let words = words(arguments);
    let typed = words.last().cloned().unwrap_or_default();
    if let Some(at) = command_of_exec(&words, &command) {
        return print(&rest_of(arguments, at));
    }
    let mut found = candidates(&words, command);
    if words.first().is_some_and(|first| first != "aws-sso") {
        for candidate in &mut found {
            candidate.description = candidate.description.replace(THROUGH_FUNCTION, "");
        }
    }
    let lines: Vec<String> = match arguments.shell {
        Shell::Bash => lines_for_bash(arguments, &typed, &found),
        Shell::Xonsh => {
            let row = |Candidate { value, description }: &Candidate| {
                format!("{}\t{value}\t{description}\n", insertion::for_xonsh(value))
            };
            best(&typed, &found).1.into_iter().map(row).collect()
        }
        // It takes the words of what is printed, and quotes what it inserts.
        Shell::Tcsh => {
            let values = found.iter().map(|candidate| &candidate.value);
            values.filter(|value| !value.contains(char::is_whitespace)).map(|value| value.clone() + "\n").collect()
        }
        Shell::Powershell => {
            let row = |Candidate { value, description }: &Candidate| {
                let inserted = insertion::for_powershell(value);
                insertion::escaped(&format!("{inserted}\t{value}\t{description}\n"))
            };
            best(&typed, &found).1.into_iter().map(row).collect()
        }
        Shell::Nushell => vec![for_nushell(&best(&typed, &found).1)],
        // These match by rules of their own, and quote what they insert. The first two show a candidate as one text.
        Shell::Zsh | Shell::Elvish => in_columns(&found),
        _ => found.iter().map(|Candidate { value, description }| format!("{value}\t{description}\n")).collect(),
    };
    print(&lines.concat())
}

/// Candidates whose descriptions begin in one column, unless a value is too wide for that.
fn in_columns(found: &[Candidate]) -> Vec<String> {
    let column = found.iter().map(|candidate| candidate.value.width()).max().unwrap_or_default().min(WIDEST_VALUE);
    let line = |Candidate { value, description }: &Candidate| {
        let gap = if description.is_empty() { 0 } else { column.saturating_sub(value.width()) };
        format!("{value}\t{}{description}\n", " ".repeat(gap))
    };
    found.iter().map(line).collect()
}

/// The words up to the cursor; the last one is being typed.
fn words(arguments: &CompleteArgs) -> Vec<String> {
    if let Some(line) = &arguments.line {
        return Line::read(line, arguments.shell).words;
    }
    let mut words = arguments.words.clone();
    // Nushell gives words as they are typed, and fish has no way to read a word whose quote is still open.
    let keeps_quotes = matches!(arguments.shell, Shell::Fish | Shell::Nushell);
    if let Some(last) = words.last_mut().filter(|_| keeps_quotes) {
        *last = Line::read(last, arguments.shell).words.concat();
    }
    words
}

/// Where the command of `exec` begins, if that is what is being typed.
fn command_of_exec(words: &[String], command: impl Fn(Option<&str>) -> clap::Command) -> Option<usize> {
    let line: Vec<_> = words.iter().map(OsString::from).collect();
    let at = CommandStart::find(&line, || command(Some("exec")))?.at;
    let is_option = || at + 1 == words.len() && words[at].starts_with('-');
    (at < words.len() && !is_option()).then_some(at)
}

/// The answer that says where a command begins which the shell completes by itself: a tab, and for bash and PowerShell
/// the line from there on, for others how many words stand before it.
fn rest_of(arguments: &CompleteArgs, at: usize) -> String {
    match (arguments.shell, &arguments.line) {
        (Shell::Bash, Some(line)) => format!("\t{}\n", Line::from_word(line, at, Shell::Bash)),
        (Shell::Powershell, Some(line)) => {
            insertion::escaped(&format!("\t{}\n", Line::from_word(line, at, Shell::Powershell)))
        }
        (Shell::Zsh | Shell::Fish, _) => format!("\t{at}\n"),
        _ => String::new(),
    }
}

/// A list, which Nushell neither filters nor quotes.
fn for_nushell(found: &[&Candidate]) -> String {
    let row = |Candidate { value, description }: &&Candidate| {
        let value = insertion::for_nushell(value);
        json!({ "value": value, "description": description })
    };
    Value::from(found.iter().map(row).collect::<Vec<_>>()).to_string() + "\n"
}

fn lines_for_bash(arguments: &CompleteArgs, typed: &str, found: &[Candidate]) -> Vec<String> {
    let line = arguments.line.as_deref().unwrap_or_default();
    let before = Line::read(line.strip_suffix(&arguments.replaced).unwrap_or(line), Shell::Bash);
    let (fit, best) = best(typed, found);
    let values = || best.iter().map(|candidate| candidate.value.as_str());
    if !arguments.list && !insertion::keeps_typed(typed, fit, values()) {
        // The next Tab shows them.
        return Vec::new();
    }
    values().filter_map(|value| Some(insertion::for_bash(value, &before)? + "\n")).collect()
}

/// The candidates that fit best, for a shell that does not match by itself, and how they fit.
fn best<'a>(typed: &str, found: &'a [Candidate]) -> (Fit, Vec<&'a Candidate>) {
    let typed = Typed::new(typed);
    let fits: Vec<_> = found.iter().filter_map(|candidate| Some((typed.fit(&candidate.value)?, candidate))).collect();
    let best = fits.iter().map(|(fit, _)| *fit).min().unwrap_or(Fit::Start);
    (best, fits.into_iter().filter(|(fit, _)| *fit == best).map(|(_, candidate)| candidate).collect())
}

/// A word that completes the line, and a description of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    /// What is inserted.
    value: String,
    /// What is shown beside it; may be empty.
    description: String,
}

/// The candidates for the last of `words`; the first is the command itself.
fn candidates(words: &[String], command: impl Fn(Option<&str>) -> clap::Command) -> Vec<Candidate> {
    if words.len() < 2 {
        return Vec::new();
    }
    let profile = profile_of(words);
    let mut words = without_help(without_profile(words));
    let index = words.len() - 1;
    let command = command(words.get(1).filter(|_| index > 1).map(String::as_str));
    let is_option = words[index].starts_with('-');
    // The engine would leave out what does not begin as typed; the shell decides. Options are matched by the engine.
    let word = if is_option { String::new() } else { std::mem::take(&mut words[index]) };
    let operands = operands(&words, &command);
    ask(Asked { word, profile, operands });
    let words = words.into_iter().map(|word| long_spelling(OsString::from(word))).collect();
    // Tab shows nothing rather than an error.
    let found = engine::complete(&mut with_regions(command), words, index, None).unwrap_or_default();
    found
        .into_iter()
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str().filter(|value| is_harmless(value))?.to_owned();
            if value.starts_with('-') && !is_option {
                return None;
            }
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let description = help.lines().next().map(|line| terminal::name(line).into_owned()).unwrap_or_default();
            Some(Candidate { value, description })
        })
        .collect()
}

/// The words before the last one that are no verb, no option and no option's value.
fn operands(words: &[String], command: &clap::Command) -> Vec<String> {
    let (mut verb, mut operands, mut is_value): (Option<&clap::Command>, _, _) = (None, Vec::new(), false);
    for word in words.iter().take(words.len() - 1).skip(1) {
        if std::mem::take(&mut is_value) {
            continue;
        }
        match verb {
            _ if word.starts_with('-') && word != "-" => {
                is_value = [Some(command), verb].into_iter().flatten().any(|command| takes_value(word, command));
            }
            None => verb = command.find_subcommand(word),
            Some(_) => operands.push(word.clone()),
        }
    }
    operands
}

/// Whether this is an option whose value is the next word.
fn takes_value(word: &str, command: &clap::Command) -> bool {
    command.get_arguments().filter(|argument| argument.get_action().takes_values()).any(|argument| {
        let short = argument.get_short().map(|short| format!("-{short}"));
        let mut longs = argument.get_long().into_iter().chain(argument.get_all_aliases().unwrap_or_default());
        short.is_some_and(|short| word == short) || longs.any(|long| word.strip_prefix("--") == Some(long))
    })
}

/// The value of `-p` before the last word.
fn profile_of(words: &[String]) -> Option<String> {
    let last = words.len() - 1;
    let ours = &words[..words.iter().position(|word| word == "--").unwrap_or(last).min(last)];
    let attached = |word: &String| word.strip_prefix("--profile=").map(str::to_owned);
    let is_option = |pair: &&[String]| is_profile_option(&pair[0]);
    let apart = ours.windows(2).rfind(is_option).map(|pair| pair[1].clone());
    apart.or_else(|| ours.iter().rev().find_map(attached))
}

fn is_profile_option(word: &str) -> bool {
    matches!(word, "-p" | "--profile")
}

/// The words without `-p PROFILE`: clap's engine would take a profile that is named like a verb for that verb.
fn without_profile(words: &[String]) -> Vec<String> {
    let last = words.len() - 1;
    let is_option = |at: usize| at + 1 < last && is_profile_option(&words[at]);
    let is_ours = words.iter().position(|word| word == "--").unwrap_or(last);
    let is_kept = |at: &usize| *at > is_ours || !(is_option(*at) || *at > 0 && is_option(*at - 1));
    (0..=last).filter(is_kept).map(|at| words[at].clone()).collect()
}

/// The words without `help`, after which stands the verb that it is about.
fn without_help(mut words: Vec<String>) -> Vec<String> {
    if words.len() == 3 && words[1] == "help" {
        words.remove(1);
    }
    words
}
