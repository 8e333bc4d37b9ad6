//! What entering a role changes, as files that other programs read.

use serde_json::{Map, Value};

use super::change::Change;
use crate::error::{Error, Result};
use crate::output::to_json;
use crate::quote::{self, is_plain, is_printable};

/// A file with variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariablesFile {
    /// `.env`, of which each program has its own reading. A shell may read it as well.
    Dotenv,
    /// An object, in which null removes a variable.
    Json,
    /// The file of `GITHUB_ENV`.
    Github,
}

impl VariablesFile {
    /// Whether each program reads the value as it is. A `.env` file is read alike where a value needs no quotes, or
    /// only single quotes: python-dotenv replaces `${…}` within those too, and what a backslash does differs.
    pub(crate) fn can_hold(self, value: &str) -> bool {
        match self {
            Self::Dotenv => is_printable(value) && !value.contains(['\'', '\\', '$', '`']),
            Self::Json => true,
            Self::Github => is_printable(value),
        }
    }

    /// The text of the file. If one value cannot be held, there is none.
    pub(crate) fn render(self, change: &Change) -> Result<String> {
        if self == Self::Json {
            let values = change.values().map(|(name, value)| (name.to_owned(), value.map_or(Value::Null, Value::from)));
            return to_json(&values.collect::<Map<_, _>>());
        }
        let mut text = String::new();
        for (name, value) in change.values() {
            // Only a shell can remove a variable.
            let Some(value) = value else { continue };
            if !self.can_hold(value) {
                return Err(Error::failed(format!("the value for {name} cannot be written in this format"))
                    .with_remedy("take another one: --format json"));
            }
            let is_quoted = self == Self::Dotenv && !is_plain(value);
            let value = if is_quoted { quote::posix(value) } else { value.to_owned() };
            text.push_str(&format!("{name}={value}\n"));
        }
        Ok(text)
    }
}
