//! One visible step of a command: what is being done, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Says what `work` does, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {what}");
    let started = Instant::now();
    let result = work().with_context(|| format!("could not {what}"));
    let verdict = if result.is_ok() { "done" } else { "failed" };
    println!("   {verdict} in {}", seconds(started.elapsed()));
    result
}

/// A duration as a person reads it.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
