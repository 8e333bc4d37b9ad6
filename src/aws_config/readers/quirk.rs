//! What can be unusual about a line, and what to write instead.

use std::fmt;

/// What is unusual about a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// The file begins with a byte-order mark.
    ByteOrderMark,
    /// A byte that is not UTF-8.
    NotUtf8,
    /// The section is in the file already.
    SecondSection {
        /// The text between the brackets.
        header: String,
        /// The line number of the first one.
        first: usize,
    },
    /// The key is in its section already.
    SecondKey {
        /// The key.
        key: String,
        /// The line number of the first one.
        first: usize,
    },
    /// A setting before the first section.
    BeforeSections,
    /// A line without `=`.
    Word,
    /// A line of a nested block without `=`.
    NestedWord,
    /// A line that begins with `=`.
    NoKey,
    /// `key: value`.
    Colon,
    /// A header without `]`.
    NeverClosed,
    /// `#` or `;` in a header.
    CommentInName,
    /// Text after a header.
    AfterHeader,
    /// A header that is indented.
    IndentedHeader,
    /// A first key that is indented.
    IndentedKey,
    /// A comment that is indented.
    IndentedComment,
    /// A name in quotes.
    Quotes,
    /// A name with letters that some SDK does not accept.
    Letters,
    /// White space in a header where some SDK does not accept it.
    Spaces,
    /// `[DEFAULT]`.
    UpperCaseDefault,
    /// `[default]` beside `[profile default]`.
    TwoDefaults,
    /// Two headers that mean the same section to some SDKs only.
    TwoSpellings,
    /// A key in capital letters.
    Capitals,
    /// White space beside a key or a value that is neither a space nor a tab.
    OddBlank,
    /// A key with letters that some SDK does not accept.
    KeyLetters,
    /// A comment after a value.
    TrailingComment,
    /// A value of more than one line.
    SeveralLines,
    /// Anything else.
    Other,
}

impl Quirk {
    /// What to write instead.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::ByteOrderMark => "save the file as UTF-8 without a byte-order mark",
            Self::NotUtf8 => "save the file as UTF-8",
            Self::SecondSection { .. } | Self::TwoSpellings => "merge the two sections into one",
            Self::SecondKey { .. } => "delete one of the two lines",
            Self::BeforeSections => "put it below its [profile NAME], or delete it",
            Self::Word | Self::NoKey | Self::Colon => "write it as: key = value; or delete it",
            Self::NestedWord => "write it as: key = value; or put it at the start of the line",
            Self::NeverClosed => "write the header as [profile NAME]",
            Self::CommentInName | Self::Quotes | Self::Letters => {
                "use only letters, digits and _ . - / % @ : + in the name, without quotes"
            }
            Self::AfterHeader => "put the text after the ] on a line of its own",
            Self::IndentedHeader | Self::IndentedKey | Self::IndentedComment => "delete the white space before it",
            Self::Spaces => "write the header as [profile NAME], with one space in it",
            Self::UpperCaseDefault => "name it [default], or delete it",
            Self::TwoDefaults => "keep one of [default] and [profile default]",
            Self::Capitals => "write the key in lower case",
            Self::OddBlank => "delete it: it looks like a space, and may have been pasted from a page",
            Self::KeyLetters => "use only letters, digits and _ in the key",
            Self::TrailingComment => "put the comment on a line of its own",
            Self::SeveralLines => "write the value on one line",
            Self::Other => "write it as: key = value; below [profile NAME]",
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::ByteOrderMark => "a byte-order mark",
            Self::NotUtf8 => "a byte that is not UTF-8",
            Self::SecondSection { header, first } => {
                return write!(f, "a second [{header}]; the first is in line {first}");
            }
            Self::SecondKey { key, first } => {
                return write!(f, "a second {key}; the first is in line {first}");
            }
            Self::BeforeSections => "a line before the first section",
            Self::Word => "a line without =",
            Self::NestedWord => "an indented line without =",
            Self::NoKey => "a line that begins with =",
            Self::Colon => "a : instead of =",
            Self::NeverClosed => "a header without ]",
            Self::CommentInName => "a # or ; in a name",
            Self::AfterHeader => "text after a header",
            Self::IndentedHeader => "an indented header",
            Self::IndentedKey => "an indented key",
            Self::IndentedComment => "an indented comment",
            Self::Quotes => "a name in quotes",
            Self::Letters => "a name with unusual characters",
            Self::Spaces => "unusual white space in a header",
            Self::UpperCaseDefault => "[DEFAULT], which becomes part of every section",
            Self::TwoDefaults => "[default] and [profile default]",
            Self::TwoSpellings => "one name in two spellings",
            Self::Capitals => "a key in capital letters",
            Self::OddBlank => "a blank beside the key or the value that is not a space (such as U+00A0)",
            Self::KeyLetters => "a key with unusual characters",
            Self::TrailingComment => "a comment after a value",
            Self::SeveralLines => "a value of several lines",
            Self::Other => "an unusual line",
        };
        f.write_str(text)
    }
}
