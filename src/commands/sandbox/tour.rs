//! `sandbox --tour`: the whole job, run by itself with this very executable, and told as it goes.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use super::identity;
use super::knobs::Knobs;
use super::place::{PROFILE, Place, executable};
use super::story::{Story, show};
use crate::error::Result;
use crate::output::print;
use crate::role::RoleArn;
use crate::sandbox::Approval;

/// A role of the sandbox that the tour uses.
struct Chosen {
    arn: RoleArn,
    /// `ACCOUNT_ID/NAME`.
    id: String,
}

pub(super) fn run(knobs: &Knobs) -> Result<()> {
    let started = Instant::now();
    let place = Place::open(knobs.options(Approval::Automatic))?;
    let accounts = place.sandbox.accounts();
    print(&format!(
        "A tour of aws-sso against a local Identity Center with {} accounts.\n\
         It runs in a home of its own: nothing of yours is touched, and nothing reaches AWS.\n",
        accounts.len()
    ))?;
    let mut story = Story::new();
    sign_in(&mut story, &place)?;
    discover(&mut story, &place)?;
    let chosen = use_role(&mut story, &place)?;
    let credentials = credential_process(&mut story, &place, &chosen)?;
    caller_identity(&mut story, &place, &chosen, &credentials)?;
    print(&format!(
        "\nThat was the whole job, in {:.1} s. To try it yourself: aws-sso sandbox\n",
        started.elapsed().as_secs_f64()
    ))
}

/// This executable, in the sandbox's home.
fn aws_sso(place: &Place, arguments: &[&str]) -> Result<Command> {
    let mut command = place.command(executable()?)?;
    command.args(arguments);
    Ok(command)
}

fn sign_in(story: &mut Story, place: &Place) -> Result<()> {
    story.step("Sign in", "A device code, which the sandbox approves as a person would on its page.")?;
    let told = story.run(
        &format!("aws-sso login -p {PROFILE} --device-code --no-browser"),
        aws_sso(place, &["login", "-p", PROFILE, "--device-code", "--no-browser"])?,
    )?;
    show(&format!("{}{}", told.stderr, told.stdout))?;
    let cache = place.path(".aws/sso/cache");
    let tokens = std::fs::read_dir(cache).map_or(0, Iterator::count);
    if tokens == 0 {
        return Err(story.failed("no token is in ~/.aws/sso/cache, where the AWS CLI and SDKs look for it"));
    }
    show("The token is in ~/.aws/sso/cache, where the AWS CLI and every SDK find it.")
}

fn discover(story: &mut Story, place: &Place) -> Result<()> {
    story.step("Discovery", "Every account and role becomes a profile, for every program that knows AWS profiles.")?;
    let told = story.run(&format!("aws-sso discover -p {PROFILE}"), aws_sso(place, &["discover", "-p", PROFILE])?)?;
    let home = place.path("");
    show(&format!("{}{}", told.stderr, told.stdout).replace(&*home.to_string_lossy(), "~/"))?;
    let expected: usize = place.sandbox.accounts().iter().map(|account| account.roles.len()).sum();
    let profiles = profiles(place);
    let Some((name, command)) = profiles.first() else {
        return Err(story.failed("the AWS config holds no profile with a credential_process"));
    };
    if profiles.len() != expected {
        return Err(story.failed(&format!("{expected} roles became {} profiles", profiles.len())));
    }
    show(&format!("[profile {name}]\ncredential_process = {command}"))
}

/// The profiles of the config that have a `credential_process`, each with its command.
fn profiles(place: &Place) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(place.path(".aws/config")).unwrap_or_default();
    let mut name = "";
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(header) = line.strip_prefix("[profile ").and_then(|rest| rest.strip_suffix(']')) {
            name = header;
        } else if let Some(command) = line.strip_prefix("credential_process") {
            let command = command.trim_start().trim_start_matches('=').trim();
            found.push((name.to_owned(), command.to_owned()));
        }
    }
    found
}

