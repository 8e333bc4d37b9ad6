//! What the keys of a full-screen picker do.

use crate::environment;

/// The most useful first: the last ones go where there is no room.
pub(super) fn all(many: bool) -> Vec<&'static str> {
    let marks = many.then_some("Tab marks");
    let moves = if environment::is_utf8() { "↑↓ moves" } else { "Up/Down moves" };
    ["Enter takes"].into_iter().chain(marks).chain(["Esc leaves", moves]).collect()
}

/// All in one line.
pub(super) fn line(many: bool) -> String {
    all(many).join(if environment::is_utf8() { " · " } else { " | " })
}
