//! Environment variables that override each other, in the order of precedence of the SDKs.

use std::path::Path;

use super::chain;
use super::report::{Finding, Time};
use crate::aws_config::config::Config;
use crate::context::assumed::entered_as;
use crate::context::{self, Context};
use crate::environment::{self, shown};
use crate::files::read;
use crate::{quote, timestamp};

pub(super) fn check(context: &Context, time: Time) -> Vec<Finding> {
    let variables = |name: &str| {
        environment::current(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
    };
    let mut findings = overrides(&variables, &|| enter(context));
    findings.extend(files());
    if let Ok(config) = context.config() {
        if let Ok(credentials) = context::credentials_file() {
            findings.extend(chain::of_shell(&variables, config, &credentials));
        }
        findings.extend(profiles(&variables, config));
    }
    findings.extend(entered(context));
    findings.extend(expired(&variables, time));
    if findings.is_empty() {
        findings.push(Finding::ok("no variables that contradict each other"));
    }
    findings
}

/// Variables that override others. Their values may be secrets, so only their names are shown.
fn overrides(get: &dyn Fn(&str) -> Option<String>, enter: &dyn Fn() -> String) -> Vec<Finding> {
    let has = |name: &str| get(name).is_some();
    let differ = |one: &str, other: &str| has(one) && has(other) && get(one) != get(other);
    let mut findings = Vec::new();
    let mut warn = |found: &str, remedy: &str| findings.push(Finding::warning(found, remedy));

    if differ("AWS_REGION", "AWS_DEFAULT_REGION") {
        warn(
            "AWS_REGION and AWS_DEFAULT_REGION differ: boto3 uses the latter, other AWS tools the former",
            "set both to the same region, or unset AWS_DEFAULT_REGION",
        );
    }
    findings.extend(keys(get, enter));
    findings
}

/// How this shell gets a role: the one that it entered, or another one.
fn enter(context: &Context) -> String {
    let of_session = |role: &str| context.pasted_role(role, &environment::sso_session().unwrap_or_default());
    match environment::shell_role() {
        Some((role, _)) => format!("run: awsso use {}", entered_as().unwrap_or_else(|| of_session(&role))),
        None => "run: awsso pick".to_owned(),
    }
}

/// Keys that cannot work as they are.
fn keys(get: &dyn Fn(&str) -> Option<String>, enter: &dyn Fn() -> String) -> Vec<Finding> {
    let has = |name: &str| get(name).is_some();
    let mut findings = Vec::new();
    let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    for (one, other) in [(id, secret), (secret, id)] {
        if has(one) && !has(other) {
            findings.push(Finding::broken(
                format!("{one} is set without {other}: AWS tools fail, or look elsewhere"),
                format!("run: {}\nor {}", quote::unset(one), enter()),
            ));
        }
    }
    // Temporary keys, from STS, begin with ASIA. They are valid only with their session token.
    let is_temporary = get(id).is_some_and(|id| id.starts_with("ASIA"));
    if is_temporary && !has("AWS_SESSION_TOKEN") {
        findings.push(Finding::broken(
            "AWS_ACCESS_KEY_ID is a temporary key, but AWS_SESSION_TOKEN is not set: AWS rejects it",
            enter(),
        ));
    }
    if let Some(old) = get("AWS_SECURITY_TOKEN") {
        findings.push(if get("AWS_SESSION_TOKEN").is_some_and(|token| token != old) {
            Finding::broken(
                "AWS_SECURITY_TOKEN differs from AWS_SESSION_TOKEN: boto3 sends the former, which AWS rejects",
                quote::unset("AWS_SECURITY_TOKEN"),
            )
        } else {
            Finding::warning(
                "AWS_SECURITY_TOKEN is set: boto3 prefers it to AWS_SESSION_TOKEN, others do not know it",
                quote::unset("AWS_SECURITY_TOKEN"),
            )
        });
    }
    findings
}

/// Whether there is nothing. A file that this user may not look at is reported by the checks that read it.
fn is_absent(file: &Path) -> bool {
    file.symlink_metadata().is_err_and(|error| read::is_absent(&error))
}

/// Variables that name a file that does not exist.
fn files() -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = |name: &str| environment::current(name).is_some_and(|value| !value.is_empty());
    if named("AWS_CONFIG_FILE")
        && let Ok(file) = environment::config_file()
        && is_absent(&file)
    {
        findings.push(Finding::broken(
            format!("AWS_CONFIG_FILE names {}, which does not exist", shown(&file)),
            format!("{}, or set it to the right file", quote::unset("AWS_CONFIG_FILE")),
        ));
    }
    // Where it names the file that is meant without it, the file may be missing as well.
    if named("AWS_SHARED_CREDENTIALS_FILE")
        && let Ok(file) = environment::credentials_file()
        && is_absent(&file)
        && environment::home().map(|home| home.join(".aws/credentials")).as_ref() != Ok(&file)
    {
        findings.push(Finding::warning(
            format!("AWS_SHARED_CREDENTIALS_FILE names {}, which does not exist", shown(&file)),
            format!("{}, or set it to the right file", quote::unset("AWS_SHARED_CREDENTIALS_FILE")),
        ));
    }
    findings
}

