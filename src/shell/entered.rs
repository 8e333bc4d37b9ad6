//! The role that a shell has entered, as its variables have it: nothing else is read.

use std::ffi::OsString;
use std::fmt;

use jiff::Timestamp;

use super::displaced::Displaced;
use super::variables::{EXPIRATION, ORIGIN, REGION, ROLE};
use crate::aws_config::config::Config;
use crate::credential_chain::{Answer, CONTAINER, KEYS, PROFILE, Sdk, Source, Surroundings, TakenSource};
use crate::role::{IamRole, RoleArn};
use crate::terminal::inert;
use crate::{environment, timestamp};

/// The role of a shell, with the names that [`super::RoleLabels`] gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) profile: String,
    pub(crate) session: String,
    pub(crate) role_arn: String,
    pub(crate) role_name: String,
    pub(crate) account_id: String,
    pub(crate) account_name: String,
    pub(crate) region: String,
    /// When its keys expire; `None` if programs renew them by themselves.
    pub(crate) expiration: Option<Timestamp>,
    /// Whether every SDK takes this role, as far as variables decide.
    pub(crate) is_taken: bool,
}

impl Entered {
    /// What these variables say; `None` if they name no role. A name that is not there is empty.
    pub(crate) fn of(variables: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let variables = |name: &str| variables(name)?.into_string().ok();
        let text = |name: &str| variables(name).unwrap_or_default();
        let [profile, session, role_arn, mut role_name, mut account_id, account_name, _] = ROLE.map(text);
        if role_arn.is_empty() {
            return None;
        }
        let named = names(&role_arn);
        if let Some((of_account, name)) = &named {
            for (own, of_arn) in [(&mut role_name, name), (&mut account_id, of_account)] {
                if own.is_empty() {
                    own.clone_from(of_arn);
                }
            }
        }
        let expiration = text(EXPIRATION).parse().ok().and_then(|epoch| Timestamp::from_second(epoch).ok());
        let region = REGION.into_iter().map(text).find(|region| !region.is_empty()).unwrap_or_default();
        let is_taken = named.is_some() && is_taken(&variables);
        Some(Self { profile, session, role_arn, role_name, account_id, account_name, region, expiration, is_taken })
    }

    /// The parts of a line that says the role, each made safe for where it is shown.
    pub(super) fn parts(&self, safe: impl Fn(&str) -> String) -> Vec<String> {
        let Self { profile, role_name, account_id, account_name, region, .. } = self;
        // Prompts show the id in place of a name that several accounts have.
        let is_shared = *profile == format!("{account_id}/{role_name}");
        let account = match account_name.as_str() {
            name if name.is_empty() || name == account_id => safe(account_id),
            name if is_shared => format!("{} ({})", safe(name), safe(account_id)),
            name => safe(name),
        };
        let region = Some(safe(region)).filter(|region| !region.is_empty());
        let role = format!("{account} / {}", safe(role_name));
        [Some(role), region, self.left()].into_iter().flatten().collect()
    }

    /// How many whole minutes the keys are valid; none once they have expired.
    pub(crate) fn minutes_left(&self) -> Option<i64> {
        Some(timestamp::seconds_until(self.expiration?).max(0) / 60)
    }

    /// The same as people read it: `59 min`, `7 h 5 min` or `expired`.
    pub(crate) fn left(&self) -> Option<String> {
        let left = timestamp::seconds_until(self.expiration?);
        Some(if left > 0 { timestamp::minutes(left) } else { "expired".to_owned() })
    }
}

/// The account's id and the role's name of an ARN: one of Identity Center, or one that it assumed.
fn names(arn: &str) -> Option<(String, String)> {
    let of_identity_center = arn.parse::<RoleArn>().map(|role| (role.account_id, role.role_name));
    let assumed = || arn.parse::<IamRole>().map(|role| (role.account_id().to_owned(), role.name().to_owned()));
    of_identity_center.or_else(|_| assumed()).ok()
}

/// The role in one line for a prompt: `payments-dev / ReadOnlyAccess · eu-west-1 · 59 min`.
impl fmt::Display for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts(inert).join(separator()))
    }
}

/// What stands between the parts of such a line.
pub(super) fn separator() -> &'static str {
    if environment::is_utf8() { " · " } else { " - " }
}

