//! Reads what a run writes: until nobody can write any more, or until nothing has come for a second after its process
//! has ended.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::watch;

use crate::programs::pipe::{self, HeldPipe, Pipe};

/// The longest line that is returned in one piece, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// For how long nothing has to come after the process of a run has ended, while other processes hold its output open.
pub(super) const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// How long other processes are read that never pause that long.
const LONGEST: Duration = Duration::from_secs(10);

/// How much is read of other processes after [`LAST_OUTPUT`], in bytes: the last program of a pipeline has some left,
/// but one that never ends must not be printed without limit.
const MOST: usize = 4 << 20;

/// Whether the process of a run has ended.
pub(super) type ProcessEnd = watch::Receiver<bool>;

/// The lines of a stream of a run.
pub(super) struct Lines<'a, R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    end: ProcessEnd,
    state: State,
    /// Called if the process has ended and others hold the stream open.
    on_held: &'a (dyn Fn() + Sync),
}

enum State {
    /// The process of the run has not ended.
    Running,
    /// It has, and nobody else can write: what is in the pipe is the rest.
    Closing,
    /// Another process may still write.
    Held(Held),
    Over,
}

impl<'a, R: AsyncRead + Unpin + Pipe> Lines<'a, R> {
    pub(super) fn of(stream: R, end: ProcessEnd, on_held: &'a (dyn Fn() + Sync)) -> Self {
        Self { reader: BufReader::new(stream), line: Vec::new(), end, state: State::Running, on_held }
    }

    /// The next line, whose newline may be missing.
    pub(super) async fn next(&mut self) -> Option<&[u8]> {
        self.line.clear();
        loop {
            self.look();
            let read = match &mut self.state {
                State::Over => break,
                State::Running => tokio::select! {
                    biased;
                    read = extend(&mut self.reader, &mut self.line) => read,
                    Ok(()) = self.end.changed() => continue,
                },
                State::Closing => extend(&mut self.reader, &mut self.line).await,
                State::Held(held) if held.is_over() => {
                    held.is_cut = true;
                    break;
                }
                State::Held(held) => tokio::select! {
                    // What is in the pipe comes before the clock.
                    biased;
                    read = extend(&mut self.reader, &mut self.line) => {
                        held.take(read);
                        read
                    }
                    () = held.time_is_over() => break,
                },
            };
            if read == 0 {
                self.state = State::Over;
            } else if self.line.ends_with(b"\n") || self.line.len() >= LONGEST_LINE {
                break;
            }
        }
        (!self.line.is_empty()).then_some(&self.line)
    }

    /// Gives other processes the time that was spent on something else than reading.
    pub(super) fn pause(&mut self, time: Duration) {
        if let State::Held(held) = &mut self.state {
            held.begin += time;
            held.last += time;
        }
    }

    /// Whether other processes have written more than is read of them.
    pub(super) fn is_cut(&self) -> bool {
        matches!(&self.state, State::Held(held) if held.is_cut)
    }

    /// The pipe, if it is held open by another process.
    pub(super) fn held(self) -> Option<HeldPipe> {
        match self.state {
            State::Held(held) => Some(held.pipe),
            _ => None,
        }
    }

    /// Looks whether the process has ended, and who else may write then.
    fn look(&mut self) {
        if let State::Running = self.state
            && *self.end.borrow_and_update()
        {
            self.state = match pipe::held(self.reader.get_ref()) {
                None => State::Closing,
                Some(pipe) => {
                    (self.on_held)();
                    let own = pipe.waiting + self.reader.buffer().len();
                    let now = Instant::now();
                    State::Held(Held { pipe, own, others: 0, begin: now, last: now, is_cut: false })
                }
            };
        }
    }
}

/// A stream that another process holds open after the process of its run has ended.
struct Held {
    pipe: HeldPipe,
    /// How many bytes the run itself may have written of those that are not read yet. They are read in any case.
    own: usize,
    /// How many bytes of other processes were read.
    others: usize,
    /// Since when they are read. This and the next count only the time in which this process could read.
    begin: Instant,
    /// When something was read last.
    last: Instant,
    is_cut: bool,
}

impl Held {
    fn take(&mut self, read: usize) {
        self.others += read.saturating_sub(self.own);
        self.own = self.own.saturating_sub(read);
        self.last = Instant::now();
    }

    /// Whether others, who never pause, have written enough.
    fn is_over(&self) -> bool {
        let time = self.last.saturating_duration_since(self.begin);
        self.own == 0 && (time >= LONGEST || (time >= LAST_OUTPUT && self.others >= MOST))
    }

    async fn time_is_over(&self) {
        if self.own > 0 {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep_until((self.last + LAST_OUTPUT).into()).await;
    }
}

/// Adds what has arrived to the line, up to its end. Returns how many bytes that are; none at the end of the stream.
///
/// Nothing is lost if this is cancelled.
async fn extend(reader: &mut BufReader<impl AsyncRead + Unpin>, line: &mut Vec<u8>) -> usize {
    let Ok(bytes) = reader.fill_buf().await else { return 0 };
    let bytes = &bytes[..bytes.len().min(LONGEST_LINE - line.len())];
    let bytes = memchr::memchr(b'\n', bytes).map_or(bytes, |end| &bytes[..=end]);
    line.extend_from_slice(bytes);
    let read = bytes.len();
    reader.consume(read);
    read
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::net::unix::pipe;

    use super::*;

    /// All lines, with a pause after each that is none of the second.
    async fn read(mut lines: Lines<'_, pipe::Receiver>) -> (Vec<String>, Option<HeldPipe>) {
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.map(|line| String::from_utf8_lossy(line).into_owned()) {
            all.push(line);
            lines.pause(Duration::from_millis(1));
        }
        (all, lines.held())
    }

    #[test]
    fn what_the_process_wrote_is_read_and_others_are_waited_for_a_second() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // What is in the pipe when the process ends, whether another process holds it, and what is read.
        for (written, is_held, expected) in [
            ("a\nb\nc", false, vec!["a\n", "b\n", "c"]),
            ("a\nb\nc", true, vec!["a\n", "b\n", "c"]),
            ("", true, vec![]),
            ("", false, vec![]),
        ] {
            let (receiver, mut sender) = std::io::pipe().unwrap();
            sender.write_all(written.as_bytes()).unwrap();
            let holder = is_held.then_some(sender);
            let calls = AtomicUsize::new(0);
            let count = || {
                calls.fetch_add(1, Ordering::Relaxed);
            };
            let (_ended, end) = watch::channel(true);
            let (lines, held) = runtime.block_on(async {
                let receiver = pipe::Receiver::from_owned_fd(receiver.into()).unwrap();
                read(Lines::of(receiver, end, &count)).await
            });
            assert_eq!(lines, expected, "{written:?} {is_held}");
            assert_eq!((held.is_some(), calls.into_inner()), (is_held, usize::from(is_held)));
            drop(holder);
        }
    }
}
