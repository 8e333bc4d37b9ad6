//! What a verb that changes a shell says of it on the terminal: in one line, what the shell has now.

use jiff::Timestamp;

use super::change::Change;
use super::displaced::Current;
use super::variables::{EXPIRATION, REGION, ROLE, SESSION_END};
use crate::credential_chain::{CONTAINER, KEYS, PROFILE};
use crate::terminal::{clean, name};
use crate::{environment, timestamp};

/// The variable that names a profile to some SDKs, where the other one does not.
const DEFAULT_PROFILE: &str = "AWS_DEFAULT_PROFILE";

/// What a shell has after this change, such as `payments-dev / ReadOnlyAccess · eu-west-1 · 59 min`.
#[must_use]
pub(crate) fn said_after(change: &Change, current: Current<'_>) -> String {
    let after = |name: &str| change.value_after(name, current);
    let separator = if environment::is_utf8() { " · " } else { " - " };
    parts(&after, change.is_empty(), Timestamp::now().as_second()).join(separator)
}

/// The parts of the line. `is_same`: nothing has changed.
fn parts(after: &dyn Fn(&str) -> Option<String>, is_same: bool, now: i64) -> Vec<String> {
    let value = |name: &str| after(name).filter(|value| !value.is_empty());
    let [_, _, arn, ..] = ROLE;
    let mut parts = Vec::new();
    if value(arn).is_some() {
        parts.push(role(&value));
    } else if let Some(other) = other(&value) {
        let verb = if is_same { "has no role, but" } else { "is back to" };
        parts.push(format!("this shell {verb} {other}"));
    } else {
        return vec!["this shell has no role".to_owned()];
    }
    parts.extend(REGION.into_iter().find_map(value).map(|region| name(&region).into_owned()));
    parts.extend(time_left(&value, now));
    parts
}

/// The account's name, else its id, and the role. The id is there as well where several accounts have that name: then
/// prompts show it in place of the name.
fn role(value: &dyn Fn(&str) -> Option<String>) -> String {
    let [shown, _, _, role, id, account] = ROLE.map(|name| value(name).unwrap_or_default());
    let account = Some(account).filter(|account| !account.is_empty() && *account != id);
    let is_shared = shown == format!("{id}/{role}");
    let account = match account {
        Some(account) if is_shared => format!("{} ({})", name(&account), name(&id)),
        Some(account) => name(&account).into_owned(),
        None => name(&id).into_owned(),
    };
    format!("{account} / {}", name(&role))
}

/// The credentials without a role that this shell has, as the user or another tool has set them.
fn other(value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let keys = value(KEYS[0]).map(|id| format!("the keys {}", name(&id)));
    let profile = value(PROFILE).map(|profile| (PROFILE, profile));
    let profile = profile.or_else(|| value(DEFAULT_PROFILE).map(|profile| (DEFAULT_PROFILE, profile)));
    let profile = profile.map(|(variable, profile)| format!("{variable}={}", name(&profile)));
    let container =
        CONTAINER.into_iter().take(1).find_map(value).map(|uri| format!("the credentials of {}", clean(&uri)));
    let all: Vec<_> = [keys, profile, container].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" and "))
}

