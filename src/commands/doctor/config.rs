//! The AWS config: whether it exists, and whether every AWS tool reads it in the same way.

use std::path::Path;

use super::report::Finding;
use crate::aws_config::config::Section;
use crate::aws_config::document::Document;
use crate::aws_config::line::SectionKind;
use crate::aws_config::misspelt::{self, MisspeltSection};
use crate::aws_config::readers::{self, Effect, Reader, Rejection, Stumble};
use crate::aws_config::static_keys;
use crate::context::Context;
use crate::environment::{self, shown};
use crate::error::Error;
use crate::files::{encoding, read};
use crate::known_regions;

/// How many lines of one kind are reported one by one.
const MOST_REPORTED: usize = 5;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let path = match environment::config_file() {
        Ok(path) => path,
        Err(error) => return vec![Finding::of(&error)],
    };
    let file = match read::whole(&path) {
        Ok(Some(file)) => file,
        Ok(None) => return vec![no_config(&path, context)],
        Err(error) => return vec![Finding::of(&error)],
    };
    if let Err(error) = encoding::check(&path, &file) {
        return vec![Finding::of(&error)];
    }
    let mut findings = Vec::new();
    if let Ok(config) = context.config() {
        let profiles = counted(config.profiles().count(), "profile");
        let sessions = counted(config.sso_sessions().count(), "sso-session");
        findings.push(Finding::ok(format!("{}: {profiles}, {sessions}", shown(&path))));
    }
    let stumbles = readers::stumbles(&file);
    let refuses = |reader: &Reader| {
        stumbles.iter().any(|stumble| stumble.effect == Effect::Refused && stumble.readers.contains(reader))
    };
    let reading: Vec<_> = Reader::ALL.into_iter().filter(|reader| !refuses(reader)).collect();
    if !reading.is_empty() {
        findings.push(Finding::ok(format!("read by {}", listed(&reading).0)));
    }
    let kinds = [
        disagreements(&path, &stumbles),
        unread(&path, &file),
        contradictions(&path, context, &file),
        regions(&path, context),
    ];
    for mut kind in kinds {
        let more = kind.len().saturating_sub(MOST_REPORTED);
        kind.truncate(MOST_REPORTED);
        findings.extend(kind);
        if more > 0 {
            let found = format!("{}: {more} more such lines", shown(&path));
            findings.push(Finding::warning(found, "fix those above, then run this again"));
        }
    }
    findings.extend(credentials_file());
    findings
}

/// The error of verbs that need the config, which says how to make one.
fn no_config(path: &Path, context: &Context) -> Finding {
    let error = context.config().and_then(|config| config.only_directory().map(drop)).err();
    Finding::of(&error.unwrap_or_else(|| Error::usage(format!("there is no AWS config at {}", shown(path)))))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Lines that some AWS tools refuse, ignore or read in another way.
fn disagreements(path: &Path, stumbles: &[Stumble]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (refused, others): (Vec<_>, Vec<_>) = stumbles.iter().partition(|stumble| stumble.effect == Effect::Refused);
    for stumble in refused {
        findings.push(Finding::broken(
            format!(
                "{}:{}: {} cannot read this file: {}",
                shown(path),
                stumble.line,
                listed(&stumble.readers).0,
                stumble.quirk
            ),
            stumble.quirk.remedy(),
        ));
    }
    for stumble in others {
        let (readers, is_plural) = listed(&stumble.readers);
        let effect = match (stumble.effect, is_plural) {
            (Effect::Ignored, false) => "ignores the section that begins here",
            (Effect::Ignored, true) => "ignore the section that begins here",
            (_, false) => "reads this differently",
            (_, true) => "read this differently",
        };
        findings.push(Finding::warning(
            format!("{}:{}: {readers} {effect}: {}", shown(path), stumble.line, stumble.quirk),
            stumble.quirk.remedy(),
        ));
    }
    findings
}

/// Sections that look like profiles or sso-sessions, which AWS tools do not read.
fn unread(path: &Path, file: &[u8]) -> Vec<Finding> {
    let misspelt = misspelt::sections(&Document::parse(file)).into_iter().map(|section| {
        let MisspeltSection { line, header, .. } = &section;
        let found = format!("{}:{line}: the section [{header}]: {}", shown(path), section.fault());
        Finding::warning(found, section.remedy())
    });
    misspelt.collect()
}

/// The credentials file, where it keeps the AWS CLI and boto3 from using any profile, or one.
/// Regions of profiles that are probably typing errors.
fn regions(path: &Path, context: &Context) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let doubtful = |profile: Section<'_>| {
        let region = profile.setting("region")?;
        let doubt = known_regions::doubt(region)?;
        let line = profile.line_of("region").map_or(String::new(), |line| format!(":{line}"));
        Some(Finding::warning(format!("{}{line}: region = {region}: {doubt}", shown(path)), "correct that line"))
    };
    config.profiles().filter_map(doubtful).collect()
}