/// Variables that name a profile that does not exist.
fn profiles(get: &dyn Fn(&str) -> Option<String>, config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        let Some(name) = get(variable) else { continue };
        if config.profile(&name).is_none() && name != "default" && !is_in_credentials_file(&name) {
            // Its remedy may suggest a similar name.
            let error = config.directory(&name).err();
            let suggestion =
                error.as_ref().and_then(|error| error.remedy()).filter(|remedy| remedy.starts_with("did you mean"));
            findings.push(Finding::broken(
                format!("{variable} names the profile {name}, which is in no AWS file: AWS tools fail"),
                format!(
                    "{}, or name another; {}",
                    quote::unset(variable),
                    suggestion.unwrap_or("see: aws configure list-profiles")
                ),
            ));
        }
    }
    if let Some(name) = get(environment::SSO_SESSION)
        && let Err(error) = config.directory(&name)
    {
        findings.push(Finding::of(&error.naming(&format!("{} names {name}", environment::SSO_SESSION))));
    }
    findings
}

fn is_in_credentials_file(profile: &str) -> bool {
    context::credentials_file().is_ok_and(|file| file.profile(profile).is_some())
}

/// What programs take in place of the role that this shell entered.
fn entered(context: &Context) -> Option<Finding> {
    let role = context.shell_role().ok()??;
    let instead = role.instead?.description;
    let found = format!("this shell entered {}, but its programs do not take it: {instead}", role.role);
    Some(Finding::broken(found, format!("run: awsso clear\nor to enter the role again, {}", enter(context))))
}

/// The role of this shell, if its credentials have expired.
fn expired(get: &dyn Fn(&str) -> Option<String>, time: Time) -> Option<Finding> {
    let (role, expiry) = environment::shell_role()?;
    let expiry = jiff::Timestamp::from_second(expiry?).ok()?;
    if get("AWS_ACCESS_KEY_ID").is_none() || timestamp::seconds_until(expiry) > 0 {
        return None;
    }
    Some(Finding::warning(
        format!("this shell's credentials of {role} expired at {}", time(expiry)),
        "run: awsso refresh",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::report::Verdict;

    #[test]
    fn variables_that_cannot_work_are_named_without_their_values() {
        let cases: [(&str, &[(Verdict, &str)]); 8] = [
            ("", &[]),
            ("AWS_REGION=r AWS_DEFAULT_REGION=r", &[]),
            ("AWS_REGION=r AWS_DEFAULT_REGION=q", &[(Verdict::Warning, "AWS_REGION and AWS_DEFAULT_REGION differ")]),
            ("AWS_ACCESS_KEY_ID=AKIAx", &[(Verdict::Broken, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY")]),
            ("AWS_SECRET_ACCESS_KEY=s3cret", &[(Verdict::Broken, "without AWS_ACCESS_KEY_ID")]),
            (
                "AWS_ACCESS_KEY_ID=ASIAx AWS_SECRET_ACCESS_KEY=s3cret",
                &[(Verdict::Broken, "AWS_SESSION_TOKEN is not set")],
            ),
            ("AWS_SECURITY_TOKEN=s3cret", &[(Verdict::Warning, "AWS_SECURITY_TOKEN is set")]),
            ("AWS_SECURITY_TOKEN=s3cret AWS_SESSION_TOKEN=s3cret2", &[(Verdict::Broken, "AWS_SECURITY_TOKEN differs")]),
        ];
        for (variables, expected) in cases {
            let get = |name: &str| {
                let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
                pairs.find(|(set, _)| *set == name).map(|(_, value)| value.to_owned())
            };
            let found = overrides(&get, &String::new);
            assert_eq!(found.len(), expected.len(), "{variables}: {found:?}");
            for (finding, (verdict, words)) in found.iter().zip(expected) {
                assert_eq!(finding.verdict, *verdict, "{variables}: {finding:?}");
                assert!(finding.found.contains(words), "{variables}: {finding:?}");
                assert!(finding.remedy.is_some() && !format!("{finding:?}").contains("s3cret"), "{finding:?}");
            }
        }
    }
}
