//! The programs that open a link, in the order in which they are tried.

use std::path::Path;
use std::process::Command;

use super::words;
use crate::credential_chain::helper;
use crate::environment;
use crate::programs::code::name_of;

/// What stands for the link in `BROWSER`.
const LINK: &str = "%s";

/// The programs of `BROWSER`, else those of the system.
pub(super) fn commands(url: &str) -> Vec<Command> {
    match environment::browser() {
        Some(browser) if is_none(&browser) => Vec::new(),
        Some(browser) => chosen(&browser, url),
        None if environment::is_wsl() => of_windows(url).into_iter().chain(of_system(url)).collect(),
        None => of_system(url),
    }
}

/// Whether `BROWSER` says to open nothing.
pub(super) fn is_none(browser: &str) -> bool {
    browser.trim().eq_ignore_ascii_case("none")
}

/// Whether the exit status of this program says if it opened the link. Explorer ends with 1 after it did.
pub(super) fn tells(command: &Command) -> bool {
    !stem(command).eq_ignore_ascii_case("explorer")
}

/// The programs that `BROWSER` lists, in order. Each may have arguments; `%s` is the link.
fn chosen(browser: &str, url: &str) -> Vec<Command> {
    words::entries(browser).into_iter().filter_map(words::split).filter_map(|words| with_link(words, url)).collect()
}

/// The command of these words; `None` for an empty entry of the list, and for one that would run a part of the link.
fn with_link(mut words: Vec<String>, url: &str) -> Option<Command> {
    if !words.iter().any(|word| word.contains(LINK)) {
        words.push(LINK.to_owned());
    }
    if let Some(program) = words::running_part(&words, LINK, url) {
        tracing::debug!("{program} would read the link as code");
        return None;
    }
    let [program, arguments @ ..] = words.as_slice() else { return None };
    let mut command = helper(program);
    command.args(arguments.iter().map(|word| word.replace(LINK, url)));
    (!arguments.is_empty()).then_some(command)
}

/// The name of the program, as the languages have it.
fn stem(command: &Command) -> String {
    name_of(&command.get_program().to_string_lossy())
}

/// The part of Windows that opens a link, for any program.
const RUNDLL32: &str = "rundll32.exe";
const PROTOCOL_HANDLER: &str = "url.dll,FileProtocolHandler";

/// Where Windows usually is for a Linux under WSL whose `PATH` does not lead there.
const SYSTEM_FOLDER: &str = "/mnt/c/Windows";

/// The programs of Windows that open a link in its browser, for a Linux under WSL. Explorer comes last: it does not
/// say whether it did.
fn of_windows(url: &str) -> Vec<Command> {
    // In quotes: what PowerShell reads is code. In quotes, only a quote ends the text, and two of them stand for one.
    let start = format!("Start-Process '{}'", url.replace('\'', "''"));
    let powershell = ["-NoProfile", "-NonInteractive", "-Command", &start];
    let programs: [(&str, &str, &[&str]); 3] = [
        ("powershell.exe", "System32/WindowsPowerShell/v1.0", &powershell),
        (RUNDLL32, "System32", &[PROTOCOL_HANDLER, url]),
        ("explorer.exe", "", &[url]),
    ];
    let mut wslview = helper("wslview");
    wslview.arg(url);
    let mut commands = vec![wslview];
    for (program, folder, arguments) in programs {
        let in_folder = Path::new(SYSTEM_FOLDER).join(folder).join(program);
        for place in [Path::new(program), &in_folder] {
            let mut command = helper(place);
            command.args(arguments);
            commands.push(command);
        }
    }
    commands
}

/// The programs of a desktop, or of Windows or macOS.
fn of_system(url: &str) -> Vec<Command> {
    let commands = open::commands(url).into_iter();
    // Under WSL, the one of Windows is in `of_windows` already.
    let mut commands: Vec<_> = commands.filter(|command| cfg!(windows) || stem(command) != "powershell").collect();
    if cfg!(windows) {
        // Before PowerShell, which takes a second to start, and Explorer, which takes some links for folders.
        let mut command = helper(RUNDLL32);
        command.args([PROTOCOL_HANDLER, url]);
        commands.insert(0, command);
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://x/?a=1&b='2'";

    fn words(command: &Command) -> Vec<String> {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect()
    }

    fn lines(browser: &str) -> Vec<Vec<String>> {
        chosen(browser, URL).iter().map(words).collect()
    }

    #[test]
    fn browser_lists_programs_with_arguments() {
        assert_eq!(lines("firefox"), [vec!["firefox", URL]]);
        assert_eq!(lines("firefox --new-window %s"), [vec!["firefox", "--new-window", URL]]);
        assert_eq!(lines("'my browser' -u=%s"), [vec!["my browser".to_owned(), format!("-u={URL}")]]);
        assert_eq!(lines("first:second -x"), [vec!["first", URL], vec!["second", "-x", URL]]);
        assert!(lines("'unclosed").is_empty() && lines("").is_empty());
    }

    #[test]
    fn a_shell_gets_no_link_of_which_it_would_run_a_part() {
        let plain = "http://127.0.0.1:8400/sign-in/aB3-_x";
        for shell in [
            "cmd.exe /c start %s",
            "/mnt/c/Windows/System32/CMD.EXE /c start %s",
            "sh -c 'firefox %s'",
            "env sh -c 'firefox %s'",
            "python3 -c 'open(\"%s\")'",
            "ssh box firefox",
        ] {
            assert!(lines(shell).is_empty(), "{shell}");
            assert_eq!(chosen(shell, plain).len(), 1, "{shell}");
        }
        assert_eq!(lines("cmd.exe /c start %s:firefox"), [vec!["firefox", URL]]);
        assert_eq!(lines("sh -c 'firefox $1' _"), [vec!["sh", "-c", "firefox $1", "_", URL]]);
    }

    #[test]
    fn a_browser_that_is_none_in_any_letters_opens_nothing() {
        for (browser, is_none_of_them) in [("none", true), (" NONE ", true), ("nonesuch", false), ("", false)] {
            assert_eq!(is_none(browser), is_none_of_them, "{browser}");
        }
    }

    #[test]
    fn only_explorer_ends_with_a_status_that_says_nothing() {
        for (program, is_trusted) in
            [("explorer.exe", false), ("/mnt/c/Windows/Explorer.EXE", false), ("firefox", true)]
        {
            assert_eq!(tells(&helper(program)), is_trusted, "{program}");
        }
    }

    #[test]
    fn under_wsl_each_program_of_windows_is_looked_for_on_path_and_where_windows_is() {
        let programs: Vec<_> = of_windows(URL).iter().map(|command| words(command).remove(0)).collect();
        let expected = [
            "wslview",
            "powershell.exe",
            "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe",
            "rundll32.exe",
            "/mnt/c/Windows/System32/rundll32.exe",
            "explorer.exe",
            "/mnt/c/Windows/explorer.exe",
        ];
        assert_eq!(programs, expected);
    }

    #[test]
    fn powershell_reads_the_link_as_one_text_whatever_is_in_it() {
        let commands: Vec<_> = of_windows("https://x/?a=1&b=';calc;'$(calc)`").iter().map(words).collect();
        assert_eq!(commands[1].last().unwrap(), "Start-Process 'https://x/?a=1&b='';calc;''$(calc)`'");
        for command in &commands {
            assert_ne!(command[0], "cmd.exe");
        }
    }
}
