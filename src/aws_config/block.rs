//! A block of profiles between two marks, to which this tool adds profiles and from which it removes them.
//!
//! The marks are comments that start in the first column, so that every reader ignores them. Lines outside the marks
//! are not this tool's, and are never changed.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem::Finder;

use super::document::Document;
use super::line::{BYTE_ORDER_MARK, Header, SectionKind};
use super::section::{SectionText, content_end, without_ending};
use super::writable::check_profile;
use crate::error::Result;

/// The lines before and after a block, without their line endings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// The line before the first profile.
    pub begin: String,
    /// The line after the last one.
    pub end: String,
}

/// A new profile: its name, and its keys with their values.
pub type NewProfile = (String, Vec<(&'static str, String)>);

/// Where a block is.
struct BlockSpan {
    /// The section whose text contains the first mark, and where that line ends in it.
    begin: (usize, usize),
    /// The sections of the block.
    sections: Range<usize>,
}

impl Document {
    /// The profiles in the block, in file order.
    #[must_use]
    pub fn block(&self, marks: &Marks) -> Vec<&Header<'static>> {
        let sections = self.find_block(marks).map_or(0..0, |block| block.sections);
        self.sections[sections].iter().filter_map(SectionText::profile).collect()
    }

    /// The profiles in the block with their lines, in file order.
    #[must_use]
    pub fn in_block(&self, marks: &Marks) -> Vec<(&Header<'static>, &[u8])> {
        let sections = self.find_block(marks).map_or(0..0, |block| block.sections);
        self.sections[sections]
            .iter()
            .filter_map(|section| Some((section.profile()?, section.text.as_slice())))
            .collect()
    }

    /// Adds profiles to the block, each before the first one with a greater name. If there is no block, it is added at
    /// the end of the file. `profiles` must be sorted, and none of them may be in the file.
    pub fn add_to_block(&mut self, marks: &Marks, profiles: Vec<NewProfile>) -> Result<()> {
        if profiles.is_empty() {
            return Ok(());
        }
        for (name, settings) in &profiles {
            check_profile(name, settings)?;
        }
        let block = match self.find_block(marks) {
            Some(block) => block,
            None => self.append_block(marks),
        };
        let newline = self.newline();
        let mut profiles = profiles.into_iter().peekable();
        let old = std::mem::take(&mut self.sections);
        let mut sections = Vec::with_capacity(old.len() + profiles.len());
        let mut old = old.into_iter().enumerate().peekable();
        while let Some((at, mut section)) = old.next() {
            let is_in_block = block.sections.contains(&at);
            if at != block.begin.0 && !is_in_block {
                sections.push(section);
                continue;
            }
            // The profiles that go between this section and the next one of the block; after the last one, all others.
            let next = old.peek().filter(|(at, _)| block.sections.contains(at)).map(|(_, section)| section);
            let goes_here = |(name, _): &NewProfile| match next {
                Some(next) => next.profile().is_some_and(|next| name.as_bytes() < next.name.as_ref()),
                None => true,
            };
            let mut added = Vec::new();
            while let Some(profile) = profiles.next_if(goes_here) {
                added.push(new_section(&profile, newline));
            }
            let Some(last) = added.len().checked_sub(1) else {
                sections.push(section);
                continue;
            };
            let has_next = next.is_some();
            // The lines after this section's content (comments on the next section, the end mark) go after the new
            // ones.
            let content = if is_in_block { content_end(&section.text) } else { block.begin.1 };
            let tail = section.text.split_off(content);
            if is_in_block {
                if !section.text.ends_with(b"\n") {
                    section.text.extend_from_slice(newline);
                }
                section.text.extend_from_slice(newline);
            }
            sections.push(section);
            for (number, mut section) in added.into_iter().enumerate() {
                // A blank line after each profile. In the block, the tail of the old section begins with the last one.
                if number < last || (has_next && !is_in_block) {
                    section.text.extend_from_slice(newline);
                }
                if number == last {
                    section.text.extend_from_slice(&tail);
                }
                sections.push(section);
            }
        }
        self.sections = sections;
        self.rebuild_index();
        Ok(())
    }

    /// Removes these profiles from the block. Profiles of the same name outside it stay.
    ///
    /// Comments after a profile's last setting stay: they may be about the next one.
    pub fn remove_from_block(&mut self, marks: &Marks, names: &HashSet<String>) {
        let Some(block) = self.find_block(marks) else { return };
        for section in &mut self.sections[block.sections] {
            let name = section.profile().and_then(|header| std::str::from_utf8(&header.name).ok());
            if name.is_some_and(|name| names.contains(name)) {
                section.strip();
            }
        }
        self.rebuild_index();
    }

    fn append_block(&mut self, marks: &Marks) -> BlockSpan {
        let newline = self.newline();
        self.end_with_blank_line();
        if self.sections.is_empty() {
            self.sections.push(SectionText { header: None, text: Vec::new() });
        }
        let last = self.sections.len() - 1;
        let text = &mut self.sections[last].text;
        for line in [marks.begin.as_str(), marks.end.as_str()] {
            text.extend_from_slice(line.as_bytes());
            text.extend_from_slice(newline);
        }
        let begin = text.len() - marks.end.len() - newline.len();
        BlockSpan { begin: (last, begin), sections: last + 1..last + 1 }
    }

    /// The last block that has both marks.
    fn find_block(&self, marks: &Marks) -> Option<BlockSpan> {
        let (begin_mark, end_mark) = (Finder::new(&marks.begin), Finder::new(&marks.end));
        self.sections.iter().enumerate().rev().find_map(|(at, section)| {
            let begins = line_ends(&section.text, &begin_mark);
            begins.into_iter().rev().find_map(|begin| self.block_from((at, begin), &end_mark))
        })
    }

    /// The block whose first mark ends at `begin`.
    fn block_from(&self, begin: (usize, usize), end_mark: &Finder<'_>) -> Option<BlockSpan> {
        let ends = |text: &[u8]| !line_ends(text, end_mark).is_empty();
        let after = begin.0 + 1;
        // An end mark in the same section counts only after the first mark.
        if ends(&self.sections[begin.0].text[begin.1..]) {
            return Some(BlockSpan { begin, sections: after..after });
        }
        let end = after + self.sections[after..].iter().position(|section| ends(&section.text))?;
        Some(BlockSpan { begin, sections: after..end + 1 })
    }
}

impl SectionText {
    fn profile(&self) -> Option<&Header<'static>> {
        self.header.as_ref().filter(|header| matches!(header.kind, SectionKind::Profile | SectionKind::Default))
    }
}

