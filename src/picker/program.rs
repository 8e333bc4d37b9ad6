//! Runs a picker program, which reads the choices from stdin, draws on the terminal and prints what the user chose.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;

use super::kind::Picker;
use super::question::{Choice, Choices, Later, NO_MARK, Question, nothing_chosen};
use super::{fzf, hints};
use crate::credential_chain::helper;
use crate::environment;
use crate::error::{Error, Kind, Result, reason};
use crate::programs::on_path::{file_name, on_path};
use crate::programs::{core_dumps, startable, uninterrupted};
use crate::terminal::{Columns, Modes, to_draw_on};

#[derive(Debug)]
pub(super) struct PickerProgram {
    picker: Picker,
    path: PathBuf,
}

/// The picker's program, if it has one and it is installed.
pub(super) fn find(picker: Picker) -> Option<PickerProgram> {
    let path = match picker {
        Picker::Skim => beside_us("aws-sso-pick").or_else(|| on_path("aws-sso-pick")),
        Picker::Fzf => on_path("fzf"),
        Picker::Number => None,
    }?;
    Some(PickerProgram { picker, path })
}

impl Picker {
    /// Whether its program is installed. If not, the numbered list is used.
    #[must_use]
    pub fn is_installed(self) -> bool {
        self == Self::Number || find(self).is_some()
    }
}

fn beside_us(name: &str) -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.canonicalize().ok()?.with_file_name(file_name(name));
    path.is_file().then_some(path)
}

impl PickerProgram {
    pub(super) fn ask(&self, question: &Question<'_>, choices: Choices) -> Result<Vec<usize>> {
        let mut command = self.command(question);
        let rows = if self.picker == Picker::Fzf {
            fzf::check_version(&self.path)?;
            Some(fzf::Rows::write(&choices)?)
        } else {
            None
        };
        match &rows {
            Some(rows) => rows.prepare(&mut command, question),
            None => prepare_skim(&mut command, question, choices.columns),
        }
        let modes = Modes::now();
        let mut child = core_dumps::start(&mut command)
            .map_err(|error| self.failed(&startable::explain(self.path.as_os_str(), &error).what))?;
        let picker = self.picker;
        let stdin = child.stdin.take().map(Arc::new);
        // aws-sso-pick ends when its stdin closes, because then this process has died. fzf needs the end of stdin to
        // know that there are no more rows.
        let _held = stdin.clone().filter(|_| picker == Picker::Skim);
        if let Some(stdin) = stdin {
            // Never joined: it may still be fetching choices when the user has chosen.
            std::thread::spawn(move || feed(picker, stdin, choices));
        }
        // If a signal ended this process first, the picker would leave the terminal in raw mode.
        let _guard = SignalGuard::forward_to(&child);
        let ended = finish(child);
        modes.restore();
        let (status, answer) = ended.map_err(|error| self.failed(&reason(&error)))?;
        if !status.success() {
            return Err(self.ended(status, question));
        }
        let answer = match rows {
            Some(rows) => rows.chosen(&self.path, &answer).map_err(|error| self.failed(&reason(&error)))?,
            None => Some(answer),
        };
        let answer = answer.ok_or_else(|| nothing_chosen(question))?;
        let chosen = answer.lines().map(|line| line.split('\t').next().unwrap_or_default().parse());
        match chosen.collect::<std::result::Result<Vec<usize>, _>>() {
            Ok(chosen) if !chosen.is_empty() => Ok(chosen),
            _ => Err(self.failed("it did not print the number of a row")),
        }
    }

    fn command(&self, question: &Question<'_>) -> Command {
        let mut command = helper(&self.path);
        command.args(question.many.then_some("--multi"));
        command.arg(format!("--query={}", question.query));
        // stderr may be redirected, as in `$(…)`. The picker draws on it, so it gets the terminal.
        let terminal = to_draw_on();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(terminal.map_or_else(|_| Stdio::inherit(), Stdio::from));
        command
    }

