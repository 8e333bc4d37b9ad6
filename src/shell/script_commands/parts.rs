//! The parts of a shell's script: its commands, and the blocks that begin with an `if`, a loop or a function.

use crate::shell::dialect::Shell;

/// The commands of a script, as they begin.
#[derive(Debug, Default)]
pub(in crate::shell) struct Script {
    pub(in crate::shell) commands: Vec<Command>,
    /// What does not end in it. A line at its end would be a part of that.
    pub(in crate::shell) ends_within: Option<&'static str>,
}

/// A command without those in its parentheses.
#[derive(Debug, Default)]
pub(in crate::shell) struct Command {
    pub(in crate::shell) words: Vec<String>,
    /// The number of the line where it begins.
    pub(in crate::shell) line: usize,
    /// The command in whose parentheses, or backticks, it stands.
    pub(in crate::shell) inside: Option<usize>,
    pub(in crate::shell) joined: Joined,
    /// The function in whose body it stands, as the command that begins it.
    pub(in crate::shell) function: Option<usize>,
    /// Whether it stands in an `if`, a loop, braces or the like.
    pub(in crate::shell) is_in_block: bool,
    /// Whether `()` makes it the beginning of a function.
    pub(in crate::shell) is_function: bool,
}

/// How a command follows the one before it, in the same parentheses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::shell) enum Joined {
    #[default]
    No,
    /// It reads what that one prints.
    Pipe(Option<usize>),
    /// `&&`
    And(Option<usize>),
    /// `||`
    Or(Option<usize>),
}

impl Joined {
    pub(in crate::shell) fn after(self, count: usize) -> Self {
        let later = |at: Option<usize>| at.map(|at| at + count);
        match self {
            Self::No => Self::No,
            Self::Pipe(at) => Self::Pipe(later(at)),
            Self::And(at) => Self::And(later(at)),
            Self::Or(at) => Self::Or(later(at)),
        }
    }
}

/// Whether this shell's grammar is read so precisely that what seems to be open is open.
pub(super) fn is_strict(shell: Shell) -> bool {
    matches!(shell, Shell::Bash | Shell::Posix)
}

pub(super) const QUOTE: &str = "a quote";

pub(in crate::shell) fn is_posix(shell: Shell) -> bool {
    matches!(shell, Shell::Bash | Shell::Zsh | Shell::Posix)
}

/// A block that has begun.
pub(in crate::shell) struct Block {
    /// The word that ends it.
    pub(in crate::shell) end: &'static str,
    /// The function in whose body its commands stand, as the command that begins it.
    pub(in crate::shell) function: Option<usize>,
    /// The first command that is not complete without its end.
    pub(in crate::shell) first: usize,
}

impl Block {
    pub(in crate::shell) fn name(&self) -> &'static str {
        match self.end {
            "fi" => "an if",
            "esac" => "a case",
            "done" => "a loop",
            _ => "braces",
        }
    }
}

/// The word that ends the block that this word begins, in front of a command or, if it is not the first, after one.
pub(in crate::shell) fn end_of(shell: Shell, word: &str, is_first: bool) -> Option<&'static str> {
    match (shell, word) {
        // `if ( … ) command` has no block.
        (Shell::Tcsh, "then") => Some("endif"),
        _ if !is_first => None,
        (Shell::Tcsh, "switch") => Some("endsw"),
        (Shell::Tcsh, "foreach" | "while")
        | (Shell::Fish, "if" | "for" | "while" | "switch" | "begin" | "function") => Some("end"),
        (Shell::Bash | Shell::Zsh | Shell::Posix, "if") => Some("fi"),
        (Shell::Bash | Shell::Zsh | Shell::Posix, "case") => Some("esac"),
        (Shell::Bash | Shell::Zsh | Shell::Posix, "do") => Some("done"),
        (_, "{") => Some("}"),
        _ => None,
    }
}

/// Whether a block may begin or end after this word.
pub(in crate::shell) fn may_precede(word: &str) -> bool {
    matches!(
        word,
        "done" | "fi" | "esac" | "}" | "if" | "elif" | "while" | "until" | "!" | "time" | "and" | "or" | "not"
    )
}
