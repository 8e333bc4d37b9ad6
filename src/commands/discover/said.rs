//! What `discover` says of the profiles that it left as they are, renamed or removed.

use super::again::Again;
use super::arguments::DiscoverArgs;
use crate::discovery::{Counts, Left};
use crate::environment;
use crate::error::Error;
use crate::terminal::{self, clean};

/// Says what was taken over, and what was left and why.
pub(super) fn tell(counts: &Counts, again: &Again<'_>) {
    let profile = again.profile;
    if !again.is_quiet {
        for name in &counts.taken_over {
            terminal::say(&format!(
                "aws-sso: the profiles that were discovered with -p {} are updated with -p {} now\n",
                clean(name),
                clean(profile)
            ));
        }
    }
    let DiscoverArgs { prune, dry_run, .. } = *again.arguments;
    let (are, were) = if dry_run { ("would be", "would be") } else { ("is", "were") };
    for [name, before, now] in &counts.passed_on {
        terminal::warn(&format!("the profile {name} was {before}, which is not offered any more, and {are} {now} now"));
    }
    // What goes is named in any case: scripts may use it.
    let most = if prune { usize::MAX } else { NAMED };
    if (prune || !again.is_quiet) && !counts.renamed.is_empty() {
        let old = match (prune, dry_run) {
            (false, _) => "the old one stays until you add --prune",
            (_, true) => "the old one would be removed",
            _ => "the old one was removed",
        };
        let names = counts.renamed.iter().map(|(old, new)| format!("{old} (now {new})"));
        let names = listed(names, most);
        terminal::say(&format!("aws-sso: these profiles have a new name, and {old}: {}\n", clean(&names)));
    }
    if prune && !counts.gone.is_empty() {
        let names = listed(counts.gone.iter().cloned(), most);
        let what = format!("the roles of these profiles are not offered any more, so they {were} removed");
        terminal::say(&format!("aws-sso: {what}: {}\n", clean(&names)));
    }
    for (reason, profiles) in &counts.left {
        terminal::warn(&format!("{}: {}", reason.sentence(), listed(profiles.iter().cloned(), NAMED)));
    }
    for name in &counts.unclaimed {
        if !counts.left.contains_key(&Left::Unclaimed(name.clone())) {
            terminal::warn(&format!(
                "the config has profiles that were discovered with -p {name}, which it has no more; if they are of \
                 this Identity Center, run: {}",
                again.with("--adopt", name)
            ));
        }
    }
}

/// How many profiles a message names.
pub(super) const NAMED: usize = 5;

/// The first of these names.
pub(super) fn listed(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let listed = names.take(most).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

/// The error where roles have no profile because others have their names.
pub(super) fn conflict(counts: &Counts, again: &Again<'_>) -> Option<Error> {
    let found = match counts.lacking {
        0 => return None,
        1 => "1 role has no profile: another profile has its name".to_owned(),
        roles => format!("{roles} roles have no profile: other profiles have their names"),
    };
    let remedy = |reason: &Left| match reason {
        Left::OtherInstance(_) => Some(match again.template.with_session() {
            Some(template) => format!("run: {}", again.with("--name", &template.to_string())),
            None => "give their profiles other names with --name".to_owned(),
        }),
        Left::Hidden => Some(format!(
            "delete their sections from {}, or give the profiles other names with --name",
            environment::credentials_file().map(|path| environment::shown(&path)).unwrap_or_default()
        )),
        Left::Unclaimed(name) => {
            Some(format!("if these are profiles of this Identity Center, run: {}", again.with("--adopt", name)))
        }
        _ => None,
    };
    let mut remedies: Vec<_> = counts.left.keys().filter_map(remedy).collect();
    remedies.dedup();
    Some(Error::failed(found).with_remedy(remedies.join("\n")))
}
