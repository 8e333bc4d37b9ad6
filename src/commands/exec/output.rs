//! The output of all runs: lines that name their run, JSON, or files.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use unicode_width::UnicodeWidthStr as _;

use super::json::JsonRun;
use super::kept::{Kept, LIMIT};
use super::outcome::{RunOutcome, RunResults};
use super::plan::Run;
use super::printer::{Printer, Stream, Text};
use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::files::{folder, open, place};
use crate::programs::descriptors::lifted;
use crate::terminal::{self, Palette};

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
            words => Err(Error::usage(format!("{} is not a form of output", words.join(" ")))
                .with_remedy("--output is lines, json, or dir and a folder")),
        }
    }
}

/// Where the output of all runs goes.
pub(super) struct RunOutput {
    form: Form,
    /// The columns of the widest label.
    width: usize,
    /// The colors of stdout and stderr.
    palettes: [Palette; 2],
    /// Whether there is a progress bar.
    has_bar: bool,
    pub(super) printer: Printer,
    /// Whether a run has written more than is kept.
    has_cut: AtomicBool,
}

/// A wider label shifts its own lines to the right, and not those of all runs.
const WIDEST: usize = 48;

impl RunOutput {
    pub(super) fn new(words: &[String], runs: &[Run], is_quiet: bool) -> Result<Self> {
        let form = Form::parse(words)?;
        if let Form::Folder(folder) = &form {
            std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
            if folder::is_of_others(folder).map_err(|error| unwritable(folder, error))? {
                let why = "it belongs to another user, and others can change it";
                return Err(unwritable(folder, io::Error::new(io::ErrorKind::PermissionDenied, why)));
            }
        }
        let widths = runs.iter().map(|run| run.label.width());
        let bar = if is_quiet { None } else { bar(runs.len()) }.map(|bar| bar.with_message(progress(0, 0)));
        Ok(Self {
            form,
            width: widths.filter(|width| *width <= WIDEST).max().unwrap_or(0),
            palettes: [Palette::of_stdout(), Palette::of_stderr()],
            has_bar: bar.is_some(),
            printer: Printer::around(bar)?,
            has_cut: AtomicBool::new(false),
        })
    }

    /// How many files a run opens for its output.
    pub(super) fn files_of_run(&self) -> usize {
        match self.form {
            Form::Lines => 0,
            Form::Json | Form::Folder(_) => 2,
        }
    }

    /// Begins a run: what it writes goes to the recorder.
    pub(super) fn begin<'a>(&'a self, number: usize, run: &'a Run) -> Result<Recorder<'a>> {
        let keep = match &self.form {
            Form::Lines => Keep::Printed(self.palettes.map(|palette| self.prefix(number, run, palette))),
            Form::Json => Keep::Text([Kept::default(), Kept::default()]),
            Form::Folder(folder) => Keep::Files(Files::create(folder, run)?),
        };
        Ok(Recorder { output: self, run, keep })
    }

    fn prefix(&self, number: usize, run: &Run, palette: Palette) -> String {
        let label = &run.label;
        let gap = " ".repeat(self.width.saturating_sub(label.width()));
        palette.label(number, &format!("{label}{gap} |")) + " "
    }

    /// Ends a run, and returns what is to be printed of it. Without a recorder it has written nothing, and the error of
    /// its start is printed instead.
    pub(super) fn end(
        &self,
        number: usize,
        run: &Run,
        recorder: Option<Recorder<'_>>,
        outcome: &RunOutcome,
    ) -> Option<(Stream, Text)> {
        let json = |kept| Some((Stream::Out, Text::Json(Box::new(JsonRun::new(run, outcome, kept)))));
        match (recorder.map(|recorder| recorder.keep), &self.form, outcome.start_error()) {
            (Some(Keep::Text(kept)), _, _) => json(kept),
            (None, Form::Json, _) => json([Kept::default(), Kept::default()]),
            (None, Form::Lines, Some(error)) => {
                let prefix = self.prefix(number, run, self.palettes[Stream::Err as usize]);
                Some((Stream::Err, Text::Bytes(format!("{prefix}aws-sso: {error}\n").into_bytes())))
            }
            _ => None,
        }
    }

    pub(super) fn show(&self, results: &RunResults, running: usize) {
        if self.has_bar {
            self.printer.show(results.done() as u64, progress(running, results.failed.len()));
        }
    }

    /// Writes a message to stderr, between the lines of the runs.
    pub(super) fn say(&self, text: &str) {
        self.printer.say(Stream::Err, Text::Bytes(text.as_bytes().to_vec()));
    }

    /// Writes a warning as [`terminal::warn`] does, and not into the progress bar.
    pub(super) fn warn(&self, text: &str) {
        self.say(&terminal::warning(text));
    }

    /// Says at once that a run has written more than is kept of it.
    fn cut(&self, run: &Run, stream: Stream) {
        let limit = LIMIT >> 20;
        self.warn(&format!(
            "{} has written more than {limit} MiB to {}: the rest is left out",
            run.label,
            stream.name()
        ));
        self.has_cut.store(true, Ordering::Relaxed);
    }

