//! Writes the default credentials in `~/.aws/credentials`.

use std::path::Path;
use std::time::Duration;

use super::document::Document;
use super::line::Header;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::Result;
use crate::files::folder::Privacy;
use crate::files::{access, edit, encoding, lock, read};
use crate::programs::uninterrupted;
use crate::terminal;

/// How long to wait for another process to write the file. It never holds the lock while it waits for its user.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes these the credentials of `[default]`. The rest of the file stays as it is.
pub fn write_default(path: &Path, credentials: &RoleCredentials) -> Result<()> {
    let _lock = lock::take(&environment::lock_folder()?, "credentials-file", PATIENCE, |_| {})?;
    write_unlocked(path, credentials)?;
    if let Some(who) = access::others(path) {
        let (shown, removal) = (path.display(), access::removal(path));
        terminal::warn(&format!("{who} can read {shown}, which has keys; to fix that, run: {removal}"));
    }
    Ok(())
}

/// Removes the keys of `[default]` if its access key id `is_ours`; returns whether it was. The rest of the file stays
/// as it is.
pub fn remove_default(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<bool> {
    let _lock = lock::take(&environment::lock_folder()?, "credentials-file", PATIENCE, |_| {})?;
    if read::whole(path)?.is_none() {
        return Ok(false);
    }
    let edit = |before: &[u8]| {
        let mut document = Document::parse(before);
        let are_ours = document.get(&Header::DEFAULT, KEYS[0]).is_some_and(|id| is_ours(&id));
        if are_ours {
            for key in KEYS {
                document.remove_key(&Header::DEFAULT, key);
            }
        }
        Ok((document.to_bytes(), are_ours))
    };
    let _uninterrupted = uninterrupted::begin();
    edit::edit(path, Privacy::Secret, edit).map(|edited| edited.outcome)
}

/// The keys that are written. boto3 and the AWS CLI send the last one, if it is there, in place of the one before it.
const KEYS: [&str; 4] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"];

/// The file's content with these as the credentials of `[default]`. Nothing is written.
pub fn planned(path: &Path, credentials: &RoleCredentials) -> Result<Vec<u8>> {
    let file = read::whole(path)?.unwrap_or_default();
    encoding::check(path, &file)?;
    with_default(&file, credentials)
}

fn write_unlocked(path: &Path, credentials: &RoleCredentials) -> Result<()> {
    change(path, |before| with_default(before, credentials))
}

/// Programs that do not know the lock write this file too: what they write meanwhile stays.
fn change(path: &Path, mut changed: impl FnMut(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let edit = |before: &[u8]| {
        encoding::check(path, before)?;
        Ok((changed(before)?, ()))
    };
    let _uninterrupted = uninterrupted::begin();
    edit::edit(path, Privacy::Secret, edit).map(drop)
}

fn with_default(file: &[u8], credentials: &RoleCredentials) -> Result<Vec<u8>> {
    let mut document = Document::parse(file);
    let token = credentials.session_token.expose();
    let values = [credentials.access_key_id.as_str(), credentials.secret_access_key.expose(), token, token];
    let has_old_token = document.get(&Header::DEFAULT, KEYS[3]).is_some();
    for (key, value) in KEYS.into_iter().zip(values).take(if has_old_token { 4 } else { 3 }) {
        document.set(&Header::DEFAULT, key, value)?;
    }
    Ok(document.to_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::secret::Secret;

    fn credentials() -> RoleCredentials {
        RoleCredentials {
            access_key_id: "ASIANEW".to_owned(),
            secret_access_key: Secret::from("new/secret+key="),
            session_token: Secret::from("new/token=="),
            expiration: "2026-11-22T23:02:02Z".parse().unwrap(),
            account_id: "123456789012".to_owned(),
        }
    }

    #[test]
    fn only_the_three_keys_of_default_change() {
        let cases: [(&[u8], &[u8]); 4] = [
            (
                b"",
                b"[default]\naws_access_key_id = ASIANEW\naws_secret_access_key = new/secret+key=\n\
                  aws_session_token = new/token==\n",
            ),
            (
                b"\xEF\xBB\xBF# mine\r\n[work]\r\naws_access_key_id=AKIA\r\n\r\n[default]\r\nregion = \xFF\r\n\
                  aws_secret_access_key=old ; x\r\naws_access_key_id  =old\r\ncolour\r\n; end\r\n\
                  [profile default]\r\nx = 1",
                b"\xEF\xBB\xBF# mine\r\n[work]\r\naws_access_key_id=AKIA\r\n\r\n[default]\r\nregion = \xFF\r\n\
                  aws_secret_access_key=new/secret+key=\r\naws_access_key_id  =ASIANEW\r\ncolour\r\n\
                  aws_session_token = new/token==\r\n; end\r\n[profile default]\r\nx = 1",
            ),
            (
                b"[work]\naws_access_key_id = AKIA",
                b"[work]\naws_access_key_id = AKIA\n\n[default]\naws_access_key_id = ASIANEW\n\
                  aws_secret_access_key = new/secret+key=\naws_session_token = new/token==\n",
            ),
            (
                b"[default]\naws_session_token = a\naws_session_token = b\naws_access_key_id = c\n\
                  aws_secret_access_key = d\n",
                b"[default]\naws_session_token = a\naws_session_token = new/token==\naws_access_key_id = ASIANEW\n\
                  aws_secret_access_key = new/secret+key=\n",
            ),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        for (before, after) in cases {
            fs::write(&path, before).unwrap();
            for _ in 0..2 {
                write_unlocked(&path, &credentials()).unwrap();
                let found = fs::read(&path).unwrap();
                assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(after));
                assert_eq!(found, after);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_private_and_an_existing_one_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".aws/credentials");
        write_unlocked(&path, &credentials()).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::write(&path, "[default]\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_unlocked(&path, &credentials()).unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn an_unwritable_value_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        fs::write(&path, "[default]\n").unwrap();
        let hostile = RoleCredentials { session_token: Secret::from("x\n[evil]"), ..credentials() };
        let error = write_unlocked(&path, &hostile).unwrap_err();
        assert!(!error.report().contains("evil"), "{}", error.report());
        assert_eq!(fs::read(&path).unwrap(), b"[default]\n");
    }

    #[test]
    fn what_another_program_writes_between_reading_and_writing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        fs::write(&path, "[old]\n").unwrap();
        let mut is_first = true;
        change(&path, |before| {
            if std::mem::take(&mut is_first) {
                fs::write(&path, "[work]\naws_access_key_id = AKIA\n").unwrap();
            }
            with_default(before, &credentials())
        })
        .unwrap();
        let found = fs::read_to_string(&path).unwrap();
        assert!(found.starts_with("[work]\naws_access_key_id = AKIA\n\n[default]\n"), "{found}");
    }
}
