//! Reads the settings file: rust-ini finds the settings, one scan of the lines finds where they are.

use ini::{Ini, ParseOption};

use super::problem::Problem;

/// `key = value`, or the line that begins a section, which has no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SettingsLine {
    /// The line's number, from 1.
    pub(super) number: usize,
    /// Empty above the first section.
    pub(super) section: String,
    /// Empty for the line that begins a section.
    pub(super) key: String,
    pub(super) value: String,
}

/// The settings and sections in the order of the file, and the lines that are neither.
pub(super) fn read(text: &str) -> (Vec<SettingsLine>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut numbers = Vec::new();
    // rust-ini stops at the first line that it cannot read, takes a line without `=` and the next one for a single key,
    // and continues a line that ends in a backslash. One wrong line must not hide the others, and a Windows path may
    // end in a backslash. So wrong lines and comments are left blank here, and a space ends each of the others.
    let mut readable = String::with_capacity(text.len());
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if !line.is_empty() && !line.starts_with(['#', ';']) {
            if let Some(message) = problem(line) {
                problems.push(Problem::error(number, message));
            } else {
                numbers.push(number);
                readable.push_str(line);
                readable.push(' ');
            }
        }
        readable.push('\n');
    }
    // Quotes and backslashes belong to the value: a browser command has both.
    let option = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    match Ini::load_from_str_opt(&readable, option) {
        Ok(ini) => (numbered(&ini, numbers), problems),
        Err(error) => {
            problems.push(Problem::error(error.line, "this line cannot be read"));
            (Vec::new(), problems)
        }
    }
}

/// Each readable line is one section or one setting, so their order tells their numbers.
fn numbered(ini: &Ini, numbers: Vec<usize>) -> Vec<SettingsLine> {
    let mut found = Vec::with_capacity(numbers.len());
    for (section, settings) in ini {
        let line = |key: &str, value: &str| (section.unwrap_or_default().to_owned(), key.to_owned(), value.to_owned());
        found.extend(section.map(|_| line("", "")));
        found.extend(settings.iter().map(|(key, value)| line(key, value)));
    }
    let lines = found.into_iter().zip(numbers);
    lines.map(|((section, key, value), number)| SettingsLine { number, section, key, value }).collect()
}

/// Why a line is neither a section nor a setting, if it is not.
fn problem(line: &str) -> Option<&'static str> {
    if line.contains('\r') {
        return Some("a carriage return divides this line");
    }
    if let Some(rest) = line.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((name, "")) if !name.ends_with('\\') => None,
            Some((_, "")) | None => Some("a [ is not closed"),
            Some(_) => Some("nothing may follow the ] of a section"),
        };
    }
    match line.split_once(['=', ':']) {
        // rust-ini takes the `=` after a backslash for part of the key.
        Some((key, _)) if !key.is_empty() && !key.ends_with('\\') => None,
        Some(_) => Some("this line is not a setting: it has no key before the ="),
        None => Some("this line is not a setting: it has no ="),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_line_is_read_as_if_it_stood_alone(
            lines in proptest::collection::vec("[a#;=:\\[\\] \t\r\\\\\"'é]{0,8}", 0..12),
        ) {
            let (found, problems) = read(&lines.join("\n"));
            let mut section = String::new();
            for (number, text) in (1..).zip(lines.join("\n").lines()) {
                let (found_here, problems_here): (Vec<_>, Vec<_>) = (
                    found.iter().filter(|line| line.number == number).collect(),
                    problems.iter().filter(|problem| problem.line == number).collect(),
                );
                let (alone, alone_problems) = read(text);
                prop_assert_eq!(problems_here.len(), alone_problems.len(), "{:?}", lines);
                prop_assert_eq!(found_here.len(), alone.len(), "{:?}", lines);
                let [line] = alone.as_slice() else { continue };
                if line.key.is_empty() {
                    section.clone_from(&line.section);
                }
                prop_assert_eq!(
                    (&found_here[0].section, &found_here[0].key, &found_here[0].value),
                    (&section, &line.key, &line.value),
                    "{:?}", lines
                );
            }
        }
    }

    #[test]
    fn a_value_keeps_its_quotes_and_backslashes_and_a_wrong_line_hides_no_other() {
        let (found, problems) = read("a = C:\\x\\\nnonsense\n  # note\n[s]\r\nb: \"c = d\" # e\n[s]x\n[t]\n");
        let found: Vec<_> = found
            .iter()
            .map(|line| (line.number, line.section.as_str(), line.key.as_str(), line.value.as_str()))
            .collect();
        assert_eq!(
            found,
            [(1, "", "a", "C:\\x\\"), (4, "s", "", ""), (5, "s", "b", "\"c = d\" # e"), (7, "t", "", "")]
        );
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 6]);
    }
}
