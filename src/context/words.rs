//! The words by which a person looks for a role.

/// Words that a line has to contain, each of them, in upper or lower case.
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of a text, which blanks separate.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the line contains each of them.
    pub(crate) fn are_in(&self, line: &str) -> bool {
        let line = line.to_lowercase();
        self.0.iter().all(|word| line.contains(word))
    }
}
