//! A role to assume with the credentials of a ROLE, as the options of a command line say it.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]

use std::collections::HashSet;

use clap::Args;

use super::{Hop, IamRole};
use crate::error::{Error, Result};
use crate::timestamp;

/// Where help lists these options.
const HEADING: &str = "Role chaining";

/// One more role, on top of the one that ROLE names. Without [`Self::assume`] there is none.
#[allow(clippy::struct_field_names, reason = "each field is named after its option")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Assume {
    /// The role, by its ARN, to assume with the credentials of ROLE
    #[arg(long, help_heading = HEADING, value_name = "ARN", value_parser = arn)]
    pub assume: Option<String>,
    /// The external id that its trust policy asks for
    #[arg(long, help_heading = HEADING, value_name = "ID", value_parser = external_id)]
    pub external_id: Option<String>,
    /// What CloudTrail shows as the name of the session [default: that of ROLE, which is your user name]
    #[arg(long, help_heading = HEADING, value_name = "NAME", value_parser = session_name)]
    pub session_name: Option<String>,
    /// How long its credentials last, from 15m; AWS gives a role that a role assumes 1h at most
    #[arg(long = "duration", help_heading = HEADING, value_name = "TIME", value_parser = duration)]
    pub lifetime: Option<u32>,
    /// A session tag, which policies can ask for
    #[arg(long = "tag", help_heading = HEADING, value_name = "KEY=VALUE", value_parser = tag)]
    pub tags: Vec<(String, String)>,
    /// The source identity, which stays with the session, whatever roles it assumes
    #[arg(long, help_heading = HEADING, value_name = "NAME", value_parser = source_identity)]
    pub source_identity: Option<String>,
}

/// More tags than these are none that a session may have.
const MOST_TAGS: usize = 50;

impl Assume {
    /// These options, and where one is not given, that of `other`. Those that belong to another role are left out.
    #[must_use]
    pub(crate) fn or(&self, other: &Self) -> Self {
        if self.assume.is_some() {
            return self.clone();
        }
        let text = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        Self {
            assume: other.assume.clone(),
            external_id: text(&self.external_id, &other.external_id),
            session_name: text(&self.session_name, &other.session_name),
            lifetime: self.lifetime.or(other.lifetime),
            tags: if self.tags.is_empty() { other.tags.clone() } else { self.tags.clone() },
            source_identity: text(&self.source_identity, &other.source_identity),
        }
    }

    /// What STS is asked for; `None` if no role is assumed.
    ///
    /// Errors: an option is given that says how to assume a role, and there is none; or AWS would refuse the tags.
    pub(crate) fn hop(&self) -> Result<Option<Hop>> {
        let Some(arn) = &self.assume else {
            return match self.words().first() {
                Some(word) => {
                    let option = word.split('=').next().unwrap_or_default();
                    Err(Error::usage(format!("{option} says how to assume a role, and none is named"))
                        .with_remedy("name it: --assume ARN"))
                }
                None => Ok(None),
            };
        };
        let mut keys = HashSet::new();
        if let Some((key, _)) = self.tags.iter().find(|(key, _)| !keys.insert(key.to_lowercase())) {
            return Err(Error::usage(format!("the tag {key} is given twice; upper and lower case are the same"))
                .with_remedy("leave out one of the two"));
        }
        if self.tags.len() > MOST_TAGS {
            return Err(Error::usage(format!(
                "{} tags are given, and a session has {MOST_TAGS} at most",
                self.tags.len()
            ))
            .with_remedy("leave some out"));
        }
        Ok(Some(Hop {
            external_id: self.external_id.clone(),
            session_name: self.session_name.clone(),
            duration: self.lifetime,
            source_identity: self.source_identity.clone(),
            tags: self.tags.clone(),
            ..Hop::new(arn.parse()?)
        }))
    }

    /// The words of a command line that give these options.
    #[must_use]
    pub(crate) fn words(&self) -> Vec<String> {
        let seconds = self.lifetime.map(|seconds| format!("{seconds}s"));
        let options = [
            ("--assume", &self.assume),
            ("--external-id", &self.external_id),
            ("--session-name", &self.session_name),
            ("--duration", &seconds),
            ("--source-identity", &self.source_identity),
        ];
        let options = options.into_iter().filter_map(|(option, value)| Some((option, value.clone()?)));
        let tags = self.tags.iter().map(|(key, value)| ("--tag", format!("{key}={value}")));
        // A value may begin with a dash.
        options.chain(tags).map(|(option, value)| format!("{option}={value}")).collect()
    }
}

fn arn(text: &str) -> Result<String, String> {
    let is_role = text.parse::<IamRole>().is_ok();
    is_role.then(|| text.to_owned()).ok_or_else(|| {
        "it is not the ARN of a role; write it like arn:aws:iam::123456789012:role/NAME, with the path if it has one"
            .to_owned()
    })
}

fn external_id(text: &str) -> Result<String, String> {
    of_letters(text, 2..=1224, "+=,.@:/-", "an external id")
}

