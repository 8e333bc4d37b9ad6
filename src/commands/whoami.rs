//! `whoami`: this shell's role in one line, for prompts.
//!
//! A prompt runs it each time that it is drawn, so it reads variables alone: no file, no request.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::output::{print, print_json};
use crate::shell::Entered;
use crate::terminal::inert;
use crate::{environment, placeholders, suggest, timestamp};

#[derive(Debug, Args)]
#[command(after_help = "\
The answer comes from the variables of this shell alone, without a file or a request, so a prompt can ask each time. \
Without a role, and where AWS_PROFILE or other keys now lead programs elsewhere, it prints nothing and the exit status \
is 1; only where it prints to a terminal does it say why.

{account_name}, {account_id}, {role}, {role_arn}, {profile} (as AWS_SSO_PROFILE), {session} and {region} are names. \
{minutes} are left, 0 once the keys have expired; {left} is `59 min` or `expired`; {expires} is the local time. These \
three are empty where programs renew their credentials by themselves. A word of TEXT whose placeholders are all empty \
is left out.

In names, what a prompt would interpret ($ ` \\ % #) is replaced; --json has them as they are.

Examples:
  aws-sso whoami
  aws-sso whoami --format '{account_name}/{role} {minutes}m'")]
pub(crate) struct WhoamiArgs {
    /// What to print, with placeholders in braces
    #[arg(long, value_name = "TEXT", conflicts_with = "json", value_parser = format)]
    format: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// The placeholders of `--format`, in the order of their values.
const PLACEHOLDERS: [&str; 10] = [
    "{account_name}",
    "{account_id}",
    "{role}",
    "{role_arn}",
    "{profile}",
    "{session}",
    "{region}",
    "{minutes}",
    "{left}",
    "{expires}",
];

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    account_id: &'a str,
    account_name: &'a str,
    role_name: &'a str,
    role_arn: &'a str,
    sso_session: &'a str,
    profile: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

pub(crate) fn run(arguments: &WhoamiArgs) -> Result<ExitCode> {
    let Some(role) = Entered::of(environment::current) else {
        return none(|| match environment::aws_profile() {
            Some(profile) => Error::failed(format!("awsso has entered no role here, and AWS_PROFILE is {profile}"))
                .with_remedy("to see which role that is, run: aws-sso status"),
            None => Error::failed("this shell has no role").with_remedy("run: awsso pick"),
        });
    };
    if !role.is_taken {
        let found = || format!("programs of this shell take other credentials than those of {}", role.role_arn);
        return none(|| Error::failed(found()).with_remedy("to see which, run: aws-sso status"));
    }
    if arguments.json {
        print_json(&report(&role))?;
    } else {
        let line = match &arguments.format {
            Some(format) => filled(format, &role),
            None => role.to_string(),
        };
        print(&format!("{line}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Without a role, a person sees why, and a prompt gets nothing.
fn none(error: impl FnOnce() -> Error) -> Result<ExitCode> {
    if io::stdout().is_terminal() { Err(error()) } else { Ok(ExitCode::FAILURE) }
}

fn report(role: &Entered) -> Report<'_> {
    Report {
        account_id: &role.account_id,
        account_name: &role.account_name,
        role_name: &role.role_name,
        role_arn: &role.role_arn,
        sso_session: &role.session,
        profile: &role.profile,
        region: &role.region,
        expires_at: role.expiration.map(timestamp::format),
    }
}

/// The value of `--format`, in which each placeholder is one that there is.
fn format(text: &str) -> Result<String, String> {
    if let Some(open) = placeholders::unclosed(text, &PLACEHOLDERS) {
        return Err(format!("{open} has no closing brace"));
    }
    let Some(unknown) = placeholders::unknown_word(text, &PLACEHOLDERS) else { return Ok(text.to_owned()) };
    let near = suggest::nearest(unknown, PLACEHOLDERS.into_iter(), 1);
    Err(match near.first() {
        Some(near) => format!("there is no placeholder {unknown}; did you mean {near}?"),
        None => format!("there is no placeholder {unknown}; there are {}", PLACEHOLDERS.join(", ")),
    })
}

/// The format with its values. A word that has placeholders, but a value for none of them, is left out.
fn filled(format: &str, role: &Entered) -> String {
    let is_asked = |name: &str| format.contains(name);
    let expires = role.expiration.filter(|_| is_asked("{expires}")).map(timestamp::local_time).unwrap_or_default();
    let minutes = role.minutes_left().map(|minutes| minutes.to_string()).unwrap_or_default();
    let values = [
        inert(&role.account_name),
        inert(&role.account_id),
        inert(&role.role_name),
        inert(&role.role_arn),
        inert(&role.profile),
        inert(&role.session),
        inert(&role.region),
        minutes,
        role.left().unwrap_or_default(),
        expires,
    ];
    let pairs: Vec<_> = PLACEHOLDERS.into_iter().zip(&values).collect();
    let is_shown = |word: &&str| {
        let mut used = pairs.iter().filter(|(name, _)| word.contains(name)).peekable();
        used.peek().is_none() || used.any(|(_, value)| !value.is_empty())
    };
    let words: Vec<_> = format.split(' ').filter(is_shown).collect();
    placeholders::fill(&words.join(" "), &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(variables: &[(&str, &str)]) -> Entered {
        let own = [("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/Read"), ("AWS_SSO_ROLE_NAME", "Read")];
        let find = |name: &str| variables.iter().chain(&own).find(|(known, _)| *known == name);
        Entered::of(|name| find(name).map(|(_, value)| (*value).into())).unwrap()
    }

    #[test]
    fn a_word_without_a_value_is_left_out() {
        let role = role(&[("AWS_SSO_ACCOUNT_NAME", "dev team")]);
        let cases = [
            ("{account_name}/{role} {minutes}m", "dev team/Read"),
            ("({left}) {role} [{region}]", "Read"),
            ("{role} · {region}{role}", "Read · Read"),
            ("plain  text", "plain  text"),
            ("%F{red}{role}%f", "%F{red}Read%f"),
            ("", ""),
        ];
        for (format, expected) in cases {
            assert_eq!(filled(format, &role), expected, "{format}");
        }
    }

    #[test]
    fn a_placeholder_that_does_not_exist_is_refused_with_the_one_that_was_meant() {
        let near = "there is no placeholder {minute}; did you mean {minutes}?";
        assert_eq!(format("{role} {minute}"), Err(near.to_owned()));
        assert!(format("{whatever_it_is}").unwrap_err().contains("there are {account_name}, {account_id}, "));
        for (text, open) in [
            ("{account_name", "{account_name"),
            ("{account_name/{role}", "{account_name"),
            ("{role} {minutes m}", "{minutes"),
            ("{role} {whatever", "{whatever"),
        ] {
            assert_eq!(format(text), Err(format!("{open} has no closing brace")), "{text}");
        }
        for text in [
            "{{role}}",
            "%F{role",
            "#{role",
            "{a b}",
            "{role}{",
            "{role} {minutes}m",
            "%{\x1b[31m%}{role}",
            "#{pane_id}",
            "{ role }",
            "{",
            "{}",
        ] {
            assert_eq!(format(text).as_deref(), Ok(text), "{text}");
        }
    }
}
