//! What a profile of the config has for its credentials.

use std::collections::BTreeSet;

use super::assumed::{self, Assumed};
use super::keys::{CHAIN_KEYS, CredentialSource, PROCESS_KEY, SSO_KEYS};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::aws_config::line::{Classifier, ConfigLine};
use crate::aws_config::role_profile::ProcessProfile;
use crate::role::RoleArn;

/// The sign-in that a profile names, as far as discovery writes such profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SignIn {
    /// The name behind `-p`, or an sso-session.
    Name(String),
    /// The start URL of a profile without an sso-session.
    StartUrl(String),
}

impl SignIn {
    /// How a profile of this Identity Center names it.
    pub(super) fn of(directory: &Directory, source: &CredentialSource) -> Self {
        match (source, &directory.session) {
            (CredentialSource::Process { .. }, _) => Self::Name(directory.name.clone()),
            (CredentialSource::Sso, Some(session)) => Self::Name(session.clone()),
            (CredentialSource::Sso, None) => Self::StartUrl(directory.start_url.clone()),
        }
    }
}

/// What a profile of the config has for its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) source: CredentialSource,
    pub(super) sign_in: Option<SignIn>,
    /// The account and the name of its role; of one that is assumed, with the path.
    pub(super) role: Option<(String, String)>,
    /// How its role is assumed, if it is.
    pub(super) assumed: Option<Assumed>,
}

impl Found {
    /// `None` if neither this program nor SSO keys give it credentials. `get` returns the value of a key.
    pub(super) fn of(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Self::with_role_arn(&get).or_else(|| Self::with_sso_keys(&get)).or_else(|| {
            let line = format!("[profile x]\n{PROCESS_KEY} = {}\n", get(PROCESS_KEY)?);
            Config::parse(line.as_bytes()).processes().next().map(Self::by_process)
        })
    }

    /// The role that is assumed with the credentials of another profile.
    fn with_role_arn(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let (assumed, role) = Assumed::of_keys(&get("role_arn")?, &get("source_profile")?)?;
        Some(Self { source: CredentialSource::Sso, sign_in: None, role: Some(role), assumed: Some(assumed) })
    }

    fn with_sso_keys(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        if SSO_KEYS.iter().all(|key| get(key).is_none()) {
            return None;
        }
        let sign_in = get("sso_session").map(SignIn::Name).or_else(|| get("sso_start_url").map(SignIn::StartUrl));
        let role = get("sso_account_id").zip(get("sso_role_name"));
        Some(Self { source: CredentialSource::Sso, sign_in, role, assumed: None })
    }

    fn by_process(process: ProcessProfile) -> Self {
        let (assumed, role) = match process.assumed().map(str::parse) {
            Some(role) => {
                let role = role.ok().as_ref().map(assumed::role);
                (Some(Assumed::By { role: process.role, options: process.options }), role)
            }
            // Discovery writes no other forms than these two.
            None => (None, assumed::granted(process.role.parse().ok())),
        };
        let source = CredentialSource::Process { program: process.program };
        Self { source, sign_in: process.profile.map(SignIn::Name), role, assumed }
    }

    pub(super) fn has_role(&self, role: &RoleArn) -> bool {
        self.role.as_ref().is_some_and(|(account_id, name)| (account_id, name) == (&role.account_id, &role.role_name))
    }

    /// The sign-in behind it.
    pub(super) fn sign_in(&self, config: &Config) -> Option<SignIn> {
        let at_the_end = || self.assumed.as_ref()?.sign_in(config).map(SignIn::Name);
        self.sign_in.clone().or_else(at_the_end)
    }

    /// The name or the start URL of its sign-in.
    pub(super) fn sign_in_name(&self) -> String {
        match &self.sign_in {
            Some(SignIn::Name(name) | SignIn::StartUrl(name)) => name.clone(),
            None => String::new(),
        }
    }
}

