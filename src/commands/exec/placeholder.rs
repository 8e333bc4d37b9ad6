//! `{account_id}`, `{account_name}`, `{role}` and `{region}` in the arguments of a command.

use std::ffi::{OsStr, OsString};

/// What stands for them in one run.
pub(super) type Values<'a> = [(&'static str, &'a str); 4];

/// The argument with the values in the placeholders' stead.
///
/// A value is not looked at again: what an account is called can name no placeholder. Other braces stay as they are.
pub(super) fn fill(argument: &OsStr, values: &Values<'_>) -> OsString {
    // What is not text has no placeholder.
    let Some(text) = argument.to_str() else { return argument.to_owned() };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = values.iter().find_map(|(name, value)| Some((rest.strip_prefix(name)?, value)));
        if let Some((after, value)) = known {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        let values: Values<'_> =
            [("{account_id}", "123456789012"), ("{account_name}", "{role}"), ("{role}", "Read"), ("{region}", "")];
        let cases = [
            ("plain", "plain"),
            ("{account_id}", "123456789012"),
            ("s3://b-{account_id}-{role}/", "s3://b-123456789012-Read/"),
            ("{account_name}", "{role}"),
            ("{region}x", "x"),
            ("{{role}}", "{Read}"),
            ("Reservations[].{id: InstanceId}", "Reservations[].{id: InstanceId}"),
            ("{rolex} {Role} {role", "{rolex} {Role} {role"),
            ("é{role}é", "éReadé"),
            ("", ""),
        ];
        for (argument, expected) in cases {
            assert_eq!(fill(OsStr::new(argument), &values), OsStr::new(expected), "{argument}");
        }
    }
}
