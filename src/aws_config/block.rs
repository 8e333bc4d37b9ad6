//! Blocks of discovered profiles, each between two marks, to which this tool adds profiles and from which it removes
//! them.
//!
//! The marks are comments that start in the first column, so that every reader ignores them. Lines outside the marks
//! are not this tool's, and are never changed.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem::Finder;

use super::config::Config;
use super::document::Document;
use super::line::{BYTE_ORDER_MARK, Header, SectionKind};
use super::mark::Mark;
use super::section::{SectionText, content_end, without_ending};
use super::writable::check_profile;
use crate::error::Result;

/// A new profile: its name, and its keys with their values.
pub type NewProfile = (String, Vec<(&'static str, String)>);

/// A block, and where it is in its document.
#[derive(Clone, Debug)]
pub struct Block {
    /// What its marks say.
    pub mark: Mark,
    begin: MarkLine,
    /// The sections of the block.
    sections: Range<usize>,
    end: MarkLine,
}

/// Where a mark is: a section, and the line in the section's text.
#[derive(Clone, Debug)]
struct MarkLine {
    section: usize,
    line: Range<usize>,
}

impl Config {
    /// The names of all profiles that are in a block.
    pub(crate) fn discovered_profiles(&self) -> HashSet<String> {
        let document = Document::parse(&self.text);
        let blocks = document.blocks();
        let headers = blocks.iter().flat_map(|block| document.in_block(block)).map(|(header, _)| &header.name);
        headers.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }
}

impl Document {
    /// Every block that has both marks, in file order.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let command = Finder::new(Mark::COMMAND);
        let mut blocks = Vec::new();
        let mut open: Option<(Mark, MarkLine)> = None;
        for (at, section) in self.sections.iter().enumerate() {
            for line in mark_lines(&section.text, &command) {
                let text = without_ending(&section.text[line.clone()]);
                let here = MarkLine { section: at, line: line.clone() };
                if let Some(mark) = Mark::of_first_line(text) {
                    open = Some((mark, here));
                } else if let Some((mark, begin)) = open.take_if(|(mark, _)| mark.last_line().as_bytes() == text) {
                    blocks.push(Block { mark, sections: begin.section + 1..at + 1, begin, end: here });
                }
            }
        }
        blocks
    }

    /// The profiles in a block with their lines, in file order.
    pub fn in_block(&self, block: &Block) -> impl Iterator<Item = (&Header<'static>, &[u8])> {
        let sections = self.sections[block.sections.clone()].iter();
        sections.filter_map(|section| Some((section.profile()?, section.text.as_slice())))
    }

    /// Adds profiles to the block of this number, each before the first one with a greater name; without a number, to
    /// a new block at the end of the file. `profiles` must be sorted, and none of them may be in the file.
    pub fn add_to_block(&mut self, number: Option<usize>, mark: &Mark, profiles: Vec<NewProfile>) -> Result<()> {
        if profiles.is_empty() {
            return Ok(());
        }
        for (name, settings) in &profiles {
            check_profile(name, settings)?;
        }
        let block = match number.and_then(|number| self.blocks().into_iter().nth(number)) {
            Some(block) => block,
            None => self.append_block(mark),
        };
        let newline = self.newline();
        let mut profiles = profiles.into_iter().peekable();
        let old = std::mem::take(&mut self.sections);
        let mut sections = Vec::with_capacity(old.len() + profiles.len());
        let mut old = old.into_iter().enumerate().peekable();
        while let Some((at, mut section)) = old.next() {
            let is_in_block = block.sections.contains(&at);
            if at != block.begin.section && !is_in_block {
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
            let content = if is_in_block { content_end(&section.text) } else { block.begin.line.end };
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

    /// Removes these profiles from the block of this number. Profiles of the same name outside it stay.
    ///
    /// Comments after a profile's last setting stay: they may be about the next one.
    pub fn remove_from_block(&mut self, number: usize, names: &HashSet<String>) {
        let Some(block) = self.blocks().into_iter().nth(number) else { return };
        for section in &mut self.sections[block.sections] {
            let name = section.profile().and_then(|header| std::str::from_utf8(&header.name).ok());
            if name.is_some_and(|name| names.contains(name)) {
                section.strip();
            }
        }
        self.rebuild_index();
    }

    /// Writes other marks around the block of this number.
    pub fn set_mark(&mut self, number: usize, mark: &Mark) {
        let Some(block) = self.blocks().into_iter().nth(number).filter(|block| block.mark != *mark) else { return };
        // The last line first: where both are in one section, the place of the first stays right.
        for (place, line) in [(block.end, mark.last_line()), (block.begin, mark.first_line())] {
            let text = &mut self.sections[place.section].text;
            let end = place.line.start + without_ending(&text[place.line.clone()]).len();
            text.splice(place.line.start..end, line.into_bytes());
        }
    }

    /// Makes one block of the block of this number and the next, if nothing is between the two.
    pub fn join_blocks(&mut self, number: usize) -> bool {
        let mut blocks = self.blocks().into_iter().skip(number);
        let (Some(block), Some(next)) = (blocks.next(), blocks.next()) else { return false };
        let newline = self.newline();
        let text = &mut self.sections[block.end.section].text;
        if block.end.section != next.begin.section || !is_blank(&text[block.end.line.end..next.begin.line.start]) {
            return false;
        }
        // One blank line between two profiles.
        let gap = if block.sections.is_empty() || next.sections.is_empty() { &[] } else { newline };
        text.splice(block.end.line.start..next.begin.line.end, gap.iter().copied());
        true
    }

    fn append_block(&mut self, mark: &Mark) -> Block {
        let newline = self.newline();
        self.end_with_blank_line();
        if self.sections.is_empty() {
            self.sections.push(SectionText { header: None, text: Vec::new() });
        }
        let section = self.sections.len() - 1;
        let text = &mut self.sections[section].text;
        let [begin, end] = [mark.first_line(), mark.last_line()].map(|line| {
            let start = text.len();
            text.extend_from_slice(line.as_bytes());
            text.extend_from_slice(newline);
            MarkLine { section, line: start..text.len() }
        });
        Block { mark: mark.clone(), begin, sections: section + 1..section + 1, end }
    }
}

/// Whether there is nothing but white space.
fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

impl SectionText {
    fn profile(&self) -> Option<&Header<'static>> {
        self.header.as_ref().filter(|header| matches!(header.kind, SectionKind::Profile | SectionKind::Default))
    }
}

/// The lines that may be marks and have no setting of their section after them.
///
/// A mark with a setting after it does not count: a profile that was added at the mark would take over that setting.
fn mark_lines(text: &[u8], command: &Finder<'_>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    for at in command.find_iter(text) {
        let mut start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
        if start == 0 && text.starts_with(BYTE_ORDER_MARK) {
            start = BYTE_ORDER_MARK.len();
        }
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1);
        if start >= content_end(text) {
            lines.push(start..end);
        }
    }
    lines
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

    fn mark() -> Mark {
        Mark { name: "x".to_owned(), note: String::new() }
    }

    /// `# >>> x` is the first mark of the block, `# <<< x` the last.
    fn spelled(text: &str) -> String {
        let whole_line = |text: String, mark: &str, line: String| {
            ["\n", "\r"].iter().fold(text, |text, end| text.replace(&format!("{mark}{end}"), &format!("{line}{end}")))
        };
        let text = whole_line(text.to_owned(), "# >>> x", mark().first_line());
        whole_line(text, "# <<< x", mark().last_line())
    }

    fn added(file: &str, names: &[&str]) -> String {
        let mut document = Document::parse(file.as_bytes());
        let profiles = names.iter().map(|name| ((*name).to_owned(), vec![("k", "v".to_owned())])).collect();
        let number = document.blocks().len().checked_sub(1);
        document.add_to_block(number, &mark(), profiles).unwrap();
        let text = String::from_utf8(document.to_bytes()).unwrap();
        let again = Document::parse(text.as_bytes());
        let blocks = again.blocks();
        for name in names {
            let header = Header::profile(name).into_owned();
            assert!(again.in_block(blocks.last().unwrap()).any(|(held, _)| *held == header), "{name} in {text}");
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
            let (file, expected) = (spelled(file), spelled(&expected));
            assert_eq!(added(&file, &names), expected, "{file:?}");
            assert_eq!(added(&file, &[]), file);
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
        let mut document = Document::parse(spelled(file).as_bytes());
        let names = ["a", "b", "c"].map(str::to_owned).into();
        document.remove_from_block(0, &names);
        let expected = "[profile a]\nk = 1\n\n# >>> x\n# on b\n# <<< x\n# end\n[profile b]\nk = 4\n";
        assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), spelled(expected));
        assert_eq!(document.get(&Header::profile("a"), "k").as_deref(), Some("1"));
        assert_eq!(document.get(&Header::profile("b"), "k").as_deref(), Some("4"));
    }

    #[test]
    fn a_profile_that_some_sdk_would_misread_is_refused_and_nothing_is_added() {
        let mut document = Document::parse(b"[default]\n");
        for (name, value) in [("a b", "v"), ("a", "v #x"), ("a", "")] {
            let profiles = vec![("0".to_owned(), Vec::new()), (name.to_owned(), vec![("k", value.to_owned())])];
            assert!(document.add_to_block(None, &mark(), profiles).is_err(), "{name} {value}");
            assert_eq!(document.to_bytes(), b"[default]\n");
        }
    }

    #[test]
    fn marks_are_rewritten_and_blocks_without_anything_between_them_become_one() {
        let noted = "# >>> aws-sso discover -p two words >>> https://x/start\n[profile b]\nk = 1\n\
            # <<< aws-sso discover -p two words <<<\n";
        let file = spelled(&format!("# >>> x\n# on a\n[profile a]\nk = 1\n# <<< x\n\n{noted}# end\n"));
        let mut document = Document::parse(file.as_bytes());
        let other = Mark { name: "two words".to_owned(), note: "https://x/start".to_owned() };
        assert_eq!(document.blocks().iter().map(|block| &block.mark).collect::<Vec<_>>(), [&mark(), &other]);
        document.set_mark(0, &mark());
        document.set_mark(1, &mark());
        let joined = "# >>> x\n# on a\n[profile a]\nk = 1\n\n[profile b]\nk = 1\n# <<< x\n# end\n";
        assert!(document.join_blocks(0) && !document.join_blocks(0));
        assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), spelled(joined));
        document.set_mark(0, &other);
        assert!(document.to_bytes().starts_with(noted.lines().next().unwrap().as_bytes()));

        for between in ["# mine\n", "[default]\n"] {
            let file = spelled(&format!("# >>> x\n# <<< x\n{between}# >>> x\n# <<< x\n"));
            let mut document = Document::parse(file.as_bytes());
            assert!(!document.join_blocks(0), "{between}");
            assert_eq!(document.to_bytes(), file.as_bytes());
        }
        let mut document = Document::parse(spelled("# >>> x\n# <<< x\n# >>> x\n# <<< x\n").as_bytes());
        assert!(document.join_blocks(0));
        assert_eq!(document.to_bytes(), spelled("# >>> x\n# <<< x\n").as_bytes());
    }
}
