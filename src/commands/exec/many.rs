//! `exec --match` and `exec --pick`: one command under several roles, several at a time.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::arguments::ExecArgs;
use super::code::refuse_placeholders;
use super::job::Job;
use super::limits::AtOnce;
use super::outcome::{RunOutcome, RunResults};
use super::output::RunOutput;
use super::plan::Plan;
use super::requests::Requests;
use super::shortage::Shortage;
use super::start::missing_program;
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::programs::group::Stop;
use crate::programs::job_control::{Groups, JobSignal, JobSignals, StopCause};
use crate::programs::signals::{Signal, Signals, block_on};
use crate::programs::uninterrupted;
use crate::provider::Provider;
use crate::terminal;

/// How long a run may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait for the last output of a run that was killed.
const AFTERMATH: Duration = Duration::from_secs(1);

pub(super) fn run(context: &Context, arguments: &ExecArgs) -> Result<ExitCode> {
    if arguments.command.is_empty() {
        return Err(Error::usage("which command? with several roles exec needs one")
            .with_remedy("run: aws-sso exec --match PATTERN -- CMD"));
    }
    refuse_placeholders(&arguments.command)?;
    if let Some(missing) = missing_program(&arguments.command[0]) {
        terminal::say(&missing.error.report());
        return Ok(ExitCode::from(missing.status));
    }
    let mut plan = Plan::of(context, arguments)?;
    if !arguments.many.yes {
        let words = arguments.command.iter().map(|word| word.to_string_lossy());
        plan.confirm(&words.collect::<Vec<_>>().join(" "))?;
    }
    let output = RunOutput::new(&arguments.many.output, &plan.runs)?;
    let client = context.client(&plan.directory)?;
    let session = context.session(&plan.directory, &client)?;
    let gaps: Vec<_> = plan.shortfall.take().into_iter().chain(plan.refusal.take()).collect();
    let requests = Arc::new(Requests::default());
    let job = Arc::new(Job {
        command: arguments.command.clone(),
        session: plan.directory.name.clone(),
        runs: plan.runs,
        output,
        groups: Groups::default(),
        requests: Arc::clone(&requests),
        shortage: Shortage::default(),
    });
    let warn = |warning: &str| job.output.warn(warning);
    let provider = Provider::new(&session).warning_to(&warn);
    if !job.runs.iter().all(|run| provider.has(&run.role)) {
        // The user is asked to sign in once and before any command runs, not by several runs at the same time.
        session.token()?;
    }
    let jobs = arguments.many.jobs.get();
    let at_once = AtOnce::up_to(jobs.min(job.runs.len()), job.output.files_of_run());
    if at_once.runs < jobs.min(job.runs.len()) {
        job.output.say(&at_once.shortfall(jobs));
    }
    let answer = |number: usize| provider.credentials(&job.runs[number].role);
    // The provider blocks, so threads ask it. The runs themselves are tasks on this thread.
    std::thread::scope(|scope| {
        requests.serve(scope, at_once.requests, &answer)?;
        let fail_fast = arguments.many.fail_fast;
        let crew = Crew { job: Arc::clone(&job), workers: at_once.runs, fail_fast, gaps };
        let outcome = block_on(crew.work(&plan.directory));
        requests.end();
        outcome
    })
}

/// Runs up to `workers` commands at a time.
struct Crew {
    job: Arc<Job>,
    workers: usize,
    fail_fast: bool,
    /// The accounts that could match and whose roles are not known; the first error decides the status if all else is
    /// well.
    gaps: Vec<Error>,
}

