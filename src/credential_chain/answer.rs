//! The credentials that a program takes in given surroundings.

use std::fmt;

use super::given::{Given, contradiction, given};
use super::sdk::Sdk;
use super::source::{Source, keys};
use super::surroundings::{BothFiles, Surroundings};
use super::variables::PROFILE;
use crate::aws_config::config::Section;
use crate::environment;

/// What a program does for its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It takes those of this source.
    Takes(TakenSource),
    /// It stops at this source, of which a part is missing.
    Fails(TakenSource),
    /// It stops, because there is no profile of this name.
    NoProfile(String),
    /// It finds none; on a machine of AWS it asks for those of the instance.
    Nothing,
}

/// A source, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TakenSource {
    pub(crate) source: Source,
    /// What says so: a variable, or a key of a profile with its file and line.
    pub(crate) place: String,
    /// The profile that it belongs to, if it is not of the environment alone.
    pub(crate) profile: Option<String>,
    /// Whether it stands in the section that is meant by the profile's name, and nowhere else.
    pub(crate) is_meant: bool,
}

impl Answer {
    /// Which SDKs do what, as a sentence without its end: "boto3 and the AWS CLI take …, every other SDK …".
    pub(crate) fn describe(answers: &[(Sdk, Self)]) -> String {
        let mut groups: Vec<(&Self, Vec<Sdk>)> = Vec::new();
        for (sdk, answer) in answers {
            match groups.iter_mut().find(|(other, _)| *other == answer) {
                Some((_, sdks)) => sdks.push(*sdk),
                None => groups.push((answer, vec![*sdk])),
            }
        }
        let sentence = |(answer, sdks): &(&Self, Vec<Sdk>)| {
            let names = Sdk::names(sdks);
            let is_one = sdks.len() == 1 || sdks.len() == Sdk::ALL.len();
            let s = if is_one { "s" } else { "" };
            match answer {
                Self::Takes(found) => format!("{names} take{s} {}", found.place),
                Self::Fails(_) | Self::NoProfile(_) => format!("{names} {}", answer.failure(s)),
                Self::Nothing => format!("{names} find{s} no credentials"),
            }
        };
        groups.iter().map(sentence).collect::<Vec<_>>().join("; ")
    }

    /// `s` is the ending of the verb.
    fn failure(&self, s: &str) -> String {
        match self {
            Self::Fails(found) => format!("fail{s} at {}, which is not complete", found.place),
            Self::NoProfile(name) => format!("fail{s}, because there is no profile {name}"),
            Self::Takes(_) | Self::Nothing => String::new(),
        }
    }
}

/// The answer of one SDK, in a table.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Takes(found) => f.write_str(&found.place),
            Self::Fails(_) | Self::NoProfile(_) => f.write_str(&self.failure("s")),
            Self::Nothing => f.write_str("no credentials"),
        }
    }
}

