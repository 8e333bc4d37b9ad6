//! Prints the output of runs on a thread of its own, so that a slow terminal, or one held with Ctrl-S, does not keep
//! the runs from being ended.

use std::future::Future;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::json::JsonRun;
use super::requests::no_thread;
use crate::error::Result;

/// How many bytes may wait to be printed. A run that has more waits until there is room.
const WAITING: usize = 4 << 20;

/// What a text takes of that at least, as more than its bytes are kept.
const SMALLEST: usize = WAITING / 256;

/// How many lines are printed at once while the progress bar is hidden.
const BATCH: usize = 64;

/// stdout or stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// How long nothing is taken before nothing is expected to be.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sending side of the thread that prints.
pub(super) struct Printer {
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    state: Arc<PrinterState>,
}

/// What the two sides know of each other.
#[derive(Default)]
struct PrinterState {
    /// Why some output could not be written, by the first error, and the file of it.
    lost: OnceLock<(io::Error, Option<PathBuf>)>,
    /// Whether stdout and stderr are closed, which is not a failure.
    is_closed: [AtomicBool; 2],
    /// Whether a text was left out, because nobody took it.
    has_left_out: AtomicBool,
    /// How many texts were sent and are not printed yet.
    waiting: AtomicUsize,
    /// How many pieces of texts were written.
    written: AtomicUsize,
    /// What `written` was when nothing had been taken for a while, plus 1.
    stuck: AtomicUsize,
}

enum Message {
    Text {
        stream: Stream,
        text: Text,
        _room: Option<OwnedSemaphorePermit>,
    },
    /// What the progress bar is to show.
    Progress {
        done: u64,
        text: String,
    },
    /// Removes the progress bar. Answered once everything before it is printed.
    End(oneshot::Sender<()>),
}

/// What is printed in one piece.
pub(super) enum Text {
    Bytes(Vec<u8>),
    Json(Box<JsonRun>),
}

impl Text {
    fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            // Its files are open, which are few too.
            Self::Json(run) => run.size().max(WAITING / 16),
        }
    }
}

impl Printer {
    /// Starts the thread. The progress bar is its own: to draw it, others would wait for a terminal that takes nothing.
    pub(super) fn around(bar: Option<ProgressBar>) -> Result<Self> {
        let (queue, messages) = channel();
        let state = Arc::new(PrinterState::default());
        let shared = Arc::clone(&state);
        let print = move || print_all(&messages, bar.as_ref(), &shared);
        std::thread::Builder::new().spawn(print).map_err(no_thread)?;
        Ok(Self { queue, room: Arc::new(Semaphore::new(WAITING)), state })
    }

    /// Prints this in one piece, once there is room. If nothing is taken, that is worth waiting for only until
    /// `hurry` is ready: then the text is left out.
    pub(super) async fn print(&self, stream: Stream, text: Text, hurry: impl Future<Output = ()>) {
        let stuck = async {
            hurry.await;
            self.stuck().await;
        };
        tokio::select! {
            biased;
            room = self.room(text.size()) => self.send(stream, text, room),
            () = stuck => self.state.has_left_out.store(true, Ordering::Relaxed),
        }
    }

    /// Prints this once there is room, or at once if that is no longer worth waiting for.
    pub(super) async fn print_unless(&self, stream: Stream, text: Text, hurry: impl Future<Output = ()>) {
        let size = text.size();
        let room = tokio::select! {
            room = self.room(size) => room,
            () = hurry => None,
        };
        self.send(stream, text, room);
    }

    /// Prints this without waiting for room.
    pub(super) fn say(&self, stream: Stream, text: Text) {
        self.send(stream, text, None);
    }

    /// Shows this in the progress bar.
    pub(super) fn show(&self, done: u64, text: String) {
        let _ = self.queue.send(Message::Progress { done, text });
    }

    async fn room(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let size = u32::try_from(size.clamp(SMALLEST, WAITING)).unwrap_or(u32::MAX);
        Arc::clone(&self.room).acquire_many_owned(size).await.ok()
    }

