//! What has been typed of a value, and which values fit it.

/// The start of a value.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    text: String,
    lower: String,
}

/// How a value fits what has been typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It begins so.
    Start,
    /// It begins so but for upper and lower case.
    StartInOtherCase,
    /// It contains that, in any case.
    Inside,
}

impl Typed {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), lower: text.to_lowercase() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// How a value fits, if it does.
    pub(crate) fn fit(&self, value: &str) -> Option<Fit> {
        if value.starts_with(&self.text) {
            return Some(Fit::Start);
        }
        // Nearly every text is ASCII, and then no value has to be copied: there may be 50,000.
        let at = if self.text.is_ascii() {
            find_in_any_case(value.as_bytes(), self.text.as_bytes())?
        } else {
            value.to_lowercase().find(&self.lower)?
        };
        Some(if at == 0 { Fit::StartInOtherCase } else { Fit::Inside })
    }

    /// Up to the last slash, which of `ACCOUNT/ROLE` is the part that an account has to fit.
    pub(super) fn of_account(&self) -> Self {
        self.text.rfind('/').map_or_else(|| self.clone(), |slash| Self::new(&self.text[..=slash]))
    }
}

/// Where an ASCII text begins in a value, but for upper and lower case.
fn find_in_any_case(value: &[u8], text: &[u8]) -> Option<usize> {
    let (first, last) = (text.first()?, value.len().checked_sub(text.len())?);
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut from = 0;
    while let Some(after) = value[from..=last].iter().position(|byte| *byte == lower || *byte == upper) {
        let at = from + after;
        if value[at..at + text.len()].eq_ignore_ascii_case(text) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// How many bytes both begin with.
pub(crate) fn shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_by_its_start_then_without_case_then_by_a_part() {
        let cases = [
            ("", "payments", Some(Fit::Start)),
            ("pay", "payments", Some(Fit::Start)),
            ("PAY", "payments", Some(Fit::StartInOtherCase)),
            ("Ment", "payments", Some(Fit::Inside)),
            ("payments-dev", "payments", None),
            ("x", "payments", None),
            ("GRÖ", "Größe", Some(Fit::StartInOtherCase)),
            ("ÖSS", "Größe", None),
            ("ß", "GröSSe-größe", Some(Fit::Inside)),
        ];
        for (typed, value, expected) in cases {
            assert_eq!(Typed::new(typed).fit(value), expected, "{typed} {value}");
        }
    }
}
