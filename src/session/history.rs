//! When people signed in, and when the service refused to renew a sign-in: that is how this tool learns how long
//! sessions last, since no API says it. The file holds times, and no secret: of a token it has only SHA-256, from which
//! nobody can find so long a random text.
//!
//! What is known about the service, and what follows from it:
//!
//! - An administrator sets how long a session lasts; it begins when a person signs in. From its end on, a refresh token
//!   is refused (`invalid_grant`). So a refusal shows that the session has ended by then, and the token that is refused
//!   shows when it was still active: when the service issued it. The end is somewhere in between.
//! - Where the machine slept or nobody used a role, that is too long to mean anything, so such an end is not counted.
//! - A sign-in while a session is active uses that session again, and inherits its end. So the first sign-in of a
//!   session counts, and a sign-in after which no end was seen begins a new session only if the one before must have
//!   ended. What such a doubtful session lasted is not counted either.
//! - `logout` ends a session early; the sign-in after it begins a new one. An administrator who revokes sessions, or
//!   another tool that signs in or out, looks like an end. Such an end disagrees with the others.
//! - Another tool may sign in, too. A token that no sign-in or renewal of this tool gave may be of another session, of
//!   which nothing is known.
//! - Another tool may use a refresh token up. Then the refusal is no end: the token that it got proves that.
//!
//! `session_end` makes a claim only if at least two ends agree, and more than half of the latest.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use crate::aws_cache::token::Token;
use crate::aws_config::directory::Directory;
use crate::files::folder::Privacy;
use crate::files::{atomic, read};

/// How many sign-ins are kept.
const MOST: usize = 20;

/// The latest time that is believed: the end of the year 9999.
const LATEST_TIME: i64 = 253_402_300_799;

/// The sign-ins to one Identity Center, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct History {
    pub(super) start_url: String,
    pub(super) sign_ins: Vec<SignIn>,
    /// The last refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

/// That the service did not renew a token, whichever tool had signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refusal {
    marks: Vec<String>,
    /// Whether it did not accept the token itself either.
    pub(super) is_rejected: bool,
}

/// A sign-in of a person. All times are in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignIn {
    pub(super) at: i64,
    /// How long each of its tokens lasts.
    pub(super) token_seconds: i64,
    /// Whether a token of it can be renewed; if not, its end is the session's.
    pub(super) renewable: bool,
    /// The SHA-256 of its latest access token and refresh token, by which the stored token is known as one of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<End>,
}

/// How a session ended, as far as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum End {
    /// By `logout`.
    SignedOut { at: i64 },
    /// By itself, between the time when the last token was issued and the refusal.
    Refused { active_until: i64, at: i64 },
}

impl History {
    /// Where the history of an Identity Center is kept.
    pub(super) fn path(folder: &Path, directory: &Directory) -> PathBuf {
        folder.join(format!("sign-ins-{}.json", Sha1::from(directory.token_key()).digest()))
    }

    /// What was learned so far. A file that is no history counts as none: it is only worth a forecast.
    pub(super) fn read(folder: &Path, directory: &Directory) -> Self {
        let bytes = read::spare(&Self::path(folder, directory)).unwrap_or_default();
        let known: Option<Self> = serde_json::from_slice(&bytes).ok();
        // If the start URL was edited, the sessions were those of another Identity Center.
        let known = known.filter(|history| directory.has_start_url(&history.start_url));
        let mut known = known.unwrap_or_else(|| Self { start_url: directory.start_url.clone(), ..Self::default() });
        known.sign_ins.retain(SignIn::is_sane);
        known
    }

    /// Changes the history. The lock of the token is held meanwhile, so no other process changes it.
    fn change(folder: &Path, directory: &Directory, change: impl FnOnce(&mut Self)) {
        let before = Self::read(folder, directory);
        let mut history = before.clone();
        change(&mut history);
        if history == before {
            return;
        }
        let excess = history.sign_ins.len().saturating_sub(MOST);
        history.sign_ins.drain(..excess);
        let text = serde_json::to_vec(&history).unwrap_or_default();
        if let Err(error) = atomic::write(&Self::path(folder, directory), &text, Privacy::Cache) {
            tracing::debug!("{error}; when this session ends is not learned");
        }
    }

    pub(super) fn add_sign_in(folder: &Path, directory: &Directory, token: &Token) {
        let (now, token_seconds) = (now(), token.seconds_left());
        let (renewable, marks) = (token.is_renewable_at_end(), marks(token));
        Self::change(folder, directory, |history| {
            history.sign_ins.push(SignIn { at: now, token_seconds, renewable, marks, end: None });
        });
    }

    pub(super) fn add_sign_out(folder: &Path, directory: &Directory) {
        let end = End::SignedOut { at: now() };
        Self::change(folder, directory, |history| history.end_open(|_| end));
    }

