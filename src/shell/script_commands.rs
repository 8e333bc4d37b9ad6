//! A shell's script as its commands. What its quotes, its comments and its here-documents hold is none of them.
//!
//! Each shell has its own grammar. What is read here is what they have in common, with the differences that decide
//! where a text ends.

use std::iter::Peekable;
use std::str::Chars;

use super::dialect::Shell;

/// A command without those in its parentheses.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub(super) words: Vec<String>,
    /// The number of the line where it begins.
    pub(super) line: usize,
    /// The command in whose parentheses, or backticks, it stands.
    pub(super) inside: Option<usize>,
    /// Whether it reads what the command before it, in the same parentheses, prints.
    pub(super) is_piped: bool,
}

/// The commands of a script, as they begin.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) commands: Vec<Command>,
}

impl Script {
    pub(super) fn read(shell: Shell, text: &str) -> Self {
        let whole = Reader::new(shell, text, 1).read();
        whole.unwrap_or_else(|| {
            // A quote that does not end: where the texts are is not known, so each line is read by itself.
            let mut script = Self::default();
            for (number, line) in (1..).zip(text.lines()) {
                let at = script.commands.len();
                for command in Reader::new(shell, line, number).read().unwrap_or_default().commands {
                    let inside = command.inside.map(|inside| inside + at);
                    script.commands.push(Command { inside, ..command });
                }
            }
            script
        })
    }
}

/// What is open: what ends it, and what goes on then.
struct Open {
    end: char,
    /// A group begins with a command of its own; quotes are part of a word.
    is_group: bool,
    around: Place,
}

/// Where commands are read.
#[derive(Clone, Default)]
struct Place {
    word: Option<String>,
    /// The command that has begun.
    command: Option<usize>,
    inside: Option<usize>,
    is_piped: bool,
}

struct Reader<'a> {
    shell: Shell,
    rest: Peekable<Chars<'a>>,
    line: usize,
    /// The character before.
    last: char,
    script: Script,
    place: Place,
    open: Vec<Open>,
    /// What ends the here-documents that begin on this line, and whether tabs may stand before it.
    documents: Vec<(String, bool)>,
}

impl<'a> Reader<'a> {
    fn new(shell: Shell, text: &'a str, line: usize) -> Self {
        Self {
            shell,
            rest: text.chars().peekable(),
            line,
            last: '\n',
            script: Script::default(),
            place: Place::default(),
            open: Vec::new(),
            documents: Vec::new(),
        }
    }

    /// `None` if a quote does not end.
    fn read(mut self) -> Option<Script> {
        while let Some(letter) = self.rest.next() {
            self.take(letter);
            self.last = letter;
            self.line += usize::from(letter == '\n');
        }
        self.end_word();
        self.open.iter().all(|open| open.is_group).then_some(self.script)
    }

    fn take(&mut self, letter: char) {
        let is_posix = matches!(self.shell, Shell::Bash | Shell::Zsh | Shell::Posix);
        let escape = if self.shell == Shell::Powershell { '`' } else { '\\' };
        let quote = self.open.last().filter(|open| !open.is_group).map(|open| open.end);
        if letter == escape && (quote != Some('\'') || self.shell == Shell::Fish) {
            match self.rest.next() {
                Some('\n') => self.line += 1,
                Some(other) => self.put(other),
                None => {}
            }
        } else if quote.is_some() {
            let has_commands = quote == Some('"');
            match letter {
                '(' if has_commands && self.last == '$' => self.begin(')', true),
                '`' if has_commands => self.begin('`', true),
                _ if quote == Some(letter) || quote == Some('$') && letter == '\'' => self.end(),
                _ => self.put(letter),
            }
        } else {
            match letter {
                '\'' | '"' if self.last == '@' && self.skip_here_string(letter) => {}
                '\'' if is_posix && self.last == '$' => self.begin('$', false),
                '\'' | '"' => self.begin(letter, false),
                '`' if self.open.last().is_some_and(|open| open.end == '`') => self.end(),
                '`' => self.begin('`', true),
                '(' => self.begin(')', true),
                ')' if self.open.last().is_some_and(|open| open.end == ')') => self.end(),
                '#' if self.last.is_whitespace() || ";&|".contains(self.last) => self.skip_until("\n", false),
                '#' if self.last == '<' && self.shell == Shell::Powershell => self.skip_until("#>", true),
                '<' if (is_posix || self.shell == Shell::Tcsh) && self.rest.peek() == Some(&'<') => {
                    self.here_document();
                }
                '&' if matches!(self.last, '<' | '>') || self.rest.peek() == Some(&'>') => self.put(letter),
                '|' => self.pipe(),
                '{' | '}' if self.shell == Shell::Powershell && self.last != '$' => self.end_command(),
                ';' | '&' | ')' => self.end_command(),
                '\n' => self.end_line(),
                _ if letter.is_whitespace() => self.end_word(),
                _ => self.put(letter),
            }
        }
    }

