//! Contenders take turns, so that other work on the machine slows all of them equally.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::Invocation;

/// The limit for a contender's time, relative to its reference.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The ratio may be at most this.
    AtMost(f64),
    /// The ratio must be at least this.
    AtLeast(f64),
    /// It may take at most this many milliseconds longer.
    MillisecondsMore(f64),
    /// It may take at most this many milliseconds.
    Milliseconds(f64),
}

impl Goal {
    /// The ratio, or the difference in milliseconds.
    fn compare(self, time: Duration, reference: Duration) -> f64 {
        match self {
            Self::AtMost(_) | Self::AtLeast(_) => time.div_duration_f64(reference),
            Self::MillisecondsMore(_) => (time.as_secs_f64() - reference.as_secs_f64()) * 1000.0,
            Self::Milliseconds(_) => time.as_secs_f64() * 1000.0,
        }
    }

    pub fn is_met(self, measured: f64) -> bool {
        match self {
            Self::AtMost(most) | Self::MillisecondsMore(most) | Self::Milliseconds(most) => measured <= most,
            Self::AtLeast(least) => measured >= least,
        }
    }
}

/// A program to time, or why it cannot be timed.
pub struct Contender {
    name: String,
    run: Result<Invocation, String>,
    answers: bool,
    /// Text of its first frame on a terminal; timed until the terminal shows it.
    frame: Option<String>,
    without: Option<PathBuf>,
    judged: Option<(String, Goal)>,
    /// How many are started at once.
    copies: usize,
    /// What is started after these, and how many of it.
    then: Option<(Invocation, usize)>,
}

impl Contender {
    /// A program whose output does not matter.
    pub fn plain(name: &str, run: Result<Invocation, String>) -> Self {
        Self {
            name: name.to_owned(),
            run,
            answers: false,
            frame: None,
            without: None,
            judged: None,
            copies: 1,
            then: None,
        }
    }

    /// A program that must print credentials, since one that fails early would be fast.
    pub fn answering(name: &str, run: Result<Invocation, String>) -> Self {
        Self { answers: true, ..Self::plain(name, run) }
    }

    /// A program that is timed until a terminal shows this text, and is then ended with Esc.
    pub fn drawing(name: &str, run: Result<Invocation, String>, shows: &str) -> Self {
        Self { frame: Some(shows.to_owned()), ..Self::plain(name, run) }
    }

    /// Removes this folder before each run.
    pub fn without(self, folder: PathBuf) -> Self {
        Self { without: Some(folder), ..self }
    }

    /// Starts this many at once; the time counts until the last one ends.
    pub fn crowd(self, copies: usize) -> Self {
        Self { copies, ..self }
    }

    /// Starts this many of another program at once after this one has ended.
    pub fn then(self, run: Result<Invocation, String>, copies: usize) -> Self {
        Self { then: run.ok().map(|run| (run, copies)), ..self }
    }

    /// Sets its goal, relative to the contender with the name `reference`.
    pub fn judged(self, reference: &str, goal: Goal) -> Self {
        Self { judged: Some((reference.to_owned(), goal)), ..self }
    }

    fn prepare(&self) {
        if let Some(folder) = &self.without {
            let _ = std::fs::remove_dir_all(folder);
        }
    }

    /// Runs it once without timing, to check its output and to fill the page cache.
    fn try_out(&mut self) {
        self.prepare();
        let Ok(run) = &self.run else { return };
        if let Some(shows) = &self.frame {
            let _ = first_frame(run, shows);
            return;
        }
        let output = run.clone().run();
        let has_answered = !self.answers || output.stdout.contains("ccessKeyId");
        if !(output.exit.success() && has_answered) {
            eprintln!("{output}");
            self.run = Err("it prints no credentials".to_owned());
        }
    }

    fn time(&self) -> Option<Duration> {
        self.prepare();
        if let Some(shows) = &self.frame {
            return Some(first_frame(self.run.as_ref().ok()?, shows));
        }
        let crowds =
            [Some((self.run.as_ref().ok()?, self.copies)), self.then.as_ref().map(|(run, copies)| (run, *copies))];
        let commands = crowds.into_iter().flatten().map(|(run, copies)| {
            let silent = |mut command: Command| {
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                command
            };
            (0..copies).map(|_| silent(run.command())).collect::<Vec<_>>()
        });
        let commands: Vec<_> = commands.collect();
        let start = Instant::now();
        for crowd in commands {
            let children: Vec<_> = crowd.into_iter().map(|mut command| command.spawn().unwrap()).collect();
            for mut child in children {
                assert!(child.wait().unwrap().success(), "{} failed", self.name);
            }
        }
        Some(start.elapsed())
    }
}

fn first_frame(run: &Invocation, shows: &str) -> Duration {
    let start = Instant::now();
    let mut terminal = run.clone().in_terminal();
    terminal.wait_for(shows);
    let time = start.elapsed();
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
    time
}

/// Contenders that are timed in turn.
pub struct Race {
    pub title: String,
    rounds: usize,
    contenders: Vec<Contender>,
}

impl Race {
    pub fn new(title: &str, rounds: usize) -> Self {
        Self { title: title.to_owned(), rounds, contenders: Vec::new() }
    }

    pub fn add(mut self, contender: Contender) -> Self {
        self.contenders.push(contender);
        self
    }

    pub fn run(mut self) -> Results {
        self.contenders.iter_mut().for_each(Contender::try_out);
        // Again for those that need cached credentials, which the others deleted.
        self.contenders.iter_mut().filter(|contender| contender.without.is_none()).for_each(Contender::try_out);
        let mut times = vec![Vec::with_capacity(self.rounds); self.contenders.len()];
        for _ in 0..self.rounds {
            for (contender, times) in self.contenders.iter().zip(&mut times) {
                times.extend(contender.time());
            }
        }
        let rows: Vec<_> = self
            .contenders
            .iter()
            .zip(times)
            .map(|(contender, times)| (contender, contender.run.clone().map(|_| Times::of(times))))
            .collect();
        let median = |name: &str| {
            let row = rows.iter().find(|(contender, _)| contender.name == name);
            row.and_then(|(_, times)| times.as_ref().ok()).map(|times| times.median)
        };
        let rows = rows
            .iter()
            .map(|(contender, times)| Row {
                name: contender.name.clone(),
                times: times.clone(),
                verdict: contender.judged.clone().and_then(|(reference, goal)| {
                    let measured = goal.compare(times.as_ref().ok()?.median, median(&reference)?);
                    Some(Verdict { reference, measured, goal })
                }),
            })
            .collect();
        Results { title: self.title, rounds: self.rounds, rows }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub median: Duration,
    pub fastest: Duration,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { median: times[times.len() / 2], fastest: times[0] }
    }
}

/// A contender's result.
pub struct Row {
    pub name: String,
    pub times: Result<Times, String>,
    pub verdict: Option<Verdict>,
}

/// Two medians compared.
pub struct Verdict {
    pub reference: String,
    /// Their ratio, or their difference in milliseconds.
    pub measured: f64,
    pub goal: Goal,
}

/// The results of a race.
pub struct Results {
    pub title: String,
    pub rounds: usize,
    pub rows: Vec<Row>,
}
