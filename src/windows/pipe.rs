//! Pipes, looked into without reading.
#![allow(unsafe_code, reason = "calls of the system")]

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle as _};
use std::ptr::null_mut;

use windows_sys::Win32::System::Pipes::PeekNamedPipe;

/// How many bytes wait in a pipe.
///
/// Errors: it is no pipe, or nobody can write to it any more and it is empty.
pub(crate) fn waiting(pipe: &impl AsHandle) -> io::Result<u32> {
    let (handle, mut count) = (pipe.as_handle().as_raw_handle(), 0);
    // SAFETY: the handle is borrowed, so it is open. `count` is written before the call returns, and the other pointers
    // may be null: nothing is copied.
    let done = unsafe { PeekNamedPipe(handle, null_mut(), 0, null_mut(), &raw mut count, null_mut()) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(count) }
}
