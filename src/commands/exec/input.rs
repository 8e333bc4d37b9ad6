//! What runs read from stdin. With `--stdin` each gets all of it, from its start. Without it they get nothing, so input
//! that is there is refused: otherwise a command would work on nothing, and a loop around this program lose its list.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::io::AsyncWriteExt as _;
use tokio::task::AbortHandle;

use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::programs::child::Child;
use crate::programs::group;
use crate::quote;
use crate::terminal;

/// How much is read or written at once, in bytes.
const CHUNK: usize = 64 << 10;

/// What all runs read.
pub(super) enum Input {
    /// Nothing: `/dev/null`.
    None,
    /// A file without a name: nobody else can open it, and it ends with this process.
    Kept(Arc<Mutex<File>>),
}

impl Input {
    /// Fails if there is input that no run would get.
    pub(super) fn refuse() -> Result<()> {
        if !stdin::has_input() {
            return Ok(());
        }
        Err(Error::usage("there is input on stdin, and no run would get it").with_remedy(
            "to give all of it to each run, add: --stdin\n\
             to run without it, as in a loop that reads a list, add: </dev/null",
        ))
    }

    /// Reads all of stdin for `--stdin`; without it, refuses what has arrived meanwhile.
    ///
    /// This comes last before the runs, so that nothing else can be refused when the input is used up.
    pub(super) fn take(is_asked: bool) -> Result<Self> {
        if !is_asked {
            Self::refuse()?;
            return Ok(Self::None);
        }
        let kept = unnamed().map_err(not_kept)?;
        if io::stdin().is_terminal() {
            let end = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
            terminal::say(&format!("aws-sso: type the input for all runs, and end it with {end}\n"));
        } else if stdin::is_slow() {
            terminal::say("aws-sso: waiting for the end of the input on stdin\n");
        }
        read_all(&kept)?;
        Ok(Self::Kept(Arc::new(Mutex::new(kept))))
    }

    /// Says after the runs that input has arrived which none of them got.
    pub(super) fn warn_of_late(&self) {
        if matches!(self, Self::None) && stdin::has_input() {
            terminal::warn(
                "input arrived on stdin after the runs had begun, and none of them got it: to give it to each run, \
                 add --stdin; to run without it, as in a loop that reads a list, add </dev/null",
            );
        }
    }

    /// Whether runs get input: through a pipe, and not from the file itself, since all who have that open would share
    /// one position.
    pub(super) fn is_given(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Begins to write the input to a run, which may end without reading all of it.
    pub(super) fn feed(&self, child: &mut Child) -> Feeder {
        let (Self::Kept(file), Some(mut pipe)) = (self, child.stdin.take()) else { return Feeder::default() };
        let (file, leader, failure) = (Arc::clone(file), child.id(), Arc::new(OnceLock::new()));
        let failed = Arc::clone(&failure);
        let task = tokio::spawn(async move {
            let (mut bytes, mut position) = (vec![0; CHUNK], 0);
            loop {
                match read_at(&file, position, &mut bytes) {
                    Ok(0) => return,
                    // A run that closes its stdin needs no more.
                    Ok(read) if pipe.write_all(&bytes[..read]).await.is_err() => return,
                    Ok(read) => position += read as u64,
                    Err(error) => {
                        let _ = failed.set(reason(&error));
                        // It must not take the beginning for the whole, so it is ended before it sees an end.
                        group::kill(leader);
                        std::future::pending::<()>().await;
                    }
                }
            }
        });
        Feeder { task: Some(task.abort_handle()), failure }
    }
}

/// Writes the input to one run, until it is dropped.
#[derive(Default)]
pub(super) struct Feeder {
    task: Option<AbortHandle>,
    failure: Arc<OnceLock<String>>,
}

impl Feeder {
    /// Why the run has not got all of its input, if that is not its own choice.
    pub(super) fn failure(&self) -> Option<Error> {
        let reason = self.failure.get()?;
        Some(Error::failed(format!("cannot read the input again for this run: {reason}")))
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// A file without a name, which no other user can read.
fn unnamed() -> io::Result<File> {
    let file = tempfile::tempfile()?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn read_at(file: &Mutex<File>, position: u64, bytes: &mut [u8]) -> io::Result<usize> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(position))?;
    file.read(bytes)
}

fn read_all(mut kept: &File) -> Result<()> {
    let unreadable = |error: io::Error| {
        Error::failed(format!("cannot read the input on stdin: {}", reason(&error))).with_source(error)
    };
    let mut input = stdin::open().map_err(unreadable)?;
    let mut bytes = vec![0; CHUNK];
    loop {
        match input.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(read) => kept.write_all(&bytes[..read]).map_err(not_kept)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => stdin::wait(),
            Err(error) => return Err(unreadable(error)),
        }
    }
}

fn not_kept(error: io::Error) -> Error {
    let folder = environment::temporary_folder();
    Error::failed(format!("cannot keep the input in {}: {}", folder.display(), reason(&error)))
        .with_remedy(format!("choose another folder, which has room: {}", quote::export("TMPDIR", "/var/tmp")))
        .with_any_remedy(system::shortage(&error))
        .with_source(error)
}

/// Stdin itself, without the buffer of the standard library, and what is known of it before a byte is read.
#[cfg(unix)]
mod stdin {
    use std::fs::File;
    use std::io::{self, IsTerminal as _};
    use std::os::fd::AsFd as _;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::tell;
    use rustix::io::{Errno, ioctl_fionread, pread, retry_on_intr};

