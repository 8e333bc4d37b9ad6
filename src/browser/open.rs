//! Opening a link in the user's browser.

use std::process::{Command, Stdio};

use crate::address::Link;
use crate::credential_chain::{helper, remove_secrets};
use crate::environment;
use crate::programs::group::own_group;
use crate::programs::unstarted::Unstarted;
use crate::programs::{core_dumps, startable};

/// Opens the link if it is safe to open. Returns whether a program was started for it.
///
/// Nobody waits for the program, and Ctrl-C here does not end it.
pub(crate) fn open(url: &str) -> bool {
    Link::parse(url).is_some_and(|link| link.is_safe())
        && commands(url).into_iter().any(|command| start(command).is_ok())
}

/// Whether `BROWSER` names a program; `none` is not one.
pub(crate) fn is_chosen() -> bool {
    environment::browser().is_some_and(|browser| !is_none(&browser))
}

/// Whether `BROWSER` is `none`: open nothing.
pub(crate) fn is_unwanted() -> bool {
    environment::browser().is_some_and(|browser| is_none(&browser))
}

fn is_none(browser: &str) -> bool {
    browser.trim().eq_ignore_ascii_case("none")
}

fn commands(url: &str) -> Vec<Command> {
    match environment::browser() {
        Some(browser) if is_none(&browser) => Vec::new(),
        Some(browser) => chosen(&browser, url),
        None => open::commands(url),
    }
}

/// The programs that `BROWSER` lists, in order, separated by colons. Each may have arguments; `%s` is the link.
fn chosen(browser: &str, url: &str) -> Vec<Command> {
    let separator = if cfg!(windows) { ';' } else { ':' };
    browser.split(separator).filter_map(shlex::split).filter_map(|words| with_link(words, url)).collect()
}

/// The command of these words; `None` for an empty entry of the list.
fn with_link(mut words: Vec<String>, url: &str) -> Option<Command> {
    let has_placeholder = words.iter().any(|word| word.contains("%s"));
    for word in &mut words {
        *word = word.replace("%s", url);
    }
    if !has_placeholder {
        words.push(url.to_owned());
    }
    match words.as_slice() {
        [program, arguments @ ..] if !arguments.is_empty() => {
            let mut command = helper(program);
            command.args(arguments);
            Some(command)
        }
        _ => None,
    }
}

/// Starts a browser, without the secrets of this shell: neither it nor what runs in it needs them.
///
/// Errors: why it did not start.
pub(crate) fn start(mut command: Command) -> Result<(), Unstarted> {
    remove_secrets(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    own_group(&mut command);
    core_dumps::start(&mut command).map(drop).map_err(|error| startable::explain(command.get_program(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(browser: &str) -> Vec<Vec<String>> {
        let line = |command: &Command| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            words.map(|word| word.to_string_lossy().into_owned()).collect()
        };
        chosen(browser, "https://x/?a=1&b=2").iter().map(line).collect()
    }

    #[test]
    fn browser_lists_programs_with_arguments() {
        let url = "https://x/?a=1&b=2";
        assert_eq!(lines("firefox"), [vec!["firefox", url]]);
        assert_eq!(lines("firefox --new-window %s"), [vec!["firefox", "--new-window", url]]);
        assert_eq!(lines("'my browser' -u=%s"), [vec!["my browser", "-u=https://x/?a=1&b=2"]]);
        assert_eq!(lines("first:second -x"), [vec!["first", url], vec!["second", "-x", url]]);
        assert!(lines("'unclosed").is_empty());
    }

    #[test]
    fn an_unsafe_link_is_not_opened() {
        for url in ["http://example.com/", "file:///etc/passwd", "javascript:alert(1)", "--help"] {
            assert!(!open(url), "{url}");
        }
    }
}
