//! Rows of measurements as a table for people.

use std::fmt::Write;

use serde_json::Value;

use super::goals::Goal;

/// One line a row: what, median, 95 %, how often, the goal and whether it was met, how many times
/// the row's peer took, the method.
pub(super) fn render(rows: &[Value]) -> String {
    let mut table = format!(
        "{:<54} {:>11} {:>11} {:>4}  {:<20} {:<24} method\n",
        "what", "p50", "p95", "n", "goal", "peer"
    );
    for row in rows {
        let p95 = row.get("p95").and_then(Value::as_f64);
        let unit = text(row, "unit");
        // Writing to a String can't fail.
        let _ = writeln!(
            table,
            "{:<54} {:>11} {:>11} {:>4}  {:<20} {:<24} {}",
            text(row, "what"),
            figure(p50(row), unit),
            p95.map(|number| figure(number, unit)).unwrap_or_default(),
            row.get("n").and_then(Value::as_u64).unwrap_or_default(),
            verdict(row),
            ratio(row, rows).unwrap_or_default(),
            text(row, "method"),
        );
    }
    table
}

/// A number with its unit, and no more digits than it deserves.
pub(super) fn figure(number: f64, unit: &str) -> String {
    let digits = match number.abs() {
        size if unit == "bytes" || size >= 100.0 || size.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let space = if unit == "×" { "" } else { " " };
    format!(
        "{}{space}{unit}",
        with_commas(&format!("{number:.digits$}"))
    )
}

/// A member that is text, or nothing.
pub(super) fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The median.
pub(super) fn p50(row: &Value) -> f64 {
    row.get("p50").and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// How many times as long the peer takes that a row names.
pub(super) fn ratio(row: &Value, rows: &[Value]) -> Option<String> {
    let name = row.get("beside")?.as_str()?;
    let peer = rows.iter().find(|row| text(row, "what").trim() == name)?;
    let ratio = figure(p50(peer) / p50(row), "×");
    let shown = match name.split_once(',') {
        // The same thing, done by another.
        Some((thing, who)) if thing == text(row, "what").trim() => who.trim(),
        Some((peer, _)) => peer,
        None => name,
    };
    Some(format!("{shown}: {ratio}"))
}

fn verdict(row: &Value) -> String {
    Goal::of(row).map_or_else(String::new, |goal| {
        let met = if goal.is_met(p50(row)) {
            "met"
        } else {
            "MISSED"
        };
        format!("{} {met}", goal.shown())
    })
}

fn with_commas(number: &str) -> String {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (number, String::new()),
    };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if index > 0 && left % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &fraction
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_goal_is_met_or_missed_and_a_peer_has_none() {
        let table = render(&[
            json!({ "what": "fast", "unit": "ms", "p50": 15.0, "n": 3, "goal": "restore" }),
            json!({ "what": "slow", "unit": "ms", "p50": 15.1, "n": 3, "goal": "restore", "beside": "peer, large" }),
            json!({ "what": "  peer, large", "unit": "ms", "p50": 30_200.0, "n": 3 }),
        ]);
        let line = |name: &str| {
            table
                .lines()
                .find(|line| line.trim().starts_with(name))
                .unwrap()
        };
        assert!(line("fast").contains("≤ 15 ms met"), "{table}");
        assert!(line("slow").contains("≤ 15 ms MISSED"), "{table}");
        assert!(line("slow").contains("peer: 2,000×"), "{table}");
        assert!(!line("peer").contains('≤'), "{table}");
    }

    #[test]
    fn a_peer_that_does_the_same_thing_is_called_by_its_own_name() {
        let rows = [
            json!({ "what": "a call", "unit": "ms", "p50": 2.0, "beside": "a call, their client" }),
            json!({ "what": "  a call, their client", "unit": "ms", "p50": 4.0 }),
        ];
        assert_eq!(ratio(&rows[0], &rows).as_deref(), Some("their client: 2×"));
    }

    #[test]
    fn numbers_have_the_digits_they_deserve() {
        let shown = [
            figure(1.234, "ms"),
            figure(12.34, "ms"),
            figure(11_900.4, "ms"),
            figure(29_900.0, "bytes"),
            figure(2.0, "×"),
        ];
        let expected = ["1.23 ms", "12.3 ms", "11,900 ms", "29,900 bytes", "2×"];
        assert_eq!(shown, expected);
    }
}
