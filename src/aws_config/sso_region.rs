//! Changes the `sso_region` of an Identity Center in the AWS config.

use std::time::Duration;

use super::directory::Directory;
use super::document::Document;
use super::line::Header;
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::files::folder::Privacy;
use crate::files::{edit, encoding, lock};
use crate::partition::Region;
use crate::programs::uninterrupted;

/// How long to wait for another process to write the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Writes it. The rest of the file stays as it is.
pub(crate) fn write(directory: &Directory, region: &Region) -> Result<()> {
    let path = environment::config_file()?;
    let _lock = lock::take(&environment::lock_folder()?, "config", PATIENCE, |_| {})?;
    let header = match &directory.session {
        Some(session) => Header::sso_session(session),
        None => Header::profile(&directory.name),
    };
    let _uninterrupted = uninterrupted::begin();
    let edited = edit::edit(&path, Privacy::Secret, |before| {
        encoding::check(&path, before)?;
        let mut document = Document::parse(before);
        if !document.has(&header) {
            return Err(Error::failed(format!("{} has changed", shown(&path))));
        }
        document.set(&header, "sso_region", region)?;
        Ok((document.to_bytes(), ()))
    });
    edited.map(drop)
}
