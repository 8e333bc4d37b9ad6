//! The signals that end a long-running command, received so that it can clean up first.

use std::future::Future;

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};

#[cfg(windows)]
use super::console_events::ConsoleEvents;
#[cfg(unix)]
use super::ignored::is_ignored;
pub(crate) use super::signal::Signal;
use super::{runtime, uninterrupted};
use crate::error::{Error, Result, reason, system};

/// Has a write beyond the limit of a file's size fail with an error: by default a signal ends the process, in silence.
/// Programs that this one starts get the default.
#[cfg(unix)]
pub(crate) fn survive_limit_of_file_size() {
    use signal_hook::consts::SIGXFSZ;
    if !is_ignored(SIGXFSZ) {
        let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    }
}

#[cfg(windows)]
pub(crate) fn survive_limit_of_file_size() {}

/// Runs a future on a small runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = runtime::small().map_err(cannot_listen)?;
    let outcome = runtime.block_on(future);
    if cfg!(windows) {
        // A thread may be reading from a pipe that another program holds open, for as long as it likes.
        runtime.shutdown_background();
    }
    outcome
}

pub(super) fn cannot_listen(error: std::io::Error) -> Error {
    Error::failed(format!("cannot listen for signals: {}", reason(&error)))
        .with_any_remedy(system::shortage(&error))
        .with_source(error)
}

/// Receives one signal, unless this process was started to ignore it.
#[cfg(unix)]
pub(super) struct Listener(Option<unix::Signal>);

#[cfg(unix)]
impl Listener {
    pub(super) fn to(kind: SignalKind) -> Result<Self> {
        if is_ignored(kind.as_raw_value()) {
            return Ok(Self(None));
        }
        Ok(Self(Some(unix::signal(kind).map_err(cannot_listen)?)))
    }

    /// Waits for the signal, or without limit if it is ignored.
    pub(super) async fn receive(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// Receives the signals: while this exists, none of them ends the process by itself.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: Listener,
    #[cfg(unix)]
    terminate: Listener,
    #[cfg(unix)]
    hang_up: Listener,
    #[cfg(unix)]
    quit: Listener,
    #[cfg(windows)]
    events: ConsoleEvents,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> Result<Self> {
        uninterrupted::leave_to_receiver();
        Ok(Self {
            interrupt: Listener::to(SignalKind::interrupt())?,
            terminate: Listener::to(SignalKind::terminate())?,
            hang_up: Listener::to(SignalKind::hangup())?,
            quit: Listener::to(SignalKind::quit())?,
        })
    }

    /// Waits for any of them: Ctrl-C, Ctrl-\\, a termination or the end of the terminal.
    pub(crate) async fn any(&mut self) -> Signal {
        tokio::select! {
            biased;
            () = self.interrupt.receive() => Signal::Interrupt,
            () = self.terminate.receive() => Signal::Terminate,
            () = self.hang_up.receive() => Signal::HangUp,
            () = self.quit.receive() => Signal::Quit,
        }
    }

    /// Waits for a termination or the end of the terminal, and ignores Ctrl-C, which another program handles.
    #[cfg(feature = "sandbox")]
    pub(crate) async fn but_interrupt(&mut self) {
        tokio::select! {
            () = self.terminate.receive() => {}
            () = self.hang_up.receive() => {}
        }
    }
}

#[cfg(windows)]
impl Signals {
    pub(crate) fn new() -> Result<Self> {
        let events = ConsoleEvents::new().map_err(cannot_listen)?;
        uninterrupted::leave_to_receiver();
        Ok(Self { events })
    }

    /// Waits for any of them: Ctrl-C, Ctrl-Break, or the end of the console or of the session.
    pub(crate) async fn any(&mut self) -> Signal {
        self.events.next().await
    }

    /// Waits for the end of the console or of the session, and ignores the keys, which another program handles.
    #[cfg(feature = "sandbox")]
    pub(crate) async fn but_interrupt(&mut self) {
        while let Signal::Interrupt | Signal::Quit = self.any().await {}
    }
}
