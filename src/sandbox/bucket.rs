//! The rate limit of the portal.

use std::time::Instant;

/// A token bucket that holds as many tokens as one second admits.
pub(super) struct Bucket {
    rate: Option<u32>,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(super) fn new(rate: Option<u32>) -> Self {
        Self { rate, tokens: rate.map_or(0.0, f64::from), filled: Instant::now() }
    }

    /// Takes a token, unless none is left. A bucket whose rate changes starts full.
    pub(super) fn take(&mut self, rate: Option<u32>) -> bool {
        if rate != self.rate {
            *self = Self::new(rate);
        }
        let Some(rate) = rate.map(f64::from) else { return true };
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.filled).as_secs_f64() * rate).min(rate);
        self.filled = now;
        let is_admitted = self.tokens >= 1.0;
        if is_admitted {
            self.tokens -= 1.0;
        }
        is_admitted
    }
}
