//! The signals that end a long-running command, so that it can clean up behind itself.

use std::future::Future;

use crate::error::{Error, Result};

/// Runs a future on a small runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| cannot_listen(&error))?
        .block_on(future)
}

fn cannot_listen(error: &std::io::Error) -> Error {
    Error::failed(format!("cannot listen for signals: {error}"))
}

/// Which of them came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "there is only Ctrl-C"))]
pub(crate) enum Cause {
    Interrupt,
    Terminate,
    HangUp,
    Quit,
}

/// The signals, listened to from the moment this is made.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening: from here on none of them ends the process by itself.
    pub(crate) fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| cannot_listen(&error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            quit: listen(SignalKind::quit())?,
        })
    }

    /// Waits for Ctrl-C, Ctrl-\\, a termination or the terminal's end.
    pub(crate) async fn any(&mut self) -> Cause {
        tokio::select! {
            _ = self.interrupt.recv() => Cause::Interrupt,
            _ = self.terminate.recv() => Cause::Terminate,
            _ = self.hang_up.recv() => Cause::HangUp,
            _ = self.quit.recv() => Cause::Quit,
        }
    }

    /// Waits for a termination or the terminal's end; Ctrl-C is left to another program.
    pub(crate) async fn but_interrupt(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// The signals, listened to from the moment this is made.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Starts listening.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self)
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn any(&mut self) -> Cause {
        let _ = tokio::signal::ctrl_c().await;
        Cause::Interrupt
    }

    /// Waits for ever, and keeps Ctrl-C from ending this process.
    pub(crate) async fn but_interrupt(&mut self) {
        loop {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
