//! Findings, as text and as JSON.

use serde::Serialize;

use crate::error::Error;
use crate::terminal::{clean, wrapped};

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
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

/// What was found, and how to fix it. Programs read the names of the fields.
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

    /// The error with which a verb would end.
    pub(super) fn of(error: &Error) -> Self {
        Self { verdict: Verdict::Broken, found: error.to_string(), remedy: error.remedy().map(str::to_owned) }
    }
}

/// The findings of one check.
#[derive(Debug, Serialize)]
struct ReportSection {
    name: &'static str,
    findings: Vec<Finding>,
}

/// All findings.
#[derive(Debug, Default)]
pub(super) struct DoctorReport {
    sections: Vec<ReportSection>,
}

/// The report as `--json` prints it.
#[derive(Serialize)]
pub(super) struct JsonReport<'a> {
    version: &'static str,
    verdict: Verdict,
    sections: &'a [ReportSection],
}

/// The columns of a line of text.
const WIDTH: usize = 80;
/// The column in which findings begin, after the verdicts.
const INDENT: usize = 11;

impl DoctorReport {
    /// Adds the findings of a check, without the problems that another check has found already.
    pub(super) fn add(&mut self, name: &'static str, mut findings: Vec<Finding>) {
        findings.retain(|new| new.verdict == Verdict::Ok || self.findings().all(|old| old.found != new.found));
        self.sections.push(ReportSection { name, findings });
    }

    /// Adds further findings to a section that is there.
    pub(super) fn extend(&mut self, name: &str, findings: Vec<Finding>) {
        if let Some(section) = self.sections.iter_mut().find(|section| section.name == name) {
            section.findings.extend(findings);
        }
    }

    /// The most serious verdict.
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
                text += &wrapped(&format!("  {:9}", verdict.name()), &clean(found), WIDTH);
                for (number, line) in remedy.iter().flat_map(|remedy| remedy.lines()).enumerate() {
                    let mark = if number == 0 { "→" } else { " " };
                    text += &wrapped(&format!("{:INDENT$}{mark} ", ""), &clean(line), WIDTH);
                }
            }
        }
        let count = |verdict| self.findings().filter(|finding| finding.verdict == verdict).count();
        text + &match (count(Verdict::Broken), count(Verdict::Warning)) {
            (0, 0) => "Everything is ok.\n".to_owned(),
            (broken, warnings) => {
                let noun = if warnings == 1 { "warning" } else { "warnings" };
                format!("{broken} broken, {warnings} {noun}.\n")
            }
        }
    }

    /// The report as `--json` prints it.
    pub(super) fn json(&self) -> JsonReport<'_> {
        JsonReport { version: env!("CARGO_PKG_VERSION"), verdict: self.verdict(), sections: &self.sections }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_80_columns_and_no_control_characters() {
        let mut report = DoctorReport::default();
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
        assert!(DoctorReport::default().text().contains("Everything is ok"));
    }
}
