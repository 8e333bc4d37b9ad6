//! What asks a program of Windows to end: Ctrl-C, Ctrl-Break, a console that is closed, the end of the session.

use std::io;
use std::sync::mpsc;
use std::thread;

use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

use super::runtime;
use super::signals::Signal;

/// Receives them: while this exists, none of them ends the process by itself. After the last three the system ends it,
/// but for a few seconds.
pub(super) struct ConsoleEvents {
    interrupt: CtrlC,
    quit: CtrlBreak,
    hang_up: CtrlClose,
    log_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

impl ConsoleEvents {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            quit: ctrl_break()?,
            hang_up: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shut_down: ctrl_shutdown()?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.quit.recv() => Signal::Quit,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.log_off.recv() => Signal::Terminate,
            _ = self.shut_down.recv() => Signal::Terminate,
        }
    }
}

/// From now on a thread hands each event to this function. If that cannot be prepared, an event ends this process at
/// once, as by default.
pub(super) fn watch(receive: fn(Signal)) {
    let (sender, is_ready) = mpsc::channel();
    let watch = move || {
        let (Ok(runtime), Ok(mut events)) = (runtime::small(), ConsoleEvents::new()) else { return };
        drop(sender);
        loop {
            receive(runtime.block_on(events.next()));
        }
    };
    if thread::Builder::new().spawn(watch).is_ok() {
        let _: Result<(), _> = is_ready.recv();
    }
}
