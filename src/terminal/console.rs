//! The console of Windows, which has an input and an output of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::windows::io::AsHandle;
use std::sync::{LazyLock, OnceLock};

use terminal_size::{Height, Width, terminal_size_of};

use crate::windows::console;

/// The console's input.
pub(super) type Input = File;

pub(super) fn open() -> Option<(Input, File)> {
    if is_hidden() {
        return None;
    }
    Some((opened("CONIN$").ok()?, output().ok()?))
}

/// Whether nobody sees the console: the window of Git Bash and MSYS2 is a terminal of another kind, which has a console
/// without a window for programs like this one.
fn is_hidden() -> bool {
    fn is_other(stream: &(impl AsHandle + IsTerminal)) -> bool {
        stream.is_terminal() && console::mode(stream).is_err()
    }
    is_other(&io::stdin()) || is_other(&io::stdout()) || is_other(&io::stderr())
}

fn opened(name: &str) -> io::Result<File> {
    // To change its mode, it has to be open both ways.
    OpenOptions::new().read(true).write(true).open(name)
}

/// The console's output, for a program that draws on it.
pub(super) fn output() -> io::Result<File> {
    opened("CONOUT$")
}

/// Writes whole texts: what is written here ends with a character.
pub(super) fn write(output: &mut File, bytes: &[u8]) -> io::Result<usize> {
    console::write(output, &String::from_utf8_lossy(bytes))?;
    Ok(bytes.len())
}

pub(super) fn read_line(input: &mut Input) -> io::Result<Option<String>> {
    console::read_line(input)
}

pub(super) fn discard(input: &mut Input) {
    console::forget_keys(input);
}

/// The number of its window.
pub(super) fn identity() -> Option<String> {
    console::window().map(|window| format!("window-{window}"))
}

/// The columns and rows of its window.
pub(super) fn size(console: &impl AsHandle) -> Option<(usize, usize)> {
    let (Width(columns), Height(rows)) = terminal_size_of(console.as_handle())?;
    Some((columns.into(), rows.into()))
}

pub(super) fn has_input(input: &Input) -> bool {
    console::has_keys(input)
}

/// There is no background on a console.
pub(super) fn is_in_background<T>(_console: &T) -> bool {
    false
}

pub(super) fn stops_writer<T>(_console: &T) -> bool {
    false
}

/// Whether the console shows colors, as all do since Windows 10. Most have to be asked for it.
pub(super) fn shows_colors() -> bool {
    static SHOWS: LazyLock<bool> = LazyLock::new(|| {
        let Ok(output) = output() else { return false };
        console::mode(&output).is_ok_and(|mode| console::set_mode(&output, console::with_codes(mode)).is_ok())
    });
    *SHOWS
}

/// The mode of the output when this process began.
static GIVEN: OnceLock<u32> = OnceLock::new();

/// Notes the mode, for [`restore`]. Not only [`shows_colors`] changes it.
pub(crate) fn note_mode() {
    if let Some(mode) = output().ok().and_then(|output| console::mode(&output).ok()) {
        let _ = GIVEN.set(mode);
    }
}

/// Restores the mode, before this process ends.
pub fn restore() {
    if let (Some(mode), Ok(output)) = (GIVEN.get(), output()) {
        let _ = console::set_mode(&output, *mode);
    }
}

/// The modes before a program is started that changes them. It may be ended before it restores them itself.
pub(crate) struct Modes(Vec<(File, u32)>);

impl Modes {
    pub(crate) fn now() -> Self {
        let ends = open().map(|(input, output)| [input, output]).into_iter().flatten();
        Self(ends.filter_map(|end| console::mode(&end).ok().map(|mode| (end, mode))).collect())
    }

    pub(crate) fn restore(self) {
        for (end, mode) in self.0 {
            let _ = console::set_mode(&end, mode);
        }
    }
}
