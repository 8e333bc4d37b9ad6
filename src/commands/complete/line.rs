//! The words of a command line, as its shell reads them.

use crate::shell::Shell;

/// A command line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its words; the last one is being typed.
    pub words: Vec<String>,
    /// The quote that is open at its end.
    pub quote: Option<char>,
}

impl Line {
    pub(super) fn read(line: &str, shell: Shell) -> Self {
        let (mut words, mut word, mut quote, mut in_word) = (Vec::new(), String::new(), None, false);
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match quote {
                Some(open) if closes(open, letter, shell) => {
                    // PowerShell writes a quote within quotes twice.
                    match letters.next_if(|next| shell == Shell::Powershell && closes(open, *next, shell)) {
                        Some(second) => word.push(second),
                        None => quote = None,
                    }
                }
                Some(open) if escapes_in(open, shell) == Some(letter) => {
                    let escaped = letters.next_if(|next| is_escaped_in(open, *next, shell));
                    word.push(escaped.unwrap_or(letter));
                }
                None if closes('"', letter, shell) || closes('\'', letter, shell) => {
                    quote = Some(if closes('"', letter, shell) { '"' } else { '\'' });
                }
                None if letter == escape(shell) => word.extend(letters.next()),
                None if letter.is_whitespace() => {
                    if in_word {
                        words.push(std::mem::take(&mut word));
                    }
                    in_word = false;
                    continue;
                }
                _ => word.push(letter),
            }
            in_word = true;
        }
        words.push(word);
        Self { words, quote }
    }

    /// The line from its word of this index on, as it is typed.
    pub(super) fn from_word(line: &str, index: usize, shell: Shell) -> &str {
        // Before a word stands one blank at least, which ends the word before it.
        let before = line.char_indices().find(|(end, _)| Self::read(&line[..*end], shell).words.len() > index);
        before.map_or("", |(end, _)| line[end..].trim_start())
    }

    /// The word that is being typed.
    pub(super) fn typed(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }
}

/// Whether a letter ends what this quote begins. PowerShell takes five characters for a single quote, and four for a
/// double one.
fn closes(open: char, letter: char, shell: Shell) -> bool {
    let others = if open == '"' { '\u{201C}'..='\u{201E}' } else { '\u{2018}'..='\u{201B}' };
    letter == open || shell == Shell::Powershell && others.contains(&letter)
}

/// What makes the next letter an ordinary one, outside of quotes.
fn escape(shell: Shell) -> char {
    if shell == Shell::Powershell { '`' } else { '\\' }
}

/// The same within quotes. Only fish has it within single quotes.
fn escapes_in(open: char, shell: Shell) -> Option<char> {
    (open == '"' || shell == Shell::Fish).then(|| escape(shell))
}

/// Whether that has a meaning before this letter.
fn is_escaped_in(open: char, letter: char, shell: Shell) -> bool {
    shell == Shell::Powershell || if open == '"' { "$`\"\\" } else { "'\\" }.contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_words_as_its_shell_cuts_it() {
        let cases: [(Shell, &str, &[&str], Option<char>); 15] = [
            (Shell::Bash, "awsso use arn:aws:iam::1", &["awsso", "use", "arn:aws:iam::1"], None),
            (Shell::Bash, "awsso use ", &["awsso", "use", ""], None),
            (Shell::Bash, "awsso use 'a b", &["awsso", "use", "a b"], Some('\'')),
            (Shell::Bash, "awsso use \"a\\\"b\\c\" c\\ d", &["awsso", "use", "a\"b\\c", "c d"], None),
            (Shell::Bash, "awsso use 'a'\\''b' \"c", &["awsso", "use", "a'b", "c"], Some('"')),
            (Shell::Bash, "awsso  --login=n", &["awsso", "--login=n"], None),
            (Shell::Bash, "awsso use ''", &["awsso", "use", ""], None),
            (Shell::Bash, "", &[""], None),
            (Shell::Fish, "'a\\'b\\\\c\\d'\\ e", &["a'b\\c\\d e"], None),
            (Shell::Fish, "\"a\\$b'c", &["a$b'c"], Some('"')),
            (Shell::Powershell, "awsso use 'a''b\u{2019} c\\d", &["awsso", "use", "a'b", "c\\d"], None),
            (Shell::Powershell, "\u{2018}a\u{2019}\u{2019}b", &["a\u{2019}b"], Some('\'')),
            (Shell::Powershell, "\"a`\"b\"\"c\" d` e", &["a\"b\"c", "d e"], None),
            (Shell::Powershell, "'a`b", &["a`b"], Some('\'')),
            (Shell::Powershell, "\u{201C}a 'b\u{201E} \"c\u{201D}d \u{201C}e f", &["a 'b", "cd", "e f"], Some('"')),
        ];
        for (shell, line, words, quote) in cases {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(Line::read(line, shell), Line { words, quote }, "{shell:?} {line}");
        }
    }

    #[test]
    fn the_line_from_a_word_on_is_as_typed() {
        for (index, expected) in
            [(0, "a  b' 'c \"d e\" f "), (1, "b' 'c \"d e\" f "), (2, "\"d e\" f "), (3, "f "), (4, "")]
        {
            assert_eq!(Line::from_word("a  b' 'c \"d e\" f ", index, Shell::Bash), expected, "{index}");
        }
    }
}
