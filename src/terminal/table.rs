//! Text in columns and in lines of a given width, measured as a terminal shows it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use crate::untrusted::{clean, name, shortened};

/// The most columns of a last cell, which may be a sentence.
const WIDEST_LAST: usize = 1024;

/// One line for each row, with two spaces between columns.
///
/// A column is as wide as its widest cell; the last one is not padded. Control characters are replaced, and cells that
/// are wider than a name can be are cut, but for the last.
#[must_use]
pub fn aligned<Cell: AsRef<str>, const COLUMNS: usize>(rows: &[[Cell; COLUMNS]]) -> String {
    let shown = |column: usize, cell: &'_ Cell| -> String {
        let cell = cell.as_ref();
        if column + 1 < COLUMNS { name(cell) } else { shortened(clean(cell), WIDEST_LAST) }.into_owned()
    };
    let rows: Vec<[String; COLUMNS]> =
        rows.iter().map(|row| std::array::from_fn(|column| shown(column, &row[column]))).collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        // Written only once another cell follows, so that no line ends in spaces.
        let mut gap = 0;
        for (width, cell) in widths.iter().zip(row) {
            if !cell.is_empty() {
                text.extend(std::iter::repeat_n(' ', gap));
                text.push_str(cell);
                gap = 0;
            }
            gap += width - cell.width() + 2;
        }
        text.push('\n');
    }
    text
}

/// The fewest columns to which [`aligned_within`] cuts a cell: those of an account's id.
const NARROWEST: usize = 12;

/// The same in lines of at most `width` columns, unless those are too few for all columns: the widest cells are cut.
#[must_use]
pub fn aligned_within<Cell: AsRef<str>, const COLUMNS: usize>(rows: &[[Cell; COLUMNS]], width: usize) -> String {
    let mut rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| name(cell.as_ref()))).collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let room = width.saturating_sub(2 * COLUMNS.saturating_sub(1));
    let fits = |most: &usize| widths.iter().map(|width| *width.min(most)).sum::<usize>() <= room;
    let widest = widths.into_iter().max().unwrap_or_default();
    if !fits(&widest) {
        let most = (NARROWEST..widest).rev().find(fits).unwrap_or(NARROWEST);
        for cell in rows.iter_mut().flatten() {
            *cell = shortened(std::mem::take(cell), most);
        }
    }
    aligned(&rows)
}

/// Names and what they are, as [`aligned`] shows them: each name padded, each text with its line break. Texts are
/// wrapped where a width is given.
#[must_use]
pub fn described(rows: &[[String; 2]], width: Option<usize>) -> Vec<[String; 2]> {
    let rows: Vec<_> = rows.iter().map(|[label, text]| [name(label), shortened(clean(text), WIDEST_LAST)]).collect();
    let widest = rows.iter().map(|[label, _]| label.width()).max().unwrap_or_default();
    let described = |[label, text]: &[Cow<'_, str>; 2]| {
        if text.is_empty() {
            return [label.clone().into_owned(), "\n".to_owned()];
        }
        let label = format!("{label}{}", " ".repeat(widest - label.width() + 2));
        let lines = wrapped(&label, text, width.unwrap_or(usize::MAX));
        let text = lines[label.len()..].to_owned();
        [label, text]
    };
    rows.iter().map(described).collect()
}

/// The text behind `first`, in lines of at most `width` columns; later lines begin below the start of the text.
///
/// Lines are broken at spaces, so a word that is longer than a line stays whole.
#[must_use]
pub fn wrapped(first: &str, text: &str, width: usize) -> String {
    wrapped_words(first, text.split(' '), width)
}

/// The same for a text in words, which may be painted.
pub(super) fn wrapped_words<'a>(first: &str, words: impl Iterator<Item = &'a str>, width: usize) -> String {
    let indent = shown_width(first);
    let mut lines = first.to_owned();
    let mut column = indent;
    for (number, word) in words.enumerate() {
        let columns = shown_width(word);
        if number > 0 && column + 1 + columns > width {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if number > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += columns;
    }
    lines.push('\n');
    lines
}

/// The columns of a text without the escape sequences that paint it.
fn shown_width(text: &str) -> usize {
    let mut parts = text.split('\x1b');
    let plain = parts.next().unwrap_or_default().width();
    plain + parts.map(|part| part.split_once('m').map_or(0, |(_, shown)| shown.width())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let rows = [["a", "日本語", "x"], ["long", "e\u{301}", "y"], ["", "", ""], ["b", "tab\t", ""]];
        let expected = "a     日本語  x\nlong  e\u{301}       y\n\nb     tab\u{fffd}\n";
        assert_eq!(aligned(&rows), expected);
        assert_eq!(aligned::<&str, 2>(&[]), "");
    }

    #[test]
    fn an_empty_cell_keeps_the_place_of_the_next() {
        assert_eq!(aligned(&[["ab", "cd", "e"], ["f", "", "g"]]), "ab  cd  e\nf       g\n");
    }

    #[test]
    fn the_widest_cells_are_cut_where_a_line_is_too_long() {
        let rows = [["123456789012", "Payments and Billing", "Reader"], ["210987654321", "日本語日本語日本語", "x"]];
        assert_eq!(aligned_within(&rows, 42), aligned(&rows));
        let expected = "123456789012  Payments and…  Reader\n210987654321  日本語日本語…  x\n";
        assert_eq!(aligned_within(&rows, 35), expected);
        // An account's id stays whole.
        assert!(aligned_within(&rows, 10).starts_with("123456789012  Payments an…  Reader\n"));
        assert_eq!(aligned_within::<&str, 2>(&[], 80), "");
    }

    #[test]
    fn descriptions_are_wrapped_below_their_start() {
        let rows = [["a", "one two three"], ["long", "x"], ["", ""]].map(|row| row.map(str::to_owned));
        let shown = |width| described(&rows, width).concat().concat();
        assert_eq!(shown(None), "a     one two three\nlong  x\n\n");
        assert_eq!(shown(Some(12)), "a     one\n      two\n      three\nlong  x\n\n");
    }

    #[test]
    fn lines_break_at_spaces_within_the_width() {
        assert_eq!(wrapped("  ok  ", "one two three", 13), "  ok  one two\n      three\n");
        assert_eq!(wrapped("→ ", "日本 語", 7), "→ 日本\n  語\n");
        assert_eq!(wrapped("", "a longer-than-a-line b", 8), "a\nlonger-than-a-line\nb\n");
    }
}
