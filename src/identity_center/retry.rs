//! Whether a request is sent again, and when.

use std::time::Duration;

/// What went wrong with one attempt; it decides whether another may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// 429, with the response's `Retry-After`.
    Throttled(Option<Duration>),
    /// 5xx: the service says that it has not done what was asked.
    Failed,
    /// No complete response: the service may have done what was asked.
    Broken,
    /// Another attempt would not help.
    Final,
}

/// Whether a request may reach the service twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resend {
    /// Yes: it reads, or doing it twice does no harm.
    Freely,
    /// The service takes this grant only once. After an attempt without a response the grant is either used up or
    /// still good. One more attempt finds out which; a third would not add anything.
    Once,
    /// The same, while a person has yet to confirm the grant: "not yet" and "slow down" are answers to the caller, who
    /// asks again.
    Poll,
}

impl Resend {
    pub(super) fn is_once(self) -> bool {
        self != Self::Freely
    }
}

/// When to give up.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryLimits {
    /// After so many attempts, not counting those that were throttled.
    pub(super) attempts: u32,
    /// This long after the first attempt, or after the service last accepted any request of this process.
    pub(super) total: Duration,
}

const BASE: Duration = Duration::from_millis(150);
const CAP: Duration = Duration::from_secs(5);
/// The longest `Retry-After` that is obeyed.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// One request's attempts so far.
#[derive(Debug)]
pub(super) struct Attempts {
    limits: RetryLimits,
    resend: Resend,
    /// Attempts that failed and were not throttled.
    failures: u32,
    throttles: u32,
}

impl Attempts {
    pub(super) fn new(limits: RetryLimits, resend: Resend) -> Self {
        Self { limits, resend, failures: 0, throttles: 0 }
    }

    /// How long to wait before the next attempt; `None` to give up.
    ///
    /// `elapsed` is the time that [`RetryLimits::total`] limits, `random` a number in 0..1.
    ///
    /// The wait is anything from zero up to a bound that doubles (full jitter): a hundred processes that failed at the
    /// same moment must not all come back at the same moment.
    pub(super) fn next(&mut self, trouble: Trouble, elapsed: Duration, random: f64) -> Option<Duration> {
        let wait = match trouble {
            Trouble::Final => return None,
            Trouble::Throttled(asked) => {
                self.throttles += 1;
                // A longer wait is cut short, and the service may then throttle once more.
                jitter(self.throttles, random).max(asked.unwrap_or_default().min(LONGEST_PAUSE))
            }
            Trouble::Failed | Trouble::Broken => {
                self.failures += 1;
                let once = trouble == Trouble::Broken && self.resend.is_once();
                let attempts = if once { self.limits.attempts.min(2) } else { self.limits.attempts };
                if self.failures >= attempts {
                    return None;
                }
                jitter(self.failures, random)
            }
        };
        (elapsed.saturating_add(wait) < self.limits.total).then_some(wait)
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

    const LIMITS: RetryLimits = RetryLimits { attempts: 5, total: Duration::from_secs(30) };

    /// How many attempts are made when each fails in the same way and all waits are as long as possible.
    fn attempts(trouble: Trouble, resend: Resend) -> u32 {
        let mut series = Attempts::new(LIMITS, resend);
        let mut elapsed = Duration::ZERO;
        let mut attempts = 1;
        while let Some(wait) = series.next(trouble, elapsed, 1.0) {
            elapsed += wait;
            attempts += 1;
        }
        assert!(elapsed < LIMITS.total);
        attempts
    }

    #[test]
    fn failures_are_counted_and_throttling_is_not() {
        let cases = [
            (Trouble::Failed, Resend::Freely, 5..=5),
            (Trouble::Failed, Resend::Once, 5..=5),
            (Trouble::Broken, Resend::Freely, 5..=5),
            (Trouble::Broken, Resend::Once, 2..=2),
            (Trouble::Broken, Resend::Poll, 2..=2),
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
    fn waits_are_spread_from_zero_to_a_doubling_bound() {
        for (attempt, bound) in [(1, 300), (2, 600), (3, 1200), (4, 2400), (5, 4800), (6, 5000), (60, 5000)] {
            assert_eq!(jitter(attempt, 0.0), Duration::ZERO);
            assert_eq!(jitter(attempt, 1.0), Duration::from_millis(bound));
        }
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&random())));
    }
}
