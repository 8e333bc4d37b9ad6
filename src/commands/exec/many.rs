//! `exec --match` and `exec --pick`: one command under many roles, several at a time.

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::not_started;
use super::outcome::{Outcome, Tally};
use super::output::{Output, Recorder, Stream};
use super::plan::{Plan, Run};
use crate::cli;
use crate::context::Context;
use crate::context::enter::recorded;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::placeholders;
use crate::programs::group::{Stop, end, own_group};
use crate::programs::signals::{Signals, block_on};
use crate::provider::Provider;
use crate::shell::{Change, Grant};
use crate::terminal;

/// How long a run may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// How long the last output of a run that was killed may take.
const AFTERMATH: Duration = Duration::from_secs(1);

/// The longest line that is printed in one piece, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

pub(super) fn run(context: &Context, arguments: &cli::Exec) -> Result<ExitCode> {
    if arguments.command.is_empty() {
        return Err(Error::usage("which command? with several roles exec takes one")
            .with_remedy("run: aws-sso exec --match PATTERN -- CMD"));
    }
    let plan = Plan::of(context, arguments)?;
    if !arguments.many.yes {
        let words = arguments.command.iter().map(|word| word.to_string_lossy());
        plan.confirm(&words.collect::<Vec<_>>().join(" "))?;
    }
    let output = Output::new(&arguments.many.output, &plan.runs)?;
    let client = context.client(&plan.directory)?;
    let session = context.session(&plan.directory, &client)?;
    let provider = Provider::new(&session);
    if !plan.runs.iter().all(|run| provider.has(&run.role)) {
        // A person who has to sign in is asked once, before anything runs.
        session.token()?;
    }
    let workers = arguments.many.jobs.get().min(plan.runs.len());
    let job = Arc::new(Job {
        command: arguments.command.clone(),
        directory: plan.directory.name.clone(),
        runs: plan.runs,
        output,
    });
    let (asker, questions) = mpsc::channel::<(usize, oneshot::Sender<_>)>();
    let questions = Mutex::new(questions);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, answer)) = next else { return };
                    let _ = answer.send(provider.credentials(&job.runs[number].role));
                }
            });
        }
        let crew = Crew { job: Arc::clone(&job), asker, workers, fail_fast: arguments.many.fail_fast };
        block_on(crew.work())
    })
}

/// What every run shares.
struct Job {
    command: Vec<OsString>,
    directory: String,
    runs: Vec<Run>,
    output: Output,
}

type Asker = mpsc::Sender<(usize, oneshot::Sender<Result<RoleCredentials>>)>;

/// Keeps so many runs under way.
struct Crew {
    job: Arc<Job>,
    asker: Asker,
    workers: usize,
    fail_fast: bool,
}

impl Crew {
    async fn work(self) -> Result<ExitCode> {
        let start = Instant::now();
        let mut signals = Signals::new()?;
        let (stopper, stop) = watch::channel(Stop::No);
        let (mut waiting, mut running) = (0..self.job.runs.len(), JoinSet::new());
        let (mut tally, mut cause) = (Tally::default(), None);
        let mut deadline = None;
        let output = &self.job.output;
        loop {
            let has_failed = tally.hopeless.is_some() || self.fail_fast && !tally.failed.is_empty();
            let goes_on = cause.is_none() && !has_failed;
            while goes_on
                && running.len() < self.workers
                && let Some(number) = waiting.next()
            {
                let (job, asker, stop) = (Arc::clone(&self.job), self.asker.clone(), stop.clone());
                running.spawn(async move { job.run(number, &asker, stop).await });
            }
            output.show(&tally, running.len());
            tokio::select! {
                ended = running.join_next() => match ended {
                    Some(Ok((number, outcome))) => tally.add(number, &self.job.runs[number].label, &outcome),
                    Some(Err(error)) if error.is_cancelled() => tally.skipped += 1,
                    Some(Err(error)) => return Err(Error::failed(format!("a run was lost: {error}"))),
                    None => break,
                },
                signal = signals.any() => {
                    if cause.is_none() {
                        output.say(&format!(
                            "aws-sso: stopping {} runs; once more ends them at once\n",
                            running.len()
                        ));
                    }
                    deadline = Some(Instant::now() + if cause.is_none() { GRACE } else { Duration::ZERO });
                    if cause.is_none() {
                        stopper.send_replace(Stop::Signal(signal));
                    }
                    cause = cause.or(Some(signal));
                }
                () = passed(deadline) => {
                    if *stop.borrow() == Stop::Kill {
                        // Something outside of a run's group keeps its output open.
                        running.abort_all();
                    }
                    stopper.send_replace(Stop::Kill);
                    deadline = Some(Instant::now() + AFTERMATH);
                }
            }
        }
        for number in waiting {
            let (run, skipped) = (&self.job.runs[number], Outcome::Skipped);
            output.end(number, run, None, &skipped);
            tally.add(number, &run.label, &skipped);
        }
        // A terminal that is held takes nothing; whoever wants the end is not kept from it.
        output.finish(cause.map(|_| AFTERMATH));
        terminal::say(&tally.summary(start.elapsed()));
        if let Some(cause) = cause {
            // Without waiting for credentials that nobody needs any more.
            std::process::exit(cause.status().into());
        }
        if output.printer.has_lost() {
            return Err(Error::failed("some of the output could not be written")
                .with_remedy("check where the output goes, and the free space there"));
        }
        let failed = tally.hopeless.unwrap_or(1);
        Ok(if tally.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(failed) })
    }
}

