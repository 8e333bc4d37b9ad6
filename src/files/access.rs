//! Who may read a file that is replaced: its owner, its mode and its access control list stay.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::folder::Privacy;
use super::unreadable::quoted;

/// A new file beside the one that it is to replace: for this user alone, or for those whom the umask lets in.
#[cfg(unix)]
pub(crate) fn temporary(builder: &mut Builder<'_, '_>, folder: &Path, is_public: bool) -> io::Result<NamedTempFile> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(Permissions::from_mode(if is_public { 0o666 } else { 0o600 })).tempfile_in(folder)
}

/// A new file beside the one that it is to replace: for this user alone, or for those whom its folder lets in.
#[cfg(windows)]
pub(crate) fn temporary(builder: &mut Builder<'_, '_>, folder: &Path, is_public: bool) -> io::Result<NamedTempFile> {
    // The crate would mark it as temporary, and backups leave such files out.
    let create = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    builder.make_in(folder, if is_public { create } else { crate::windows::security::create_file })
}

/// Gives a new file to those who have the file that it replaces; one of a cache, to its owner alone.
///
/// What cannot be kept is taken away from the group: it would give the file to others than the old one did.
#[cfg(unix)]
pub(super) fn keep(old: &Path, existing: &Metadata, new: &File, privacy: Privacy) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let (user, group) = (existing.uid(), existing.gid());
    let is_cache = privacy == Privacy::Cache;
    let is_kept = !is_cache || super::ownership::is_ours(user);
    if is_kept && !has_owner(new, user, group) && fchown(new, Some(user), Some(group)).is_err() {
        // Only root gives files away, but a user may choose among their groups.
        let _ = fchown(new, None, Some(group));
    }
    if is_cache {
        list::remove(new);
        return Ok(());
    }
    let has_list = list::copy(old, new);
    let has_group = new.metadata()?.gid() == group;
    let mode = existing.mode() & 0o7777;
    let is_same = has_group && has_list.is_ok();
    // What everybody may do, the group may too.
    let of_group = if is_same { 0o070 } else { (mode & 0o007) << 3 };
    new.set_permissions(Permissions::from_mode(mode & (0o7707 | of_group)))
}

/// Gives a new file that replaces none, under `sudo` with HOME kept, to the owner of its folder. A list that a secret
/// has inherited from its folder is removed.
#[cfg(unix)]
pub(super) fn begin(folder: &Path, new: &File, privacy: Privacy) {
    use std::os::unix::fs::fchown;

    if privacy != Privacy::Shared {
        list::remove(new);
    }
    if let Some((user, group)) = super::ownership::heir(folder) {
        let _ = fchown(new, Some(user), Some(group));
    }
}

#[cfg(unix)]
fn has_owner(file: &File, user: u32, group: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|file| (file.uid(), file.gid()) == (user, group))
}

/// Who can read or change a file beside its owner, by its mode; on Windows, by its access control list.
pub(crate) fn others(file: &Path) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let mode = std::fs::metadata(file).map_or(0, |metadata| metadata.mode());
        match mode & 0o077 {
            0 => None,
            open if open & 0o007 != 0 => Some("other users"),
            // The bits of the group are then the most that the list allows.
            _ if list::is_on(file) => Some("those on its access control list"),
            _ => Some("its group"),
        }
    }
    #[cfg(windows)]
    {
        super::access_lists::of_file(file).ok()?.map(|_| "other users")
    }
}

/// The command that takes a file from those others.
pub(crate) fn removal(file: &Path) -> String {
    #[cfg(unix)]
    {
        format!("chmod 600 {}", quoted(file))
    }
    #[cfg(windows)]
    {
        let others = super::access_lists::of_file(file).ok().flatten();
        others.map_or_else(|| format!("icacls {}", quoted(file)), |others| others.removal(file))
    }
}

/// Gives a new file to those who have the file that it replaces; one of a cache, to its owner alone, who has it so far.
#[cfg(windows)]
pub(super) fn keep(old: &Path, existing: &Metadata, new: &File, privacy: Privacy) -> io::Result<()> {
    if privacy == Privacy::Cache {
        return Ok(());
    }
    if let Err(error) = crate::windows::security::copy(old, new) {
        tracing::debug!("the access control list of {} is not kept: {error}", old.display());
    }
    new.set_permissions(existing.permissions())
}

#[cfg(windows)]
pub(super) fn begin(_: &Path, _: &File, _: Privacy) {}

/// POSIX access control lists, and the attributes that users and their programs give to files.
#[cfg(target_os = "linux")]
mod list {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr, getxattr, listxattr};
    use rustix::io::Errno;

    const LIST: &str = "system.posix_acl_access";

    /// Most lists and attributes are much shorter, and no attribute is longer.
    const LONGEST: usize = 64 << 10;

    /// Copies the list, or removes the one that the new file has inherited where the old file has none.
    pub(super) fn copy(old: &Path, new: &File) -> io::Result<()> {
        copy_attributes(old, new);
        match value(old, LIST)? {
            Some(list) => Ok(fsetxattr(new, LIST, &list, XattrFlags::empty())?),
            None => removed(new),
        }
    }

    pub(super) fn is_on(file: &Path) -> bool {
        value(file, LIST).is_ok_and(|list| list.is_some())
    }

    pub(super) fn remove(new: &File) {
        if let Err(error) = removed(new) {
            tracing::debug!("the access control list of a new file stays: {error}");
        }
    }

    fn removed(new: &File) -> io::Result<()> {
        match fremovexattr(new, LIST) {
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn value(file: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; LONGEST];
        match getxattr(file, name, &mut bytes) {
            Ok(length) => {
                bytes.truncate(length);
                Ok(Some(bytes))
            }
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The system gives a new file the others that it needs.
    fn copy_attributes(old: &Path, new: &File) {
        let mut names = vec![0; LONGEST];
        let length = listxattr(old, &mut names).unwrap_or_default();
        let names = names[..length].split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
        for name in names.filter(|name| name.starts_with("user.")) {
            if let Ok(Some(bytes)) = value(old, name) {
                let _ = fsetxattr(new, name, &bytes, XattrFlags::empty());
            }
        }
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod list {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn copy(_: &Path, _: &File) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn is_on(_: &Path) -> bool {
        false
    }

    pub(super) fn remove(_: &File) {}
}
