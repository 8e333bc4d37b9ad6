//! Waiting for a lock that another process holds, and saying so.

use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use super::lock::{self, Holder, Lock};
use super::{folder, open, read};
use crate::environment;
use crate::error::Result;
use crate::terminal::{self, Terminal, clean};

/// Takes the lock as [`lock::take`] does. After a while it says on the terminal what it waits for: another process that
/// is `doing` something, such as `is signing in`. If that has asked a person, it shows what for: the other process may
/// be where nobody sees it.
///
/// Of all processes that wait on one terminal only the first says it, so that the link to sign in with stays in sight.
pub(crate) fn take_saying(locks: &Path, name: &str, patience: Duration, doing: &str) -> Result<Lock> {
    // Held while this process waits: it marks that the message stands on this terminal.
    let (mut said, mut is_said, mut was_shown) = (None, false, false);
    let mut lock = lock::take(locks, name, patience, |holder| {
        if !is_said {
            is_said = true;
            let here = terminal::identity().unwrap_or_else(|| NOWHERE.to_owned());
            said = lock::take_if_free(locks, &format!("{name}-said-{here}"));
            if said.is_some() {
                terminal::show(&format!("aws-sso: {holder} {doing}; waiting for it\n"));
            }
        }
        if !was_shown && let Some(request) = request(locks, name, holder) {
            was_shown = true;
            if said.is_some() && Terminal::open().is_some() {
                terminal::show(&request);
            }
        }
    })?;
    lock.was_shown = was_shown;
    Ok(lock)
}

/// What the holder of a lock asks a person to do, for those who wait for the lock. A sign-in's link is like a password
/// until the sign-in is over, so only this user can read it, and it is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Request {
    locks: PathBuf,
    path: PathBuf,
    is_shown: Cell<bool>,
}

impl Request {
    /// Nobody is asked yet. What a killed holder has asked for is removed.
    pub(crate) fn new(locks: &Path, name: &str) -> Self {
        let path = path(locks, name);
        let _ = fs::remove_file(&path);
        Self { locks: locks.to_owned(), path, is_shown: Cell::new(false) }
    }

    /// Whether somebody has been asked.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown.get()
    }

    /// Says that somebody is being asked, by a browser that opens or by a text.
    pub(crate) fn set_shown(&self) {
        self.is_shown.set(true);
    }

    /// Shows `text` here, and `elsewhere` where other processes wait.
    pub(crate) fn show(&self, text: &str, elsewhere: &str) {
        let terminal = terminal::identity().filter(|_| terminal::is_shown(text)).unwrap_or_else(|| NOWHERE.to_owned());
        if folder::private(&self.locks).is_ok() {
            let written = open::replacing_privately(&self.path)
                .and_then(|mut file| write!(file, "{} {terminal}\n{elsewhere}", process::id()));
            if let Err(error) = written {
                tracing::debug!("others are not shown the request: {error}");
            }
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// In place of the terminal on which a request is shown, or of one that has no name.
const NOWHERE: &str = "-";

fn path(locks: &Path, name: &str) -> PathBuf {
    locks.join(format!("{name}.request"))
}

/// What is shown of the request of a lock's holder, if it has made one.
fn request(locks: &Path, name: &str, holder: &Holder) -> Option<String> {
    let text = String::from_utf8(read::spare(&path(locks, name))?).ok()?;
    let (first, text) = text.split_once('\n')?;
    let (id, terminal) = first.split_once(' ')?;
    if holder.id() != Some(id) {
        return None;
    }
    // Of those who do not know where they are, each shows it.
    let lines = text.lines().filter(|_| terminal == NOWHERE || Some(terminal) != terminal::identity().as_deref());
    let shown: String = lines.map(|line| format!("{}\n", clean(line))).collect();
    Some(format!("{shown}  to be asked here instead, run in another terminal: {}\n", environment::kill([id])))
}
