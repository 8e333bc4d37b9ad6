//! The lines of `[sso-session NAME]`: which are missing, and which are wrong.

use crate::address::{Link, StartUrl};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::document::{Document, Header};
use crate::error::{Error, Result};
use crate::partition::Region;

/// The scope without which the service lists no accounts.
const SCOPE: &str = "sso:account:access";

/// An Identity Center as it is to be in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewSession {
    pub(super) name: String,
    pub(super) start_url: String,
    pub(super) region: Region,
}

/// A line that is set, and what it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) before: Option<String>,
}

impl NewSession {
    /// The lines that make this sso-session right.
    pub(super) fn lines(&self, config: &Config) -> Vec<Line> {
        let section = config.sso_session(&self.name);
        let get = |key: &str| section.and_then(|section| section.setting(key));
        let is_right = |key: &str, value: &str| match key {
            "sso_start_url" => is_portal(value, &self.start_url) && is_readable(value),
            "sso_region" => value == &*self.region,
            _ => value.split(',').any(|scope| scope.trim() == SCOPE),
        };
        let scopes = match get("sso_registration_scopes") {
            Some(others) => format!("{others},{SCOPE}"),
            None => SCOPE.to_owned(),
        };
        [
            ("sso_start_url", self.start_url.clone()),
            ("sso_region", self.region.to_string()),
            ("sso_registration_scopes", scopes),
        ]
        .into_iter()
        .filter(|(key, _)| get(key).is_none_or(|value| !is_right(key, value)))
        .map(|(key, value)| Line { key, value, before: get(key).map(str::to_owned) })
        .collect()
    }

    /// The config with these lines.
    pub(super) fn write(&self, before: &[u8]) -> Result<Vec<u8>> {
        let lines = self.lines(&Config::parse(before));
        let mut document = Document::parse(before);
        let header = Header::sso_session(&self.name);
        for line in lines {
            document.set(&header, line.key, &line.value)?;
        }
        Ok(document.to_bytes())
    }
}

/// Whether a start URL of the config is this one, also where it is written in another way.
pub(super) fn is_portal(configured: &str, start_url: &str) -> bool {
    StartUrl::is_same(configured, start_url)
}

/// Whether AWS tools can go to a start URL as it is written.
fn is_readable(start_url: &str) -> bool {
    Link::parse(start_url).is_some_and(|link| link.is_safe())
}

/// The name of the sso-session that has this start URL already; of several, one that lacks nothing.
pub(super) fn existing<'a>(config: &'a Config, start_url: &str) -> Option<&'a str> {
    let has = |session: &Section<'_>| session.setting("sso_start_url").is_some_and(|url| is_portal(url, start_url));
    let keys = ["sso_region", "sso_registration_scopes"];
    let is_whole = |session: &&Section<'_>| keys.iter().all(|key| session.setting(key).is_some());
    let those: Vec<_> = config.sso_sessions().filter(has).collect();
    those.iter().find(is_whole).or_else(|| those.first()).map(|session| session.name())
}

/// A name that nothing else has, like the proposed one.
pub(super) fn free_name(config: &Config, proposed: &str, start_url: &str) -> String {
    let numbered = (2..).map(|number| format!("{proposed}-{number}"));
    let mut names = std::iter::once(proposed.to_owned()).chain(numbered);
    names.find(|name| other_owner(config, name, start_url).is_none()).unwrap_or_else(|| proposed.to_owned())
}

/// The start URL of another Identity Center that has this name; empty where a profile has it and no start URL.
fn other_owner(config: &Config, name: &str, start_url: &str) -> Option<String> {
    if let Some(session) = config.sso_session(name) {
        return session.setting("sso_start_url").filter(|url| !is_portal(url, start_url)).map(str::to_owned);
    }
    // A profile of this name goes before an sso-session, if it has a start URL itself.
    let profile = config.profile(name)?;
    let own = profile.setting("sso_start_url").map(str::to_owned);
    own.or_else(|| config.directory(name).ok().map(|directory| directory.start_url))
        .filter(|url| profile.setting("sso_start_url").is_some() || !is_portal(url, start_url))
}

