//! Rows of measurements as a table for people.

use std::fmt::Write;

use serde_json::Value;

/// One line a row: what, p50, p95, how often, the goal and whether it was met, the method.
pub(super) fn render(rows: &[Value]) -> String {
    let mut table = format!(
        "{:<44} {:>11} {:>9} {:>4}  {:<16} method\n",
        "what", "p50", "p95", "n", "goal"
    );
    for row in rows {
        let text = |member: &str| row.get(member).and_then(Value::as_str).unwrap_or_default();
        let unit = text("unit");
        let p50 = row.get("p50").and_then(Value::as_f64);
        let goal = row.get("goal").and_then(Value::as_f64);
        let shown = |number: Option<f64>| number.map(|number| figure(number, unit));
        // Writing to a String can't fail.
        let _ = writeln!(
            table,
            "{:<44} {:>11} {:>9} {:>4}  {:<16} {}",
            text("what"),
            shown(p50).unwrap_or_default(),
            shown(row.get("p95").and_then(Value::as_f64)).unwrap_or_default(),
            row.get("n").and_then(Value::as_u64).unwrap_or_default(),
            verdict(p50, goal, unit),
            text("method"),
        );
    }
    table
}

fn figure(number: f64, unit: &str) -> String {
    if unit == "ms" {
        format!("{number:.2} ms")
    } else {
        format!("{number} {unit}")
    }
}

fn verdict(p50: Option<f64>, goal: Option<f64>, unit: &str) -> String {
    match (p50, goal) {
        (Some(p50), Some(goal)) => {
            let met = if p50 <= goal { "met" } else { "MISSED" };
            let unit = if unit == "ms" { " ms" } else { "" };
            format!("≤ {goal}{unit} {met}")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_goal_is_met_or_missed_and_a_peer_has_none() {
        let table = render(&[
            json!({ "what": "fast", "unit": "ms", "p50": 5.0, "p95": 6.0, "n": 3, "goal": 5 }),
            json!({ "what": "slow", "unit": "ms", "p50": 5.1, "p95": 6.0, "n": 3, "goal": 5 }),
            json!({ "what": "peer", "unit": "ms", "p50": 9.0, "p95": 9.0, "n": 3 }),
        ]);
        let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line("fast").contains("≤ 5 ms met"));
        assert!(line("slow").contains("≤ 5 ms MISSED"));
        assert!(!line("peer").contains('≤'));
    }
}
