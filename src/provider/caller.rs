//! The name that a person has as a caller. Sessions of assumed roles get it too, so that `CloudTrail` shows who it was.
//! It is asked for once in each sign-in and kept without a secret.

use std::path::PathBuf;

use sha1_smol::Sha1;

use super::Provider;
use super::wanted::Wanted;
use crate::aws_config::origin::Origin;
use crate::credentials::RoleCredentials;
use crate::error::Result;
use crate::files::folder::Privacy;
use crate::files::{atomic, read};
use crate::identity_center::{StsError, StsPlace, StsRefusal};
use crate::role::Hop;

/// The name where STS does not say whose the credentials are.
const UNNAMED: &str = "aws-sso";

/// More characters than a session's name has.
const LONGEST: usize = 64;

impl Provider<'_> {
    /// The name for a session: the one that the session before it has, whose credentials are `base`.
    pub(super) fn caller(
        &self,
        base: &RoleCredentials,
        place: &StsPlace,
        before: Wanted<'_>,
    ) -> Result<String, StsError> {
        // A new sign-in may be another person's.
        let of_keys = || match self.session.directory().origin() {
            Origin::Keys(profile) => Some(self.key_mark(profile)?.to_string()),
            _ => None,
        };
        let mark = self.session.mark().or_else(of_keys).unwrap_or_else(|| base.access_key_id.clone());
        let path = self.caller_file(before);
        let kept = read::spare(&path).and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((_, name)) = kept.as_deref().and_then(|kept| kept.split_once('\n')).filter(|(of, _)| *of == mark) {
            return Ok(session_name(name));
        }
        let service = self.session.client().service();
        let arn = match self.session.block_on(async { Ok(service.caller(place, base).await) })? {
            Ok(arn) => arn,
            Err(StsError::Refused(StsRefusal::Denied(_))) => return Ok(UNNAMED.to_owned()),
            Err(error) => return Err(error),
        };
        let name = session_name(arn.rsplit(['/', ':']).next().unwrap_or_default());
        if let Err(error) = atomic::write(&path, format!("{mark}\n{name}").as_bytes(), Privacy::Cache) {
            tracing::debug!("{error}; the name of the caller is not kept");
        }
        Ok(name)
    }

    /// A role in between may have a name of its own for its session.
    fn caller_file(&self, before: Wanted<'_>) -> PathBuf {
        let directory = self.session.directory();
        let base = match directory.origin() {
            Origin::Keys(profile) => format!("keys {profile}"),
            _ => directory.token_key().to_owned(),
        };
        let name = |hop: &Hop| hop.session_name.as_ref().map(|name| format!("\n{name}")).unwrap_or_default();
        let names: String = before.chain.iter().map(name).collect();
        self.session.paths().history.join(format!("caller-{}", Sha1::from(base + &names).digest()))
    }
}

/// The text as STS takes the name of a session.
fn session_name(text: &str) -> String {
    let is_legal = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    let name: String = text.chars().map(|letter| if is_legal(letter) { letter } else { '-' }).take(LONGEST).collect();
    if name.len() < 2 { UNNAMED.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_session_has_the_characters_that_sts_takes() {
        let long = "x".repeat(70);
        let cases = [
            ("ada@example.com", "ada@example.com"),
            ("Ada Lovelace", "Ada-Lovelace"),
            ("é", UNNAMED),
            ("", UNNAMED),
            (long.as_str(), &long[..LONGEST]),
        ];
        for (text, expected) in cases {
            assert_eq!(session_name(text), expected, "{text}");
        }
    }
}
