//! JSON as the AWS CLI writes it: one line, spaced as Python spaces it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The first JSON value of the file, whatever follows it: the AWS CLI overwrites its files in place, and a shorter text
/// leaves the end of the longer one behind (botocore #3213).
pub(super) fn first_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    serde_json::Deserializer::from_slice(bytes).into_iter().next()?.ok()
}

/// One line of JSON.
pub(super) fn python_json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, PythonFormatter);
    match value.serialize(&mut serializer) {
        Ok(()) => Ok(bytes),
        // An error of the serializer names a type, never a value.
        Err(error) => Err(Error::failed(format!("cannot write a cache file: {error}")).with_source(error)),
    }
}

/// `", "` between items and `": "` after a key, and nothing but ASCII.
struct PythonFormatter;

impl serde_json::ser::Formatter for PythonFormatter {
    fn write_string_fragment<W: ?Sized + std::io::Write>(&mut self, out: &mut W, text: &str) -> std::io::Result<()> {
        let mut units = [0; 2];
        for letter in text.chars() {
            match letter {
                ' '..='~' => out.write_all(&[letter as u8])?,
                _ => letter.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }

    fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, out: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, out: &mut W) -> std::io::Result<()> {
        out.write_all(b": ")
    }
}

/// For `#[serde(with = …)]`: a date with its time zone.
pub(super) mod date {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::timestamp;

    pub(in crate::aws_cache) fn serialize<S: Serializer>(
        instant: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&timestamp::format(*instant))
    }

    pub(in crate::aws_cache) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        timestamp::parse(&text).ok_or_else(|| D::Error::custom("not a date with a zone"))
    }
}

/// For `#[serde(with = …)]`: a date that may be absent.
pub(super) mod optional_date {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::timestamp;

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub(in crate::aws_cache) fn serialize<S: Serializer>(
        instant: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match instant {
            Some(instant) => super::date::serialize(instant, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// A date that cannot be read counts as absent: the token works until it expires, but cannot be renewed.
    pub(in crate::aws_cache) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.as_deref().and_then(timestamp::parse))
    }
}
