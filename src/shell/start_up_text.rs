//! The text of a start-up file, in the encoding that it has.

use super::dialect::Shell;

/// Larger files are no start-up files that somebody writes, and are not searched.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// How a file's text is written. Other shells than PowerShell read UTF-8 alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// With a byte order mark, which Windows PowerShell 5.1 needs for other characters than those of ASCII.
    MarkedUtf8,
    /// What `>` of Windows PowerShell 5.1 writes.
    Utf16LittleEndian,
    Utf16BigEndian,
    /// A code page of Windows, of which only the ASCII part is read; each other byte stays as it is.
    CodePage,
}

impl Encoding {
    /// The encoding and the text; `None` where the shell reads no such file, or the text would not come back whole.
    pub(super) fn read(shell: Shell, content: &[u8]) -> Option<(Self, String)> {
        let is_powershell = shell == Shell::Powershell;
        let (encoding, text) = match content {
            [0xef, 0xbb, 0xbf, text @ ..] => (Self::MarkedUtf8, String::from_utf8(text.to_vec()).ok()),
            [0xff, 0xfe, text @ ..] if is_powershell => (Self::Utf16LittleEndian, utf16(text, u16::from_le_bytes)),
            [0xfe, 0xff, text @ ..] if is_powershell => (Self::Utf16BigEndian, utf16(text, u16::from_be_bytes)),
            text => match String::from_utf8(text.to_vec()) {
                Ok(text) => (Self::Utf8, Some(text)),
                Err(_) if is_powershell => (Self::CodePage, Some(text.iter().map(|byte| char::from(*byte)).collect())),
                Err(_) => return None,
            },
        };
        text.filter(|text| !text.contains('\0')).map(|text| (encoding, text))
    }

    /// The text as the file has it.
    pub(super) fn write(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.into(),
            Self::MarkedUtf8 => ["\u{feff}", text].concat().into(),
            Self::Utf16LittleEndian => marked_utf16(text).flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => marked_utf16(text).flat_map(u16::to_be_bytes).collect(),
            Self::CodePage => text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect(),
        }
    }
}

/// Whether CRLF ends a line for this shell. On Windows bash and zsh leave the carriage return out.
pub(super) fn reads_crlf(shell: Shell) -> bool {
    !matches!(shell, Shell::Bash | Shell::Zsh | Shell::Tcsh | Shell::Posix)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    let is_whole = pairs.remainder().is_empty();
    let units: Vec<_> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok().filter(|_| is_whole)
}

fn marked_utf16(text: &str) -> impl Iterator<Item = u16> + '_ {
    [0xfeff].into_iter().chain(text.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_in_the_encoding_of_its_file() {
        let little = |text: &str| Encoding::Utf16LittleEndian.write(text);
        assert_eq!(little("a\n"), b"\xff\xfea\0\n\0");
        for (content, encoding, text) in [
            (&b"a\r\n"[..], Encoding::Utf8, "a\r\n"),
            (b"", Encoding::Utf8, ""),
            (b"\xef\xbb\xbf\xc3\xa9", Encoding::MarkedUtf8, "\u{e9}"),
            (b"\xff\xfe", Encoding::Utf16LittleEndian, ""),
            (&little("\u{1f600}\r\n"), Encoding::Utf16LittleEndian, "\u{1f600}\r\n"),
            (b"\xfe\xff\0a\0\n", Encoding::Utf16BigEndian, "a\n"),
            (b"# \xe9\x93\n", Encoding::CodePage, "# \u{e9}\u{93}\n"),
        ] {
            assert_eq!(Encoding::read(Shell::Powershell, content), Some((encoding, text.to_owned())), "{content:?}");
            assert_eq!(encoding.write(text), content, "{encoding:?}");
        }
        // Half a character, half of a pair, a binary file, and what only PowerShell reads.
        let unreadable: [(Shell, &[u8]); 5] = [
            (Shell::Powershell, b"\xff\xfea"),
            (Shell::Powershell, b"\xff\xfe\x3d\xd8"),
            (Shell::Powershell, b"a\0b"),
            (Shell::Bash, b"\xff\xfea\0"),
            (Shell::Bash, b"# \xe9\n"),
        ];
        for (shell, content) in unreadable {
            assert_eq!(Encoding::read(shell, content), None, "{content:?}");
        }
    }
}
