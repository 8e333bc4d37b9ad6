//! When a session is expected to end, from how long the ones before it lasted.

use jiff::Timestamp;

use crate::aws_cache::token;
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::secret_store::SecretStore;
use crate::timestamp::{self, local_date, local_time};

use super::history::{End, History, SignIn, now};

/// How many of the latest ends count: administrators change how long sessions last.
const LATEST: usize = 5;

/// The longest time in which an end may have been and still means something: as long as a token lasts, and a pause.
const WIDEST: i64 = 90 * 60;

/// The longest session that there is: 90 days.
const LONGEST: i64 = 90 * 86_400;

/// When a session is expected to end, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// The end.
    pub at: Timestamp,
    /// How it is known.
    pub basis: Basis,
}

/// How the end of a session is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The token expires then, and cannot be renewed.
    Token,
    /// Earlier sessions lasted about as long.
    Earlier {
        /// How long, in seconds.
        lasted: i64,
        /// How many of the latest sessions did.
        agreeing: usize,
        /// How many of the latest sessions were seen to end.
        seen: usize,
        /// When the first of those ended, if each ended on another day.
        since: Option<Timestamp>,
    },
}

/// How long a session lasted: at least and at most, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Length {
    least: i64,
    most: i64,
    ended: i64,
}

impl History {
    /// When the session that is active now is expected to end.
    fn expected(&self, now: i64) -> Option<SessionEnd> {
        let last = self.sign_ins.last().filter(|last| last.end.is_none() && last.at <= now)?;
        if !last.renewable {
            let at = Timestamp::from_second(last.at.checked_add(last.token_seconds)?).ok()?;
            return (at.as_second() > now).then_some(SessionEnd { at, basis: Basis::Token });
        }
        let lengths = self.lengths(now);
        let (common, agreeing) = common(&lengths)?;
        let lasted = common.least.midpoint(common.most);
        let at = self.start(common.most)?.checked_add(lasted)?;
        let days: Vec<_> = lengths.iter().filter_map(|length| Timestamp::from_second(length.ended).ok()).collect();
        let is_daily = days.windows(2).all(|pair| local_date(pair[0]) != local_date(pair[1]));
        let since = days.first().copied().filter(|_| is_daily);
        let basis = Basis::Earlier { lasted, agreeing, seen: lengths.len(), since };
        // What should have ended by now has not: this session is longer than the others.
        (at > now).then_some(SessionEnd { at: Timestamp::from_second(at).ok()?, basis })
    }

    /// When the session of the last sign-in began. A sign-in while the one before was active used it again.
    fn start(&self, longest: i64) -> Option<i64> {
        let is_open = |sign_in: &&SignIn| sign_in.end.is_none();
        let open: Vec<_> = self.sign_ins.iter().rev().take_while(is_open).map(|sign_in| sign_in.at).collect();
        open.into_iter().rev().reduce(|start, at| if (start..start + longest).contains(&at) { start } else { at })
    }

    /// How long the latest sessions lasted whose beginning and end were seen, the oldest first.
    fn lengths(&self, now: i64) -> Vec<Length> {
        let mut lengths = Vec::new();
        let mut before: Option<&SignIn> = None;
        for sign_in in &self.sign_ins {
            // After a sign-in without an end this one may have used its session again.
            let is_first = before.is_none_or(|before| before.end.is_some());
            before = Some(sign_in);
            let Some(End::Refused { active_until, at: ended }) = sign_in.end else { continue };
            let (least, most) = (active_until - sign_in.at, ended - sign_in.at);
            let is_plausible = 0 <= least && least < most && most - least <= WIDEST && most <= LONGEST + WIDEST;
            // A clock was wrong then, or is now.
            let is_over = ended <= now;
            if is_first && sign_in.renewable && is_plausible && is_over {
                lengths.push(Length { least, most, ended });
            }
        }
        lengths.drain(..lengths.len().saturating_sub(LATEST));
        lengths
    }
}

/// The length that most of them can have had, and how many: at least two, and more than half.
fn common(lengths: &[Length]) -> Option<(Length, usize)> {
    let having = |length: i64| lengths.iter().filter(move |other| (other.least..=other.most).contains(&length));
    // Where intervals overlap, the least of one of them is in all. Of two that as many have, the latest counts.
    let best = lengths.iter().max_by_key(|length| having(length.least).count())?.least;
    let agreeing = having(best).count();
    let common = having(best).copied().reduce(|a, b| Length {
        least: a.least.max(b.least),
        most: a.most.min(b.most),
        ended: a.ended.max(b.ended),
    })?;
    (agreeing >= 2 && 2 * agreeing > lengths.len()).then_some((common, agreeing))
}

