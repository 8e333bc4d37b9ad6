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
    let mounts: Vec<_> = mounts.lines().filter_map(Mount::read).collect();
    // As the kernel goes: from the root into what is mounted there first on the way. What is mounted deeper on the same
    // one is hidden by that.
    let mut last: Option<&Mount> = None;
    for _ in &mounts {
        let is_next = |mount: &&Mount| match last {
            None => mounts.iter().all(|other| other.id != mount.parent || other.id == mount.id),
            Some(last) => mount.parent == last.id && mount.id != last.id,
        };
        let next = mounts.iter().filter(is_next).filter(|mount| path.starts_with(&mount.place));
        let Some(next) = next.min_by_key(|mount| mount.place.as_os_str().len()) else { break };
        last = Some(next);
    }
    last.filter(|mount| mount.is_drive).map(|mount| mount.place.clone())
}

struct Mount {
    id: u32,
    parent: u32,
    place: PathBuf,
    is_drive: bool,
}

impl Mount {
    /// A line such as `75 64 0:40 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs;path=C:\;uid=1000`.
    fn read(line: &str) -> Option<Self> {
        let (mount, system) = line.split_once(" - ")?;
        let mut mount = mount.split(' ');
        let (id, parent) = (mount.next()?.parse().ok()?, mount.next()?.parse().ok()?);
        let place = PathBuf::from(unescaped(mount.nth(2)?));
        let mut system = system.split(' ');
        let (kind, source, options) = (system.next()?, system.next()?, system.next().unwrap_or_default());
        let is_drive = match kind {
            // The first version of WSL has a file system of its own.
            "drvfs" => true,
            // The second says so to its server: without that, `C:` is any name.
            "9p" => options.split([',', ';']).any(|option| option == "aname=drvfs"),
            // Or has a name like a tag.
            "virtiofs" => source.starts_with("drvfs") || is_letter(source),
            _ => false,
        };
        Some(Self { id, parent, place, is_drive })
    }
}

/// Whether this names a drive, such as `C:\`.
fn is_letter(source: &str) -> bool {
    matches!(source.as_bytes(), [letter, b':', rest @ ..]
        if letter.is_ascii_alphabetic() && matches!(rest, b"" | b"\\134" | b"/"))
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
76 64 0:41 / /mnt/my\\040disk rw,noatime - 9p D: rw,aname=drvfs;path=D:;metadata,trans=fd
77 75 0:42 / /mnt/c/linux rw - tmpfs none rw
78 64 0:43 / /mnt/other rw - 9p host_share rw,trans=virtio
79 64 0:44 / /mnt/e rw,noatime - virtiofs drvfsCE rw
80 79 0:45 / /mnt/e rw - tmpfs none rw
81 64 0:46 / /mnt/nfs rw,relatime - nfs4 C: rw,addr=10.0.0.1
82 64 0:47 / /mnt/bind rw - ext4 C:\\134 rw
83 64 0:48 / /mnt/vm rw - 9p C: rw,trans=virtio,aname=drvfsx
84 64 0:49 / /mnt/shared rw - virtiofs host rw
85 64 0:50 / /drives/f rw - 9p F:\\134 rw,aname=drvfs;path=F:\\
86 64 0:51 / /drives rw - tmpfs none rw
87 64 0:52 / /media rw - tmpfs none rw
88 87 0:53 / /media/g rw - 9p G:\\134 rw,aname=drvfs;path=G:\\
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
            (second, "/mnt/nfs/.aws", None),
            (second, "/mnt/bind/.aws", None),
            (second, "/mnt/vm/.aws", None),
            (second, "/mnt/shared/.aws", None),
            // Hidden by what was mounted over its folder later, and mounted in such a folder.
            (second, "/drives/f/.aws", None),
            (second, "/media/g/.aws", Some("/media/g")),
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
