//! What becomes of the output of many runs: lines with their origin, JSON, or files.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::outcome::{Outcome, Tally};
use super::plan::Run;
use super::printer::Printer;
use crate::environment;
use crate::error::{Error, Result, reason};

/// Of which of the two a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// `--output`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Lines,
    Json,
    Folder(PathBuf),
}

impl Form {
    fn parse(words: &[String]) -> Result<Self> {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["lines"] => Ok(Self::Lines),
            ["json"] => Ok(Self::Json),
            ["dir", folder] if !folder.is_empty() => Ok(Self::Folder(folder.into())),
            ["dir", ..] => Err(Error::usage("which folder? --output dir takes one").with_remedy("--output dir FOLDER")),
            words => Err(Error::usage(format!("{} is no form of output", words.join(" ")))
                .with_remedy("--output is lines, json, or dir and a folder")),
        }
    }
}

/// The place where all runs' output goes.
pub(super) struct Output {
    form: Form,
    /// How wide the longest label is, in characters.
    width: usize,
    coloured: [bool; 2],
    bar: Option<ProgressBar>,
    pub(super) printer: Printer,
}

/// A label that is longer pushes its own lines to the right, not everybody's.
const WIDEST: usize = 48;

/// Colours that are read on dark and on light; red is for what is wrong.
const COLOURS: [u8; 5] = [36, 32, 35, 33, 34];

impl Output {
    pub(super) fn new(words: &[String], runs: &[Run]) -> Result<Self> {
        let form = Form::parse(words)?;
        if let Form::Folder(folder) = &form {
            std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let widths = runs.iter().map(|run| run.label.chars().count());
        let is_colourful = !environment::no_color();
        let bar = bar(runs.len());
        Ok(Self {
            form,
            width: widths.filter(|width| *width <= WIDEST).max().unwrap_or(0),
            coloured: [io::stdout().is_terminal(), io::stderr().is_terminal()].map(|is| is && is_colourful),
            printer: Printer::around(bar.clone()),
            bar,
        })
    }

    /// The recorder of one run.
    pub(super) fn begin(&self, number: usize, run: &Run) -> Result<Recorder<'_>> {
        let keep = match &self.form {
            Form::Lines => Keep::Printed(self.coloured.map(|is_coloured| self.prefix(number, run, is_coloured))),
            Form::Json => Keep::Text([Vec::new(), Vec::new()]),
            Form::Folder(folder) => Keep::Files(Files::create(folder, run)?),
        };
        Ok(Recorder { output: self, keep })
    }

    fn prefix(&self, number: usize, run: &Run, is_coloured: bool) -> String {
        let (label, width) = (&run.label, self.width);
        if is_coloured {
            let colour = COLOURS[number % COLOURS.len()];
            format!("\x1b[{colour}m{label:width$} |\x1b[0m ")
        } else {
            format!("{label:width$} | ")
        }
    }

    /// Takes note of a run's end. A run that had no recorder had no output.
    pub(super) fn end(&self, number: usize, run: &Run, recorder: Option<Recorder<'_>>, outcome: &Outcome) {
        match recorder.map(|recorder| recorder.keep) {
            Some(Keep::Text(texts)) => self.print_row(run, outcome, &texts),
            Some(Keep::Files(_)) => {}
            _ => match (&self.form, outcome.complaint()) {
                (Form::Json, _) => self.print_row(run, outcome, &[Vec::new(), Vec::new()]),
                (Form::Lines, Some(complaint)) => {
                    let prefix = self.prefix(number, run, self.coloured[1]);
                    self.say(&format!("{prefix}aws-sso: {complaint}\n"));
                }
                _ => {}
            },
        }
    }

