//! The key that picks a role while a command is being typed, and how each shell writes it.

use std::fmt;
use std::str::FromStr;

use super::dialect::Shell;
use crate::error::{Error, Result};

/// A letter or digit that is pressed together with Ctrl or Alt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    modifier: Modifier,
    letter: char,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    Ctrl,
    Alt,
}

/// The ways to write each of them, without regard to case. The longest come first: `^[` begins with `^`.
const NOTATIONS: [(&str, Modifier); 11] = [
    ("control-", Modifier::Ctrl),
    ("ctrl-", Modifier::Ctrl),
    ("ctrl+", Modifier::Ctrl),
    ("\\c-", Modifier::Ctrl),
    ("c-", Modifier::Ctrl),
    ("alt-", Modifier::Alt),
    ("alt+", Modifier::Alt),
    ("\\e", Modifier::Alt),
    ("m-", Modifier::Alt),
    ("^[", Modifier::Alt),
    ("^", Modifier::Ctrl),
];

/// Terminals and line editors cannot do without these: Ctrl-C, end of input, Backspace, Tab, Enter, flow control,
/// suspending.
const NEEDED: &str = "cdhijmqsz";

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let parsed = NOTATIONS.iter().find_map(|(start, modifier)| {
            let mut letters = lower.strip_prefix(start)?.chars();
            let letter = letters.next().filter(|_| letters.next().is_none())?;
            let fits = match modifier {
                Modifier::Ctrl => letter.is_ascii_lowercase(),
                Modifier::Alt => letter.is_ascii_alphanumeric(),
            };
            fits.then_some(Self { modifier: *modifier, letter })
        });
        match parsed {
            Some(Self { modifier: Modifier::Ctrl, letter }) if NEEDED.contains(letter) => {
                Err(Error::usage(format!("ctrl-{letter} is needed by the terminal"))
                    .with_remedy("choose another key, such as ctrl-g or alt-a"))
            }
            Some(key) => Ok(key),
            None => Err(Error::usage(format!("{text} is not a key that can be bound"))
                .with_remedy("write a letter with Ctrl or Alt: ^G or ctrl-g, alt-g or M-g")),
        }
    }
}

/// As `init --key` takes it in every shell.
impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifier = match self.modifier {
            Modifier::Ctrl => "ctrl",
            Modifier::Alt => "alt",
        };
        write!(formatter, "{modifier}-{}", self.letter)
    }
}

impl Key {
    /// How the shell's command that binds keys takes it; no character of it needs quotes.
    pub(super) fn notation(self, shell: Shell) -> String {
        let Self { modifier, letter } = self;
        match (shell, modifier) {
            (Shell::Bash | Shell::Posix, Modifier::Ctrl) => format!("\\C-{letter}"),
            (Shell::Bash | Shell::Posix | Shell::Fish, Modifier::Alt) => format!("\\e{letter}"),
            (Shell::Zsh | Shell::Tcsh, Modifier::Ctrl) => format!("^{}", letter.to_ascii_uppercase()),
            (Shell::Zsh | Shell::Tcsh, Modifier::Alt) => format!("^[{letter}"),
            (Shell::Fish, Modifier::Ctrl) => format!("\\c{letter}"),
            (Shell::Powershell | Shell::Cmd, Modifier::Ctrl) => format!("Ctrl+{letter}"),
            (Shell::Powershell | Shell::Cmd, Modifier::Alt) => format!("Alt+{letter}"),
            (Shell::Nushell, Modifier::Ctrl) => format!("modifier: control, keycode: char_{letter}"),
            (Shell::Nushell, Modifier::Alt) => format!("modifier: alt, keycode: char_{letter}"),
            (Shell::Elvish, Modifier::Ctrl) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            (Shell::Elvish, Modifier::Alt) => format!("Alt-{letter}"),
            (Shell::Xonsh, Modifier::Ctrl) => format!("c-{letter}"),
            (Shell::Xonsh, Modifier::Alt) => format!("escape {letter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_notation_for_all_shells_and_each_shells_own() {
        let shells = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell];
        let ctrl = ["\\C-g", "^G", "\\cg", "Ctrl+g"];
        for text in ["^G", "^g", "ctrl-g", "Ctrl+G", "C-g", "\\C-g", "control-g"] {
            let key: Key = text.parse().unwrap();
            assert_eq!(shells.map(|shell| key.notation(shell)), ctrl, "{text}");
        }
        let alt = ["\\ea", "^[a", "\\ea", "Alt+a"];
        for text in ["alt-a", "Alt+A", "M-a", "^[a", "\\ea"] {
            let key: Key = text.parse().unwrap();
            assert_eq!(shells.map(|shell| key.notation(shell)), alt, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_or_is_needed_is_refused() {
        for text in ["", "g", "^", "^gg", "ctrl-", "ctrl-1", "ctrl-ä", "alt-'", "f1", "enter", "^[", "ctrl-g;", "$(x)"]
        {
            let error = text.parse::<Key>().unwrap_err();
            assert!(error.remedy().unwrap().contains("^G or ctrl-g, alt-g"), "{text}: {error}");
        }
        for letter in NEEDED.chars() {
            let error = format!("^{letter}").parse::<Key>().unwrap_err();
            assert!(error.to_string().contains("needed by the terminal"), "{letter}: {error}");
        }
    }
}
