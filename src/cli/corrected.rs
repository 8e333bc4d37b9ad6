//! A line with one word that is probably meant to be another: the error names the line to paste. It is never run by
//! itself.

use std::error::Error as _;
use std::ffi::OsString;
use std::ops::RangeInclusive;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use shell_escape::escape;

use super::again::with_value;
use super::exec_line::CommandStart;
use crate::error::Error;
use crate::programs::startable;
use crate::programs::unstarted::Problem;
use crate::shell::VERBS_OF_FUNCTION;
use crate::suggest::nearest;
use crate::{known_regions, quote};

/// Words of other tools, and those that people try, with the verb that they mean.
const OTHER_WORDS: [(&str, &str); 24] = [
    ("accounts", "list"),
    ("assume", "use"),
    ("back", "-"),
    ("choose", "pick"),
    ("config", "settings"),
    ("configure", "setup"),
    ("credential-process", "process"),
    ("eval", "env"),
    ("export", "env"),
    ("logn", "login"),
    ("ls", "list"),
    ("open", "console"),
    ("populate", "discover"),
    ("profiles", "list"),
    ("renew", "refresh"),
    ("roles", "list"),
    ("run", "exec"),
    ("select", "pick"),
    ("signin", "login"),
    ("signout", "logout"),
    ("switch", "use"),
    ("unset", "clear"),
    ("version", "--version"),
    ("web", "console"),
];

/// The error of a line that `command` cannot parse, if another word was probably meant. `parses` says whether a line
/// can be parsed.
pub(crate) fn error(
    arguments: &[OsString],
    error: &clap::Error,
    command: &Command,
    parses: impl Fn(Vec<OsString>) -> bool,
) -> Option<Error> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let words: Vec<_> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            Some(Line { words: &words, wrong: text(ContextKind::InvalidSubcommand)? }.error(command, parses))
        }
        ErrorKind::ValueValidation => {
            let (argument, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
            let option = argument.split(' ').next().filter(|name| name.starts_with("--")).unwrap_or("region");
            // clap would leave out the remedy of an error of ours.
            let ours = error.source().and_then(|source| source.downcast_ref::<Error>());
            let ours = ours.filter(|error| error.remedy().is_some()).cloned();
            ours.or_else(|| argument.contains("REGION").then(|| region(option, value)).flatten())
        }
        ErrorKind::UnknownArgument => {
            let wrong = text(ContextKind::InvalidArg)?;
            let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
            let at = words[..end].iter().rposition(|word| word == wrong)?;
            other_option(&words, at, &parses)
        }
        _ => None,
    }
}

/// Options of another verb, with the one that does the same.
const OTHER_OPTIONS: [(&str, &str); 1] = [("--no-browser", "--print")];

/// The error of an option that another verb has, if this one has another name for it.
fn other_option(words: &[String], at: usize, parses: impl Fn(Vec<OsString>) -> bool) -> Option<Error> {
    let (wrong, meant) = OTHER_OPTIONS.into_iter().find(|(wrong, _)| *wrong == words[at])?;
    let line = pasted(words, at..=at, meant, parses)?;
    Some(Error::usage(format!("there is no {wrong} here; {meant} does it")).with_remedy(format!("run: {line}")))
}

/// The error of a ROLE in several words before the `--` of `exec`: the first one alone `is_role` does not know, and the
/// second one would begin the command.
pub(crate) fn role_in_words(
    line: &[OsString],
    start: &CommandStart,
    is_role: impl Fn(&str) -> bool,
    parses: impl Fn(Vec<OsString>) -> bool,
) -> Option<Error> {
    let first = start.role.filter(|role| !start.has_dashes && role + 1 == start.at)?;
    let dashes = start.at + line[start.at..].iter().position(|word| word == "--")?;
    let words: Vec<_> = line.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let (first, dashes) = (first - 1, dashes - 1);
    let second = &words[first + 1];
    let is_missing = startable::check(&line[start.at]).is_err_and(|cause| cause.problem == Problem::Missing);
    let is_path = !is_missing && second.starts_with(['.', '/', '~']);
    if second.contains('=') || is_path || is_role(&words[first]) {
        return None;
    }
    let last = words[first..dashes].iter().position(|word| word.starts_with('-')).map_or(dashes, |end| first + end) - 1;
    let as_one = pasted(&words, first..=last, &in_one_word(&words[first..=last]), parses)?;
    if is_missing {
        return Some(Error::usage("in exec, ROLE is one word").with_remedy(format!("run: {as_one}")));
    }
    let as_command = start.with_dashes(line.to_vec()).into_iter().skip(1);
    let as_command: Vec<_> = as_command.map(|word| quote::word(&word.to_string_lossy())).collect();
    let what = format!("in exec, ROLE is one word, and {second} is the name of a program too");
    let as_command = as_command.join(" ");
    Some(Error::usage(what).with_remedy(format!("run: {as_one}\nif {second} is the command: aws-sso {as_command}")))
}

/// A ROLE that was typed in several words.
pub(crate) fn in_one_word(words: &[String]) -> String {
    match words {
        // An account and a role.
        [account @ .., role] if !words.iter().any(|word| word.contains(['/', ':'])) => {
            format!("{}/{role}", account.join(" "))
        }
        _ => words.join(" "),
    }
}

