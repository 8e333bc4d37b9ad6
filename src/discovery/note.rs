//! What the first line of a block says beside the name: the Identity Center, and what discovery wrote into profiles.

use std::collections::BTreeSet;
use std::fmt;

/// The note of a block's mark: `https://corp.awsapps.com/start region=eu-west-1 output=json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// The start URL; `None` in a block of an earlier version.
    pub(super) start_url: Option<String>,
    /// Each value of `region` that discovery wrote. Another one in the block is the user's own.
    pub(super) regions: BTreeSet<String>,
    /// The same of `output`.
    pub(super) outputs: BTreeSet<String>,
}

impl Note {
    pub(super) fn parse(text: &str) -> Self {
        let mut note = Self::default();
        for word in text.split_whitespace() {
            let values = |list: &str| list.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
            match word.split_once('=') {
                Some(("region", list)) => note.regions = values(list),
                Some(("output", list)) => note.outputs = values(list),
                // A start URL may have `=` in its query.
                _ if note.start_url.is_none() => note.start_url = Some(word.to_owned()),
                _ => {}
            }
        }
        note
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.start_url.as_deref().unwrap_or_default())?;
        for (key, values) in [("region", &self.regions), ("output", &self.outputs)] {
            // A value with a space or a comma would not be read as one.
            let whole = |value: &&str| !value.contains(|c: char| c.is_whitespace() || c == ',');
            let values: Vec<_> = values.iter().map(String::as_str).filter(whole).collect();
            if !values.is_empty() {
                write!(f, " {key}={}", values.join(","))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let cases = [
            ("", None, vec![]),
            ("https://x/start", Some("https://x/start"), vec![]),
            (
                "https://x/start?a=b region=eu-west-1,us-east-1",
                Some("https://x/start?a=b"),
                vec!["eu-west-1", "us-east-1"],
            ),
        ];
        for (text, start_url, regions) in cases {
            let note = Note::parse(text);
            assert_eq!(note.start_url.as_deref(), start_url, "{text}");
            assert_eq!(note.regions.iter().map(String::as_str).collect::<Vec<_>>(), regions, "{text}");
            assert_eq!(note.to_string(), text);
        }
        let odd = Note { outputs: ["a b".to_owned()].into(), ..Note::parse("https://x/start output=json") };
        assert_eq!(odd.to_string(), "https://x/start");
    }
}
