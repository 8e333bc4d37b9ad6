//! Findings, and how they are told to a person and to a program.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::terminal::clean;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but not as well or as safely as it could.
    Warning,
    /// Something does not work.
    Broken,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// What was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub verdict: Verdict,
    pub found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, found: found.into(), remedy: None }
    }

    pub(super) fn warning(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, found: found.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn broken(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Broken, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// What a verb would fail with.
    pub(super) fn of(error: &Error) -> Self {
        Self { verdict: Verdict::Broken, found: error.to_string(), remedy: error.remedy().map(str::to_owned) }
    }
}

#[derive(Debug, Serialize)]
struct Section {
    name: &'static str,
    findings: Vec<Finding>,
}

/// All that was found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    sections: Vec<Section>,
}

/// The report as `--json` prints it.
#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    verdict: Verdict,
    sections: &'a [Section],
}

/// The columns of a line of text.
const WIDTH: usize = 80;
/// Where findings begin, behind the verdicts.
const INDENT: usize = 11;

impl Report {
    /// Adds what a check has found, but for faults that another one has told already.
    pub(super) fn add(&mut self, name: &'static str, mut findings: Vec<Finding>) {
        findings.retain(|new| new.verdict == Verdict::Ok || self.findings().all(|old| old.found != new.found));
        self.sections.push(Section { name, findings });
    }

    /// The worst of all verdicts.
    pub(super) fn verdict(&self) -> Verdict {
        self.findings().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for section in self.sections.iter().filter(|section| !section.findings.is_empty()) {
            text += &format!("{}\n", section.name);
            for Finding { verdict, found, remedy } in &section.findings {
                text += &wrapped(&format!("  {:9}", verdict.name()), &clean(found));
                for (number, line) in remedy.iter().flat_map(|remedy| remedy.lines()).enumerate() {
                    let mark = if number == 0 { "→" } else { " " };
                    text += &wrapped(&format!("{:INDENT$}{mark} ", ""), &clean(line));
                }
            }
        }
        let count = |verdict| self.findings().filter(|finding| finding.verdict == verdict).count();
        text + &match (count(Verdict::Broken), count(Verdict::Warning)) {
            (0, 0) => "All is well.\n".to_owned(),
            (broken, warnings) => {
                let noun = if warnings == 1 { "warning" } else { "warnings" };
                format!("{broken} broken, {warnings} {noun}.\n")
            }
        }
    }

    pub(super) fn json(&self) -> Result<String> {
        let document =
            Document { version: env!("CARGO_PKG_VERSION"), verdict: self.verdict(), sections: &self.sections };
        let text = serde_json::to_string_pretty(&document);
        text.map(|text| text + "\n").map_err(|error| Error::failed(format!("cannot write the report: {error}")))
    }
}

/// The text behind `first`, broken at spaces where a line is full; a word that is longer than a line stays whole.
fn wrapped(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut lines = first.to_owned();
    let mut column = indent;
    for (number, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && column + 1 + length > WIDTH {
            lines += &format!("\n{:indent$}", "");
            column = indent;
        } else if number > 0 {
            lines.push(' ');
            column += 1;
        }
        lines += word;
        column += length;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_told_in_80_columns_and_without_control_characters() {
        let mut report = Report::default();
        report.add("Files", vec![Finding::ok("a\x1b[31mb")]);
        report.add("Nothing", Vec::new());
        let long = "word ".repeat(30);
        report.add("Network", vec![Finding::broken(long.trim(), "do this\nthen that")]);
        let text = report.text();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("Files\n  ok       a\u{fffd}[31mb\nNetwork\n  broken   word word"), "{text}");
        assert!(text.contains("\n           word word"), "{text}");
        assert!(text.ends_with("           → do this\n             then that\n1 broken, 0 warnings.\n"), "{text}");
        assert_eq!(report.verdict(), Verdict::Broken);
        assert!(Report::default().text().contains("All is well"));
    }
}
