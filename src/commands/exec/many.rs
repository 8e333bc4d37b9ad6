//! `exec --match` and `exec --pick`: one command under several roles, several at a time.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use super::arguments::ExecArgs;
use super::ending::{Due, Ending};
use super::in_code::refuse_placeholders;
use super::input::Input;
use super::job::{Job, Link, Phase};
use super::outcome::{RunOutcome, RunResults};
use super::output::RunOutput;
use super::plan::{Plan, Run};
use super::printer::Printer;
use super::requests::Requests;
use super::shortage::Shortage;
use super::start::missing_program;
use super::typed::Line;
use super::words::refuse_names;
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::instance::not_signed_in;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::programs::group::EndWithUs;
use crate::programs::job_control::{Groups, JobSignal, JobSignals, StopCause};
use crate::programs::signals::{Signals, block_on};
use crate::programs::uninterrupted;
use crate::provider::Provider;
use crate::session::Session;
use crate::terminal::{self, complaint};

/// How long the last output may take to print after a signal, if some of it is taken.
const LAST_PRINTING: Duration = Duration::from_secs(5);

pub(super) fn run(context: &Context, arguments: &ExecArgs) -> Result<ExitCode> {
    if arguments.command.is_empty() {
        return Err(Error::usage("which command? with several roles exec needs one")
            .with_remedy("run: aws-sso exec --match PATTERN -- CMD"));
    }
    refuse_placeholders(&arguments.command)?;
    if let Some(missing) = missing_program(&arguments.command, Some(Line::typed(true))) {
        return Ok(missing.said());
    }
    if !arguments.many.stdin {
        Input::refuse()?;
    }
    let plan = Plan::of(context, arguments)?;
    refuse_names(&arguments.command, &plan.runs)?;
    if !arguments.many.yes {
        let words = arguments.command.iter().map(|word| word.to_string_lossy());
        plan.confirm(&words.collect::<Vec<_>>().join(" "))?;
    }
    let is_quiet = context.is_quiet();
    let output = RunOutput::new(&arguments.many.output, &plan.runs, is_quiet)?;
    let directories = plan.directories;
    let clients = directories.iter().map(|directory| context.client(directory)).collect::<Result<Vec<_>>>()?;
    let pairs = directories.iter().zip(&clients);
    let sessions = pairs.map(|(directory, client)| context.session(directory, client)).collect::<Result<Vec<_>>>()?;
    let requests = Arc::new(Requests::default());
    sign_in(&sessions, &plan.runs)?;
    let end = |directory: &Directory| Some((directory.name.clone(), context.session_end(directory)?));
    let session_ends = directories.iter().filter_map(end).collect();
    let job = Arc::new(Job {
        command: arguments.command.clone(),
        session_ends,
        runs: plan.runs,
        input: Input::take(arguments.many.stdin)?,
        output,
        groups: Groups::default(),
        requests: Arc::clone(&requests),
        shortage: Shortage::default(),
    });
    let warn = |warning: &str| job.output.warn(warning);
    let providers: Vec<_> = sessions.iter().map(|session| Provider::new(session).warning_to(&warn)).collect();
    let answer = |number: usize| providers[job.runs[number].of].credentials(job.runs[number].found.wanted());
    let at_once = job.at_once(arguments.many.jobs.get());
    // The provider blocks, so threads ask it. The runs themselves are tasks on this thread.
    std::thread::scope(|scope| {
        requests.serve(scope, at_once.requests, &answer)?;
        let crew = Crew {
            job: Arc::clone(&job),
            workers: at_once.runs,
            sso_sessions: directories.len(),
            fail_fast: arguments.many.fail_fast,
            kill_after: arguments.many.kill_after,
            gaps: plan.gaps,
            is_quiet,
        };
        let outcome = block_on(crew.work(&directories));
        requests.end();
        outcome
    })
    .inspect(|_| job.input.warn_of_late())
}

