//! The session tags of an `AssumeRole`: their form, those that a chain inherits, and the room that they take.

use super::federation::Form;
use super::service_error::{ServiceError, ServiceResult};
use super::validation::Violations;

pub(super) type Tags = Vec<(String, String)>;

/// The tags of a new session.
pub(super) struct SessionTags {
    /// Those that came with the caller's session.
    pub(super) inherited: Tags,
    /// Those that the sessions that it begins inherit.
    pub(super) transitive: Tags,
}

impl SessionTags {
    pub(super) fn of(
        tags: &[(String, String)],
        transitive_keys: &[String],
        inherited: &[(String, String)],
    ) -> ServiceResult<Self> {
        let refused = |message: &str| Err(ServiceError::sts(400, "InvalidParameterValue", message));
        // Tag keys are case insensitive.
        let is = |key: &str, tag: &(String, String)| tag.0.eq_ignore_ascii_case(key);
        if tags.iter().any(|(key, _)| tags.iter().filter(|tag| is(key, tag)).count() > 1) {
            return refused("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }
        if tags.iter().any(|(key, _)| inherited.iter().any(|tag| is(key, tag))) {
            return refused(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session.",
            );
        }
        let mut transitive = inherited.to_vec();
        for key in transitive_keys {
            let Some(tag) = tags.iter().find(|tag| is(key, tag)) else {
                return refused("The specified transitive tag key must be included in the requested tags.");
            };
            transitive.push(tag.clone());
        }
        Ok(Self { inherited: inherited.to_vec(), transitive })
    }
}

/// The tags of a request, `Tags.member.1.Key` and so on.
pub(super) fn parse(form: &Form) -> Tags {
    let member = |number: usize, name: &str| form.get(&format!("Tags.member.{number}.{name}")).cloned();
    (1..).map_while(|number| Some((member(number, "Key")?, member(number, "Value").unwrap_or_default()))).collect()
}

/// `TransitiveTagKeys.member.1` and so on.
pub(super) fn parse_keys(form: &Form) -> Vec<String> {
    (1..).map_while(|number| form.get(&format!("TransitiveTagKeys.member.{number}")).cloned()).collect()
}

pub(super) fn validate(tags: &[(String, String)], form: &Form, violations: &mut Violations) {
    let is_legal = |text: &str| {
        text.chars()
            .all(|character| character.is_alphanumeric() || character.is_whitespace() || "_.:/=+-@".contains(character))
    };
    if tags.len() > 50 {
        violations.add(&format!("'[{} tags]'", tags.len()), "tags", "have length less than or equal to 50");
    }
    for (number, (key, value)) in (1..).zip(tags) {
        let member = |part: &str| format!("tags.{number}.member.{part}");
        violations.length(&member("key"), key, &(1..=128));
        violations.length(&member("value"), value, &(0..=256));
        if !form.contains_key(&format!("Tags.member.{number}.Value")) {
            violations.add("null", &member("value"), "not be null");
        }
        for (part, text, repeated) in [("key", key, '+'), ("value", value, '*')] {
            if !is_legal(text) {
                let pattern =
                    format!(r"satisfy regular expression pattern: [\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]{repeated}");
                violations.add(&format!("'{text}'"), &member(part), &pattern);
            }
        }
    }
}

/// How much of the room for tags a session takes, in percent; none without tags of its own.
pub(super) fn packed_size(tags: &[(String, String)], inherited: &[(String, String)]) -> ServiceResult<Option<usize>> {
    const ROOM: usize = 4096;
    if tags.is_empty() {
        return Ok(None);
    }
    let bytes: usize = tags.iter().chain(inherited).map(|(key, value)| key.len() + value.len() + 2).sum();
    let percent = (bytes * 100).div_ceil(ROOM);
    if percent > 100 {
        let message = format!("Packed size of session tags consumes {percent}% of allotted space.");
        return Err(ServiceError::sts(400, "PackedPolicyTooLarge", message));
    }
    Ok(Some(percent))
}
