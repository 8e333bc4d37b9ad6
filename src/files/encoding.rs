//! Files that are no UTF-8 text at all: editors and shells on Windows write UTF-16.

use std::path::{Path, absolute};

use super::unreadable::quoted;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::quote;

/// Refuses a file in UTF-16 or UTF-32. Read as UTF-8 it would seem empty, and what is added to it would be lost.
///
/// Such a file begins with a byte-order mark, or has a zero byte in its first letter.
pub(crate) fn check(path: &Path, bytes: &[u8]) -> Result<()> {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, ..] | [_, 0, ..] => Err(refusal(path, bytes)),
        _ => Ok(()),
    }
}

/// The same before a file is written, and for any other encoding: every letter has to come back as it is.
pub(crate) fn check_to_write(path: &Path, bytes: &[u8]) -> Result<()> {
    check(path, bytes)?;
    let Err(error) = str::from_utf8(bytes) else { return Ok(()) };
    let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
    Err(Error::usage(format!("{}:{line} is not UTF-8, so the file is not written", shown(path)))
        .with_remedy("save it as UTF-8 in an editor"))
}

#[cold]
fn refusal(path: &Path, bytes: &[u8]) -> Error {
    let code = if cfg!(windows) { with_dotnet(path, bytes) } else { with_iconv(path, bytes) };
    Error::usage(format!("{} is not UTF-8 but UTF-16", shown(path)))
        .with_remedy(format!("save it as UTF-8, run: {code}"))
}

/// Unlike `Set-Content`, this writes no byte-order mark in any PowerShell. The encoding is that of a file without one.
fn with_dotnet(path: &Path, bytes: &[u8]) -> String {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = quote::powershell(&path.to_string_lossy());
    let encoding = if bytes.starts_with(b"\0") { "BigEndianUnicode" } else { "Unicode" };
    quote::powershell_code(&format!(
        "[IO.File]::WriteAllText({file}, [IO.File]::ReadAllText({file}, [Text.Encoding]::{encoding}))"
    ))
}

/// The file keeps its mode, and its links.
fn with_iconv(path: &Path, bytes: &[u8]) -> String {
    let encoding = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16",
        [0, ..] => "UTF-16BE",
        _ => "UTF-16LE",
    };
    let file = quoted(path);
    format!("iconv -f {encoding} -t UTF-8 {file} >{file}.utf8 && cat {file}.utf8 >{file} && rm {file}.utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_converts_a_file_names_its_encoding() {
        let cases: [(&[u8], &str, &str); 4] = [
            (b"\xFF\xFEa\0", "UTF-16 ", "::Unicode"),
            (b"\xFE\xFF\0a", "UTF-16 ", "::Unicode"),
            (b"a\0", "UTF-16LE ", "::Unicode"),
            (b"\0a", "UTF-16BE ", "::BigEndianUnicode"),
        ];
        for (bytes, iconv, dotnet) in cases {
            assert!(with_iconv(Path::new("/x y"), bytes).contains(&format!("iconv -f {iconv}")), "{bytes:?}");
            assert!(with_dotnet(Path::new("/x y"), bytes).contains(&format!("[Text.Encoding]{dotnet}")), "{bytes:?}");
        }
    }
}