/// Where the lines end that consist of `mark` and have no setting of their section after them.
///
/// A mark with a setting after it does not count: a profile that was added at the mark would take over that setting.
fn line_ends(text: &[u8], mark: &Finder<'_>) -> Vec<usize> {
    let is_line = |at: &usize| {
        let starts_line = *at == 0 || text[at - 1] == b'\n' || text[..*at] == *BYTE_ORDER_MARK;
        let line = text[*at..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        starts_line && without_ending(line) == mark.needle()
    };
    let lines = mark.find_iter(text).filter(is_line).filter(|at| *at >= content_end(text));
    lines.map(|at| memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1)).collect()
}

fn new_section((name, settings): &NewProfile, newline: &[u8]) -> SectionText {
    let mut text = format!("[profile {name}]").into_bytes();
    text.extend_from_slice(newline);
    for (key, value) in settings {
        for part in [key, " = ", value] {
            text.extend_from_slice(part.as_bytes());
        }
        text.extend_from_slice(newline);
    }
    text.shrink_to_fit();
    SectionText { header: Some(Header::profile(name).into_owned()), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks { begin: "# >>> x".to_owned(), end: "# <<< x".to_owned() }
    }

    fn added(file: &str, names: &[&str]) -> String {
        let mut document = Document::parse(file.as_bytes());
        let profiles = names.iter().map(|name| ((*name).to_owned(), vec![("k", "v".to_owned())])).collect();
        document.add_to_block(&marks(), profiles).unwrap();
        let text = String::from_utf8(document.to_bytes()).unwrap();
        let block = Document::parse(text.as_bytes());
        for name in names {
            assert!(block.block(&marks()).contains(&&Header::profile(name).into_owned()), "{name} in {text}");
            assert_eq!(document.get(&Header::profile(name), "k").as_deref(), Some("v"));
        }
        text
    }

    #[test]
    fn new_profiles_go_into_the_block_in_order() {
        const B: &str = "[profile b]\nk = v\n";
        let cases = [
            ("", vec!["b"], format!("# >>> x\n{B}# <<< x\n")),
            ("[default]\nr = 1", vec!["b"], format!("[default]\nr = 1\n\n# >>> x\n{B}# <<< x\n")),
            ("[default]\n\n# mine\n", vec!["b"], format!("[default]\n\n# mine\n\n# >>> x\n{B}# <<< x\n")),
            ("\u{feff}", vec!["b"], format!("\u{feff}# >>> x\n{B}# <<< x\n")),
            (
                "\r\n[default]\r\n",
                vec!["a", "b"],
                "\r\n[default]\r\n\r\n# >>> x\r\n[profile a]\r\nk = v\r\n\r\n[profile b]\r\nk = v\r\n# <<< x\r\n"
                    .to_owned(),
            ),
            // Before, between and after the profiles of the block. Their comments and the lines after the block stay.
            (
                "# >>> x\n# on b\n[profile b]\nj = 1\n\n# on d\n[profile d]\nj = 1\n# <<< x\n\n# end\n[profile 0]\n",
                vec!["a", "c", "e"],
                "# >>> x\n[profile a]\nk = v\n\n# on b\n[profile b]\nj = 1\n\n[profile c]\nk = v\n\n# on d\n\
                 [profile d]\nj = 1\n\n[profile e]\nk = v\n# <<< x\n\n# end\n[profile 0]\n"
                    .to_owned(),
            ),
            // An empty block.
            ("# >>> x\n# <<< x\n[profile z]\n", vec!["b"], format!("# >>> x\n{B}# <<< x\n[profile z]\n")),
            // With one mark, or with the marks in the wrong order, there is no block.
            ("# >>> x\n[profile a]\n", vec!["b"], format!("# >>> x\n[profile a]\n\n# >>> x\n{B}# <<< x\n")),
            ("# <<< x\n# >>> x\n", vec!["b"], format!("# <<< x\n# >>> x\n\n# >>> x\n{B}# <<< x\n")),
            // The user has added a setting after a mark: it stays with the profile that it belongs to.
            (
                "[default]\n# >>> x\nr = 1\n[profile a]\n# <<< x\n",
                vec!["b"],
                format!("[default]\n# >>> x\nr = 1\n[profile a]\n# <<< x\n\n# >>> x\n{B}# <<< x\n"),
            ),
            (
                "# >>> x\n[profile a]\n# <<< x\nr = 1\n",
                vec!["b"],
                format!("# >>> x\n[profile a]\n# <<< x\nr = 1\n\n# >>> x\n{B}# <<< x\n"),
            ),
            (
                "# >>> xy\n # >>> x\n# <<< x\n",
                vec!["b"],
                format!("# >>> xy\n # >>> x\n# <<< x\n\n# >>> x\n{B}# <<< x\n"),
            ),
        ];
        for (file, names, expected) in cases {
            assert_eq!(added(file, &names), expected, "{file:?}");
            assert_eq!(added(file, &[]), file);
        }
    }

    #[test]
    fn profiles_added_one_at_a_time_make_the_same_block() {
        let names = ["f", "a", "d", "b", "e", "c"];
        let one_by_one = names.iter().fold("[default]\n".to_owned(), |file, name| added(&file, &[name]));
        let mut sorted = names;
        sorted.sort_unstable();
        assert_eq!(one_by_one, added("[default]\n", &sorted));
    }

    #[test]
    fn profiles_are_removed_from_the_block_only() {
        let file = "[profile a]\nk = 1\n\n# >>> x\n[profile a]\nk = 2\n\n# on b\n[profile b]\nk = 3\n# <<< x\n\
            # end\n[profile b]\nk = 4\n";
        let mut document = Document::parse(file.as_bytes());
        let names = ["a", "b", "c"].map(str::to_owned).into();
        document.remove_from_block(&marks(), &names);
        let expected = "[profile a]\nk = 1\n\n# >>> x\n# on b\n# <<< x\n# end\n[profile b]\nk = 4\n";
        assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), expected);
        assert_eq!(document.get(&Header::profile("a"), "k").as_deref(), Some("1"));
        assert_eq!(document.get(&Header::profile("b"), "k").as_deref(), Some("4"));
    }

    #[test]
    fn a_profile_that_some_sdk_would_misread_is_refused_and_nothing_is_added() {
        let mut document = Document::parse(b"[default]\n");
        for (name, value) in [("a b", "v"), ("a", "v #x"), ("a", "")] {
            let profiles = vec![("0".to_owned(), Vec::new()), (name.to_owned(), vec![("k", value.to_owned())])];
            assert!(document.add_to_block(&marks(), profiles).is_err(), "{name} {value}");
            assert_eq!(document.to_bytes(), b"[default]\n");
        }
    }
}
