//! A line with one word that is probably meant to be another: the error names the line to paste. It is never run by
//! itself.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use shell_escape::escape;

use super::again::with_value;
use crate::error::Error;
use crate::known_regions;
use crate::shell::VERBS_OF_FUNCTION;
use crate::suggest::nearest;

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

/// The error of a line that `command` cannot parse, if another word was probably meant. `parses` tells whether a line
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
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let words: Vec<_> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            Some(Line { words: &words, wrong: text(ContextKind::InvalidSubcommand)? }.error(command, parses))
        }
        ErrorKind::ValueValidation => {
            let (argument, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
            let option = argument.split(' ').next().filter(|name| name.starts_with("--")).unwrap_or("region");
            argument.contains("REGION").then(|| region(option, value)).flatten()
        }
        _ => None,
    }
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
        let what = format!("there is no verb {wrong}");
        match self.meant(command).as_slice() {
            [] => Error::usage(format!("{what}; see: aws-sso --help")),
            [verb] => Error::usage(format!("{what}; run: {}", self.with_verb(verb, parses))),
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
            let next = self.words.iter().skip_while(|word| *word != self.wrong).nth(1);
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
        let before = self.words.iter().take_while(|word| *word != self.wrong);
        before.fold(command, |at, word| at.find_subcommand(word).unwrap_or(at))
    }

    /// The line with this verb. Further words that do not go with it are left out.
    fn with_verb(&self, verb: &str, parses: impl Fn(Vec<OsString>) -> bool) -> String {
        let program = if VERBS_OF_FUNCTION.contains(&verb) && verb != "logout" { "awsso" } else { "aws-sso" };
        let mut words: Vec<_> = self.words.to_vec();
        let Some(at) = words.iter().position(|word| word == self.wrong) else { return format!("{program} {verb}") };
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
