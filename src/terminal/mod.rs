//! What a person reads: messages on stderr, the terminal itself, tables.

mod device;
mod table;
mod untrusted;

use std::io::{self, Write as _};

pub use self::device::{Terminal, identity};
pub use self::table::{aligned, wrapped};
pub use self::untrusted::clean;

/// Writes to stderr. A message that cannot be written is lost: the result on stdout matters more.
pub fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Writes to the controlling terminal, or to stderr if there is none. Text from the service must be clean already.
pub(crate) fn show(text: &str) {
    let shown = Terminal::open()
        .is_some_and(|mut terminal| terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).is_ok());
    if !shown {
        say(text);
    }
}

/// Writes a warning to stderr: the command worked, but the user should know this.
pub fn warn(text: &str) {
    say(&format!("aws-sso: warning: {}\n", clean(text)));
}
