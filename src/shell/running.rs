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
    let (program, arguments) = words[words.len().min(of_interpreter(words))..].split_first()?;
    let file = name(program).trim_start_matches('-');
    let file = [".dll", ".exe", "-script.py"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    let shell = Shell::from_str(file, true).ok().filter(|shell| is_of_these(*shell))?;
    Some((shell, arguments))
}

/// How many words stand before a shell that another program runs.
fn of_interpreter(words: &[String]) -> usize {
    let [program, arguments @ ..] = words else { return 0 };
    let first = arguments.first().map(|word| name(word)).unwrap_or_default();
    match name(program).trim_end_matches(".exe") {
        // PowerShell may be a library: `dotnet /opt/powershell/pwsh.dll`.
        "dotnet" if first == "pwsh.dll" => 1,
        // One file has all programs of busybox: `busybox sh`.
        "busybox" if ["sh", "ash"].contains(&first) => 1,
        // `python3 -u /usr/bin/xonsh`, `python3 -m xonsh`.
        python if python.starts_with("python") => {
            let is_program = |word: &String| !word.starts_with('-');
            let at = arguments.iter().position(is_program).unwrap_or(arguments.len());
            let is_xonsh = arguments.get(at).is_some_and(|word| name(word).starts_with("xonsh"));
            if is_xonsh { 1 + at } else { 0 }
        }
        _ => 0,
    }
}

fn name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The same, unless it runs a script or a command.
fn interactive(words: &[String], is_of_these: fn(Shell) -> bool) -> Option<Shell> {
    let (shell, arguments) = named(words, is_of_these)?;
    let is_powershell = shell == Shell::Powershell;
    let lower = |word: &String| if is_powershell { word.to_ascii_lowercase() } else { word.clone() };
    let mut arguments = arguments.iter().map(lower);
    while let Some(word) = arguments.next() {
        match word.as_str() {
            // Editors start their terminals so, and others with a file to read first.
            "-i" | "-l" | "--login" | "-noexit" => return Some(shell),
            "-c" => return None,
            "-command" | "-file" | "-f" if is_powershell => return None,
            "--rcfile" | "--init-file" | "--init-command" | "-C" | "-o" | "+o" | "-O" | "+O" | "--rc" | "-rc"
            | "--config" | "--env-config" => drop(arguments.next()),
            // `bash -e` ends where a command fails.
            "--execute" | "-e" if shell == Shell::Nushell => drop(arguments.next()),
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
            ("-csh -f", Some(Shell::Tcsh)),
            ("tcsh -f", Some(Shell::Tcsh)),
            ("tcsh -f x.csh", None),
            ("fish -C date", Some(Shell::Fish)),
            ("nu --config x.nu -e date", Some(Shell::Nushell)),
            ("elvish -rc x.elv", Some(Shell::Elvish)),
            ("/usr/bin/python3 /usr/bin/xonsh --no-rc", Some(Shell::Xonsh)),
            ("python3.13 -u -m xonsh", Some(Shell::Xonsh)),
            ("C:\\Python\\python.exe C:\\Scripts\\xonsh-script.py", Some(Shell::Xonsh)),
            ("python3 /usr/bin/xonsh x.xsh", None),
            ("python3 x.py", None),
            ("python3", None),
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
