//! One thread of the load: random operations on its own boxes until the server is gone.
//!
//! Before a request that changes something the world forgets what it will make uncertain; after an
//! acknowledgement it notes what is certain now. Each box is changed by one worker alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::request;
use crate::world::{KnownBox, World};

const MOST_BOXES: usize = 4;
const FORKS: usize = 2;
const MOST_SNAPSHOTS: usize = 80;

/// Prints a digest of everything that a snapshot must keep: names, kinds, modes, times, targets,
/// contents. Directories have no size of their own that would mean something.
pub(crate) const DIGEST: &str = "cd /workspace/home && mkdir -p tree && cd tree && { \
    find . -type d -printf '%p d %m %T@\\n' -o -printf '%p %y %m %s %T@ %l\\n' | sort; \
    find . -type f -print0 | sort -z | xargs -0 cat; } | cksum";

/// Makes generation $1 from whatever is there: adds a directory, replaces, removes, renames.
const CHANGE: &str = "cd /workspace/home && mkdir -p tree && cd tree && \
    rm -rf $1 kept && mkdir $1 && for i in 1 2 3 4 5 6; do echo \"$1 $i\" > $1/$i; done && \
    ln $1/1 $1/linked && ln -s ../$1 $1/link && chmod 751 $1 && mv $1/2 $1/renamed && \
    echo $1 > generation && rm -rf $2 && mkdir kept && echo $1 > kept/only && \
    truncate -s 100k kept/sparse && ";

/// A process that goes on writing, outside of the tree, until the file `busy` is removed.
const STAY_BUSY: &str = "touch /tmp/busy; setsid sh -c \
    'while test -e /tmp/busy; do date +%N > /tmp/clock; sleep 0.01; done' >/dev/null 2>&1 &";

struct Worker<'world> {
    number: usize,
    address: String,
    world: &'world Mutex<World>,
    random: fastrand::Rng,
}

/// Works until the server does not answer.
pub(crate) fn work(number: usize, address: String, world: &Mutex<World>, random: fastrand::Rng) {
    let mut worker = Worker {
        number,
        address,
        world,
        random,
    };
    while worker.step().is_some() {}
}

