//! Finds settings that do not exist, values that are not allowed, and keys that are set twice.

use std::collections::HashMap;

use super::file::SettingsLine;
use super::problem::Problem;
use super::table::{self, TABLE};
use crate::known_regions;
use crate::suggest::nearest;

pub(super) fn problems(lines: &[SettingsLine]) -> Vec<Problem> {
    let is_known = |line: &SettingsLine| table::sections().any(|section| section == line.section);
    let mut problems = Vec::new();
    for line in lines {
        match (is_known(line), line.key.is_empty()) {
            (false, true) => problems.push(unknown_section(line)),
            (true, false) => problems.extend(wrong_setting(line)),
            // A setting of an unknown section: its section has been reported.
            (false, false) | (true, true) => {}
        }
    }
    problems.extend(repeated(lines));
    problems
}

fn unknown_section(line: &SettingsLine) -> Problem {
    let names = table::sections().filter(|name| !name.is_empty());
    let hint = match nearest(&line.section, names, 1).first() {
        Some(name) => format!("; did you mean [{name}]?"),
        None => String::new(),
    };
    Problem::warning(line.number, format!("there is no section [{}]{hint}", line.section))
}

fn wrong_setting(line: &SettingsLine) -> Option<Problem> {
    if line.section == table::ALIASES {
        return None;
    }
    let Some(setting) = table::find(&line.section, &line.key) else { return Some(unknown_key(line)) };
    if line.value.is_empty() {
        return None;
    }
    match (setting.check)(&line.value) {
        Err(message) => Some(Problem::error(line.number, message)),
        Ok(()) if setting.name() == table::REGION.name() => doubtful_region(line),
        Ok(()) => None,
    }
}

/// A region that is taken as it is written, although AWS has none of that name.
fn doubtful_region(line: &SettingsLine) -> Option<Problem> {
    let region = &line.value;
    let doubt = known_regions::named(region).err()?;
    let insisted = known_regions::insisted(region);
    Some(Problem::warning(line.number, format!("region = {region}: {doubt} (if AWS has it, write {insisted})")))
}

fn unknown_key(line: &SettingsLine) -> Problem {
    let elsewhere = TABLE.iter().find(|setting| setting.key == line.key);
    let message = match elsewhere.map(|setting| setting.section) {
        Some("") => format!("{} belongs above the first [section]", line.key),
        Some(section) => format!("{} belongs in [{section}]", line.key),
        None => {
            let keys = TABLE.iter().filter(|setting| setting.section == line.section);
            let hint = match nearest(&line.key, keys.map(|setting| setting.key), 1).first() {
                Some(name) => format!("; did you mean {name}?"),
                None => String::new(),
            };
            format!("there is no setting {}{hint}", line.key)
        }
    };
    Problem::warning(line.number, message)
}

/// A key that is set again further down.
fn repeated(lines: &[SettingsLine]) -> impl Iterator<Item = Problem> {
    let settings = lines.iter().filter(|line| !line.key.is_empty());
    let last: HashMap<_, _> = settings.clone().map(|line| ((&line.section, &line.key), line.number)).collect();
    settings.filter_map(move |line| {
        let used = *last.get(&(&line.section, &line.key))?;
        if used == line.number {
            return None;
        }
        Some(Problem::warning(line.number, format!("{} is set more than once; line {used} is used", line.key)))
    })
}
