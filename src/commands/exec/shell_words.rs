//! Words that only shells know, and words as a line for a shell.

use std::ffi::{OsStr, OsString};

/// Words of shells that change the shell itself, with the shell that has them.
pub(super) const CHANGES: [(&str, &[&str]); 2] = [
    ("sh", &[".", "alias", "cd", "export", "readonly", "set", "shift", "trap", "ulimit", "umask", "unalias", "unset"]),
    ("bash", &["bind", "declare", "popd", "pushd", "setopt", "shopt", "source", "typeset"]),
];

/// Words of shells that stand before a command.
pub(super) const BEFORE_COMMANDS: [&str; 7] = ["!", "builtin", "command", "coproc", "eval", "exec", "time"];

/// Words of shells that code begins with, and others that make no sense alone.
pub(super) const CODE: [&str; 56] = [
    "(",
    ")",
    "((",
    "))",
    ":",
    "[[",
    "]]",
    "bg",
    "break",
    "caller",
    "case",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "dirs",
    "disown",
    "do",
    "done",
    "elif",
    "else",
    "enable",
    "esac",
    "exit",
    "fc",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "help",
    "history",
    "if",
    "in",
    "jobs",
    "let",
    "local",
    "logout",
    "mapfile",
    "read",
    "readarray",
    "return",
    "select",
    "suspend",
    "then",
    "times",
    "type",
    "until",
    "wait",
    "whence",
    "where",
    "while",
    "{",
    "}",
    "zmodload",
];

/// Whether this is a variable and its value, as a shell takes them before a command.
pub(super) fn is_assignment(word: &OsStr) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    word.to_string_lossy().split_once('=').is_some_and(|(name, _)| is_name(name))
}

pub(super) fn is_of_shell(name: &str) -> bool {
    CHANGES.iter().any(|(_, names)| names.contains(&name)) || BEFORE_COMMANDS.contains(&name) || CODE.contains(&name)
}

/// The words as a line for a shell.
pub(super) fn joined(words: &[OsString]) -> String {
    let words = words.iter().map(|word| shell_escape::escape(word.to_string_lossy()).into_owned());
    words.collect::<Vec<_>>().join(" ")
}

/// A word that the shell must see without quotes, and the words behind it.
pub(super) fn joined_after(name: &str, rest: &[OsString]) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name} {}", joined(rest)) }
}

pub(super) fn spaced(words: &[OsString]) -> String {
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
