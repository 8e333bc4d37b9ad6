//! The terminal itself: seen by a person even under `credential_process`, where stderr is swallowed.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

/// Replaces what could drive a terminal: control characters, escape sequences, bidirectional overrides.
///
/// Account and role names come from whoever administers the directory; none of them is trusted on a screen.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(|c| if is_unsafe(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Writes to stderr; that nobody reads it is no reason to fail.
pub fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Shows lines on the controlling terminal, or on stderr where there is none. The caller has cleaned foreign parts.
pub(crate) fn show(text: &str) {
    let shown = Terminal::open()
        .is_some_and(|mut terminal| terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).is_ok());
    if !shown {
        say(text);
    }
}

/// Says something that a person should know although all went well.
pub fn warn(text: &str) {
    say(&format!("aws-sso: warning: {}\n", clean(text)));
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// The controlling terminal, opened for a question and its answer.
#[derive(Debug)]
pub struct Terminal {
    output: File,
    input: BufReader<File>,
}

impl Terminal {
    /// Opens the controlling terminal; `None` where there is none, so nobody would see a prompt.
    #[must_use]
    pub fn open() -> Option<Self> {
        let output = OpenOptions::new().read(true).write(true).open(DEVICE).ok()?;
        let input = BufReader::new(output.try_clone().ok()?);
        output.is_terminal().then_some(Self { output, input })
    }

    /// Reads one line of the person's answer; `None` at the end of input (Ctrl-D).
    pub fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Tells this process's terminal from the person's others, for what is to be said on it once; the same text for all of
/// them where the system does not tell.
#[must_use]
pub fn identity() -> String {
    // The seventh field; the second is a program's name in brackets, which may hold spaces.
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = status.rsplit(')').next().unwrap_or_default();
    let device = after_name.split_whitespace().nth(4);
    device.filter(|device| device.bytes().all(|b| b.is_ascii_digit())).unwrap_or("any").to_owned()
}

#[cfg(unix)]
const DEVICE: &str = "/dev/tty";
#[cfg(windows)]
const DEVICE: &str = "CON";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_the_terminal() {
        for hostile in ["a\x1b]0;owned\x07b", "a\nb", "a\rb", "a\u{202E}b", "a\u{9b}31mb", "a\u{200B}b"] {
            let cleaned = clean(hostile);
            assert!(!cleaned.chars().any(is_unsafe), "{cleaned:?}");
            assert!(cleaned.starts_with('a') && cleaned.ends_with('b'));
        }
        assert!(matches!(clean("Größe & Söhne 'x' `y`"), Cow::Borrowed(_)));
    }
}
