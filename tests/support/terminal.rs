//! A program in a terminal of its own: send keys, wait for text, read the screen.

use std::cell::Cell;
use std::fs;
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use unicode_width::UnicodeWidthStr as _;

use super::process::{Invocation, Output, describe_those_of, kill, signal};

const ROWS: NonZero<u16> = NonZero::new(50).unwrap();
/// Wide enough for a sign-in link; `Terminal::screen` joins longer lines.
const COLUMNS: NonZero<u16> = NonZero::new(200).unwrap();

/// What the program has drawn, and whether it still has the terminal open.
struct Display {
    parser: vt100::Parser,
    /// All that the program has written.
    written: Vec<u8>,
    /// How the program ended; its last output may not have arrived yet.
    status: Option<portable_pty::ExitStatus>,
    closed: bool,
}

impl Display {
    fn is_over(&self) -> bool {
        // Both: the terminal closes a moment before the exit status is known.
        self.closed && self.status.is_some()
    }
}

/// What is typed, and what the terminal itself answers.
type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

/// A running program and its terminal.
#[must_use = "`finish` says how it ended"]
pub struct Terminal {
    invocation: Invocation,
    captured: Option<[std::path::PathBuf; 2]>,
    id: u32,
    master: Box<dyn MasterPty + Send>,
    keyboard: Keyboard,
    display: Arc<(Mutex<Display>, Condvar)>,
    /// How many marks `type_lines` has typed.
    marks: usize,
}

impl Invocation {
    /// Starts it with stdin, stdout, stderr and `/dev/tty` on a terminal of its own.
    #[track_caller]
    pub fn in_terminal(self) -> Terminal {
        Terminal::open(self, None, (ROWS, COLUMNS))
    }

    /// The same in a window of this size.
    #[track_caller]
    pub fn in_window(self, rows: NonZero<u16>, columns: NonZero<u16>) -> Terminal {
        Terminal::open(self, None, (rows, columns))
    }

    /// Starts it as an SDK starts a `credential_process`: stdout and stderr are captured, and only `/dev/tty` leads
    /// to the terminal.
    #[track_caller]
    pub fn behind_a_program(self) -> Terminal {
        let folder = tempfile::Builder::new().prefix("captured-").tempdir_in(&self.home).unwrap().keep();
        Terminal::open(self, Some([folder.join("stdout"), folder.join("stderr")]), (ROWS, COLUMNS))
    }
}