    fn ended(&self, status: ExitStatus, question: &Question<'_>) -> Error {
        match status.code() {
            Some(code) if code == i32::from(Kind::Cancelled.status()) => nothing_chosen(question),
            // fzf's status for Enter without a match.
            Some(1) if self.picker == Picker::Fzf => nothing_chosen(question),
            // Ended by a signal.
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

/// While this exists, signals end the picker instead of this process, which ends by them afterwards.
struct SignalGuard {
    #[cfg(unix)]
    forwarded: Vec<signal_hook::SigId>,
    _held: uninterrupted::Uninterrupted,
}

impl SignalGuard {
    #[cfg(unix)]
    fn forward_to(child: &Child) -> Self {
        use crate::programs::ignored::is_ignored;
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let held = uninterrupted::begin();
        let signals = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal));
        // Where this fails, this process still ends by the signal, once the user has chosen.
        let forwarded = signals.filter_map(|signal| forward(signal, child.id()).ok()).collect();
        Self { forwarded, _held: held }
    }

    /// The picker gets the events of the console too, and has a moment to end.
    #[cfg(windows)]
    fn forward_to(_child: &Child) -> Self {
        Self { _held: uninterrupted::begin() }
    }
}

#[cfg(unix)]
impl Drop for SignalGuard {
    fn drop(&mut self) {
        for id in self.forwarded.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

/// Passes a signal on to the picker, until it is unregistered.
#[cfg(unix)]
fn forward(signal: i32, child: u32) -> std::io::Result<signal_hook::SigId> {
    use std::io::Read as _;
    let (mut receiver, sender) = std::os::unix::net::UnixStream::pair()?;
    let id = signal_hook::low_level::pipe::register(signal, sender)?;
    std::thread::spawn(move || {
        while receiver.read_exact(&mut [0]).is_ok() {
            let picker = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
            let _ = picker.map(|picker| rustix::process::kill_process(picker, rustix::process::Signal::TERM));
        }
    });
    Ok(id)
}

/// Waits for the picker to end; returns its status and what it printed.
fn finish(child: Child) -> std::io::Result<(ExitStatus, String)> {
    let output = child.wait_with_output()?;
    Ok((output.status, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Options that only `aws-sso-pick` has.
fn prepare_skim(command: &mut Command, question: &Question<'_>, columns: Option<Columns>) {
    command.args(columns.map(|columns| format!("--columns={columns}")));
    command.arg(format!("--header={NO_MARK}{}", question.header));
    command.arg(format!("--margin={}", NO_MARK.len()));
    if !question.color.is_empty() && environment::colors() != Some(false) {
        command.arg(format!("--color={}", question.color));
    }
    command.args((!question.is_asked_for).then_some("--unasked"));
    command.args((!environment::is_utf8()).then_some("--ascii"));
    command.args(hints::all(question).iter().map(|hint| format!("--hint={hint}")));
}

/// Writes the choices. The picker stops reading when the user has chosen, so callers ignore errors.
fn feed(picker: Picker, stdin: Arc<ChildStdin>, choices: Choices) -> std::io::Result<()> {
    /// More rows than any screen has. They are flushed first, so that the user sees them while the others are created.
    const SCREENFUL: usize = 200;
    let mut pipe = BufWriter::with_capacity(1 << 16, &*stdin);
    for index in 0..choices.count {
        write_choice(&mut pipe, picker, index, &(choices.choice)(index))?;
        if index == SCREENFUL {
            pipe.flush()?;
        }
    }
    if picker == Picker::Skim {
        pipe.write_all(b"\n")?;
    }
    pipe.flush()?;
    let Some(later) = choices.later else { return Ok(()) };
    if picker == Picker::Fzf {
        // A row that fzf is given later can take the place of the selected one. The new roles are there the next time.
        drop(pipe);
        drop(stdin);
        later(&mut |_| {});
        return Ok(());
    }
    let mut index = choices.count;
    let mut outcome = Ok(());
    later(&mut |later| {
        if outcome.is_ok() {
            outcome = write_later(&mut pipe, &mut index, later);
        }
    });
    outcome
}

fn write_later(pipe: &mut impl Write, index: &mut usize, later: Later) -> std::io::Result<()> {
    match later {
        Later::Choices(choices) => {
            for choice in choices {
                write_choice(pipe, Picker::Skim, *index, &choice)?;
                *index += 1;
            }
        }
        Later::Progress(text) => writeln!(pipe, "\t{text}")?,
    }
    pipe.flush()
}

fn write_choice(pipe: &mut impl Write, picker: Picker, index: usize, choice: &Choice) -> std::io::Result<()> {
    if picker == Picker::Fzf {
        return fzf::write_row(pipe, index, choice);
    }
    write!(pipe, "{index}\t{}", choice.line())?;
    for line in &choice.details {
        write!(pipe, "\t{line}")?;
    }
    pipe.write_all(b"\n")
}
