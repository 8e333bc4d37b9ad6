//! Findings, as text and as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::terminal::style::command_at;
use crate::terminal::{Palette, clean, wrapped};

/// How times are written.
pub(super) type Time = fn(Timestamp) -> String;

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
    fn painted(self, text: &str, palette: Palette) -> String {
        match self {
            Self::Ok => palette.good(text),
            Self::Warning => palette.warning(text),
            Self::Broken => palette.error(text),
        }
    }

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

    /// The report in lines of this many columns.
    pub(super) fn text(&self, palette: Palette, width: usize) -> String {
        let mut text = String::new();
        for section in self.sections.iter().filter(|section| !section.findings.is_empty()) {
            text += &format!("{}\n", palette.heading(section.name));
            for Finding { verdict, found, remedy } in &section.findings {
                let lines = wrapped(&format!("  {:9}", verdict.name()), &clean(found), width);
                text += &lines.replacen(verdict.name(), &verdict.painted(verdict.name(), palette), 1);
                let mut announces_code = false;
                for (number, line) in remedy.iter().flat_map(|remedy| remedy.lines()).enumerate() {
                    let mark = if number == 0 { "→" } else { " " };
                    let first = format!("{:INDENT$}{mark} ", "");
                    text += &match command_at(line) {
                        // It can be pasted only if it has no line breaks but the terminal's own.
                        Some(_) => format!("{first}{}\n", palette.advice(&clean(line))),
                        None if announces_code => format!("{first}{}\n", clean(line)),
                        None => wrapped(&first, &clean(line), width),
                    };
                    announces_code = line.ends_with(':');
                }
            }
        }
        let count = |verdict| self.findings().filter(|finding| finding.verdict == verdict).count();
        text + &match (count(Verdict::Broken), count(Verdict::Warning)) {
            (0, 0) => format!("{}\n", palette.good("Everything is ok.")),
            (broken, warnings) => {
                let noun = if warnings == 1 { "warning" } else { "warnings" };
                let line = format!("{broken} broken, {warnings} {noun}.");
                format!("{}\n", self.verdict().painted(&line, palette))
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
    fn a_report_has_lines_of_its_width_and_no_control_characters() {
        const WIDTH: usize = 80;
        let plain = |report: &DoctorReport| report.text(Palette::PLAIN, WIDTH);
        let mut report = DoctorReport::default();
        report.add("Files", vec![Finding::ok("a\x1b[31mb")]);
        report.add("Nothing", Vec::new());
        let long = "word ".repeat(30);
        report.add("Network", vec![Finding::broken(long.trim(), "do this\nthen that")]);
        let text = plain(&report);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.starts_with("Files\n  ok       a\u{fffd}[31mb\nNetwork\n  broken   word word"), "{text}");
        assert!(text.contains("\n           word word"), "{text}");
        assert!(text.ends_with("           → do this\n             then that\n1 broken, 0 warnings.\n"), "{text}");
        assert_eq!(report.verdict(), Verdict::Broken);
        let command = "or run: aws-sso discover ".to_owned() + &"word ".repeat(30);
        report.add("Profiles", vec![Finding::warning("x", command.trim())]);
        assert!(plain(&report).contains(&format!("→ {}\n", command.trim())), "it stays in one line");
        let code = "word ".repeat(30);
        report.add("Shell", vec![Finding::warning("y", format!("add to ~/.x:\n{}", code.trim()))]);
        assert!(plain(&report).contains(&format!("  {}\n", code.trim())), "it stays in one line");
        report.sections.truncate(2);
        let narrow = report.text(Palette::PLAIN, 40);
        assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
        let colored = report.text(Palette::COLORED, WIDTH);
        assert!(colored.contains("\n  \u{1b}[32mok\u{1b}[0m       a\u{fffd}[31mb\n"), "{colored:?}");
        assert!(plain(&DoctorReport::default()).contains("Everything is ok"));
    }
}
