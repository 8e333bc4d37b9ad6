//! The value of the setting `picker-color`: colors of `aws-sso-pick`, in the notation of skim's `--color`.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::suggest;

/// Themes, and parts of the screen with colors or attributes of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PickerColor(String);

const THEMES: [&str; 10] = [
    "dark",
    "light",
    "16",
    "bw",
    "none",
    "molokai",
    "catppuccin-mocha",
    "catppuccin-macchiato",
    "catppuccin-latte",
    "catppuccin-frappe",
];

const PARTS: [&str; 17] = [
    "normal",
    "matched",
    "current",
    "current_match",
    "query",
    "prompt",
    "cursor",
    "selected",
    "header",
    "border",
    "scrollbar",
    "separator",
    "info",
    "spinner",
    "hl",
    "pointer",
    "marker",
];

/// What can be added to a part's name, for its background or its underline.
const LAYERS: [&str; 4] = ["-fg", "-bg", "-underline", "-u"];

const ATTRIBUTES: [&str; 14] =
    ["bold", "b", "dim", "d", "italic", "i", "underlined", "u", "reverse", "r", "crossed-out", "c", "regular", "x"];

impl PickerColor {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PickerColor {
    type Err = Error;

    /// skim skips what it does not know.
    fn from_str(text: &str) -> Result<Self> {
        let pairs: Vec<_> = text.split(',').map(str::trim).collect();
        for pair in &pairs {
            match pair.split_once(':') {
                None if THEMES.contains(pair) => {}
                None => return Err(unknown("theme", pair, &THEMES)),
                Some((part, style)) => check(part, style)?,
            }
        }
        Ok(Self(pairs.join(",")))
    }
}

fn check(part: &str, style: &str) -> Result<()> {
    let name = LAYERS.iter().find_map(|layer| part.strip_suffix(layer)).unwrap_or(part);
    if !PARTS.contains(&name) && !["fg+", "bg+", "hl+", "bg"].contains(&part) {
        return Err(unknown("part of the screen", name, &PARTS));
    }
    let mut words = style.split([':', '+']);
    let color = words.next().unwrap_or_default();
    let is_rgb = color
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !(color.is_empty() || color == "-1" || is_rgb || color.parse::<u8>().is_ok()) {
        return Err(Error::usage(format!(
            "picker-color: {color} is no color: write a number up to 255, #RRGGBB, or -1"
        )));
    }
    match words.find(|word| !ATTRIBUTES.contains(word)) {
        Some(word) => Err(unknown("attribute", word, &ATTRIBUTES)),
        None => Ok(()),
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let meant = suggest::nearest(name, known.iter().copied(), 1);
    let hint = match meant.first() {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there are {}", known.join(", ")),
    };
    Error::usage(format!("picker-color: there is no {what} {name}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_those_that_skim_knows() {
        let right = [
            "light",
            "dark,current:-1:reverse",
            "matched:#00ff00:bold:underlined, header::dim",
            "current-bg:236,hl:108,hl+:151+bold",
            "bg:-1",
        ];
        for text in right {
            assert!(text.parse::<PickerColor>().is_ok(), "{text}");
        }
        let wrong = [
            ("", "there is no theme "),
            ("solarized", "there is no theme solarized"),
            ("light,", "there is no theme "),
            ("rows:1", "there is no part of the screen rows"),
            ("fg:#ff0000", "picker-color: there is no part of the screen fg; there are normal, matched, current,"),
            ("solarized", "; there are dark, light, 16, bw, none, molokai,"),
            ("current:red", "red is no color"),
            ("current:256", "256 is no color"),
            ("current:#ff", "#ff is no color"),
            ("current:1:loud", "there is no attribute loud"),
        ];
        for (text, expected) in wrong {
            let error = text.parse::<PickerColor>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
