//! One run of `exec --match`: its credentials, its command, and what the command writes.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::io::AsyncRead;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::ending::Stop;
use super::input::Input;
use super::limits::AtOnce;
use super::outcome::{EndCause, RunOutcome, signal_of};
use super::output::{Recorder, RunOutput};
use super::plan::Run;
use super::printer::{Stream, Text};
use super::reading::{LAST_OUTPUT, Lines};
use super::requests::Requests;
use super::shortage::{Attempts, Shortage, patiently};
use super::start::{not_started, user_command};
use crate::context::enter::recorded;
use crate::context::labels;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::programs::child::Child;
use crate::programs::job_control::Groups;
use crate::programs::left::{Left, Processes};
use crate::programs::pipe::{HeldPipe, Pipe};
use crate::programs::{group, profile_option};
use crate::quote;
use crate::shell::{Change, Grant};

/// What all runs share.
pub(super) struct Job {
    pub(super) command: Vec<OsString>,
    /// When the sessions of the sign-ins are expected to end, by the name of the sso-session.
    pub(super) session_ends: HashMap<String, Timestamp>,
    pub(super) runs: Vec<Run>,
    pub(super) input: Input,
    pub(super) output: RunOutput,
    /// The processes of the runs.
    pub(super) groups: Groups,
    pub(super) requests: Arc<Requests>,
    pub(super) shortage: Shortage,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has no process yet.
    Starting,
    Running,
    /// Its process has ended, and its output is taken.
    Ended,
    /// What is open is what it has left running: another run may take its place.
    Left,
}

/// What a run asks of the crew, and reports to it.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) phases: UnboundedSender<(usize, Phase)>,
    pub(super) stop: watch::Receiver<Stop>,
}

impl Link {
    /// Waits until the runs are stopped.
    async fn stopped(&self) {
        drop(self.stop.clone().wait_for(Stop::is_asked).await);
    }
}

impl Job {
    /// How many runs there are at a time: as many as this, if the limit of open files allows them.
    pub(super) fn at_once(&self, jobs: usize) -> AtOnce {
        let (asked, input) = (jobs.min(self.runs.len()), usize::from(self.input.is_given()));
        let at_once = AtOnce::up_to(asked, self.output.files_of_run() + input);
        if at_once.runs < asked {
            self.output.say(&at_once.shortfall(jobs));
        }
        at_once
    }