    fn send(&self, stream: Stream, text: Text, room: Option<OwnedSemaphorePermit>) {
        self.state.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.queue.send(Message::Text { stream, text, _room: room });
    }

    /// Waits until nothing has been taken for a while: a terminal is held with Ctrl-S, or a reader does not read.
    pub(super) async fn stuck(&self) {
        let state = &self.state;
        let mut before = state.written.load(Ordering::Relaxed);
        while state.stuck.load(Ordering::Relaxed) != before + 1 {
            tokio::time::sleep(PATIENCE).await;
            let now = state.written.load(Ordering::Relaxed);
            if now == before && state.waiting.load(Ordering::Relaxed) > 0 {
                state.stuck.store(now + 1, Ordering::Relaxed);
            }
            before = now;
        }
    }

    /// Removes the progress bar, and answers once everything is printed.
    pub(super) fn end(&self) -> oneshot::Receiver<()> {
        let (answer, printed) = oneshot::channel();
        let _ = self.queue.send(Message::End(answer));
        printed
    }

    /// Notes that something could not be written to a file.
    pub(super) fn lose(&self, error: io::Error, file: PathBuf) {
        self.state.lost.get_or_init(|| (error, Some(file)));
    }

    /// Why something could not be written, and the file of it if it was one.
    pub(super) fn lost(&self) -> Option<(&io::Error, Option<&Path>)> {
        self.state.lost.get().map(|(error, file)| (error, file.as_deref()))
    }

    pub(super) fn has_left_out(&self) -> bool {
        self.state.has_left_out.load(Ordering::Relaxed)
    }

    /// Whether a write has found that the other end is closed.
    pub(super) fn is_closed(&self, stream: Stream) -> bool {
        self.state.is_closed[stream as usize].load(Ordering::Relaxed)
    }
}

fn print_all(messages: &Receiver<Message>, bar: Option<&ProgressBar>, state: &PrinterState) {
    while let Ok(first) = messages.recv() {
        let mut batch: Vec<_> = std::iter::once(first).chain(messages.try_iter().take(BATCH)).collect();
        let write_batch = || batch.iter().for_each(|message| write(message, state));
        match bar {
            Some(bar) if batch.iter().any(|message| matches!(message, Message::Text { .. })) => {
                bar.suspend(write_batch);
            }
            _ => write_batch(),
        }
        // Only the newest progress is worth a look.
        let newest = batch.iter().rposition(|message| matches!(message, Message::Progress { .. }));
        for (number, message) in batch.drain(..).enumerate() {
            match (message, bar) {
                (Message::Progress { done, text }, Some(bar)) if Some(number) == newest => {
                    bar.set_position(done);
                    bar.set_message(text);
                }
                (Message::End(answer), _) => {
                    if let Some(bar) = bar {
                        bar.finish_and_clear();
                    }
                    let _ = answer.send(());
                }
                _ => {}
            }
        }
    }
}

fn write(message: &Message, state: &PrinterState) {
    let Message::Text { stream, text, .. } = message else { return };
    let written = match (stream, text) {
        (Stream::Out, Text::Bytes(bytes)) => {
            let mut stdout = Counted(io::stdout().lock(), state);
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        }
        (Stream::Err, Text::Bytes(bytes)) => Counted(io::stderr(), state).write_all(bytes),
        (_, Text::Json(run)) => run.write(Counted(io::stdout().lock(), state), io::stdout().is_terminal()),
    };
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            state.is_closed[*stream as usize].store(true, Ordering::Relaxed);
        }
        Err(error) => {
            state.lost.get_or_init(|| (error, None));
        }
    }
    state.waiting.fetch_sub(1, Ordering::Relaxed);
}

/// Counts what is written, in pieces that a slow terminal takes within a moment.
struct Counted<'a, W>(W, &'a PrinterState);

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(&bytes[..bytes.len().min(4 << 10)])?;
        self.1.written.fetch_add(1, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
