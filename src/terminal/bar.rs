//! The line of the terminal on which a progress bar is drawn.

use std::io::{self, Write as _};

use indicatif::{ProgressDrawTarget, TermLike};

use super::device::{is_stderr, shows_colors, stderr_width};

/// Columns that stay free behind the bar, since a terminal echoes `^C` there. On the next line, that would keep the bar
/// from being removed.
const FREE: u16 = 8;

/// Where a bar is drawn: on stderr, if that is a terminal.
pub(crate) fn bar_line() -> ProgressDrawTarget {
    // Not all consoles of Windows know the codes below.
    if !is_stderr() || !shows_colors() {
        return ProgressDrawTarget::stderr();
    }
    ProgressDrawTarget::term_like(Box::new(BarLine))
}

#[derive(Debug)]
struct BarLine;

impl BarLine {
    fn moved(count: usize, direction: char) -> io::Result<()> {
        if count == 0 { Ok(()) } else { write!(io::stderr(), "\x1b[{count}{direction}") }
    }
}

impl TermLike for BarLine {
    fn width(&self) -> u16 {
        u16::try_from(stderr_width()).unwrap_or(u16::MAX).saturating_sub(FREE).max(1)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        Self::moved(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        Self::moved(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        Self::moved(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        Self::moved(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{text}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        io::stderr().write_all(text.as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        io::stderr().write_all(b"\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().flush()
    }
}
