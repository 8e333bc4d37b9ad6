//! Files that hold secrets: whether other users can read or replace them.

use std::fs;
use std::path::{Path, PathBuf};

use super::content;
use super::report::Finding;
use crate::environment::{self, shown};
use crate::error::Result;
use crate::files::{leftovers, read};
use crate::quote;

pub(super) fn check() -> Vec<Finding> {
    places().unwrap_or_else(|error| vec![Finding::of(&error)])
}

fn places() -> Result<Vec<Finding>> {
    let (tokens, roles) = (environment::token_cache()?, environment::role_cache()?);
    let mut findings = Vec::new();
    for (folder, what) in [(&tokens, "sign-ins"), (&roles, "role credentials")] {
        findings.extend(cache(folder, what));
    }
    for file in [environment::credentials_file()?, environment::config_file()?] {
        findings.extend(shared_file(&file));
    }
    let of_files = [environment::credentials_file()?, environment::config_file()?];
    let mut folders: Vec<_> = of_files.iter().filter_map(|file| file.parent()).map(Path::to_owned).collect();
    folders.extend([tokens, roles]);
    folders.extend(environment::cache_folder());
    folders.sort();
    folders.dedup();
    findings.extend(folders.iter().filter_map(|folder| left_behind(folder)));
    Ok(findings)
}

/// A cache folder, in which every file holds a secret.
fn cache(folder: &Path, what: &str) -> Vec<Finding> {
    // A folder that cannot be read, and what is no file of ours, is reported by the check of what is in the way.
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| read::flaw_of_cached(path).is_none())
        .collect();
    let all = format!("{}{}*.json", shown(folder), std::path::MAIN_SEPARATOR);
    let mut findings: Vec<Finding> = files.iter().filter_map(|file| rights::of_file(file, Some(&all))).collect();
    // All such files usually have the same cause, so the most serious one is reported for all.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let more = findings.len().saturating_sub(1);
    findings.truncate(1);
    if let Some(first) = findings.first_mut().filter(|_| more > 0) {
        first.found += &format!("; the same is true of {more} more files there");
    }
    findings.extend(rights::of_folder(folder));
    if findings.is_empty() {
        let noun = if files.len() == 1 { "file" } else { "files" };
        findings.push(Finding::ok(format!(
            "{}: {} {noun} of {what}, which only you can read",
            shown(folder),
            files.len()
        )));
    }
    findings
}

/// The config or the credentials file, if it holds secrets.
fn shared_file(file: &Path) -> Vec<Finding> {
    const SECRETS: [&[u8]; 2] = [b"aws_secret_access_key", b"aws_session_token"];
    let content = content::of(file).to_ascii_lowercase();
    if !SECRETS.iter().any(|key| memchr::memmem::find(&content, key).is_some()) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = rights::of_file(file, None).into_iter().collect();
    findings.extend(file.parent().and_then(rights::of_folder));
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{}: only you can read it", shown(file))));
    }
    findings
}

/// Temporary files that a crash has left behind.
fn left_behind(folder: &Path) -> Option<Finding> {
    let left = leftovers::found(folder);
    let first = left.first()?;
    let removal = if cfg!(windows) { quote::remove(first) } else { format!("rm {}", shown(first)) };
    Some(Finding::warning(
        format!("a crash has left {} behind in {}", counted(left.len()), shown(folder)),
        format!("the next write there deletes it; or run: {removal}"),
    ))
}

fn counted(files: usize) -> String {
    if files == 1 { "a temporary file".to_owned() } else { format!("{files} temporary files") }
}

#[cfg(unix)]
mod rights {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::super::report::{Finding, Verdict};
    use crate::environment::shown;
    use crate::files::unreadable::quoted;
    use crate::files::{access, folder, ownership};

