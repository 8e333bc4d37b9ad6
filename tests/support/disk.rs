//! File systems that cannot be written to: full, without inodes, read-only.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::skip;

/// Makes writing to a file fail as it does on a full disk. The signal that would end the program is ignored.
pub const FULL: [&str; 4] = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"];

/// A file system that is mounted on a folder, until this is dropped.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// A small one. `None` if this user may not mount a file system.
    #[track_caller]
    pub fn on(folder: PathBuf, limit: &str) -> Option<Self> {
        let options = format!("{limit},mode=700");
        Self::mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], folder)
    }

    /// The folder itself, read-only.
    #[track_caller]
    pub fn read_only(folder: &Path) -> Option<Self> {
        let disk = Self::mount(&["--bind", folder.to_str().unwrap()], folder.to_owned())?;
        let _read_only = Self::run(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(folder));
        Some(disk)
    }

    /// A file that is a mount, as those that a container gets from its host.
    #[track_caller]
    pub fn bound(file: &Path) -> Option<Self> {
        Self::mount(&["--bind", file.to_str().unwrap()], file.to_owned())
    }

    fn mount(options: &[&str], folder: PathBuf) -> Option<Self> {
        if !Self::run(Command::new("mount").args(options).arg(&folder)) {
            skip("this user may not mount a file system: none that is full or read-only is tested");
            return None;
        }
        Some(Self { folder })
    }

    fn run(command: &mut Command) -> bool {
        command.output().is_ok_and(|output| output.status.success())
    }

    /// Uses up all space, or the largest number of files.
    pub fn fill(&self, limit: &str) {
        if limit.starts_with("size=") {
            let mut file = File::create(self.folder.join("filler")).unwrap();
            while file.write_all(&[0; 4096]).is_ok() {}
        } else {
            let most = 1000;
            let refused = |number| File::create(self.folder.join(format!("filler-{number}"))).is_err();
            assert!((0..most).any(refused), "{limit} is no limit");
        }
    }

    /// Gives the space back.
    pub fn empty(&self) {
        let fillers = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        for filler in fillers.filter(|path| is_filler(path)) {
            fs::remove_file(filler).unwrap();
        }
    }
}

fn is_filler(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("filler"))
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}