    /// The error for output that is not whole.
    pub(super) fn shortfall(&self) -> Option<Error> {
        if let Some((error, file)) = self.printer.lost() {
            let folder = file.and_then(Path::parent).map(|folder| format!(" in {}", folder.display()));
            let folder = folder.unwrap_or_default();
            let lost = Error::failed(format!("some of the output could not be written{folder}: {}", reason(error)));
            return Some(lost.with_any_remedy(system::remedy(error, file)));
        }
        let cut = || Error::failed("some of the output was left out").with_remedy("for all of it: --output dir FOLDER");
        self.has_cut.load(Ordering::Relaxed).then(cut)
    }
}

/// What stands in the bar.
fn progress(running: usize, failed: usize) -> String {
    format!("{running} running, {failed} failed")
}

fn bar(runs: usize) -> Option<ProgressBar> {
    if !io::stderr().is_terminal() || environment::is_dumb_terminal() {
        return None;
    }
    let bar = ProgressBar::with_draw_target(Some(runs as u64), terminal::bar_line());
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos} of {len}, {msg}, {elapsed}") {
        bar.set_style(style.progress_chars("=> "));
    }
    Some(bar)
}

/// Receives what one run writes.
pub(super) struct Recorder<'a> {
    output: &'a RunOutput,
    run: &'a Run,
    keep: Keep,
}

/// What happens to the lines of a run.
enum Keep {
    /// They are printed at once, behind these prefixes for stdout and stderr.
    Printed([String; 2]),
    /// They are kept until the run ends.
    Text([Kept; 2]),
    Files(Files),
}

impl Recorder<'_> {
    /// Opens what this many bytes more need.
    ///
    /// Errors: nothing is lost, and it can be tried again.
    pub(super) fn make_room(&mut self, stream: Stream, more: usize) -> io::Result<()> {
        match &mut self.keep {
            Keep::Printed(_) => Ok(()),
            Keep::Text(kept) => kept[stream as usize].make_room(more),
            Keep::Files(files) => files.of(stream).map(drop),
        }
    }

    /// Notes that what the run has left running writes more than is read of it. That is not a failure.
    pub(super) fn cut_others(&mut self, stream: Stream) {
        if let Keep::Text(kept) = &mut self.keep {
            kept[stream as usize].is_cut = true;
        }
        let (label, name) = (&self.run.label, stream.name());
        self.output.warn(&format!("{label} has ended, but what it left running writes on to {name}: that is left out"));
    }

    /// Takes a line, whose newline may be missing. Returns what is to be printed at once.
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
            Keep::Text(kept) => {
                let kept = &mut kept[stream as usize];
                let was_cut = kept.is_cut;
                if let Err(error) = kept.add(line) {
                    self.output.printer.lose(error, environment::temporary_folder().join("output"));
                }
                if kept.is_cut && !was_cut {
                    self.output.cut(self.run, stream);
                }
            }
            Keep::Files(files) => {
                if let Err(error) = files.write(stream, line) {
                    self.output.printer.lose(error, with_ending(&files.stem, "out"));
                }
            }
        }
        None
    }
}

/// `ACCOUNT_ID-ROLE[-REGION][-SSO_SESSION].out`, and `.err` if the run writes to stderr. The sso-session is in it if
/// another one has the same role.
struct Files {
    stem: PathBuf,
    out: File,
    err: Option<File>,
}

impl Files {
    fn create(folder: &Path, run: &Run) -> Result<Self> {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let session = run.has_namesake.then(|| run.sso_session());
        let parts = [Some(run.found.account_id()), Some(run.found.role_name()), run.region.as_deref(), session];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
        let stem = folder.join(name.replace(|c| !is_safe(c), "_"));
        let path = with_ending(&stem, "out");
        let out = open::replacing(&path).map(lifted).map_err(|error| unwritable(&path, error))?;
        // The file of an earlier command would look as if this run had written it.
        let path = with_ending(&stem, "err");
        match place::delete(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&path, error)),
            _ => {}
        }
        Ok(Self { stem, out, err: None })
    }

    fn write(&mut self, stream: Stream, line: &[u8]) -> io::Result<()> {
        self.of(stream)?.write_all(line)
    }

    fn of(&mut self, stream: Stream) -> io::Result<&mut File> {
        Ok(match (stream, &mut self.err) {
            (Stream::Out, _) => &mut self.out,
            (Stream::Err, Some(file)) => file,
            (Stream::Err, none) => none.insert(lifted(open::replacing(&with_ending(&self.stem, "err"))?)),
        })
    }
}

/// The path with an ending after it. `Path::with_extension` would cut off a role's name at its last dot.
fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let other = "choose another folder for --output dir".to_owned();
    let remedy = system::remedy(&error, Some(path)).map_or(other.clone(), |remedy| format!("{remedy}\nor {other}"));
    Error::failed(format!("cannot write {}: {}", path.display(), reason(&error))).with_remedy(remedy).with_source(error)
}
