//! Which credentials programs take: in this shell, and with each profile of this tool.

use serde::Serialize;

use super::report::Finding;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::meaning::Meanings;
use crate::context::{self, Context, gives_role, hiding_profile};
use crate::credential_chain::{Answer, PROFILE, Sdk, Source, Surroundings};
use crate::environment;
use crate::error::{Error, Result};
use crate::output::{print, print_json};
use crate::quote;
use crate::suggest::nearest;
use crate::terminal::{aligned, clean};

/// The variables that stand for sources of the environment.
const VARIABLES: [(Source, &[&str]); 3] = [
    (Source::EnvironmentKeys, &["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"]),
    (Source::EnvironmentWebIdentity, &["AWS_WEB_IDENTITY_TOKEN_FILE"]),
    (Source::Container, &["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]),
];
const PROFILES: [&str; 2] = [PROFILE, "AWS_DEFAULT_PROFILE"];

/// Variables of this shell about which programs do not agree, or that no program takes. Their values may be secrets, so
/// only their names are shown.
pub(super) fn of_shell(get: &dyn Fn(&str) -> Option<String>, config: &Config, credentials: &Config) -> Vec<Finding> {
    let is_set = |name: &&&str| get(name).is_some_and(|value| !value.is_empty());
    let of_sources = VARIABLES.iter().flat_map(|(_, names)| *names);
    let set: Vec<_> = of_sources.chain(&PROFILES).filter(is_set).copied().collect();
    if set.is_empty() {
        return Vec::new();
    }
    let surroundings = Surroundings::new(get, config, credentials);
    let answers = Sdk::ALL.map(|sdk| (sdk, surroundings.answer(sdk)));
    let mut findings = Vec::new();
    let is_reported = |answer: &Answer| match answer {
        // Keys without their other half, and profiles that do not exist, are findings of their own.
        Answer::NoProfile(name) => name != "default",
        Answer::Fails(found) => found.source == Source::EnvironmentKeys,
        Answer::Takes(_) | Answer::Nothing => false,
    };
    if answers.iter().any(|(_, answer)| *answer != answers[0].1) && !answers.iter().any(|(_, one)| is_reported(one)) {
        findings.push(Finding::warning(
            format!("{}: {}", are_set(&set), Answer::describe(&answers)),
            format!(
                "{}\nor leave the role, if awsso set it: awsso clear",
                set.iter().rev().map(|name| quote::unset(name)).collect::<Vec<_>>().join(", or ")
            ),
        ));
    }
    let takes = |source: Source| {
        answers.iter().any(|(_, answer)| matches!(answer, Answer::Takes(found) if found.source == source))
    };
    let Answer::Takes(first) = &answers[0].1 else { return findings };
    for (source, names) in VARIABLES {
        if let Some(name) = names.iter().find(|name| set.contains(name))
            && !takes(source)
        {
            findings.push(Finding::warning(
                format!("{} comes before {name}: no program takes that", first.place),
                format!("{}, or what comes before it", quote::unset(name)),
            ));
        }
    }
    findings
}

fn are_set(names: &[&str]) -> String {
    match names {
        [name] => format!("{name} is set"),
        [one, other] => format!("{one} and {other} are both set"),
        names => format!("{} are set", names.join(", ")),
    }
}

/// The profiles of this tool with which some program takes other credentials.
pub(super) fn of_profiles(config: &Config, credentials: &Config) -> Vec<Finding> {
    let meanings = Meanings::new(config);
    let is_chain = |profile: Section<'_>| {
        let section = config.profile(profile.name()).filter(|section| section.assumes());
        section.is_some_and(|section| meanings.chain(section).is_ok_and(|chain| chain.is_some()))
    };
    let ours = config.profiles().filter(|profile| profile.means_role() || is_chain(*profile));
    let hidden = ours.filter_map(|profile| {
        let name = profile.name();
        let hiding = hiding_profile(name, config, credentials)?;
        Some(Finding::broken(
            format!("profile {name}: {}", hiding.describe()),
            format!("delete what comes before the role; to see each SDK: aws-sso doctor --explain {name}"),
        ))
    });
    hidden.collect()
}

/// What an SDK does with a profile, as `--json` prints it.
#[derive(Serialize)]
struct Row {
    sdk: &'static str,
    takes: String,
    role: bool,
}

/// `--explain PROFILE`: what each SDK takes in this shell if it is given that profile. Returns whether all take its
/// role.
pub(super) fn explain(context: &Context, profile: &str, json: bool) -> Result<bool> {
    let (config, credentials) = (context.config()?, context::credentials_file()?);
    if config.profile(profile).is_none() && credentials.profile(profile).is_none() {
        return Err(unknown(profile, config));
    }
    let variables =
        |name: &str| if PROFILES.contains(&name) { Some(profile.to_owned()) } else { environment::value(name) };
    let surroundings = Surroundings::new(variables, config, &credentials);
    let rows = Sdk::ALL.map(|sdk| {
        let answer = surroundings.answer(sdk);
        Row { sdk: sdk.name(), role: gives_role(&answer, config), takes: answer.to_string() }
    });
    let all = rows.iter().all(|row| row.role);
    if json {
        print_json(&rows)?;
    } else {
        let lines = rows.iter().map(|row| [row.sdk.to_owned(), clean(&row.takes).into_owned()]);
        print(&aligned(&lines.collect::<Vec<_>>()))?;
    }
    Ok(all)
}

fn unknown(profile: &str, config: &Config) -> Error {
    let near = nearest(profile, config.profiles().map(Section::name), 5);
    let error = Error::usage(format!("there is no profile {profile} in the AWS files"));
    if near.is_empty() { error } else { error.with_remedy(format!("did you mean {}?", near.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_override_each_other_are_named_without_their_values() {
        const KEYS: &str = "AWS_ACCESS_KEY_ID=AKIAx AWS_SECRET_ACCESS_KEY=s3cret";
        let container = "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/s3cret";
        let cases: [(&str, &[&str]); 10] = [
            ("", &[]),
            (KEYS, &[]),
            ("AWS_PROFILE=p AWS_DEFAULT_PROFILE=p", &[]),
            (container, &[]),
            (
                &format!("{KEYS} AWS_PROFILE=p"),
                &["AWS_ACCESS_KEY_ID; the AWS SDK for JavaScript takes credential_process of the profile p"],
            ),
            ("AWS_PROFILE=p AWS_DEFAULT_PROFILE=q", &["boto3 takes credential_process of the profile q"]),
            ("AWS_DEFAULT_PROFILE=p", &["the AWS SDKs for Rust, JavaScript and Java find no credentials"]),
            (&format!("{container} AWS_PROFILE=p"), &["comes before AWS_CONTAINER_CREDENTIALS_FULL_URI"]),
            (
                &format!("{KEYS} AWS_WEB_IDENTITY_TOKEN_FILE=f AWS_ROLE_ARN=r"),
                &["AWS_ACCESS_KEY_ID comes before AWS_WEB_IDENTITY_TOKEN_FILE"],
            ),
            (
                "AWS_PROFILE=p AWS_WEB_IDENTITY_TOKEN_FILE=f AWS_ROLE_ARN=r",
                &["and the AWS SDKs for Go and Java take AWS_WEB_IDENTITY_TOKEN_FILE"],
            ),
        ];
        let config = Config::parse(b"[profile p]\ncredential_process = p\n[profile q]\ncredential_process = q\n");
        for (variables, expected) in cases {
            let get = |name: &str| {
                let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
                pairs.find(|(set, _)| *set == name).map(|(_, value)| value.to_owned())
            };
            let found = of_shell(&get, &config, &Config::parse(b""));
            assert_eq!(found.len(), expected.len(), "{variables}: {found:?}");
            for (finding, words) in found.iter().zip(expected) {
                assert!(finding.found.contains(words), "{variables}: {finding:?}");
                assert!(finding.remedy.is_some() && !format!("{finding:?}").contains("s3cret"), "{finding:?}");
            }
        }
    }
}
