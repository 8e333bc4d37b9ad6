//! The comment lines around a block of discovered profiles.

/// What the lines around a block say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The profile or sso-session that discovery was given with `-p`.
    pub name: String,
    /// More about the block, at the end of its first line. Earlier versions wrote nothing there.
    pub note: String,
}

const BEGIN: &str = "# >>> aws-sso discover -p ";
const END: &str = "# <<< aws-sso discover -p ";

impl Mark {
    /// What both lines hold.
    pub(super) const COMMAND: &str = " aws-sso discover -p ";

    pub(super) fn first_line(&self) -> String {
        let line = format!("{BEGIN}{} >>> {}", self.name, self.note);
        line.trim_end().to_owned()
    }

    pub(super) fn last_line(&self) -> String {
        format!("{END}{} <<<", self.name)
    }

    pub(super) fn of_first_line(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?.strip_prefix(BEGIN)?;
        let (name, note) = line.rsplit_once(" >>>")?;
        Some(Self { name: name.to_owned(), note: note.trim().to_owned() })
    }
}
