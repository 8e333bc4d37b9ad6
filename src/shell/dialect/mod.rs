//! How each shell quotes a value, and sets or removes a variable: a file for each shell or family of shells.

mod cmd;
mod elvish;
mod fish;
mod nushell;
mod posix;
mod powershell;
mod statements;
mod tcsh;
mod xonsh;

use std::path::Path;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::{environment, quote};
pub(super) use statements::Dialect;

/// A shell whose environment we can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash 3.2 and later.
    Bash,
    /// zsh 5 and later.
    Zsh,
    /// fish 3 and later.
    Fish,
    /// Windows PowerShell 5.1 and PowerShell 7.
    #[value(alias = "pwsh")]
    Powershell,
    /// Nushell.
    #[value(alias = "nu")]
    Nushell,
    /// Elvish.
    Elvish,
    /// xonsh.
    Xonsh,
    /// tcsh.
    #[value(alias = "csh")]
    Tcsh,
    /// cmd.exe.
    Cmd,
    /// Any POSIX shell: dash, ksh, busybox.
    #[value(aliases = ["sh", "dash", "ksh", "ksh93", "mksh", "ash", "busybox"])]
    Posix,
}

impl Shell {
    /// The name that `init` and `--shell` take.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Nushell => "nushell",
            Self::Elvish => "elvish",
            Self::Xonsh => "xonsh",
            Self::Tcsh => "tcsh",
            Self::Cmd => "cmd",
            Self::Posix => "posix",
        }
    }

    /// The user's shell, from `$SHELL`; `None` for a shell that is not supported.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let path = environment::shell()?;
        let name = Path::new(&path).file_stem()?.to_str()?;
        Self::from_str(name, true).ok()
    }

    /// The shell for which exports are printed where no other is named.
    #[must_use]
    pub(crate) fn by_default() -> Self {
        if cfg!(windows) { Self::detect().unwrap_or(Self::Powershell) } else { Self::Posix }
    }

    /// Whether `init` has a function for it.
    pub(super) fn can_have_function(self) -> bool {
        !matches!(self, Self::Posix | Self::Cmd)
    }

    pub(super) fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::Bash => &posix::Bash,
            Self::Zsh => &posix::Zsh,
            Self::Posix => &posix::Posix,
            Self::Fish => &fish::Fish,
            Self::Powershell => &powershell::Powershell,
            Self::Nushell => &nushell::Nushell,
            Self::Elvish => &elvish::Elvish,
            Self::Xonsh => &xonsh::Xonsh,
            Self::Tcsh => &tcsh::Tcsh,
            Self::Cmd => &cmd::Cmd,
        }
    }

    /// The value as one word that the shell takes literally. It is always quoted, whatever it contains.
    ///
    /// The value must be printable: check with [`quote::is_printable`] before anything is rendered.
    #[must_use]
    pub fn quote(self, value: &str) -> String {
        self.dialect().quote(value)
    }

    /// The path of a program as the shell finds it. On Windows, shells that come from Unix look a word without a slash
    /// up on `PATH`, even a path with backslashes.
    #[must_use]
    pub(crate) fn path(self, path: &str) -> String {
        let is_of_unix = matches!(self, Self::Bash | Self::Zsh | Self::Fish | Self::Tcsh | Self::Posix);
        if cfg!(windows) && is_of_unix { path.replace('\\', "/") } else { path.to_owned() }
    }

    /// Whether the shell takes the value as it is, however it reads the code.
    #[must_use]
    pub(crate) fn can_hold(self, value: &str) -> bool {
        self.dialect().can_hold(value)
    }

    /// The statement that exports a variable.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> String {
        self.dialect().set(name, value)
    }

    /// The statement that removes a variable. It succeeds if the variable does not exist.
    #[must_use]
    pub fn unset(self, name: &str) -> String {
        self.dialect().unset(name)
    }

    /// Whether the shell itself says what has changed, once it has: see [`Dialect::say`].
    #[must_use]
    pub(crate) fn says_it_itself(self) -> bool {
        self.dialect().say("").is_some()
    }

    /// Code that prints a result, and then says where it comes from.
    pub(crate) fn print(self, result: &str, from: Option<&str>) -> Result<String> {
        if !quote::is_printable(result) {
            return Err(Error::failed("the result holds a control character, so it is not given to a shell"));
        }
        Ok(self.dialect().print(result, from))
    }
}
