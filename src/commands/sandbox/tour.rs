//! `sandbox --tour`: sign-in, discovery and the use of a role, run with this executable and explained step by step.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use super::behaviour::BehaviourArgs;
use super::caller;
use super::private_home::{PROFILE, PrivateHome, executable};
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

pub(super) fn run(behaviour: &BehaviourArgs) -> Result<()> {
    let started = Instant::now();
    let home = PrivateHome::open(behaviour.options(Approval::Automatic))?;
    let accounts = home.sandbox.accounts();
    print(&format!(
        "A tour of aws-sso against a local Identity Center with {} accounts.\n\
         It runs in a temporary home folder: none of your files is touched, and nothing reaches AWS.\n",
        accounts.len()
    ))?;
    let mut story = Story::new();
    sign_in(&mut story, &home)?;
    discover(&mut story, &home)?;
    let chosen = use_role(&mut story, &home)?;
    let credentials = credential_process(&mut story, &home, &chosen)?;
    caller_identity(&mut story, &home, &chosen, &credentials)?;
    print(&format!(
        "\nThe tour took {:.1} s. To try it yourself, run: aws-sso sandbox\n",
        started.elapsed().as_secs_f64()
    ))
}

fn aws_sso(home: &PrivateHome, arguments: &[&str]) -> Result<Command> {
    let mut command = home.command(executable()?)?;
    command.args(arguments);
    Ok(command)
}

fn sign_in(story: &mut Story, home: &PrivateHome) -> Result<()> {
    story.step("Sign in", "With a device code, which the sandbox approves as you would on its page.")?;
    let output = story.run(
        &format!("aws-sso login -p {PROFILE} --device-code --no-browser"),
        aws_sso(home, &["login", "-p", PROFILE, "--device-code", "--no-browser"])?,
    )?;
    show(&format!("{}{}", output.stderr, output.stdout))?;
    let cache = home.path(".aws/sso/cache");
    let tokens = std::fs::read_dir(cache).map_or(0, Iterator::count);
    if tokens == 0 {
        return Err(story.failed("no token is in ~/.aws/sso/cache, where the AWS CLI and SDKs look for it"));
    }
    show("The token is in ~/.aws/sso/cache, where the AWS CLI and every SDK find it.")
}

fn discover(story: &mut Story, home: &PrivateHome) -> Result<()> {
    story.step("Discovery", "Every account and role becomes a profile, for every program that uses AWS profiles.")?;
    let output = story.run(&format!("aws-sso discover -p {PROFILE}"), aws_sso(home, &["discover", "-p", PROFILE])?)?;
    let separator = std::path::MAIN_SEPARATOR;
    let folder = home.path("");
    let folder = format!("{}{separator}", folder.to_string_lossy().trim_end_matches(separator));
    show(&format!("{}{}", output.stderr, output.stdout).replace(&folder, &format!("~{separator}")))?;
    let expected: usize = home.sandbox.accounts().iter().map(|account| account.roles.len()).sum();
    let profiles = profiles(home);
    let Some((name, command)) = profiles.first() else {
        return Err(story.failed("the AWS config has no profile with a credential_process"));
    };
    if profiles.len() != expected {
        return Err(story.failed(&format!("{expected} roles became {} profiles", profiles.len())));
    }
    show(&format!("[profile {name}]\ncredential_process = {command}"))
}

/// The names and commands of the profiles with a `credential_process`.
fn profiles(home: &PrivateHome) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(home.path(".aws/config")).unwrap_or_default();
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

/// The first account's role `reader`, or its last role.
fn choose(home: &PrivateHome) -> Option<Chosen> {
    let accounts = home.sandbox.accounts();
    let account = accounts.first()?;
    let name = account.roles.iter().find(|role| *role == "reader").or(account.roles.last())?;
    Some(Chosen {
        arn: RoleArn::in_region(&home.sandbox.region(), &account.id, name),
        id: format!("{}/{name}", account.id),
    })
}

