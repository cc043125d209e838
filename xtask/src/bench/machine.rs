//! The machine that was measured on, as far as it matters to the figures.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::program;

/// What is told with the figures. What can't be found out is left empty.
pub(super) fn describe() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    json!({
        "cpu": field("/proc/cpuinfo", "model name"),
        "cores": cores,
        "memory": field("/proc/meminfo", "MemTotal"),
        "kernel": read("uname", &["--kernel-release"]),
        "node": read("node", &["--version"]),
        "filesystem": read("df", &["--output=fstype", "/tmp"]).lines().last(),
        "date": read("date", &["--utc", "+%Y-%m-%d"]),
        "load": fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
    })
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn read(program: &str, words: &[&str]) -> String {
    let printed = program::read(Command::new(program).args(words));
    printed.unwrap_or_default().trim().to_owned()
}
