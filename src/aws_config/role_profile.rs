//! Finds the role that a profile of the AWS config stands for.

use std::borrow::Cow;

use super::config::{Config, Section};
use super::plain::mention;
use super::process_words;
use crate::role::{self, RoleLine, RoleRef};

/// What a profile with a role says of it.
#[derive(Clone, Debug)]
pub(crate) enum MeantRole {
    Named(RoleRef),
    /// Other settings, such as those of an alias, have to say which role it is.
    OfOthers,
}

impl Config {
    /// The role of a profile, and the name of the profile or sso-session to sign in with.
    #[must_use]
    pub fn role_of(&self, profile: &str) -> Option<(Cow<'_, str>, RoleRef)> {
        self.profile(profile)?.role()
    }

    /// The region that a profile sets.
    #[must_use]
    pub fn region_of(&self, profile: &str) -> Option<&str> {
        self.profile(profile)?.setting("region")
    }

    /// The profiles whose `credential_process` is this tool, whether their role is known or not.
    pub(crate) fn processes(&self) -> impl Iterator<Item = ProcessProfile> {
        self.profiles().filter_map(|section| {
            let ProcessCommand { program, profile, role, options } = section.own_command()?;
            Some(ProcessProfile {
                name: section.name().to_owned(),
                program: program.into_owned(),
                profile: profile.map(Cow::into_owned),
                role: role.into_owned(),
                options: options.into_iter().map(Cow::into_owned).collect(),
            })
        })
    }
}

impl<'a> Section<'a> {
    /// The role of this profile, and the name of the profile or sso-session to sign in with.
    ///
    /// Two kinds of profile have a role: one with the SSO keys, and one whose `credential_process` is this tool. The
    /// second kind may name its role by another profile or an alias, so the caller may have to resolve it further.
    #[must_use]
    pub fn role(self) -> Option<(Cow<'a, str>, RoleRef)> {
        if self.assumes() {
            return None;
        }
        self.sso_role().map(|role| (self.name().into(), role)).or_else(|| self.process_role())
    }

    /// The same where the profile itself says with what to sign in.
    pub(crate) fn named_role(self) -> Option<(Cow<'a, str>, RoleRef)> {
        let is_named = self.sso_role().is_some() || self.process_command()?.0.is_some();
        self.role().filter(|_| is_named)
    }

    /// What the `credential_process` names with `-p`, and its role, if it is this tool.
    pub(super) fn process_command(self) -> Option<(Option<Cow<'a, str>>, Cow<'a, str>)> {
        self.own_command().map(|command| (command.profile, command.role))
    }

    /// Its `credential_process`, if that is this tool.
    fn own_command(self) -> Option<ProcessCommand<'a>> {
        ProcessCommand::parse(self.setting("credential_process")?)
    }

    /// Whether this profile has a role, of any Identity Center.
    #[must_use]
    pub fn means_role(self) -> bool {
        self.meant_role().is_some()
    }

    /// Whether its role is one that it assumes with the credentials of another profile.
    pub(crate) fn assumes(self) -> bool {
        self.setting("role_arn").is_some()
            && (self.setting("source_profile").is_some() || self.setting("credential_source").is_some())
    }

    /// Whether its lines have a word of a profile that assumes a role. Of fifty thousand profiles, most have none.
    pub(crate) fn may_assume(self) -> bool {
        let has_option = |text: &[u8]| memchr::memmem::find(text, b"--assume").is_some();
        self.texts().any(|text| mention(text, "role_arn").is_some() || has_option(text))
    }

    /// Every account id in its lines, and so that of its role. Finding them is faster than reading the settings.
    pub(crate) fn account_ids(self) -> impl Iterator<Item = &'a str> {
        self.texts().flat_map(account_ids)
    }

    /// What this profile says of its role, if it has one.
    pub(crate) fn meant_role(self) -> Option<MeantRole> {
        if let Some(role) = self.sso_role() {
            return (!self.assumes()).then_some(MeantRole::Named(role));
        }
        let command = self.own_command().filter(|command| !command.role.is_empty() && !self.assumes())?;
        Some(self.role_of(command).map_or(MeantRole::OfOthers, |(_, role)| MeantRole::Named(role)))
    }

    /// The role that the SSO keys name.
    pub(crate) fn sso_role(self) -> Option<RoleRef> {
        let (account_id, role_name) = (self.setting("sso_account_id")?, self.setting("sso_role_name")?);
        let has_directory = self.setting("sso_session").is_some() || self.setting("sso_start_url").is_some();
        (has_directory && role::is_account_id(account_id) && role::is_role_name(role_name))
            .then(|| RoleRef::Id { account_id: account_id.to_owned(), role_name: role_name.to_owned() })
    }

    /// The role that its `credential_process` names without `-p`, so that it may be of any sso-session.
    pub(crate) fn process_role_anywhere(self) -> Option<RoleRef> {
        let command = self.own_command()?;
        let is_plain = command.profile.is_none() && command.options.is_empty() && !self.assumes();
        command.role.parse().ok().filter(|_| is_plain)
    }

    /// The role that its `credential_process` names with another one to assume, if that is this tool.
    pub(crate) fn assuming_line(self) -> Option<RoleLine> {
        let command = self.own_command()?;
        if command.options.is_empty() || self.assumes() {
            return None;
        }
        let profile = command.profile.into_iter().flat_map(|profile| ["-p".into(), profile]);
        let words = [command.role].into_iter().chain(profile).chain(command.options);
        RoleLine::of_words(words.map(Cow::into_owned)).ok()
    }

    /// The role that its `credential_process` names, if that is this tool.
    pub(crate) fn process_role(self) -> Option<(Cow<'a, str>, RoleRef)> {
        self.role_of(self.own_command()?)
    }

    fn role_of(self, command: ProcessCommand<'a>) -> Option<(Cow<'a, str>, RoleRef)> {
        if !command.options.is_empty() {
            return None;
        }
        let directory = command.profile.or_else(|| match self.config().directories() {
            [only] => Some(only.into()),
            _ => None,
        })?;
        Some((directory, command.role.parse().ok()?))
    }
}

