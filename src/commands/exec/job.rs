//! One run of `exec --match`: its credentials, its command, and what the command writes.

use std::ffi::OsString;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::sync::watch;

use super::outcome::{EndCause, RunOutcome};
use super::output::{Recorder, RunOutput};
use super::plan::Run;
use super::printer::{Stream, Text};
use super::requests::Requests;
use super::shortage::{Attempts, Shortage, patiently};
use super::start::{not_started, user_command};
use crate::context::enter::recorded;
use crate::context::labels;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::programs::child::Child;
use crate::programs::group::{Stop, end, own_group};
use crate::programs::job_control::Groups;
use crate::programs::profile_option;
use crate::shell::{Change, Grant};

/// The longest line that is printed in one piece, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// How long the output of a run is read on after its process has ended, where all runs are stopped.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// What all runs share.
pub(super) struct Job {
    pub(super) command: Vec<OsString>,
    /// The name of the sso-session.
    pub(super) session: String,
    pub(super) runs: Vec<Run>,
    pub(super) output: RunOutput,
    /// The processes of the runs.
    pub(super) groups: Groups,
    pub(super) requests: Arc<Requests>,
    pub(super) shortage: Shortage,
}

impl Job {
    /// One run, from its credentials to its end.
    pub(super) async fn run(&self, number: usize, mut stop: watch::Receiver<Stop>) -> (usize, RunOutcome) {
        let run = &self.runs[number];
        let mut attempts = self.shortage.attempts();
        let (recorder, outcome) = loop {
            let mut recorder = None;
            let outcome = match self.credentials(number, &mut attempts, stop.clone()).await {
                None => RunOutcome::Skipped,
                Some(Err(error)) => RunOutcome::Failed(error),
                Some(Ok(credentials)) => match self.output.begin(number, run) {
                    Err(error) => RunOutcome::Failed(error),
                    Ok(started) => {
                        let recorder = recorder.insert(started);
                        self.execute(number, &credentials, recorder, &mut attempts, stop.clone()).await
                    }
                },
            };
            match &outcome {
                RunOutcome::Failed(error) if attempts.failed(error) => {
                    if self.shortage.is_new() {
                        self.output.say(&format!("aws-sso: {error}; trying again once other runs have ended\n"));
                    }
                }
                _ => break (recorder, outcome),
            }
        };
        drop(attempts);
        // A command that never started has written nothing. Without a recorder, its error is printed instead.
        let recorder = recorder.filter(|_| matches!(outcome, RunOutcome::Ended { .. }));
        if let Some((stream, text)) = self.output.end(number, run, recorder, &outcome) {
            // After a signal, a terminal that takes no output keeps nobody waiting.
            let hurry = async { drop(stop.wait_for(|stop| *stop != Stop::No).await) };
            self.output.printer.print_unless(stream, text, hurry).await;
        }
        (number, outcome)
    }

    /// The credentials of a run, for its next attempt; `None` if all runs are stopped before they arrive.
    async fn credentials(
        &self,
        number: usize,
        attempts: &mut Attempts<'_>,
        mut stop: watch::Receiver<Stop>,
    ) -> Option<Result<RoleCredentials>> {
        let answer = async {
            attempts.next().await;
            self.requests.send(number).await
        };
        tokio::select! {
            answer = answer => answer.ok(),
            _ = stop.wait_for(|stop| *stop != Stop::No) => None,
        }
    }

