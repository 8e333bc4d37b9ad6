//! Prints what runs say, on a thread of its own: a terminal that is slow, or held with Ctrl-S, keeps nobody from ending
//! the runs.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::output::Stream;

/// So many lines wait to be printed; whoever has more to say waits.
const WAITING: usize = 256;

/// So many are printed between two looks of the progress bar.
const BATCH: usize = 64;

/// Where lines are handed in.
pub(super) struct Printer {
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    fate: Arc<Fate>,
}

/// What became of what was printed.
#[derive(Default)]
struct Fate {
    /// Some of it could not be written.
    is_lost: AtomicBool,
    /// The readers that have gone, which is no failure.
    has_gone: [AtomicBool; 2],
}

enum Message {
    Text {
        stream: Stream,
        text: Vec<u8>,
        _room: Option<OwnedSemaphorePermit>,
    },
    /// All is said; the answer tells that it is printed.
    End(Sender<()>),
}

impl Printer {
    /// Prints around this bar.
    pub(super) fn around(bar: Option<ProgressBar>) -> Self {
        let (queue, messages) = channel();
        let fate = Arc::new(Fate::default());
        let its_fate = Arc::clone(&fate);
        std::thread::spawn(move || print_all(&messages, bar.as_ref(), &its_fate));
        Self { queue, room: Arc::new(Semaphore::new(WAITING)), fate }
    }

    /// Prints this in one piece, once there is room.
    pub(super) async fn print(&self, stream: Stream, text: Vec<u8>) {
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let _ = self.queue.send(Message::Text { stream, text, _room: room });
    }

    /// The same without waiting for room.
    pub(super) fn say(&self, stream: Stream, text: Vec<u8>) {
        let _ = self.queue.send(Message::Text { stream, text, _room: None });
    }

    /// Waits until all is printed, or for so long.
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
        self.fate.is_lost.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_lost(&self) -> bool {
        self.fate.is_lost.load(Ordering::Relaxed)
    }

    /// Whether nobody reads this any more.
    pub(super) fn has_gone(&self, stream: Stream) -> bool {
        self.fate.has_gone[stream as usize].load(Ordering::Relaxed)
    }
}

fn print_all(messages: &Receiver<Message>, bar: Option<&ProgressBar>, fate: &Fate) {
    while let Ok(first) = messages.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(messages.try_iter().take(BATCH)).collect();
        let write = || batch.iter().filter_map(|message| written(message, fate)).collect::<Vec<_>>();
        let answers = match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        for answer in answers {
            let _ = answer.send(());
        }
    }
}

/// Writes a text; whoever waits for the end is answered when it is out.
fn written<'a>(message: &'a Message, fate: &Fate) -> Option<&'a Sender<()>> {
    let (stream, text) = match message {
        Message::Text { stream, text, .. } => (*stream, text),
        Message::End(answer) => return Some(answer),
    };
    let written = match stream {
        Stream::Out => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text).and_then(|()| stdout.flush())
        }
        Stream::Err => io::stderr().write_all(text),
    };
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            fate.has_gone[stream as usize].store(true, Ordering::Relaxed);
        }
        Err(_) => fate.is_lost.store(true, Ordering::Relaxed),
    }
    None
}