    /// What is wrong with a file that holds a secret. A symbolic link is followed. The fix is for `all`, a pattern for
    /// this file and the others in its folder, where there is one.
    pub(super) fn of_file(file: &Path, all: Option<&str>) -> Option<Finding> {
        let metadata = fs::metadata(file).ok()?;
        let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let to_fix = all.map_or_else(|| shown(&real), str::to_owned);
        if !ownership::is_ours(metadata.uid()) {
            return Some(foreign(&real, &metadata));
        }
        let mode = metadata.mode() & 0o777;
        let open = mode & 0o077;
        let who = access::others(&real)?;
        let what = if open & 0o022 != 0 { "change" } else { "read" };
        let shielded = is_shielded(&real, open);
        let (could, but) =
            if shielded { ("could", ", if a folder above it did not keep them out") } else { ("can", "") };
        Some(Finding {
            verdict: if shielded { Verdict::Warning } else { Verdict::Broken },
            found: format!("{} holds secrets, and {who} {could} {what} it{but} (mode {mode:04o})", shown(&real)),
            remedy: Some(format!("run: chmod 600 {to_fix}")),
        })
    }

    /// What is wrong with a folder of such files: anyone who can write to it can replace them.
    pub(super) fn of_folder(folder: &Path) -> Option<Finding> {
        let metadata = fs::metadata(folder).ok()?;
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        if !ownership::is_ours(metadata.uid()) {
            return Some(foreign(&real, &metadata));
        }
        folder::is_open_to_others(&metadata).then(|| {
            let mode = metadata.mode() & 0o777;
            Finding::broken(
                format!("other users can replace the files in {} (mode {mode:04o})", shown(&real)),
                format!("run: chmod go-w {}", shown(&real)),
            )
        })
    }

    fn foreign(path: &Path, metadata: &fs::Metadata) -> Finding {
        Finding::broken(
            format!("{} belongs to {}", shown(path), ownership::named(metadata.uid())),
            format!("run: sudo chown {} {}", crate::quote::output_of("id -u"), quoted(path)),
        )
    }

    /// Whether folders above the file keep out everyone to whom its mode is open.
    fn is_shielded(file: &Path, open: u32) -> bool {
        let is_open_to_group = open & 0o070 != 0;
        let is_open_to_others = open & 0o007 != 0;
        let is_closed = |search_bit: u32| {
            let mut folders = file.ancestors().skip(1).filter_map(|folder| fs::metadata(folder).ok());
            folders.any(|folder| folder.mode() & search_bit == 0)
        };
        (!is_open_to_group || is_closed(0o010)) && (!is_open_to_others || is_closed(0o001))
    }
}

#[cfg(windows)]
mod rights {
    use std::path::{Path, PathBuf};

    use super::super::report::Finding;
    use crate::environment::{self, shown};
    use crate::files::access_lists;
    use crate::files::unreadable::quoted;

    /// What is wrong with a file that holds a secret. The fix is for `all`, a pattern for this file and the others in
    /// its folder, where there is one. A folder above keeps nobody out: most users may pass through all of them.
    pub(super) fn of_file(file: &Path, all: Option<&str>) -> Option<Finding> {
        if let Some(foreign) = foreign(file) {
            return Some(foreign);
        }
        let others = match access_lists::of_file(file) {
            Ok(others) => others?,
            Err(error) => return Some(unknown(file, &error)),
        };
        let what = if others.can_change { "change" } else { "read" };
        let to_fix = all.map_or_else(|| file.to_owned(), PathBuf::from);
        Some(Finding::broken(
            format!("{} holds secrets, and other users can {what} it ({})", shown(file), others.names()),
            format!("run: {}", others.removal(&to_fix)),
        ))
    }

    /// What is wrong with a folder of such files: anyone who can write to it can replace them.
    pub(super) fn of_folder(folder: &Path) -> Option<Finding> {
        if let Some(foreign) = foreign(folder) {
            return Some(foreign);
        }
        let others = match access_lists::of_folder(folder) {
            Ok(others) => others?,
            Err(error) => return Some(unknown(folder, &error)),
        };
        Some(Finding::broken(
            format!("other users can replace the files in {} ({})", shown(folder), others.names()),
            format!("run: {}", others.removal(folder)),
        ))
    }

    fn foreign(path: &Path) -> Option<Finding> {
        let owner = access_lists::foreign_owner(path).ok()??;
        Some(Finding::broken(
            format!("{} belongs to {owner}", shown(path)),
            format!("as an administrator, run: takeown {} {}", environment::windows_option("/f"), quoted(path)),
        ))
    }

    fn unknown(path: &Path, error: &std::io::Error) -> Finding {
        Finding::warning(
            format!("who can read {} is unknown: {}", shown(path), crate::error::reason(error)),
            format!("see what this shows: icacls {}", quoted(path)),
        )
    }
}