fn use_role(story: &mut Story, home: &PrivateHome) -> Result<Chosen> {
    let (title, meaning) = if cfg!(windows) {
        ("A command uses a role", "It runs with the role's credentials. In PowerShell and Git Bash there is awsso use.")
    } else {
        (
            "A shell uses a role",
            "In a real bash, the awsso function sets the role's credentials for everything that runs there.",
        )
    };
    story.step(title, meaning)?;
    let chosen = choose(home).ok_or_else(|| story.failed("there is no role to use"))?;
    let output = if cfg!(windows) {
        let words = ["exec", &chosen.id, "--", "cmd", "/d", "/c", "set AWS_"];
        story.run(&format!("aws-sso exec {} -- cmd /c set AWS_", chosen.id), aws_sso(home, &words)?)?
    } else {
        // The role is passed in a variable: a hostile name must not become part of the script.
        let script = "set -eu; code=\"$(aws-sso init bash)\"; eval \"$code\"; awsso use \"$ROLE\"; env";
        let mut command = home.command("bash")?;
        command.args(["--norc", "-c", script]).env("ROLE", &chosen.id);
        story.run(&format!("eval \"$(aws-sso init bash)\"; awsso use {}; env | grep AWS_", chosen.id), command)?
    };
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
        let value = output.stdout.lines().find_map(|line| line.strip_prefix(&prefix));
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| story.failed(&format!("{name} is not set there")))?;
        let _ = writeln!(shown, "{prefix}{}", masked(name, value));
    }
    show(&shown)?;
    Ok(chosen)
}

/// The value, unless it is secret.
fn masked<'a>(name: &str, value: &'a str) -> &'a str {
    let name = name.to_ascii_lowercase();
    if name.contains("secret") || name.contains("token") { "••••••••" } else { value }
}

/// How most SDKs run such a line.
#[cfg(not(windows))]
fn as_of_sdk(home: &PrivateHome, line: &str) -> Result<Command> {
    let mut command = home.command("sh")?;
    command.args(["-c", line]);
    Ok(command)
}

/// How most SDKs run such a line.
#[cfg(windows)]
fn as_of_sdk(home: &PrivateHome, line: &str) -> Result<Command> {
    use std::os::windows::process::CommandExt as _;
    let mut command = home.command("cmd.exe")?;
    command.raw_arg("/d /s /c").raw_arg(format!("\"{line}\""));
    Ok(command)
}

fn credential_process(story: &mut Story, home: &PrivateHome, chosen: &Chosen) -> Result<serde_json::Value> {
    story
        .step("Programs use a role", "For a discovered profile every AWS SDK runs the profile's credential_process.")?;
    let account = &chosen.arn.account_id;
    let role = &chosen.arn.role_name;
    // Looked up by its role, since the settings decide what discovery names it.
    let (_, line) = profiles(home)
        .into_iter()
        .find(|(_, command)| command.contains(account.as_str()) && command.contains(&format!("/{role}")))
        .ok_or_else(|| story.failed(&format!("no profile is for {}", chosen.id)))?;
    let output = story.run(&line, as_of_sdk(home, &line)?)?;
    let credentials: serde_json::Value = serde_json::from_str(&output.stdout)
        .map_err(|error| story.failed(&format!("the output is not JSON: {error}")))?;
    let mut shown = String::new();
    for name in ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        let value = match &credentials[name] {
            serde_json::Value::Null => return Err(story.failed(&format!("the output has no {name}"))),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = writeln!(shown, "{name}: {}", masked(name, &value));
    }
    show(&shown)?;
    Ok(credentials)
}

fn caller_identity(
    story: &mut Story,
    home: &PrivateHome,
    chosen: &Chosen,
    credentials: &serde_json::Value,
) -> Result<()> {
    story.step(
        "AWS knows the caller",
        "GetCallerIdentity, signed with these credentials. The sandbox verifies the signature as STS does.",
    )?;
    let arn = caller::caller_arn(&home.sandbox.endpoint(), &home.sandbox.region(), credentials)
        .map_err(|error| story.failed_with(&error))?;
    show(&arn)?;
    match arn.parse::<RoleArn>() {
        Ok(caller) if caller == chosen.arn => Ok(()),
        _ => Err(story.failed(&format!("the caller is not {}", chosen.arn))),
    }
}