/// Refuses a name that is another's, or that not every tool can read.
pub(super) fn check_name(config: &Config, name: &str, start_url: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || name.starts_with('-') || !name.chars().all(is_plain) {
        return Err(Error::usage(format!("not every AWS SDK can read an sso-session called {name:?}"))
            .with_remedy("name it with --name, of letters, digits and _ . -"));
    }
    match other_owner(config, name, start_url) {
        Some(other) => Err(Error::usage(format!("the name {name} is taken: it stands for {other}"))
            .with_remedy(format!("choose another one: --name {}", free_name(config, name, start_url)))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://corp.awsapps.com/start";

    fn session() -> NewSession {
        NewSession { name: "corp".to_owned(), start_url: URL.to_owned(), region: "eu-west-1".parse().unwrap() }
    }

    #[test]
    fn only_lines_that_are_missing_or_wrong_are_written() {
        let right = format!(
            "[sso-session corp]\nsso_start_url = {URL}\nsso_region = eu-west-1\nsso_registration_scopes = {SCOPE}\n"
        );
        let written = |before: &str| String::from_utf8(session().write(before.as_bytes()).unwrap()).unwrap();
        assert_eq!(written(""), right);
        assert_eq!(written("# mine\n[default]\nregion = x"), format!("# mine\n[default]\nregion = x\n\n{right}"));
        for same in [
            right.clone(),
            right.replace("/start\n", "/start/#/\n"),
            right.replace(SCOPE, &format!("a, {SCOPE}")),
            format!("{right}# mine\nx = y\n"),
        ] {
            assert_eq!(written(&same), same);
        }
        for wrong in [
            right.replace("sso_region = eu-west-1\n", ""),
            right.replace("eu-west-1", "us-east-1"),
            right.replace("= eu-west-1", "= EU West"),
            right.replace(&format!("sso_registration_scopes = {SCOPE}\n"), ""),
            right.replace("/start\n", "/start\\#/\n"),
            right.replace(&format!("sso_start_url = {URL}\n"), ""),
        ] {
            let fixed = written(&wrong);
            let mut lines: Vec<_> = fixed.lines().collect();
            lines.sort_unstable();
            let mut expected: Vec<_> = right.lines().collect();
            expected.sort_unstable();
            assert_eq!(lines, expected, "{wrong}");
        }
        assert!(written(&right.replace(SCOPE, "a")).contains(&format!("scopes = a,{SCOPE}\n")));
    }

    #[test]
    fn a_name_that_stands_for_another_start_url_is_not_taken() {
        let other = "sso_start_url = https://other.awsapps.com/start\nsso_region = us-east-1\n";
        let cases = [
            (String::new(), "corp"),
            (format!("[sso-session corp]\nsso_start_url = {URL}#/\n"), "corp"),
            ("[sso-session corp]\nsso_region = us-east-1\n".to_owned(), "corp"),
            ("[profile corp]\nregion = us-east-1\n".to_owned(), "corp"),
            (format!("[sso-session corp]\n{other}"), "corp-2"),
            (format!("[sso-session corp]\n{other}[sso-session corp-2]\n{other}"), "corp-3"),
            (format!("[profile corp]\n{other}"), "corp-2"),
            // It would hide the sso-session.
            (format!("[profile corp]\nsso_start_url = {URL}\nsso_region = eu-west-1\n"), "corp-2"),
            (format!("[profile corp]\nsso_session = x\n[sso-session x]\n{other}"), "corp-2"),
        ];
        for (text, name) in cases {
            let config = Config::parse(text.as_bytes());
            assert_eq!(free_name(&config, "corp", URL), name, "{text}");
            assert_eq!(check_name(&config, "corp", URL).is_ok(), name == "corp", "{text}");
        }
        for name in ["", "-x", "a b", "a]b", "é"] {
            assert!(check_name(&Config::parse(b""), name, URL).is_err(), "{name}");
        }
    }
}
