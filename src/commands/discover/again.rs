//! The command line of a run of `discover`, for messages that suggest it with one more option.

use super::arguments::{CredentialStyle, DiscoverArgs, PROGRAM};
use crate::discovery::Template;
use crate::quote;
use crate::shell::Shell;

/// The command line of this run, to be given again with one more option.
pub(super) struct Again<'a> {
    pub(super) arguments: &'a DiscoverArgs,
    pub(super) is_quiet: bool,
    pub(super) profile: &'a str,
    pub(super) template: &'a Template,
}

impl Again<'_> {
    pub(super) fn with(&self, option: &str, value: &str) -> String {
        let DiscoverArgs { name, patterns, style, absolute, region, output, prune, adopt, assumed, .. } =
            self.arguments;
        let mut line = format!("{PROGRAM} discover");
        let mut add = |option: &str, value: &str| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+,".contains(letter);
            let quoted = !value.is_empty() && !value.chars().all(is_plain);
            line += &format!(" {option}");
            if !value.is_empty() {
                line += &format!(" {}", if quoted { Shell::Posix.quote(value) } else { value.to_owned() });
            }
        };
        let template = name.as_ref().map(ToString::to_string);
        let style = (*style == CredentialStyle::Sso).then(|| "sso".to_owned());
        add("-p", self.profile);
        for (given, value) in
            [("--name", &template), ("--style", &style), ("--region", region), ("--output", output), ("--adopt", adopt)]
        {
            if let Some(value) = value.as_ref().filter(|_| given != option) {
                add(given, value);
            }
        }
        for (given, patterns) in [("--match", &patterns.matches), ("--exclude", &patterns.exclude)] {
            for pattern in patterns {
                add(given, pattern);
            }
        }
        let missing_ok = patterns.exclude_missing_ok;
        for (given, is_set) in [("--exclude-missing-ok", missing_ok), ("--absolute", *absolute), ("--prune", *prune)] {
            if is_set {
                add(given, "");
            }
        }
        for word in assumed.words() {
            add(&quote::word(&word), "");
        }
        add(option, value);
        line
    }
}
