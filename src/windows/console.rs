//! The console: text in UTF-16, so that no code page matters, its modes, and the keys that wait in it.
#![allow(unsafe_code, reason = "calls of the system")]

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle as _};
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_OPERATION_ABORTED, HANDLE, SetLastError};
use windows_sys::Win32::System::Console::{
    CONSOLE_READCONSOLE_CONTROL, ENABLE_VIRTUAL_TERMINAL_PROCESSING, FlushConsoleInputBuffer, GetConsoleMode,
    GetConsoleWindow, GetNumberOfConsoleInputEvents, INPUT_RECORD, KEY_EVENT, PeekConsoleInputW, ReadConsoleW,
    SetConsoleMode, WriteConsoleW,
};

/// The most code units that are written or read at once: older consoles refuse more than 64 KB.
const MOST: usize = 8192;

/// Ctrl-D and Ctrl-Z, which end the input.
const ENDS: [u16; 2] = [0x04, 0x1A];

fn handle(console: &impl AsHandle) -> HANDLE {
    console.as_handle().as_raw_handle()
}

fn checked(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Writes all of a text.
pub(crate) fn write(console: &impl AsHandle, text: &str) -> io::Result<()> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut rest = units.as_slice();
    while !rest.is_empty() {
        let mut count = rest.len().min(MOST);
        // Both halves of a character go together.
        if count < rest.len() && matches!(rest[count - 1], 0xD800..0xDC00) {
            count -= 1;
        }
        let (length, mut written) = (u32::try_from(count).unwrap_or_default(), 0);
        // SAFETY: the handle is open, since it is borrowed; the pointer is that of a slice of at least `length` units.
        checked(unsafe { WriteConsoleW(handle(console), rest.as_ptr(), length, &raw mut written, null()) })?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = &rest[(written as usize).min(count)..];
    }
    Ok(())
}

/// Reads a line, as the console lets the user edit it; `None` at the end of input.
pub(crate) fn read_line(console: &impl AsHandle) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    loop {
        let (mut units, mut count) = ([0_u16; MOST], 0);
        let control = CONSOLE_READCONSOLE_CONTROL {
            nLength: u32::try_from(size_of::<CONSOLE_READCONSOLE_CONTROL>()).unwrap_or_default(),
            nInitialChars: 0,
            dwCtrlWakeupMask: ENDS.iter().fold(0, |mask, key| mask | 1 << key),
            dwControlKeyState: 0,
        };
        let length = u32::try_from(MOST).unwrap_or_default();
        // SAFETY: the handle is open, since it is borrowed; the pointers are those of an array of `length` units, of a
        // count and of a structure with its own size in it, all of which outlive the call.
        checked(unsafe {
            // Of a call that succeeds, the error is the one before it.
            SetLastError(0);
            ReadConsoleW(handle(console), units.as_mut_ptr().cast(), length, &raw mut count, &raw const control)
        })?;
        if count == 0 && io::Error::last_os_error().raw_os_error() == i32::try_from(ERROR_OPERATION_ABORTED).ok() {
            // Ctrl-C: what that does is decided elsewhere.
            continue;
        }
        line.extend_from_slice(&units[..count as usize]);
        if count == 0 || line.iter().any(|unit| *unit == u16::from(b'\n') || ENDS.contains(unit)) {
            break;
        }
    }
    if line.first().is_none_or(|first| ENDS.contains(first)) {
        return Ok(None);
    }
    line.retain(|unit| !ENDS.contains(unit));
    Ok(Some(String::from_utf16_lossy(&line)))
}

/// Forgets the keys that wait.
pub(crate) fn forget_keys(input: &impl AsHandle) {
    // SAFETY: the handle is open, since it is borrowed.
    unsafe { FlushConsoleInputBuffer(handle(input)) };
}

/// Whether keys wait that stand for a character. The console counts the mouse and its window as well.
pub(crate) fn has_keys(input: &impl AsHandle) -> bool {
    let mut count = 0;
    // SAFETY: the handle is open, since it is borrowed; the count outlives the call.
    unsafe { GetNumberOfConsoleInputEvents(handle(input), &raw mut count) };
    let mut records = vec![INPUT_RECORD::default(); count as usize];
    let mut seen = 0;
    // SAFETY: the handle is open, since it is borrowed; the pointer is that of `count` records, which are all zeros
    // until they are written.
    unsafe { PeekConsoleInputW(handle(input), records.as_mut_ptr(), count, &raw mut seen) };
    records.iter().take(seen as usize).any(|record| {
        // SAFETY: the type of the record says which of its variants is there; of a key, the character is of 16 bits.
        u32::from(record.EventType) == KEY_EVENT
            && unsafe {
                let key = record.Event.KeyEvent;
                key.bKeyDown != 0 && key.uChar.UnicodeChar != 0
            }
    })
}

/// The number of the console's window, which it has even where nobody sees that.
pub(crate) fn window() -> Option<usize> {
    // SAFETY: it takes nothing, and what it returns is not used but as a number.
    let window = unsafe { GetConsoleWindow() };
    (!window.is_null()).then(|| window.addr())
}

/// The mode of a console's input or output.
pub(crate) fn mode(console: &impl AsHandle) -> io::Result<u32> {
    let mut mode = 0;
    // SAFETY: the handle is open, since it is borrowed; the mode outlives the call.
    checked(unsafe { GetConsoleMode(handle(console), &raw mut mode) })?;
    Ok(mode)
}

/// Sets the mode.
pub(crate) fn set_mode(console: &impl AsHandle, mode: u32) -> io::Result<()> {
    // SAFETY: the handle is open, since it is borrowed.
    checked(unsafe { SetConsoleMode(handle(console), mode) })
}

/// The mode in which an output understands the codes of terminals, for colors.
pub(crate) const fn with_codes(mode: u32) -> u32 {
    mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING
}
