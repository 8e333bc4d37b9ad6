//! What a source file imports: its `use` lines, and the paths in its code.
//!
//! Not a Rust parser: it knows comments, literals, attributes, inline modules and `use` trees, which is all that the
//! rules need.

use std::collections::BTreeSet;

/// A source file, read.
#[derive(Default)]
pub(super) struct Source {
    pub(super) imports: Vec<Import>,
    /// Every word outside of `use` lines: a name that is only re-exported is not among them.
    pub(super) words: BTreeSet<String>,
    /// The modules that are declared for tests only.
    pub(super) test_modules: Vec<String>,
}

/// A path, as it is written.
pub(super) struct Import {
    pub(super) line: usize,
    /// The inline modules around it.
    pub(super) inside: Vec<String>,
    pub(super) path: Vec<String>,
    /// The name under which a `pub use` hands it on, `*` for all names.
    pub(super) exported: Option<String>,
}

struct Token {
    line: usize,
    text: String,
}

pub(super) fn read(text: &str) -> Source {
    let mut reader = Reader { tokens: tokens(text), next: 0, source: Source::default() };
    reader.items(&mut Vec::new());
    reader.source
}

struct Reader {
    tokens: Vec<Token>,
    next: usize,
    source: Source,
}

impl Reader {
    fn text(&self, offset: usize) -> &str {
        self.tokens.get(self.next + offset).map_or("", |token| &token.text)
    }

    /// Reads on to the end of the block that has just been opened.
    fn items(&mut self, inside: &mut Vec<String>) {
        while self.next < self.tokens.len() {
            match self.text(0) {
                "}" => {
                    self.next += 1;
                    return;
                }
                "{" => {
                    self.next += 1;
                    self.items(inside);
                }
                "#" => {
                    if self.is_for_tests_alone() {
                        self.skip_item();
                    }
                }
                "mod" if self.text(2) == "{" => {
                    inside.push(self.text(1).to_owned());
                    self.next += 3;
                    self.items(inside);
                    inside.pop();
                }
                // Not the `use<'a>` of a type.
                "use" if self.text(1) != "<" => {
                    let is_public = self.is_public();
                    self.next += 1;
                    self.tree(&[], inside, is_public);
                }
                _ => self.path(inside),
            }
        }
    }

    /// Reads an attribute; whether it leaves what follows to tests.
    fn is_for_tests_alone(&mut self) -> bool {
        let is_inner = self.text(1) == "!";
        self.next += if is_inner { 3 } else { 2 };
        let words: Vec<_> = (0..4).map(|offset| self.text(offset).to_owned()).collect();
        let is_test = words[0] == "cfg" && (words[2] == "test" || words[2] == "all" && self.text(4) == "test");
        let mut depth = 1;
        while depth > 0 && self.next < self.tokens.len() {
            depth = match self.text(0) {
                "[" => depth + 1,
                "]" => depth - 1,
                _ => depth,
            };
            self.next += 1;
        }
        is_test
    }

    /// Skips an item: to its `;`, or to the end of its block.
    fn skip_item(&mut self) {
        let mut depth = 0;
        while self.next < self.tokens.len() {
            match self.text(0) {
                "mod" if self.text(2) == ";" => self.source.test_modules.push(self.text(1).to_owned()),
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            let is_end = depth == 0 && matches!(self.text(0), ";" | "}");
            self.next += 1;
            if is_end {
                return;
            }
        }
    }

    /// Whether `pub` or `pub(…)` is before the next word.
    fn is_public(&self) -> bool {
        let before = |offset: usize| self.next.checked_sub(offset).map_or("", |at| &self.tokens[at].text);
        before(1) == "pub" || before(1) == ")" && (2..8).any(|offset| before(offset) == "pub")
    }

    /// Reads a `use` tree below `prefix`.
    fn tree(&mut self, prefix: &[String], inside: &[String], is_public: bool) {
        let line = self.tokens.get(self.next).map_or(0, |token| token.line);
        let mut path = prefix.to_vec();
        loop {
            match self.text(0).to_owned().as_str() {
                "{" => {
                    self.next += 1;
                    while !matches!(self.text(0), "}" | "") {
                        self.tree(&path, inside, is_public);
                    }
                    self.next += 1;
                    return self.end_of_tree();
                }
                // `a::{self}` is `a`.
                "self" if !path.is_empty() => {}
                word => path.push(word.to_owned()),
            }
            self.next += 1;
            if self.text(0) != "::" {
                break;
            }
            self.next += 1;
        }
        let mut name = path.last().cloned();
        if self.text(0) == "as" {
            name = Some(self.text(1).to_owned());
            self.next += 2;
        }
        let exported = name.filter(|_| is_public);
        self.source.imports.push(Import { line, inside: inside.to_vec(), path, exported });
        self.end_of_tree();
    }

    fn end_of_tree(&mut self) {
        if matches!(self.text(0), "," | ";") {
            self.next += 1;
        }
    }

    /// Reads a path, or whatever else is next.
    fn path(&mut self, inside: &[String]) {
        let Token { line, text } = &self.tokens[self.next];
        let (line, mut path) = (*line, vec![text.clone()]);
        let follows = self.next.checked_sub(1).map_or("", |before| &self.tokens[before].text).to_owned();
        self.next += 1;
        while self.text(0) == "::" && is_word(self.text(1)) {
            path.push(self.text(1).to_owned());
            self.next += 2;
        }
        self.source.words.extend(path.iter().filter(|text| is_word(text)).cloned());
        if path.len() > 1 && !matches!(follows.as_str(), "::" | ".") {
            self.source.imports.push(Import { line, inside: inside.to_vec(), path, exported: None });
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs, without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let length = if let Some(literal) = blank(rest) {
            literal
        } else if first.is_alphanumeric() || first == '_' {
            // `r#use` is a name, not the word `use`.
            let start = if rest.starts_with("r#") { 2 } else { 0 };
            let end = rest[start..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
            end.map_or(rest.len(), |end| start + end)
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if blank(rest).is_none() && !first.is_whitespace() {
            tokens.push(Token { line, text: token.to_owned() });
        }
        line += token.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of the comment or literal that this text begins with.
fn blank(text: &str) -> Option<usize> {
    let to = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(to("*/", 2));
    }
    // A raw string: `r"…"`, `br#"…"#`.
    let raw = text.trim_start_matches(['b', 'c']);
    if let Some(after) = raw.strip_prefix('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') && text.len() - raw.len() < 2 {
            let start = text.len() - after.len() + hashes + 1;
            return Some(to(&format!("\"{}", "#".repeat(hashes)), start));
        }
    }
    let start = usize::from(text.starts_with("b\"") || text.starts_with("c\"") || text.starts_with("b'"));
    let quote = text[start..].chars().next()?;
    let body = &text[start + quote.len_utf8()..];
    // `'a` is a lifetime, `'a'` and `'\n'` are characters.
    let is_literal = quote == '"' || quote == '\'' && (body.starts_with('\\') || body.chars().nth(1) == Some('\''));
    if !is_literal {
        return None;
    }
    let mut is_escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return Some(start + 1 + at + 1),
            _ => {}
        }
    }
    Some(text.len())
}