impl Surroundings<'_> {
    /// What programs of this family do.
    pub(crate) fn answer(&self, sdk: Sdk) -> Answer {
        let named = self.profile_variable(sdk);
        let name = named.as_ref().map_or("default", |(_, name)| name);
        let profile = self.profile(sdk, name);
        if let Some(key) = contradiction(sdk, profile) {
            let place = in_section(key, name, profile.section_of(key));
            let profile = Some(name.to_owned());
            return Answer::Fails(TakenSource { source: Source::Process, place, profile, is_meant: false });
        }
        // boto3, the AWS CLI and Go look for the profile even if the environment has keys.
        let looks_first =
            |(variable, _): &(&str, String)| sdk.is_botocore() || (sdk == Sdk::Go && *variable == PROFILE);
        if named.as_ref().is_some_and(looks_first) && !profile.config.is_there() && !profile.credentials.is_there() {
            return Answer::NoProfile(name.to_owned());
        }
        let mut gives_up_profile = false;
        for source in sdk.order() {
            let is_of_profile = !keys(*source).is_empty();
            // JavaScript asks for a credential_process once more by itself.
            let is_asked_again = sdk == Sdk::JavaScript && *source == Source::Process;
            if is_of_profile && gives_up_profile && !is_asked_again {
                continue;
            }
            let found = || TakenSource {
                source: *source,
                place: self.place(*source, name, profile),
                profile: is_of_profile.then(|| name.to_owned()),
                is_meant: profile.is_meant(keys(*source)),
            };
            match given(*source, sdk, self, profile) {
                Given::Nothing => {}
                Given::Skip => gives_up_profile = true,
                Given::Half => return Answer::Fails(found()),
                Given::Whole => return Answer::Takes(found()),
            }
        }
        Answer::Nothing
    }

    fn place(&self, source: Source, name: &str, profile: BothFiles<'_>) -> String {
        let first_set = |names: &[&str]| {
            let set = names.iter().find(|name| self.variable(name).is_some());
            (*set.unwrap_or(&names[0])).to_owned()
        };
        let (key, section) = match source {
            Source::EnvironmentKeys => {
                return first_set(&["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"]);
            }
            Source::EnvironmentWebIdentity => return "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
            Source::Container => {
                return first_set(&["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]);
            }
            Source::OldFiles if self.has_boto_file => return "~/.boto".to_owned(),
            Source::OldFiles => return first_set(&["AWS_CREDENTIAL_FILE", "BOTO_CONFIG"]),
            Source::CredentialsFileKeys => ("aws_access_key_id", profile.credentials.section_of("aws_access_key_id")),
            Source::ConfigFileKeys => ("aws_access_key_id", profile.config.section_of("aws_access_key_id")),
            Source::AssumedRole | Source::WebIdentity | Source::SingleSignOn | Source::Login | Source::Process => {
                let key = keys(source).iter().find(|key| profile.has(key)).unwrap_or(&keys(source)[0]);
                (*key, profile.section_of(key))
            }
        };
        in_section(key, name, section)
    }
}

/// A key of a profile, with its file and line.
fn in_section(key: &str, name: &str, section: Option<Section<'_>>) -> String {
    let line = section.and_then(|section| Some((environment::shown(section.file()), section.line_of(key)?)));
    match line {
        Some((file, line)) => format!("{key} of the profile {name} ({file}, line {line})"),
        None => format!("{key} of the profile {name}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::aws_config::config::Config;

    /// Profiles with a `credential_source` and a web identity, which no tool writes.
    const EXCEPTIONS: [(&str, &str); 2] = [
        ("pair/default/role+Environment | role+web_identity", "Rust"),
        ("pair/default/role+EcsContainer(container set) | role+web_identity", "Rust"),
    ];

    /// Each case was run with the real SDKs, whose versions the file names.
    #[test]
    fn each_answer_is_what_the_sdk_does() {
        let text = include_str!("../../tests/credential_chain/measured.json");
        let measured: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut differences = Vec::new();
        for case in measured["cases"].as_array().unwrap() {
            let text = |key: &str| case[key].as_str().unwrap();
            let config = Config::parse(text("config").as_bytes());
            let credentials = text("credentials").as_bytes().to_vec();
            let credentials = Config::parse_credentials(Path::new("credentials"), Some(credentials));
            let variables = |name: &str| case["environment"][name].as_str().map(str::to_owned);
            let mut surroundings = Surroundings::new(variables, &config, &credentials);
            surroundings.has_boto_file = false;
            for sdk in Sdk::ALL {
                let ours = match surroundings.answer(sdk) {
                    Answer::Takes(found) => format!("{:?}", found.source),
                    Answer::Fails(_) | Answer::NoProfile(_) => "Fails".to_owned(),
                    Answer::Nothing => "Nothing".to_owned(),
                };
                let theirs = case["takes"][sdk.name()].as_str().unwrap();
                if ours != theirs && !EXCEPTIONS.contains(&(text("name"), sdk.name())) {
                    differences.push(format!("{} {}: {ours}, but it is {theirs}", text("name"), sdk.name()));
                }
            }
        }
        assert!(differences.is_empty(), "{differences:#?}");
    }
}
