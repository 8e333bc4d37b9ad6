//! How fzf is started: so that it answers with the row that matches all that was typed before Enter.
//!
//! fzf filters on other threads, and its own Enter takes the row that stands selected at that moment. So here Enter
//! makes fzf read the rows again, and the event `load` accepts: it comes when all of them are filtered by the text.
//! The event of the first list may come just then as well. So the row that fzf prints is held against the text.

use std::fs::File;
use std::io::{Seek as _, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use tempfile::TempDir;

use super::hints;
use super::question::{Choice, Choices, NO_MARK, Question};
use crate::credential_chain::helper;
use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::files::read;
use crate::programs::core_dumps;

/// The first version with the event `load`.
const OLDEST: (u32, u32) = (0, 36);

/// The variable that tells fzf's shell where the rows are.
const ROWS: &str = "AWS_SSO_PICK_ROWS";

/// Accepts the selected row after reading the rows again. Before all of them are written, this waits.
const ACCEPT: &str = "rebind(load)+reload-sync(\
    until [ -e \"$AWS_SSO_PICK_ROWS\" ]; do sleep 0.02; done; cat \"$AWS_SSO_PICK_ROWS\")";

/// How fzf reads and compares the rows: it shows the mark and the text, and searches the text.
const READING: [&str; 4] = ["--delimiter=\t", "--with-nth=2,3", "--nth=2", "--tiebreak=index"];

/// A folder with the rows, which goes when this does.
pub(super) struct Rows {
    folder: TempDir,
    writer: Option<JoinHandle<std::io::Result<()>>>,
}

impl Rows {
    /// Starts to write the rows.
    pub(super) fn write(choices: &Choices) -> Result<Self> {
        let failed = |error| {
            Error::failed(format!("cannot write a temporary file: {}", reason(&error)))
                .with_any_remedy(system::remedy(&error, Some(&std::env::temp_dir())))
        };
        let folder = tempfile::Builder::new().prefix("aws-sso-").tempdir().map_err(failed)?;
        let mut rows = Self { folder, writer: None };
        let (path, count, choice) = (rows.path(), choices.count, Arc::clone(&choices.choice));
        rows.writer = Some(std::thread::spawn(move || write(&path, count, choice.as_ref())));
        Ok(rows)
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("rows")
    }

    pub(super) fn prepare(&self, command: &mut Command, question: &Question<'_>) {
        // No preview: fzf runs it as a shell command, with names from the service in it.
        // A tab after the mark takes as many columns as the space in other pickers.
        command.arg("--tabstop=2").arg(format!("--header={}\n{NO_MARK}{}", hints::line(question), question.header));
        command.args(READING).args(["--preview=", "--layout=reverse", "--no-multi", "--print-query"]);
        if cfg!(unix) {
            let unbound = if question.is_asked_for { "load" } else { "load,enter,ctrl-j" };
            command.arg(format!(
                "--bind=start:unbind({unbound}),load:accept,enter:{ACCEPT},ctrl-j:{ACCEPT},double-click:{ACCEPT}"
            ));
        }
        if !question.is_asked_for {
            // Another key comes first.
            let rebound = "rebind(enter,ctrl-j)";
            let moves = ["up", "down", "ctrl-k", "ctrl-n", "ctrl-p"].map(|key| {
                let action = if ["down", "ctrl-n"].contains(&key) { "down" } else { "up" };
                format!("{key}:{action}+{rebound}")
            });
            command.arg(format!("--bind=change:{rebound},{}", moves.join(",")));
        }
        command.env(ROWS, self.path()).env("SHELL", "/bin/sh");
        without_default_options(command);
    }

    /// The row of an answer if it matches the text, else the first row that does. `answer` is the text and the row.
    pub(super) fn chosen(self, fzf: &Path, answer: &str) -> std::io::Result<Option<String>> {
        let (text, row) = answer.split_once('\n').unwrap_or_default();
        let mut one = tempfile::tempfile()?;
        one.write_all(row.as_bytes())?;
        one.rewind()?;
        let matching = filtered(fzf, text, one)?;
        if !matching.is_empty() {
            return Ok(Some(matching));
        }
        let path = self.path();
        if let Some(Ok(written)) = self.writer.map(JoinHandle::join) {
            written?;
        }
        let matching = filtered(fzf, text, File::open(path)?)?;
        Ok(matching.lines().next().map(str::to_owned))
    }
}

/// The rows that match a text, the best first.
fn filtered(fzf: &Path, text: &str, rows: File) -> std::io::Result<String> {
    let mut command = helper(fzf);
    without_default_options(&mut command);
    command.args(READING).arg(format!("--filter={text}")).stdin(rows).stdout(Stdio::piped());
    let output = core_dumps::start(&mut command)?.wait_with_output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The file has its name once it is complete.
fn write(path: &Path, count: usize, choice: &dyn Fn(usize) -> Choice) -> std::io::Result<()> {
    let unfinished = path.with_extension("part");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&unfinished)?);
    for index in 0..count {
        write_row(&mut file, index, &choice(index))?;
    }
    file.flush()?;
    std::fs::rename(unfinished, path)
}

/// A row as fzf reads it: the number, the mark and the text.
pub(super) fn write_row(file: &mut impl Write, index: usize, choice: &Choice) -> std::io::Result<()> {
    writeln!(file, "{index}\t{}\t{}", choice.mark().trim_end_matches(' '), choice.shown)
}

/// Only the colors of the user's default options are kept: many others change what fzf prints, or what Enter does.
fn without_default_options(command: &mut Command) {
    let in_file = environment::fzf_options_file().and_then(|file| read::whole(&file).ok().flatten());
    let in_file = in_file.and_then(|text| String::from_utf8(text).ok());
    let texts = in_file.into_iter().chain(environment::fzf_options());
    let mut words = texts.flat_map(|text| shlex::split(&text).unwrap_or_default());
    while let Some(word) = words.next() {
        if word == "--color" {
            command.args(words.next().map(|value| format!("--color={value}")));
        } else if word.starts_with("--color=") || word == "--no-color" {
            command.arg(word);
        }
    }
    command.env_remove("FZF_DEFAULT_OPTS").env_remove("FZF_DEFAULT_OPTS_FILE");
}

/// Refuses a version whose Enter can take another row than the one that the text names.
pub(super) fn check_version(path: &Path) -> Result<()> {
    let mut command = helper(path);
    without_default_options(&mut command);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let started = core_dumps::start(&mut command);
    let Ok(output) = started.and_then(Child::wait_with_output) else { return Ok(()) };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match numbers(&version) {
        Some(numbers) if numbers < OLDEST => Err(Error::usage(format!(
            "fzf {version} is too old: its Enter can take a row that is not the selected one"
        ))
        .with_remedy("install fzf 0.36 or later, or write into the settings: picker = skim")),
        _ => Ok(()),
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', ' ']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_its_numbers() {
        let cases = [("0.29", true), ("0.35.1 (debian)", true), ("0.36.0", false), ("0.100", false), ("1.0", false)];
        for (version, is_too_old) in cases {
            assert_eq!(numbers(version).unwrap() < OLDEST, is_too_old, "{version}");
        }
        assert_eq!(numbers("HEAD"), None);
    }
}
