//! What the keys of a full-screen picker do.

use super::question::Question;
use crate::environment;

/// The most useful first: the last ones go where there is no room.
pub(super) fn all(question: &Question<'_>) -> Vec<&'static str> {
    let takes = if question.is_asked_for { "Enter takes" } else { "Type or move, then Enter takes" };
    let marks = question.many.then_some("Tab marks");
    let moves = if environment::is_utf8() { "↑↓ moves" } else { "Up/Down moves" };
    [takes].into_iter().chain(marks).chain(["Esc leaves", moves]).collect()
}

/// All in one line.
pub(super) fn line(question: &Question<'_>) -> String {
    all(question).join(if environment::is_utf8() { " · " } else { " | " })
}
