//! How a run ended, and how all of them did.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitStatus;
use std::time::Duration;

use super::NotStarted;
use crate::error::{Error, Kind};

/// How a run ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Ended {
        status: ExitStatus,
        duration: Duration,
        /// Because nobody read on what it said.
        is_cut_off: bool,
    },
    /// The command never began.
    Failed(Error),
    /// It cannot begin under any role: the shell's status for that, 126 or 127.
    NoCommand(Error, u8),
    /// It was not its turn before the end.
    Skipped,
}

impl Outcome {
    pub(super) fn is_ok(&self) -> bool {
        matches!(self, Self::Ended { status, is_cut_off, .. } if status.success() || *is_cut_off)
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
        #[cfg(unix)]
        if let Self::Ended { status, .. } = self {
            return std::os::unix::process::ExitStatusExt::signal(status);
        }
        None
    }

    /// To the millisecond.
    pub(super) fn seconds(&self) -> f64 {
        match self {
            Self::Ended { duration, .. } => (duration.as_secs_f64() * 1000.0).round() / 1000.0,
            _ => 0.0,
        }
    }

    /// Why the command never began.
    pub(super) fn complaint(&self) -> Option<String> {
        match self {
            Self::Failed(error) | Self::NoCommand(error, _) => {
                Some(crate::terminal::clean(&error.to_string()).into_owned())
            }
            _ => None,
        }
    }

    /// What went wrong, in a few words.
    fn fault(&self) -> String {
        match (self.complaint(), self.signal(), self.status()) {
            (Some(complaint), _, _) => complaint,
            (_, Some(signal), _) => format!("ended by signal {signal}"),
            (_, _, Some(status)) => format!("status {status}"),
            _ => "unknown".to_owned(),
        }
    }
}

/// Of many that differ a few show the way.
const MOST_REMEDIES: usize = 5;

impl From<NotStarted> for Outcome {
    fn from(NotStarted { error, status, is_for_good }: NotStarted) -> Self {
        if is_for_good { Self::NoCommand(error, status) } else { Self::Failed(error) }
    }
}

/// How they all ended.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) ok: usize,
    /// Which, and why, by their numbers.
    pub(super) failed: BTreeMap<usize, (String, String)>,
    pub(super) skipped: usize,
    /// What to do about what went wrong, each thing once.
    remedies: BTreeSet<String>,
    /// The status where no run can succeed, and none is worth a try: there is no such command, or no sign-in.
    pub(super) hopeless: Option<u8>,
}

impl Tally {
    pub(super) fn add(&mut self, number: usize, label: &str, outcome: &Outcome) {
        match outcome.word() {
            "ok" => self.ok += 1,
            "skipped" => self.skipped += 1,
            _ => {
                self.failed.insert(number, (label.to_owned(), outcome.fault()));
            }
        }
        match outcome {
            Outcome::NoCommand(error, status) => {
                self.hopeless = Some(*status);
                self.remedies.extend(error.remedy().map(str::to_owned));
            }
            Outcome::Failed(error) => {
                if error.kind() == Kind::SignInNeeded {
                    self.hopeless = Some(error.kind().status());
                }
                self.remedies.extend(error.remedy().map(str::to_owned));
            }
            Outcome::Ended { .. } | Outcome::Skipped => {}
        }
    }

    pub(super) fn done(&self) -> usize {
        self.ok + self.failed.len() + self.skipped
    }

    pub(super) fn is_ok(&self) -> bool {
        self.failed.is_empty() && self.skipped == 0
    }

    /// The counts, each run that failed, and what to do.
    pub(super) fn summary(&self, duration: Duration) -> String {
        let Self { ok, failed, skipped, .. } = self;
        let seconds = duration.as_secs_f64();
        let mut text = format!("aws-sso: {ok} ok, {} failed, {skipped} skipped, in {seconds:.1} s\n", failed.len());
        let width = failed.values().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, fault) in failed.values() {
            text.push_str(&format!("  {label:width$}  {fault}\n"));
        }
        let remedies = self.remedies.iter().take(MOST_REMEDIES).flat_map(|remedy| remedy.lines());
        remedies.for_each(|line| text.push_str(&format!("  {}\n", crate::terminal::clean(line))));
        text
    }
}
