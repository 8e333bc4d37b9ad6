//! How a run ended, and the results of all runs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitStatus;
use std::time::Duration;

use super::ending::KillCause;
use super::plan::Run;
use super::start::NotStarted;
use crate::error::{Error, Kind};
use crate::programs::left::{Left, Processes};
use crate::terminal;

/// How a run ended.
#[derive(Debug)]
pub(super) enum RunOutcome {
    Ended {
        status: ExitStatus,
        duration: Duration,
        cause: EndCause,
        left: Option<Left>,
    },
    /// The command did not start.
    Failed(Error),
    /// The command cannot start under any role; with the status of a shell, 126 or 127.
    NoCommand(Error, u8),
    /// All runs were stopped before this one started.
    Skipped,
}

/// Why a command ended.
#[derive(Debug)]
pub(super) enum EndCause {
    /// By itself, or by a signal.
    Own,
    /// Its output was closed.
    CutOff,
    /// This program killed it.
    Killed(KillCause),
    /// It asked on the terminal, which no run has; with the command that does the same alone.
    Asked(String),
}

impl RunOutcome {
    pub(super) fn is_ok(&self) -> bool {
        match self {
            Self::Ended { status, cause: EndCause::Own, .. } => status.success(),
            Self::Ended { cause: EndCause::CutOff, .. } => true,
            _ => false,
        }
    }

    /// `ok`, `failed` or `skipped`.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            _ if self.is_ok() => "ok",
            _ => "failed",
        }
    }

    pub(super) fn status(&self) -> Option<i32> {
        match self {
            Self::Ended { status, .. } => status.code(),
            Self::NoCommand(_, status) => Some(i32::from(*status)),
            Self::Failed(_) | Self::Skipped => None,
        }
    }

    pub(super) fn signal(&self) -> Option<i32> {
        match self {
            Self::Ended { status, .. } => signal_of(*status),
            _ => None,
        }
    }

    /// Why this program killed it, if it did.
    pub(super) fn killed(&self) -> Option<KillCause> {
        match self {
            Self::Ended { cause: EndCause::Killed(cause), .. } => Some(*cause),
            _ => None,
        }
    }

    /// What it left running.
    pub(super) fn left(&self) -> Option<&Left> {
        match self {
            Self::Ended { left, .. } => left.as_ref(),
            _ => None,
        }
    }

    /// How long it ran, to the millisecond.
    pub(super) fn seconds(&self) -> f64 {
        match self {
            Self::Ended { duration, .. } => (duration.as_secs_f64() * 1000.0).round() / 1000.0,
            _ => 0.0,
        }
    }

    /// Why the command did not start, what it did that no run can do, or why it was killed.
    pub(super) fn error(&self) -> Option<String> {
        match self {
            Self::Ended { cause: EndCause::Asked(_), .. } => Some(ASKED.to_owned()),
            Self::Ended { cause: EndCause::Killed(cause), .. } => Some(cause.to_string()),
            _ => self.start_error(),
        }
    }

    /// Why the command did not start.
    pub(super) fn start_error(&self) -> Option<String> {
        match self {
            Self::Failed(error) | Self::NoCommand(error, _) => Some(terminal::clean(&error.to_string()).into_owned()),
            _ => None,
        }
    }

    /// What went wrong, in a few words.
    fn failure(&self) -> String {
        match (self.error(), self.signal(), self.status()) {
            (Some(error), _, _) => error,
            (_, Some(signal), _) => format!("ended by signal {signal}"),
            (_, _, Some(status)) => format!("status {status}"),
            _ => "unknown".to_owned(),
        }
    }
}

/// The signal that ended a process.
#[cfg(unix)]
pub(super) fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
pub(super) fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

/// What is said of a run that wants an answer: the terminal cannot be shared.
const ASKED: &str = "asked on the terminal, where several runs cannot ask";

/// The most remedies that are shown.
const MOST_REMEDIES: usize = 5;

