//! The words of a browser's command, as users write it in `BROWSER` and in the settings. No shell reads it.

use std::path::Path;

use crate::programs::code::{Code, code_in};
use crate::programs::inserted::could_run;
use crate::terminal::clean;

/// The entries of a list such as `BROWSER`: separated by colons, on Windows by semicolons, but not in quotes. Where a
/// quote is not closed, every separator counts.
pub(super) fn entries(list: &str) -> Vec<&str> {
    entries_of(list, cfg!(windows))
}

fn entries_of(list: &str, for_windows: bool) -> Vec<&str> {
    let separator = if for_windows { ';' } else { ':' };
    let (mut entries, mut start, mut open, mut before) = (Vec::new(), 0, None, separator);
    let mut letters = list.char_indices();
    while let Some((at, letter)) = letters.next() {
        // On Windows, the name of a folder may have this in the middle.
        let is_in_name =
            letter == '\'' && for_windows && !(before.is_whitespace() || [separator, '='].contains(&before));
        match (letter, open) {
            ('\\', None | Some('"')) if !for_windows => drop(letters.next()),
            (quote, Some(open_quote)) if quote == open_quote => open = None,
            ('"' | '\'', None) if !is_in_name => open = Some(letter),
            (_, None) if letter == separator => {
                entries.push(&list[start..at]);
                start = at + separator.len_utf8();
            }
            _ => {}
        }
        before = letter;
    }
    if open.is_some() {
        return list.split(separator).collect();
    }
    entries.push(&list[start..]);
    entries
}

/// Splits a command as a shell does. On Windows a backslash stands for itself, and the path of the program may have
/// blanks without quotes, as where Windows itself starts a line. `None`: a quote is not closed.
pub(super) fn split(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) { split_for_windows(command, is_program) } else { shlex::split(command) }
}

/// Whether this is the path of a program, which Windows also finds without its `.exe`.
fn is_program(path: &str) -> bool {
    let is_file = |path: &str| Path::new(path).is_file();
    Path::new(path).is_absolute() && (is_file(path) || is_file(&format!("{path}.exe")))
}

fn split_for_windows(command: &str, is_program: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let ends = command.match_indices(' ').map(|(at, _)| at).chain([command.len()]);
    let program = ends.map(|end| command[..end].trim()).find(|path| is_program(path));
    let mut words: Vec<String> = program.map(str::to_owned).into_iter().collect();
    let rest = program.map_or(command, |program| &command.trim_start()[program.len()..]);
    let (mut word, mut open): (Option<String>, _) = (None, None);
    for letter in rest.chars() {
        match (letter, open) {
            (quote, Some(open_quote)) if quote == open_quote => open = None,
            ('"' | '\'', None) => {
                open = Some(letter);
                word.get_or_insert_default();
            }
            (blank, None) if blank.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    open.is_none().then_some(words)
}

/// The program of these words for whose code this holds.
pub(super) fn program_whose_code(words: &[String], holds: impl Fn(&Code<'_>) -> bool) -> Option<String> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    code_in(&words).into_iter().find(holds).map(|code| clean(code.program).into_owned())
}

/// The program of these words that would run a part of the link, which stands for this placeholder.
pub(super) fn running_part(words: &[String], placeholder: &str, url: &str) -> Option<String> {
    if is_one_word(url) {
        return None;
    }
    let of_code = program_whose_code(words, |code| code.words.iter().any(|word| word.contains(placeholder)));
    of_code.or_else(|| {
        let is_run = |word: &String| word.contains(placeholder) && could_run(&word.replace(placeholder, ""), url);
        let program = words.first().filter(|_| words.iter().any(is_run))?;
        Some(clean(program).into_owned())
    })
}

/// Whether every shell reads this as one word, without quotes, and no quotes end in it.
fn is_one_word(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/:=+@".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_not_divided_in_quotes() {
        let cases: [(&str, &[&str], &[&str]); 10] = [
            ("a %s:b;c", &["a %s", "b;c"], &["a %s:b", "c"]),
            ("", &[""], &[""]),
            (":;", &["", ";"], &[":", ""]),
            (r#""a;b:c" %s;d:e"#, &[r#""a;b:c" %s;d"#, "e"], &[r#""a;b:c" %s"#, "d:e"]),
            ("x 'a;b:c';d:e", &["x 'a;b:c';d", "e"], &["x 'a;b:c'", "d:e"]),
            ("x --u='a;b:c' %s", &["x --u='a;b:c' %s"], &["x --u='a;b:c' %s"]),
            // A quote that is not closed, one that is escaped, and one in the name of a folder.
            ("a 'b:c;d", &["a 'b", "c;d"], &["a 'b:c", "d"]),
            (r"a\'s:b\'s;c", &[r"a\'s", r"b\'s;c"], &[r"a\'s:b\'s", "c"]),
            (r"C:\it's\x;C:\it's\y", &["C", r"\it's\x;C:\it's\y"], &[r"C:\it's\x", r"C:\it's\y"]),
            (r"a\:b:c;d", &[r"a\:b", "c;d"], &[r"a\:b:c", "d"]),
        ];
        for (list, elsewhere, on_windows) in cases {
            assert_eq!(
                (entries_of(list, false), entries_of(list, true)),
                (elsewhere.into(), on_windows.into()),
                "{list}"
            );
        }
    }

    #[test]
    fn a_command_of_windows_keeps_its_backslashes_and_a_path_with_blanks() {
        let programs = [r"C:\Program Files\Firefox\firefox.exe", r"D:\b.exe", r"C:\it's\x"];
        let cases: [(&str, Option<&[&str]>); 13] = [
            (r"C:\Program Files\Firefox\firefox.exe", Some(&[programs[0]])),
            (r" C:\Program Files\Firefox\firefox.exe ", Some(&[programs[0]])),
            (r"C:\Program Files\Firefox\firefox.exe -P work %s", Some(&[programs[0], "-P", "work", "%s"])),
            (r#""C:\Program Files\Firefox\firefox.exe" "-P my work""#, Some(&[programs[0], "-P my work"])),
            (r"'C:\Program Files\Firefox\firefox.exe' 'a&b={url}'", Some(&[programs[0], "a&b={url}"])),
            (r"D:\b.exe --x", Some(&[programs[1], "--x"])),
            (r"C:\it's\x {url}", Some(&[programs[2], "{url}"])),
            (r"C:\gone\b c.exe", Some(&[r"C:\gone\b", "c.exe"])),
            (r"firefox -u=%s", Some(&["firefox", "-u=%s"])),
            (r#"firefox """#, Some(&["firefox", ""])),
            ("", Some(&[])),
            ("'unclosed", None),
            (r#"x "it's""#, Some(&["x", "it's"])),
        ];
        for (command, expected) in cases {
            let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
            assert_eq!(split_for_windows(command, |path| programs.contains(&path)), expected, "{command}");
        }
    }
}