impl SessionEnd {
    /// When the session of this Identity Center is expected to end; `None` where that is not known.
    #[must_use]
    pub fn of(directory: &Directory, store: &SecretStore) -> Option<Self> {
        let history = History::read(&environment::cache_folder().ok()?, directory);
        let path = token::path(&environment::token_cache().ok()?, directory.token_key());
        // Another tool may have signed in since: then nothing is known about this session.
        let is_continued = || token::read(store, &path).ok()?.filter(|token| history.is_continued_by(token));
        history.expected(now()).filter(|_| is_continued().is_some())
    }

    /// Such as `ends about 18:10, 8 h after the sign-in, as on 4 of the last 5 days`; in local time.
    #[must_use]
    pub fn describe(&self) -> String {
        let Basis::Earlier { lasted, agreeing, seen, since } = &self.basis else {
            return format!("ends at {}", local_time(self.at));
        };
        let today = Timestamp::now();
        // Each of these days, or some of a longer time.
        let days = since.is_some_and(|since| {
            let seconds = today.as_second() - since.as_second();
            seconds / 86_400 <= i64::try_from(*seen).unwrap_or_default()
        });
        let what = if days { "days" } else { "sessions that were seen to end" };
        let (before, after) = if days { ("as on", "") } else { ("as", " did") };
        let count = if agreeing == seen { String::new() } else { format!("{agreeing} of ") };
        let about = Timestamp::from_second((self.at.as_second() + 150).div_euclid(300) * 300).unwrap_or(self.at);
        let lasted = timestamp::hours(*lasted);
        format!(
            "ends about {}, {lasted} after the sign-in, {before} {count}the last {seen} {what}{after}",
            local_time(about)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    /// A sign-in on this day, and after how many seconds its renewal was refused for the first time, and how long the
    /// last token had been there by then.
    fn session(day: i64, refused: i64, idle: i64) -> SignIn {
        let at = day * DAY + 9 * HOUR;
        let end = End::Refused { active_until: at + refused - idle, at: at + refused };
        SignIn { at, token_seconds: HOUR, renewable: true, marks: Vec::new(), end: Some(end) }
    }

    fn open(at: i64) -> SignIn {
        SignIn { at, token_seconds: HOUR, renewable: true, marks: Vec::new(), end: None }
    }

    fn signed_out(at: i64) -> SignIn {
        SignIn { end: Some(End::SignedOut { at: at + HOUR }), ..open(at) }
    }

    /// In hours after midnight of day 10, and how many agree.
    fn expected(sign_ins: Vec<SignIn>) -> Option<(f64, usize, usize)> {
        let end = History::of(sign_ins).expected(10 * DAY + 10 * HOUR)?;
        let Basis::Earlier { agreeing, seen, .. } = end.basis else { panic!("{end:?}") };
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let hours = (end.at.as_second() - 10 * DAY) as f64 / 3600.0;
        Some((hours, agreeing, seen))
    }

    #[test]
    fn a_claim_needs_two_ends_that_agree_and_more_than_half_of_the_latest() {
        let now = || open(10 * DAY + 9 * HOUR);
        // Sessions of 8 hours, refused somewhat later, with a token of somewhat before.
        let (late, early) = (8 * HOUR + 1200, 8 * HOUR + 300);
        let with = |before: Vec<SignIn>| before.into_iter().chain([now()]).collect::<Vec<_>>();
        assert_eq!(expected(vec![now()]), None);
        assert_eq!(expected(with(vec![session(1, late, 2400)])), None);
        // In between: from 7:40 to 8:05 hours.
        let claim = Some((9.0 + (8.0 - 20.0 / 60.0 + 8.0 + 5.0 / 60.0) / 2.0, 2, 2));
        let near = |found: Option<(f64, usize, usize)>| found.map(|(at, a, b)| ((at * 60.0).round(), a, b));
        assert_eq!(near(expected(with(vec![session(1, late, 2400), session(2, early, 2400)]))), near(claim));
        // An end that was seen too late, since the machine slept, says nothing; nor does one by `logout`.
        let slept = session(3, 20 * HOUR, 14 * HOUR);
        let sessions = vec![session(1, late, 2400), slept.clone(), session(4, early, 2400), signed_out(5 * DAY)];
        assert_eq!(near(expected(with(sessions))), near(claim));
        assert_eq!(expected(with(vec![slept.clone(), slept])), None);
        // One that was revoked is an exception, two of four are none.
        let short = |day| session(day, 2 * HOUR, 1200);
        let sessions = vec![session(1, late, 2400), session(2, early, 2400), short(3)];
        assert_eq!(expected(with(sessions)).map(|(_, agreeing, seen)| (agreeing, seen)), Some((2, 3)));
        let sessions = vec![session(1, late, 2400), session(2, early, 2400), short(3), session(4, 5 * HOUR, 60)];
        assert_eq!(expected(with(sessions)), None);
        // Only the latest five count: the administrator has changed it.
        let sessions = (1..5).map(|day| session(day, late, 2400)).chain((5..8).map(|day| session(day, 4 * HOUR, 600)));
        let found = expected(with(sessions.collect())).unwrap();
        assert!((found.0 - 13.0).abs() < 0.5 && (found.1, found.2) == (3, 5), "{found:?}");
    }

    #[test]
    fn a_sign_in_during_a_session_inherits_its_end() {
        let before = || vec![session(1, 8 * HOUR + 600, 1200), session(2, 8 * HOUR + 600, 1200)];
        let at = |hours: i64| open(10 * DAY + hours * HOUR);
        let end = |more: Vec<SignIn>| expected(before().into_iter().chain(more).collect()).map(|found| found.0);
        assert_eq!(end(vec![at(9)]), Some(17.0));
        // Again at half past nine, without an end in between.
        assert_eq!(end(vec![at(9), open(10 * DAY + 34_200)]), Some(17.0));
        // The sessions before must have ended, although nobody saw it.
        assert_eq!(end(vec![open(8 * DAY), open(9 * DAY), at(9)]), Some(17.0));
        // After `logout` a new session begins.
        assert_eq!(end(vec![signed_out(10 * DAY + 7 * HOUR), at(9)]), Some(17.0));
        // What a doubtful session lasted is not counted.
        let doubtful = vec![open(3 * DAY + 7 * HOUR), session(3, 5 * HOUR, 600)];
        assert_eq!(expected(before().into_iter().chain(doubtful).chain([at(9)]).collect()), Some((17.0, 2, 2)));
    }

    #[test]
    fn nothing_is_claimed_of_a_session_that_is_over_or_longer_than_the_others() {
        let before = || vec![session(1, 8 * HOUR + 600, 1200), session(2, 8 * HOUR + 600, 1200)];
        assert_eq!(expected(before()), None);
        let long = before().into_iter().chain([open(10 * DAY - HOUR)]).collect();
        assert_eq!(expected(long), None);
        // The clock was set back.
        let ahead = before().into_iter().chain([open(11 * DAY)]).collect();
        assert_eq!(expected(ahead), None);
        // So are ends that have yet to come.
        let to_come = vec![session(1, 8 * HOUR + 600, 1200), session(20, 8 * HOUR + 600, 1200)];
        assert_eq!(expected(to_come.into_iter().chain([open(10 * DAY + 9 * HOUR)]).collect()), None);
        // A token that cannot be renewed ends with its own time.
        let last = SignIn { renewable: false, token_seconds: 8 * HOUR, ..open(10 * DAY + 9 * HOUR) };
        let end = History::of(vec![last]).expected(10 * DAY + 10 * HOUR).unwrap();
        assert_eq!((end.at.as_second(), end.basis), (10 * DAY + 17 * HOUR, Basis::Token));
    }

    #[test]
    fn the_words_say_no_more_than_is_known() {
        let at = Timestamp::now() + jiff::SignedDuration::from_hours(48);
        let ago = |hours| Some(Timestamp::now() - jiff::SignedDuration::from_hours(hours));
        let cases = [
            (8 * HOUR, 4, 5, ago(110), "8 h after the sign-in, as on 4 of the last 5 days"),
            (8 * HOUR + 1200, 2, 2, ago(30), "8 h 20 min after the sign-in, as on the last 2 days"),
            (900, 3, 5, ago(300), "15 min after the sign-in, as 3 of the last 5 sessions that were seen to end did"),
            (7 * DAY, 2, 2, None, "7 days after the sign-in, as the last 2 sessions that were seen to end did"),
        ];
        for (lasted, agreeing, seen, since, words) in cases {
            let end = SessionEnd { at, basis: Basis::Earlier { lasted, agreeing, seen, since } };
            let text = end.describe();
            assert!(text.starts_with("ends about 20") && text.ends_with(words), "{text}");
        }
    }
}
