//! One quoting rule per shell, each tested in the real shell. A value is always quoted, even one that looks safe. In a
//! line for people to paste, a word is quoted only where it must be, for the shell in which they type.

use std::path::Path;
use std::sync::OnceLock;

/// How a shell reads a word in quotes, and what it calls to set and to remove a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    Posix,
    Fish,
    Powershell,
    Nushell,
    Elvish,
    Xonsh,
    Tcsh,
    Cmd,
}

/// What a line does with files.
#[derive(Clone, Copy, Debug)]
enum Task {
    Rename,
    Remove,
    Copy,
    MakeFolder,
}

/// Finds out in which shell the user types. Only a line that quotes something asks.
static TYPED_IN: OnceLock<fn() -> Quotes> = OnceLock::new();

/// Says how to find out in which shell the user types.
pub(crate) fn for_shell(typed_in: fn() -> Quotes) {
    let _ = TYPED_IN.set(typed_in);
}

fn typed_in() -> Quotes {
    TYPED_IN.get().map_or(Quotes::Posix, |typed_in| typed_in())
}

/// Whether a value may be rendered at all: no NUL, no other control character.
#[must_use]
pub fn is_printable(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

/// Whether bash, zsh and fish take it for nothing but a word. zsh looks up a program where it begins with `=`.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c)) && !text.starts_with('=')
}

/// A word of a line that the user can paste into the shell.
pub(crate) fn word(text: &str) -> String {
    // A look at the shell takes time.
    if Quotes::Powershell.is_plain(text) { text.to_owned() } else { typed_in().word(text) }
}

fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

/// The statement that removes a variable, for the user to paste into the shell.
pub(crate) fn unset(name: &str) -> String {
    match typed_in() {
        Quotes::Posix => format!("unset {name}"),
        Quotes::Fish => format!("set -e {name}"),
        Quotes::Powershell => format!("Remove-Item Env:{name}"),
        Quotes::Nushell => format!("hide-env {name}"),
        Quotes::Elvish => format!("unset-env {name}"),
        Quotes::Xonsh => format!("del ${name}"),
        Quotes::Tcsh => format!("unsetenv {name}"),
        Quotes::Cmd => format!("set \"{name}=\""),
    }
}

/// Whether the user types in bash or its like: on Windows in that of Git or MSYS2.
#[cfg(windows)]
pub(crate) fn is_posix() -> bool {
    typed_in() == Quotes::Posix
}

/// The line that gives a file or folder another name.
pub(crate) fn rename(from: &Path, to: &Path) -> String {
    format!("{} {} {}", typed_in().program(Task::Rename, cfg!(windows)), path(from), path(to))
}

/// The line that deletes a file or a link.
pub(crate) fn remove(file: &Path) -> String {
    format!("{} {}", typed_in().program(Task::Remove, cfg!(windows)), path(file))
}

/// The line that copies a file that holds secrets.
pub(crate) fn copy(from: &Path, to: &Path) -> String {
    format!("{} {} {}", typed_in().program(Task::Copy, cfg!(windows)), path(from), path(to))
}

/// The line that creates a folder, and those above it.
pub(crate) fn make_folder(folder: &Path) -> String {
    format!("{} {}", typed_in().program(Task::MakeFolder, cfg!(windows)), path(folder))
}

/// A line that runs code of PowerShell, for the user to paste into the shell.
pub(crate) fn powershell_code(code: &str) -> String {
    if typed_in() == Quotes::Powershell { code.to_owned() } else { format!("powershell -Command {}", word(code)) }
}

/// What stands for the number of the shell's process, in a line for the user to paste into it.
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has limits of one process"))]
pub(crate) fn process_id() -> &'static str {
    match typed_in() {
        Quotes::Posix | Quotes::Tcsh => "$$",
        Quotes::Fish => "$fish_pid",
        Quotes::Powershell => "$PID",
        Quotes::Nushell => "$nu.pid",
        Quotes::Elvish => "$pid",
        Quotes::Xonsh => "@(__import__('os').getpid())",
        // It has no name for it.
        Quotes::Cmd => "PID",
    }
}