    fn print_row(&self, run: &Run, outcome: &Outcome, texts: &[Vec<u8>; 2]) {
        let [stdout, stderr] = texts.each_ref().map(|text| String::from_utf8_lossy(text).into_owned());
        let row = Row {
            account_id: &run.role.account_id,
            account_name: &run.account_name,
            role_name: &run.role.role_name,
            region: run.region.as_deref(),
            outcome: outcome.word(),
            status: outcome.status(),
            signal: outcome.signal(),
            error: outcome.complaint(),
            stdout,
            stderr,
            duration: outcome.seconds(),
        };
        // Text and numbers always serialise.
        let line = serde_json::to_string(&row).unwrap_or_default() + "\n";
        self.printer.say(Stream::Out, line.into_bytes());
    }

    pub(super) fn show(&self, tally: &Tally, running: usize) {
        if let Some(bar) = &self.bar {
            bar.set_position(tally.done() as u64);
            bar.set_message(format!("{running} running, {} failed", tally.failed.len()));
        }
    }

    /// Says something between the lines.
    pub(super) fn say(&self, text: &str) {
        self.printer.say(Stream::Err, text.as_bytes().to_vec());
    }

    /// Takes the progress away when all is printed, or after so long.
    pub(super) fn finish(&self, patience: Option<Duration>) {
        self.printer.finish(patience);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(runs: usize) -> Option<ProgressBar> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::with_draw_target(Some(runs as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len}, {msg}, {elapsed}") {
        bar.set_style(style.progress_chars("=> "));
    }
    Some(bar)
}

/// A run, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    account_id: &'a str,
    account_name: &'a str,
    role_name: &'a str,
    region: Option<&'a str>,
    outcome: &'a str,
    status: Option<i32>,
    signal: Option<i32>,
    error: Option<String>,
    stdout: String,
    stderr: String,
    /// In seconds.
    duration: f64,
}

/// Takes what one run says.
pub(super) struct Recorder<'a> {
    output: &'a Output,
    keep: Keep,
}

enum Keep {
    /// Printed at once, behind these prefixes.
    Printed([String; 2]),
    Text([Vec<u8>; 2]),
    Files(Files),
}

impl Recorder<'_> {
    /// Takes a line, or the last part of one that has no end; what is to be printed of it, prefix and all.
    pub(super) fn line(&mut self, stream: Stream, line: &[u8]) -> Option<Vec<u8>> {
        match &mut self.keep {
            Keep::Printed(prefixes) => {
                let mut whole = prefixes[stream as usize].clone().into_bytes();
                whole.extend_from_slice(line);
                if !line.ends_with(b"\n") {
                    whole.push(b'\n');
                }
                return Some(whole);
            }
            Keep::Text(texts) => texts[stream as usize].extend_from_slice(line),
            Keep::Files(files) => {
                if files.write(stream, line).is_err() {
                    self.output.printer.lose();
                }
            }
        }
        None
    }
}

/// `ACCOUNT_ID-ROLE[-REGION].out`, and `.err` where something was said there.
struct Files {
    stem: PathBuf,
    out: File,
    err: Option<File>,
}

impl Files {
    fn create(folder: &Path, run: &Run) -> Result<Self> {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let parts = [Some(run.role.account_id.as_str()), Some(&run.role.role_name), run.region.as_deref()];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
        let stem = folder.join(name.replace(|c| !is_safe(c), "_"));
        let path = with_ending(&stem, "out");
        let out = File::create(&path).map_err(|error| unwritable(&path, &error))?;
        // That of an earlier run would be taken for this one's.
        let path = with_ending(&stem, "err");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&path, &error)),
            _ => {}
        }
        Ok(Self { stem, out, err: None })
    }

    fn write(&mut self, stream: Stream, line: &[u8]) -> io::Result<()> {
        let file = match (stream, &mut self.err) {
            (Stream::Out, _) => &mut self.out,
            (Stream::Err, Some(file)) => file,
            (Stream::Err, none) => none.insert(File::create(with_ending(&self.stem, "err"))?),
        };
        file.write_all(line)
    }
}

/// A role's name may hold dots, so this is no change of extension.
fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
        .with_remedy("choose another folder for --output dir")
}