fn credentials_file() -> Vec<Finding> {
    let Ok(path) = environment::credentials_file() else { return Vec::new() };
    // A file that cannot be read is reported by the check of the files.
    let Ok(Some(file)) = read::whole(&path) else { return Vec::new() };
    if let Err(error) = encoding::check(&path, &file) {
        return vec![Finding::of(&error)];
    }
    if let Err(Rejection { line, quirk }) = Reader::Botocore.read(&file) {
        return vec![Finding::broken(
            format!("{}:{line}: the AWS CLI and boto3 cannot read this file: {quirk}", shown(&path)),
            quirk.remedy(),
        )];
    }
    let incomplete = static_keys::incomplete(&Document::parse(&file)).into_iter().map(|(line, profile)| {
        Finding::broken(
            format!("{}:{line}: profile {profile} has an aws_access_key_id without a secret", shown(&path)),
            "add its aws_secret_access_key, or delete the section",
        )
    });
    incomplete.collect()
}

/// Profiles with two sources of credentials, of which the SDKs do not use the same one.
fn contradictions(path: &Path, context: &Context, file: &[u8]) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let meant = readers::meant(file);
    let mut findings = Vec::new();
    for profile in config.profiles() {
        let section = meant.get(&(SectionKind::Profile, profile.name().to_owned()));
        let line = |key: &str| section.and_then(|section| section.settings.get(key)).map_or(0, |value| value.line);
        let place = |key: &str| format!("{}:{}", shown(path), line(key));
        let has = |key: &str| profile.setting(key).is_some();
        if let (true, Some(key)) = (has("sso_session"), first(profile, &["sso_start_url", "sso_region"])) {
            findings.push(Finding::warning(
                format!(
                    "{}: the AWS SDK for Rust refuses the profile {}: it has both sso_session and {key}",
                    place(key),
                    profile.name()
                ),
                format!("delete the line {key}; the sso-session has it"),
            ));
        }
        if has("credential_process") && has("sso_account_id") && has("sso_role_name") {
            findings.push(Finding::warning(
                format!(
                    "{}: the profile {} has both credential_process and the sso_ keys of a role, and not all SDKs use \
                     the same one",
                    place("credential_process"),
                    profile.name()
                ),
                "delete one of the two",
            ));
        }
    }
    findings
}

fn first<'a>(section: Section<'_>, keys: &[&'a str]) -> Option<&'a str> {
    keys.iter().copied().find(|key| section.setting(key).is_some())
}

/// The readers as the subject of a sentence, and whether it is plural.
fn listed(readers: &[Reader]) -> (String, bool) {
    let others: Vec<_> = readers.iter().filter_map(|reader| reader.language()).collect();
    let sdks = match others.as_slice() {
        [] => None,
        [one] => Some(format!("the AWS SDK for {one}")),
        several => Some(format!("the AWS SDKs for {}", several.join(" and "))),
    };
    match (readers.contains(&Reader::Botocore), sdks) {
        (true, None) => ("the AWS CLI and boto3".to_owned(), true),
        (true, Some(sdks)) => (format!("the AWS CLI, boto3 and {sdks}"), true),
        (false, Some(sdks)) => (sdks, others.len() > 1),
        (false, None) => ("no AWS tool".to_owned(), false),
    }
}