/// Whether no SDK finds anything but what the shell entered its role with.
///
/// The files count as they were then: of the profile that gives the role they say so, and of others nothing. Other
/// files may say anything of it.
fn is_taken(variables: &impl Fn(&str) -> Option<String>) -> bool {
    let origin = variables(ORIGIN).filter(|origin| !origin.is_empty());
    let is_origin = |name: &str| origin.is_none() || variables(name) == origin;
    let has_files = || {
        let note = variables(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(&text));
        note.is_none_or(|note| note.has_files(&|name| Some(variables(name)?.into())))
    };
    let named = origin.as_ref().filter(|_| is_origin(PROFILE) && has_files());
    let config = named.map(|name| format!("[profile {name}]\ncredential_process = aws-sso\n")).unwrap_or_default();
    let (config, credentials) = (Config::parse(config.as_bytes()), Config::parse(b""));
    let surroundings = Surroundings::of_variables(variables, &config, &credentials);
    let is_role = |answer: Answer| match answer {
        Answer::Takes(TakenSource { source: Source::EnvironmentKeys, .. }) => {
            is_origin(KEYS[0]) && variables(KEYS[2]).is_some_and(|token| !token.is_empty())
        }
        Answer::Takes(TakenSource { source: Source::Container, .. }) => is_origin(CONTAINER[0]),
        Answer::Takes(TakenSource { profile, .. }) => profile.is_some() && profile == origin,
        Answer::Nothing => origin.is_none(),
        Answer::Fails(_) | Answer::NoProfile(_) => false,
    };
    Sdk::ALL.into_iter().all(|sdk| is_role(surroundings.answer(sdk)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables as `NAME=value` words, with those by which a shell of each kind has its role.
    fn taken(kind: &str, others: &str) -> bool {
        let entered = match kind {
            "keys" => "AWS_ACCESS_KEY_ID=ASIA1 AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=t AWS_SSO_ORIGIN=ASIA1",
            "profile" => "AWS_PROFILE=team AWS_SSO_ORIGIN=team",
            "server" => "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x/ AWS_SSO_ORIGIN=http://x/",
            _ => "AWS_ACCESS_KEY_ID=ASIA1 AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=t",
        };
        let words = ["AWS_SSO_ROLE_ARN=arn:aws:iam::123456789012:role/Read", entered, others].join(" ");
        let variables = |name: &str| {
            let mut pairs = words.split(' ').filter_map(|word| word.split_once('='));
            pairs.rfind(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        Entered::of(variables).unwrap().is_taken
    }

    #[test]
    fn a_role_is_taken_until_a_variable_leads_programs_elsewhere() {
        let cases = [
            ("keys", "", true),
            ("profile", "", true),
            ("server", "", true),
            ("an earlier version", "", true),
            ("keys", "AWS_ACCESS_KEY_ID=AKIA2", false),
            ("keys", "AWS_SECRET_ACCESS_KEY=", false),
            ("keys", "AWS_SESSION_TOKEN=", false),
            ("keys", "AWS_SSO_ROLE_ARN=foo", false),
            ("keys", "AWS_CONFIG_FILE=other", true),
            ("keys", "AWS_PROFILE=prod", false),
            ("keys", "AWS_DEFAULT_PROFILE=prod", false),
            ("profile", "AWS_PROFILE=prod", false),
            ("profile", "AWS_PROFILE=", false),
            ("profile", "AWS_DEFAULT_PROFILE=prod", false),
            ("profile", "AWS_DEFAULT_PROFILE=team", true),
            ("profile", "AWS_ACCESS_KEY_ID=AKIA2 AWS_SECRET_ACCESS_KEY=s", false),
            ("profile", "AWS_WEB_IDENTITY_TOKEN_FILE=f AWS_ROLE_ARN=r", false),
            ("server", "AWS_PROFILE=prod", false),
            ("server", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://y/", false),
            ("server", "AWS_ACCESS_KEY_ID=AKIA2 AWS_SECRET_ACCESS_KEY=s", false),
            ("an earlier version", "AWS_PROFILE=prod", false),
        ];
        for (kind, others, expected) in cases {
            assert_eq!(taken(kind, others), expected, "{kind}, {others}");
        }
    }
}
