//! Figures as they are kept in `target/bench/<name>.json`: the machine, then the rows.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::machine;
use crate::workspace::Workspace;

/// Writes what one bench measured.
pub(super) fn keep(workspace: &Workspace, name: &str, rows: &[Value]) -> Result<()> {
    let folder = workspace.target("bench");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let file = folder.join(format!("{name}.json"));
    let kept = json!({ "machine": machine::describe(), "rows": rows });
    let text = serde_json::to_string_pretty(&kept).context("could not write rows as JSON")?;
    fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))
}

/// The machine and all rows of the benches that were measured.
pub(super) fn read(workspace: &Workspace, names: &[&str]) -> Result<(Value, Vec<Value>)> {
    let mut machine = Value::Null;
    let mut all = Vec::new();
    for name in names {
        let file = workspace.target("bench").join(format!("{name}.json"));
        let text = fs::read(&file).with_context(|| {
            format!(
                "could not read {}: run `cargo xtask bench` first",
                file.display()
            )
        })?;
        let mut kept: Value = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not JSON", file.display()))?;
        if let Some(Value::Array(rows)) = kept.get_mut("rows").map(Value::take) {
            all.extend(rows);
        }
        machine = kept.get_mut("machine").map(Value::take).unwrap_or_default();
    }
    Ok((machine, all))
}
