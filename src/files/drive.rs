//! Drives of Windows, as a Linux under WSL has them below `/mnt`.

use std::fs;
use std::path::{Path, PathBuf};

/// The drive on which a file or folder is, or will be once it is created.
pub(crate) fn of(path: &Path) -> Option<PathBuf> {
    let mounts = String::from_utf8_lossy(&fs::read("/proc/self/mountinfo").ok()?).into_owned();
    let real = path.ancestors().find_map(|path| path.canonicalize().ok())?;
    within(&mounts, &real)
}

/// The mount of such a drive, if the path is in none that is mounted below it, or over it.
fn within(mounts: &str, path: &Path) -> Option<PathBuf> {
    let mounts = mounts.lines().filter_map(Mount::read);
    let mount = mounts.filter(|mount| path.starts_with(&mount.place)).max_by_key(|mount| mount.place.as_os_str().len());
    mount.filter(|mount| mount.is_drive).map(|mount| mount.place)
}

struct Mount {
    place: PathBuf,
    is_drive: bool,
}

impl Mount {
    /// A line such as `75 64 0:40 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs;path=C:\;uid=1000`.
    fn read(line: &str) -> Option<Self> {
        let (mount, system) = line.split_once(" - ")?;
        let place = PathBuf::from(unescaped(mount.split(' ').nth(4)?));
        let mut system = system.split(' ');
        let (kind, source, options) = (system.next()?, system.next()?, system.next().unwrap_or_default());
        // The first version of WSL has a file system of its own; the second has 9p, or virtiofs with a name like a tag.
        let is_letter = matches!(source.as_bytes(), [letter, b':', rest @ ..]
            if letter.is_ascii_alphabetic() && matches!(rest, b"" | b"\\134" | b"/"));
        let is_drive = kind == "drvfs" || source.starts_with("drvfs") || options.contains("aname=drvfs") || is_letter;
        Some(Self { place, is_drive })
    }
}

/// The kernel writes blanks and backslashes as their octal numbers.
fn unescaped(text: &str) -> String {
    ["\\040", "\\011", "\\012", "\\134"]
        .into_iter()
        .zip([" ", "\t", "\n", "\\"])
        .fold(text.to_owned(), |text, (number, letter)| text.replace(number, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_of_windows_are_known_in_each_version_of_wsl() {
        let second = "\
64 61 8:48 / / rw,relatime - ext4 /dev/sdd rw,discard
70 64 0:33 / /mnt/wslg rw,relatime - tmpfs none rw
75 64 0:40 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\;uid=1000;symlinkroot=/mnt/,trans=fd
76 64 0:41 / /mnt/my\\040disk rw,noatime - 9p D: rw,trans=fd
77 75 0:42 / /mnt/c/linux rw - tmpfs none rw
78 64 0:43 / /mnt/other rw - 9p host_share rw,trans=virtio
79 64 0:44 / /mnt/e rw,noatime - virtiofs drvfsCE rw
80 79 0:45 / /mnt/e rw - tmpfs none rw
";
        let first = "\
3 2 0:2 / / rw,noatime - wslfs rootfs rw
9 3 0:12 / /mnt/c rw,noatime - drvfs C: rw,uid=1000,case=off
";
        let cases = [
            (second, "/home/u/.aws", None),
            (second, "/mnt/c/Users/u/.aws", Some("/mnt/c")),
            (second, "/mnt/cc/x", None),
            (second, "/mnt/c/linux/x", None),
            (second, "/mnt/my disk/.aws", Some("/mnt/my disk")),
            (second, "/mnt/other/.aws", None),
            (second, "/mnt/e/.aws", None),
            (first, "/home/u/.aws", None),
            (first, "/mnt/c/Users/u/.aws", Some("/mnt/c")),
        ];
        for (mounts, path, expected) in cases {
            assert_eq!(within(mounts, Path::new(path)), expected.map(PathBuf::from), "{path}");
        }
        let virtiofs = "79 64 0:44 / /mnt/e rw,noatime - virtiofs drvfsCE rw";
        assert_eq!(within(virtiofs, Path::new("/mnt/e/x")), Some("/mnt/e".into()));
    }
}
