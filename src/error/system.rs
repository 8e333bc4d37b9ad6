//! What to do about an error of the operating system, by its number: the one place that knows.
//!
//! A right that is missing has its remedy where the file is: `files::unreadable` and `files::unwritable` look who owns
//! it. Other errors have nothing to do with owners and modes.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::quote;
#[cfg(unix)]
use crate::quote::process_id;

/// What to do about this error of a file or folder; `path` is where it is. `None` if only another attempt helps.
pub(crate) fn remedy(error: &io::Error, path: Option<&Path>) -> Option<String> {
    remedy_on(cfg!(windows), error, path)
}

/// The same on Windows, or on other systems.
fn remedy_on(windows: bool, error: &io::Error, path: Option<&Path>) -> Option<String> {
    Some(match error.kind() {
        ErrorKind::PermissionDenied => denied(windows, error, path),
        ErrorKind::StorageFull if windows => "free some space on that drive".to_owned(),
        ErrorKind::StorageFull => format!("free some space; to see what is used, run: {}", free_space(path)),
        ErrorKind::QuotaExceeded => "delete files of yours there: your quota is used up".to_owned(),
        ErrorKind::FileTooLarge => too_large(),
        ErrorKind::ReadOnlyFilesystem if windows => "that drive is write-protected: remove the protection".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "that file system is mounted read-only: mount it writable".to_owned(),
        ErrorKind::StaleNetworkFileHandle => "mount the network file system again".to_owned(),
        ErrorKind::NotADirectory => match path.and_then(file_on_the_way) {
            Some(file) => format!("{} is a file, where a folder is needed; run: {}", quoted(file), set_aside(file)),
            None => "name a path on which every part but the last is a folder".to_owned(),
        },
        ErrorKind::IsADirectory => "name a file, not a folder".to_owned(),
        ErrorKind::InvalidFilename => "name a path that is shorter".to_owned(),
        ErrorKind::NotFound if !is_here() => "the current folder was deleted; run: cd".to_owned(),
        ErrorKind::NotFound => match path.and_then(Path::parent).filter(|folder| !folder.exists()) {
            Some(folder) => format!("run: {}", quote::make_folder(folder)),
            None => "try again".to_owned(),
        },
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "end the program that uses it".to_owned(),
        _ => return shortage(error).or_else(|| by_number(error).map(str::to_owned)),
    })
}

/// The line that gives what is in the way another name.
pub(crate) fn set_aside(path: &Path) -> String {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".old");
    quote::rename(path, Path::new(&aside))
}

/// What to do about a file that this user may not use, where nothing more is known.
pub(crate) fn rights(path: &Path) -> String {
    denied(cfg!(windows), &ErrorKind::PermissionDenied.into(), Some(path))
}

/// Where nothing but another owner, or another mode, helps.
fn denied(windows: bool, error: &io::Error, path: Option<&Path>) -> String {
    let file = path.map_or_else(|| "FILE".to_owned(), quoted);
    if windows {
        return format!("see who may use it, run: icacls {file}");
    }
    if is_forbidden(error) && cfg!(target_os = "linux") {
        // Even its owner gets this error, and root too.
        return format!("check its owner and mode, and whether it is immutable: lsattr -d {file}");
    }
    "check its owner and mode".to_owned()
}

/// A command that shows the free space of a disk, and how many more files it takes.
fn free_space(path: Option<&Path>) -> String {
    // The file itself may not be there.
    let folder = path.and_then(|path| path.ancestors().find(|above| above.is_dir()));
    match folder.filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => format!("df -h {0}; df -i {0}", quoted(folder)),
        None => "df -h; df -i".to_owned(),
    }
}

/// What there is on the way to a path in place of a folder.
fn file_on_the_way(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|above| above.metadata().is_ok_and(|above| !above.is_dir()))
}

fn is_here() -> bool {
    std::env::current_dir().is_ok()
}

fn quoted(path: &Path) -> String {
    quote::word(&path.to_string_lossy())
}

/// The number of an error. One that another library has wrapped, to name a file, has it in its text alone.
#[cfg(unix)]
fn number(error: &io::Error) -> Option<rustix::io::Errno> {
    let wrapped = || {
        let text = error.to_string();
        let (_, number) = text.split_once("(os error ")?;
        number.split_once(')')?.0.parse().ok()
    };
    error.raw_os_error().or_else(wrapped).map(rustix::io::Errno::from_raw_os_error)
}

#[cfg(unix)]
fn is_forbidden(error: &io::Error) -> bool {
    number(error) == Some(rustix::io::Errno::PERM)
}