/// Every run of exactly twelve digits. A run of twelve has a digit at one of every twelve bytes, so only every twelfth
/// byte is looked at until a digit is found.
fn account_ids(text: &[u8]) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 12;
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = text.get(at + LENGTH - 1) {
            if !byte.is_ascii_digit() {
                at += LENGTH;
                continue;
            }
            let before = text[..at + LENGTH].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let start = at + LENGTH - before;
            let after = text[at + LENGTH..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at += LENGTH + after;
            if before + after == LENGTH {
                return std::str::from_utf8(&text[start..start + LENGTH]).ok();
            }
        }
        None
    })
}

/// A profile whose `credential_process` is this tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ProcessProfile {
    /// The profile's name.
    pub(crate) name: String,
    /// The program, as in the line.
    pub(crate) program: String,
    /// The profile or sso-session that the line names with `-p`.
    pub(crate) profile: Option<String>,
    /// The role, as in the line.
    pub(crate) role: String,
    /// The words that name a role to assume with that one, and say how: `--assume=ARN`, ….
    pub(crate) options: Vec<String>,
}

impl ProcessProfile {
    /// The ARN of the role that is assumed, if one is.
    pub(crate) fn assumed(&self) -> Option<&str> {
        self.options.iter().find_map(|option| option.strip_prefix("--assume="))
    }
}

/// The options of a role that is assumed, each with a value.
const ASSUMING: [&str; 6] = ["--assume", "--external-id", "--session-name", "--duration", "--tag", "--source-identity"];

/// A `credential_process` line of this tool: `aws-sso -p P -r ROLE -ext` or `aws-sso process ROLE -p P`.
#[derive(Debug, PartialEq, Eq)]
struct ProcessCommand<'a> {
    program: Cow<'a, str>,
    profile: Option<Cow<'a, str>>,
    role: Cow<'a, str>,
    /// The options that name a role to assume with that one, and say how.
    options: Vec<Cow<'a, str>>,
}

