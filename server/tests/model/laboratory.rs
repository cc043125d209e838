//! Boxes and snapshots, each with its model, and the work that is done to both.

use std::time::Duration;

use serde_json::{Value, json};

use crate::description::Description;
use crate::operation::Operation;
use crate::support::Client;
use crate::tree::{Kind, Tree};

const INTERPRETER: &str = include_str!("interpreter.py");
const PREPARE: &str = "mkdir -p /opt/model /workspace/home/tree /usr/local/tree && \
    cat > /opt/model/interpreter.py <<'END OF INTERPRETER'\n";
const PYTHON: [&str; 2] = ["python3", "/opt/model/interpreter.py"];

/// A process that lives on after its command, and writes outside of the trees.
const STAY_BUSY: &str = "touch /tmp/busy; setsid sh -c \
    'while test -e /tmp/busy; do date +%N > /tmp/clock; sleep 0.01; done; touch /tmp/ended' \
    >/dev/null 2>&1 &";
const STOP_BEING_BUSY: &str = "rm /tmp/busy; until test -e /tmp/ended; do sleep 0.01; done; \
    rm /tmp/ended";

/// A directory moved in a lower layer: programs copy it themselves then.
const EXDEV: i64 = 18;

const MOST_BOXES: usize = 3;
const MOST_SNAPSHOTS: usize = 24;
/// More layers than a box keeps.
const MANY: usize = 18;

struct LiveBox {
    id: String,
    tree: Tree,
}

struct Snapshot {
    id: String,
    tree: Tree,
    /// What the box said of its trees when it was taken; unknown for one taken in the middle.
    description: Option<Description>,
}

/// What was done so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) operations: u64,
    snapshots: u64,
    restores: u64,
    in_the_middle: u64,
}

pub(crate) struct Laboratory {
    client: Client,
    random: fastrand::Rng,
    boxes: Vec<LiveBox>,
    snapshots: Vec<Snapshot>,
    pub(crate) counts: Counts,
}