    /// One run, from its credentials to its end.
    pub(super) async fn run(&self, number: usize, link: Link) -> (usize, RunOutcome) {
        let run = &self.runs[number];
        let mut attempts = self.shortage.attempts();
        let (recorder, outcome) = loop {
            let mut recorder = None;
            let outcome = match self.credentials(number, &mut attempts, &link).await {
                None => RunOutcome::Skipped,
                Some(Err(error)) => RunOutcome::Failed(error),
                Some(Ok(credentials)) => match self.output.begin(number, run) {
                    Err(error) => RunOutcome::Failed(error),
                    Ok(started) => {
                        self.execute(number, &credentials, recorder.insert(started), &mut attempts, &link).await
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
            self.output.printer.print_unless(stream, text, link.stopped()).await;
        }
        (number, outcome)
    }

    /// The credentials of a run, for its next attempt; `None` if all runs are stopped before they arrive.
    async fn credentials(
        &self,
        number: usize,
        attempts: &mut Attempts<'_>,
        link: &Link,
    ) -> Option<Result<RoleCredentials>> {
        let answer = async {
            attempts.next().await;
            self.requests.send(number).await
        };
        tokio::select! {
            // Where both have come, nothing starts.
            biased;
            () = link.stopped() => None,
            answer = answer => answer.ok(),
        }
    }

    async fn execute(
        &self,
        number: usize,
        credentials: &RoleCredentials,
        recorder: &mut Recorder<'_>,
        attempts: &mut Attempts<'_>,
        link: &Link,
    ) -> RunOutcome {
        let (run, start) = (&self.runs[number], Instant::now());
        let command = match self.command(run, credentials) {
            Ok(command) => command,
            Err(error) => return RunOutcome::Failed(error),
        };
        let mut child = match Child::start(command, self.input.is_given()) {
            Ok(child) => child,
            Err(error) => return not_started(&self.words(run).collect::<Vec<_>>(), error).into(),
        };
        attempts.started();
        // Nothing waits between the last look at a signal and this, so no run is missed by one.
        self.groups.add(number, child.id());
        let _ = link.phases.send((number, Phase::Running));
        let (id, stdout, stderr) = (child.id(), child.stdout.take(), child.stderr.take());
        let feeder = self.input.feed(&mut child);
        let (ended, end) = watch::channel(false);
        let recorder = Mutex::new(recorder);
        let leave = || {
            let _ = link.phases.send((number, Phase::Left));
        };
        let (out, err) =
            (stdout.map(|pipe| Lines::of(pipe, end.clone(), &leave)), stderr.map(|pipe| Lines::of(pipe, end, &leave)));
        let output = async {
            tokio::join!(self.record(out, Stream::Out, &recorder, link), self.record(err, Stream::Err, &recorder, link))
        };
        tokio::pin!(output);
        let (mut stop, mut passed, mut pipes, mut killed) = (link.stop.clone(), 0, None, None);
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                read = &mut output, if pipes.is_none() => pipes = Some(read),
                Ok(()) = stop.changed() => {
                    let stop = stop.borrow_and_update();
                    // Several may have come since the last look.
                    stop.passed[passed..].iter().for_each(|signal| group::pass(id, *signal));
                    passed = stop.passed.len();
                    killed = stop.killed;
                    if killed.is_some() {
                        group::kill(id);
                    }
                }
            }
        };
        let (duration, end) = (start.elapsed(), Instant::now());
        let has_asked = self.groups.remove(number);
        ended.send_replace(true);
        let _ = link.phases.send((number, Phase::Ended));
        let pipes = match pipes {
            Some(pipes) => pipes,
            None => output.await,
        };
        let left = left_running(id, pipes.into(), end, leave).await;
        if let Some(error) = feeder.failure() {
            return RunOutcome::Failed(error);
        }
        match status {
            Ok(status) => {
                let cause = match killed {
                    _ if has_asked => EndCause::Asked(self.alone(run)),
                    _ if self.is_cut_off(status) => EndCause::CutOff,
                    Some(cause) if signal_of(status) == Some(KILL) || cfg!(not(unix)) => EndCause::Killed(cause),
                    _ => EndCause::Own,
                };
                RunOutcome::Ended { status, duration, cause, left }
            }
            Err(error) => {
                RunOutcome::Failed(Error::failed(format!("cannot wait for the command: {error}")).with_source(error))
            }
        }
    }

    /// Records a stream line by line, until its end or until what it is printed to is closed. Returns its pipe if
    /// others hold it open.
    async fn record(
        &self,
        lines: Option<Lines<'_, impl AsyncRead + Unpin + Pipe>>,
        which: Stream,
        recorder: &Mutex<&mut Recorder<'_>>,
        link: &Link,
    ) -> Option<HeldPipe> {
        let (mut lines, printer) = (lines?, &self.output.printer);
        while let Some(line) = lines.next().await {
            patiently(|| recorder.lock().unwrap_or_else(PoisonError::into_inner).make_room(which, line.len())).await;
            let prefixed = recorder.lock().unwrap_or_else(PoisonError::into_inner).line(which, line);
            if let Some(text) = prefixed {
                let before = Instant::now();
                printer.print(which, Text::Bytes(text), link.stopped()).await;
                lines.pause(before.elapsed());
                if printer.is_closed(which) {
                    // With this end of the pipe closed, the command gets SIGPIPE, as it would in a pipeline.
                    return None;
                }
            }
            // A command that never pauses would keep the other runs, and Ctrl-C, waiting.
            tokio::task::coop::consume_budget().await;
        }
        if lines.is_cut() {
            recorder.lock().unwrap_or_else(PoisonError::into_inner).cut_others(which);
        }
        lines.held()
    }

    /// Whether a run ended with SIGPIPE because stdout or stderr is closed, as in `… | head`. That is not a failure.
    fn is_cut_off(&self, status: ExitStatus) -> bool {
        const BROKEN_PIPE: i32 = 13;
        let printer = &self.output.printer;
        (printer.is_closed(Stream::Out) || printer.is_closed(Stream::Err))
            && (signal_of(status) == Some(BROKEN_PIPE) || status.code() == Some(128 + BROKEN_PIPE))
    }

    fn command(&self, run: &Run, credentials: &RoleCredentials) -> Result<Command> {
        let mut words = self.words(run);
        let mut command = user_command(&words.next().ok_or_else(|| Error::usage("which command?"))?);
        command.args(words);
        // A group of its own, so that a signal also reaches the processes that it starts.
        group::own_group(&mut command);
        let region = run.region.as_deref();
        let mut labels = labels::of_listed(&run.found, &run.account_name, run.known_as.as_deref())?;
        labels.session_end = self.session_ends.get(run.sso_session()).copied();
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
        let (role, assumed) = run.typed();
        let region = run.region.iter().flat_map(|region| ["--region".into(), region.into()]);
        let words = [role]
            .into_iter()
            .chain(assumed)
            .map(OsString::from)
            .chain(region)
            .chain(["--".into()])
            .chain(self.words(run));
        let words = words.map(|word: OsString| quote::word(&word.to_string_lossy()));
        format!("aws-sso exec {} {}", profile_option(run.sso_session()), words.collect::<Vec<_>>().join(" "))
    }
}

const KILL: i32 = 9;

/// What a run has left running, a second after its end. A program that ends right after it is not worth a word.
async fn left_running(id: Option<u32>, pipes: [Option<HeldPipe>; 2], end: Instant, leave: impl Fn()) -> Option<Left> {
    const INTERVAL: Duration = Duration::from_millis(50);
    let mut group = id.filter(|id| group::has_members(*id));
    if group.is_some() {
        leave();
    }
    while let Some(left) = group
        && end.elapsed() < LAST_OUTPUT
    {
        tokio::time::sleep(INTERVAL).await;
        let moment = Instant::now().checked_sub(INTERVAL).map_or(end, |moment| moment.max(end));
        group = Some(left).filter(|left| Processes::since(moment).are_in(*left));
    }
    Left::of(group, pipes.into_iter().flatten().collect())
}
