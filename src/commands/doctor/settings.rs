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
    if !file.exists() {
        return vec![Finding::ok(format!("none ({} is not there)", shown(&file)))];
    }
    let mut findings: Vec<_> = settings
        .problems()
        .iter()
        .map(|problem| {
            let what = format!("{}: {}", settings.place(problem.line), problem.message);
            match problem.gravity {
                Gravity::Error => Finding::broken(what, "mend that line; see: aws-sso settings"),
                Gravity::Warning => Finding::warning(what, "mend that line; see: aws-sso settings"),
            }
        })
        .collect();
    if findings.is_empty() {
        let aliases = settings.aliases().count();
        let noun = if aliases == 1 { "alias" } else { "aliases" };
        findings.push(Finding::ok(format!("{}, {aliases} {noun}", shown(&file))));
    }
    findings
}
