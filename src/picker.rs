//! The numbered prompt, on the terminal itself.

use std::io::{self, Write};

use crate::error::{Error, Result};
use crate::terminal::{Terminal, clean};

/// Asks the person for one of `choices`; a single choice is taken without asking.
///
/// `title` is what is chosen ("account"), `instead` what to do where nobody can be asked.
pub fn choose<'a, T>(
    title: &str,
    choices: &'a [T],
    label: impl Fn(&T) -> String,
    instead: &str,
) -> Result<&'a T> {
    match choices {
        [] => {
            return Err(Error::denied(format!("there is no {title} that you can use"))
                .remedy("ask the administrator of the directory for an assignment"));
        }
        [only] => return Ok(only),
        _ => {}
    }
    let Some(mut terminal) = Terminal::open() else {
        return Err(Error::usage(format!("there is no terminal to choose the {title} on")).remedy(instead));
    };
    ask(&mut terminal, title, choices, label)
        .map_err(|error| Error::failed(format!("the terminal cannot be used: {error}")))?
        .ok_or_else(|| Error::cancelled(format!("no {title} was chosen")))
}

fn ask<'a, T>(
    terminal: &mut Terminal,
    title: &str,
    choices: &'a [T],
    label: impl Fn(&T) -> String,
) -> io::Result<Option<&'a T>> {
    let width = choices.len().to_string().len();
    let mut list = String::new();
    for (index, choice) in choices.iter().enumerate() {
        list.push_str(&format!("{:>width$}  {}\n", index + 1, clean(&label(choice))));
    }
    terminal.write_all(list.as_bytes())?;
    loop {
        write!(terminal, "Choose the {title} [1-{}, or part of its name]: ", choices.len())?;
        terminal.flush()?;
        let Some(answer) = terminal.read_line()? else {
            writeln!(terminal)?;
            return Ok(None);
        };
        match matching(choices, &label, &answer).as_slice() {
            [only] => return Ok(Some(only)),
            [] => writeln!(terminal, "Nothing matches that.")?,
            several => writeln!(terminal, "{} match that.", several.len())?,
        }
    }
}

/// The choices that an answer can mean: its number, else every one whose label contains it.
fn matching<'a, T>(choices: &'a [T], label: impl Fn(&T) -> String, answer: &str) -> Vec<&'a T> {
    if answer.is_empty() {
        return Vec::new();
    }
    if let Some(choice) = answer.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?))
    {
        return vec![choice];
    }
    let answer = answer.to_lowercase();
    choices.iter().filter(|choice| label(choice).to_lowercase().contains(&answer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_number_or_part_of_a_name() {
        let names = ["dev 111", "prod 222", "prod-eu 333"];
        let cases: [(&str, &[&str]); 7] = [
            ("2", &["prod 222"]),
            ("0", &[]),
            ("4", &[]),
            ("DEV", &["dev 111"]),
            ("prod", &["prod 222", "prod-eu 333"]),
            ("333", &["prod-eu 333"]),
            ("", &[]),
        ];
        for (answer, expected) in cases {
            let found: Vec<_> =
                matching(&names, |name| (*name).to_owned(), answer).into_iter().copied().collect();
            assert_eq!(found, expected, "{answer:?}");
        }
    }
}
