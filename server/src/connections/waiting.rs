//! Who has a place, and which of them wait and for how long.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// The places for connections.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    next: u64,
    /// In the order in which they began to wait.
    waiting: BTreeMap<u64, CancellationToken>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            state: Mutex::default(),
        }
    }

    /// A place for a connection that waits for its first call; `None` when all others are at work.
    pub(super) fn take(self: &Arc<Self>) -> Option<Connection> {
        let mut state = self.state();
        if state.taken >= self.most {
            let (_, longest) = state.waiting.pop_first()?;
            longest.cancel();
            state.taken -= 1;
        }
        state.taken += 1;
        let given_away = CancellationToken::new();
        let waiting_as = state.wait(given_away.clone());
        Some(Connection {
            places: Arc::clone(self),
            given_away,
            waiting_as: Mutex::new(Some(waiting_as)),
        })
    }

    /// Closes every connection in which no call goes on.
    pub(super) fn give_away_all_that_wait(&self) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.taken -= waiting.len();
        for given_away in waiting.into_values() {
            given_away.cancel();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, given_away: CancellationToken) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, given_away);
        number
    }
}

/// One connection's place, until it is dropped or given away.
#[derive(Debug)]
pub(super) struct Connection {
    places: Arc<Places>,
    given_away: CancellationToken,
    /// Its number among those that wait; `None` while a call goes on.
    waiting_as: Mutex<Option<u64>>,
}

impl Connection {
    /// Waits until another connection got this one's place.
    pub(super) async fn given_away(&self) {
        self.given_away.cancelled().await;
    }

    /// Begins a call, during which the place is safe; `None` when it is lost already.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Call> {
        let number = self.number().take()?;
        self.places.state().waiting.remove(&number)?;
        Some(Call(Arc::clone(self)))
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.waiting_as
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let number = self.number().take();
        let mut state = self.places.state();
        if let Some(number) = number {
            state.waiting.remove(&number);
        }
        // Who was given away has lost the place already.
        if !self.given_away.is_cancelled() {
            state.taken -= 1;
        }
    }
}

/// A call that goes on. When it ends its connection waits again, behind all others.
#[derive(Debug)]
pub(super) struct Call(Arc<Connection>);

impl Drop for Call {
    fn drop(&mut self) {
        let number = self.0.places.state().wait(self.0.given_away.clone());
        *self.0.number() = Some(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_waited_longest_gives_place() {
        let places = Arc::new(Places::new(2));
        let first = Arc::new(places.take().unwrap());
        let second = Arc::new(places.take().unwrap());
        // The first had a call since, so the second has waited longer.
        drop(first.begin().unwrap());
        let third = Arc::new(places.take().unwrap());
        assert!(second.given_away.is_cancelled() && !first.given_away.is_cancelled());
        assert!(second.begin().is_none(), "a lost place begins no call");
        drop(second);
        let _calls = (first.begin().unwrap(), third.begin().unwrap());
        assert!(places.take().is_none(), "all are at work");
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let places = Arc::new(Places::new(1));
        let only = Arc::new(places.take().unwrap());
        let call = only.begin().unwrap();
        assert!(places.take().is_none());
        drop(call);
        drop(only);
        for _ in 0..3 {
            drop(places.take().unwrap());
        }
        let state = places.state();
        assert_eq!((state.taken, state.waiting.len()), (0, 0));
    }
}
