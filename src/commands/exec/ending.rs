//! How all runs are ended early: a signal is passed on to them, and they are waited for. A third one kills them.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::programs::signals::Signal;

/// Signals that follow within this time belong to one event: a terminal, `npm`, `timeout`, systemd and a terminal that
/// is closed send several at once. A second one makes terraform give up its locks unreleased.
const ONE_EVENT: Duration = Duration::from_millis(500);

/// How often it is said which runs have not ended.
const NOTICE: Duration = Duration::from_secs(5);

/// How long runs that were killed may take to end. The system may be unable to end a process.
const AFTERMATH: Duration = Duration::from_secs(3);

/// The most runs that are named at once.
const MOST_NAMES: usize = 5;

/// What the runs are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// They go on.
    No,
    /// They get the signal that this process got, so that they can clean up.
    Pass(Signal),
    Kill(KillCause),
}

/// Why runs are killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KillCause {
    ThirdSignal,
    /// `--kill-after`, with its time.
    Time(Duration),
}

impl KillCause {
    /// The word for it in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::ThirdSignal => "third signal",
            Self::Time(_) => "kill-after",
        }
    }
}

impl Display for KillCause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThirdSignal => f.write_str("killed by aws-sso, at the third signal"),
            Self::Time(time) => write!(f, "killed by aws-sso, {} s after the first signal", time.as_secs_f64()),
        }
    }
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// To say which runs have not ended.
    Notice,
    Kill,
    /// To go on without runs that do not end although they were killed.
    GiveUp,
}

pub(super) struct Ending {
    /// What each run watches.
    pub(super) stop: watch::Sender<Stop>,
    /// The first signal, which decides the exit status.
    pub(super) first: Option<Signal>,
    /// How many signals have counted, and when the last one of them came.
    count: usize,
    last: Option<Instant>,
    /// `--kill-after`.
    kill_after: Option<Duration>,
    kill_at: Option<Instant>,
    notice_at: Option<Instant>,
    give_up_at: Option<Instant>,
}

impl Ending {
    pub(super) fn new(kill_after: Option<Duration>) -> Self {
        Self {
            stop: watch::Sender::new(Stop::No),
            first: None,
            count: 0,
            last: None,
            kill_after,
            kill_at: None,
            notice_at: None,
            give_up_at: None,
        }
    }

    /// Takes a signal. Returns what to say, or nothing if it belongs to the event before it.
    pub(super) fn receive(&mut self, signal: Signal, now: Instant, running: usize) -> Option<String> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < ONE_EVENT) {
            return None;
        }
        self.last = Some(now);
        self.count += 1;
        let (name, runs) = (signal.name(), runs(running));
        let text = match self.count {
            1 if running == 0 => format!("{name}: no more runs are started"),
            1 => {
                let after = self.kill_after.map(|time| format!("; after {} s they are killed", time.as_secs_f64()));
                format!(
                    "{name} was passed on to {runs}, which may take any time to end; a second {name} is passed on \
                     again, a third one kills them{}",
                    after.unwrap_or_default()
                )
            }
            2 => format!("{name} was passed on again to {runs}; the next one kills them"),
            3 => return self.kill(KillCause::ThirdSignal, now, running),
            _ => return None,
        };
        if self.first.is_none() {
            self.first = Some(signal);
            self.kill_at = self.kill_after.map(|time| now + time);
        }
        self.notice_at = Some(now + NOTICE);
        self.stop.send_replace(Stop::Pass(signal));
        Some(format!("aws-sso: {text}\n"))
    }

    /// Names the runs that have not ended.
    pub(super) fn notice<'a>(&mut self, labels: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
        self.notice_at = Some(Instant::now() + NOTICE);
        let more = labels.len().saturating_sub(MOST_NAMES);
        let names = labels.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("aws-sso: still running: {names}{more}\n"))
    }

    /// Kills what `--kill-after` gives no more time.
    pub(super) fn time_is_over(&mut self, running: usize) -> Option<String> {
        self.kill(KillCause::Time(self.kill_after.unwrap_or_default()), Instant::now(), running)
    }

    fn kill(&mut self, cause: KillCause, now: Instant, running: usize) -> Option<String> {
        (self.kill_at, self.notice_at) = (None, None);
        self.give_up_at = Some(now + AFTERMATH);
        self.count = 3;
        self.stop.send_replace(Stop::Kill(cause));
        (running > 0).then(|| format!("aws-sso: killing {}\n", runs(running)))
    }

    /// Waits until the next step is due; without limit where there is none.
    pub(super) async fn due(&self) -> Due {
        let steps = [(self.kill_at, Due::Kill), (self.notice_at, Due::Notice), (self.give_up_at, Due::GiveUp)];
        let next = steps.into_iter().filter_map(|(at, due)| Some((at?, due))).min_by_key(|(at, _)| *at);
        match next {
            Some((at, due)) => {
                tokio::time::sleep_until(at.into()).await;
                due
            }
            None => std::future::pending().await,
        }
    }
}

fn runs(count: usize) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_of_one_event_count_once_and_the_third_event_kills() {
        use Signal::{HangUp, Interrupt, Terminate};
        let start = Instant::now();
        let mut ending = Ending::new(None);
        // After how many milliseconds a signal comes, what the runs are to do then, and what is said.
        let steps = [
            (0, Interrupt, Stop::Pass(Interrupt), "Ctrl-C was passed on to 2 runs, which may take any time to end; a"),
            (1, Interrupt, Stop::Pass(Interrupt), ""),
            (2, Terminate, Stop::Pass(Interrupt), ""),
            (499, HangUp, Stop::Pass(Interrupt), ""),
            (500, Terminate, Stop::Pass(Terminate), "SIGTERM was passed on again to 2 runs; the next one kills them"),
            (999, Interrupt, Stop::Pass(Terminate), ""),
            (1000, Interrupt, Stop::Kill(KillCause::ThirdSignal), "killing 2 runs"),
            (2000, Interrupt, Stop::Kill(KillCause::ThirdSignal), ""),
        ];
        for (after, signal, stop, words) in steps {
            let said = ending.receive(signal, start + Duration::from_millis(after), 2).unwrap_or_default();
            assert_eq!((*ending.stop.borrow(), said.is_empty()), (stop, words.is_empty()), "{after}: {said}");
            assert!(said.contains(words), "{said}");
        }
        assert_eq!(ending.first, Some(Interrupt), "it decides the exit status");
    }

    #[test]
    fn a_few_of_the_runs_that_have_not_ended_are_named() {
        let mut ending = Ending::new(None);
        let labels = ["a/x", "b/x", "c/x", "d/x", "e/x", "f/x", "g/x"];
        for (count, expected) in [
            (0, None),
            (1, Some("aws-sso: still running: a/x\n")),
            (5, Some("aws-sso: still running: a/x, b/x, c/x, d/x, e/x\n")),
            (7, Some("aws-sso: still running: a/x, b/x, c/x, d/x, e/x, and 2 more\n")),
        ] {
            assert_eq!(ending.notice(labels[..count].iter().copied()).as_deref(), expected);
        }
    }
}