    /// Notes that the service does not renew this token: because the session has ended, or for another reason; and
    /// whether it rejected the token before.
    pub(super) fn add_refusal(folder: &Path, directory: &Directory, token: &Token, has_ended: bool, is_rejected: bool) {
        let (now, expires_at) = (now(), token.expires_at.as_second());
        Self::change(folder, directory, |history| {
            let is_rejected = is_rejected || history.refusal_of(token).is_some_and(|refusal| refusal.is_rejected);
            history.refusal = Some(Refusal { marks: marks(token), is_rejected });
            if has_ended && history.is_continued_by(token) {
                history.refuse(expires_at, now);
            }
        });
    }

    /// The refusal of this very token.
    pub(super) fn refusal_of(&self, token: &Token) -> Option<&Refusal> {
        self.refusal.as_ref().filter(|refusal| refusal.marks == marks(token))
    }

    /// Notes that the service has renewed a token.
    pub(super) fn add_renewal(folder: &Path, directory: &Directory, before: &Token, renewed: &Token) {
        let expires_at = before.expires_at.as_second();
        Self::change(folder, directory, |history| {
            history.refusal = None;
            history.renew(expires_at);
            if history.is_continued_by(before)
                && let Some(last) = history.sign_ins.last_mut()
            {
                last.marks = marks(renewed);
            }
        });
    }

    /// Whether this token is one of the last sign-in, so that nobody has signed in by another tool since.
    pub(super) fn is_continued_by(&self, token: &Token) -> bool {
        self.sign_ins.last().is_some_and(|last| marks(token).iter().any(|mark| last.marks.contains(mark)))
    }

    fn refuse(&mut self, expires_at: i64, now: i64) {
        self.end_open(|sign_in| End::Refused { active_until: sign_in.issued(expires_at).max(sign_in.at), at: now });
    }

    /// A token that was issued before a refusal and is renewed after it: another tool had used its predecessor up.
    fn renew(&mut self, expires_at: i64) {
        if let Some(last) = self.sign_ins.last_mut()
            && let Some(End::Refused { at, .. }) = last.end
            && last.issued(expires_at) <= at
        {
            last.end = None;
        }
    }

    #[cfg(test)]
    pub(super) fn of(sign_ins: Vec<SignIn>) -> Self {
        Self { sign_ins, ..Self::default() }
    }

    fn end_open(&mut self, end: impl FnOnce(&SignIn) -> End) {
        if let Some(last) = self.sign_ins.last_mut().filter(|last| last.end.is_none()) {
            last.end = Some(end(last));
        }
    }
}

impl SignIn {
    /// When a token was issued that expires then.
    fn issued(&self, expires_at: i64) -> i64 {
        expires_at.saturating_sub(self.token_seconds)
    }

    /// Whether its times are some that can be added to each other: somebody may have edited the file.
    fn is_sane(&self) -> bool {
        let end = match self.end {
            None => [0, 0],
            Some(End::SignedOut { at }) => [at, at],
            Some(End::Refused { active_until, at }) => [active_until, at],
        };
        end.into_iter().chain([self.at, self.token_seconds]).all(|time| (0..=LATEST_TIME).contains(&time))
    }
}

/// What tells a token from all others, and is no secret.
fn marks(token: &Token) -> Vec<String> {
    let secrets = std::iter::once(&token.access_token).chain(&token.refresh_token);
    secrets.map(|secret| BASE64.encode(digest(&SHA256, secret.expose().as_bytes()))).collect()
}

pub(super) fn now() -> i64 {
    Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_in(at: i64) -> SignIn {
        SignIn { at, token_seconds: 3600, renewable: true, marks: Vec::new(), end: None }
    }

    #[test]
    fn a_refusal_ends_the_session_after_its_last_token_was_issued() {
        let mut history = History::of(vec![signed_in(1000)]);
        history.refuse(30_000, 29_500);
        let end = Some(End::Refused { active_until: 26_400, at: 29_500 });
        assert_eq!(history.sign_ins[0].end, end);
        // The same token is refused to each process that asks.
        history.refuse(30_000, 40_000);
        assert_eq!(history.sign_ins[0].end, end);
        // The service renews a token that it issued later: another person's wish, by another tool.
        history.renew(50_000);
        assert_eq!(history.sign_ins[0].end, end);
        // It renews one that it issued before: the refused one had been used up, and the session goes on.
        history.renew(32_000);
        assert_eq!(history.sign_ins[0].end, None);
    }

    #[test]
    fn a_file_that_is_no_history_of_this_start_url_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory {
            name: "corp".to_owned(),
            session: Some("corp".to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".parse().unwrap(),
            scopes: Vec::new(),
            redirect_port: None,
        };
        let path = History::path(folder.path(), &directory);
        let other =
            r#"{"startUrl":"https://other.awsapps.com/start","signIns":[{"at":1,"tokenSeconds":1,"renewable":true}]}"#;
        for content in ["", "{", "[]", "\0\0\0", other] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(History::read(folder.path(), &directory).sign_ins, [], "{content}");
        }
        History::change(folder.path(), &directory, |history| history.sign_ins.extend((0..30).map(signed_in)));
        let kept = History::read(folder.path(), &directory).sign_ins;
        assert_eq!((kept.len(), kept[0].at), (MOST, 10));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