impl Laboratory {
    pub(crate) fn new(client: Client, random: fastrand::Rng) -> Self {
        let id = client.create(json!({}));
        client.output(
            &id,
            &format!("{PREPARE}{INTERPRETER}\nEND OF INTERPRETER\n"),
        );
        let first = LiveBox {
            id,
            tree: Tree::new(),
        };
        Self {
            client,
            random,
            boxes: vec![first],
            snapshots: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Works a little on one box, then does something with snapshots.
    pub(crate) fn step(&mut self) {
        // Mostly the first, so that it gets many layers.
        let chosen = self.random.usize(..self.boxes.len() * 2) % self.boxes.len();
        let index = if self.random.bool() { 0 } else { chosen };
        self.work(index);
        match self.random.u8(..100) {
            0..2 => self.many_snapshots(index),
            2..40 => self.snapshot(index),
            40..48 => self.busy_snapshot(index),
            48..64 => self.snapshot_in_the_middle(index),
            64..72 => self.restore(),
            72..78 => self.roll_back(index),
            78..82 => self.delete_box(index),
            82..90 => self.delete_snapshot(),
            _ => drop(self.compare(index)),
        }
    }

    /// So many that the box's layers are merged while the work goes on.
    pub(crate) fn many_snapshots(&mut self, index: usize) {
        for _ in 0..MANY {
            self.work(index);
            self.compare(index);
            let (id, _) = self.take_snapshot(index);
            let tree = self.boxes[index].tree.sealed();
            self.boxes[index].tree = tree.clone();
            self.keep(id, tree, None);
        }
        self.compare(index);
    }

    /// Restores each snapshot that is left and compares it.
    pub(crate) fn restore_everything(&mut self) {
        for number in 0..self.snapshots.len() {
            let restored = self.restored(number);
            self.client.delete(&format!("/v2/box/{}", restored.id)).ok();
        }
    }

    fn work(&mut self, index: usize) {
        let mut tree = self.boxes[index].tree.clone();
        let mut operations = Vec::new();
        for _ in 0..self.random.usize(1..16) {
            let operation = Operation::random(&tree, false, &mut self.random);
            // One that may fail ends the list: what follows builds on it.
            let is_uncertain = may_fail(&tree, &operation);
            tree.apply(&operation);
            operations.push(operation);
            if is_uncertain {
                break;
            }
        }
        let results = self.perform(index, &operations, 0.0);
        self.apply(index, &operations, &results);
    }

    fn apply(&mut self, index: usize, operations: &[Operation], results: &[i64]) {
        let tree = &mut self.boxes[index].tree;
        for (operation, result) in operations.iter().zip(results) {
            let is_uncertain = may_fail(tree, operation);
            assert!(
                *result == 0 || *result == EXDEV && is_uncertain,
                "{operation:?} gave {result}"
            );
            if *result == 0 {
                tree.apply(operation);
            }
        }
        self.counts.operations += operations.len() as u64;
        if std::env::var_os("BOX_MODEL_PRINT").is_some() {
            eprintln!("{}:{}", self.boxes[index].id, printed(operations));
        }
    }

    fn snapshot(&mut self, index: usize) {
        if std::env::var_os("BOX_MODEL_PRINT").is_some() {
            eprintln!("{}: snapshot", self.boxes[index].id);
        }
        let description = self.compare(index);
        let (id, was_busy) = self.take_snapshot(index);
        assert!(!was_busy, "no process was left in the box");
        let tree = self.boxes[index].tree.sealed();
        self.boxes[index].tree = tree.clone();
        self.keep(id, tree, Some(description));
        self.compare(index);
    }

    fn busy_snapshot(&mut self, index: usize) {
        let description = self.compare(index);
        self.client.output(&self.boxes[index].id, STAY_BUSY);
        let (id, was_busy) = self.take_snapshot(index);
        assert!(was_busy, "a process lived in the box");
        // The box keeps what it has; only what starts from the snapshot stands on sealed layers.
        let tree = self.boxes[index].tree.sealed();
        self.keep(id, tree, Some(description));
        self.client.output(&self.boxes[index].id, STOP_BEING_BUSY);
        self.compare(index);
    }

    /// The snapshot must hold what was there after one of the calls, whichever.
    fn snapshot_in_the_middle(&mut self, index: usize) {
        self.compare(index);
        let before = self.boxes[index].tree.clone();
        let mut tree = before.clone();
        let operations: Vec<Operation> = std::iter::repeat_with(|| {
            let certain =
                std::iter::repeat_with(|| Operation::random(&tree, true, &mut self.random));
            let operation = certain
                .take(1000)
                .find(|operation| !may_fail(&tree, operation))
                .expect("most operations can't fail");
            tree.apply(&operation);
            operation
        })
        .take(40)
        .collect();
        let wait = Duration::from_millis(self.random.u64(20..100));
        let (results, (id, was_busy)) = std::thread::scope(|scope| {
            let this = &*self;
            let work = scope.spawn(|| this.perform(index, &operations, 0.000_3));
            // Any moment will do; nothing is waited for.
            std::thread::park_timeout(wait);
            let taken = this.take_snapshot(index);
            (work.join().unwrap(), taken)
        });
        let (restored, found) = self.describe_restored(&id);
        self.client.delete(&format!("/v2/box/{restored}")).ok();
        let mut states = moments(&before, &operations);
        let matching = states
            .iter()
            .position(|tree| found.differences(tree).is_empty());
        let Some(matching) = matching else {
            let nearest = states.iter().map(|tree| found.differences(tree));
            let nearest = nearest.min_by_key(Vec::len).unwrap();
            panic!("no moment was like this:\n{}", nearest.join("\n"));
        };
        if !was_busy && matching == 0 {
            // Taken before the work began: it was done on top of the new layer.
            self.boxes[index].tree = before.sealed();
        }
        self.apply(index, &operations, &results);
        if !was_busy && matching > 0 {
            self.boxes[index].tree = self.boxes[index].tree.sealed();
        }
        let mut tree = states.swap_remove(matching).sealed();
        found.teach(&mut tree);
        self.keep(id, tree, Some(found));
        self.counts.in_the_middle += u64::from(was_busy);
        self.compare(index);
    }

    fn restore(&mut self) {
        if self.snapshots.is_empty() || self.boxes.len() >= MOST_BOXES {
            return;
        }
        let number = self.random.usize(..self.snapshots.len());
        let restored = self.restored(number);
        self.boxes.push(restored);
    }

    fn restored(&mut self, number: usize) -> LiveBox {
        let (id, found) = self.describe_restored(&self.snapshots[number].id);
        let Snapshot {
            tree, description, ..
        } = &self.snapshots[number];
        same(&found, tree, "restored");
        if let Some(description) = description {
            let changes = description.changes(&found);
            assert!(changes.is_empty(), "restored:\n{}", changes.join("\n"));
        }
        self.counts.restores += 1;
        LiveBox {
            id,
            tree: tree.clone(),
        }
    }

    fn roll_back(&mut self, index: usize) {
        let Some(snapshot) = self.random.choice(&self.snapshots) else {
            return;
        };
        let path = format!("/v2/box/{}/rollback", self.boxes[index].id);
        let body = json!({ "snapshot_id": snapshot.id });
        self.client.post(&path, &body).ok();
        self.boxes[index].tree = snapshot.tree.clone();
        self.compare(index);
    }

    fn delete_box(&mut self, index: usize) {
        if self.boxes.len() > 1 {
            let gone = self.boxes.remove(index);
            self.client.delete(&format!("/v2/box/{}", gone.id)).ok();
        }
    }

    fn delete_snapshot(&mut self) {
        if !self.snapshots.is_empty() {
            let number = self.random.usize(..self.snapshots.len());
            let gone = self.snapshots.remove(number);
            let body = json!({ "ids": [gone.id] }).to_string();
            let headers = self.client.usual_headers();
            let answer = self
                .client
                .send("DELETE", "/v2/box/snapshots", &headers, body.as_bytes());
            assert_eq!(answer.ok()["deleted"], 1);
        }
    }

    fn keep(&mut self, id: String, tree: Tree, description: Option<Description>) {
        self.snapshots.push(Snapshot {
            id,
            tree,
            description,
        });
        self.counts.snapshots += 1;
        while self.snapshots.len() > MOST_SNAPSHOTS {
            self.delete_snapshot();
        }
    }

    /// The snapshot's id, and whether processes lived while it was taken.
    fn take_snapshot(&self, index: usize) -> (String, bool) {
        let path = format!("/v2/box/{}/snapshots", self.boxes[index].id);
        let answer = self.client.post(&path, &json!({})).ok();
        assert_eq!(answer["status"], "ready", "{answer}");
        let id = answer["id"].as_str().unwrap().to_owned();
        (id, answer["pause_us"].is_u64())
    }

    /// Holds a box against its model, which learns the times that it could not know.
    fn compare(&mut self, index: usize) -> Description {
        let LiveBox { id, tree } = &mut self.boxes[index];
        let found = describe(&self.client, id);
        same(&found, tree, "the box");
        found.teach(tree);
        found
    }

    fn describe_restored(&self, snapshot: &str) -> (String, Description) {
        let id = self.client.restore(snapshot);
        let found = describe(&self.client, &id);
        (id, found)
    }

    /// The errors that the operations gave, 0 for none.
    fn perform(&self, index: usize, operations: &[Operation], pause: f64) -> Vec<i64> {
        let operations: Value = operations.iter().map(Operation::to_json).collect();
        let arguments = [pause.to_string(), operations.to_string()];
        let output = python(&self.client, &self.boxes[index].id, &arguments);
        output.lines().map(|line| line.parse().unwrap()).collect()
    }
}

fn same(found: &Description, tree: &Tree, what: &str) {
    let differences = found.differences(tree);
    assert!(
        differences.is_empty(),
        "{what}:\n{}",
        differences.join("\n")
    );
}

/// Every state that a program can see from outside while the operations are done.
fn moments(before: &Tree, operations: &[Operation]) -> Vec<Tree> {
    let mut states = vec![before.clone()];
    let mut tree = before.clone();
    for operation in operations {
        // Opened with O_CREAT and O_TRUNC, then written.
        if let Operation::Write { path, .. } = operation {
            let mut opened = tree.clone();
            opened.apply(&Operation::Write {
                path: path.clone(),
                content: Vec::new(),
            });
            states.push(opened);
        }
        tree.apply(operation);
        states.push(tree.clone());
    }
    states
}

/// overlayfs refuses to move directories of lower layers.
fn may_fail(tree: &Tree, operation: &Operation) -> bool {
    let Operation::Rename { source, .. } = operation else {
        return false;
    };
    let source = tree.get(source);
    source.is_some_and(|node| node.kind == Kind::Directory)
}

fn printed(operations: &[Operation]) -> String {
    let lines = operations.iter().map(|operation| {
        let line: String = operation.to_json().to_string().chars().take(160).collect();
        format!("\n  {line}")
    });
    lines.collect()
}

fn describe(client: &Client, id: &str) -> Description {
    Description::parse(&python(client, id, &["describe".to_owned()]))
}

fn python(client: &Client, id: &str, arguments: &[String]) -> String {
    let command = PYTHON.iter().map(ToString::to_string);
    let command: Vec<String> = command.chain(arguments.iter().cloned()).collect();
    let body = json!({ "command": command });
    let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
    assert_eq!(answer["exit_code"], 0, "{answer}");
    answer["output"].as_str().unwrap().to_owned()
}