    fn put(&mut self, letter: char) {
        self.place.word.get_or_insert_default().push(letter);
    }

    fn begin(&mut self, end: char, is_group: bool) {
        self.place.word.get_or_insert_default();
        let inside = if is_group { Some(self.command()) } else { None };
        let around = self.place.clone();
        if is_group {
            self.place = Place { inside, ..Place::default() };
        }
        self.open.push(Open { end, is_group, around });
    }

    fn end(&mut self) {
        let Some(Open { is_group: true, around, .. }) = self.open.pop() else { return };
        self.end_word();
        self.place = around;
    }

    /// The command that is being read.
    fn command(&mut self) -> usize {
        let Place { inside, is_piped, .. } = self.place;
        let (Script { commands }, line) = (&mut self.script, self.line);
        *self.place.command.get_or_insert_with(|| {
            commands.push(Command { words: Vec::new(), line, inside, is_piped });
            commands.len() - 1
        })
    }

    fn end_word(&mut self) {
        let Some(word) = self.place.word.take() else { return };
        if matches!(word.as_str(), "{" | "then" | "do" | "else") {
            return self.end_command();
        }
        let command = self.command();
        self.script.commands[command].words.push(word);
    }

    fn end_command(&mut self) {
        self.end_word();
        self.place.command = None;
        self.place.is_piped = false;
    }

    fn pipe(&mut self) {
        let is_or = self.rest.next_if_eq(&'|').is_some();
        let _ = self.rest.next_if_eq(&'&');
        self.end_command();
        self.place.is_piped = !is_or;
    }

    fn end_line(&mut self) {
        self.end_word();
        // A line that ends with a pipe goes on.
        if self.place.command.is_some() {
            self.end_command();
        }
        for (end, has_tabs) in std::mem::take(&mut self.documents) {
            let is_end = |line: &str| (if has_tabs { line.trim_start_matches('\t') } else { line }).trim_end() == end;
            let text: String = self.rest.clone().collect();
            // Without an end it is none, as where `<<` shifts a number.
            let Some(count) = text.lines().position(is_end) else { continue };
            for line in text.split_inclusive('\n').take(count + 1) {
                self.line += usize::from(line.ends_with('\n'));
                let _ = self.rest.by_ref().take(line.chars().count()).count();
            }
        }
    }

    /// Takes the rest of `<<END`; `<<<` begins a word.
    fn here_document(&mut self) {
        self.rest.next();
        if self.rest.next_if_eq(&'<').is_some() {
            return self.put('<');
        }
        let has_tabs = self.rest.next_if_eq(&'-').is_some();
        while self.rest.next_if(|letter| matches!(letter, ' ' | '\t')).is_some() {}
        let mut end = String::new();
        while let Some(letter) = self.rest.next_if(|letter| !letter.is_whitespace() && !";|&()<>".contains(*letter)) {
            end.push(letter);
        }
        self.documents.push((end.replace(['\'', '"', '\\'], ""), has_tabs));
    }

    /// Skips a text between `@'` and `'@`, or the same with double quotes.
    fn skip_here_string(&mut self, quote: char) -> bool {
        let is_one = self.shell == Shell::Powershell && matches!(self.rest.peek(), Some('\r' | '\n'));
        if is_one {
            self.skip_until(&format!("\n{quote}@"), true);
        }
        is_one
    }

    /// Skips what stands before this text, and the text too if it is part of it.
    fn skip_until(&mut self, end: &str, is_part: bool) {
        let text: String = self.rest.clone().collect();
        let at = text.find(end).map_or(text.len(), |at| if is_part { at + end.len() } else { at });
        self.line += text[..at].matches('\n').count();
        let _ = self.rest.by_ref().take(text[..at].chars().count()).count();
    }
}
