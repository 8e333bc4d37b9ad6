//! Requests for credentials. To ask for them blocks, so threads do it: as many as requests wait, up to a limit.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};

use tokio::sync::oneshot;

use crate::credentials::RoleCredentials;
use crate::error::{Error, Result, reason, system};

/// A request for the credentials of a run, by its number.
type Request = (usize, oneshot::Sender<Result<RoleCredentials>>);

/// How a request is answered.
pub(super) type Answer<'a> = dyn Fn(usize) -> Result<RoleCredentials> + Sync + 'a;

#[derive(Default)]
pub(super) struct Requests {
    state: Mutex<State>,
    arrived: Condvar,
}

/// The error for a thread that cannot be started.
pub(super) fn no_thread(error: io::Error) -> Error {
    Error::failed(format!("cannot start a thread: {}", reason(&error)))
        .with_remedy(system::shortage(&error).unwrap_or_else(|| "end other programs".to_owned()))
        .with_source(error)
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    /// How many threads there are besides the first. They end when nothing waits, since a user can have only so many
    /// threads and processes.
    more_threads: usize,
    is_over: bool,
}

impl Requests {
    /// Asks for the credentials of a run.
    pub(super) fn send(&self, number: usize) -> oneshot::Receiver<Result<RoleCredentials>> {
        let (sender, answer) = oneshot::channel();
        self.state().waiting.push_back((number, sender));
        self.arrived.notify_one();
        answer
    }

    /// Answers all requests, up to `most` at a time, on threads that run until [`Self::end`].
    ///
    /// Errors: not even one thread can be started.
    pub(super) fn serve<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        most: usize,
        answer: &'scope Answer<'_>,
    ) -> Result<()> {
        Builder::new().spawn_scoped(scope, move || self.work(scope, most, answer, true)).map_err(no_thread)?;
        Ok(())
    }

    /// No request will follow.
    pub(super) fn end(&self) {
        self.state().is_over = true;
        self.arrived.notify_all();
    }

    fn work<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        most: usize,
        answer: &'scope Answer<'_>,
        is_first: bool,
    ) {
        while let Some(((number, sender), needs_another)) = self.next(most, is_first) {
            if needs_another
                && Builder::new().spawn_scoped(scope, move || self.work(scope, most, answer, false)).is_err()
            {
                // Those that there are do it, one request after the other.
                self.state().more_threads -= 1;
            }
            let _ = sender.send(answer(number));
        }
    }

    /// The next request, and whether a thread more is needed for those behind it.
    fn next(&self, most: usize, is_first: bool) -> Option<(Request, bool)> {
        let mut state = self.state();
        loop {
            match state.waiting.pop_front() {
                // Nobody waits for the answer any more.
                Some((_, sender)) if sender.is_closed() => {}
                Some(request) => {
                    let needs_another = !state.waiting.is_empty() && state.more_threads + 1 < most;
                    state.more_threads += usize::from(needs_another);
                    return Some((request, needs_another));
                }
                None if !is_first => {
                    state.more_threads -= 1;
                    return None;
                }
                None if state.is_over => return None,
                None => state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
