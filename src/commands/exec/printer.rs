//! Prints the output of runs on a thread of its own, so that a slow terminal, or one held with Ctrl-S, does not keep
//! the runs from being ended.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// The sending side of the thread that prints.
pub(super) struct Printer {
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    state: Arc<PrinterState>,
}

/// What the thread reports back.
#[derive(Default)]
struct PrinterState {
    /// Whether some output could not be written.
    is_lost: AtomicBool,
    /// Whether stdout and stderr are closed, which is not a failure.
    is_closed: [AtomicBool; 2],
}

enum Message {
    Text {
        stream: Stream,
        text: Text,
        _room: Option<OwnedSemaphorePermit>,
    },
    /// Answered once everything before it is printed.
    End(Sender<()>),
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
    /// Starts the thread. It hides this progress bar while it prints.
    pub(super) fn around(bar: Option<ProgressBar>) -> Result<Self> {
        let (queue, messages) = channel();
        let state = Arc::new(PrinterState::default());
        let shared = Arc::clone(&state);
        let print = move || print_all(&messages, bar.as_ref(), &shared);
        std::thread::Builder::new().spawn(print).map_err(no_thread)?;
        Ok(Self { queue, room: Arc::new(Semaphore::new(WAITING)), state })
    }

    /// Prints this in one piece, once there is room.
    pub(super) async fn print(&self, stream: Stream, text: Text) {
        let room = self.room(text.size()).await;
        self.send(stream, text, room);
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

    async fn room(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let size = u32::try_from(size.clamp(SMALLEST, WAITING)).unwrap_or(u32::MAX);
        Arc::clone(&self.room).acquire_many_owned(size).await.ok()
    }

    fn send(&self, stream: Stream, text: Text, room: Option<OwnedSemaphorePermit>) {
        let _ = self.queue.send(Message::Text { stream, text, _room: room });
    }

    /// Waits until everything is printed, at most for `patience`.
    pub(super) fn finish(&self, patience: Option<Duration>) {
        let (answer, printed) = channel();
        let _ = self.queue.send(Message::End(answer));
        let _ = match patience {
            Some(patience) => printed.recv_timeout(patience).ok(),
            None => printed.recv().ok(),
        };
    }

    /// Notes that something could not be written.
    pub(super) fn lose(&self) {
        self.state.is_lost.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_lost(&self) -> bool {
        self.state.is_lost.load(Ordering::Relaxed)
    }

    /// Whether a write has found that the other end is closed.
    pub(super) fn is_closed(&self, stream: Stream) -> bool {
        self.state.is_closed[stream as usize].load(Ordering::Relaxed)
    }
}

fn print_all(messages: &Receiver<Message>, bar: Option<&ProgressBar>, state: &PrinterState) {
    while let Ok(first) = messages.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(messages.try_iter().take(BATCH)).collect();
        let write_batch = || batch.iter().filter_map(|message| write(message, state)).collect::<Vec<_>>();
        let answers = match bar {
            Some(bar) => bar.suspend(write_batch),
            None => write_batch(),
        };
        for answer in answers {
            let _ = answer.send(());
        }
    }
}

/// Writes a text, or returns the sender that is to be answered once the whole batch is written.
fn write<'a>(message: &'a Message, state: &PrinterState) -> Option<&'a Sender<()>> {
    let (stream, text) = match message {
        Message::Text { stream, text, .. } => (*stream, text),
        Message::End(answer) => return Some(answer),
    };
    let written = match (stream, text) {
        (Stream::Out, Text::Bytes(bytes)) => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        }
        (Stream::Err, Text::Bytes(bytes)) => io::stderr().write_all(bytes),
        (_, Text::Json(run)) => run.write(io::stdout().lock(), io::stdout().is_terminal()),
    };
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            state.is_closed[stream as usize].store(true, Ordering::Relaxed);
        }
        Err(_) => state.is_lost.store(true, Ordering::Relaxed),
    }
    None
}
