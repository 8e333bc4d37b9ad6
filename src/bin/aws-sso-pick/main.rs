//! The picker: reads rows from stdin, lets the user choose on the terminal, and prints the keys of the chosen rows.
//!
//! It is a process of its own because skim replaces the allocator of its program and brings a hundred crates, which
//! must not see a secret. This process gets names only.
//!
//! Each row is a line with a key, the shown text and the lines of the preview, separated by tabs. An empty line ends
//! the list; rows after it are additions. When stdin closes, aws-sso has ended, so the picker ends too.

mod dialog;
mod rows;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use aws_sso::programs::core_dumps;
#[cfg(unix)]
use aws_sso::programs::ignored::is_ignored;
use clap::Parser;
use skim::binds::parse_key;
use skim::prelude::{RankCriteria, Skim, SkimOptions, SkimOptionsBuilder};
use skim::tui::options::TuiLayout;

use dialog::Dialog;
use rows::Rows;

/// Let the user choose rows on the terminal: the picker of `awsso pick`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Allow several rows, marked with Tab
    #[arg(long)]
    multi: bool,
    /// Search text to begin with
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    query: String,
    /// Line above the rows
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    header: String,
}

const GIVEN_UP: u8 = 130;
const WRONG_USAGE: u8 = 2;

/// How the picker ended.
enum Ending {
    Chosen(Vec<String>),
    GivenUp,
    /// A signal with this number came.
    Signal(u8),
    /// stdin closed: aws-sso no longer waits for a choice.
    Abandoned,
}

fn main() -> ExitCode {
    core_dumps::prevent();
    let arguments = Arguments::parse();
    if let Err(error) = draw_on_the_terminal() {
        eprintln!("aws-sso-pick: no terminal: {error}");
        return ExitCode::from(WRONG_USAGE);
    }
    match pick(&arguments) {
        Ok(Ending::Chosen(keys)) => print(&keys),
        Ok(Ending::GivenUp) => ExitCode::from(GIVEN_UP),
        Ok(Ending::Signal(number)) => ExitCode::from(128 + number),
        Ok(Ending::Abandoned) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("aws-sso-pick: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Connects stderr, on which skim draws, with the terminal. skim itself reads keys from the terminal.
fn draw_on_the_terminal() -> io::Result<()> {
    if io::stderr().is_terminal() {
        return Ok(());
    }
    #[cfg(unix)]
    rustix::stdio::dup2_stderr(std::fs::OpenOptions::new().read(true).write(true).open("/dev/tty")?)?;
    Ok(())
}

fn print(keys: &[String]) -> ExitCode {
    let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn pick(arguments: &Arguments) -> Result<Ending, Box<dyn std::error::Error>> {
    let Rows { receiver, length, closed } = Rows::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut skim = Skim::init(options(arguments)?, Some(receiver))?;
    runtime.block_on(async {
        // Before skim changes the terminal, so that no signal can end the process without restoring it.
        let mut signals = EndSignals::listen()?;
        skim.start();
        skim.init_tui()?;
        skim.enter().await?;
        // Returning drops the dialog with `skim`, which restores the terminal.
        let mut dialog = Dialog::new(skim, length);
        tokio::select! {
            chosen = dialog.run() => Ok(match chosen? {
                Some(keys) if !keys.is_empty() => Ending::Chosen(keys),
                _ => Ending::GivenUp,
            }),
            number = signals.next() => Ok(Ending::Signal(number)),
            _ = closed => Ok(Ending::Abandoned),
        }
    })
}

/// The signals that end programs. The terminal is in raw mode, so Ctrl-C is a key and sends no SIGINT.
#[cfg(unix)]
struct EndSignals {
    term: Option<tokio::signal::unix::Signal>,
    hup: tokio::signal::unix::Signal,
    int: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl EndSignals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let unless_ignored = |kind: SignalKind| (!is_ignored(kind.as_raw_value())).then(|| signal(kind)).transpose();
        Ok(Self {
            term: unless_ignored(SignalKind::terminate())?,
            // Also under `nohup`: without its terminal the picker is of no use.
            hup: signal(SignalKind::hangup())?,
            int: unless_ignored(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal and returns its number.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            Some(()) = receive(&mut self.term) => 15,
            _ = self.hup.recv() => 1,
            Some(()) = receive(&mut self.int) => 2,
        }
    }
}

#[cfg(unix)]
async fn receive(signal: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    signal.as_mut()?.recv().await
}

#[cfg(not(unix))]
struct EndSignals;

#[cfg(not(unix))]
impl EndSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        std::future::pending().await
    }
}

/// Whether the terminal is so low that a preview of full height would leave hardly any rows.
fn is_short() -> bool {
    const ENOUGH: u16 = 14;
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stderr()) {
        return (1..ENOUGH).contains(&size.ws_row);
    }
    false
}

fn options(arguments: &Arguments) -> Result<SkimOptions, Box<dyn std::error::Error>> {
    let mut options = SkimOptionsBuilder::default()
        .multi(arguments.multi)
        .query(arguments.query.clone())
        .layout(TuiLayout::Reverse)
        .height("100%")
        .no_mouse(true)
        .preview_window(if is_short() { "down:2" } else { "down:6" })
        // Without this skim scrolls each row to its match, and the columns are no longer aligned.
        .no_hscroll(true)
        // Of two equally good matches, the first row wins: it is the one that was used more recently.
        .tiebreak(vec![RankCriteria::Score, RankCriteria::Index])
        // No command: the preview is the row's own text.
        .preview("")
        .build()?;
    if !arguments.header.is_empty() {
        options.header = Some(arguments.header.clone());
    }
    // This key makes skim run the query as a command.
    options.keymap.remove(&parse_key("ctrl-q")?);
    // Enter that is typed before the picker is on the screen arrives as this key.
    if let Some(accept) = options.keymap.get(&parse_key("enter")?).cloned() {
        options.keymap.insert(parse_key("ctrl-j")?, accept);
    }
    Ok(options)
}