/// The line with another word in place of these, if it can be parsed then.
fn pasted(
    words: &[String],
    place: RangeInclusive<usize>,
    other: &str,
    parses: impl Fn(Vec<OsString>) -> bool,
) -> Option<String> {
    let mut words = words.to_vec();
    words.splice(place, [other.to_owned()]);
    let line: Vec<_> = ["aws-sso".into()].into_iter().chain(words.iter().map(OsString::from)).collect();
    let words: Vec<_> = words.iter().map(|word| quote::word(word)).collect();
    parses(line).then(|| format!("aws-sso {}", words.join(" ")))
}

/// The error of clap without its tip that a word with a dash be put after `--`, which is no ROLE there either; for
/// `exec` with the tip that its command comes last.
pub(crate) fn with_right_tip(mut error: clap::Error, is_exec: bool) -> clap::Error {
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    if is_unknown {
        error.remove(ContextKind::Suggested);
    }
    if is_exec && (is_unknown || error.kind() == ErrorKind::ArgumentConflict) {
        let tip = "the command comes last, as in: aws-sso exec ROLE -- aws s3 ls";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.to_owned().into()]));
    }
    error
}

/// The error of a region that is none, or probably a typing error; `None` where nothing is known to do about it.
pub(crate) fn region(option: &str, region: &str) -> Option<Error> {
    let why = known_regions::named(region).err()?;
    let runs = known_regions::meant(region).into_iter().map(|meant| format!("run: {}", with_value(region, meant)));
    let insisted = known_regions::insisted(region);
    let insist = (insisted != region).then(|| format!("if there is one of this name, write it as {insisted}"));
    let remedy: Vec<_> = runs.chain(insist).collect();
    (!remedy.is_empty()).then(|| Error::usage(format!("{option} {region}: {why}")).with_remedy(remedy.join("\n")))
}

/// A line with a word that is no verb.
struct Line<'a> {
    words: &'a [String],
    wrong: &'a str,
}

impl Line<'_> {
    fn error(&self, command: &Command, parses: impl Fn(Vec<OsString>) -> bool) -> Error {
        let wrong = self.wrong;
        let what = format!("there is no verb {}", quote::word(wrong));
        match self.meant(command).as_slice() {
            [] => Error::usage(format!("{what}; see: aws-sso --help")),
            [verb] => Error::usage(format!("{what}; run: {}", self.with_verb(verb, command, parses))),
            [first @ .., last] => Error::usage(format!("{what}; did you mean {} or {last}?", first.join(", "))),
        }
    }

    /// The verbs that may be meant.
    fn meant<'c>(&self, command: &'c Command) -> Vec<&'c str> {
        let parent = self.parent(command);
        let verbs: Vec<_> =
            parent.get_subcommands().filter(|verb| !verb.is_hide_set()).map(Command::get_name).collect();
        if parent.get_name() == command.get_name() {
            if let Some((_, verb)) = OTHER_WORDS.iter().find(|(word, _)| *word == self.wrong) {
                return vec![*verb];
            }
            // As in `aws sso login`.
            let next = self.at(command).and_then(|at| self.words.get(at + 1));
            if let Some(next) = next.filter(|_| self.wrong == "sso") {
                return verbs.into_iter().filter(|verb| *verb == next).collect();
            }
            if self.wrong.contains('/') || self.wrong.starts_with("arn:") {
                return vec!["use"];
            }
        }
        nearest(self.wrong, verbs.into_iter(), 2)
    }

    /// The verb to which the wrong word belongs, if it is not the first.
    fn parent<'c>(&self, command: &'c Command) -> &'c Command {
        let before = self.at(command).unwrap_or_default();
        let verbs = (0..before).filter(|at| !self.is_value(*at, command)).map(|at| &self.words[at]);
        verbs.fold(command, |at, word| at.find_subcommand(word).unwrap_or(at))
    }

    /// Where the wrong word stands: a name behind `-p` may be the same.
    fn at(&self, command: &Command) -> Option<usize> {
        (0..self.words.len()).find(|at| self.words[*at] == self.wrong && !self.is_value(*at, command))
    }

    /// Whether the word at this place is the value of an option before the verb.
    fn is_value(&self, at: usize, command: &Command) -> bool {
        let Some(option) = at.checked_sub(1).map(|before| self.words[before].as_str()) else { return false };
        let is_it = |argument: &Arg| {
            let long = argument.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long));
            let short = argument.get_short().is_some_and(|short| option == format!("-{short}"));
            (long || short) && argument.get_action().takes_values()
        };
        command.get_arguments().any(is_it)
    }

    /// The line with this verb. Further words that do not go with it are left out.
    fn with_verb(&self, verb: &str, command: &Command, parses: impl Fn(Vec<OsString>) -> bool) -> String {
        let program = if VERBS_OF_FUNCTION.contains(&verb) && verb != "logout" { "awsso" } else { "aws-sso" };
        let mut words: Vec<_> = self.words.to_vec();
        let Some(at) = self.at(command) else { return format!("{program} {verb}") };
        let is_role = verb == "use" && (self.wrong.contains('/') || self.wrong.starts_with("arn:"));
        words.splice(at..at + usize::from(!is_role), [verb.to_owned()]);
        // As in `aws configure sso`.
        let is_configure = self.wrong == "configure" && words.get(at + 1).is_some_and(|word| word == "sso");
        if is_configure || self.wrong == "sso" {
            words.remove(at + 1);
        }
        let line: Vec<_> = [program.into()].into_iter().chain(words.iter().map(OsString::from)).collect();
        if !parses(line) {
            words.truncate(at + 1);
        }
        let words = words.into_iter().map(|word| escape(word.into()).into_owned());
        [program.to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    }
}
