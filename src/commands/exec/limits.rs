//! How many runs there are at a time, and how many of them ask for credentials, with the open files that this process
//! may have.

use crate::programs::descriptors::{self, State};

/// The files of a run: its stdout, its stderr, and the handle of its process.
const RUN: usize = 3;

/// What this process has open for itself, and for a moment while a program starts.
const OWN: usize = 16;

/// The files that a request for credentials has open: a connection, a name server, locks, and what is cached.
const REQUEST: usize = 6;

/// The most requests for credentials at a time. The service answers some twenty in a second.
const MOST_REQUESTS: usize = 32;

/// How many of each there are at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AtOnce {
    pub(super) runs: usize,
    pub(super) requests: usize,
}

impl AtOnce {
    /// Makes room for this many runs, each of which opens more files, as far as the limits allow.
    pub(super) fn up_to(asked: usize, files: usize) -> Self {
        let state = descriptors::state();
        let given = Self::within(state, asked, RUN + files);
        // One is counted even where there is no room for it.
        if given.runs == asked && asked > 1 {
            return given;
        }
        descriptors::raise();
        Self::within(descriptors::state(), asked, RUN + files)
    }

    fn within(state: State, asked: usize, files: usize) -> Self {
        // They open files while a program starts, too, so the limit that was given counts.
        let for_requests = state.given.saturating_sub(state.open + OWN) / 4;
        let requests = (for_requests / REQUEST).min(MOST_REQUESTS).min(asked).max(1);
        let for_runs = state.limit.saturating_sub(state.open + OWN + requests * REQUEST);
        Self { runs: (for_runs / files).clamp(1, asked.max(1)), requests }
    }

    /// Says why there are fewer runs at a time than `-j` asked for.
    pub(super) fn shortfall(self, jobs: usize) -> String {
        let (runs, limit) = (self.runs, descriptors::state().limit);
        format!("aws-sso: {runs} at a time, not {jobs}: the limit of open files is {limit} (ulimit -n)\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_requests_share_what_the_limit_leaves() {
        let none = usize::MAX;
        // The limit that was given, the one now, what is open, how many are asked for and the files of each; the runs
        // and requests at a time.
        let cases = [
            ((1024, 1024, 10, 8, 3), (8, 8)),
            ((1024, 1024, 10, 100, 3), (100, 32)),
            ((256, 256, 10, 100, 3), (58, 9)),
            ((256, 256, 10, 100, 5), (35, 9)),
            ((256, 1 << 20, 10, 1000, 3), (1000, 9)),
            ((64, 64, 10, 100, 3), (10, 1)),
            ((16, 16, 10, 100, 3), (1, 1)),
            ((8, 8, 10, 100, 3), (1, 1)),
            ((none, none, 10, 5000, 3), (5000, 32)),
            ((256, 256, 10, 1, 3), (1, 1)),
        ];
        for ((given, limit, open, asked, files), (runs, requests)) in cases {
            let found = AtOnce::within(State { given, limit, open }, asked, files);
            assert_eq!(found, AtOnce { runs, requests }, "{given} {limit} {asked} {files}");
        }
    }
}
