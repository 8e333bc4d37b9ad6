//! The settings file: its problems, and whether the chosen picker is installed.

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
    let mut findings = Vec::new();
    for problem in settings.problems() {
        let found = format!("{}: {}", settings.place(problem.line), problem.message);
        findings.push(match problem.gravity {
            Gravity::Error => Finding::broken(found, "fix that line; see: aws-sso settings"),
            Gravity::Warning => Finding::warning(found, "fix that line; see: aws-sso settings"),
        });
    }
    if !file.is_file() {
        findings.push(Finding::ok(format!("none ({} does not exist)", shown(&file))));
    } else if findings.is_empty() {
        let aliases = settings.aliases().count();
        let noun = if aliases == 1 { "alias" } else { "aliases" };
        findings.push(Finding::ok(format!("{}, {aliases} {noun}", shown(&file))));
    }
    if let Ok(picker) = settings.picker()
        && !picker.is_installed()
    {
        findings.push(Finding::warning(
            format!("the program of the picker {picker} is not installed, so pick shows a numbered list"),
            "install it (aws-sso-pick beside aws-sso, or fzf on PATH), or set: picker = number",
        ));
    }
    findings
}
