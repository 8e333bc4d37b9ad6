//! A shell's script as its commands. What its quotes, its comments and its here-documents hold is none of them.
//!
//! Each shell has its own grammar. What is read here is what they have in common, with the differences that decide
//! where a text ends.

mod characters;
mod here_document;
mod parts;
mod reader;
mod words;

pub(super) use parts::{Command, Joined, is_posix};
use parts::{QUOTE, Script, is_strict};
use reader::Reader;
pub(super) use words::{assignments, from_name, is_name, is_program, variable};

use super::dialect::Shell;

pub(super) fn read(shell: Shell, text: &str) -> Script {
    let whole = Reader::new(shell, text, 1).read();
    if is_strict(shell) || whole.ends_within != Some(QUOTE) {
        return whole;
    }
    // A quote that does not end: where the texts are is not known, so each line is read by itself.
    let mut script = Script::default();
    for (number, line) in (1..).zip(text.lines()) {
        let at = script.commands.len();
        for command in Reader::new(shell, line, number).read().commands {
            let inside = command.inside.map(|inside| inside + at);
            script.commands.push(Command { inside, function: None, joined: command.joined.after(at), ..command });
        }
    }
    script
}
