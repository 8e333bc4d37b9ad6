//! The server's token in a file, for clients that read it from nowhere else.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::files::folder::{self, Unusable};
use crate::files::{access, advisory, open};
use crate::secret::Secret;

const PREFIX: &str = "token-";

/// A file that only this user can read. It is removed when this is dropped.
///
/// The server locks it. So a file whose server was killed is recognised, and removed by the next server.
#[derive(Debug)]
pub(crate) struct TokenFile(NamedTempFile);

impl TokenFile {
    pub(crate) fn create(token: &Secret) -> Result<Self> {
        Self::create_in(&environment::server_folder()?, token)
    }

    fn create_in(folder: &Path, token: &Secret) -> Result<Self> {
        let write = || {
            folder::private(folder).map_err(|unusable| match unusable {
                Unusable::Failed(error) => error,
                Unusable::Flawed(folder, flaw) => io::Error::other(folder::warning(&folder, flaw, "")),
            })?;
            sweep(folder);
            let mut file = access::temporary(tempfile::Builder::new().prefix(PREFIX), folder, false)?;
            // Some file systems have no locks: then a file stays if its server is killed.
            let _ = advisory::try_lock(file.as_file());
            file.write_all(token.expose().as_bytes())?;
            Ok(Self(file))
        };
        write().map_err(|error: io::Error| {
            Error::failed(format!("cannot write the server's token below {}: {}", folder.display(), reason(&error)))
                .with_any_remedy(system::remedy(&error, Some(folder)))
                .with_source(error)
        })
    }

    /// The value of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Removes the files whose servers have been killed.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // A server that has created its file, and not yet written to it, may not have locked it either.
        let is_written = entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
        if is_ours
            && is_written
            && open::own_to_read(&entry.path()).is_ok_and(|(file, _)| advisory::try_lock(&file).is_ok())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_ends_with_its_server_and_what_a_killed_one_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let servers = folder.path().join("servers");
        let create = || TokenFile::create_in(&servers, &"s3cret".into()).unwrap();
        let (first, second) = (create(), create());
        let killed = servers.join("token-killed");
        fs::write(&killed, "old").unwrap();
        fs::write(servers.join("other"), "mine").unwrap();
        let third = create();
        assert!(!killed.exists() && servers.join("other").exists());
        for file in [first, second, third] {
            assert_eq!(fs::read_to_string(file.path()).unwrap(), "s3cret", "without a line feed, as clients send it");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
            }
            let path = file.path().to_owned();
            drop(file);
            assert!(!path.exists());
        }
    }
}
