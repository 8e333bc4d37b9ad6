//! The signals that end a long-running command, received so that it can clean up first.

use std::future::Future;

use super::runtime;
#[cfg(unix)]
use super::uninterrupted;
use crate::error::{Error, Result, reason, system};

/// Runs a future on a small runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    runtime::small().map_err(cannot_listen)?.block_on(future)
}

pub(super) fn cannot_listen(error: std::io::Error) -> Error {
    Error::failed(format!("cannot listen for signals: {}", reason(&error)))
        .with_any_remedy(system::shortage(&error))
        .with_source(error)
}

/// A signal that asks this process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "there is only Ctrl-C"))]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    HangUp,
    Quit,
}

impl Signal {
    /// The exit status of a process that it ends, as shells report it.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Terminate => 143,
        }
    }
}

/// Receives the signals: while this exists, none of them ends the process by itself.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
    #[cfg(unix)]
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(cannot_listen);
        uninterrupted::leave_to_receiver();
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            quit: listen(SignalKind::quit())?,
        })
    }

    /// Waits for any of them: Ctrl-C, Ctrl-\\, a termination or the end of the terminal.
    pub(crate) async fn any(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.quit.recv() => Signal::Quit,
        }
    }

    /// Waits for a termination or the end of the terminal, and ignores Ctrl-C, which another program handles.
    #[cfg(feature = "sandbox")]
    pub(crate) async fn but_interrupt(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn any(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }

    /// Waits without limit, and ignores Ctrl-C, which another program handles.
    pub(crate) async fn but_interrupt(&mut self) {
        loop {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
