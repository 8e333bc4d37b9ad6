//! A picker that is a program: it gets the rows on its stdin and answers on its stdout, and draws on the terminal.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;

use super::{Picker, Question, Row, Rows, nothing_chosen};
use crate::environment;
use crate::error::{Error, Kind, Result};

/// The program of one of the pickers.
#[derive(Debug)]
pub(super) struct Program {
    picker: Picker,
    path: PathBuf,
}

/// The picker's program, if it has one and that is installed.
pub(super) fn find(picker: Picker) -> Option<Program> {
    let path = match picker {
        Picker::Skim => beside_us("aws-sso-pick").or_else(|| on_path("aws-sso-pick")),
        Picker::Fzf => on_path("fzf"),
        Picker::Number => None,
    }?;
    Some(Program { picker, path })
}

fn beside_us(name: &str) -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.canonicalize().ok()?.with_file_name(name);
    path.is_file().then_some(path)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = environment::search_path()?;
    std::env::split_paths(&folders)
        // An empty one would mean whatever folder the person happens to be in.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

impl Program {
    pub(super) fn ask(&self, question: &Question<'_>, rows: Rows) -> Result<Vec<usize>> {
        let mut child = self.command(question).spawn().map_err(|error| self.failed(&error.to_string()))?;
        let picker = self.picker;
        let stdin = child.stdin.take().map(Arc::new);
        // Ours takes the end of its stdin for the end of this process, others for that of the rows.
        let _held = stdin.clone().filter(|_| picker == Picker::Skim);
        if let Some(stdin) = stdin {
            // Not waited for: more rows may come after the choice is made.
            std::thread::spawn(move || feed(picker, &stdin, rows));
        }
        // Whoever is sent away before the picker has left would leave the terminal as the picker had it.
        let _guard = Guard::of(&child);
        let (status, answer) = finish(child).map_err(|error| self.failed(&error.to_string()))?;
        if !status.success() {
            return Err(self.ended(status, question));
        }
        let chosen = answer.lines().map(|line| line.split('\t').next().unwrap_or_default().parse());
        match chosen.collect::<std::result::Result<Vec<usize>, _>>() {
            Ok(chosen) if !chosen.is_empty() => Ok(chosen),
            _ => Err(self.failed("it answered with something else than a row")),
        }
    }

    fn command(&self, question: &Question<'_>) -> Command {
        let mut command = Command::new(&self.path);
        match self.picker {
            Picker::Fzf => {
                // No preview: that would be a command line with names in it, for a shell to read.
                command.args(["--delimiter=\t", "--with-nth=2", "--nth=1..", "--tiebreak=index", "--preview="]);
                command.args(["--layout=reverse", if question.many { "--multi" } else { "--no-multi" }]);
            }
            Picker::Skim | Picker::Number => {
                command.args(question.many.then_some("--multi"));
            }
        }
        command.arg(format!("--query={}", question.query));
        command.arg(format!("--header={}", question.header));
        // Under `$(…)` and behind a program that swallows stderr the person still sees the terminal.
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(terminal.map_or_else(|_| Stdio::inherit(), Stdio::from));
        command
    }

    fn ended(&self, status: ExitStatus, question: &Question<'_>) -> Error {
        match status.code() {
            // 1 is fzf's word for Enter where nothing matches.
            Some(code) if code == i32::from(Kind::Cancelled.status()) => nothing_chosen(question),
            Some(1) if self.picker == Picker::Fzf => nothing_chosen(question),
            // Stopped by a signal that was meant for all of us.
            None | Some(129 | 130 | 143) => nothing_chosen(question),
            Some(code) => self.failed(&format!("it ended with status {code}")),
        }
    }

    fn failed(&self, reason: &str) -> Error {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Error::failed(format!("the picker {name} does not work: {reason}"))
            .with_remedy("to choose by number instead, write into the settings: picker = number")
    }
}

/// While it lives, a signal that would end this process ends the picker instead, and this process after it.
struct Guard {
    #[cfg(unix)]
    over: Arc<std::sync::atomic::AtomicBool>,
}

impl Guard {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        use signal_hook::consts::{SIGHUP, SIGTERM};
        let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
        for signal in [SIGHUP, SIGTERM] {
            // Without a handler the signal ends this process at once, as before.
            let _ = forward(signal, child.id(), &over);
        }
        Self { over }
    }

    #[cfg(not(unix))]
    fn of(_child: &Child) -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Guard {
    fn drop(&mut self) {
        self.over.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

/// Hands a signal on to the picker until it is over with that.
#[cfg(unix)]
fn forward(signal: i32, child: u32, over: &Arc<std::sync::atomic::AtomicBool>) -> std::io::Result<()> {
    use std::io::Read as _;
    let (mut told, teller) = std::os::unix::net::UnixStream::pair()?;
    signal_hook::flag::register_conditional_default(signal, Arc::clone(over))?;
    signal_hook::low_level::pipe::register(signal, teller)?;
    let over = Arc::clone(over);
    std::thread::spawn(move || {
        while told.read_exact(&mut [0]).is_ok() && !over.load(std::sync::atomic::Ordering::SeqCst) {
            let picker = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
            let _ = picker.map(|picker| rustix::process::kill_process(picker, rustix::process::Signal::TERM));
        }
    });
    Ok(())
}

/// Waits for the end, and for what was said until then.
fn finish(child: Child) -> std::io::Result<(ExitStatus, String)> {
    let output = child.wait_with_output()?;
    Ok((output.status, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Writes the rows. A picker that has its choice reads no more, which is no error.
fn feed(picker: Picker, stdin: &ChildStdin, rows: Rows) -> std::io::Result<()> {
    /// More than any screen holds; those are seen while the others are still being made.
    const SCREENFUL: usize = 200;
    let mut pipe = BufWriter::with_capacity(1 << 16, stdin);
    for index in 0..rows.count {
        write_row(&mut pipe, picker, index, &(rows.row)(index))?;
        if index == SCREENFUL {
            pipe.flush()?;
        }
    }
    pipe.flush()?;
    if let Some(later) = rows.later {
        for (index, row) in (rows.count..).zip(later()) {
            write_row(&mut pipe, picker, index, &row)?;
        }
    }
    if picker == Picker::Skim {
        pipe.write_all(b"\n")?;
    }
    pipe.flush()
}

fn write_row(pipe: &mut impl Write, picker: Picker, index: usize, row: &Row) -> std::io::Result<()> {
    write!(pipe, "{index}\t{}", row.shown)?;
    if picker == Picker::Skim {
        for line in &row.details {
            write!(pipe, "\t{line}")?;
        }
    }
    pipe.write_all(b"\n")
}
