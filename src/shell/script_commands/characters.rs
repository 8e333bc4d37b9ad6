//! The characters of a script that are still to be read, and the number of their line.

pub(super) struct Characters<'a> {
    rest: &'a str,
    pub(super) line: usize,
}

impl<'a> Characters<'a> {
    pub(super) fn new(text: &'a str, line: usize) -> Self {
        Self { rest: text, line }
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next_if(&mut self, is_meant: impl Fn(char) -> bool) -> Option<char> {
        self.peek().filter(|letter| is_meant(*letter)).inspect(|letter| self.rest = &self.rest[letter.len_utf8()..])
    }

    pub(super) fn next_line(&mut self) -> Option<&'a str> {
        let line = self.rest.split_inclusive('\n').next()?;
        self.rest = &self.rest[line.len()..];
        self.line += usize::from(line.ends_with('\n'));
        Some(line)
    }

    /// Skips what stands before this text, and the text too if it is part of it.
    pub(super) fn skip_until(&mut self, end: &str, is_part: bool) {
        let at = self.rest.find(end).map_or(self.rest.len(), |at| if is_part { at + end.len() } else { at });
        self.line += self.rest[..at].matches('\n').count();
        self.rest = &self.rest[at..];
    }
}
