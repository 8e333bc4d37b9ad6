//! How many connections a loopback server serves at once, and which one ends when there is no place for another.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use super::peer::Peer;

/// How long a connection of this user keeps its place without a request, where others wait for one: many programs may
/// ask at the same moment.
const GRACE: Duration = Duration::from_millis(100);

/// The connections that are served, the oldest first.
///
/// Those of other users have places of their own, so that they never take one from this user.
pub(super) struct Places {
    /// How many there are for this user, and how many for others.
    limit: usize,
    taken: VecDeque<Place>,
}

/// A connection that is served.
pub(super) struct Place {
    pub(super) peer: Peer,
    pub(super) since: Instant,
    /// Whether its request has come.
    pub(super) has_asked: Arc<AtomicBool>,
    pub(super) task: AbortHandle,
}

impl Place {
    fn is_idle(&self) -> bool {
        !self.has_asked.load(Ordering::Relaxed)
    }
}

impl Places {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, taken: VecDeque::new() }
    }

    pub(super) fn forget_ended(&mut self) {
        self.taken.retain(|place| !place.task.is_finished());
    }

    /// Until when the next connection waits, if all places are taken: until it may replace the oldest that is idle.
    /// Where each one has asked, a place is free in no time.
    pub(super) fn full_until(&self) -> Option<Instant> {
        if self.count(false) < self.limit {
            return None;
        }
        let oldest = self.oldest_idle(|place| !is_others(place.peer));
        let since = oldest.map_or_else(Instant::now, |oldest| self.taken[oldest].since);
        Some(since + GRACE).filter(|until| oldest.is_none() || *until > Instant::now())
    }

    /// Makes room for a connection: the oldest idle one ends if there is no place left.
    ///
    /// Returns whether there is room now.
    pub(super) fn make_room(&mut self, peer: Peer) -> bool {
        let others = is_others(peer);
        self.count(others) < self.limit || self.end_oldest_idle(|place| is_others(place.peer) == others)
    }

    /// Ends the oldest idle connection, another user's first. Returns whether there was one.
    pub(super) fn end_one(&mut self) -> bool {
        self.end_oldest_idle(|place| is_others(place.peer)) || self.end_oldest_idle(|_| true)
    }

    pub(super) fn take(&mut self, place: Place) {
        self.taken.push_back(place);
    }

    fn count(&self, others: bool) -> usize {
        self.taken.iter().filter(|place| is_others(place.peer) == others).count()
    }

    fn oldest_idle(&self, belongs: impl Fn(&Place) -> bool) -> Option<usize> {
        self.taken.iter().position(|place| place.is_idle() && belongs(place))
    }

    fn end_oldest_idle(&mut self, belongs: impl Fn(&Place) -> bool) -> bool {
        let ended = self.oldest_idle(belongs).and_then(|oldest| self.taken.remove(oldest));
        if let Some(place) = &ended {
            place.task.abort();
        }
        ended.is_some()
    }
}

/// Where the system cannot say whose a connection is, all are treated alike.
fn is_others(peer: Peer) -> bool {
    peer == Peer::AnotherUser
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn the_oldest_connection_without_a_request_makes_room_and_others_take_no_place_of_this_user() {
        let mut tasks = JoinSet::new();
        let mut places = Places::new(2);
        let old = Instant::now().checked_sub(GRACE).unwrap();
        let mut take = |places: &mut Places, peer, since, has_asked| {
            let task = tasks.spawn(std::future::pending::<()>());
            places.take(Place { peer, since, has_asked: Arc::new(AtomicBool::new(has_asked)), task: task.clone() });
            task
        };
        for _ in 0..2 {
            take(&mut places, Peer::AnotherUser, Instant::now(), false);
        }
        assert_eq!(places.full_until(), None);
        let asked = take(&mut places, Peer::ThisUser, old, true);
        let idle = take(&mut places, Peer::Unknown, Instant::now(), false);
        assert!(places.full_until().is_some(), "it has just come");
        places.taken[3].since = old;
        assert_eq!(places.full_until(), None);

        assert!(places.make_room(Peer::ThisUser));
        assert!(places.make_room(Peer::ThisUser), "there is a place now");
        take(&mut places, Peer::ThisUser, Instant::now(), true);
        assert!(!places.make_room(Peer::ThisUser), "each one has asked");
        assert!(places.full_until().is_some());

        assert!(places.make_room(Peer::AnotherUser));
        assert_eq!((places.count(true), places.count(false)), (1, 2));
        assert!(places.end_one() && !places.end_one(), "only those that are idle end");
        tokio::task::yield_now().await;
        assert!(idle.is_finished() && !asked.is_finished());
        places.forget_ended();
        assert_eq!((places.count(true), places.count(false)), (0, 2));
    }
}