    async fn execute(
        &self,
        number: usize,
        credentials: &RoleCredentials,
        recorder: &mut Recorder<'_>,
        attempts: &mut Attempts<'_>,
        mut stop: watch::Receiver<Stop>,
    ) -> RunOutcome {
        let (run, start) = (&self.runs[number], Instant::now());
        let command = match self.command(run, credentials) {
            Ok(command) => command,
            Err(error) => return RunOutcome::Failed(error),
        };
        let program = command.get_program().to_owned();
        let mut child = match Child::start(command, false) {
            Ok(child) => child,
            Err(error) => return not_started(&program, error).into(),
        };
        attempts.started();
        let (id, stdout, stderr) = (child.id(), child.stdout.take(), child.stderr.take());
        self.groups.add(number, id);
        let recorder = Mutex::new(recorder);
        let output = async {
            tokio::join!(self.record(stdout, Stream::Out, &recorder), self.record(stderr, Stream::Err, &recorder));
        };
        tokio::pin!(output);
        let mut has_more = true;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                () = &mut output, if has_more => has_more = false,
                Ok(()) = stop.changed() => end(id, *stop.borrow_and_update()),
            }
        };
        // A child that it left behind may still write to its streams. Once the user has stopped all runs, neither that
        // nor a slow terminal keeps them waiting.
        while has_more {
            let is_stopped = *stop.borrow() != Stop::No;
            tokio::select! {
                () = &mut output => has_more = false,
                () = tokio::time::sleep(LAST_OUTPUT), if is_stopped => break,
                Ok(()) = stop.changed() => end(id, *stop.borrow_and_update()),
            }
        }
        let has_asked = self.groups.remove(number);
        match status {
            Ok(status) => {
                let cause = match status {
                    _ if has_asked => EndCause::Asked(self.alone(run)),
                    status if self.is_cut_off(status) => EndCause::CutOff,
                    _ => EndCause::Own,
                };
                RunOutcome::Ended { status, duration: start.elapsed(), cause }
            }
            Err(error) => {
                RunOutcome::Failed(Error::failed(format!("cannot wait for the command: {error}")).with_source(error))
            }
        }
    }

    /// Reads a stream line by line until its end, or until what it is printed to is closed.
    async fn record(&self, stream: Option<impl AsyncRead + Unpin>, which: Stream, recorder: &Mutex<&mut Recorder<'_>>) {
        let Some(stream) = stream else { return };
        let printer = &self.output.printer;
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            patiently(|| recorder.lock().unwrap_or_else(PoisonError::into_inner).make_room(which, line.len())).await;
            let prefixed = recorder.lock().unwrap_or_else(PoisonError::into_inner).line(which, &line);
            if let Some(text) = prefixed {
                printer.print(which, Text::Bytes(text)).await;
                if printer.is_closed(which) {
                    // With this end of the pipe closed, the command gets SIGPIPE, as it would in a pipeline.
                    return;
                }
            }
            line.clear();
            // A command that never pauses would keep the other runs, and Ctrl-C, waiting.
            tokio::task::coop::consume_budget().await;
        }
    }

    /// Whether a run ended with SIGPIPE because stdout or stderr is closed, as in `… | head`. That is not a failure.
    fn is_cut_off(&self, status: ExitStatus) -> bool {
        const BROKEN_PIPE: i32 = 13;
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal = None;
        let printer = &self.output.printer;
        (printer.is_closed(Stream::Out) || printer.is_closed(Stream::Err))
            && (signal == Some(BROKEN_PIPE) || status.code() == Some(128 + BROKEN_PIPE))
    }

    fn command(&self, run: &Run, credentials: &RoleCredentials) -> Result<Command> {
        let mut words = self.words(run);
        let mut command = user_command(words.next().ok_or_else(|| Error::usage("which command?"))?);
        command.args(words);
        // A group of its own, so that a signal also reaches the processes that it starts.
        own_group(&mut command);
        let region = run.region.as_deref();
        let labels = labels::of_listed(&run.role, &run.account_name, &self.session);
        let change = Change::to_role(&Grant { labels: &labels, credentials, region });
        recorded(change)?.without_record().apply(&mut command);
        Ok(command)
    }

    /// The program and its arguments, whose placeholders are replaced.
    fn words<'a>(&'a self, run: &'a Run) -> impl Iterator<Item = OsString> + 'a {
        let words = self.command.iter().enumerate();
        words.map(|(number, word)| if number == 0 { word.clone() } else { run.fill(word) })
    }

    /// The command line that does the same as this run, but has the terminal.
    fn alone(&self, run: &Run) -> String {
        let role = format!("{}/{}", run.role.account_id, run.role.role_name);
        let region = run.region.iter().flat_map(|region| ["--region".into(), region.into()]);
        let words = [role.into()].into_iter().chain(region).chain(["--".into()]).chain(self.words(run));
        let words = words.map(|word: OsString| shell_escape::escape(word.to_string_lossy()).into_owned());
        format!("aws-sso exec {} {}", profile_option(&self.session), words.collect::<Vec<_>>().join(" "))
    }
}
