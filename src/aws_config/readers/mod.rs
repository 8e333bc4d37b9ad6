//! How each AWS SDK reads a config file: on awkward lines they disagree.
//!
//! Each reader has its own file, written after the SDK's source and checked against its behaviour; `tests/readers.rs`
//! runs two of them beside the real ones. `difference` compares them with our own reading, which is taken for what the
//! user means.

mod botocore;
mod difference;
mod javascript;
mod quirk;
mod reader;
mod reading;
mod rust;
mod shell_words;

pub use difference::{Effect, Stumble, stumbles};
pub use quirk::Quirk;
pub use reader::Reader;
pub use reading::{ReadSection, ReadValue, Reading, Rejection, meant};
