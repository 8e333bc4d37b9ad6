//! What is done and what is not, for a run that ends before its end: by Ctrl-C, or by an error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use crate::error::Error;
use crate::programs::signals::{self, Signals};
use crate::programs::uninterrupted;
use crate::terminal;

/// The steps of a run, each with what it is called in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Session,
    SignIn,
    Profiles,
    StartUpFile,
}

impl Step {
    const ALL: [Self; 4] = [Self::Session, Self::SignIn, Self::Profiles, Self::StartUpFile];

    fn name(self) -> &'static str {
        match self {
            Self::Session => "the sso-session in the AWS config",
            Self::SignIn => "the sign-in",
            Self::Profiles => "profiles",
            Self::StartUpFile => "the start-up file",
        }
    }
}

/// How far a run has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    done: Vec<Step>,
    /// The command that goes on.
    again: String,
}

impl Progress {
    /// From now on Ctrl-C says what is done.
    pub(super) fn begin() -> Self {
        let progress = Self::default();
        let of_signal = progress.clone();
        let (receives, is_ready) = mpsc::channel();
        thread::spawn(move || {
            let receive = async {
                let mut signals = Signals::new()?;
                drop(receives);
                Ok(signals.any().await)
            };
            let Ok(signal) = signals::block_on(receive) else { return };
            uninterrupted::finish();
            // The line has `^C`, or a question.
            terminal::say(&format!("\n{}", of_signal.explain(&Error::cancelled("cancelled")).report()));
            terminal::exit(signal.status().into());
        });
        // Until it receives them, a signal ends the process in silence.
        let _: Result<(), _> = is_ready.recv();
        progress
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn will_go_on_with(&self, line: String) {
        self.state().again = line;
    }

    pub(super) fn is_done(&self, step: Step) {
        self.state().done.push(step);
    }

    /// The error that ends the run, with what is done and how to go on.
    pub(super) fn explain(&self, error: &Error) -> Error {
        let State { done, again } = &*self.state();
        let names = |is_done: bool| {
            let steps = Step::ALL.into_iter().filter(|step| done.contains(step) == is_done);
            steps.map(Step::name).collect::<Vec<_>>().join(", ")
        };
        let mut lines: Vec<_> = error.remedy().map(of_run).into_iter().collect();
        if done.is_empty() {
            lines.push("nothing was written".to_owned());
        } else {
            lines.push(format!("done: {}; not done: {}", names(true), names(false)));
            lines.push(format!("to go on, run: {again}"));
        }
        error.clone().with_remedy(lines.join("\n"))
    }
}

/// A remedy without what it says of its own step: what the run has changed is said after it.
fn of_run(remedy: &str) -> String {
    remedy.strip_prefix("nothing was changed; ").unwrap_or(remedy).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_is_done_and_how_to_go_on() {
        let progress = Progress::default();
        let error = Error::failed("no").with_remedy("nothing was changed; try");
        assert_eq!(progress.explain(&error).remedy(), Some("try\nnothing was written"));
        progress.will_go_on_with("aws-sso setup x".to_owned());
        progress.is_done(Step::Session);
        let expected = "try\ndone: the sso-session in the AWS config; not done: the sign-in, profiles, the start-up \
                        file\nto go on, run: aws-sso setup x";
        assert_eq!(progress.explain(&error).remedy(), Some(expected));
    }
}
