//! A ROLE as it was given, for what is said about it.

/// The text, and the words of the command line that it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// In one word.
    pub(super) text: &'a str,
    /// The words of the command line; none if the ROLE came from elsewhere, such as an alias.
    pub(super) words: &'a [String],
}
