//! Which shell the user types in: the one that has started this process, not the one that `SHELL` names.

use clap::ValueEnum as _;

use super::dialect::Shell;
use crate::environment;
use crate::programs::parents;
use crate::quote::Quotes;

impl Shell {
    /// The shell in which this program runs, else the one of `SHELL`; `None` where neither is one that has a function.
    #[must_use]
    pub(crate) fn running() -> Option<Self> {
        let lines = parents::command_lines();
        let typed_in = lines.iter().find_map(|words| interactive(words, Self::can_have_function));
        let by_default = if cfg!(windows) { Some(Self::Powershell) } else { None };
        typed_in.or_else(Self::detect).or(by_default).filter(|shell| shell.can_have_function())
    }

    /// Whether the user types in a POSIX shell without a name of its own here, such as dash and ksh.
    #[must_use]
    pub(crate) fn is_posix() -> bool {
        let lines = parents::command_lines();
        let typed_in = lines.iter().find_map(|words| interactive(words, |shell| shell != Self::Cmd));
        typed_in.or_else(Self::detect) == Some(Self::Posix)
    }

    /// The shell that could have the function where this program was called: PowerShell also where it runs a script,
    /// which has the function once it has loaded it.
    #[must_use]
    pub(crate) fn calling() -> Option<Self> {
        let lines = parents::command_lines();
        let caller = lines.first().and_then(|words| named(words, Self::can_have_function)).map(|(shell, _)| shell);
        caller.filter(|shell| *shell == Self::Powershell).or_else(Self::running)
    }
}

/// The shell into which the user pastes a line: the one of the `awsso` function, which says so, else the running one.
pub(crate) fn typed_in() -> Quotes {
    let mut words = std::env::args().skip(1).take_while(|word| word != "--");
    let named = words.find_map(|word| word.strip_prefix("--shell").map(str::to_owned));
    let named = match named.as_deref() {
        Some("") => words.next(),
        Some(value) => value.strip_prefix('=').map(str::to_owned),
        None => None,
    };
    let named = named.and_then(|name| Shell::from_str(&name, true).ok());
    let named = named.or_else(|| environment::is_cmd().then_some(Shell::Cmd));
    match named.or_else(Shell::running) {
        Some(Shell::Fish) => Quotes::Fish,
        Some(Shell::Powershell) => Quotes::Powershell,
        Some(Shell::Nushell) => Quotes::Nushell,
        Some(Shell::Elvish) => Quotes::Elvish,
        Some(Shell::Xonsh) => Quotes::Xonsh,
        Some(Shell::Tcsh) => Quotes::Tcsh,
        Some(Shell::Cmd) => Quotes::Cmd,
        Some(Shell::Bash | Shell::Zsh | Shell::Posix) | None => Quotes::Posix,
    }
}

/// The shell that was started with these words, and its arguments, if it is of these.
fn named(words: &[String], is_of_these: fn(Shell) -> bool) -> Option<(Shell, &[String])> {
    let name = |word: &'_ str| word.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    // PowerShell may be a library that another program runs: `dotnet /opt/powershell/pwsh.dll`.
    let runs = |program, library| words.len() > 1 && name(&words[0]) == program && name(&words[1]) == library;
    let is_run = runs("dotnet", "pwsh.dll");
    // One file has all programs of busybox: `busybox sh`.
    let is_part = runs("busybox", "sh") || runs("busybox", "ash");
    let (program, arguments) = words[usize::from(is_run || is_part)..].split_first()?;
    let file = name(program).trim_start_matches('-').to_owned();
    let file = file.trim_end_matches(if is_run { ".dll" } else { ".exe" });
    let shell = Shell::from_str(file, true).ok().filter(|shell| is_of_these(*shell))?;
    Some((shell, arguments))
}

/// The same, unless it runs a script or a command.
fn interactive(words: &[String], is_of_these: fn(Shell) -> bool) -> Option<Shell> {
    let (shell, arguments) = named(words, is_of_these)?;
    let mut arguments = arguments.iter().map(|word| word.to_ascii_lowercase());
    while let Some(word) = arguments.next() {
        match word.as_str() {
            // Editors start their terminals so, and others with a file to read first.
            "-i" | "-l" | "--login" | "-noexit" => return Some(shell),
            "-c" | "-command" | "-file" | "-f" if shell != Shell::Zsh || word == "-c" => return None,
            "--rcfile" | "--init-file" | "--init-command" | "-o" | "+o" => drop(arguments.next()),
            option if option.starts_with(['-', '+']) => {}
            _ => return None,
        }
    }
    Some(shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_runs_a_script_is_not_the_one_in_which_the_user_types() {
        let cases = [
            ("-zsh", Some(Shell::Zsh)),
            ("/usr/bin/fish", Some(Shell::Fish)),
            ("bash --noprofile --norc -i", Some(Shell::Bash)),
            ("/bin/bash --init-file /usr/share/code/shellIntegration-bash.sh", Some(Shell::Bash)),
            ("bash -O extglob", Some(Shell::Bash)),
            ("zsh -f", Some(Shell::Zsh)),
            ("pwsh -noexit -command try{x}", Some(Shell::Powershell)),
            ("C:\\Windows\\powershell.exe", Some(Shell::Powershell)),
            ("/usr/bin/dotnet /opt/powershell/pwsh.dll", Some(Shell::Powershell)),
            ("dotnet pwsh.dll -File x.ps1", None),
            ("dotnet build", None),
            ("bash install.sh", None),
            ("bash -e install.sh", None),
            ("zsh -c ls", None),
            ("pwsh -File x.ps1", None),
            ("sh", None),
            ("dash", None),
            ("tmux new", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(interactive(&words, Shell::can_have_function), expected, "{line}");
        }
        for (line, is_posix) in [("-ksh", true), ("dash", true), ("busybox sh -l", true), ("sh x.sh", false)] {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(interactive(&words, |_| true).is_some_and(|shell| shell == Shell::Posix), is_posix, "{line}");
        }
    }
}
