//! Locks of files. Windows keeps every other handle from reading and writing what is locked, and the standard library
//! locks the whole file, so that programs which are given it could not read it. Here one byte is locked, behind the end
//! of any file.
#![allow(unsafe_code, reason = "calls of the system")]

use std::fs::{File, TryLockError};
use std::io;
use std::os::windows::io::AsRawHandle as _;

use windows_sys::Win32::Foundation::{ERROR_IO_PENDING, ERROR_LOCK_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::{
    LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx, UnlockFileEx,
};
use windows_sys::Win32::System::IO::OVERLAPPED;

/// Where the byte is: offsets have a sign, and this is a quarter of the largest one.
fn place() -> OVERLAPPED {
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.OffsetHigh = 0x2000_0000;
    place
}

/// Takes the lock, if nobody has it. It ends with the handle.
pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
    let (flags, mut place) = (LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, place());
    // SAFETY: the handle is open as long as `file`. Nothing waits, so the call is over with `place` when it returns.
    let done = unsafe { LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut place) };
    if done != 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or_default();
    let is_taken = [ERROR_LOCK_VIOLATION, ERROR_IO_PENDING].contains(&code);
    Err(if is_taken { TryLockError::WouldBlock } else { TryLockError::Error(error) })
}

/// Gives it back.
pub(crate) fn unlock(file: &File) -> io::Result<()> {
    let mut place = place();
    // SAFETY: as above.
    let done = unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