impl Crew {
    async fn work(self, directory: &Directory) -> Result<ExitCode> {
        let start = Instant::now();
        let output = &self.job.output;
        let (mut signals, mut job_signals) = (Signals::new()?, JobSignals::new()?);
        let mut shutdown = Shutdown::default();
        let (mut waiting, mut running) = (0..self.job.runs.len(), JoinSet::new());
        let mut results = RunResults::default();
        loop {
            let has_failed = results.hopeless.is_some() || (self.fail_fast && !results.failed.is_empty());
            let starts_more = shutdown.signal.is_none() && !has_failed;
            while starts_more
                && running.len() < self.workers
                && let Some(number) = waiting.next()
            {
                let (job, stop) = (Arc::clone(&self.job), shutdown.stop.subscribe());
                running.spawn(async move { job.run(number, stop).await });
            }
            output.show(&results, running.len());
            tokio::select! {
                ended = running.join_next() => match ended {
                    Some(Ok((number, outcome))) => results.add(number, &self.job.runs[number].label, &outcome),
                    Some(Err(error)) if error.is_cancelled() => results.skipped += 1,
                    Some(Err(error)) => return Err(Error::failed(format!("a run was lost: {error}"))),
                    None => break,
                },
                signal = signals.any() => {
                    if shutdown.signal.is_none() {
                        let count = running.len();
                        output.say(&format!(
                            "aws-sso: stopping {count} runs; press Ctrl-C again to end them at once\n"
                        ));
                    }
                    shutdown.receive(signal);
                }
                signal = job_signals.next() => match signal {
                    JobSignal::Suspend => self.job.groups.suspend(&mut job_signals).await?,
                    JobSignal::Child => self.name_stopped(),
                },
                () = passed(shutdown.deadline) => {
                    if shutdown.has_killed() {
                        // A process that left the group of its run can keep the output open.
                        running.abort_all();
                    }
                    shutdown.kill();
                }
            }
        }
        for number in waiting {
            let (run, skipped) = (&self.job.runs[number], RunOutcome::Skipped);
            if let Some((stream, text)) = output.end(number, run, None, &skipped) {
                output.printer.say(stream, text);
            }
            results.add(number, &run.label, &skipped);
        }
        // A terminal held with Ctrl-S takes no output. After a signal the process must end all the same.
        output.finish(shutdown.signal.map(|_| AFTERMATH));
        terminal::say(&results.summary(start.elapsed()));
        for gap in &self.gaps {
            terminal::say(&gap.report());
        }
        self.doubt(directory, &results);
        if let Some(signal) = shutdown.signal {
            // To return would wait for all threads that still ask for credentials.
            uninterrupted::finish();
            std::process::exit(signal.status().into());
        }
        if let Some(shortfall) = output.shortfall() {
            return Err(shortfall);
        }
        match self.gaps.first() {
            _ if !results.is_ok() => Ok(ExitCode::from(results.hopeless.unwrap_or(1))),
            Some(gap) => Ok(gap.exit_code()),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    /// Says of each run that has stopped why it does not go on.
    fn name_stopped(&self) {
        for (number, cause) in self.job.groups.newly_stopped() {
            let label = &self.job.runs[number].label;
            self.job.output.warn(&match cause {
                StopCause::Terminal => {
                    format!("{label} asks on the terminal, where several runs cannot ask: it is ended")
                }
                StopCause::Signal(group) => format!("{label} was stopped; to continue it, run: kill -CONT -- -{group}"),
            });
        }
    }

    /// Makes the next reader of the list ask for the roles of accounts that have refused one.
    fn doubt(&self, directory: &Directory, results: &RunResults) {
        let role = |number: &usize| {
            let role = &self.job.runs[*number].role;
            (role.account_id.as_str(), role.role_name.as_str())
        };
        let refused: Vec<_> = results.refused.iter().map(role).collect();
        if !refused.is_empty()
            && let Err(error) = Inventory::doubt(directory, &refused)
        {
            tracing::info!("{error}");
        }
    }
}

/// How all runs are ended early. The first signal is passed on to them; they are killed at a second one, or when the
/// grace period is over.
struct Shutdown {
    /// What each run watches.
    stop: watch::Sender<Stop>,
    /// The first signal, which decides the exit status.
    signal: Option<Signal>,
    /// When the next step is due.
    deadline: Option<Instant>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { stop: watch::Sender::new(Stop::No), signal: None, deadline: None }
    }
}

impl Shutdown {
    fn receive(&mut self, signal: Signal) {
        if self.signal.is_some() {
            self.deadline = Some(Instant::now());
            return;
        }
        self.signal = Some(signal);
        self.deadline = Some(Instant::now() + GRACE);
        self.stop.send_replace(Stop::Signal(signal));
    }

    fn has_killed(&self) -> bool {
        *self.stop.borrow() == Stop::Kill
    }

    fn kill(&mut self) {
        self.stop.send_replace(Stop::Kill);
        self.deadline = Some(Instant::now() + AFTERMATH);
    }
}

/// Waits for a moment; without limit where there is none.
async fn passed(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
