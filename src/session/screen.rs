//! Where a link is shown: the controlling terminal, else stderr.

use std::io::Write;
use std::path::Path;

use crate::files::lock::{self, Lock};
use crate::terminal::{self, Terminal};

/// The place where a person looks.
pub(crate) struct Screen(Option<Terminal>);

impl Screen {
    pub(crate) fn open() -> Self {
        Self(Terminal::open())
    }

    /// Says what this process waits for while `lock` is held by another: one of a crowd says it for all, so that the link
    /// to sign in with stays in sight.
    ///
    /// What is returned is kept while waiting.
    pub(crate) fn say_waiting(locks: &Path, lock: &str, text: &str) -> Option<Lock> {
        let said = lock::take_if_free(locks, &format!("{lock}-said-{}", terminal::identity()))?;
        Self::open().show(&format!("aws-sso: {text}; waiting for it\n"));
        Some(said)
    }

    /// Shows lines whose foreign parts have been cleaned.
    pub(crate) fn show(&mut self, text: &str) {
        let shown = self
            .0
            .as_mut()
            .is_some_and(|terminal| terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).is_ok());
        if !shown {
            terminal::say(text);
        }
    }
}
