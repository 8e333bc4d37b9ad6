//! Programs that have a file open for writing: what they write after it was replaced goes into the old file.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How long a program that opened the file just before may take to be seen with it.
const MOMENT: Duration = Duration::from_millis(1);

/// Waits until no program that this user can see has the file open for writing. Returns the first that does not close
/// it in time.
#[cfg(target_os = "linux")]
pub(super) fn wait_for(path: &Path) -> Option<String> {
    use std::time::Instant;

    /// Nearly all programs close the file in less than a millisecond. An editor or a redirection of a shell may not.
    const PATIENCE: Duration = Duration::from_secs(3);

    let start = Instant::now();
    sleep(MOMENT);
    while let Some(open) = descriptor(path) {
        while is_for_writing(&open, path) {
            if start.elapsed() > PATIENCE {
                return Some(program(&open));
            }
            sleep(MOMENT);
        }
    }
    None
}

/// Where the system does not tell, it is a matter of time.
#[cfg(not(target_os = "linux"))]
pub(super) fn wait_for(_: &Path) -> Option<String> {
    sleep(20 * MOMENT);
    None
}

/// A descriptor, `/proc/PID/fd/NUMBER`, by which a process can write to the file.
#[cfg(target_os = "linux")]
fn descriptor(path: &Path) -> Option<std::path::PathBuf> {
    let listed = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let processes = listed(Path::new("/proc")).filter(|process| {
        process.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit))
    });
    let mut descriptors = processes.flat_map(|process| listed(&process.join("fd")));
    descriptors.find(|descriptor| is_for_writing(descriptor, path))
}

/// The link's own mode says how the file is open. Asking for the file's would wait for a file server that is down.
#[cfg(target_os = "linux")]
fn is_for_writing(descriptor: &Path, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::read_link(descriptor).is_ok_and(|file| file == path)
        && std::fs::symlink_metadata(descriptor).is_ok_and(|link| link.mode() & 0o200 != 0)
}

#[cfg(target_os = "linux")]
fn program(descriptor: &Path) -> String {
    let process = descriptor.ancestors().nth(2).unwrap_or(descriptor);
    let name = std::fs::read_to_string(process.join("comm")).unwrap_or_default();
    let id = process.file_name().unwrap_or_default().to_string_lossy();
    format!("{} (process {id})", name.trim_end())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_program_that_keeps_a_file_open_for_writing_is_named_and_one_that_reads_it_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let keeper = wait_for(file.path()).unwrap();
        assert!(keeper.ends_with(&format!(" (process {})", std::process::id())), "{keeper}");
        let path = file.into_temp_path();
        let reader = File::open(&path).unwrap();
        assert_eq!(wait_for(&path), None);
        drop(reader);
    }
}
