//! The picker: reads rows from stdin, lets the user choose on the terminal, and prints the keys of the chosen rows.
//!
//! It is a process of its own because skim replaces the allocator of its program and brings a hundred crates, which
//! must not see a secret. This process gets names only.
//!
//! Each row is a line with a key, the shown text and the lines of the preview, separated by tabs. A line whose key is
//! empty says how far the list has got. An empty line ends the list; rows after it are additions. When stdin closes,
//! aws-sso has ended, so the picker ends too.

mod dialog;
mod rows;
mod search;
mod status;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aws_sso::programs::core_dumps;
#[cfg(unix)]
use aws_sso::programs::ignored::is_ignored;
#[cfg(unix)]
use aws_sso::terminal::to_draw_on;
use aws_sso::terminal::{Columns, stderr_size};
use clap::Parser;
use skim::binds::parse_key;
use skim::prelude::{Skim, SkimOptions, SkimOptionsBuilder};
use skim::tui::options::TuiLayout;
use skim::tui::statusline::InfoDisplay;

use dialog::{Dialog, Screen};
use rows::{Layout, Rows};
use status::Status;

/// Let the user choose rows on the terminal: the picker of `awsso pick`.
#[derive(Parser)]
#[command(name = "aws-sso-pick", version)]
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
    /// Colors and other marks that replace those of the picker, as in skim's --color
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    color: String,
    /// At how many characters of each row, the first ones, the search does not look
    #[arg(long, default_value_t = 0)]
    margin: usize,
    /// How wide the name of an account, the role and the sso-session are, in rows of such fields
    #[arg(long)]
    columns: Option<Columns>,
    /// What a key does, for the line above the rows
    #[arg(long)]
    hint: Vec<String>,
    /// Forget keys that come before the rows are on the screen, and take no row at an Enter before any other key
    #[arg(long)]
    unasked: bool,
    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,
}

/// Readable on every background: the selected row is in reverse video, and what matches is underlined.
const COLORS: &str = "bw,header::bold,prompt::bold,";

/// How long the threads may take to end.
const PATIENCE: Duration = Duration::from_secs(1);

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
    return Ok(rustix::stdio::dup2_stderr(to_draw_on()?)?);
    #[cfg(windows)]
    Err(io::Error::other("stderr leads elsewhere"))
}

fn print(keys: &[String]) -> ExitCode {
    let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn pick(arguments: &Arguments) -> Result<Ending, Box<dyn std::error::Error>> {
    let (columns, lines) = stderr_size();
    let layout = Arc::new(Layout::new(arguments.margin, arguments.columns, columns));
    let Rows { receiver, length, progress, closed } = Rows::read(Arc::clone(&layout));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut skim = Skim::init(options(arguments, lines)?, Some(receiver))?;
    skim.app_mut().matcher = search::matcher();
    let ending = runtime.block_on(async {
        // Before skim changes the terminal, so that no signal can end the process without restoring it.
        #[cfg(unix)]
        let mut signals = EndSignals::listen()?;
        skim.start();
        skim.init_tui()?;
        // How often skim wakes up while nobody types. The dialog waits for the filter by itself.
        skim.tui_mut().tick_rate = 10.0;
        skim.enter().await?;
        // After skim, because Windows asks the last handler first. That of skim ends the process from a thread of its
        // own: where it meets this one while it draws, the process may never end.
        #[cfg(windows)]
        let mut signals = EndSignals::listen()?;
        // Returning drops the dialog with `skim`, which restores the terminal.
        let separator = if arguments.ascii { " | " } else { " · " };
        let status = Status { progress, hints: arguments.hint.clone(), separator, header: arguments.header.clone() };
        let screen = Screen { layout, lines };
        let mut dialog = Dialog::new(skim, length, status, screen, arguments.unasked);
        tokio::select! {
            chosen = dialog.run() => Ok(match chosen? {
                Some(keys) if !keys.is_empty() => Ending::Chosen(keys),
                _ => Ending::GivenUp,
            }),
            number = signals.next() => Ok(Ending::Signal(number)),
            _ = closed => Ok(Ending::Abandoned),
        }
    });
    // The terminal is as it was, so that a thread of skim that does not end keeps nobody waiting.
    runtime.shutdown_timeout(PATIENCE);
    ending
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

/// The events of the console, as the signals that they stand for. The console is in raw mode, so Ctrl-C is a key.
#[cfg(windows)]
struct EndSignals {
    interrupt: tokio::signal::windows::CtrlC,
    quit: tokio::signal::windows::CtrlBreak,
    hang_up: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl EndSignals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Self { interrupt: ctrl_c()?, quit: ctrl_break()?, hang_up: ctrl_close()? })
    }

    /// Waits for the next event and returns the signal's number.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.quit.recv() => 2,
            _ = self.hang_up.recv() => 1,
        }
    }
}

/// Where the details of the selected row are. In a low terminal they leave most lines to the rows.
fn preview_window(lines: usize) -> &'static str {
    match lines {
        0..8 => "down:3:wrap:hidden",
        8..14 => "down:3:wrap",
        _ => "down:6:wrap",
    }
}

fn options(arguments: &Arguments, lines: usize) -> Result<SkimOptions, Box<dyn std::error::Error>> {
    let mut options = SkimOptionsBuilder::default()
        .multi(arguments.multi)
        .query(arguments.query.clone())
        .layout(TuiLayout::Reverse)
        .height("100%")
        .color([COLORS, &arguments.color].concat().trim_end_matches(','))
        .highlight_line(true)
        .scrollbar(if arguments.ascii { "|" } else { "▐" })
        // The header has a line for it, with what the keys do.
        .info(InfoDisplay::Hidden)
        .header("")
        .preview_window(preview_window(lines))
        // Without this skim scrolls each row to its match, and the columns are no longer aligned.
        .no_hscroll(true)
        // No command: the preview is the row's own text.
        .preview("")
        .build()?;
    // ctrl-q makes skim run the query as a command; ctrl-r lets it match in other ways, of which nothing on the screen
    // would tell.
    for key in ["ctrl-q", "ctrl-r"] {
        options.keymap.remove(&parse_key(key)?);
    }
    // Enter that is typed before the picker is on the screen arrives as this key.
    if let Some(accept) = options.keymap.get(&parse_key("enter")?).cloned() {
        options.keymap.insert(parse_key("ctrl-j")?, accept);
    }
    Ok(options)
}
