//! Files that this program or the AWS CLI keeps and cannot use: somebody else's, no files at all, or in a folder that
//! is not accessible.

use std::fs;
use std::path::{Path, PathBuf};

use super::report::{Finding, Verdict};
use crate::environment::{self, shown};
use crate::error::Error;
use crate::files::unreadable;
use crate::files::{folder, links, read, unwritable};
use crate::quote;

/// How many files of one folder are reported one by one.
const MOST_REPORTED: usize = 5;

pub(super) fn check() -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_user = [environment::config_file(), environment::credentials_file(), environment::settings_file()];
    findings.extend(of_user.into_iter().flatten().filter_map(|file| file_of_user(&file)));
    let caches = [
        (environment::token_cache(), "no sign-in can be kept", Verdict::Broken),
        (environment::role_cache(), "no credentials can be kept", Verdict::Warning),
        (environment::cache_folder(), "no list of accounts can be kept", Verdict::Warning),
    ];
    let mut barred = Vec::new();
    for (folder, effect, verdict) in caches {
        let Ok(folder) = folder else { continue };
        match unwritable::flaw_of_folder(&folder) {
            // Often one obstacle is in the way of all three.
            Some(error) if barred.contains(&error) => {}
            Some(error) => {
                findings.push(of_cache(&error, effect, verdict));
                barred.push(error);
            }
            None => findings.extend(cache(&folder)),
        }
    }
    findings.extend(environment::lock_folder().ok().and_then(|locks| flaw_of_locks(&locks)));
    findings
}

/// What is wrong with a file that the user writes.
fn file_of_user(file: &Path) -> Option<Finding> {
    if let Some(target) = links::missing_target(file) {
        let found = format!("{} is a link to {}, which is not there", shown(file), target.display());
        return Some(Finding::warning(found, format!("create that file again, or run: {}", quote::remove(file))));
    }
    match read::open(file) {
        Err(error) => Some(Finding::of(&error)),
        Ok(Some((_, metadata))) => foreign_default(file, &metadata),
        Ok(None) => None,
    }
}

/// A file that a variable names may be shared. At its default place, another user's says where this user signs in.
#[cfg(unix)]
fn foreign_default(file: &Path, metadata: &fs::Metadata) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;

    use crate::files::ownership;

    let is_at_default = environment::home().is_ok_and(|home| file.starts_with(home));
    (is_at_default && metadata.is_file() && !ownership::is_ours(metadata.uid())).then(|| {
        Finding::warning(
            format!("{} belongs to {}", shown(file), ownership::named(metadata.uid())),
            format!("run: sudo chown {} {}", quote::output_of("id -u"), unreadable::quoted(file)),
        )
    })
}

#[cfg(not(unix))]
fn foreign_default(_: &Path, _: &fs::Metadata) -> Option<Finding> {
    None
}

/// The files in a cache folder that are not used.
fn cache(folder: &Path) -> Vec<Finding> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if read::is_absent(&error) => return Vec::new(),
        Err(error) => return vec![Finding::of(&unreadable::failed(folder, error))],
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|file| is_cached(file)).collect();
    files.sort();
    let flaws = files.iter().filter_map(|file| read::flaw_of_cached(file));
    let mut findings: Vec<_> = flaws.map(|error| of_cache(&error, "it is not used", Verdict::Warning)).collect();
    let more = findings.len().saturating_sub(MOST_REPORTED);
    findings.truncate(MOST_REPORTED);
    if more > 0 {
        let found = format!("{}: {more} more such files", shown(folder));
        findings.push(Finding::warning(found, "fix those above, then run this again"));
    }
    findings
}

/// Whether this is the name of a file in a cache, whatever is there.
fn is_cached(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_of_list = || ["unfinished-", "recent-"].iter().any(|beginning| name.starts_with(beginning));
    path.extension().is_some_and(|extension| extension == "json") || is_of_list()
}

fn of_cache(error: &Error, effect: &str, verdict: Verdict) -> Finding {
    Finding { verdict, found: format!("{error}; {effect}"), remedy: error.remedy().map(str::to_owned) }
}

fn flaw_of_locks(locks: &Path) -> Option<Finding> {
    let (folder, flaw) = folder::private_flaw(locks).ok()??;
    let warning = folder::warning(&folder, flaw, ", so no lock is taken there");
    let (found, remedy) = warning.split_once("; to fix that, ")?;
    Some(Finding::broken(found, remedy))
}