impl From<NotStarted> for RunOutcome {
    fn from(NotStarted { error, status, is_permanent }: NotStarted) -> Self {
        if is_permanent { Self::NoCommand(error, status) } else { Self::Failed(error) }
    }
}

/// The results of all runs.
#[derive(Debug, Default)]
pub(super) struct RunResults {
    pub(super) ok: usize,
    /// The label and the failure of each failed run, by its number.
    pub(super) failed: BTreeMap<usize, (String, String)>,
    pub(super) skipped: usize,
    /// The label of each run that left something running, and what that was.
    left: BTreeMap<usize, (String, Left)>,
    /// The runs whose credentials were refused.
    pub(super) refused: BTreeSet<usize>,
    /// What to do, each remedy once.
    remedies: BTreeSet<String>,
    /// The command that does alone what the first run that asked on the terminal was to do.
    alone: Option<String>,
    /// Set once no run can succeed, because there is no such command: the exit status for that.
    pub(super) hopeless: Option<u8>,
    /// The sso-sessions whose sign-in has ended: no run of theirs can succeed.
    pub(super) ended: BTreeSet<usize>,
}

impl RunResults {
    /// Adds the outcome of a run; `of` is the number of its sso-session.
    pub(super) fn add(&mut self, number: usize, Run { label, of, .. }: &Run, outcome: RunOutcome) {
        match outcome.word() {
            "ok" => self.ok += 1,
            "skipped" => self.skipped += 1,
            _ => {
                self.failed.insert(number, (label.clone(), outcome.failure()));
            }
        }
        match outcome {
            RunOutcome::NoCommand(error, status) => {
                self.hopeless = Some(status);
                self.remedies.extend(error.remedy().map(str::to_owned));
            }
            RunOutcome::Failed(error) => {
                if error.kind() == Kind::Denied {
                    self.refused.insert(number);
                }
                if error.kind() == Kind::SignInNeeded {
                    self.ended.insert(*of);
                }
                self.remedies.extend(error.remedy().map(str::to_owned));
            }
            RunOutcome::Ended { cause, left, .. } => {
                if let EndCause::Asked(alone) = cause {
                    self.alone.get_or_insert_with(|| format!("run it alone: {alone}"));
                }
                self.left.extend(left.map(|left| (number, (label.clone(), left))));
            }
            RunOutcome::Skipped => {}
        }
    }

    pub(super) fn done(&self) -> usize {
        self.ok + self.failed.len() + self.skipped
    }

    /// The exit status if not all is well.
    pub(super) fn status(&self) -> u8 {
        let of_sign_in = (!self.ended.is_empty()).then_some(Kind::SignInNeeded.status());
        self.hopeless.or(of_sign_in).unwrap_or(1)
    }

    pub(super) fn is_ok(&self) -> bool {
        self.failed.is_empty() && self.skipped == 0
    }

    /// Whether the summary has more than a count of runs that went well.
    pub(super) fn has_more_to_say(&self) -> bool {
        !self.is_ok() || !self.left.is_empty()
    }

    /// The counts, the failed runs, what runs have left, and what to do.
    pub(super) fn summary(&self, duration: Duration) -> String {
        let Self { ok, failed, skipped, .. } = self;
        let seconds = duration.as_secs_f64();
        let mut text = format!("aws-sso: {ok} ok, {} failed, {skipped} skipped, in {seconds:.1} s\n", failed.len());
        let rows: Vec<_> = failed.values().map(|(label, failure)| [label, failure]).collect();
        for line in terminal::aligned(&rows).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        if !self.left.is_empty() {
            let processes = Processes::now(self.left.values().any(|(_, left)| left.holds_output()));
            for (label, left) in self.left.values() {
                if let Some(left) = left.described(&processes) {
                    text.push_str(&format!("  {label} {left}\n"));
                }
            }
        }
        for line in self.alone.iter().chain(&self.remedies).take(MOST_REMEDIES).flat_map(|remedy| remedy.lines()) {
            text.push_str(&format!("  {}\n", terminal::clean(line)));
        }
        text
    }
}