/// A profile of a block, as it is in the config.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) found: Option<Found>,
    pub(super) region: Option<String>,
    pub(super) output: Option<String>,
    /// Whether somebody has added a line that discovery does not write.
    pub(super) is_edited: bool,
}

/// What discovery does with a profile in its block that is not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// `--prune` removes it.
    Prune,
    /// Somebody has added lines, so it stays.
    Edited,
    /// It has no role, so it is the user's own; or only another discovery knows whether its role is there.
    None,
}

/// What becomes of the profile in these lines.
pub(crate) fn removal(lines: &[u8]) -> Removal {
    match Written::read(lines) {
        Some(Written { found: Some(Found { role: Some(_), assumed: None, .. }), is_edited, .. }) => {
            if is_edited {
                Removal::Edited
            } else {
                Removal::Prune
            }
        }
        _ => Removal::None,
    }
}

impl Written {
    /// Reads the lines of one profile, its header first.
    pub(super) fn read(lines: &[u8]) -> Option<Self> {
        let config = Config::parse(lines);
        let profile = config.profiles().next()?;
        let get = |key: &str| profile.setting(key).map(str::to_owned);
        Some(Self {
            name: profile.name().to_owned(),
            found: Found::with_role_arn(get)
                .or_else(|| Found::with_sso_keys(get))
                .or_else(|| config.processes().next().map(Found::by_process)),
            region: get("region"),
            output: get("output"),
            is_edited: has_other_keys(profile) || has_other_lines(lines, profile.name()),
        })
    }
}

fn has_other_keys(profile: Section<'_>) -> bool {
    let mut seen = BTreeSet::new();
    let assumes = profile.setting("role_arn").is_some();
    profile.keys().any(|key| {
        let is_of_chain = assumes && CHAIN_KEYS.contains(&key);
        let is_ours = is_of_chain || [PROCESS_KEY, "region", "output"].contains(&key) || SSO_KEYS.contains(&key);
        !is_ours || !seen.insert(key)
    })
}

/// Whether there is a comment, or a line that continues another. Comments after the last setting are not the profile's.
fn has_other_lines(lines: &[u8], name: &str) -> bool {
    let mut classifier = Classifier::default();
    let mut is_comment_before = false;
    let mut lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    if lines.next() != Some(format!("[profile {name}]").as_bytes()) {
        return true;
    }
    lines.any(|line| match classifier.classify(line) {
        ConfigLine::Blank => false,
        ConfigLine::Comment => {
            is_comment_before = true;
            // An indented one belongs to the setting before it.
            line.starts_with(b" ") || line.starts_with(b"\t")
        }
        // A comment may follow the value.
        ConfigLine::Setting { value, .. } => is_comment_before || !line.ends_with(value),
        ConfigLine::Header(_) | ConfigLine::Continuation(_) | ConfigLine::Junk => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_discovery_does_not_write_is_an_edit() {
        let process = "[profile a]\ncredential_process = aws-sso -p corp -r arn:aws:iam::123456789012:role/x -ext\n";
        let cases = [
            ("", false),
            ("region = eu-west-1\noutput = json\n\n# on the next one\n", false),
            ("\r\n", false),
            ("s3 =\n  addressing_style = path\n", true),
            ("cli_pager =\n", true),
            ("# why\nregion = eu-west-1\n", true),
            ("region = eu-west-1 # why\n", true),
            ("  # indented\n", true),
            ("region = a\nregion = b\n", true),
            ("word\n", true),
        ];
        for (more, is_edited) in cases {
            let written = Written::read(format!("{process}{more}").as_bytes()).unwrap();
            assert_eq!(written.is_edited, is_edited, "{more:?}");
            let found = written.found.unwrap();
            assert_eq!(found.role, Some(("123456789012".to_owned(), "x".to_owned())));
            assert_eq!(found.sign_in, Some(SignIn::Name("corp".to_owned())));
        }
        assert!(Written::read(process.replace("a]", "a] # mine").as_bytes()).unwrap().is_edited);
        assert!(Written::read(b"[profile a]\nregion = x\n").unwrap().found.is_none());
    }
}
