//! Prints the output of runs on threads of its own, so that a slow terminal, or one held with Ctrl-S, does not keep the
//! runs from being ended. Stdout and stderr have a thread each, so that what nobody takes of one does not silence the
//! other, unless they are one file, where the order of their lines counts.

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

impl Stream {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Out => "stdout",
            Self::Err => "stderr",
        }
    }
}

/// How long nothing is taken before nothing is expected to be.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sending side of the threads that print.
pub(super) struct Printer {
    /// For stdout and stderr, which may be one.
    lanes: [Arc<Lane>; 2],
    state: Arc<PrinterState>,
}

/// The way to one of the threads.
struct Lane {
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    flow: Arc<Flow>,
}

/// The answer of a thread that has printed everything.
pub(super) struct LaneEnd(Arc<Lane>, oneshot::Receiver<()>);

/// How a thread and those that send to it see each other's progress.
#[derive(Default)]
struct Flow {
    /// How many texts were sent and are not printed yet.
    waiting: AtomicUsize,
    /// How many pieces of texts were written.
    written: AtomicUsize,
    /// What `written` was when nothing had been taken for a while, plus 1.
    stuck: AtomicUsize,
}

/// What all threads find out.
#[derive(Default)]
struct PrinterState {
    /// Why some output could not be written, by the first error, and the file of it.
    lost: OnceLock<(io::Error, Option<PathBuf>)>,
    /// Whether stdout and stderr are closed, which is not a failure.
    is_closed: [AtomicBool; 2],
    /// Whether a text was left out, because nobody took it.
    has_left_out: AtomicBool,
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
    /// Removes the progress bar: behind the last lines it would only flash.
    RemoveBar,
    /// Answered once everything before it is printed.
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
    /// Starts the threads. The progress bar belongs to the one for stderr: to draw it, others would wait for a terminal
    /// that takes nothing.
    pub(super) fn around(bar: Option<ProgressBar>) -> Result<Self> {
        let state = Arc::new(PrinterState::default());
        let err = Arc::new(Lane::start(bar, &state)?);
        let out = if are_one_file() { Arc::clone(&err) } else { Arc::new(Lane::start(None, &state)?) };
        Ok(Self { lanes: [out, err], state })
    }

    fn lane(&self, stream: Stream) -> &Lane {
        &self.lanes[stream as usize]
    }

    /// Prints this in one piece, once there is room. If nothing is taken, that is worth waiting for only until
    /// `hurry` is ready: then the text is left out.
    pub(super) async fn print(&self, stream: Stream, text: Text, hurry: impl Future<Output = ()>) {
        let stuck = async {
            hurry.await;
            self.lane(stream).stuck().await;
        };
        tokio::select! {
            biased;
            room = self.lane(stream).room(text.size()) => self.lane(stream).send(stream, text, room),
            () = stuck => self.state.has_left_out.store(true, Ordering::Relaxed),
        }
    }

    /// Prints this once there is room, or at once if that is no longer worth waiting for.
    pub(super) async fn print_unless(&self, stream: Stream, text: Text, hurry: impl Future<Output = ()>) {
        let size = text.size();
        let room = tokio::select! {
            room = self.lane(stream).room(size) => room,
            () = hurry => None,
        };
        self.lane(stream).send(stream, text, room);
    }

    /// Prints this without waiting for room.
    pub(super) fn say(&self, stream: Stream, text: Text) {
        self.lane(stream).send(stream, text, None);
    }

    /// Shows this in the progress bar.
    pub(super) fn show(&self, done: u64, text: String) {
        let _ = self.lane(Stream::Err).queue.send(Message::Progress { done, text });
    }

    /// Removes the progress bar, before what is said next.
    pub(super) fn remove_bar(&self) {
        let _ = self.lane(Stream::Err).queue.send(Message::RemoveBar);
    }

    /// Ends what is printed. What is returned is for [`Self::ended`].
    pub(super) fn end(&self) -> Vec<LaneEnd> {
        let [out, err] = &self.lanes;
        let lanes = [Some(err), Some(out).filter(|out| !Arc::ptr_eq(out, err))];
        lanes.into_iter().flatten().map(Lane::end).collect()
    }

