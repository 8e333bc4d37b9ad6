//! The numbered list, printed on the terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::question::{Choice, Question};
use crate::terminal::{Terminal, clean};

/// The rows that are listed: a page at a time.
struct Listed {
    indexes: Vec<usize>,
    /// How many of them were shown so far, since the first ones were shown.
    shown: usize,
    /// How many of them have been on the screen: only those can be chosen.
    seen: usize,
}

/// The indexes of the chosen rows; `None` if the user gives up.
pub(super) fn ask(terminal: &mut Terminal, question: &Question<'_>, rows: &[Choice]) -> io::Result<Option<Vec<usize>>> {
    let title = question.title;
    let mut listed = Listed::all(matching(rows, question.query));
    if listed.indexes.is_empty() {
        writeln!(terminal, "No {title} matches {}.", clean(question.query))?;
        listed = Listed::all((0..rows.len()).collect());
    }
    listed.show(terminal, rows)?;
    loop {
        let rows_to_name = listed.names_of_rows();
        let several = if question.many { ", several as 1 3 5-7" } else { "" };
        let more = match listed.indexes.len() - listed.shown {
            0 => String::new(),
            more => format!(", Enter for {more} more"),
        };
        write!(terminal, "Choose the {title} [{rows_to_name}, or part of its name{several}{more}]: ")?;
        terminal.flush()?;
        let Some(answer) = terminal.read_line()? else {
            writeln!(terminal)?;
            return Ok(None);
        };
        if answer.is_empty() {
            listed.show(terminal, rows)?;
            continue;
        }
        match numbers(&answer, rows.len()) {
            Some(chosen) if !listed.has_shown(&chosen) => {
                writeln!(terminal, "Choose among the rows above.")?;
                continue;
            }
            Some(chosen) if question.many || chosen.len() == 1 => return Ok(Some(chosen)),
            Some(_) => {
                writeln!(terminal, "Choose one {title} only.")?;
                continue;
            }
            None => {}
        }
        match matching(rows, &answer).as_slice() {
            [only] => return Ok(Some(vec![*only])),
            [] => writeln!(terminal, "Nothing matches that.")?,
            several => {
                listed = Listed::all(several.to_vec());
                listed.show(terminal, rows)?;
            }
        }
    }
}

impl Listed {
    fn all(indexes: Vec<usize>) -> Self {
        Self { indexes, shown: 0, seen: 0 }
    }

    fn has_shown(&self, chosen: &[usize]) -> bool {
        chosen.iter().all(|index| self.indexes[..self.seen].contains(index))
    }

    /// What can be chosen, in the words of the question.
    fn names_of_rows(&self) -> String {
        let are_the_first = self.indexes.iter().take(self.seen).enumerate().all(|(at, index)| at == *index);
        if are_the_first { format!("1-{}", self.seen) } else { "a number above".to_owned() }
    }

    /// Shows the next rows, as many as the screen has room for; after the last one, the first ones again.
    fn show(&mut self, terminal: &mut Terminal, rows: &[Choice]) -> io::Result<()> {
        /// For the question, which may take two lines.
        const RESERVED: usize = 2;
        let (columns, lines) = terminal.size();
        let width = rows.len().to_string().len();
        if self.shown == self.indexes.len() {
            self.shown = 0;
        }
        let mut room = lines.saturating_sub(RESERVED).max(1);
        let mut text = String::new();
        while let Some(index) = self.indexes.get(self.shown) {
            let line = format!("{:>width$}  {}", index + 1, rows[*index].line());
            let taken = line.width().div_ceil(columns).max(1);
            if taken > room && !text.is_empty() {
                break;
            }
            room = room.saturating_sub(taken);
            text.extend([&line, "\n"]);
            self.shown += 1;
        }
        self.seen = self.seen.max(self.shown);
        terminal.write_all(text.as_bytes())
    }
}

/// The indexes of the rows that contain all words, in any case.
fn matching(rows: &[Choice], words: &str) -> Vec<usize> {
    let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
    let has_all_words = |row: &Choice| {
        let row = row.shown.to_lowercase();
        words.iter().all(|word| row.contains(word))
    };
    (0..rows.len()).filter(|index| has_all_words(&rows[*index])).collect()
}

/// The indexes for an answer such as `2` or `1 3 5-7`; `None` if it contains anything but numbers of rows.
fn numbers(answer: &str, count: usize) -> Option<Vec<usize>> {
    let mut chosen = Vec::new();
    for word in answer.split([' ', ',']).filter(|word| !word.is_empty()) {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first == 0 || last > count || first > last {
            return None;
        }
        chosen.extend((first - 1..last).filter(|index| !chosen.contains(index)).collect::<Vec<_>>());
    }
    (!chosen.is_empty()).then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_rows_and_anything_else_is_searched_for() {
        let cases: [(&str, Option<&[usize]>); 10] = [
            ("2", Some(&[1])),
            ("1 3", Some(&[0, 2])),
            ("1,3", Some(&[0, 2])),
            ("2-4 3", Some(&[1, 2, 3])),
            ("0", None),
            ("5", None),
            ("3-2", None),
            ("111", None),
            ("prod", None),
            ("", None),
        ];
        for (answer, expected) in cases {
            assert_eq!(numbers(answer, 4).as_deref(), expected, "{answer:?}");
        }
    }

    #[test]
    fn words_match_rows_in_any_case_and_order() {
        let row = |shown: &str| Choice { is_marked: true, shown: shown.to_owned(), details: Vec::new() };
        let rows = ["dev  111  Admin", "prod  222  Admin", "prod-eu  333  Reader"].map(row);
        let cases: [(&str, &[usize]); 7] = [
            ("DEV", &[0]),
            ("prod", &[1, 2]),
            ("prod admin", &[1]),
            ("333", &[2]),
            ("nothing", &[]),
            ("!", &[]),
            ("", &[0, 1, 2]),
        ];
        for (answer, expected) in cases {
            assert_eq!(matching(&rows, answer), expected, "{answer:?}");
        }
    }
}
