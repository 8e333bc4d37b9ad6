//! The numbered list, printed on the terminal.

use std::io::{self, Write};

use super::question::Question;
use crate::terminal::Terminal;

/// How many rows are shown at most. The user can type part of a name to see others.
const MOST: usize = 200;

/// The indexes of the chosen rows; `None` if the user gives up.
pub(super) fn ask(terminal: &mut Terminal, question: &Question<'_>, rows: &[String]) -> io::Result<Option<Vec<usize>>> {
    let title = question.title;
    show(terminal, rows, &matching(rows, question.query))?;
    loop {
        let several = if question.many { ", several as 1 3 5-7" } else { "" };
        write!(terminal, "Choose the {title} [1-{}, or part of its name{several}]: ", rows.len())?;
        terminal.flush()?;
        let Some(answer) = terminal.read_line()? else {
            writeln!(terminal)?;
            return Ok(None);
        };
        match numbers(&answer, rows.len()) {
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
            several => show(terminal, rows, several)?,
        }
    }
}

fn show(terminal: &mut Terminal, rows: &[String], indexes: &[usize]) -> io::Result<()> {
    let width = rows.len().to_string().len();
    let lines = indexes.iter().take(MOST).map(|index| format!("{:>width$}  {}\n", index + 1, rows[*index]));
    let mut text: String = lines.collect();
    let more = indexes.len().saturating_sub(MOST);
    if more > 0 {
        text.push_str(&format!("and {more} more; type part of a name to see fewer\n"));
    }
    terminal.write_all(text.as_bytes())
}

/// The indexes of the rows that contain all words, in any case.
pub(super) fn matching(rows: &[String], words: &str) -> Vec<usize> {
    let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
    let has_all_words = |row: &String| {
        let row = row.to_lowercase();
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
        let rows = ["dev  111  Admin", "prod  222  Admin", "prod-eu  333  Reader"].map(str::to_owned);
        let cases: [(&str, &[usize]); 6] =
            [("DEV", &[0]), ("prod", &[1, 2]), ("prod admin", &[1]), ("333", &[2]), ("nothing", &[]), ("", &[0, 1, 2])];
        for (answer, expected) in cases {
            assert_eq!(matching(&rows, answer), expected, "{answer:?}");
        }
    }
}
