//! How each shell quotes a value, and sets or removes a variable.

use std::path::Path;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::{environment, quote};

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
    /// Any POSIX shell: dash, ksh, busybox.
    #[value(alias = "sh")]
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

    /// The value as one word that the shell takes literally. It is always quoted, whatever it contains.
    ///
    /// The value must be printable: check with [`quote::is_printable`] before anything is rendered.
    #[must_use]
    pub fn quote(self, value: &str) -> String {
        match self {
            Self::Bash | Self::Zsh | Self::Posix => quote::posix(value),
            Self::Fish => quote::fish(value),
            Self::Powershell => quote::powershell(value),
        }
    }

    /// The statement that exports a variable.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> String {
        let value = self.quote(value);
        match self {
            // The user may have aliased `export`. The backslash stops alias expansion, and `builtin` a function.
            Self::Bash | Self::Zsh => format!("\\builtin export {name}={value}"),
            Self::Posix => format!("export {name}={value}"),
            Self::Fish => format!("set -gx {name} {value}"),
            Self::Powershell => format!("$env:{name} = {value}"),
        }
    }

    /// The statement that removes a variable. It succeeds if the variable does not exist.
    #[must_use]
    pub fn unset(self, name: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => format!("\\builtin unset {name}"),
            Self::Posix => format!("unset {name}"),
            // `set -e` fails where there is nothing to erase.
            Self::Fish => format!("set -eg {name}; or true"),
            Self::Powershell => format!("Remove-Item -LiteralPath 'Env:/{name}' -ErrorAction Ignore"),
        }
    }

    /// The statement that writes a line to stderr, whether or not that can be written to. `None` for a shell in which
    /// nothing keeps a change from being made: there this program can write the line itself.
    #[must_use]
    pub(super) fn say(self, line: &str) -> Option<String> {
        let line = self.quote(line);
        match self {
            // What a subshell has, the shell that the user sees has not. fish has no subshells.
            Self::Bash | Self::Zsh => Some(format!(
                "{{
  if ((${{BASH_SUBSHELL:-0}} + ${{ZSH_SUBSHELL:-0}})); then \\builtin printf 'in this subshell: '; fi
  \\builtin printf '%s\\n' {line}
}} >&2 || \\builtin :\n"
            )),
            Self::Fish => Some(format!("builtin printf '%s\\n' {line} >&2; or true\n")),
            Self::Posix => Some(format!("printf '%s\\n' {line} >&2 || :\n")),
            Self::Powershell => None,
        }
    }

    /// Code that prints a result, and then says where it comes from.
    pub(crate) fn print(self, result: &str, from: Option<&str>) -> Result<String> {
        if !quote::is_printable(result) {
            return Err(Error::failed("the result holds a control character, so it is not given to a shell"));
        }
        let result = self.quote(result);
        let print = match self {
            Self::Bash | Self::Zsh => format!("\\builtin printf '%s\\n' {result}"),
            Self::Fish => format!("builtin printf '%s\\n' {result}"),
            Self::Posix => format!("printf '%s\\n' {result}"),
            Self::Powershell => result,
        };
        let from = from.map(|from| {
            self.say(from).unwrap_or_else(|| format!("[Console]::Error.WriteLine({})\n", self.quote(from)))
        });
        Ok(format!("{print}\n{}", from.unwrap_or_default()))
    }

    /// The first line of code that no trace may show. In other shells the `awsso` function turns traces off.
    #[must_use]
    pub(super) fn untraced(self) -> &'static str {
        match self {
            Self::Powershell => "[System.Diagnostics.DebuggerHidden()]param()\n",
            Self::Bash | Self::Zsh | Self::Fish | Self::Posix => "",
        }
    }

    /// Code that stops, before anything is changed, where one of these variables cannot be removed.
    ///
    /// A universal variable of fish becomes visible, also to programs, once the global one is erased. It belongs to all
    /// of the user's shells, so it is not ours to erase.
    #[must_use]
    pub(super) fn check_removable<'a>(self, names: impl Iterator<Item = &'a str>) -> String {
        if self != Self::Fish {
            return String::new();
        }
        let names = names.collect::<Vec<_>>().join(" ");
        format!(
            "begin
    set -l __aws_sso_name
    for __aws_sso_name in {names}
        set -q $__aws_sso_name; or continue
        if set -qUx $__aws_sso_name
            echo \"aws-sso: $__aws_sso_name is a universal variable and would stay: nothing is changed\" >&2
            echo \"  run: set -eU $__aws_sso_name\" >&2
            return 2
        end
    end
end
"
        )
    }

    /// Code that leaves the `awsso` function, before anything is changed, where one of these variables is read-only, or
    /// belongs to a function that calls: then the shell would have another one in its place once that has returned, or
    /// as soon as this one is removed. Which one is read-only says the shell itself.
    #[must_use]
    pub(super) fn check_writable<'a>(self, names: impl Iterator<Item = &'a str>) -> String {
        let names = names.collect::<Vec<_>>().join(" ");
        if names.is_empty() || matches!(self, Self::Powershell | Self::Posix) {
            return String::new();
        }
        let local = "belongs to a function, or to this command alone: nothing is changed";
        let is_local = match self {
            Self::Fish => {
                return format!(
                    "for __aws_sso_name in {names}
    if set -ql $__aws_sso_name
        echo \"aws-sso: $__aws_sso_name {local}\" >&2
        return 2
    end
end
"
                );
            }
            Self::Zsh => r#"[[ "${(Pt)__aws_sso_name-}" == *'local'* ]]"#,
            // A local value hides the shell's own: setting the latter shows that, and in bash before 4.2, removing it.
            _ => {
                r#"{ \builtin declare -g "$__aws_sso_name=1" && [[ "${!__aws_sso_name-}" != 1 ]]; } ||
    { \builtin unset "$__aws_sso_name" && [[ -n "${!__aws_sso_name+x}" ]]; }"#
            }
        };
        format!(
            "(
\\builtin local __aws_sso_name
for __aws_sso_name in {names}; do
  if {is_local}; then
    \\builtin printf '%s\\n' \"aws-sso: $__aws_sso_name {local}\" >&3
    \\builtin exit 3
  fi
done 3>&2 2>/dev/null
\\builtin unset {names}
) || {{
  [[ \"$?\" == 3 ]] || \\builtin printf '%s\\n' 'aws-sso: a variable is read-only: nothing is changed' >&2
  \\builtin return 2
}}
"
        )
    }
}
