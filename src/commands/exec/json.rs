//! A run as `--output json` prints it.

use std::io::{self, Write};

use serde::Serialize;

use super::ending::KillCause;
use super::kept::Kept;
use super::outcome::RunOutcome;
use super::plan::Run;
use crate::programs::left::Left;
use crate::terminal::clean;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonRun {
    account_id: String,
    account_name: String,
    role_name: String,
    region: Option<String>,
    sso_session: String,
    outcome: &'static str,
    status: Option<i32>,
    signal: Option<i32>,
    error: Option<String>,
    /// Why this program killed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    killed: Option<&'static str>,
    stdout: Kept,
    stderr: Kept,
    /// The streams that were longer than what is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    truncated: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_running: Option<LeftRunning>,
    /// In seconds.
    duration: f64,
}

/// What runs on after the process of a run has ended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeftRunning {
    process_group: Option<u32>,
    holds_output: bool,
}

impl LeftRunning {
    fn of(left: &Left) -> Self {
        Self { process_group: left.group, holds_output: left.holds_output() }
    }
}

impl JsonRun {
    pub(super) fn new(run: &Run, outcome: &RunOutcome, [stdout, stderr]: [Kept; 2]) -> Self {
        let streams = [("stdout", &stdout), ("stderr", &stderr)];
        Self {
            account_id: run.found.account_id().to_owned(),
            account_name: run.account_name.clone(),
            role_name: run.found.role_name().to_owned(),
            region: run.region.clone(),
            sso_session: run.sso_session().to_owned(),
            outcome: outcome.word(),
            status: outcome.status(),
            signal: outcome.signal(),
            error: outcome.error(),
            killed: outcome.killed().map(KillCause::word),
            truncated: streams.into_iter().filter(|(_, kept)| kept.is_cut).map(|(name, _)| name).collect(),
            stdout,
            stderr,
            left_running: outcome.left().map(LeftRunning::of),
            duration: outcome.seconds(),
        }
    }

    /// How much memory it takes, at least.
    pub(super) fn size(&self) -> usize {
        self.account_name.len() + self.stdout.size_in_memory() + self.stderr.size_in_memory()
    }

    /// Writes it as a line, for a terminal without what would drive it.
    pub(super) fn write(&self, output: impl Write, is_terminal: bool) -> io::Result<()> {
        let mut output = io::BufWriter::with_capacity(64 << 10, output);
        let written = if is_terminal {
            serde_json::to_writer(Clean(&mut output), self)
        } else {
            serde_json::to_writer(&mut output, self)
        };
        written.map_err(io::Error::from)?;
        output.write_all(b"\n")?;
        output.flush()?;
        if self.stdout.is_lost() || self.stderr.is_lost() {
            return Err(io::Error::other("the output of a run cannot be read again"));
        }
        Ok(())
    }
}

/// Cleans text before a terminal gets it. Each piece that JSON is written in is whole text.
struct Clean<W>(W);

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(clean(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
