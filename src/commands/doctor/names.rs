//! Profiles whose names are hard to give to a command.

use std::collections::{HashMap, HashSet};

use super::report::Finding;
use crate::aws_config::config::Config;
use crate::aws_config::document::{Document, Header};
use crate::aws_config::line::SectionKind;
use crate::context::Context;
use crate::discovery::{Removal, removal};
use crate::environment::{self, shown};
use crate::files::read;

/// How many profiles are reported one by one.
const MOST_REPORTED: usize = 5;

/// Profiles of both files whose names begin with `-`, so that every command takes them for options.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, kind) in [
        (environment::config_file(), SectionKind::Profile),
        // The sections of the credentials file are called after their profiles.
        (environment::credentials_file(), SectionKind::Other),
    ] {
        let Ok(path) = path else { continue };
        let Ok(Some(file)) = read::whole(&path) else { continue };
        let document = Document::parse(&file);
        let discovered = discovered(&document);
        let config = Config::parse(&file);
        let sources: HashSet<_> = config.profiles().filter_map(|profile| profile.setting("source_profile")).collect();
        let is_option = |header: &Header<'_>| header.kind == kind && header.name.starts_with(b"-");
        for (line, header) in document.header_lines().filter(|(_, header)| is_option(header)) {
            let name = String::from_utf8_lossy(&header.name);
            let found = format!(
                "{}:{line}: the name of the profile {name} begins with -, so commands take it for an option",
                shown(&path)
            );
            let fix = match discovered.get(name.as_ref()) {
                Some((session, removal)) => {
                    let again = discover_again(context, session);
                    match removal {
                        Removal::Edited => {
                            format!(
                                "{again}\nthen move your lines from {name} to its role's new profile, and delete {name}"
                            )
                        }
                        _ if sources.contains(name.as_ref()) => {
                            format!(
                                "{again}\nthen name its role's new profile in each source_profile, and do that again"
                            )
                        }
                        _ => again,
                    }
                }
                None => "give it another name, also in each source_profile that names it".to_owned(),
            };
            findings.push(Finding::warning(found, fix));
        }
    }
    let more = findings.len().saturating_sub(MOST_REPORTED);
    findings.truncate(MOST_REPORTED);
    if more > 0 {
        findings.push(Finding::warning(format!("{more} more such names"), "fix those above, then run this again"));
    }
    findings
}

/// The profiles with such names that discovery wrote, with the `-p` of the run that did.
fn discovered(document: &Document) -> HashMap<String, (String, Removal)> {
    let blocks = document.blocks();
    let profiles = blocks.iter().flat_map(|block| {
        let headers = document.in_block(block);
        let named = headers.filter(|(header, _)| header.name.starts_with(b"-"));
        let named = named.map(|(header, lines)| {
            (String::from_utf8_lossy(&header.name).into_owned(), (block.mark.name.clone(), removal(lines)))
        });
        named.filter(|(_, (_, removal))| *removal != Removal::None)
    });
    profiles.collect()
}

/// Names come from a template. Where the settings have none, it was in the command, and without it all profiles would
/// get other names.
fn discover_again(context: &Context, session: &str) -> String {
    if context.settings().is_ok_and(|settings| settings.discover_name().is_some()) {
        format!("run: aws-sso discover -p {session} --prune")
    } else {
        format!("give discover -p {session} the --name that you gave it before, and --prune")
    }
}
