//! Times discovery: `cargo bench --bench discovery`. `-- --markdown` prints the table of `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "programs are started as a user starts them")]
#![allow(clippy::unwrap_used, reason = "a bench that fails stops")]
#![allow(clippy::cast_precision_loss, reason = "counts of requests are small")]
#![allow(unreachable_pub, missing_docs, dead_code, reason = "a program has no API, and its parts are shared")]

mod edit;
mod others;

#[path = "../processes/programs.rs"]
mod programs;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use aws_sso::sandbox::{Approval, Options, Sandbox};

use support::{Home, Invocation, REGION, START_URL};

/// As in `src/identity_center/gate.rs`.
const IN_FLIGHT: f64 = 24.0;
const ACCOUNTS: usize = 1000;
const ROLES: usize = 5;
const LATENCY: Duration = Duration::from_millis(50);

/// An Identity Center and the home of a user who has signed in to it.
pub struct Stage {
    pub home: Home,
    pub sandbox: Sandbox,
    config: String,
}

/// One row of the table.
pub struct Row {
    pub what: String,
    pub seconds: f64,
    pub remark: String,
    /// A measured ratio, what it is relative to, and its limit.
    pub goal: Option<(f64, &'static str, f64)>,
}

/// How a run ended.
pub struct Run {
    pub seconds: f64,
    pub requests: usize,
    pub refused: usize,
    pub profiles: usize,
    /// `timeout` ended it.
    pub was_stopped: bool,
}

impl Stage {
    fn new(program: &std::path::Path, options: Options) -> Self {
        let sandbox = Sandbox::start(Options {
            approval: Approval::Automatic,
            start_url: Some(START_URL.to_owned()),
            region: REGION.to_owned(),
            token_lifetime: Duration::from_hours(24),
            ..options
        })
        .unwrap();
        let home = Home::new();
        home.sign_in_config("");
        let sign_in = ["login", "-p", "corp", "--device-code", "--no-browser"];
        let _ = home.command(program).args(sign_in).endpoint(sandbox.endpoint()).run().success();
        let config = home.read(".aws/config");
        Self { home, sandbox, config }
    }

    /// Times a run that starts with the same config as the others.
    ///
    /// # Panics
    /// If it fails: the time of a failure says nothing.
    pub fn run(&self, invocation: Invocation) -> Run {
        self.home.write(".aws/config", &self.config);
        self.sandbox.clear_log();
        let invocation = invocation.endpoint(self.sandbox.endpoint()).limit(Duration::from_mins(30));
        let start = Instant::now();
        let output = invocation.run();
        let seconds = start.elapsed().as_secs_f64();
        let was_stopped = output.exit.code() == Some(124);
        assert!(was_stopped || output.exit.success(), "{output}");
        let requests = self.sandbox.requests();
        let is_list = |request: &&aws_sso::sandbox::LoggedRequest| request.operation.starts_with("List");
        Run {
            seconds,
            requests: requests.iter().filter(is_list).count(),
            refused: requests.iter().filter(is_list).filter(|request| request.status == Some(429)).count(),
            profiles: self.home.read(".aws/config").matches("[profile ").count(),
            was_stopped,
        }
    }
}

fn main() {
    if let Some(profiles) = std::env::args().skip_while(|argument| argument != edit::CHILD).nth(1) {
        return edit::child(profiles.parse().unwrap());
    }
    let markdown = std::env::args().any(|argument| argument == "--markdown");
    let program = programs::aws_sso(&[], "release").expect("nothing to measure");
    let mut rows = Vec::new();
    let options = Options { accounts: ACCOUNTS, roles: ROLES, latency: LATENCY, ..Options::default() };

    eprintln!("measuring: without a limit");
    let stage = Stage::new(&program, options.clone());
    let discover = || stage.home.command(&program).args(["discover", "-p", "corp", "--quiet"]);
    let mut runs: Vec<_> = (0..7).map(|_| stage.run(discover())).collect();
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let run = &runs[runs.len() / 2];
    let minimum = run.requests as f64 * LATENCY.as_secs_f64() / IN_FLIGHT;
    rows.push(Row {
        what: "aws-sso discover, no limit".to_owned(),
        seconds: run.seconds,
        remark: format!("{} requests, {} profiles", run.requests, run.profiles),
        goal: Some((run.seconds / minimum, "the minimum", 1.12)),
    });
    rows.extend(others::rows(&stage));

    eprintln!("measuring: at most 20 requests a second");
    let stage = Stage::new(&program, Options { rate_limit: Some(20), ..options });
    let run = stage.run(stage.home.command(&program).args(["discover", "-p", "corp", "--quiet"]));
    let taken = (run.requests - run.refused) as f64;
    let refused = run.refused as f64 / run.requests as f64;
    rows.push(Row {
        what: "aws-sso discover, 20 a second".to_owned(),
        seconds: run.seconds,
        remark: format!("{} of {} requests refused, {} profiles", run.refused, run.requests, run.profiles),
        goal: Some((run.seconds / (taken / 20.0), "requests ÷ 20", 1.15)),
    });
    rows.push(Row {
        what: "of these refused (429)".to_owned(),
        seconds: f64::NAN,
        remark: String::new(),
        goal: Some((refused, "of all requests", 0.05)),
    });

    eprintln!("measuring: 50,000 profiles into 50,000");
    rows.extend(edit::rows(&program));
    print(&rows, markdown);
}

fn print(rows: &[Row], markdown: bool) {
    if markdown {
        println!("| run | seconds | | ratio | goal |\n| --- | ---: | --- | --- | --- |");
    }
    for Row { what, seconds, remark, goal } in rows {
        let seconds = if seconds.is_nan() { String::new() } else { format!("{seconds:.2}") };
        let (ratio, goal) = goal.map_or_else(Default::default, |(ratio, to, most)| {
            let mark = if ratio <= most { "✓" } else { "✗ missed" };
            (format!("{ratio:.3} × {to}"), format!("at most {most} {mark}"))
        });
        if markdown {
            println!("| {what} | {seconds} | {remark} | {ratio} | {goal} |");
        } else {
            println!("{what:<44}{seconds:>8}  {remark:<52}{ratio:<28}{goal}");
        }
    }
}
