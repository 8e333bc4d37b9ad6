//! What can be the matter with a line, and what to write instead.

use std::fmt;

/// What is the matter with a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// The file begins with a byte-order mark.
    ByteOrderMark,
    /// A byte that is not UTF-8.
    NotUtf8,
    /// The section stands in the file already.
    SecondSection {
        /// What stands between the brackets.
        header: String,
        /// Where it stands first.
        first: usize,
    },
    /// The key stands in its section already.
    SecondKey {
        /// The key.
        key: String,
        /// Where it stands first.
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
    /// `#` or `;` within a header.
    CommentInName,
    /// Something behind a header.
    BehindHeader,
    /// A header that is indented.
    IndentedHeader,
    /// A first key that is indented.
    IndentedKey,
    /// A comment that is indented.
    IndentedComment,
    /// A name in quotes.
    Quotes,
    /// A name with letters that not everybody takes.
    Letters,
    /// White space in a header where not everybody takes it.
    Spaces,
    /// `[DEFAULT]`.
    UpperCaseDefault,
    /// `[default]` beside `[profile default]`.
    TwoDefaults,
    /// Sections that are one to some only.
    TwoSpellings,
    /// A key in capital letters.
    Capitals,
    /// A key with letters that not everybody takes.
    KeyLetters,
    /// A comment behind a value.
    TrailingComment,
    /// A value over more than one line.
    SeveralLines,
    /// Any other.
    Other,
}

impl Quirk {
    /// What to write instead.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::ByteOrderMark => "save the file as UTF-8 without a byte-order mark",
            Self::NotUtf8 => "save the file as UTF-8",
            Self::SecondSection { .. } | Self::TwoSpellings => "make one section of the two",
            Self::SecondKey { .. } => "delete one of the two lines",
            Self::BeforeSections => "put it below its [profile NAME], or delete it",
            Self::Word | Self::NoKey | Self::Colon => "write it as: key = value; or delete it",
            Self::NestedWord => "write it as: key = value; or put it at the start of the line",
            Self::NeverClosed => "write the header as [profile NAME]",
            Self::CommentInName | Self::Quotes | Self::Letters => {
                "use only letters, digits and _ . - / % @ : + in the name, without quotes"
            }
            Self::BehindHeader => "put what stands behind the ] on a line of its own",
            Self::IndentedHeader | Self::IndentedKey | Self::IndentedComment => "delete the white space before it",
            Self::Spaces => "write the header as [profile NAME], with one space in it",
            Self::UpperCaseDefault => "name it [default], or delete it",
            Self::TwoDefaults => "keep one of [default] and [profile default]",
            Self::Capitals => "write the key in lower case",
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
                return write!(f, "a second [{header}], the first being in line {first}");
            }
            Self::SecondKey { key, first } => {
                return write!(f, "a second {key}, the first being in line {first}");
            }
            Self::BeforeSections => "a line before the first section",
            Self::Word => "a line without =",
            Self::NestedWord => "an indented line without =",
            Self::NoKey => "a line that begins with =",
            Self::Colon => "a : in place of the =",
            Self::NeverClosed => "a header without ]",
            Self::CommentInName => "a # or ; in a name",
            Self::BehindHeader => "something behind a header",
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
            Self::KeyLetters => "a key with unusual characters",
            Self::TrailingComment => "a comment behind a value",
            Self::SeveralLines => "a value over several lines",
            Self::Other => "an unusual line",
        };
        f.write_str(text)
    }
}
