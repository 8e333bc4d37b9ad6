//! Profiles whose sign-in is not in the AWS config, one finding for all of a name: there may be hundreds.

use std::collections::{BTreeMap, HashMap};

use super::report::Finding;
use crate::aws_config::config::Config;
use crate::aws_config::document::Document;
use crate::discovery::{Removal, removal};
use crate::environment::shown;

/// How many profiles are named.
const MOST_NAMED: usize = 3;

/// The profiles in blocks that discovery has written, and what it does with those that are not wanted any more.
pub(super) fn discovered(file: &[u8]) -> HashMap<String, Removal> {
    let document = Document::parse(file);
    let blocks = document.blocks();
    let profiles = blocks.iter().flat_map(|block| document.in_block(block));
    profiles.map(|(header, lines)| (String::from_utf8_lossy(&header.name).into_owned(), removal(lines))).collect()
}

/// Profiles by the name of a sign-in that is not there.
#[derive(Debug, Default)]
pub(super) struct Orphans(BTreeMap<String, Vec<String>>);

impl Orphans {
    pub(super) fn add(&mut self, sign_in: &str, profile: &str) {
        self.0.entry(sign_in.to_owned()).or_default().push(profile.to_owned());
    }

    pub(super) fn findings(&self, config: &Config, discovered: &HashMap<String, Removal>) -> Vec<Finding> {
        self.0.iter().map(|(sign_in, profiles)| finding(config, sign_in, profiles, discovered)).collect()
    }
}

fn finding(config: &Config, sign_in: &str, profiles: &[String], discovered: &HashMap<String, Removal>) -> Finding {
    let mut names = profiles.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more) = profiles.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        names.push_str(&format!(" and {more} more"));
    }
    let subject =
        if profiles.len() == 1 { "1 profile signs".to_owned() } else { format!("{} profiles sign", profiles.len()) };
    let found = format!(
        "{}: {subject} in with {sign_in}, but there is no profile or sso-session {sign_in}: {names}",
        shown(config.path())
    );
    let by_hand = profiles.iter().filter(|profile| !discovered.contains_key(*profile)).count();
    let others = match config.directories() {
        [only] => format!("run: aws-sso discover -p {only} --adopt {sign_in}"),
        names => format!(
            "run: aws-sso discover -p NAME --adopt {sign_in}, where NAME is what its Identity Center is called now: {}",
            names.join(", ")
        ),
    };
    let own = format!("name another sso-session in these profiles, or add a section [sso-session {sign_in}]");
    let fix = match by_hand {
        0 => others,
        _ if by_hand == profiles.len() => own,
        _ => format!("{others}\nin profiles that you wrote yourself: {own}"),
    };
    Finding::broken(found, fix)
}
