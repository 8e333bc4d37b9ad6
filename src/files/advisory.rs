//! Locks that ask other processes of this program for patience, and keep nobody from reading or writing a file.
#![cfg_attr(unix, allow(clippy::disallowed_methods, reason = "on Unix all locks are such"))]

#[cfg(unix)]
mod system {
    use std::fs::{File, TryLockError};
    use std::io;

    pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }

    pub(crate) fn unlock(file: &File) -> io::Result<()> {
        file.unlock()
    }
}

#[cfg(windows)]
use crate::windows::lock as system;

pub(crate) use system::{try_lock, unlock};
