//! Reads a script's commands, character by character. Each is read once.

use super::characters::Characters;
use super::here_document::HereDocument;
use super::parts::{self, Block, Command, Joined, QUOTE, Script, is_posix, is_strict};
use crate::shell::dialect::Shell;

/// What is open: what ends it, and what goes on then.
struct Open {
    end: char,
    /// A group begins with a command of its own; quotes, and `${…}`, are part of a word.
    is_group: bool,
    /// `((`, where `<<` shifts a number.
    is_arithmetic: bool,
    around: Place,
    /// How many blocks are around it.
    blocks: usize,
    /// The first command that is not complete without its end.
    first: usize,
}

/// Where commands are read.
#[derive(Default)]
struct Place {
    word: Option<String>,
    /// The command that has begun.
    command: Option<usize>,
    inside: Option<usize>,
    joined: Joined,
}

pub(super) struct Reader<'a> {
    shell: Shell,
    text: Characters<'a>,
    /// The character before.
    last: char,
    script: Script,
    place: Place,
    open: Vec<Open>,
    blocks: Vec<Block>,
    is_after_else: bool,
    /// The here-documents that begin on this line.
    documents: Vec<HereDocument>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(shell: Shell, text: &'a str, line: usize) -> Self {
        Self {
            shell,
            text: Characters::new(text, line),
            last: '\n',
            script: Script::default(),
            place: Place::default(),
            open: Vec::new(),
            blocks: Vec::new(),
            is_after_else: false,
            documents: Vec::new(),
        }
    }

    pub(super) fn read(mut self) -> Script {
        while let Some(letter) = self.text.next() {
            self.take(letter);
            self.last = letter;
            self.text.line += usize::from(letter == '\n');
        }
        self.end_word();
        let is_quote = self.open.iter().any(|open| !open.is_group);
        let open = self.open.first().map(|open| (open.first, if is_quote { QUOTE } else { "parentheses" }));
        let block = self.blocks.first().map(|block| (block.first, block.name()));
        let unended =
            if is_strict(self.shell) { open.into_iter().chain(block).min() } else { open.filter(|_| is_quote) };
        if let Some((first, what)) = unended {
            // The shell runs what is complete.
            self.script.commands.truncate(first);
            self.script.ends_within.get_or_insert(what);
        }
        self.script
    }

    fn take(&mut self, letter: char) {
        let escape = if self.shell == Shell::Powershell { '`' } else { '\\' };
        let quote = self.open.last().filter(|open| !open.is_group).map(|open| open.end);
        if letter == escape && (quote != Some('\'') || self.shell == Shell::Fish) {
            match self.text.next() {
                Some('\n') => self.text.line += 1,
                Some(other) => self.put(other),
                None => {}
            }
        } else if let Some(end) = quote {
            self.take_quoted(letter, end);
        } else {
            self.take_code(letter);
        }
    }

    fn take_quoted(&mut self, letter: char, end: char) {
        let has_commands = matches!(end, '"' | '}');
        match letter {
            '(' if has_commands && self.last == '$' => self.begin(')', true),
            '`' if has_commands => self.begin('`', true),
            '{' if has_commands && self.has_braces() => self.begin_braces(),
            '"' if end == '}' => self.begin(letter, false),
            '\'' if end == '}' && !self.is_in_double_quotes() => self.begin(letter, false),
            '}' if end == '}' => {
                self.put(letter);
                self.end();
            }
            '\'' if end == '$' => self.end(),
            _ if end == letter && end != '$' => self.end(),
            _ => self.put(letter),
        }
    }

    fn take_code(&mut self, letter: char) {
        match letter {
            '\'' | '"' if self.last == '@' && self.skip_here_string(letter) => {}
            '\'' if is_posix(self.shell) && self.last == '$' => self.begin('$', false),
            '\'' | '"' => self.begin(letter, false),
            '`' if self.open.last().is_some_and(|open| open.end == '`') => self.end(),
            '`' => self.begin('`', true),
            '(' => self.begin(')', true),
            ')' if self.is_pattern() => {
                self.place.word = None;
                self.end_command();
            }
            ')' if self.open.last().is_some_and(|open| open.end == ')') => self.end(),
            '#' if self.last.is_whitespace() || ";&|".contains(self.last) => self.text.skip_until("\n", false),
            '#' if self.last == '<' && self.shell == Shell::Powershell => self.text.skip_until("#>", true),
            '<' if (is_posix(self.shell) || self.shell == Shell::Tcsh) && self.text.peek() == Some('<') => {
                self.here_document();
            }
            '&' if matches!(self.last, '<' | '>') || self.text.peek() == Some('>') => self.put(letter),
            '&' if self.text.next_if(|next| next == '&').is_some() => self.join(Joined::And),
            '|' if self.text.next_if(|next| next == '|').is_some() => self.join(Joined::Or),
            '|' if self.text.next_if(|next| next == '&').is_some() => self.join(Joined::Pipe),
            // `>|` writes a file.
            '|' if self.last == '>' => self.put(letter),
            '|' => self.join(Joined::Pipe),
            '{' if self.has_braces() => self.begin_braces(),
            '{' | '}' if self.shell == Shell::Powershell => {
                self.end_command();
                if letter == '{' { self.begin_block("}") } else { self.end_block("}") }
            }
            ';' | '&' | ')' => self.end_command(),
            '\n' => self.end_line(),
            _ if letter.is_whitespace() => self.end_word(),
            _ => self.put(letter),
        }
    }

    fn put(&mut self, letter: char) {
        self.place.word.get_or_insert_default().push(letter);
    }

    fn begin(&mut self, end: char, is_group: bool) {
        self.place.word.get_or_insert_default();
        let is_arithmetic = is_group && self.last == '(' || self.open.last().is_some_and(|open| open.is_arithmetic);
        let first = self.place.command.unwrap_or(self.script.commands.len());
        let mut around = Place::default();
        if is_group {
            let inside = Some(self.command());
            around = std::mem::replace(&mut self.place, Place { inside, ..Place::default() });
        }
        let blocks = self.blocks.len();
        self.open.push(Open { end, is_group, is_arithmetic, around, blocks, first });
    }

    fn end(&mut self) {
        let Some(Open { is_group: true, around, blocks, .. }) = self.open.pop() else { return };
        self.end_word();
        self.place = around;
        self.blocks.truncate(blocks);
        if let (true, '(', Some(command)) = (is_posix(self.shell), self.last, self.place.command) {
            self.script.commands[command].is_function = true;
        }
    }

    /// `${…}`, in which parentheses and other signs are only characters.
    fn begin_braces(&mut self) {
        self.put('{');
        self.begin('}', false);
    }

    fn has_braces(&self) -> bool {
        self.last == '$' && (is_posix(self.shell) || matches!(self.shell, Shell::Tcsh | Shell::Powershell))
    }

    fn is_in_double_quotes(&self) -> bool {
        self.open.iter().rev().take_while(|open| !open.is_group).any(|open| open.end == '"')
    }

    /// Whether `)` ends a pattern of a `case`, rather than what is open.
    fn is_pattern(&self) -> bool {
        let around = self.open.last().map_or(0, |open| open.blocks);
        let is_case = self.blocks[around..].last().is_some_and(|block| block.end == "esac");
        is_posix(self.shell) && is_case && self.place.word.as_deref() != Some("esac")
    }

    /// The command that is being read.
    fn command(&mut self) -> usize {
        let Place { inside, joined, .. } = self.place;
        let (Script { commands, .. }, line) = (&mut self.script, self.text.line);
        let function = self.blocks.last().and_then(|block| block.function);
        let is_in_block = !self.blocks.is_empty();
        *self.place.command.get_or_insert_with(|| {
            commands.push(Command { line, inside, joined, function, is_in_block, ..Command::default() });
            commands.len() - 1
        })
    }

    fn end_word(&mut self) {
        let Some(word) = self.place.word.take() else { return };
        let words = self.place.command.map_or(&[][..], |command| &self.script.commands[command].words);
        let is_first = words.iter().all(|word| parts::may_precede(word));
        let is_header = self.place.command.is_some_and(|command| self.is_header(command));
        let is_braces = word == "{" && (is_header || !is_posix(self.shell) || self.shell == Shell::Zsh);
        if word == "}" && !is_posix(self.shell) {
            self.end_command();
            return self.end_block("}");
        }
        let begins = parts::end_of(self.shell, &word, is_first || is_braces);
        let begins = begins.filter(|_| !(self.is_after_else && matches!(self.shell, Shell::Fish | Shell::Tcsh)));
        self.is_after_else = word == "else" || self.is_after_else && self.shell == Shell::Tcsh && word != "then";
        if is_first {
            self.end_block(&word);
        }
        if matches!(word.as_str(), "{" | "then" | "do" | "else") {
            self.end_command();
            if let Some(end) = begins {
                self.begin_block(end);
            }
            return;
        }
        let command = self.command();
        let is_function = word == "function" && is_first;
        self.script.commands[command].words.push(word);
        if let Some(end) = begins {
            self.begin_block(end);
            if let Some(block) = self.blocks.last_mut().filter(|_| is_function) {
                block.function = Some(command);
            }
        }
    }

    fn begin_block(&mut self, end: &'static str) {
        let header = self.script.commands.len().checked_sub(1).filter(|last| end == "}" && self.is_header(*last));
        let function = header.or_else(|| self.blocks.last().and_then(|block| block.function));
        let first = header.or(self.place.command).unwrap_or(self.script.commands.len());
        self.blocks.push(Block { end, function, first });
    }

    fn end_block(&mut self, end: &str) {
        let around = self.open.last().map_or(0, |open| open.blocks);
        if let Some(at) = self.blocks[around..].iter().rposition(|block| block.end == end) {
            self.blocks.truncate(around + at);
        }
    }

    /// Whether braces after this command are a function's body.
    fn is_header(&self, command: usize) -> bool {
        let Command { is_function, words, .. } = &self.script.commands[command];
        *is_function || words.first().is_some_and(|word| matches!(word.as_str(), "function" | "fn" | "def"))
    }

    fn end_command(&mut self) {
        self.end_word();
        self.place.command = None;
        self.place.joined = Joined::No;
    }

    fn join(&mut self, how: fn(Option<usize>) -> Joined) {
        self.end_word();
        let before = self.place.command;
        self.end_command();
        self.place.joined = how(before);
    }

    fn end_line(&mut self) {
        self.end_word();
        // A line that ends with a pipe goes on.
        if self.place.command.is_some() {
            self.end_command();
        }
        for document in std::mem::take(&mut self.documents) {
            if !document.skip(&mut self.text) {
                self.script.ends_within = Some("a here-document");
            }
        }
    }

    /// Takes the rest of `<<END`; `<<<` begins a word.
    fn here_document(&mut self) {
        self.text.next();
        // In tcsh only parentheses may hold an expression.
        let is_shift = |open: &Open| open.is_arithmetic || self.shell == Shell::Tcsh && open.is_group;
        if self.open.last().is_some_and(is_shift) {
            return;
        }
        if self.text.next_if(|letter| letter == '<').is_some() {
            return self.put('<');
        }
        self.documents.extend(HereDocument::begin(&mut self.text));
    }

    /// Skips a text between `@'` and `'@`, or the same with double quotes.
    fn skip_here_string(&mut self, quote: char) -> bool {
        let is_one = self.shell == Shell::Powershell && matches!(self.text.peek(), Some('\r' | '\n'));
        if is_one {
            self.text.skip_until(&format!("\n{quote}@"), true);
        }
        is_one
    }
}
