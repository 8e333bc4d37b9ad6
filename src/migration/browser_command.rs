//! `UrlAction`, `Browser` and `UrlExecCommand` as the setting `browser-command`.

use std::path::Path;

use super::aws_sso_cli::TheirConfig;
use crate::environment;

/// The command that opens the console as aws-sso-cli does; `None` if the usual browser does, or nothing is opened.
pub(super) fn of(theirs: &TheirConfig) -> Option<String> {
    let link = match theirs.url_action.as_deref() {
        Some("exec") => "{url}",
        Some("open-url-in-container") => "ext+container:name={account_name}&url={url}",
        Some("granted-containers") => "ext+granted-containers:name={account_name}&url={url}",
        Some("open") | None => {
            let browser = theirs.browser.as_deref()?;
            // What macOS calls an application is a folder.
            let is_bundle = Path::new(browser).extension().is_some_and(|extension| extension == "app");
            let words = if is_bundle { vec!["open", "-a", browser, "{url}"] } else { vec![browser, "{url}"] };
            return line(&words.into_iter().map(str::to_owned).collect::<Vec<_>>());
        }
        Some(_) => return None,
    };
    // A brace of theirs is a brace; one of ours begins a placeholder.
    let words = theirs.url_command.iter().filter(|word| !word.contains(['{', '}']));
    let words: Vec<_> = words.map(|word| at_home(&word.replace("%s", link))).collect();
    line(&words).filter(|_| words.len() == theirs.url_command.len())
}

fn line(words: &[String]) -> Option<String> {
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

/// No shell runs the command, so none replaces `~`.
fn at_home(word: &str) -> String {
    let home = word.strip_prefix("~/").and_then(|rest| Some((environment::home().ok()?, rest)));
    home.map_or_else(|| word.to_owned(), |(home, rest)| home.join(rest).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_open_a_link_becomes_a_command_or_none() {
        type Case = (&'static str, &'static [&'static str], Option<&'static str>, Option<&'static str>);
        let cases: &[Case] = &[
            (
                "exec",
                &["open", "-a", "/Applications/Brave Browser.app", "%s"],
                None,
                Some("open -a '/Applications/Brave Browser.app' '{url}'"),
            ),
            (
                "open-url-in-container",
                &["/usr/bin/firefox", "%s"],
                None,
                Some("/usr/bin/firefox 'ext+container:name={account_name}&url={url}'"),
            ),
            (
                "granted-containers",
                &["firefox", "%s"],
                None,
                Some("firefox 'ext+granted-containers:name={account_name}&url={url}'"),
            ),
            ("open", &[], Some("/usr/bin/brave"), Some("/usr/bin/brave '{url}'")),
            ("open", &[], Some("/Applications/Firefox.app"), Some("open -a /Applications/Firefox.app '{url}'")),
            ("open", &[], None, None),
            ("print", &[], Some("firefox"), None),
            ("exec", &["sh", "{x}", "%s"], None, None),
        ];
        for (action, command, browser, expected) in cases {
            let theirs = TheirConfig {
                url_action: Some((*action).to_owned()),
                url_command: command.iter().map(|word| (*word).to_owned()).collect(),
                browser: browser.map(str::to_owned),
                ..TheirConfig::default()
            };
            assert_eq!(of(&theirs).as_deref(), *expected, "{action} {command:?}");
        }
    }
}
