//! Programs that have a file open for writing: what they write after it was replaced goes into the old file.

use std::fs::File;
#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

/// Nearly all programs close the file in less than that: also those that cannot be seen, of another user, say, or in
/// another container.
const MOMENT: Duration = Duration::from_millis(20);

/// Waits until no program that this user can see has the file open for writing. Returns the first that does not close
/// it in time.
#[cfg(target_os = "linux")]
pub(super) fn wait_for(file: Option<&File>) -> Option<String> {
    use std::time::Instant;

    /// An editor or a redirection of a shell may take longer.
    const PATIENCE: Duration = Duration::from_secs(3);

    let start = Instant::now();
    sleep(MOMENT);
    let sought = Sought::new(file?)?;
    while let Some(open) = sought.descriptor() {
        while sought.is_written_by(&open) {
            if start.elapsed() > PATIENCE {
                return Some(program(&open));
            }
            sleep(Duration::from_millis(1));
        }
    }
    None
}

/// Where the system does not tell, it is a matter of time.
#[cfg(not(target_os = "linux"))]
pub(super) fn wait_for(_: Option<&File>) -> Option<String> {
    sleep(MOMENT);
    None
}

/// A file as the system knows it, whatever path a program has opened: another name, another mount.
#[cfg(target_os = "linux")]
struct Sought {
    inode: Option<String>,
    name: PathBuf,
    device: (u64, u64),
}

#[cfg(target_os = "linux")]
impl Sought {
    /// `None` where the system does not tell.
    fn new(file: &File) -> Option<Self> {
        use std::os::fd::AsRawFd as _;
        let own = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        Some(Self { inode: inode(&own), name: std::fs::read_link(&own).ok()?, device: device(&own)? })
    }

    /// A descriptor, `/proc/PID/fd/NUMBER`, by which a process can write to the file.
    fn descriptor(&self) -> Option<PathBuf> {
        let listed =
            |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let processes = listed(Path::new("/proc")).filter(|process| {
            process.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit))
        });
        let mut descriptors = processes.flat_map(|process| listed(&process.join("fd")));
        descriptors.find(|descriptor| self.is_written_by(descriptor))
    }

    /// The link's own mode says how the file is open. Asking for the file's would wait for a file server that is down,
    /// so only one with the same inode number, or the same name where the system does not tell that, is asked.
    fn is_written_by(&self, descriptor: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let is_open_for_writing = || std::fs::symlink_metadata(descriptor).is_ok_and(|link| link.mode() & 0o200 != 0);
        let may_be = |file: PathBuf| match (&self.inode, inode(descriptor)) {
            (Some(own), Some(other)) => *own == other,
            _ => file.file_name() == self.name.file_name(),
        };
        is_open_for_writing()
            && std::fs::read_link(descriptor).is_ok_and(|file| file.is_absolute() && may_be(file))
            && device(descriptor) == Some(self.device)
    }
}

/// The inode number of an open file, which no file server is asked for.
#[cfg(target_os = "linux")]
fn inode(descriptor: &Path) -> Option<String> {
    let folder = descriptor.parent()?.with_file_name("fdinfo");
    let text = std::fs::read_to_string(folder.join(descriptor.file_name()?)).ok()?;
    text.lines().find_map(|line| line.strip_prefix("ino:")).map(|inode| inode.trim().to_owned())
}

/// The device of an open file, and its inode number there.
#[cfg(target_os = "linux")]
fn device(descriptor: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(descriptor).ok()?;
    Some((metadata.dev(), metadata.ino()))
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
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["file", "link"].map(|name| folder.path().join(name));
        std::fs::write(&path, "").unwrap();
        std::fs::hard_link(&path, &link).unwrap();
        let reader = File::open(&path).unwrap();
        for name in [&path, &link] {
            let writer = File::options().append(true).open(name).unwrap();
            let keeper = wait_for(Some(&reader)).unwrap();
            assert!(keeper.ends_with(&format!(" (process {})", std::process::id())), "{keeper}");
            drop(writer);
        }
        let other = File::create(folder.path().join("other")).unwrap();
        assert_eq!(wait_for(Some(&reader)), None);
        drop(other);
    }
}
