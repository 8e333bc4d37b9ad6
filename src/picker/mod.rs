//! Lets the user choose from a list: with a picker program, or by number if none is installed.

mod number;
mod program;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::terminal::Terminal;

/// The way in which the user chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Picker {
    /// `aws-sso-pick`, which is installed beside this program.
    #[default]
    Skim,
    /// `fzf`, if the user has installed it.
    Fzf,
    /// A numbered list. The other two fall back to it if their program is missing.
    Number,
}

impl Picker {
    /// Whether its program is installed. If not, the numbered list is used.
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
            other => Err(Error::usage(format!("picker must be skim, fzf or number, not {other}"))),
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

/// What the user is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The noun for a choice, such as "role".
    pub title: &'a str,
    /// The line above the choices.
    pub header: &'a str,
    /// The search text to begin with.
    pub query: &'a str,
    /// Whether the user may choose several.
    pub many: bool,
    /// What to do if there is no terminal, for the error message.
    pub remedy: &'a str,
}

/// One of the choices.
///
/// The terminal shows both fields unchanged, so they must hold no control characters, tabs or line breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The line in the list, which is also what the search looks at.
    pub shown: String,
    /// The preview, line by line.
    pub details: Vec<String>,
}

/// All choices. Each is created when it is written, so that the first is on screen long before the last of 50,000.
pub struct Choices {
    /// How many there are.
    pub count: usize,
    /// Creates the choice with an index below `count`.
    pub choice: Arc<dyn Fn(usize) -> Choice + Send + Sync>,
    /// Fetches more choices, numbered from `count` on. The numbered list does not show them.
    pub later: Option<Box<dyn FnOnce() -> Vec<Choice> + Send>>,
}

/// Returns the indexes of the user's choices: one, or at least one if the question allows several.
pub fn choose(picker: Picker, question: &Question<'_>, choices: Choices) -> Result<Vec<usize>> {
    let Some(mut terminal) = Terminal::open() else {
        return Err(Error::usage(format!("there is no terminal to choose the {} on", question.title))
            .with_remedy(question.remedy));
    };
    if let Some(program) = program::find(picker) {
        return program.ask(question, choices);
    }
    let rows: Vec<_> = (0..choices.count).map(|index| (choices.choice)(index).shown).collect();
    number::ask(&mut terminal, question, &rows)
        .map_err(|error| Error::failed(format!("the terminal cannot be used: {error}")))?
        .ok_or_else(|| nothing_chosen(question))
}

fn nothing_chosen(question: &Question<'_>) -> Error {
    Error::cancelled(format!("no {} was chosen", question.title))
}