impl Worker<'_> {
    fn step(&mut self) -> Option<()> {
        let mine = self
            .world()
            .any_box_of(self.number, &mut self.random.clone());
        self.random.u8(..);
        let Some(id) = mine else { return self.create() };
        match self.random.u8(..100) {
            0..5 => self.create(),
            5..12 => self.restore(),
            12..15 => self.fork(),
            15..20 => self.delete_box(&id),
            20..32 => self.delete_snapshot(),
            32..40 => self.roll_back(&id),
            40..48 => self.busy_snapshot(&id),
            48..50 => self.expiring_snapshot(&id),
            // Many in a row, so that layers are merged.
            50..65 => (0..6).try_for_each(|_| self.snapshot_of_change(&id)),
            65..72 => self.export_and_import(),
            _ => self.snapshot_of_change(&id),
        }
    }

    fn create(&mut self) -> Option<()> {
        if self.count_of_mine() >= MOST_BOXES {
            return Some(());
        }
        let answer = self.send("POST", "/v2/box", Some(json!({})))?;
        let id = text(&answer.1, "id");
        assert_eq!(answer.0, 200, "{answer:?}");
        self.note_box(&id, None);
        self.change(&id).map(drop)
    }

    fn restore(&mut self) -> Option<()> {
        let source = self.world().any_snapshot(&mut self.random.clone());
        let Some((snapshot, digest)) = source.filter(|_| self.count_of_mine() < MOST_BOXES) else {
            return Some(());
        };
        let body = json!({ "snapshot_id": snapshot });
        let (status, answer) = self.send("POST", "/v2/box/from-snapshot", Some(body))?;
        if status == 404 {
            // Another worker has deleted it meanwhile.
            assert!(!self.world().snapshots.contains_key(&snapshot), "{answer}");
            return Some(());
        }
        assert_eq!(status, 200, "{answer}");
        let id = text(&answer, "id");
        self.note_box(&id, Some(digest.clone()));
        assert_eq!(self.run(&id, DIGEST)?, digest, "restored from {snapshot}");
        Some(())
    }

    fn fork(&mut self) -> Option<()> {
        let source = self.world().any_snapshot(&mut self.random.clone());
        let has_room = self.count_of_mine() + FORKS <= MOST_BOXES;
        let Some((snapshot, digest)) = source.filter(|_| has_room) else {
            return Some(());
        };
        let body = json!({ "snapshot_id": snapshot, "count": FORKS });
        let (status, forks, is_whole) =
            request::lines(&self.address, "/v2/box/from-snapshot", &body)?;
        if status == 404 {
            assert!(!self.world().snapshots.contains_key(&snapshot));
            return Some(());
        }
        // Each line that arrived is an acknowledgement of its own.
        for line in &forks {
            let id = line["box"]["id"].as_str();
            let id = id.unwrap_or_else(|| panic!("no box in {line}"));
            self.note_box(id, Some(digest.clone()));
        }
        assert!(!is_whole || forks.len() == FORKS, "{status}: {forks:?}");
        is_whole.then_some(())
    }

    /// It may go at any moment, so nothing is noted but that nothing of it may be left over.
    fn expiring_snapshot(&mut self, id: &str) -> Option<()> {
        self.change(id)?;
        let path = format!("/v2/box/{id}/snapshots");
        let (status, answer) = self.send("POST", &path, Some(json!({ "expires_in": 1 })))?;
        assert_eq!(status, 200, "{answer}");
        Some(())
    }

    fn roll_back(&mut self, id: &str) -> Option<()> {
        let Some((snapshot, digest)) = self.world().any_snapshot(&mut self.random.clone()) else {
            return Some(());
        };
        let before = self.world().box_mut(id).digest.take();
        let body = json!({ "snapshot_id": snapshot });
        let path = format!("/v2/box/{id}/rollback");
        let (status, answer) = self.send("POST", &path, Some(body))?;
        let now = match status {
            404 => before,
            _ => Some(digest),
        };
        assert!(status == 200 || status == 404, "{answer}");
        self.world().box_mut(id).digest = now.clone();
        if let Some(digest) = now {
            assert_eq!(self.run(id, DIGEST)?, digest, "{status} to {snapshot}");
        }
        Some(())
    }

    /// Takes a snapshot out and in again, as another one.
    fn export_and_import(&mut self) -> Option<()> {
        let Some((source, digest)) = self.world().any_snapshot(&mut self.random.clone()) else {
            return Some(());
        };
        let path = format!("/v2/box/snapshots/{source}/archive");
        let (status, archive) = request::bytes(&self.address, &path)?;
        if status == 404 {
            assert!(!self.world().snapshots.contains_key(&source));
            return Some(());
        }
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&archive));
        self.make_room()?;
        let path = "/v2/box/snapshots/import";
        let (status, answer) = request::send_bytes(&self.address, "POST", path, &archive)?;
        self.note_snapshot(status, &answer, digest);
        Some(())
    }

    fn delete_box(&mut self, id: &str) -> Option<()> {
        self.world().boxes.remove(id);
        let (status, answer) = self.send("DELETE", &format!("/v2/box/{id}"), None)?;
        assert_eq!(status, 200, "{answer}");
        self.world().deleted_boxes.insert(id.to_owned());
        Some(())
    }

    fn delete_snapshot(&mut self) -> Option<()> {
        let snapshot = {
            let mut world = self.world();
            let few = world.snapshots.len() < MOST_SNAPSHOTS / 2;
            let chosen = world.any_snapshot(&mut self.random.clone());
            let Some((id, _)) = chosen.filter(|_| !few) else {
                return Some(());
            };
            world.snapshots.remove(&id);
            world.unchecked.remove(&id);
            id
        };
        let body = json!({ "ids": [snapshot] });
        let (status, answer) = self.send("DELETE", "/v2/box/snapshots", Some(body))?;
        assert_eq!(status, 200, "{answer}");
        self.world().deleted_snapshots.insert(snapshot);
        Some(())
    }

    fn busy_snapshot(&mut self, id: &str) -> Option<()> {
        self.change(id)?;
        self.run(id, STAY_BUSY)?;
        self.snapshot(id)?;
        self.snapshot(id)?;
        self.run(id, "rm /tmp/busy").map(drop)
    }

    fn snapshot_of_change(&mut self, id: &str) -> Option<()> {
        self.change(id)?;
        self.snapshot(id)
    }

    /// The tree is known here: the change before was acknowledged.
    fn snapshot(&mut self, id: &str) -> Option<()> {
        let digest = self.world().box_mut(id).digest.clone().unwrap();
        self.make_room()?;
        let path = format!("/v2/box/{id}/snapshots");
        let (status, answer) = self.send("POST", &path, Some(json!({})))?;
        self.note_snapshot(status, &answer, digest);
        Some(())
    }

    fn make_room(&mut self) -> Option<()> {
        while self.world().snapshots.len() >= MOST_SNAPSHOTS {
            self.delete_snapshot()?;
        }
        Some(())
    }

    fn note_snapshot(&self, status: u16, answer: &Value, digest: String) {
        assert_eq!(
            (status, &answer["status"]),
            (200, &json!("ready")),
            "{answer}"
        );
        let snapshot = text(answer, "id");
        let mut world = self.world();
        world.unchecked.insert(snapshot.clone());
        world.snapshots.insert(snapshot, digest);
    }

    /// Brings the box to its next generation.
    fn change(&mut self, id: &str) -> Option<()> {
        let generation = {
            let mut world = self.world();
            let known = world.box_mut(id);
            known.digest = None;
            known.generation += 1;
            known.generation
        };
        let old = generation.saturating_sub(4);
        let change = CHANGE.replace("$1", &format!("g{generation}"));
        let change = change.replace("$2", &format!("g{old}"));
        let digest = self.run(id, &format!("{change} {DIGEST}"))?;
        self.world().box_mut(id).digest = Some(digest);
        Some(())
    }

    /// What a command that succeeds prints.
    fn run(&self, id: &str, command: &str) -> Option<String> {
        let body = json!({ "command": ["sh", "-c", command] });
        let (status, answer) = self.send("POST", &format!("/v2/box/{id}/exec"), Some(body))?;
        // Answered before the server was killed, but killed with its sandbox.
        assert_eq!((status, &answer["exit_code"]), (200, &json!(0)), "{answer}");
        Some(text(&answer, "output"))
    }

    fn send(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        request::send(&self.address, method, path, body.as_ref())
    }

    fn note_box(&self, id: &str, digest: Option<String>) {
        let known = KnownBox {
            worker: self.number,
            digest,
            generation: 0,
        };
        self.world().boxes.insert(id.to_owned(), known);
    }

    fn count_of_mine(&self) -> usize {
        let world = self.world();
        let mine = world.boxes.values();
        mine.filter(|known| known.worker == self.number).count()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(answer: &Value, member: &str) -> String {
    let text = answer[member].as_str();
    text.unwrap_or_else(|| panic!("no {member} in {answer}"))
        .to_owned()
}