impl Terminal {
    #[track_caller]
    fn open(
        invocation: Invocation,
        captured: Option<[std::path::PathBuf; 2]>,
        (rows, columns): (NonZero<u16>, NonZero<u16>),
    ) -> Self {
        let size = pty_size(rows, columns);
        let pair = native_pty_system().openpty(size).unwrap();
        keep_output(&pair.master.tty_name().unwrap());

        let mut command = match &captured {
            None => CommandBuilder::new(&invocation.words[0]),
            Some([stdout, stderr]) => {
                let mut shell = CommandBuilder::new("/bin/sh");
                let redirect = r#"out=$1 err=$2; shift 2; exec "$@" </dev/null >"$out" 2>"$err""#;
                shell.args(["-c", redirect, "sh"]);
                shell.args([stdout, stderr]);
                shell.arg(&invocation.words[0]);
                shell
            }
        };
        command.args(&invocation.words[1..]);
        command.cwd(&invocation.folder);
        command.env_clear();
        for (name, value) in &invocation.environment {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");

        let mut child = pair.slave.spawn_command(command).unwrap();
        let id = child.process_id().unwrap();
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let display = Arc::new((
            Mutex::new(Display {
                parser: vt100::Parser::new(rows, columns, 0),
                written: Vec::new(),
                status: None,
                closed: false,
            }),
            Condvar::new(),
        ));
        let ended = Arc::clone(&display);
        thread::spawn(move || {
            let status = child.wait().unwrap();
            ended.0.lock().unwrap().status = Some(status);
            // The terminal closes when no process has it open. A program `behind_a_program` opens it only at times,
            // so this side stays open until the program ends.
            drop(pair.slave);
        });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (drawn, answers) = (Arc::clone(&display), Arc::clone(&keyboard));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                // A terminal whose program has ended answers EIO.
                let read = reader.read(&mut bytes).unwrap_or(0);
                let mut display = drawn.0.lock().unwrap();
                display.parser.process(&bytes[..read]);
                display.written.extend(&bytes[..read]);
                answer(&bytes[..read], &display, &answers);
                display.closed = read == 0;
                drawn.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { invocation, captured, id, master: pair.master, keyboard, display, marks: 0 }
    }

    /// Sends keys: `\r` is Enter, `\x03` Ctrl-C, `\x04` Ctrl-D, `\x1b` Esc.
    pub fn send(&mut self, keys: &str) {
        // A program that has just ended accepts no keys; the test sees how it ended.
        let mut keyboard = self.keyboard.lock().unwrap();
        let _ = keyboard.write_all(keys.as_bytes()).and_then(|()| keyboard.flush());
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        // Decided in one look: the program may clear the screen a moment later.
        let seen = Cell::new(false);
        let is_in_time = self.wait(|display| {
            seen.set(contents(display).contains(text));
            seen.get() || display.is_over()
        });
        let screen = self.screen();
        if !is_in_time {
            let Invocation { limit, home, .. } = &self.invocation;
            panic!("{text:?} was not shown within {limit:?}:\n{screen}\n{}", describe_those_of(home));
        }
        let captured = self.take_captured();
        assert!(seen.get(), "ended without showing {text:?}:\n{screen}\n{captured:?}");
        self
    }

    /// The screen as text, with wrapped lines joined.
    pub fn screen(&self) -> String {
        contents(&self.display.0.lock().unwrap())
    }

    /// Waits for its end, and returns all that it has written, escape sequences among it.
    #[track_caller]
    pub fn transcript(self) -> String {
        assert!(self.wait(Display::is_over), "still running: {:?}\n{}", self.invocation.words, self.screen());
        let written = self.display.0.lock().unwrap().written.clone();
        String::from_utf8(written).unwrap().replace("\r\n", "\n")
    }

    /// A number that stands for a line: the mark of an earlier one may still be on the screen.
    pub fn new_mark(&mut self) -> usize {
        self.marks += 1;
        self.marks
    }

    /// Waits until this is true of the screen; `false` if the limit is over first, or the program.
    pub fn wait_until(&self, is_so: impl Fn(&vt100::Screen) -> bool) -> bool {
        let seen = Cell::new(false);
        self.wait(|display| {
            seen.set(is_so(display.parser.screen()));
            seen.get() || display.is_over()
        });
        seen.get()
    }

    /// Looks at the screen and its colours.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.display.0.lock().unwrap().parser.screen())
    }

    /// Whether the program shows the alternate screen, as a picker does.
    pub fn is_alternate_screen(&self) -> bool {
        self.display.0.lock().unwrap().parser.screen().alternate_screen()
    }

    /// Whether the cursor is visible.
    pub fn is_cursor_shown(&self) -> bool {
        !self.display.0.lock().unwrap().parser.screen().hide_cursor()
    }

