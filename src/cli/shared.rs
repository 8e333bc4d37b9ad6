//! What several verbs share: the arguments that describe a target, and the values that options take.

use clap::Args;

pub(crate) use crate::known_regions::named as region;
pub(crate) use crate::role::{Assume, Target};
use crate::shell::Shell;
use crate::timestamp;

/// Set by the `awsso` function, whose shell evaluates what is printed.
#[derive(Clone, Debug, Args)]
pub(crate) struct InShell {
    #[arg(long, hide = true, value_enum)]
    pub shell: Option<Shell>,
}

/// The value of an option that says how long a session of the console lasts, in seconds.
pub(crate) fn console_duration(text: &str) -> Result<u32, String> {
    timestamp::duration(text, 900..=43_200)?.ok_or_else(|| "a session of the console lasts from 15m to 12h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_hours_minutes_or_seconds_and_is_one_that_the_console_takes() {
        let taken = [
            ("12h", 43_200),
            ("90m", 5_400),
            ("3600", 3_600),
            ("3600s", 3_600),
            ("1h30m", 5_400),
            ("12H", 43_200),
            ("900", 900),
            ("15m", 900),
        ];
        for (text, seconds) in taken {
            assert_eq!(console_duration(text), Ok(seconds), "{text}");
        }
        for text in ["13h", "14m", "0", "", "899", "43201", "99999999999h", "4294967295h"] {
            let error = console_duration(text).unwrap_err();
            assert!(error.contains("from 15m to 12h") || error.contains("write it like"), "{text}: {error}");
        }
        for text in ["1d", "h", "-1h", "1.5h", "1h ", "12 h", "12hh", "1\u{e9}", "99999999999h"] {
            assert!(console_duration(text).unwrap_err().contains("write it like"), "{text}");
        }
    }
}
