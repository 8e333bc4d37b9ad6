//! What a verb that changes a shell says of it on the terminal: in one line, what the shell has now.

use jiff::Timestamp;

use super::change::Change;
use super::displaced::Current;
use super::entered::{Entered, separator};
use super::variables::{REGION, ROLE_ARN, SESSION_END};
use crate::credential_chain::{CONTAINER, KEYS, PROFILE};
use crate::terminal::name;
use crate::timestamp;

/// The variable that names a profile to some SDKs, where the other one does not.
const DEFAULT_PROFILE: &str = "AWS_DEFAULT_PROFILE";

/// What a shell has after this change, such as `payments-dev / ReadOnlyAccess · eu-west-1 · 59 min`.
#[must_use]
pub(crate) fn said_after(change: &Change, current: Current<'_>) -> String {
    let after = |name: &str| change.value_after(name, current);
    if change.is_region() && after(ROLE_ARN).is_none_or(|role| role.is_empty()) {
        return format!("region {}", name(&after(REGION[0]).unwrap_or_default()));
    }
    parts(&after, change.is_empty()).join(separator())
}

/// The parts of the line. `is_same`: nothing has changed.
fn parts(after: &dyn Fn(&str) -> Option<String>, is_same: bool) -> Vec<String> {
    let safe = |text: &str| name(text).into_owned();
    let value = |name: &str| after(name).filter(|value| !value.is_empty());
    if let Some(role) = Entered::of(|name| Some(after(name)?.into())) {
        let session =
            session_left(&value, &role).map(|left| format!("sign-in ends in about {}", timestamp::hours(left)));
        return role.parts(safe).into_iter().chain(session).collect();
    }
    let Some(other) = other(&value) else { return vec!["this shell has no role".to_owned()] };
    let verb = if is_same { "has no role, but" } else { "is back to" };
    let region = REGION.into_iter().find_map(value).map(|region| safe(&region));
    [Some(format!("this shell {verb} {other}")), region].into_iter().flatten().collect()
}

/// The credentials without a role that this shell has, as the user or another tool has set them.
fn other(value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let keys = value(KEYS[0]).map(|id| format!("the keys {}", name(&id)));
    let profile = value(PROFILE).map(|profile| (PROFILE, profile));
    let profile = profile.or_else(|| value(DEFAULT_PROFILE).map(|profile| (DEFAULT_PROFILE, profile)));
    let profile = profile.map(|(variable, profile)| format!("{variable}={}", name(&profile)));
    let container =
        CONTAINER.into_iter().take(1).find_map(value).map(|uri| format!("the credentials of {}", name(&uri)));
    let all: Vec<_> = [keys, profile, container].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" and "))
}

/// How many seconds the session lasts, if that is known and less than the keys do. Without keys, programs get newer
/// credentials by themselves until then.
fn session_left(value: &dyn Fn(&str) -> Option<String>, role: &Entered) -> Option<i64> {
    let end: i64 = value(SESSION_END[1])?.parse().ok()?;
    let is_first = role.expiration.is_none_or(|keys| end < keys.as_second());
    Some(end - Timestamp::now().as_second()).filter(|left| *left > 0 && is_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(is_same: bool, values: &[(&str, &str)]) -> String {
        let after = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        parts(&after, is_same).join(" · ")
    }

    /// With these variables, as words; `+59` is a time in somewhat more than 59 minutes.
    fn in_role(variables: &str) -> String {
        let at = |minutes: i64| (Timestamp::now().as_second() + 60 * minutes + 30).to_string();
        let value = |text: &str| text.strip_prefix('+').map_or(text.to_owned(), |minutes| at(minutes.parse().unwrap()));
        let pairs = variables.split_whitespace().filter_map(|word| word.split_once('='));
        let more: Vec<_> = pairs.map(|(name, text)| (name, value(text))).collect();
        let role = [
            ("AWS_SSO_PROFILE", "payments-dev/ReadOnlyAccess"),
            ("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/ReadOnlyAccess"),
            ("AWS_SSO_ROLE_NAME", "ReadOnlyAccess"),
            ("AWS_SSO_ACCOUNT_ID", "123456789012"),
            ("AWS_SSO_ACCOUNT_NAME", "payments-dev"),
        ];
        let values: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).chain(role).collect();
        said(false, &values)
    }

    #[test]
    fn the_line_names_the_account_the_role_the_region_and_how_long_the_keys_are_valid() {
        const ROLE: &str = "payments-dev / ReadOnlyAccess";
        let cases = [
            ("AWS_REGION=eu-west-1 AWS_SSO_EXPIRATION=+59", " · eu-west-1 · 59 min"),
            ("AWS_DEFAULT_REGION=eu-west-1", " · eu-west-1"),
            ("AWS_REGION= AWS_SSO_EXPIRATION=+59", " · 59 min"),
            ("AWS_SSO_EXPIRATION=+-1", " · expired"),
            ("AWS_SSO_EXPIRATION=+0", " · less than 1 min"),
            ("AWS_SSO_EXPIRATION=+60", " · 1 h"),
            ("AWS_SSO_EXPIRATION=+719", " · 11 h 59 min"),
            ("AWS_SSO_EXPIRATION=soon", ""),
            // The end of the session, only where it comes first, and where it has not passed.
            ("AWS_SSO_EXPIRATION=+59 AWS_SSO_SESSION_END=+10", " · 59 min · sign-in ends in about 10 min"),
            ("AWS_SSO_EXPIRATION=+59 AWS_SSO_SESSION_END=+90", " · 59 min"),
            ("AWS_SSO_EXPIRATION=+59 AWS_SSO_SESSION_END=+-1", " · 59 min"),
            // A profile: nothing but the session's end limits it.
            ("AWS_SSO_SESSION_END=+180", " · sign-in ends in about 3 h"),
        ];
        for (variables, more) in cases {
            assert_eq!(in_role(variables), format!("{ROLE}{more}"), "{variables}");
        }
        // Nothing is known of the account but its id; or another account has its name.
        assert_eq!(in_role("AWS_SSO_ACCOUNT_NAME=123456789012"), "123456789012 / ReadOnlyAccess");
        let shared = in_role("AWS_SSO_PROFILE=123456789012/ReadOnlyAccess");
        assert_eq!(shared, "payments-dev (123456789012) / ReadOnlyAccess");
    }

    #[test]
    fn a_shell_without_a_role_is_said_to_have_what_it_has() {
        type Variables = &'static [(&'static str, &'static str)];
        let cases: [(bool, Variables, &str); 8] = [
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
        let names = ["AWS_SSO_ACCOUNT_NAME", "AWS_SSO_ROLE_NAME", "AWS_REGION", "AWS_SSO_ACCOUNT_ID", "AWS_PROFILE"];
        for variable in names.into_iter().chain(["AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]) {
            for role in [&[("AWS_SSO_ROLE_ARN", "arn")][..], &[]] {
                let line = said(false, &[&[(variable, hostile)][..], role].concat());
                assert!(!line.contains(char::is_control) && !line.contains('\u{202e}'), "{variable}: {line:?}");
            }
        }
        let values =
            [("AWS_SSO_ROLE_ARN", "arn"), ("AWS_SSO_ACCOUNT_NAME", "日本 & $x"), ("AWS_SSO_ROLE_NAME", "Read")];
        assert_eq!(said(false, &values), "日本 & $x / Read");
    }
}
