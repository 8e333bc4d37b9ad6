//! Asks a person which: through a picker program, or by number where there is none.

mod number;
mod program;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::terminal::Terminal;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Picker {
    /// `aws-sso-pick`, which is installed beside this program.
    #[default]
    Skim,
    /// The person's own `fzf`.
    Fzf,
    /// A numbered list, as well where the program of the other two is missing.
    Number,
}

impl Picker {
    /// Whether its program is here; one that is not gives way to the numbered list.
    #[must_use]
    pub fn is_installed(self) -> bool {
        self == Self::Number || program::find(self).is_some()
    }
}

impl FromStr for Picker {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "skim" => Ok(Self::Skim),
            "fzf" => Ok(Self::Fzf),
            "number" => Ok(Self::Number),
            other => Err(Error::usage(format!("picker is skim, fzf or number, not {other}"))),
        }
    }
}

impl fmt::Display for Picker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skim => "skim",
            Self::Fzf => "fzf",
            Self::Number => "number",
        })
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is chosen: "role".
    pub title: &'a str,
    /// What stands above the rows.
    pub header: &'a str,
    /// What is searched for at first.
    pub query: &'a str,
    /// Whether several may be chosen.
    pub many: bool,
    /// What to do where nobody can be asked.
    pub instead: &'a str,
}

/// One of the choices. A terminal sees both as they stand, so both are clean and neither holds a tab or a line break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The line that is searched and chosen.
    pub shown: String,
    /// Lines that are shown while it is the current one.
    pub details: Vec<String>,
}

/// The choices, each made when it is its turn: the first is seen long before the last of fifty thousand is written.
pub struct Rows {
    /// How many there are.
    pub count: usize,
    /// The row of an index below `count`.
    pub row: Arc<dyn Fn(usize) -> Row + Send + Sync>,
    /// More of them, numbered on from `count`, whenever they come. A numbered list does not wait for them.
    pub later: Option<Box<dyn FnOnce() -> Vec<Row> + Send>>,
}

/// The indexes of the rows that the person chooses: one, or at least one where the question is for many.
pub fn choose(picker: Picker, question: &Question<'_>, rows: Rows) -> Result<Vec<usize>> {
    let Some(mut terminal) = Terminal::open() else {
        return Err(Error::usage(format!("there is no terminal to choose the {} on", question.title))
            .with_remedy(question.instead));
    };
    if let Some(program) = program::find(picker) {
        return program.ask(question, rows);
    }
    let rows: Vec<_> = (0..rows.count).map(|index| (rows.row)(index).shown).collect();
    number::ask(&mut terminal, question, &rows)
        .map_err(|error| Error::failed(format!("the terminal cannot be used: {error}")))?
        .ok_or_else(|| nothing_chosen(question))
}

fn nothing_chosen(question: &Question<'_>) -> Error {
    Error::cancelled(format!("no {} was chosen", question.title))
}
