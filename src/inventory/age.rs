//! How old the remembered list may be.

use std::str::FromStr;

use jiff::Timestamp;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// The age, in seconds, from which on the list is fetched again before anything is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListAge(i64);

/// How long a refusal is believed. The service refuses a suspended account for 90 days.
pub(super) const OF_REFUSAL: ListAge = ListAge(DAY);

/// How long the answer that there is no such account or role is believed, so that a hundred processes with a mistyped
/// name cost one request.
pub(super) const OF_ABSENCE: ListAge = ListAge(10);

impl Default for ListAge {
    fn default() -> Self {
        Self(DAY)
    }
}

impl ListAge {
    /// Whether what was heard at this time is still believed. A time in the future is not: the clock was changed.
    pub(super) fn allows(self, at: i64) -> bool {
        (0..self.0).contains(&(now() - at))
    }
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    Timestamp::now().as_second()
}

impl FromStr for ListAge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = || {
            let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
            let unit = match unit {
                "m" => MINUTE,
                "h" => 60 * MINUTE,
                "d" => DAY,
                _ => return None,
            };
            let number = number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)?;
            number.parse::<i64>().ok().filter(|number| *number > 0)?.checked_mul(unit)
        };
        seconds().map(Self).ok_or_else(|| {
            format!("list-age must be a number of minutes, hours or days, such as 90m, 12h or 1d, not {text}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_and_a_unit() {
        let cases = [
            ("90m", Some(5_400)),
            ("12h", Some(43_200)),
            ("1d", Some(86_400)),
            ("0d", None),
            ("+1d", None),
            ("1", None),
            ("d", None),
            ("1 d", None),
            ("1w", None),
            ("", None),
            ("٣d", None),
            ("99999999999999999d", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(text.parse::<ListAge>().ok(), seconds.map(ListAge), "{text}");
        }
        assert!(ListAge(10).allows(now()) && !ListAge(10).allows(now() - 10) && !ListAge(10).allows(now() + 60));
    }
}