/// Waits for a moment; for ever, where there is none.
async fn passed(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

impl Job {
    /// One run, from its credentials to its end.
    async fn run(&self, number: usize, asker: &Asker, stop: watch::Receiver<Stop>) -> (usize, Outcome) {
        let run = &self.runs[number];
        let mut recorder = None;
        let outcome = match self.credentials(number, asker, stop.clone()).await {
            None => Outcome::Skipped,
            Some(Err(error)) => Outcome::Failed(error),
            Some(Ok(credentials)) => match self.output.begin(number, run) {
                Err(error) => Outcome::Failed(error),
                Ok(started) => {
                    let taken = recorder.insert(started);
                    self.execute(run, &credentials, taken, stop).await
                }
            },
        };
        // What never began has recorded nothing.
        let recorder = recorder.filter(|_| matches!(outcome, Outcome::Ended { .. }));
        self.output.end(number, run, recorder, &outcome);
        (number, outcome)
    }

    /// `None` where all is stopped before there are any.
    async fn credentials(
        &self,
        number: usize,
        asker: &Asker,
        mut stop: watch::Receiver<Stop>,
    ) -> Option<Result<RoleCredentials>> {
        let (sender, answer) = oneshot::channel();
        asker.send((number, sender)).ok()?;
        tokio::select! {
            answer = answer => answer.ok(),
            _ = stop.wait_for(|stop| *stop != Stop::No) => None,
        }
    }

    async fn execute(
        &self,
        run: &Run,
        credentials: &RoleCredentials,
        recorder: &mut Recorder<'_>,
        mut stop: watch::Receiver<Stop>,
    ) -> Outcome {
        let start = Instant::now();
        let command = match self.command(run, credentials) {
            Ok(command) => command,
            Err(error) => return Outcome::Failed(error),
        };
        let program = command.get_program().to_owned();
        let mut child = match tokio::process::Command::from(command).spawn() {
            Ok(child) => child,
            Err(error) => return not_started(&program, &error).into(),
        };
        let (id, stdout, stderr) = (child.id(), child.stdout.take(), child.stderr.take());
        let recorder = Mutex::new(recorder);
        let ended = async {
            let (status, (), ()) = tokio::join!(
                child.wait(),
                self.record(stdout, Stream::Out, &recorder),
                self.record(stderr, Stream::Err, &recorder),
            );
            status
        };
        tokio::pin!(ended);
        let status = loop {
            tokio::select! {
                status = &mut ended => break status,
                Ok(()) = stop.changed() => end(id, *stop.borrow_and_update()),
            }
        };
        match status {
            Ok(status) => Outcome::Ended { status, duration: start.elapsed(), is_cut_off: self.is_cut_off(status) },
            Err(error) => Outcome::Failed(Error::failed(format!("cannot wait for the command: {error}"))),
        }
    }

    /// Takes a stream line by line until its end. Nor is one read on that nobody hears: its writer is to notice.
    async fn record(&self, stream: Option<impl AsyncRead + Unpin>, which: Stream, recorder: &Mutex<&mut Recorder<'_>>) {
        let Some(stream) = stream else { return };
        let printer = &self.output.printer;
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            let prefixed = recorder.lock().unwrap_or_else(PoisonError::into_inner).line(which, &line);
            if let Some(text) = prefixed {
                printer.print(which, text).await;
                if printer.has_gone(which) {
                    return;
                }
            }
            line.clear();
            // One that always has more to say lets others have their turn, and the signals.
            tokio::task::coop::consume_budget().await;
        }
    }

    /// Whether a run ended because nobody reads what it says, as in `… | head`: no fault of its own.
    fn is_cut_off(&self, status: ExitStatus) -> bool {
        const BROKEN_PIPE: i32 = 13;
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal = None;
        let printer = &self.output.printer;
        (printer.has_gone(Stream::Out) || printer.has_gone(Stream::Err))
            && (signal == Some(BROKEN_PIPE) || status.code() == Some(128 + BROKEN_PIPE))
    }

    fn command(&self, run: &Run, credentials: &RoleCredentials) -> Result<Command> {
        let values: [(_, &str); 4] = [
            ("{account_id}", &run.role.account_id),
            ("{account_name}", &run.account_name),
            ("{role}", &run.role.role_name),
            ("{region}", run.region.as_deref().unwrap_or_default()),
        ];
        let (program, words) = self.command.split_first().ok_or_else(|| Error::usage("which command?"))?;
        let mut command = Command::new(program);
        command.args(words.iter().map(|word| placeholders::fill_argument(word, &values)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group, so that what it starts itself is ended with it.
        own_group(&mut command);
        let region = run.region.as_deref();
        let change = Change::to_role(&Grant { role: &run.role, credentials, directory: &self.directory, region });
        recorded(change)?.without_record().apply(&mut command);
        Ok(command)
    }
}