    /// How long a pipe may be silent before a message says what is waited for.
    const SILENCE: Duration = Duration::from_secs(2);

    /// Whether input waits to be read. A terminal's does not count: it is typed for the next program that reads.
    pub(super) fn has_input() -> bool {
        let stdin = io::stdin();
        if stdin.is_terminal() || !is_readable(Some(Duration::ZERO)) {
            return false;
        }
        match tell(&stdin) {
            // A file or a device with a position, which reading there does not move. Files in /proc say no size.
            Ok(position) => retry_on_intr(|| pread(&stdin, &mut [0], position)).is_ok_and(|read| read > 0),
            Err(Errno::SPIPE) => ioctl_fionread(&stdin).is_ok_and(|count| count > 0),
            Err(_) => false,
        }
    }

    /// Whether nothing has come for a while, not even the end.
    pub(super) fn is_slow() -> bool {
        !is_readable(Some(SILENCE))
    }

    pub(super) fn open() -> io::Result<File> {
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    }

    /// Waits until there is something to read, or the end.
    pub(super) fn wait() {
        is_readable(None);
    }

    fn is_readable(patience: Option<Duration>) -> bool {
        let stdin = io::stdin();
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        let polled = retry_on_intr(|| poll(&mut [PollFd::new(&stdin, PollFlags::IN)], patience.as_ref()));
        polled.is_ok_and(|ready| ready > 0)
    }
}

/// Stdin of Windows, where a pipe says how much is in it.
#[cfg(windows)]
mod stdin {
    use std::fs::File;
    use std::io::{self, IsTerminal as _, Seek as _, StdinLock};
    use std::os::windows::io::AsHandle as _;
    use std::thread;
    use std::time::{Duration, Instant};

    use crate::windows::pipe;

    /// How long a pipe may be silent before a message says what is waited for, and how often to look.
    const SILENCE: Duration = Duration::from_secs(2);
    const PAUSE: Duration = Duration::from_millis(50);

    /// Whether input waits to be read. A console's does not count: it is typed for the next program that reads.
    pub(super) fn has_input() -> bool {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return false;
        }
        pipe::waiting(&stdin).map_or_else(|_| has_rest(), |count| count > 0)
    }

    /// Whether stdin is a file that is not read to its end.
    fn has_rest() -> bool {
        let Ok(mut file) = io::stdin().as_handle().try_clone_to_owned().map(File::from) else { return false };
        // A device has a size as well.
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map_or(0, |metadata| metadata.len());
        size > 0 && file.stream_position().is_ok_and(|position| position < size)
    }

    /// Whether nothing has come for a while, not even the end.
    pub(super) fn is_slow() -> bool {
        let start = Instant::now();
        while pipe::waiting(&io::stdin()).is_ok_and(|count| count == 0) {
            if start.elapsed() > SILENCE {
                return true;
            }
            thread::sleep(PAUSE);
        }
        false
    }

    pub(super) fn open() -> io::Result<StdinLock<'static>> {
        Ok(io::stdin().lock())
    }

    pub(super) fn wait() {}
}