/// A role called `reader`, or the last one there is.
fn choose(place: &Place) -> Option<Chosen> {
    let accounts = place.sandbox.accounts();
    let account = accounts.first()?;
    let name = account.roles.iter().find(|role| *role == "reader").or(account.roles.last())?;
    Some(Chosen {
        arn: RoleArn::in_region(&place.sandbox.region(), &account.id, name),
        id: format!("{}/{name}", account.id),
    })
}

fn use_role(story: &mut Story, place: &Place) -> Result<Chosen> {
    story.step(
        "A shell takes a role",
        "In a real bash: the awsso function sets the role's credentials for everything that runs there.",
    )?;
    let chosen = choose(place).ok_or_else(|| story.failed("there is no role to take"))?;
    // The names come by environment, so that no name is ever part of a script.
    let script = "set -eu; code=\"$(aws-sso init bash)\"; eval \"$code\"; awsso use \"$ROLE\"; env";
    let mut command = place.command("bash")?;
    command.args(["--norc", "-c", script]).env("ROLE", &chosen.id);
    let told =
        story.run(&format!("eval \"$(aws-sso init bash)\"; awsso use {}; env | grep AWS_", chosen.id), command)?;
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_ACCOUNT_ID",
        "AWS_SSO_ROLE_ARN",
    ];
    let mut shown = String::new();
    for name in names {
        let prefix = format!("{name}=");
        let value = told.stdout.lines().find_map(|line| line.strip_prefix(&prefix));
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| story.failed(&format!("{name} is not set after awsso use")))?;
        let _ = writeln!(shown, "{prefix}{}", masked(name, value));
    }
    show(&shown)?;
    Ok(chosen)
}

/// A value as the tour may show it.
fn masked<'a>(name: &str, value: &'a str) -> &'a str {
    let name = name.to_ascii_lowercase();
    if name.contains("secret") || name.contains("token") { "••••••••" } else { value }
}

fn credential_process(story: &mut Story, place: &Place, chosen: &Chosen) -> Result<serde_json::Value> {
    story.step(
        "Programs take a role",
        "What every AWS SDK runs for a discovered profile: the profile's credential_process.",
    )?;
    let account = &chosen.arn.account_id;
    let role = &chosen.arn.role_name;
    // The profile of the same role, whatever discovery named it.
    let (_, line) = profiles(place)
        .into_iter()
        .find(|(_, command)| command.contains(account.as_str()) && command.contains(&format!("/{role}")))
        .ok_or_else(|| story.failed(&format!("no profile is for {}", chosen.id)))?;
    let mut command = place.command("sh")?;
    command.args(["-c", &line]);
    let told = story.run(&line, command)?;
    let credentials: serde_json::Value = serde_json::from_str(&told.stdout)
        .map_err(|error| story.failed(&format!("the answer is not JSON: {error}")))?;
    let mut shown = String::new();
    for name in ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        let value = match &credentials[name] {
            serde_json::Value::Null => return Err(story.failed(&format!("the answer has no {name}"))),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = writeln!(shown, "{name}: {}", masked(name, &value));
    }
    show(&shown)?;
    Ok(credentials)
}

fn caller_identity(story: &mut Story, place: &Place, chosen: &Chosen, credentials: &serde_json::Value) -> Result<()> {
    story.step(
        "AWS knows the caller",
        "GetCallerIdentity, signed with these credentials; the sandbox verifies the signature as STS does.",
    )?;
    let arn = identity::caller_arn(&place.sandbox.endpoint(), &place.sandbox.region(), credentials)
        .map_err(|error| story.blame(&error))?;
    show(&arn)?;
    match arn.parse::<RoleArn>() {
        Ok(caller) if caller == chosen.arn => Ok(()),
        _ => Err(story.failed(&format!("the caller is not {}", chosen.arn))),
    }
}