    /// Whether the program has asked the terminal to report what the mouse does.
    pub fn reports_mouse(&self) -> bool {
        let display = self.display.0.lock().unwrap();
        display.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Where this text stands: its line and its column, from 0.
    #[track_caller]
    pub fn place(&self, text: &str) -> (u16, u16) {
        let display = self.display.0.lock().unwrap();
        let lines = display.parser.screen().rows(0, u16::MAX);
        let column = |line: &str| Some(u16::try_from(line[..line.find(text)?].width()).unwrap());
        let found = lines.zip(0..).find_map(|(line, row)| Some((row, column(&line)?)));
        found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{}", contents(&display)))
    }

    /// How the first character of this text is drawn.
    #[track_caller]
    pub fn cell(&self, text: &str) -> vt100::Cell {
        let (row, column) = self.place(text);
        self.display.0.lock().unwrap().parser.screen().cell(row, column).unwrap().clone()
    }

    /// Whether any character has a color, or a background of its own.
    pub fn has_color(&self) -> bool {
        let display = self.display.0.lock().unwrap();
        let screen = display.parser.screen();
        let (rows, columns) = screen.size();
        let place = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        let mut cells = place.filter_map(|(row, column)| screen.cell(row, column));
        cells.any(|cell| (cell.fgcolor(), cell.bgcolor()) != (vt100::Color::Default, vt100::Color::Default))
    }

    /// Changes the size of the terminal's window.
    pub fn resize(&self, rows: NonZero<u16>, columns: NonZero<u16>) {
        self.master.resize(pty_size(rows, columns)).unwrap();
        self.display.0.lock().unwrap().parser.screen_mut().set_size(rows, columns);
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Sends it a signal: `INT`, `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        signal(name, self.id().into());
    }

    /// Waits for its end. `stdout` is the last screen, unless it ran `behind_a_program`.
    #[track_caller]
    pub fn finish(self) -> Output {
        let ended = self.wait(Display::is_over);
        let screen = self.screen();
        if !ended {
            let is_closed = self.display.0.lock().unwrap().closed;
            let Invocation { limit, words, home, .. } = &self.invocation;
            let processes = describe_those_of(home);
            panic!("still running after {limit:?} (closed: {is_closed}): {words:?}\n{screen}\n{processes}");
        }
        let status = self.display.0.lock().unwrap().status.take().unwrap();
        let exit = match status.signal() {
            // The number of the signal is not known here; no test needs it.
            Some(_) => ExitStatus::from_raw(9),
            None => ExitStatus::from_raw(i32::try_from(status.exit_code()).unwrap() << 8),
        };
        let [stdout, stderr] = self.take_captured().unwrap_or_else(|| [screen.into_bytes(), Vec::new()]);
        Output::new(&self.invocation.words, exit, stdout, stderr)
    }

    fn take_captured(&self) -> Option<[Vec<u8>; 2]> {
        Some(self.captured.as_ref()?.each_ref().map(|file| fs::read(file).unwrap_or_default()))
    }

    /// Sends this, and again after each second without an effect, until the text is shown: for input that a program may
    /// ignore at its moment.
    pub fn send_until(&mut self, input: &str, text: &str) -> &mut Self {
        let start = Instant::now();
        while start.elapsed() < self.invocation.limit {
            self.send(input);
            let is_shown = |display: &Display| contents(display).contains(text) || display.is_over();
            if self.wait_within(Duration::from_secs(1), is_shown) {
                break;
            }
        }
        self.wait_for(text)
    }

    /// Waits until this is true of the display; `false` if the limit is over first.
    fn wait(&self, is_so: impl Fn(&Display) -> bool) -> bool {
        self.wait_within(self.invocation.limit, is_so)
    }

    fn wait_within(&self, limit: Duration, is_so: impl Fn(&Display) -> bool) -> bool {
        let (display, changed) = &*self.display;
        let start = Instant::now();
        let mut display = display.lock().unwrap();
        while !is_so(&display) {
            let Some(left) = limit.checked_sub(start.elapsed()) else { return false };
            display = changed.wait_timeout(display, left.max(Duration::from_millis(1))).unwrap().0;
        }
        true
    }
}

impl Drop for Terminal {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        if self.display.0.lock().is_ok_and(|display| !display.is_over()) {
            kill(self.id);
        }
    }
}

/// Answers a program that asks where the cursor is, as PowerShell does.
fn answer(output: &[u8], display: &Display, keyboard: &Keyboard) {
    const WHERE: &[u8] = b"\x1b[6n";
    for _ in output.windows(WHERE.len()).filter(|bytes| *bytes == WHERE) {
        let (row, column) = display.parser.screen().cursor_position();
        let _ = write!(keyboard.lock().unwrap(), "\x1b[{};{}R", row + 1, column + 1);
    }
}

fn contents(display: &Display) -> String {
    display.parser.screen().contents()
}

/// With Ctrl-C a terminal throws away what is not shown yet, and so now and then what the program writes as its answer.
fn keep_output(terminal: &Path) {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = open(terminal, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let mut modes = tcgetattr(&terminal).unwrap();
    modes.local_modes |= LocalModes::NOFLSH;
    tcsetattr(&terminal, OptionalActions::Now, &modes).unwrap();
}

fn pty_size(rows: NonZero<u16>, columns: NonZero<u16>) -> PtySize {
    PtySize { rows: rows.get(), cols: columns.get(), pixel_width: 0, pixel_height: 0 }
}

/// Types these lines one after the other, and `exit`; returns the last screen.
#[track_caller]
pub fn typed(invocation: Invocation, lines: &[&str]) -> String {
    // What is typed before the shell reads it is shown twice: none of it may leave the screen.
    let rows = ROWS.checked_mul(NonZero::new(6).unwrap()).unwrap();
    let mut terminal = invocation.in_window(rows, COLUMNS);
    type_lines(&mut terminal, lines);
    terminal.send(" exit 0\r");
    terminal.finish().success().stdout
}

/// Types lines, each after the one before is done.
#[track_caller]
pub fn type_lines(terminal: &mut Terminal, lines: &[&str]) {
    for line in lines {
        let mark = terminal.new_mark();
        terminal.send(&format!("{line}\r"));
        // The terminal echoes what is typed, so the shell puts the mark together.
        terminal.send(&format!("printf '%s%s\\n' do ne-{mark}\r"));
        terminal.wait_for(&format!("done-{mark}"));
    }
}
