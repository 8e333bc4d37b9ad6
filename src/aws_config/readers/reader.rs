//! The programs whose reading of a config file is known.

use super::botocore;
use super::javascript;
use super::reading::{Reading, Rejection};
use super::rust;

/// A program's way of reading the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// botocore: the AWS CLI, boto3 and what is built on them.
    Botocore,
    /// aws-runtime: the AWS SDK for Rust.
    Rust,
    /// `shared-ini-file-loader`: the AWS SDK for JavaScript.
    JavaScript,
}

impl Reader {
    /// All readers.
    pub const ALL: [Self; 3] = [Self::Botocore, Self::Rust, Self::JavaScript];

    /// The language of an SDK; `None` for botocore, which users know by the programs that are built on it.
    #[must_use]
    pub fn language(self) -> Option<&'static str> {
        match self {
            Self::Botocore => None,
            Self::Rust => Some("Rust"),
            Self::JavaScript => Some("JavaScript"),
        }
    }

    /// Reads a file's content.
    pub fn read(self, file: &[u8]) -> Result<Reading, Rejection> {
        match self {
            Self::Botocore => botocore::read(file),
            Self::Rust => rust::read(file),
            Self::JavaScript => Ok(javascript::read(file)),
        }
    }
}
