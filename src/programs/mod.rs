//! Processes: the signals that end this one, those that it was started to ignore, and work that no signal interrupts;
//! that it leaves no core dump, and its open files; why another one does not start; those it starts and their groups,
//! another one that is watched, those that have started this one, and what one has left running; which of their words
//! they run as code; which programs of this name there are, and which of them this one is.

pub(crate) mod before_end;
pub(crate) mod child;
pub(crate) mod code;
#[cfg(windows)]
mod console_events;
pub mod core_dumps;
pub(crate) mod descriptors;
#[cfg(unix)]
mod executable;
pub(crate) mod group;
#[cfg(unix)]
pub mod ignored;
pub(crate) mod inserted;
pub(crate) mod installed;
pub(crate) mod interrupt;
#[cfg(unix)]
pub(crate) mod job_control;
mod language;
mod languages;
pub(crate) mod left;
#[cfg(unix)]
mod lookup;
pub(crate) mod on_path;
mod ourselves;
pub(crate) mod parents;
pub(crate) mod pipe;
pub(crate) mod runtime;
mod signal;
pub(crate) mod signals;
pub(crate) mod startable;
pub(crate) mod uninterrupted;
pub(crate) mod unstarted;
pub(crate) mod watched;
#[cfg(windows)]
pub(crate) mod with_extension;

/// There are no stopped processes on other systems.
#[cfg(not(unix))]
#[allow(dead_code, reason = "what Unix has is never there")]
pub(crate) mod job_control {
    use crate::error::Result;

    pub(crate) struct JobSignals;

    impl JobSignals {
        pub(crate) fn new() -> Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn next(&mut self) -> JobSignal {
            std::future::pending().await
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum JobSignal {
        Suspend,
        Child,
    }

    pub(crate) enum StopCause {
        Terminal,
        Signal(i32),
    }

    #[derive(Default)]
    pub(crate) struct Groups {}

    impl Groups {
        pub(crate) fn add(&self, _number: usize, _leader: Option<u32>) {}

        pub(crate) fn remove(&self, _number: usize) -> bool {
            false
        }

        pub(crate) fn newly_stopped(&self) -> Vec<(usize, StopCause)> {
            Vec::new()
        }

        pub(crate) async fn suspend(&self, _signals: &mut JobSignals) -> Result<()> {
            Ok(())
        }
    }
}

pub(crate) use ourselves::{lasting_path, profile_option, profile_words, this_program};