impl<'a> ProcessCommand<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        if line.contains(['\'', '"', '\\', '#']) {
            return Self::of(process_words::split(line)?.into_iter().map(Cow::Owned));
        }
        // Nearly every line has no quotes, and then nothing has to be copied.
        Self::of(line.split_ascii_whitespace().map(Cow::Borrowed))
    }

    fn of(mut words: impl Iterator<Item = Cow<'a, str>>) -> Option<Self> {
        let program = words.next()?;
        let name = program.rsplit(['/', '\\']).next()?;
        if name != "aws-sso" && name != "aws-sso.exe" {
            return None;
        }
        let (mut profile, mut role, mut external) = (None, None, false);
        let (mut verb, mut operand, mut is_more) = (None, None, false);
        let mut options = Vec::new();
        while let Some(word) = words.next() {
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(Cow::Owned(value.to_owned()))),
                _ => (&*word, None),
            };
            match option {
                "-p" | "--profile" => profile = attached.or_else(|| words.next()),
                "-r" | "--rolearn" => role = attached.or_else(|| words.next()),
                "--login" if attached.is_none() => drop(words.next()),
                _ if ASSUMING.contains(&option) => {
                    let value = attached.or_else(|| words.next())?;
                    options.push(Cow::Owned(format!("{option}={value}")));
                }
                "-ext" | "--external-source" => external = true,
                // Those of aws-sso-cli, whose program has the same name.
                "-S" | "--sso" | "-a" | "--arn" | "-A" | "--account" | "-R" => return None,
                _ if option.starts_with('-') => {}
                _ if verb.is_none() => verb = Some(word),
                _ if operand.is_none() => operand = Some(word),
                _ => is_more = true,
            }
        }
        let role = match (verb.as_deref(), operand) {
            (None, _) if external => role?,
            (Some("process"), Some(operand)) if !is_more => operand,
            _ => return None,
        };
        Some(Self { program, profile, role, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_process_line_names_its_sso_session_and_role() {
        let arn = "arn:aws:iam::123456789012:role/reader";
        let cases = [
            ("aws-sso -p corp -r ROLE -ext", Some((Some("corp"), "ROLE"))),
            ("/opt/my\\ tools/aws-sso --external-source --rolearn=ROLE --profile corp", Some((Some("corp"), "ROLE"))),
            ("'/usr/local/bin/aws-sso' process ROLE -p corp", Some((Some("corp"), "ROLE"))),
            ("aws-sso process --login never ROLE --profile=corp", Some((Some("corp"), "ROLE"))),
            ("aws-sso -p 'two words' process ROLE", Some((Some("two words"), "ROLE"))),
            ("aws-sso.exe process ROLE", Some((None, "ROLE"))),
            // Without -ext it writes the default profile and prints nothing.
            ("aws-sso -p corp -r ROLE", None),
            ("aws-sso -p corp -ext", None),
            ("aws-sso env ROLE -p corp", None),
            ("aws-sso process", None),
            ("aws-sso process --arn ROLE", None),
            ("aws-sso -S corp process --arn=ROLE", None),
            ("other -p corp -r ROLE -ext", None),
            ("aws-sso 'unclosed", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let line = line.replace("ROLE", arn);
            let command = ProcessCommand::parse(&line);
            let found = command.as_ref().map(|command| (command.profile.as_deref(), &*command.role));
            assert_eq!(found, expected.map(|(profile, _)| (profile, arn)), "{line}");
        }
    }

    #[test]
    fn account_ids_are_found_anywhere_in_the_text() {
        for before in 0..30 {
            for after in ["", "/x", "3", ":role/a 210987654321"] {
                let text = format!("{}123456789012{after} 1234567890123 99", "x".repeat(before));
                let all: Vec<_> = text.split(|c: char| !c.is_ascii_digit()).filter(|id| id.len() == 12).collect();
                assert_eq!(account_ids(text.as_bytes()).collect::<Vec<_>>(), all, "{text}");
            }
        }
    }

    #[test]
    fn a_profile_has_a_role_by_its_sso_keys_or_its_credential_process() {
        let config = Config::parse(
            b"\
[sso-session corp]
sso_start_url = https://x/start
sso_region = us-east-1
[profile keys]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reader
credential_process = aws-sso process 123456789012/other -p corp
region = eu-west-1
[profile legacy]
sso_start_url = https://x/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = reader
[profile process]
credential_process = aws-sso process 123456789012/reader
[profile assumed]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reader
role_arn = arn:aws:iam::123456789012:role/x
source_profile = assumed
[profile half]
sso_session = corp
sso_role_name = reader
[profile nowhere]
sso_account_id = 123456789012
sso_role_name = reader
[profile malformed]
sso_session = corp
sso_account_id = 1234
sso_role_name = reader
",
        );
        let cases = [
            ("keys", Some("keys")),
            ("legacy", Some("legacy")),
            ("process", Some("corp")),
            ("assumed", None),
            ("half", None),
            ("nowhere", None),
            ("malformed", None),
            ("unknown", None),
        ];
        let reader = RoleRef::Id { account_id: "123456789012".to_owned(), role_name: "reader".to_owned() };
        for (profile, directory) in cases {
            let expected = directory.map(|directory| (directory.into(), reader.clone()));
            assert_eq!(config.role_of(profile), expected, "{profile}");
        }
        assert_eq!(config.region_of("keys"), Some("eu-west-1"));
        assert_eq!(config.region_of("legacy"), None);
    }
}
