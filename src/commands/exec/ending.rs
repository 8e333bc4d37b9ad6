//! How all runs are ended early: a signal is passed on to them, and they are waited for. A third one kills them.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::programs::signals::Signal;

/// Signals that follow within this time belong to one event: a terminal, `npm`, `timeout`, systemd and a terminal that
/// is closed send several at once. The same one twice makes terraform give up its locks unreleased. Another one is
/// passed on too: the first may be one that a run goes on after.
const ONE_EVENT: Duration = Duration::from_millis(500);

/// How often it is said which runs have not ended.
const NOTICE: Duration = Duration::from_secs(5);

/// How long runs that were killed may take to end. The system may be unable to end a process.
const AFTERMATH: Duration = Duration::from_secs(3);

/// The most runs that are named at once.
const MOST_NAMES: usize = 5;

/// What the runs are to do: go on, until there is something here.
#[derive(Debug, Default)]
pub(super) struct Stop {
    /// The signals that this process got and that each run gets, in this order, so that it can clean up.
    pub(super) passed: Vec<Signal>,
    pub(super) killed: Option<KillCause>,
}

impl Stop {
    pub(super) fn is_asked(&self) -> bool {
        !self.passed.is_empty() || self.killed.is_some()
    }
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
    /// What was passed on since then.
    event: Vec<Signal>,
    /// `--kill-after`.
    kill_after: Option<Duration>,
    kill_at: Option<Instant>,
    notice_at: Option<Instant>,
    give_up_at: Option<Instant>,
}

impl Ending {
    pub(super) fn new(kill_after: Option<Duration>) -> Self {
        Self {
            stop: watch::Sender::default(),
            first: None,
            count: 0,
            last: None,
            event: Vec::new(),
            kill_after,
            kill_at: None,
            notice_at: None,
            give_up_at: None,
        }
    }

    /// Takes a signal. Returns what to say, or nothing if it belongs to the event before it.
    pub(super) fn receive(&mut self, signal: Signal, now: Instant, running: usize) -> Option<String> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < ONE_EVENT) {
            if self.count < 3 && !self.event.contains(&signal) {
                self.pass(signal);
            }
            return None;
        }
        self.last = Some(now);
        self.event.clear();
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
        self.pass(signal);
        Some(format!("aws-sso: {text}\n"))
    }

    fn pass(&mut self, signal: Signal) {
        self.event.push(signal);
        self.stop.send_modify(|stop| stop.passed.push(signal));
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
        self.stop.send_modify(|stop| stop.killed = Some(cause));
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
    fn an_event_passes_each_signal_on_once_and_counts_once_and_the_third_one_kills() {
        use Signal::{HangUp, Interrupt, Terminate};
        let start = Instant::now();
        let mut ending = Ending::new(None);
        // After how many milliseconds a signal comes, what is passed on of it, and what is said.
        let steps = [
            (0, Interrupt, Some(Interrupt), "Ctrl-C was passed on to 2 runs, which may take any time to end; a"),
            (1, Interrupt, None, ""),
            (2, Terminate, Some(Terminate), ""),
            (3, Terminate, None, ""),
            (499, HangUp, Some(HangUp), ""),
            (500, Terminate, Some(Terminate), "SIGTERM was passed on again to 2 runs; the next one kills them"),
            (998, Terminate, None, ""),
            (999, Interrupt, Some(Interrupt), ""),
            (1000, Interrupt, None, "killing 2 runs"),
            (1001, HangUp, None, ""),
            (2000, Interrupt, None, ""),
        ];
        let mut expected = Vec::new();
        for (after, signal, passed, words) in steps {
            let said = ending.receive(signal, start + Duration::from_millis(after), 2).unwrap_or_default();
            expected.extend(passed);
            assert_eq!(
                (&ending.stop.borrow().passed, said.is_empty()),
                (&expected, words.is_empty()),
                "{after}: {said}"
            );
            assert_eq!(ending.stop.borrow().killed.is_some(), after >= 1000);
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