/// A word that stands for what a command prints, in a line for the user to paste into the shell.
pub(crate) fn output_of(command: &str) -> String {
    match typed_in() {
        Quotes::Posix | Quotes::Powershell | Quotes::Cmd => format!("\"$({command})\""),
        Quotes::Fish | Quotes::Nushell | Quotes::Elvish => format!("({command})"),
        Quotes::Xonsh => format!("@($({command}).strip())"),
        Quotes::Tcsh => format!("\"`{command}`\""),
    }
}

/// The statement that exports what a command prints, for the user to paste into the shell.
pub(crate) fn export_output_of(name: &str, command: &str) -> String {
    let output = output_of(command);
    match typed_in() {
        Quotes::Posix | Quotes::Cmd => format!("export {name}={output}"),
        Quotes::Fish => format!("set -gx {name} {output}"),
        Quotes::Powershell => format!("$env:{name} = {output}"),
        Quotes::Nushell => format!("$env.{name} = {output}"),
        Quotes::Elvish => format!("set-env {name} {output}"),
        Quotes::Xonsh => format!("${name} = $({command}).strip()"),
        Quotes::Tcsh => format!("setenv {name} {output}"),
    }
}

/// The statement that exports a variable, for the user to paste into the shell.
pub(crate) fn export(name: &str, value: &str) -> String {
    let value = word(value);
    match typed_in() {
        Quotes::Posix => format!("export {name}={value}"),
        Quotes::Fish => format!("set -gx {name} {value}"),
        Quotes::Powershell if value.starts_with('\'') => format!("$env:{name} = {value}"),
        Quotes::Powershell => format!("$env:{name} = '{value}'"),
        Quotes::Nushell if value.starts_with(['\'', '"']) => format!("$env.{name} = {value}"),
        Quotes::Nushell => format!("$env.{name} = '{value}'"),
        Quotes::Elvish => format!("set-env {name} {value}"),
        Quotes::Xonsh if value.starts_with('\'') => format!("${name} = {value}"),
        Quotes::Xonsh => format!("${name} = '{value}'"),
        Quotes::Tcsh => format!("setenv {name} {value}"),
        Quotes::Cmd => format!("set \"{name}={}\"", value.trim_matches('"')),
    }
}

impl Quotes {
    /// The program for a task, or the shell's own command.
    fn program(self, task: Task, windows: bool) -> &'static str {
        match (task, self) {
            (Task::Rename, Self::Cmd) => "move",
            (Task::Rename, _) => "mv",
            (Task::Remove, Self::Cmd) => "del",
            (Task::Remove, _) => "rm",
            (Task::Copy, Self::Cmd) => "copy",
            (Task::Copy, _) if windows => "cp",
            (Task::Copy, _) => "install -m 600",
            (Task::MakeFolder, Self::Cmd | Self::Nushell) => "mkdir",
            (Task::MakeFolder, Self::Powershell) if windows => "mkdir",
            (Task::MakeFolder, _) => "mkdir -p",
        }
    }

    fn word(self, text: &str) -> String {
        match self {
            _ if self.is_plain(text) => text.to_owned(),
            Self::Posix => posix(text),
            Self::Fish => fish(text),
            Self::Powershell => powershell(text),
            Self::Nushell => nushell(text),
            Self::Elvish => elvish(text),
            Self::Xonsh => xonsh_word(text),
            Self::Tcsh => tcsh(text),
            Self::Cmd => cmd(text),
        }
    }

    /// Whether a word needs no quotes. In PowerShell a comma makes an array, `@` splats, and a word that begins with a
    /// dash ends at a dot or a colon.
    fn is_plain(self, text: &str) -> bool {
        let is_taken_apart = text.contains([',', '@', '%']) || (text.starts_with('-') && text.contains(['.', ':']));
        !text.is_empty() && is_plain(text) && !(self == Self::Powershell && is_taken_apart)
    }
}

/// bash, zsh, dash: within single quotes, only a single quote is special.
pub(crate) fn posix(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// fish reads `\\` and `\'` within single quotes, so a value could break out of POSIX quoting.
pub(crate) fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Code that the shells above and fish read alike, with as few escapes as possible: only before a backslash or a quote
/// does fish take a backslash for more than itself.
pub(crate) fn posix_and_fish(code: &str) -> String {
    let mut quoted = String::from("'");
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\'', _) => quoted.push_str(r"'\''"),
            ('\\', None | Some('\\' | '\'')) => quoted.push_str(r#"'"\\"'"#),
            _ => quoted.push(character),
        }
    }
    quoted + "'"
}

