//! A line of the settings file that does not say what its author meant.

/// How serious a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// The settings must not be used.
    Error,
    /// The line has no effect, or probably not the one that was meant.
    Warning,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line's number, from 1.
    pub line: usize,
    /// Whether the settings can be used all the same.
    pub gravity: Gravity,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    pub(super) fn error(line: usize, message: impl Into<String>) -> Self {
        Self { line, gravity: Gravity::Error, message: message.into() }
    }

    /// A line that has no effect.
    #[must_use]
    pub fn warning(line: usize, message: impl Into<String>) -> Self {
        Self { line, gravity: Gravity::Warning, message: message.into() }
    }
}
