//! `bench publish`: documents made of the kept figures.
//!
//! `docs/figures.md` has every row; the README has every goal that is missed, the most telling of those that are met,
//! and the drawing, between two marks.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::goals::{GOALS, Goal};
use super::table::{figure, p50, ratio, text};
use super::{BENCHES, kept, plot};
use crate::step::step;
use crate::workspace::Workspace;

const FIGURES: &str = "docs/figures.md";
const DRAWING: &str = "docs/snapshot-time.svg";
const BEGIN: &str = "<!-- figures: written by `cargo xtask bench publish` -->\n";
/// Goals that the README shows when they are met, too.
const TELLING: &[&str] = &[
    "exec-stream",
    "snapshot-server",
    "snapshot-growth",
    "forks",
    "exec",
    "idle-memory",
];
/// Where the rest is, and the drawing.
const IN_README: &str = "Every row, and how it was measured: \
    [docs/figures.md](docs/figures.md).\n\n\
    ![Time to save a tree, against its size](docs/snapshot-time.svg)\n";
const END: &str = "<!-- end of figures -->\n";

/// Writes the documents. Measures nothing.
pub(crate) fn publish(workspace: &Workspace) -> Result<()> {
    step("put the kept figures into the documents", || {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        let (machine, rows) = kept::read(workspace, &names)?;
        write(&workspace.path(DRAWING), &plot::draw(&rows))?;
        write(&workspace.path(FIGURES), &all_figures(&machine, &rows))?;
        let readme = workspace.path("README.md");
        let before = fs::read_to_string(&readme)
            .with_context(|| format!("could not read {}", readme.display()))?;
        let after = replaced(&before, &goals(&machine, &rows))?;
        write(&readme, &after)
    })
}

fn write(path: &Path, content: &str) -> Result<()> {
    println!("   {}", path.display());
    fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}

/// The text with what is between the marks replaced.
fn replaced(document: &str, figures: &str) -> Result<String> {
    let missing = || format!("README.md has no {} … {}", BEGIN.trim(), END.trim());
    let (head, rest) = document.split_once(BEGIN).with_context(missing)?;
    let (_, tail) = rest.split_once(END).with_context(missing)?;
    Ok(format!("{head}{BEGIN}{figures}{END}{tail}"))
}

/// For the README: goals, each with the row that came out worst, and what its peer needs.
fn goals(machine: &Value, rows: &[Value]) -> String {
    let mut table = format!(
        "{}\n\n| | median | 95 % | goal | beside it |\n| --- | --- | --- | --- | --- |\n",
        sentence(machine)
    );
    let mut left_out = 0;
    for goal in GOALS {
        if let Some(row) = goal.worst(rows) {
            let unit = text(row, "unit");
            let is_met = goal.is_met(p50(row));
            if is_met && !TELLING.contains(&goal.key) {
                left_out += 1;
                continue;
            }
            let missed = if is_met { "" } else { ", missed" };
            let _ = writeln!(
                table,
                "| {} | {} | {} | {}{missed} | {} |",
                escaped(text(row, "what").trim()),
                figure(p50(row), unit),
                spread(row, unit),
                goal.shown(),
                escaped(&ratio(row, rows).unwrap_or_default()),
            );
        }
    }
    let _ = write!(
        table,
        "\nGoals left out here, all of them met: {left_out}. {IN_README}"
    );
    table
}

/// Everything that was measured.
fn all_figures(machine: &Value, rows: &[Value]) -> String {
    let mut document = format!(
        "# Figures\n\nWritten by `cargo xtask bench publish`. {} What is indented is a peer or a part of \
         the row above it. The last column says how many times as long the peer takes.\n\n\
         ![Time to save a tree, against its size](snapshot-time.svg)\n\n\
         | | median | 95 % | n | goal | method | peer |\n| --- | --- | --- | --- | --- | --- | --- |\n",
        sentence(machine)
    );
    for row in rows {
        let unit = text(row, "unit");
        let what = text(row, "what");
        let indent = if what.starts_with(' ') { "&emsp;" } else { "" };
        let verdict = Goal::of(row).map_or_else(String::new, |goal| {
            let missed = if goal.is_met(p50(row)) {
                ""
            } else {
                ", missed"
            };
            format!("{}{missed}", goal.shown())
        });
        let _ = writeln!(
            document,
            "| {indent}{} | {} | {} | {} | {verdict} | {} | {} |",
            escaped(what.trim()),
            figure(p50(row), unit),
            spread(row, unit),
            row.get("n").and_then(Value::as_u64).unwrap_or_default(),
            escaped(text(row, "method")),
            escaped(&ratio(row, rows).unwrap_or_default()),
        );
    }
    document
}

/// The 95 % figure; of a single measurement there is none.
fn spread(row: &Value, unit: &str) -> String {
    let many = row.get("n").and_then(Value::as_u64) > Some(1);
    let p95 = row.get("p95").and_then(Value::as_f64).filter(|_| many);
    p95.map(|p95| figure(p95, unit)).unwrap_or_default()
}

fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|")
}

/// The machine, in words.
fn sentence(machine: &Value) -> String {
    let cores = machine.get("cores").and_then(Value::as_u64).unwrap_or(0);
    format!(
        "Measured by `cargo xtask bench` on {} in one run: {cores} cores ({}), Linux {}, {}, Node {}; \
         medians, requests included.",
        text(machine, "date"),
        text(machine, "cpu"),
        text(machine, "kernel"),
        text(machine, "filesystem"),
        text(machine, "node"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        let expected = format!("before\n{BEGIN}new\n{END}after\n");
        assert_eq!(replaced(&document, "new\n").unwrap(), expected);
        assert!(replaced("no marks", "new").is_err());
    }

    #[test]
    fn telling_goals_are_those_of_the_list() {
        for key in TELLING {
            assert!(GOALS.iter().any(|goal| goal.key == *key), "{key}");
        }
    }

    #[test]
    fn a_goal_is_left_out_of_the_readme_only_when_it_is_met() {
        let row = |key: &str, p50: f64| json!({ "what": key, "unit": "ms", "p50": p50, "n": 1, "goal": key });
        let text = |p50: f64| goals(&json!({}), &[row("rollback", p50), row("exec", 1.0)]);
        assert!(!text(14.0).contains("| rollback |"), "{}", text(14.0));
        assert!(text(14.0).contains("all of them met: 1."));
        assert!(text(16.0).contains("| rollback | 16 ms |  | ≤ 15 ms, missed |"));
        assert!(text(16.0).contains("| exec |"));
    }

    #[test]
    fn a_missed_goal_is_told_and_so_is_the_peer() {
        let rows = [
            json!({ "what": "ours", "unit": "ms", "p50": 20.0, "p95": 30.0, "n": 9, "goal": "restore", "beside": "tar | zstd" }),
            json!({ "what": "tar | zstd", "unit": "ms", "p50": 400.0, "p95": 500.0, "n": 1 }),
        ];
        let text = goals(&json!({}), &rows);
        let expected = "| ours | 20 ms | 30 ms | ≤ 15 ms, missed | tar \\| zstd: 20× |";
        assert!(text.contains(expected), "{text}");
    }
}