fn session_name(text: &str) -> Result<String, String> {
    of_letters(text, 2..=64, "+=,.@-", "the name of a session")
}

fn source_identity(text: &str) -> Result<String, String> {
    of_letters(text, 2..=64, "+=,.@-", "a source identity")
}

/// A text of ASCII letters, digits, `_` and these others.
fn of_letters(text: &str, length: std::ops::RangeInclusive<usize>, others: &str, what: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || others.contains(letter);
    if text.chars().all(is_letter) && length.contains(&text.len()) {
        return Ok(text.to_owned());
    }
    let (shortest, longest) = (length.start(), length.end());
    Err(format!("{what} has {shortest} to {longest} characters: letters, digits, and _{others}"))
}

/// How long the credentials of a role last, in seconds.
fn duration(text: &str) -> Result<u32, String> {
    timestamp::duration(text, 900..=43_200)?.ok_or_else(|| "the credentials of a role last from 15m to 12h".to_owned())
}

fn tag(text: &str) -> Result<(String, String), String> {
    /// What AWS takes besides letters, digits and blanks of any language.
    const OTHERS: &str = "_.:/=+-@";
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    let is_taken = |letter: char| letter.is_alphanumeric() || OTHERS.contains(letter) || is_blank(letter);
    if !key.chars().chain(value.chars()).all(is_taken) {
        return Err(format!("a tag has letters, digits, blanks, and {OTHERS}"));
    }
    if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        return Err("a key that begins with aws: is AWS's own".to_owned());
    }
    match (key.chars().count(), value.chars().count()) {
        (1..=128, 0..=256) => Ok((key.to_owned(), value.to_owned())),
        _ => Err("the key of a tag has 1 to 128 characters, its value 256 at most".to_owned()),
    }
}

/// Whether Unicode calls it a separator, which no control character is.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() && !letter.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_checked_as_aws_checks_it() {
        type Check = fn(&str) -> bool;
        let external: Check = |text| external_id(text).is_ok();
        let session: Check = |text| session_name(text).is_ok();
        let source: Check = |text| source_identity(text).is_ok();
        let length: Check = |text| duration(text).is_ok();
        let tags: Check = |text| tag(text).is_ok();
        let role: Check = |text| arn(text).is_ok();
        let (long, longest) = ("x".repeat(65), "x".repeat(64));
        let (long_id, longest_id) = ("x".repeat(1225), "x".repeat(1224));
        let (long_key, longest_key) = (format!("{}=v", "é".repeat(129)), format!("{}=v", "é".repeat(128)));
        let (long_value, longest_value) = (format!("k={}", "é".repeat(257)), format!("k={}", "é".repeat(256)));
        let cases: [(&str, Check, &[&str], &[&str]); 6] = [
            (
                "external id",
                external,
                &["ab", "a/b:c=d,e.f@g-h+i_j", &longest_id],
                &["a", "", "a b", "é€", "a\nb", &long_id],
            ),
            (
                "session name",
                session,
                &["me@example.com", "a_b+c=d,e.f-g", &longest],
                &["a", "", "a b", "a:b", "a/b", "éé", &long],
            ),
            ("source identity", source, &["me", &longest], &["m", "a:b", &long]),
            ("duration", length, &["15m", "1h", "3600", "1h30m", "12h"], &["14m", "13h", "soon", "", "899"]),
            (
                "tag",
                tags,
                &["a=b", "Cost Centre=é 1", "a=", "a=b=c", "a:b=c", &longest_key, &longest_value],
                &["a", "=b", "aws:a=b", "AWS:a=b", "a=b\n", "a=*", "a\u{7}=b", &long_key, &long_value],
            ),
            (
                "role",
                role,
                &["arn:aws:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/a/b/x"],
                &["x", "123456789012/x", "arn:aws:sts::123456789012:assumed-role/x/me", ""],
            ),
        ];
        for (what, check, taken, refused) in cases {
            for text in taken {
                assert!(check(text), "{what}: {text}");
            }
            for text in refused {
                assert!(!check(text), "{what}: {text}");
            }
        }
    }

    #[test]
    fn options_for_assuming_a_role_need_one_and_a_session_has_fifty_tags_at_most() {
        let tags = |count: usize| (0..count).map(|n| (format!("k{n}"), String::new())).collect();
        let role = || Some("arn:aws:iam::123456789012:role/x".to_owned());
        assert_eq!(Assume::default().hop().unwrap(), None);
        let error = Assume { lifetime: Some(900), ..Assume::default() }.hop().unwrap_err();
        assert!(error.report().contains("--duration") && error.report().contains("--assume ARN"), "{}", error.report());
        assert!(Assume { assume: role(), tags: tags(50), ..Assume::default() }.hop().unwrap().is_some());
        assert!(Assume { assume: role(), tags: tags(51), ..Assume::default() }.hop().is_err());
        let twice = [("Team", "a"), ("team", "b")].map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        assert!(Assume { assume: role(), tags: twice, ..Assume::default() }.hop().is_err());
    }
}
