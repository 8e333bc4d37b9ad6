//! The person's settings.

use super::report::Finding;
use crate::environment::{self, shown};
use crate::settings::{Gravity, Settings};

pub(super) fn check() -> Vec<Finding> {
    let file = match environment::settings_file() {
        Ok(file) => file,
        Err(error) => return vec![Finding::of(&error)],
    };
    let settings = match Settings::load(&file) {
        Ok(settings) => settings,
        Err(error) => return vec![Finding::of(&error)],
    };
    let problems = settings.problems().iter().map(|problem| {
        let what = format!("{}: {}", settings.place(problem.line), problem.message);
        match problem.gravity {
            Gravity::Error => Finding::broken(what, "mend that line; see: aws-sso settings"),
            Gravity::Warning => Finding::warning(what, "mend that line; see: aws-sso settings"),
        }
    });
    let mut findings: Vec<_> = problems.collect();
    if !file.exists() {
        findings.push(Finding::ok(format!("none ({} is not there)", shown(&file))));
    } else if findings.is_empty() {
        let aliases = settings.aliases().count();
        let noun = if aliases == 1 { "alias" } else { "aliases" };
        findings.push(Finding::ok(format!("{}, {aliases} {noun}", shown(&file))));
    }
    if let Ok(picker) = settings.picker()
        && !picker.is_installed()
    {
        findings.push(Finding::warning(
            format!("the program of the picker {picker} is not installed: pick shows a numbered list"),
            "install it, aws-sso-pick beside aws-sso or fzf on PATH, or set: picker = number",
        ));
    }
    findings
}