/// The user is asked to sign in once and before any command runs, not by several runs at the same time, and not to
/// several sso-sessions.
fn sign_in(sessions: &[Session<'_>], runs: &[Run]) -> Result<()> {
    let needs = |(of, session): &(usize, &Session<'_>)| {
        let cached = Provider::new(session);
        !runs.iter().filter(|run| run.of == *of).all(|run| cached.has(run.found.wanted()))
    };
    let needed: Vec<_> = sessions.iter().enumerate().filter(needs).map(|(_, session)| session).collect();
    if let [only] = sessions {
        return if needed.is_empty() { Ok(()) } else { only.token().map(drop) };
    }
    // A service that fails fails the runs of its own sso-session.
    let is_lacking = |session: &&&Session<'_>| matches!(session.token_without_person(), Ok(None));
    let lacking: Vec<_> = needed.iter().filter(is_lacking).collect();
    match lacking.as_slice() {
        [] => Ok(()),
        [one] => one.token().map(drop),
        several => Err(not_signed_in(&several.iter().map(|one| one.directory().clone()).collect::<Vec<_>>())),
    }
}

/// Runs up to `workers` commands at a time.
struct Crew {
    job: Arc<Job>,
    workers: usize,
    /// How many sso-sessions grant the roles.
    sso_sessions: usize,
    fail_fast: bool,
    kill_after: Option<Duration>,
    /// The accounts that could match and whose roles are not known; the first error decides the status if all else is
    /// well.
    gaps: Vec<Error>,
    is_quiet: bool,
}

impl Crew {
    async fn work(self, directories: &[Directory]) -> Result<ExitCode> {
        let start = Instant::now();
        let output = &self.job.output;
        let mut signals = (Signals::new()?, JobSignals::new()?);
        let _together = EndWithUs::begin();
        let mut ending = Ending::new(self.kill_after);
        let mut results = RunResults::default();
        self.run_all(&mut signals, &mut ending, &mut results).await?;
        output.printer.remove_bar();
        if output.printer.has_left_out() {
            output.warn("some of the output was left out, because nothing took it");
        }
        if !self.is_quiet || results.has_more_to_say() {
            output.say(&results.summary(start.elapsed()));
        }
        for gap in &self.gaps {
            output.say(&complaint(gap));
        }
        self.finish(&mut signals, &mut ending).await?;
        self.doubt(directories, &results);
        if let Some(signal) = ending.first {
            // To return would wait for all threads that still ask for credentials.
            uninterrupted::finish();
            terminal::exit(signal.status().into());
        }
        if let Some(shortfall) = output.shortfall() {
            return Err(shortfall);
        }
        match self.gaps.first() {
            _ if !results.is_ok() => Ok(ExitCode::from(results.status())),
            Some(gap) => Ok(gap.exit_code()),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    async fn run_all(
        &self,
        (signals, job_signals): &mut (Signals, JobSignals),
        ending: &mut Ending,
        results: &mut RunResults,
    ) -> Result<()> {
        let (output, runs) = (&self.job.output, &self.job.runs);
        let (phases, reports) = unbounded_channel();
        let link = Link { phases, stop: ending.stop.subscribe() };
        let (mut waiting, mut tasks) = (0..runs.len(), JoinSet::new());
        let mut under_way = UnderWay { phases: BTreeMap::new(), reports };
        loop {
            let is_over = results.hopeless.is_some() || results.ended.len() == self.sso_sessions;
            let has_failed = is_over || (self.fail_fast && !results.failed.is_empty());
            let starts_more = ending.first.is_none() && !has_failed;
            while starts_more
                && under_way.places() < self.workers
                && let Some(number) = waiting.next()
            {
                under_way.phases.insert(number, Phase::Starting);
                let (job, link) = (Arc::clone(&self.job), link.clone());
                tasks.spawn(async move { job.run(number, link).await });
            }
            output.show(results, under_way.of(Phase::Running).len() + under_way.of(Phase::Starting).len());
            tokio::select! {
                ended = tasks.join_next() => match ended {
                    Some(Ok((number, outcome))) => {
                        under_way.phases.remove(&number);
                        results.add(number, &runs[number], outcome);
                    }
                    Some(Err(error)) => return Err(Error::failed(format!("a run was lost: {error}"))),
                    None => break,
                },
                Some((number, phase)) = under_way.reports.recv() => under_way.note(number, phase),
                signal = signals.any() => {
                    if let Some(text) = ending.receive(signal, Instant::now(), under_way.of(Phase::Running).len()) {
                        output.say(&text);
                    }
                }
                signal = job_signals.next() => match signal {
                    JobSignal::Suspend => self.job.groups.suspend(job_signals).await?,
                    JobSignal::Child => self.name_stopped(),
                },
                due = ending.due() => {
                    let running = under_way.of(Phase::Running);
                    let text = match due {
                        Due::Notice => ending.notice(running.iter().map(|number| runs[*number].label.as_str())),
                        Due::Kill => ending.time_is_over(running.len()),
                        // What the tasks still do ends with this process.
                        Due::GiveUp => break,
                    };
                    if let Some(text) = text {
                        output.say(&text);
                    }
                }
            }
        }
        let unended = under_way.phases.into_keys().map(|number| (number, RunOutcome::Failed(not_ended())));
        for (number, outcome) in unended.chain(waiting.map(|number| (number, RunOutcome::Skipped))) {
            if let Some((stream, text)) = output.end(number, &runs[number], None, &outcome) {
                output.printer.say(stream, text);
            }
            results.add(number, &runs[number], outcome);
        }
        Ok(())
    }

    /// Waits until everything is printed, or until a signal comes and nobody takes it.
    async fn finish(&self, (signals, job_signals): &mut (Signals, JobSignals), ending: &mut Ending) -> Result<()> {
        let output = &self.job.output;
        let mut ends = output.printer.end();
        loop {
            let is_ending = ending.first.is_some();
            tokio::select! {
                () = Printer::ended(&mut ends, is_ending) => return Ok(()),
                // A slow reader gets that long.
                () = tokio::time::sleep(LAST_PRINTING), if is_ending => return Ok(()),
                signal = signals.any() => if ending.receive(signal, Instant::now(), 0).is_some() && is_ending {
                    return Ok(());
                },
                signal = job_signals.next() => if signal == JobSignal::Suspend {
                    self.job.groups.suspend(job_signals).await?;
                },
            }
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

    /// Makes the next reader of a list ask for the roles of accounts that have refused one.
    fn doubt(&self, directories: &[Directory], results: &RunResults) {
        for (of, directory) in directories.iter().enumerate() {
            let runs = results.refused.iter().map(|number| &self.job.runs[*number]).filter(|run| run.of == of);
            // Of a role that is assumed, the list says nothing.
            let roles = runs.filter(|run| !run.found.is_chained()).filter_map(|run| run.found.role.as_ref());
            let refused: Vec<_> = roles.map(|role| (role.account_id.as_str(), role.role_name.as_str())).collect();
            if !refused.is_empty()
                && let Err(error) = Inventory::doubt(directory, &refused)
            {
                tracing::info!("{error}");
            }
        }
    }
}

/// The runs that have begun and are not over.
struct UnderWay {
    /// How far each has come, by its number.
    phases: BTreeMap<usize, Phase>,
    reports: UnboundedReceiver<(usize, Phase)>,
}

impl UnderWay {
    fn note(&mut self, number: usize, phase: Phase) {
        self.phases.entry(number).and_modify(|known| *known = phase);
    }

    /// How many take the place of another run.
    fn places(&self) -> usize {
        self.phases.values().filter(|phase| **phase != Phase::Left).count()
    }

    /// The runs that have come this far, with all that was reported until now.
    fn of(&mut self, phase: Phase) -> Vec<usize> {
        while let Ok((number, phase)) = self.reports.try_recv() {
            self.note(number, phase);
        }
        self.phases.iter().filter_map(|(number, found)| (*found == phase).then_some(*number)).collect()
    }
}

fn not_ended() -> Error {
    Error::failed("it was killed, and has not ended")
}
