//! What the figures are held to, in one list.
//!
//! A row of a script names its goal by key. Several rows may have the same one: the worst counts.

use std::fmt::Write;

use serde_json::Value;

use super::table::{figure, p50, text};

/// A bound for the median of each row that names it.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) key: &'static str,
    pub(super) what: &'static str,
    pub(super) bound: Bound,
    pub(super) unit: &'static str,
}

/// In which direction it is good.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

use Bound::{AtLeast, AtMost};

pub(super) const GOALS: &[Goal] = &[
    goal(
        "package",
        "package: all of it, bundled, brotli",
        AtMost(30_000.0),
        "bytes",
    ),
    goal(
        "load",
        "load and first request, Node, over bare fetch",
        AtMost(5.0),
        "ms",
    ),
    goal(
        "call-cpu",
        "CPU of a call, against @upstash/box",
        AtMost(1.0),
        "×",
    ),
    goal(
        "exec-stream",
        "exec stream, against @upstash/box",
        AtLeast(2.0),
        "×",
    ),
    goal(
        "event-stream",
        "event stream, against @upstash/box",
        AtLeast(2.0),
        "×",
    ),
    goal(
        "event-growth",
        "an event 8 times as large takes longer by",
        AtMost(12.0),
        "×",
    ),
    goal(
        "sdk-wait",
        "snapshot() when the server needs 300 ms",
        AtMost(350.0),
        "ms",
    ),
    goal(
        "snapshot-server",
        "snapshot, idle, 1 GB in 50,000 files, server side",
        AtMost(5.0),
        "ms",
    ),
    goal(
        "snapshot-sdk",
        "snapshot, idle, 1 GB in 50,000 files, SDK",
        AtMost(8.0),
        "ms",
    ),
    goal(
        "snapshot-growth",
        "snapshot of 1 GB against one of 10 MB",
        AtMost(1.5),
        "×",
    ),
    goal(
        "busy-snapshot",
        "snapshot of a busy box, 500 changed files",
        AtMost(25.0),
        "ms",
    ),
    goal("busy-pause", "  pause of its processes", AtMost(10.0), "ms"),
    goal(
        "restore",
        "fromSnapshot() to the first result",
        AtMost(15.0),
        "ms",
    ),
    goal(
        "forks",
        "100 forks, each having run true",
        AtMost(400.0),
        "ms",
    ),
    goal(
        "fork-disk",
        "disk of an untouched fork",
        AtMost(25_000.0),
        "bytes",
    ),
    goal("exec", "exec.command(\"true\")", AtMost(6.0), "ms"),
    goal("rollback", "rollback in place", AtMost(15.0), "ms"),
    goal(
        "first-write",
        "first write to 5,000 files, against a plain folder",
        AtMost(2.0),
        "×",
    ),
    goal(
        "idle-memory",
        "server memory, 1,000 idle boxes",
        AtMost(64.0),
        "MB",
    ),
    goal(
        "load-memory",
        "server memory, 200 execs and 20 streams of 100 MB",
        AtMost(256.0),
        "MB",
    ),
];

const fn goal(key: &'static str, what: &'static str, bound: Bound, unit: &'static str) -> Goal {
    Goal {
        key,
        what,
        bound,
        unit,
    }
}

impl Goal {
    /// The goal that a row names.
    pub(super) fn of(row: &Value) -> Option<&'static Self> {
        let key = row.get("goal")?.as_str()?;
        GOALS.iter().find(|goal| goal.key == key)
    }

    /// How far off: 0 or less when it is met, 0.1 when a tenth is missing.
    fn missed_by(&self, measured: f64) -> f64 {
        match self.bound {
            AtMost(most) => measured / most - 1.0,
            AtLeast(least) => least / measured - 1.0,
        }
    }

    pub(super) fn is_met(&self, measured: f64) -> bool {
        self.missed_by(measured) <= 0.0
    }

    /// The row with the worst median of those that name this goal.
    pub(super) fn worst<'a>(&self, rows: &'a [Value]) -> Option<&'a Value> {
        let named = rows.iter().filter(|row| text(row, "goal") == self.key);
        named.max_by(|a, b| self.missed_by(p50(a)).total_cmp(&self.missed_by(p50(b))))
    }

    /// As it stands in a table: `≤ 5 ms`.
    pub(super) fn shown(&self) -> String {
        let (sign, number) = match self.bound {
            AtMost(most) => ('≤', most),
            AtLeast(least) => ('≥', least),
        };
        format!("{sign} {}", figure(number, self.unit))
    }
}

/// A line for each goal that was measured: met, or missed by how much.
pub(super) fn check(rows: &[Value]) -> String {
    let mut text = String::new();
    let (mut met, mut missed) = (0, 0);
    for goal in GOALS {
        let Some(measured) = goal.worst(rows).map(p50) else {
            continue;
        };
        let verdict = if goal.is_met(measured) {
            met += 1;
            "met".to_owned()
        } else {
            missed += 1;
            format!("MISSED by {:.0} %", goal.missed_by(measured) * 100.0)
        };
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{:<50} {:>12} {:>14}  {verdict}",
            goal.what,
            figure(measured, goal.unit),
            goal.shown()
        );
    }
    let _ = writeln!(text, "{met} goals met, {missed} missed");
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_worst_of_several_rows_counts_in_either_direction() {
        let rows = [
            json!({ "goal": "restore", "p50": 10.0 }),
            json!({ "goal": "restore", "p50": 18.0 }),
            json!({ "goal": "exec-stream", "p50": 3.0 }),
            json!({ "goal": "exec-stream", "p50": 1.6 }),
            json!({ "goal": "rollback", "p50": 15.0 }),
        ];
        let text = check(&rows);
        let line = |words: &str| text.lines().find(|line| line.contains(words)).unwrap();
        assert!(line("fromSnapshot").ends_with("MISSED by 20 %"), "{text}");
        assert!(line("exec stream").ends_with("MISSED by 25 %"), "{text}");
        assert!(line("rollback").ends_with("met"), "{text}");
        assert!(text.ends_with("1 goals met, 2 missed\n"), "{text}");
    }

    #[test]
    fn each_key_stands_once() {
        for goal in GOALS {
            let same = GOALS.iter().filter(|other| other.key == goal.key);
            assert_eq!(same.count(), 1, "{}", goal.key);
        }
    }
}
