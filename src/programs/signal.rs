//! The signals that ask a process to end.

/// A signal that asks this process to end; on Windows, an event of its console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            // Ctrl-Break is what a program of Windows can send in place of Ctrl-C.
            Self::Quit if cfg!(windows) => 130,
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Terminate => 143,
        }
    }

    /// What the user calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HangUp if cfg!(windows) => "the end of the console",
            Self::Quit if cfg!(windows) => "Ctrl-Break",
            Self::Terminate if cfg!(windows) => "the end of the session",
            Self::HangUp => "SIGHUP",
            Self::Interrupt => "Ctrl-C",
            Self::Quit => "Ctrl-\\",
            Self::Terminate => "SIGTERM",
        }
    }
}