/// PowerShell takes five characters for a single quote. Each is doubled.
pub(crate) fn powershell(value: &str) -> String {
    let mut quoted = String::from("'");
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201B}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

/// Nushell: within single quotes nothing is special, and nothing can stand for a single quote.
pub(crate) fn nushell(value: &str) -> String {
    if value.contains('\'') {
        format!("\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#))
    } else {
        format!("'{value}'")
    }
}

/// Elvish: within single quotes, a single quote is written twice.
pub(crate) fn elvish(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// xonsh: a string of Python.
pub(crate) fn xonsh(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// xonsh, as an argument of a command: there it expands variables and home folders in strings, but not in what Python
/// computes.
pub(crate) fn xonsh_word(text: &str) -> String {
    let string = xonsh(text);
    if text.contains(['$', '~']) { format!("@({string})") } else { string }
}

/// tcsh looks up the history even within quotes, and with `backslash_quote` a backslash escapes within them. So each of
/// the three stands outside of them.
pub(crate) fn tcsh(value: &str) -> String {
    let mut quoted = String::from("'");
    for c in value.chars() {
        match c {
            '\'' | '!' | '\\' => quoted.extend(['\'', '\\', c, '\'']),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// cmd.exe: within double quotes, only they and `%` are special.
pub(crate) fn cmd(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_own_way_out_of_quotes() {
        let value = "a'b\\c\u{2019}";
        assert_eq!(posix(value), "'a'\\''b\\c\u{2019}'");
        assert_eq!(fish(value), "'a\\'b\\\\c\u{2019}'");
        assert_eq!(powershell(value), "'a''b\\c\u{2019}\u{2019}'");
        assert_eq!(xonsh(value), "'a\\'b\\\\c\u{2019}'");
        assert_eq!(xonsh_word("$a'"), "@('$a\\'')");
        assert_eq!(tcsh("a'b\\c!"), "'a'\\''b'\\\\'c'\\!''");
    }

    /// PowerShell has its own commands on Windows alone; `-p` is an option of neither, nor of Nushell.
    #[test]
    fn each_shell_has_programs_for_files_on_windows_and_elsewhere() {
        let tasks = [Task::Rename, Task::Remove, Task::Copy, Task::MakeFolder];
        for (shell, windows, expected) in [
            (Quotes::Cmd, true, ["move", "del", "copy", "mkdir"]),
            (Quotes::Powershell, true, ["mv", "rm", "cp", "mkdir"]),
            (Quotes::Posix, true, ["mv", "rm", "cp", "mkdir -p"]),
            (Quotes::Nushell, true, ["mv", "rm", "cp", "mkdir"]),
            (Quotes::Nushell, false, ["mv", "rm", "install -m 600", "mkdir"]),
            (Quotes::Powershell, false, ["mv", "rm", "install -m 600", "mkdir -p"]),
            (Quotes::Fish, false, ["mv", "rm", "install -m 600", "mkdir -p"]),
        ] {
            assert_eq!(tasks.map(|task| shell.program(task, windows)), expected, "{shell:?} {windows}");
        }
    }

    #[test]
    fn a_word_to_paste_is_quoted_only_where_the_shell_would_take_it_for_something_else() {
        let cases = [
            ("corp", "corp", "corp", "corp"),
            ("-p", "-p", "-p", "-p"),
            ("123456789012/Read", "123456789012/Read", "123456789012/Read", "123456789012/Read"),
            ("", "''", "''", "''"),
            ("a b", "'a b'", "'a b'", "'a b'"),
            ("a,b", "a,b", "a,b", "'a,b'"),
            ("@b", "@b", "@b", "'@b'"),
            ("--profile=-x", "--profile=-x", "--profile=-x", "--profile=-x"),
            ("--profile=x.y", "--profile=x.y", "--profile=x.y", "'--profile=x.y'"),
            ("A=1", "A=1", "A=1", "A=1"),
            ("=ls", "'=ls'", "'=ls'", "'=ls'"),
            ("it's", "'it'\\''s'", "'it\\'s'", "'it''s'"),
        ];
        for (text, posix, fish, powershell) in cases {
            let quoted = [Quotes::Posix, Quotes::Fish, Quotes::Powershell].map(|quotes| quotes.word(text));
            assert_eq!(quoted, [posix, fish, powershell], "{text}");
        }
    }
}
