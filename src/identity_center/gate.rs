//! The rate limiter that all requests of a process share, so that together they stay within the service's limit.
//!
//! The service does not publish its limit, so the gate measures it. Until the first response with status 429, only the
//! number of requests in flight is limited. After it, the gate also spaces requests out. A limiter that refuses a
//! request has nothing left to give. So the number of requests that it accepts between two refusals, divided by the
//! time between them, is its rate. The gate stays just below that rate, and slowly speeds up to find out whether the
//! limit has risen. The tests run it against limiters of many kinds.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::retry::{LONGEST_PAUSE, random};
use crate::programs::descriptors;

/// How many requests are in flight at most: at 50 ms each, some 480 a second.
pub(crate) const IN_FLIGHT: usize = 24;

/// How many may be in flight before the service has answered; each response admits one more. With a slow start, a
/// service that throttles refuses fewer of the first requests.
const AT_FIRST: usize = 16;

/// The files that a request has open: its connection, one that another request has left idle, and a lookup of the host.
const FILES: usize = 4;

/// What the process opens besides: the runtime, locks, and what is remembered.
const OWN: usize = 10;

/// The gate, shared by all requests to one service.
#[derive(Debug)]
pub(super) struct Gate {
    permits: Semaphore,
    /// Only one request at a time waits until it may be sent, so that each is sent at the pace of that moment.
    turnstile: Turnstile<()>,
    state: Mutex<GateState>,
}

#[derive(Debug)]
struct GateState {
    opened: Instant,
    pace: Pace,
    admitted: usize,
    /// How many may be in flight at most, in this process.
    most: usize,
    last_response: Option<Instant>,
}

