//! The code that a user meant for a shell, with variables in place of the placeholders. Where that would read another
//! value than the user meant, or run one as code, nothing is put in their place.

use std::ffi::{OsStr, OsString};

use super::in_code::{VARIABLES, refuse_placeholders};
use super::shell_words::{is_assignment, is_of_shell, joined_after};
use crate::programs::code::is_shell;

/// What quotes or nests words, or has a shell calculate with them.
const NOT_PLAIN: [&str; 12] = ["'", "\"", "\\", "`", "$(", "${", "((", "<<", "[", "#", "{", "}"];

/// Code for a shell.
pub(super) struct Code {
    pub(super) typed: String,
    /// The same without placeholders; `None` where none can be replaced.
    pub(super) filled: Option<String>,
}

impl Code {
    /// A word that the shell must see without quotes, and the words behind it.
    pub(super) fn of_words(name: &str, rest: &[OsString]) -> Self {
        let words: Vec<_> = std::iter::once(OsString::from(name)).chain(rest.iter().cloned()).collect();
        let filled = takes_values(&words).then(|| {
            let rest = rest.iter().map(|word| format!(" {}", filled_word(&word.to_string_lossy())));
            format!("{name}{}", rest.collect::<String>())
        });
        Self { typed: joined_after(name, rest), filled }
    }

    /// Code as it was typed, and words behind it.
    pub(super) fn of_text(text: &str, rest: &[OsString]) -> Self {
        let mut without = text.to_owned();
        let mut filled = text.to_owned();
        for (placeholder, variable) in VARIABLES {
            without = without.replace(placeholder, "");
            filled = filled.replace(placeholder, &format!("\"${variable}\""));
        }
        let is_plain = !NOT_PLAIN.iter().any(|mark| without.contains(mark)) && !text.contains("${");
        let mut commands = text.split(['|', '&', ';', '(', ')', '\n']);
        let takes_values =
            |command: &str| takes_values(&command.split_whitespace().map(OsString::from).collect::<Vec<_>>());
        let is_filled = is_plain && commands.all(takes_values) && !rest.iter().any(|word| has_placeholder(word));
        Self { typed: joined_after(text, rest), filled: is_filled.then(|| joined_after(&filled, rest)) }
    }

    pub(super) fn and(self, end: &str) -> Self {
        Self { typed: self.typed + end, filled: self.filled.map(|filled| filled + end) }
    }

    /// The placeholders in it, each with its variable.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        VARIABLES.into_iter().filter(|(placeholder, _)| self.typed.contains(placeholder))
    }
}

/// Whether any value may stand in this command as it does among the arguments of a program.
fn takes_values(words: &[OsString]) -> bool {
    let start = words.iter().position(|word| !is_assignment(word)).unwrap_or(words.len());
    let Some((program, rest)) = words[start..].split_first() else { return true };
    match program.to_str().unwrap_or_default() {
        "!" | "builtin" | "command" | "exec" | "time" => takes_values(rest),
        "cd" => true,
        "export" | "readonly" => rest.iter().all(|word| is_assignment(word) || !has_placeholder(word)),
        // Behind -v, shells take the name of a variable, and run the code in an index of it.
        name => {
            let is_open = name.starts_with('-') || has_placeholder(program) || is_of_shell(name);
            let is_variable = rest.iter().any(|word| word == "-v");
            let has_shell = words.iter().any(|word| is_shell(&word.to_string_lossy()));
            let has_code = refuse_placeholders(&words[start..]).is_err();
            !is_open && !is_variable && !has_shell && !has_code
        }
    }
}

fn has_placeholder(word: &OsStr) -> bool {
    let word = word.to_string_lossy();
    VARIABLES.iter().any(|(placeholder, _)| word.contains(placeholder))
}

/// The word for a shell. What stands around a placeholder has quotes of its own.
fn filled_word(word: &str) -> String {
    let first = VARIABLES.iter().filter_map(|(placeholder, variable)| {
        let (before, behind) = word.split_once(placeholder)?;
        Some((before, variable, behind))
    });
    let Some((before, variable, behind)) = first.min_by_key(|(before, ..)| before.len()) else {
        return shell_escape::escape(word.into()).into_owned();
    };
    let ends = [before, behind].map(|end| if end.is_empty() { String::new() } else { filled_word(end) });
    format!("{}\"${variable}\"{}", ends[0], ends[1])
}
