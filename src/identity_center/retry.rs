//! When a request is sent again, and how long after: for every request, in one place.

use std::time::Duration;

/// What went wrong with one attempt, as far as sending again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// 429; with the service's own `Retry-After`.
    Throttled(Option<Duration>),
    /// 5xx: the service has answered, so it has not done what was asked.
    Failed,
    /// No answer, or part of one: the service may have done what was asked.
    Broken,
    /// Sending it again would not help.
    Final,
}

/// Whether a request may reach the service twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resend {
    /// Reading, and all else that can be done twice.
    Freely,
    /// A grant that the service may take only once. Without an answer the grant is lost or unused, and only one more
    /// try can tell; further ones tell nothing new.
    Once,
}

/// How patient one request is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How often it is sent at most for other reasons than throttling.
    pub attempts: u32,
    /// No attempt begins later than this after the first, or after the service last took any request of this run.
    pub total: Duration,
}

const BASE: Duration = Duration::from_millis(150);
const CAP: Duration = Duration::from_secs(5);
/// The longest that a service's own `Retry-After` is followed.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// One request's attempts so far.
#[derive(Debug)]
pub(super) struct Course {
    patience: Patience,
    resend: Resend,
    /// Attempts that ended in anything but throttling.
    pub failures: u32,
    throttles: u32,
}

impl Course {
    pub(super) fn new(patience: Patience, resend: Resend) -> Self {
        Self { patience, resend, failures: 0, throttles: 0 }
    }

    /// How long to wait before the next attempt; `None` to give up.
    ///
    /// `elapsed` is the time that [`Patience::total`] bounds, `random` a number in 0..1. The wait is anything up to a bound
    /// that doubles (full jitter), so that many processes that failed together do not come back together.
    pub(super) fn next(&mut self, trouble: Trouble, elapsed: Duration, random: f64) -> Option<Duration> {
        let wait = match trouble {
            Trouble::Final => return None,
            Trouble::Throttled(asked) => {
                self.throttles += 1;
                // A service that names a longer wait is asked again all the same, and may then say so again.
                jitter(self.throttles, random).max(asked.unwrap_or_default().min(LONGEST_PAUSE))
            }
            Trouble::Failed | Trouble::Broken => {
                self.failures += 1;
                let once = trouble == Trouble::Broken && self.resend == Resend::Once;
                let attempts = if once { self.patience.attempts.min(2) } else { self.patience.attempts };
                if self.failures >= attempts {
                    return None;
                }
                jitter(self.failures, random)
            }
        };
        (elapsed.saturating_add(wait) < self.patience.total).then_some(wait)
    }
}

fn jitter(attempt: u32, random: f64) -> Duration {
    let bound = BASE.saturating_mul(1 << attempt.min(10)).min(CAP);
    bound.mul_f64(random.clamp(0.0, 1.0))
}

/// A number in 0..1; the middle where the system has none to give.
pub(super) fn random() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { attempts: 5, total: Duration::from_secs(30) };

    /// How many attempts are made when each fails in the same way, the waits being as long as they can be.
    fn attempts(trouble: Trouble, resend: Resend) -> u32 {
        let mut course = Course::new(PATIENCE, resend);
        let mut elapsed = Duration::ZERO;
        let mut attempts = 1;
        while let Some(wait) = course.next(trouble, elapsed, 1.0) {
            elapsed += wait;
            attempts += 1;
        }
        assert!(elapsed < PATIENCE.total);
        attempts
    }

    #[test]
    fn failures_are_counted_and_throttling_is_waited_out() {
        let cases = [
            (Trouble::Failed, Resend::Freely, 5..=5),
            (Trouble::Failed, Resend::Once, 5..=5),
            (Trouble::Broken, Resend::Freely, 5..=5),
            (Trouble::Broken, Resend::Once, 2..=2),
            (Trouble::Final, Resend::Freely, 1..=1),
            (Trouble::Throttled(None), Resend::Freely, 8..=12),
            (Trouble::Throttled(Some(Duration::from_secs(7))), Resend::Once, 5..=5),
            (Trouble::Throttled(Some(Duration::from_mins(1))), Resend::Freely, 2..=2),
            (Trouble::Throttled(Some(Duration::MAX)), Resend::Freely, 2..=2),
        ];
        for (trouble, resend, expected) in cases {
            let attempts = attempts(trouble, resend);
            assert!(expected.contains(&attempts), "{trouble:?} {resend:?}: {attempts}");
        }
    }

    #[test]
    fn waits_are_spread_from_nothing_to_a_doubling_bound() {
        for (attempt, bound) in [(1, 300), (2, 600), (3, 1200), (4, 2400), (5, 4800), (6, 5000), (60, 5000)] {
            assert_eq!(jitter(attempt, 0.0), Duration::ZERO);
            assert_eq!(jitter(attempt, 1.0), Duration::from_millis(bound));
        }
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&random())));
    }
}
