//! What a picker asks, and the choices that it offers.

use std::sync::Arc;

use crate::error::Error;
use crate::terminal::Columns;

/// What the user is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// The noun for a choice, such as "role".
    pub title: &'a str,
    /// The line above the choices.
    pub header: &'a str,
    /// The search text to begin with.
    pub query: &'a str,
    /// Whether the user asked for a picker. One that opens by itself is not answered by keys that were typed before it
    /// was seen, nor by Enter alone.
    pub is_asked_for: bool,
    /// Whether the user may choose several.
    pub many: bool,
    /// What to do if there is no terminal, for the error message.
    pub remedy: &'a str,
    /// Colors and other marks of skim, from the settings.
    pub color: &'a str,
}

/// One of the choices.
///
/// The terminal shows the texts unchanged, so they must hold no control characters, tabs or line breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Whether the line begins with a mark, at which the search does not look.
    pub is_marked: bool,
    /// The line in the list, which is also what the search looks at.
    pub shown: String,
    /// The preview, line by line.
    pub details: Vec<String>,
}

impl Choice {
    /// The mark, or as many spaces.
    pub(super) fn mark(&self) -> &'static str {
        if self.is_marked { "! " } else { NO_MARK }
    }

    /// The whole line.
    pub(super) fn line(&self) -> String {
        format!("{}{}", self.mark(), self.shown)
    }
}

/// What stands before a line without a mark, and before the names of the columns.
pub(super) const NO_MARK: &str = "  ";

/// All choices. Each is created when it is written, so that the first is on screen long before the last of 50,000.
pub(crate) struct Choices {
    /// How many there are.
    pub count: usize,
    /// Creates the choice with an index below `count`.
    pub choice: Arc<dyn Fn(usize) -> Choice + Send + Sync>,
    /// How wide their fields are, and those of the header, where they have fields that are to be laid out.
    pub columns: Option<Columns>,
    /// Fetches more choices, numbered from `count` on. The numbered list does not show them.
    pub later: Option<Box<Fetching>>,
}

/// Hands over what it fetches, piece by piece.
pub(crate) type Fetching = dyn FnOnce(&mut dyn FnMut(Later)) + Send;

/// What is fetched while the user looks.
pub(crate) enum Later {
    Choices(Vec<Choice>),
    /// How far the list has got, in words; none once it is complete.
    Progress(String),
}

impl Choices {
    /// With rows that are laid out for so many columns, and the header for these.
    pub(super) fn within(mut self, room: usize, header: &str) -> (Self, String) {
        let Some(columns) = self.columns.take() else { return (self, header.to_owned()) };
        let choice = Arc::clone(&self.choice);
        self.choice = Arc::new(move |index| {
            let choice = choice(index);
            Choice { shown: columns.line(&choice.shown, room), ..choice }
        });
        (self, columns.line(header, room))
    }
}

pub(super) fn nothing_chosen(question: &Question<'_>) -> Error {
    Error::cancelled(format!("no {} was chosen", question.title))
}