#[cfg(not(unix))]
fn is_forbidden(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn too_large() -> String {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Fsize);
    match (limit.current, limit.maximum) {
        (Some(_), None) => "a limit of this shell forbids larger files; run: ulimit -f unlimited".to_owned(),
        (Some(_), Some(_)) => {
            format!(
                "a limit forbids larger files; root raises it: sudo prlimit --pid {} --fsize=unlimited",
                process_id()
            )
        }
        (None, _) => "that file system takes no file of this size".to_owned(),
    }
}

#[cfg(not(unix))]
fn too_large() -> String {
    "that file system takes no file of this size".to_owned()
}

/// What to do where there is too little of what all programs share, whatever it was needed for; `None` for any other
/// error.
#[cfg(unix)]
pub(crate) fn shortage(error: &io::Error) -> Option<String> {
    use rustix::io::Errno;
    use rustix::process::{Resource, getrlimit};
    let remedy = match number(error)? {
        Errno::MFILE => {
            let limit = getrlimit(Resource::Nofile);
            if limit.current == limit.maximum {
                let pid = process_id();
                let raise = format!("sudo prlimit --pid {pid} --nofile=4096");
                return Some(format!("a limit forbids more open files; root raises it: {raise}"));
            }
            "raise the limit of open files, run: ulimit -n \"$(ulimit -H -n)\""
        }
        Errno::NFILE => "end other programs: this machine has too many open files",
        Errno::AGAIN => "end other programs: there are too many processes; for the limit, run: ulimit -u",
        Errno::NOMEM | Errno::NOBUFS => "end other programs, to free memory",
        _ => return None,
    };
    Some(remedy.to_owned())
}

#[cfg(not(unix))]
pub(crate) fn shortage(error: &io::Error) -> Option<String> {
    (error.kind() == ErrorKind::OutOfMemory).then(|| "end other programs, to free memory".to_owned())
}

/// What to do about an error that has no stable kind.
#[cfg(unix)]
fn by_number(error: &io::Error) -> Option<&'static str> {
    use rustix::io::Errno;
    Some(match number(error)? {
        Errno::LOOP => "remove the link that leads in a circle",
        Errno::IO | Errno::NXIO | Errno::NODEV => "check the disk or terminal that it is on; see dmesg",
        Errno::NOTCONN | Errno::HOSTDOWN | Errno::TIMEDOUT => "check the network file system that it is on",
        _ => return None,
    })
}

#[cfg(not(unix))]
fn by_number(_: &io::Error) -> Option<&'static str> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn an_error_that_is_wrapped_with_a_path_has_the_same_remedy() {
        for number in [Errno::MFILE, Errno::NOSPC, Errno::LOOP, Errno::PERM, Errno::ROFS] {
            let error = io::Error::from(number);
            let wrapped = io::Error::new(error.kind(), format!("{error} at path \"/x\""));
            assert_eq!(remedy(&error, None), remedy(&wrapped, None));
            assert!(remedy(&error, None).is_some(), "{error}");
        }
    }

    #[test]
    fn a_remedy_on_windows_names_nothing_that_only_unix_has() {
        let words = ["chmod", "chown", "sudo", "lsattr", "df ", "ulimit", "owner and mode", "mount", "dmesg"];
        let errors = (1..134).map(io::Error::from_raw_os_error);
        let kinds: Vec<_> = errors.filter(|error| !matches!(error.kind(), ErrorKind::StaleNetworkFileHandle)).collect();
        for path in ["/none/x", "/dev/null/x", "/x"].map(Path::new) {
            for kind in kinds.iter().map(io::Error::kind) {
                let text = remedy_on(true, &kind.into(), Some(path)).unwrap_or_default();
                let foreign = words.iter().find(|word| text.contains(**word));
                assert_eq!(foreign, None, "{kind}: {text}");
            }
        }
        let denied = remedy_on(true, &ErrorKind::PermissionDenied.into(), Some(Path::new("/x y")));
        assert_eq!(denied.unwrap(), "see who may use it, run: icacls '/x y'");
    }

    #[test]
    fn only_a_missing_right_is_a_matter_of_owners_and_modes() {
        for number in 1..134 {
            let error = io::Error::from_raw_os_error(number);
            let is_of_rights = [Errno::PERM, Errno::ACCESS].contains(&Errno::from_raw_os_error(number));
            let text = remedy(&error, Some(Path::new("/x/y"))).unwrap_or_default();
            assert_eq!(text.contains("owner and mode"), is_of_rights, "{error}: {text}");
            assert!(!shortage(&error).unwrap_or_default().contains("owner"), "{error}");
        }
    }
}
