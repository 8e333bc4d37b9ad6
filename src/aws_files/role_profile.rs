//! Which role a profile of the AWS config means.

use super::profile::{Config, Section};
use crate::role::{self, RoleRef};

impl Config {
    /// The role that a profile means, and the name that its directory goes by.
    ///
    /// Two kinds of profile mean a role: one with the SSO keys, and one whose `credential_process` is this tool. The
    /// latter may name its role by another profile or an alias, so the role may have to be resolved in turn.
    #[must_use]
    pub fn role_of(&self, profile: &str) -> Option<(String, RoleRef)> {
        let section = self.profile(profile)?;
        // Such a profile means the role that it assumes with this one's credentials.
        if section.setting("role_arn").is_some()
            && (section.setting("source_profile").is_some() || section.setting("credential_source").is_some())
        {
            return None;
        }
        sso_role(section).map(|role| (profile.to_owned(), role)).or_else(|| self.process_role(section))
    }

    /// The region that a profile's clients use.
    #[must_use]
    pub fn region_of(&self, profile: &str) -> Option<&str> {
        self.profile(profile)?.setting("region")
    }

    /// The profiles whose `credential_process` is this tool, whether their role is known or not.
    pub(crate) fn processes(&self) -> impl Iterator<Item = Process> {
        self.profiles().filter_map(|section| {
            let Command { program, profile, role } = Command::parse(section.setting("credential_process")?)?;
            Some(Process { name: section.name().to_owned(), program, profile, role })
        })
    }

    fn process_role(&self, section: &Section) -> Option<(String, RoleRef)> {
        let command = Command::parse(section.setting("credential_process")?)?;
        let directory = command.profile.or_else(|| match self.directories().as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })?;
        Some((directory, command.role.parse().ok()?))
    }
}

fn sso_role(section: &Section) -> Option<RoleRef> {
    let has_directory =
        section.setting("sso_session").is_some() || section.setting("sso_start_url").is_some();
    let (account_id, role_name) = (section.setting("sso_account_id")?, section.setting("sso_role_name")?);
    (has_directory && role::is_account_id(account_id) && role::is_role_name(role_name))
        .then(|| RoleRef::Id { account_id: account_id.to_owned(), role_name: role_name.to_owned() })
}

/// A profile whose `credential_process` is this tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// What the profile is called.
    pub(crate) name: String,
    /// The program as the line names it.
    pub(crate) program: String,
    /// The directory that the line names.
    pub(crate) profile: Option<String>,
    /// The role as the line names it.
    pub(crate) role: String,
}

/// A `credential_process` of ours: `aws-sso -p P -r ROLE -ext` or `aws-sso process ROLE -p P`.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    program: String,
    profile: Option<String>,
    role: String,
}

impl Command {
    fn parse(line: &str) -> Option<Self> {
        let mut words = shlex::split(line)?.into_iter();
        let program = words.next()?;
        let name = program.rsplit(['/', '\\']).next()?;
        if name != "aws-sso" && name != "aws-sso.exe" {
            return None;
        }
        let (mut profile, mut role, mut external) = (None, None, false);
        let mut operands = Vec::new();
        while let Some(word) = words.next() {
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            match option {
                "-p" | "--profile" => profile = attached.or_else(|| words.next()),
                "-r" | "--rolearn" => role = attached.or_else(|| words.next()),
                "--login" if attached.is_none() => drop(words.next()),
                "-ext" | "--external-source" => external = true,
                _ if option.starts_with('-') => {}
                _ => operands.push(word),
            }
        }
        let role = match operands.as_slice() {
            [] if external => role?,
            [verb, operand] if verb == "process" => operand.clone(),
            _ => return None,
        };
        Some(Self { program, profile, role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_process_of_ours_names_its_directory_and_role() {
        let arn = "arn:aws:iam::123456789012:role/reader";
        let cases = [
            ("aws-sso -p corp -r ROLE -ext", Some((Some("corp"), "ROLE"))),
            (
                "/opt/my\\ tools/aws-sso --external-source --rolearn=ROLE --profile corp",
                Some((Some("corp"), "ROLE")),
            ),
            ("'/usr/local/bin/aws-sso' process ROLE -p corp", Some((Some("corp"), "ROLE"))),
            ("aws-sso process --login never ROLE --profile=corp", Some((Some("corp"), "ROLE"))),
            ("aws-sso -p 'two words' process ROLE", Some((Some("two words"), "ROLE"))),
            ("aws-sso.exe process ROLE", Some((None, "ROLE"))),
            // Without -ext it writes the default profile and prints nothing.
            ("aws-sso -p corp -r ROLE", None),
            ("aws-sso -p corp -ext", None),
            ("aws-sso env ROLE -p corp", None),
            ("aws-sso process", None),
            ("other -p corp -r ROLE -ext", None),
            ("aws-sso 'unclosed", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let command = Command::parse(&line.replace("ROLE", arn));
            let found = command.as_ref().map(|command| (command.profile.as_deref(), command.role.as_str()));
            assert_eq!(found, expected.map(|(profile, _)| (profile, arn)), "{line}");
        }
    }

    #[test]
    fn a_profile_means_a_role_by_its_sso_keys_or_by_our_process() {
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
            let expected = directory.map(|directory| (directory.to_owned(), reader.clone()));
            assert_eq!(config.role_of(profile), expected, "{profile}");
        }
        assert_eq!(config.region_of("keys"), Some("eu-west-1"));
        assert_eq!(config.region_of("legacy"), None);
    }
}