/// Permission for one request to be in flight.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    departed: f64,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Gate {
    pub(super) fn new() -> Self {
        let files = descriptors::state();
        let most = (files.limit.saturating_sub(files.open + OWN) / FILES).clamp(1, IN_FLIGHT);
        let admitted = AT_FIRST.min(most);
        let state = GateState { opened: Instant::now(), pace: Pace::default(), admitted, most, last_response: None };
        Self { permits: Semaphore::new(admitted), turnstile: Turnstile::new(()), state: Mutex::new(state) }
    }

    /// Waits until one more request may be sent.
    pub(super) async fn enter(&self) -> Pass<'_> {
        // The semaphore is never closed.
        let permit = self.permits.acquire().await.ok();
        let _turn = self.turnstile.lock().await;
        loop {
            let wait = {
                let mut state = self.state();
                let now = state.now();
                let wait = state.pace.next - now;
                if wait <= 0.0 {
                    state.pace.depart(now, random());
                    return Pass { gate: self, departed: now, _permit: permit };
                }
                wait
            };
            tokio::time::sleep(Duration::from_secs_f64(wait)).await;
        }
    }

    /// How long ago the service last accepted a request, if it ever has.
    pub(super) fn silence(&self) -> Option<Duration> {
        self.state().last_response.map(|response| response.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GateState {
    fn now(&self) -> f64 {
        self.opened.elapsed().as_secs_f64()
    }
}

impl Pass<'_> {
    /// The service accepted the request, whatever its response says.
    pub(super) fn accepted(self) {
        let mut state = self.gate.state();
        state.pace.accepted += 1;
        state.last_response = Some(Instant::now());
        if state.admitted < state.most {
            state.admitted += 1;
            self.gate.permits.add_permits(1);
        }
    }

    /// The service throttled the request, and may have said how long to wait.
    pub(super) fn throttled(self, asked: Option<Duration>) {
        let mut state = self.gate.state();
        let now = state.now();
        let asked = asked.unwrap_or_default().min(LONGEST_PAUSE).as_secs_f64();
        state.pace.throttled(self.departed, now, asked, random());
    }
}

/// The pace after the first refusal, in requests a second, before anything is measured. It is what users report of this
/// service. It doubles twice a second until the next refusal.
const REPORTED: f64 = 20.0;

/// The slowest pace.
const SLOWEST: f64 = 0.5;

/// Refusals closer together than this, in seconds, have one cause and are counted once.
const WAVE: f64 = 0.25;

/// When requests are sent. Times are seconds since the gate was created.
#[derive(Debug, Default)]
struct Pace {
    /// The earliest time for the next request.
    next: f64,
    /// Requests that were accepted since the last cut, or since the start.
    accepted: u32,
    /// The last cut; `None` until a request is refused.
    cut: Option<Cut>,
}

/// A moment at which the pace was reduced.
#[derive(Debug)]
struct Cut {
    at: f64,
    /// The pace from then on, in requests a second.
    rate: f64,
    /// Whether the rate was measured between two refusals, or only guessed after the first.
    is_measured: bool,
}

impl Cut {
    /// The pace at a later time. It grows slowly at first and then ever faster: the only sign of a raised limit is that
    /// no request is refused for a while.
    fn rate(&self, now: f64) -> f64 {
        let seconds = now - self.at;
        if self.is_measured {
            self.rate * (1.0 + 0.01 * seconds + (seconds / 10.0).powi(3))
        } else {
            self.rate * (2.0 * seconds).exp2()
        }
    }
}

impl Pace {
    /// `random` in 0..1 varies the distance, so that processes that started together do not stay in step.
    fn depart(&mut self, now: f64, random: f64) {
        if let Some(cut) = &self.cut {
            self.next = now.max(self.next) + (0.9 + 0.2 * random) / cut.rate(now);
        }
    }

    fn throttled(&mut self, departed: f64, now: f64, asked: f64, random: f64) {
        self.next = self.next.max(now + asked);
        let accepted = f64::from(self.accepted);
        let (rate, is_measured) = match &self.cut {
            // A limiter often starts with a reserve, so its first refusal says little about its rate.
            None => {
                self.next = self.next.max(now + 0.05 + 0.1 * random);
                ((accepted / now.max(WAVE)).clamp(SLOWEST, REPORTED), false)
            }
            // Sent before the last cut, or refused together with it: the pace was reduced for this already.
            Some(cut) if departed < cut.at || now - cut.at < WAVE => return,
            Some(cut) => {
                let pace = cut.rate(now);
                let measured = 0.98 * accepted / (now - cut.at);
                // Over a short time the measurement is poor, so the pace is not reduced by much.
                let least = match (now - cut.at < 2.0, cut.is_measured) {
                    (true, true) => 0.8 * pace,
                    (true, false) => 0.5 * pace,
                    (false, _) => SLOWEST,
                };
                (measured.min(0.95 * pace).max(least).max(SLOWEST), true)
            }
        };
        self.cut = Some(Cut { at: now, rate, is_measured });
        self.accepted = 0;
    }
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "simulated times are small and positive"
)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use super::*;

    /// What a service accepts.
    #[derive(Clone, Copy)]
    enum Limiter {
        Unlimited,
        /// A token bucket: `(rate, burst)`.
        Bucket(f64, f64),
        /// So many in each second of the clock.
        Window(u32),
    }

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum SimulatedEvent {
        Arrives { departed: u64 },
        Answered,
        Refused { departed: u64 },
        Back,
    }

    struct SimulationResult {
        seconds: f64,
        refused: f64,
    }

    /// Sends `requests` by the gate's rules, in simulated time.
    fn simulate(requests: u32, limiter: Limiter, latency: f64, seed: u64) -> SimulationResult {
        let micros = |seconds: f64| (seconds * 1e6) as u64;
        let seconds = |micros: u64| micros as f64 / 1e6;
        let mut seed = seed;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from((seed >> 33) as u32) / f64::from(u32::MAX >> 1)
        };
        let mut pace = Pace::default();
        let (mut tokens, mut filled) = (if let Limiter::Bucket(_, burst) = limiter { burst } else { 0.0 }, 0.0);
        let (mut window, mut in_window) = (0, 0);
        let mut takes = |now: f64| match limiter {
            Limiter::Unlimited => true,
            Limiter::Bucket(rate, burst) => {
                tokens = (tokens + (now - filled) * rate).min(burst);
                filled = now;
                let takes = tokens >= 1.0;
                tokens -= if takes { 1.0 } else { 0.0 };
                takes
            }
            Limiter::Window(most) => {
                if now as u64 != window {
                    (window, in_window) = (now as u64, 0);
                }
                in_window += 1;
                in_window <= most
            }
        };
        let mut events = BinaryHeap::new();
        let (mut now, mut waiting, mut in_flight, mut admitted) = (0_u64, requests, 0, AT_FIRST);
        let (mut done, mut sent, mut refused) = (0, 0, 0);
        while done < requests {
            while waiting > 0 && in_flight < admitted && pace.next <= seconds(now) {
                pace.depart(seconds(now), random());
                (waiting, in_flight, sent) = (waiting - 1, in_flight + 1, sent + 1);
                events.push(Reverse((now + micros(latency), SimulatedEvent::Arrives { departed: now })));
            }
            let departure = (waiting > 0 && in_flight < admitted).then(|| micros(pace.next.max(seconds(now))) + 1);
            let event = events.peek().map(|Reverse((at, _))| *at);
            now = departure.into_iter().chain(event).min().unwrap();
            if event != Some(now) {
                continue;
            }
            let Reverse((_, event)) = events.pop().unwrap();
            match event {
                SimulatedEvent::Arrives { departed } => {
                    let answer = if takes(seconds(now)) {
                        SimulatedEvent::Answered
                    } else {
                        SimulatedEvent::Refused { departed }
                    };
                    events.push(Reverse((now + 1000, answer)));
                }
                SimulatedEvent::Answered => {
                    pace.accepted += 1;
                    (in_flight, done, admitted) = (in_flight - 1, done + 1, (admitted + 1).min(IN_FLIGHT));
                }
                SimulatedEvent::Refused { departed } => {
                    pace.throttled(seconds(departed), seconds(now), 0.0, random());
                    (in_flight, refused) = (in_flight - 1, refused + 1);
                    events.push(Reverse((now + micros(0.3 * random()), SimulatedEvent::Back)));
                }
                SimulatedEvent::Back => waiting += 1,
            }
        }
        SimulationResult { seconds: seconds(now), refused: f64::from(refused) / f64::from(sent) }
    }

    #[test]
    fn any_limit_is_found_and_used_with_few_refusals() {
        // limiter, latency, requests, the least seconds possible, at most this factor slower, at most this share
        // refused
        let cases = [
            (Limiter::Unlimited, 0.05, 1010, 1010.0 * 0.051 / IN_FLIGHT as f64, 1.08, 0.0),
            (Limiter::Bucket(20.0, 20.0), 0.05, 1010, 49.5, 1.06, 0.05),
            (Limiter::Bucket(20.0, 20.0), 0.5, 1010, 49.5, 1.06, 0.05),
            (Limiter::Bucket(20.0, 2.0), 0.05, 1010, 50.5, 1.3, 0.05),
            (Limiter::Bucket(20.0, 100.0), 0.05, 1010, 45.5, 1.06, 0.05),
            (Limiter::Bucket(100.0, 100.0), 0.05, 1010, 9.1, 1.08, 0.06),
            (Limiter::Bucket(5.0, 5.0), 0.1, 1010, 201.0, 1.06, 0.1),
            (Limiter::Bucket(2.0, 1.0), 0.1, 300, 150.0, 1.5, 0.15),
            (Limiter::Window(20), 0.05, 1010, 50.5, 1.3, 0.08),
        ];
        for (case, (limiter, latency, requests, least, slower, most)) in cases.into_iter().enumerate() {
            for seed in 0..8 {
                let result = simulate(requests, limiter, latency, seed);
                let times = result.seconds / least;
                assert!(times <= slower, "case {case}: {times:.3} times the least");
                assert!(result.refused <= most, "case {case}: {:.3} refused", result.refused);
            }
        }
    }

    #[test]
    fn a_wait_that_the_service_asks_for_delays_every_request() {
        let mut pace = Pace::default();
        pace.throttled(0.0, 1.0, 7.0, 0.5);
        assert!(pace.next >= 8.0);
        // A longer wait in another refusal at the same time counts too.
        pace.throttled(0.0, 1.1, 9.0, 0.5);
        assert!(pace.next >= 10.1);
    }
}