    /// Waits until everything is printed, except what nobody takes if `is_ending`.
    pub(super) async fn ended(ends: &mut Vec<LaneEnd>, is_ending: bool) {
        while let Some(LaneEnd(lane, printed)) = ends.last_mut() {
            tokio::select! {
                _ = printed => {}
                () = lane.stuck(), if is_ending => {}
            }
            ends.pop();
        }
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

impl Lane {
    fn start(bar: Option<ProgressBar>, state: &Arc<PrinterState>) -> Result<Self> {
        let ((queue, messages), flow) = (channel(), Arc::new(Flow::default()));
        let (shared, state) = (Arc::clone(&flow), Arc::clone(state));
        let print = move || print_all(&messages, bar.as_ref(), &shared, &state);
        std::thread::Builder::new().spawn(print).map_err(no_thread)?;
        Ok(Self { queue, room: Arc::new(Semaphore::new(WAITING)), flow })
    }

    async fn room(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let size = u32::try_from(size.clamp(SMALLEST, WAITING)).unwrap_or(u32::MAX);
        Arc::clone(&self.room).acquire_many_owned(size).await.ok()
    }

    fn send(&self, stream: Stream, text: Text, room: Option<OwnedSemaphorePermit>) {
        self.flow.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.queue.send(Message::Text { stream, text, _room: room });
    }

    /// Waits until nothing has been taken for a while: a terminal is held with Ctrl-S, or a reader does not read.
    async fn stuck(&self) {
        let flow = &self.flow;
        let mut before = flow.written.load(Ordering::Relaxed);
        while flow.stuck.load(Ordering::Relaxed) != before + 1 {
            tokio::time::sleep(PATIENCE).await;
            let now = flow.written.load(Ordering::Relaxed);
            if now == before && flow.waiting.load(Ordering::Relaxed) > 0 {
                flow.stuck.store(now + 1, Ordering::Relaxed);
            }
            before = now;
        }
    }

    fn end(lane: &Arc<Self>) -> LaneEnd {
        let (answer, printed) = oneshot::channel();
        let _ = lane.queue.send(Message::End(answer));
        LaneEnd(Arc::clone(lane), printed)
    }
}

/// Whether what is written to stdout and to stderr meets in one place: one terminal, or one pipe or file.
#[cfg(unix)]
fn are_one_file() -> bool {
    let id = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let (out, err) = (rustix::fs::fstat(io::stdout()).map(id), rustix::fs::fstat(io::stderr()).map(id));
    (io::stdout().is_terminal() && io::stderr().is_terminal()) || (out.is_ok() && out == err)
}

#[cfg(not(unix))]
fn are_one_file() -> bool {
    true
}

fn print_all(messages: &Receiver<Message>, bar: Option<&ProgressBar>, flow: &Flow, state: &PrinterState) {
    while let Ok(first) = messages.recv() {
        let mut batch: Vec<_> = std::iter::once(first).chain(messages.try_iter().take(BATCH)).collect();
        let write_batch = || batch.iter().for_each(|message| write(message, flow, state));
        if let Some(bar) = bar.filter(|_| batch.iter().any(|message| matches!(message, Message::RemoveBar))) {
            bar.finish_and_clear();
        }
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
                (Message::Progress { done, text }, Some(bar)) if Some(number) == newest && !bar.is_finished() => {
                    bar.set_position(done);
                    bar.set_message(text);
                }
                (Message::End(answer), _) => {
                    let _ = answer.send(());
                }
                _ => {}
            }
        }
    }
}

fn write(message: &Message, flow: &Flow, state: &PrinterState) {
    let Message::Text { stream, text, .. } = message else { return };
    let written = match (stream, text) {
        (Stream::Out, Text::Bytes(bytes)) => {
            let mut stdout = Counted(io::stdout().lock(), flow);
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        }
        (Stream::Err, Text::Bytes(bytes)) => Counted(io::stderr(), flow).write_all(bytes),
        (_, Text::Json(run)) => run.write(Counted(io::stdout().lock(), flow), io::stdout().is_terminal()),
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
    flow.waiting.fetch_sub(1, Ordering::Relaxed);
}

/// Counts what is written, in pieces that a slow terminal takes within a moment.
struct Counted<'a, W>(W, &'a Flow);

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
