//! Parameters that are not as the service's model describes them, in AWS's words.

use std::ops::RangeInclusive;

use super::service_error::{ServiceError, ServiceResult};

/// Everything that is wrong with a request.
#[derive(Default)]
pub(super) struct Violations(Vec<String>);

impl Violations {
    pub(super) fn add(&mut self, value: &str, member: &str, constraint: &str) {
        self.0.push(format!("Value {value} at '{member}' failed to satisfy constraint: Member must {constraint}"));
    }

    pub(super) fn required(&mut self, member: &str, value: Option<&String>) {
        if value.is_none_or(String::is_empty) {
            self.add("null", member, "not be null");
        }
    }

    /// A text of this many characters that are letters, digits or those of the pattern.
    pub(super) fn text(
        &mut self,
        member: &str,
        value: Option<&String>,
        length: RangeInclusive<usize>,
        pattern: Option<(&str, &str)>,
    ) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let is_legal = |characters: &str| {
            value.chars().all(|character| {
                character.is_ascii_alphanumeric() || character == '_' || characters.contains(character)
            })
        };
        self.length(member, value, &length);
        if let Some((pattern, _)) = pattern.filter(|(_, characters)| !is_legal(characters)) {
            self.add(&format!("'{value}'"), member, &format!("satisfy regular expression pattern: {pattern}"));
        }
    }

    pub(super) fn digits(&mut self, member: &str, value: Option<&String>, length: usize) {
        let Some(value) = value else { return };
        self.length(member, value, &(length..=length));
        if !value.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add(&format!("'{value}'"), member, r"satisfy regular expression pattern: [\d]*");
        }
    }

    pub(super) fn length(&mut self, member: &str, value: &str, length: &RangeInclusive<usize>) {
        let count = value.chars().count();
        if count < *length.start() {
            self.add(
                &format!("'{value}'"),
                member,
                &format!("have length greater than or equal to {}", length.start()),
            );
        }
        if count > *length.end() {
            self.add(&format!("'{value}'"), member, &format!("have length less than or equal to {}", length.end()));
        }
    }

    pub(super) fn number(&mut self, member: &str, value: i64, range: RangeInclusive<i64>) {
        if value < *range.start() {
            self.add(&format!("'{value}'"), member, &format!("have value greater than or equal to {}", range.start()));
        }
        if value > *range.end() {
            self.add(&format!("'{value}'"), member, &format!("have value less than or equal to {}", range.end()));
        }
    }

    /// One error that lists them all.
    pub(super) fn result(self) -> ServiceResult<()> {
        let number = self.0.len();
        if number == 0 {
            return Ok(());
        }
        let errors = if number == 1 { "error" } else { "errors" };
        let message = format!("{number} validation {errors} detected: {}", self.0.join("; "));
        Err(ServiceError::sts(400, "ValidationError", message))
    }
}
