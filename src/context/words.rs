//! Words by which a person finds roles: in the picker, in `list`, and in what is offered for a name that is none.

use crate::suggest::folded;

/// Words of which each has to be somewhere in a row. Upper and lower case are the same, and so is the order.
#[derive(Debug)]
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn of(query: &str) -> Self {
        Self(query.split_whitespace().map(folded).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the text of a row contains all of them.
    #[must_use]
    pub(crate) fn are_in(&self, text: &str) -> bool {
        let text = folded(text);
        self.0.iter().all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_have_to_be_there_in_any_order_and_case() {
        let row = "Größe / EU  012345678901  ReadOnlyAccess";
        for (query, expected) in [
            ("", true),
            (" readonly  EU ", true),
            ("GRÖSSE", true),
            ("größe", true),
            ("0123 read", true),
            ("eu admin", false),
            ("euread", false),
        ] {
            assert_eq!(Words::of(query).are_in(row), expected, "{query}");
        }
    }
}
