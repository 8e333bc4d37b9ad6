//! The values of the setting `picker`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The way in which the user chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Picker {
    /// `aws-sso-pick`, which is installed beside this program.
    #[default]
    Skim,
    /// `fzf`, if the user has installed it.
    Fzf,
    /// A numbered list. The other two fall back to it if their program is missing.
    Number,
}

impl FromStr for Picker {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "skim" => Ok(Self::Skim),
            "fzf" => Ok(Self::Fzf),
            "number" => Ok(Self::Number),
            other => Err(Error::usage(format!("picker must be skim, fzf or number, not {other}"))),
        }
    }
}

impl fmt::Display for Picker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skim => "skim",
            Self::Fzf => "fzf",
            Self::Number => "number",
        })
    }
}