/// How long the keys are valid, and when the session ends if that is known and sooner. Without keys, programs get newer
/// credentials by themselves until then.
fn time_left(value: &dyn Fn(&str) -> Option<String>, now: i64) -> Vec<String> {
    let seconds = |name: &str| value(name)?.parse::<i64>().ok()?.checked_sub(now);
    let keys = seconds(EXPIRATION);
    let session = seconds(SESSION_END[1]).filter(|left| *left > 0 && keys.is_none_or(|keys| *left < keys));
    let keys = keys.map(|left| if left > 0 { timestamp::minutes(left) } else { "expired".to_owned() });
    let session = session.map(|left| format!("sign-in ends in about {}", timestamp::minutes(left)));
    keys.into_iter().chain(session).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_388_522;

    fn said(is_same: bool, values: &[(&str, &str)]) -> String {
        let after = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        parts(&after, is_same, NOW).join(" · ")
    }

    fn in_role(more: &[(&'static str, &'static str)]) -> String {
        let role = [
            ("AWS_SSO_PROFILE", "payments-dev/ReadOnlyAccess"),
            ("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/ReadOnlyAccess"),
            ("AWS_SSO_ROLE_NAME", "ReadOnlyAccess"),
            ("AWS_SSO_ACCOUNT_ID", "123456789012"),
            ("AWS_SSO_ACCOUNT_NAME", "payments-dev"),
        ];
        let values: Vec<_> = more.iter().copied().chain(role).collect();
        said(false, &values)
    }

    #[test]
    fn the_line_names_the_account_the_role_the_region_and_how_long_the_keys_are_valid() {
        const SOON: &str = "1795392121";
        let cases: [(&[(&str, &str)], &str); 12] = [
            (&[("AWS_REGION", "eu-west-1"), (EXPIRATION, SOON)], "payments-dev / ReadOnlyAccess · eu-west-1 · 59 min"),
            (&[("AWS_DEFAULT_REGION", "eu-west-1")], "payments-dev / ReadOnlyAccess · eu-west-1"),
            (&[("AWS_REGION", ""), (EXPIRATION, SOON)], "payments-dev / ReadOnlyAccess · 59 min"),
            (&[(EXPIRATION, "1795388522")], "payments-dev / ReadOnlyAccess · expired"),
            (&[(EXPIRATION, "1795388530")], "payments-dev / ReadOnlyAccess · less than 1 min"),
            (&[(EXPIRATION, "soon")], "payments-dev / ReadOnlyAccess"),
            // The end of the session, only where it comes first, and where it has not passed.
            (
                &[(EXPIRATION, SOON), ("AWS_SSO_SESSION_END", "1795389122")],
                "payments-dev / ReadOnlyAccess · 59 min · sign-in ends in about 10 min",
            ),
            (&[(EXPIRATION, SOON), ("AWS_SSO_SESSION_END", "1795399122")], "payments-dev / ReadOnlyAccess · 59 min"),
            (&[(EXPIRATION, SOON), ("AWS_SSO_SESSION_END", "1795388000")], "payments-dev / ReadOnlyAccess · 59 min"),
            // A profile: nothing but the session's end limits it.
            (&[("AWS_SSO_SESSION_END", "1795399322")], "payments-dev / ReadOnlyAccess · sign-in ends in about 3 h"),
            // Nothing is known of the account but its id.
            (&[("AWS_SSO_ACCOUNT_NAME", "123456789012")], "123456789012 / ReadOnlyAccess"),
            // Another account has this name.
            (&[("AWS_SSO_PROFILE", "123456789012/ReadOnlyAccess")], "payments-dev (123456789012) / ReadOnlyAccess"),
        ];
        for (values, expected) in cases {
            assert_eq!(in_role(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_shell_without_a_role_is_said_to_have_what_it_has() {
        let cases: [(bool, &[(&str, &str)], &str); 8] = [
            (false, &[], "this shell has no role"),
            (true, &[("AWS_REGION", "eu-west-1")], "this shell has no role"),
            (false, &[("AWS_PROFILE", "mine")], "this shell is back to AWS_PROFILE=mine"),
            (true, &[("AWS_PROFILE", "mine")], "this shell has no role, but AWS_PROFILE=mine"),
            (false, &[("AWS_DEFAULT_PROFILE", "mine")], "this shell is back to AWS_DEFAULT_PROFILE=mine"),
            (
                false,
                &[("AWS_ACCESS_KEY_ID", "AKIAMINE"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-west-1")],
                "this shell is back to the keys AKIAMINE · eu-west-1",
            ),
            (
                false,
                &[("AWS_ACCESS_KEY_ID", "AKIAMINE"), ("AWS_PROFILE", "mine")],
                "this shell is back to the keys AKIAMINE and AWS_PROFILE=mine",
            ),
            (
                false,
                &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")],
                "this shell is back to the credentials of http://127.0.0.1:1/",
            ),
        ];
        for (is_same, values, expected) in cases {
            assert_eq!(said(is_same, values), expected, "{values:?}");
        }
    }

    #[test]
    fn nothing_of_a_name_drives_the_terminal() {
        let hostile = "a\u{1b}]0;owned\u{7}\n\u{202e}b";
        for variable in ["AWS_SSO_ACCOUNT_NAME", "AWS_SSO_ROLE_NAME", "AWS_REGION", "AWS_SSO_ACCOUNT_ID"] {
            let line = in_role(&[(variable, hostile)]);
            assert!(!line.contains(['\u{1b}', '\n', '\u{7}', '\u{202e}']), "{variable}: {line:?}");
        }
        for variable in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            let line = said(false, &[(variable, hostile)]);
            assert!(!line.contains(['\u{1b}', '\n', '\u{7}', '\u{202e}']), "{variable}: {line:?}");
        }
        assert_eq!(in_role(&[("AWS_SSO_ACCOUNT_NAME", "日本 & 'x'")]), "日本 & 'x' / ReadOnlyAccess");
    }
}
