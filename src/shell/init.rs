//! Renders `shell/init.*`: real shell code, in which only the program's path and the function's name are filled in.

use std::path::Path;

use clap::ValueEnum;

use super::dialect::Shell;
use super::function_file;
use super::key::Key;
use crate::error::{Error, Result};
use crate::quote::is_printable;

/// What the prompt does when the shell's credentials have five minutes left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Hook {
    /// Prints a notice, once.
    #[default]
    Notice,
    /// Renews them silently, if the sign-in is still valid.
    Refresh,
    /// Does nothing.
    None,
}

/// The options of `init`.
#[derive(Clone, Debug)]
pub struct Init<'a> {
    /// The function's name, `awsso` by default.
    pub command: &'a str,
    /// The program that it runs.
    pub program: &'a Path,
    /// What the prompt does.
    pub hook: Hook,
    /// Whether Tab completes its arguments.
    pub completion: bool,
    /// The key that picks a role.
    pub key: Option<Key>,
}

/// The word that stands for the program's path in `shell/init.*`; a plain word in every shell.
const PROGRAM: &str = "__AWS_SSO_PROGRAM__";
/// The word that stands for the function's name.
const COMMAND: &str = "__aws_sso_command__";

/// The word that stands for the key, as the shell's command that binds keys takes it.
const KEY: &str = "__AWS_SSO_KEY__";
/// The word that stands for this version, by which `doctor` recognises an old function.
const VERSION: &str = "__AWS_SSO_VERSION__";

/// Names that the function must not take: its own code, or a shell, needs them.
const TAKEN: [&str; 46] = [
    "def", "fn", "let", "mut", "use", "var", "alias", "and", "begin", "builtin", "case", "command", "do", "done",
    "echo", "elif", "else", "end", "esac", "eval", "exec", "exit", "export", "fi", "for", "function", "if", "in",
    "local", "math", "not", "or", "path", "printf", "prompt", "return", "select", "set", "shift", "source", "string",
    "switch", "test", "then", "unset", "while",
];

/// The code that defines the function, for `eval`.
pub fn script(shell: Shell, init: &Init<'_>) -> Result<String> {
    let template = shell.dialect().template()?;
    if !is_function_name(init.command) {
        return Err(Error::usage(format!("{} cannot be a function's name", init.command))
            .with_remedy("use letters, digits, - and _, beginning with a letter, and no word of the shell's own"));
    }
    let program = init
        .program
        .to_str()
        .filter(|path| is_printable(path))
        .ok_or_else(|| Error::failed("the path of this program cannot be written in a shell script"))?;
    let parts = [
        ("completion", init.completion),
        ("renewal", init.hook == Hook::Refresh),
        ("hook", init.hook != Hook::None),
        ("key", init.key.is_some()),
    ];
    let code = parts
        .into_iter()
        .filter(|(_, is_wanted)| !is_wanted)
        .fold(template.to_owned(), |code, (part, _)| without_part(&code, part));
    let key = init.key.map(|key| key.notation(shell)).unwrap_or_default();
    let code = without_comments(&code).replace(COMMAND, init.command).replace(KEY, &key);
    let code = code.replace(VERSION, env!("CARGO_PKG_VERSION"));
    // The path comes last, so that nothing is filled in within it.
    let code = code.replace(PROGRAM, &shell.dialect().program(&shell.path(program)));
    if shell == Shell::Tcsh {
        return function_file::loaded(&code, init.command, &options(init));
    }
    Ok(shell.dialect().loaded(&code, init.command))
}

/// The options of `init` that differ from what it does without any.
fn options(init: &Init<'_>) -> String {
    let command = (init.command != "awsso").then(|| format!(" --cmd {}", init.command));
    let hook = match init.hook {
        Hook::Notice => None,
        Hook::Refresh => Some(" --hook refresh".to_owned()),
        Hook::None => Some(" --hook none".to_owned()),
    };
    let key = init.key.map(|key| format!(" --key {key}"));
    let completion = (!init.completion).then(|| " --no-completion".to_owned());
    [command, hook, key, completion].into_iter().flatten().collect()
}

/// The code without the lines between the marks of a part.
fn without_part(code: &str, part: &str) -> String {
    let (start, end) = (format!("# >>> {part}"), format!("# <<< {part}"));
    let mut is_inside = false;
    let mut rest = String::new();
    for line in code.lines() {
        is_inside |= line.trim() == start;
        if !is_inside {
            rest.push_str(line);
            rest.push('\n');
        }
        is_inside &= line.trim() != end;
    }
    rest
}

/// The code without comments and empty lines: an interactive bash may have comments turned off, and would run them.
fn without_comments(code: &str) -> String {
    code.lines()
        .filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn is_function_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !TAKEN.contains(&name.to_ascii_lowercase().as_str())
}
