//! The picker: rows on stdin, what a person chose of them on stdout, the person on the terminal.
//!
//! A process of its own, since skim replaces the allocator of its program and brings a hundred crates, none of which
//! is to see a secret. It is told names and nothing else.
//!
//! A row is a line: its key, what is shown, and lines of the preview, separated by tabs. An empty line says that there
//! are no more. The end of stdin says that nobody waits for the choice any longer.

use std::borrow::Cow;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::Parser;
use skim::binds::parse_key;
use skim::prelude::{
    ItemPreview, PreviewContext, RankCriteria, Skim, SkimItem, SkimItemReceiver, SkimItemSender, SkimOptions,
    SkimOptionsBuilder, unbounded,
};
use skim::tui::options::TuiLayout;
use tokio::sync::oneshot;

/// Choose rows of stdin on the terminal: the picker of `awsso pick`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Several rows may be chosen, with Tab
    #[arg(long)]
    multi: bool,
    /// What is searched for at first
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    query: String,
    /// What stands above the rows
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    header: String,
}

const GIVEN_UP: u8 = 130;
const WRONG_USAGE: u8 = 2;

/// A row; all of it is text that is shown as it stands.
struct Row {
    key: String,
    shown: String,
    preview: String,
}

impl Row {
    fn parse(line: &str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (key, shown) = (next(), next());
        Self { key, shown, preview: fields.collect::<Vec<_>>().join("\n") }
    }
}

impl SkimItem for Row {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shown)
    }

    fn output(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn preview(&self, _context: PreviewContext<'_>) -> ItemPreview {
        #[cfg(debug_assertions)]
        assert_ne!(self.key, "panic", "as a test asked for");
        ItemPreview::Text(self.preview.clone())
    }
}

/// How it ended.
enum End {
    Chosen(Vec<String>),
    GivenUp,
    /// By a signal of this number.
    Signal(u8),
    /// Nobody waits for the choice.
    Abandoned,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = draw_on_the_terminal() {
        eprintln!("aws-sso-pick: there is no terminal to choose on: {error}");
        return ExitCode::from(WRONG_USAGE);
    }
    match pick(&arguments) {
        Ok(End::Chosen(keys)) => print(&keys),
        Ok(End::GivenUp) => ExitCode::from(GIVEN_UP),
        Ok(End::Signal(number)) => ExitCode::from(128 + number),
        Ok(End::Abandoned) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("aws-sso-pick: {error}");
            ExitCode::FAILURE
        }
    }
}

/// skim draws on stderr, which may be redirected; the keys it reads from the terminal by itself.
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

fn pick(arguments: &Arguments) -> Result<End, Box<dyn std::error::Error>> {
    let (rows, abandoned) = read_rows();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut skim = Skim::init(options(arguments)?, Some(rows))?;
    let end = runtime.block_on(async {
        // Before the terminal is another than it was.
        let mut signals = Signals::listen()?;
        skim.start();
        skim.init_tui()?;
        skim.enter().await?;
        // What is not taken is dropped with `skim`, which gives the terminal back.
        tokio::select! {
            outcome = skim.run() => outcome.map(|()| None)?,
            number = signals.next() => Some(End::Signal(number)),
            _ = abandoned => Some(End::Abandoned),
        }
        .map_or_else(|| Ok::<_, Box<dyn std::error::Error>>(None), |end| Ok(Some(end)))
    })?;
    let output = runtime.block_on(async { skim.output() });
    Ok(match end {
        Some(end) => end,
        None if output.is_abort || output.selected_items.is_empty() => End::GivenUp,
        None => End::Chosen(output.selected_items.iter().map(|item| item.output().into_owned()).collect()),
    })
}

/// The signals that end programs. Ctrl-C is a key here.
#[cfg(unix)]
struct Signals {
    term: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    /// The number of the next one.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.term.recv() => 15,
            _ = self.hup.recv() => 1,
            _ = self.int.recv() => 2,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        std::future::pending().await
    }
}

/// Whether a preview of full height would leave hardly a row to choose from.
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
        // Columns stay where they are, wherever in the row the match is.
        .no_hscroll(true)
        // Of two that match as well, the one that was used more recently, which stands first.
        .tiebreak(vec![RankCriteria::Score, RankCriteria::Index])
        // The preview is the row's own text; no command is ever run.
        .preview("")
        .build()?;
    if !arguments.header.is_empty() {
        options.header = Some(arguments.header.clone());
    }
    // This key turns the query into a command.
    options.keymap.remove(&parse_key("ctrl-q")?);
    Ok(options)
}

/// Reads the rows as they come, on a thread of its own. The second half is ready when stdin ends.
fn read_rows() -> (SkimItemReceiver, oneshot::Receiver<()>) {
    let (sender, rows): (SkimItemSender, SkimItemReceiver) = unbounded();
    let (ended, abandoned) = oneshot::channel();
    thread::spawn(move || {
        forward(sender);
        let _ = ended.send(());
    });
    (rows, abandoned)
}

fn forward(sender: SkimItemSender) {
    /// What has been read is shown once there is so much of it, or nothing more at hand.
    const BATCH: usize = 1024;
    let mut stdin = io::BufReader::with_capacity(1 << 16, io::stdin());
    let mut sender = Some(sender);
    let mut batch: Vec<Arc<dyn SkimItem>> = Vec::new();
    let mut line = String::new();
    while stdin.read_line(&mut line).is_ok_and(|read| read > 0) {
        let row = line.trim_end_matches('\n');
        let is_end = row.is_empty();
        if !is_end {
            batch.push(Arc::new(Row::parse(row)));
        }
        line.clear();
        let is_due = batch.len() >= BATCH || is_end || !stdin.buffer().contains(&b'\n');
        if let Some(sender) = sender.as_ref().filter(|_| is_due) {
            let _ = sender.send(std::mem::take(&mut batch));
        }
        if is_end {
            sender = None;
        }
    }
}
