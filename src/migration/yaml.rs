//! YAML, as far as a configuration needs it: texts, lists and maps, and a limit for each way to grow.
//!
//! A scalar keeps the letters that it is written with: an account id may begin with zeros.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// `null`, `~`, or no value at all.
    Nothing,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: Node,
    /// The line of the key, from 1.
    pub(super) line: usize,
}

/// Why a text is no YAML that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// From 1.
    pub(super) line: usize,
    pub(super) why: String,
}

/// The depth of a document in maps and lists; a config of aws-sso-cli has eight.
const MOST_DEPTH: usize = 32;
/// What a document may hold when all its aliases are written out, in nodes and bytes of text.
const MOST_SIZE: usize = 2 << 20;

/// Reads the first document of a text.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text.strip_prefix('\u{FEFF}').unwrap_or(text)) {
        let (event, span) = event.map_err(|error| refused(&error, text))?;
        let line = span.start.line();
        let fault = |why: &str| Fault { line, why: why.to_owned() };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let is_nothing = is_plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let node = if is_nothing { Node::Nothing } else { Node::Text(text.into_owned()) };
                builder.add(node, anchor, line).map_err(fault)?;
            }
            Event::SequenceStart(anchor, _) => builder.open(Open::List(Vec::new()), anchor, line).map_err(fault)?,
            Event::MappingStart(anchor, _) => {
                builder.open(Open::Map(OpenMap::default()), anchor, line).map_err(fault)?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close().map_err(fault)?,
            Event::Alias(anchor) => builder.add_again(anchor, line).map_err(fault)?,
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    Ok(builder.root.unwrap_or(Node::Nothing))
}

/// The parser speaks of tokens and simple keys; the commonest mistake has words of its own.
fn refused(error: &ScanError, text: &str) -> Fault {
    let line = error.marker().line();
    // A value goes on in the next line, so that may be the one.
    let mut lines = (1..).zip(text.lines()).skip(line.saturating_sub(1)).take(2);
    match lines.find(|(_, text)| text.trim_start_matches(' ').starts_with('\t')) {
        Some((line, _)) => Fault { line, why: "it is indented with a tab; YAML takes only spaces".to_owned() },
        None => Fault { line, why: format!("this is not YAML: {}", error.info()) },
    }
}

/// Builds a document from the parser's events, without recursion.
#[derive(Default)]
struct Builder {
    root: Option<Node>,
    open: Vec<(Open, usize, usize)>,
    anchors: HashMap<usize, Node>,
    size: usize,
}

/// A list or a map whose end has not been read.
enum Open {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<Entry>,
    keys: HashSet<String>,
    /// The key whose value comes next, and its line.
    key: Option<(String, usize)>,
    /// What `<<` adds where the map has no such key itself.
    merged: Vec<Entry>,
}

impl Builder {
    fn open(&mut self, open: Open, anchor: usize, line: usize) -> Result<(), &'static str> {
        if self.open.len() >= MOST_DEPTH {
            return Err("it is nested too deeply");
        }
        if matches!(self.open.last(), Some((Open::Map(OpenMap { key: None, .. }), ..))) {
            return Err("a key is a list or a map");
        }
        self.open.push((open, anchor, line));
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let Some((open, anchor, line)) = self.open.pop() else { return Ok(()) };
        let node = match open {
            Open::List(nodes) => Node::List(nodes),
            Open::Map(map) => Node::Map(map.finish()),
        };
        self.add(node, anchor, line)
    }

    /// An alias: the same node once more.
    fn add_again(&mut self, anchor: usize, line: usize) -> Result<(), &'static str> {
        let node = self.anchors.get(&anchor).ok_or("an alias stands for what contains it")?;
        // It is counted before it is copied: a few lines can stand for gigabytes.
        self.size = self.size.saturating_add(size(node));
        if self.size > MOST_SIZE {
            return Err("its aliases make it too large");
        }
        let node = node.clone();
        self.put(node, line)
    }

    fn add(&mut self, node: Node, anchor: usize, line: usize) -> Result<(), &'static str> {
        if anchor > 0 {
            self.size = self.size.saturating_add(size(&node));
            if self.size > MOST_SIZE {
                return Err("its anchors make it too large");
            }
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node, line)
    }

    fn put(&mut self, node: Node, line: usize) -> Result<(), &'static str> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((Open::List(nodes), ..)) => nodes.push(node),
            Some((Open::Map(map), ..)) => map.put(node, line)?,
        }
        Ok(())
    }
}

