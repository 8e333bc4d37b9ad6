//! The signals that end a long-running command, received so that it can clean up first.

use std::future::Future;

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};

use super::runtime;
#[cfg(unix)]
use super::{ignored::is_ignored, uninterrupted};
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

#[cfg(not(unix))]
pub(crate) fn survive_limit_of_file_size() {}

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

    /// What the user calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HangUp => "SIGHUP",
            Self::Interrupt => "Ctrl-C",
            Self::Quit => "Ctrl-\\",
            Self::Terminate => "SIGTERM",
        }
    }
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