impl OpenMap {
    fn put(&mut self, node: Node, line: usize) -> Result<(), &'static str> {
        let Some((key, line)) = self.key.take() else {
            let key = match node {
                Node::Text(key) => key,
                Node::Nothing => String::new(),
                Node::List(_) | Node::Map(_) => return Err("a key is a list or a map"),
            };
            self.key = Some((key, line));
            return Ok(());
        };
        if key == "<<" {
            return self.merge(node);
        }
        if !self.keys.insert(key.clone()) {
            return Err("a key is there twice");
        }
        self.entries.push(Entry { key, value: node, line });
        Ok(())
    }

    fn merge(&mut self, node: Node) -> Result<(), &'static str> {
        match node {
            Node::Map(entries) => self.merged.extend(entries),
            Node::List(nodes) => nodes.into_iter().try_for_each(|node| self.merge(node))?,
            Node::Nothing | Node::Text(_) => return Err("<< takes a map"),
        }
        Ok(())
    }

    fn finish(self) -> Vec<Entry> {
        let Self { mut entries, mut keys, merged, .. } = self;
        entries.extend(merged.into_iter().filter(|entry| keys.insert(entry.key.clone())));
        entries
    }
}

/// What a node takes: one for each part, and one for each byte of text.
fn size(node: &Node) -> usize {
    1 + match node {
        Node::Nothing => 0,
        Node::Text(text) => text.len(),
        Node::List(nodes) => nodes.iter().map(size).sum(),
        Node::Map(entries) => entries.iter().map(|entry| entry.key.len() + size(&entry.value)).sum(),
    }
}

impl Node {
    /// The value of a key, whatever the case of its letters: aws-sso-cli compares them so. `Nothing` if it is absent.
    pub(super) fn get(&self, key: &str) -> &Node {
        self.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(key)).map_or(&Node::Nothing, |it| &it.value)
    }

    /// The text of a key; `None` if it is absent or empty, or no text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).as_text()
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(key: &str, value: Node, line: usize) -> Entry {
        Entry { key: key.to_owned(), value, line }
    }

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn scalars_keep_their_letters_and_aliases_are_written_out() {
        let document = "a: &x\n  id: 0123\n  'n': \"~\"\n  none: ~\nb:\n  <<: *x\n  n: own\nc: [*x, yes]\n---\nd: 1\n";
        let x = vec![entry("id", text("0123"), 2), entry("n", text("~"), 3), entry("none", Node::Nothing, 4)];
        let merged = vec![entry("n", text("own"), 7), x[0].clone(), x[2].clone()];
        let expected = vec![
            entry("a", Node::Map(x.clone()), 1),
            entry("b", Node::Map(merged), 5),
            entry("c", Node::List(vec![Node::Map(x), text("yes")]), 8),
        ];
        assert_eq!(parse(document), Ok(Node::Map(expected)));
        assert_eq!(parse("\u{feff}a: b").unwrap().text("A"), Some("b"));
        assert_eq!(parse(""), Ok(Node::Nothing));
    }

    #[test]
    fn what_is_no_yaml_or_hostile_is_one_fault_with_its_line() {
        let bomb: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
        let text = "x".repeat(1 << 16);
        let long: String = (0..300).map(|n| format!("b{n}: *a\n")).collect();
        let cases = [
            ("a: b\n\tc: d\n".to_owned(), 2, "a tab"),
            ("a:\n\t- b\n".to_owned(), 2, "a tab"),
            ("a: [b\n".to_owned(), 2, "not YAML"),
            ("a: \"b\n".to_owned(), 1, "not YAML"),
            ("a: b: c\n".to_owned(), 1, "not YAML"),
            ("a: 1\nb: 2\na: 3\n".to_owned(), 3, "twice"),
            ("? [a]\n: b\n".to_owned(), 1, "a key is a list"),
            ("a: *b\n".to_owned(), 1, "not YAML"),
            ("a: &a [*a]\n".to_owned(), 1, "contains it"),
            ("<<: 1\n".to_owned(), 1, "takes a map"),
            (format!("a0: &a0 [x]\n{bomb}"), 0, "too large"),
            (format!("a: &a {text}\n{long}"), 0, "too large"),
            ("[".repeat(100_000), 1, "recursion limit"),
            ("- ".repeat(100_000), 1, "too deeply"),
            ("? ".repeat(100_000), 1, "a key is a list"),
        ];
        for (document, line, why) in cases {
            let fault = parse(&document).unwrap_err();
            let shown = document.chars().take(40).collect::<String>();
            assert!(fault.why.contains(why), "{shown}: {fault:?}");
            assert!(line == 0 || fault.line == line, "{shown}: {fault:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-a:&*<>?!|%@#'\"{}\\[\\], \t\r\n~é\u{feff}\u{1b}]{0,60}") {
            let _ = parse(&text);
        }
    }
}
