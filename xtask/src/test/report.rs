//! What every suite said, and the verdict over all of them.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::program;
use crate::step::seconds;

use super::totals::Totals;

/// The suites so far.
#[derive(Debug)]
pub(crate) struct Report {
    skips_fail: bool,
    started: Instant,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    suite: String,
    totals: Totals,
    took: Duration,
    /// Why it failed or was skipped, beyond what the counts say.
    remark: Option<String>,
}

impl Report {
    /// `skips_fail` makes every skip a failure.
    pub(crate) fn new(skips_fail: bool) -> Self {
        Self {
            skips_fail,
            started: Instant::now(),
            rows: Vec::new(),
        }
    }

    /// Runs one suite, shows all it says, and counts.
    pub(crate) fn suite(&mut self, name: &str, command: Result<Command>) {
        println!("\n== suite: {name}");
        let started = Instant::now();
        let outcome = command.and_then(|mut command| {
            println!("   {}", program::shown(&command));
            watch(&mut command)
        });
        let (mut totals, mut remark) = match outcome {
            Ok((totals, status)) => (totals, remark_on(totals, status)),
            Err(error) => (Totals::default(), Some(format!("{error:#}"))),
        };
        // A suite that ended badly failed, even if it could not say how many tests did.
        if remark.is_some() && totals.failed == 0 {
            totals.failed = 1;
        }
        if self.skips_fail && totals.skipped > 0 {
            totals.failed += totals.skipped;
            remark.get_or_insert_with(|| "skipped tests are failures where CI=true".to_owned());
        }
        self.add(name, totals, started.elapsed(), remark);
    }

    /// Something that holds or doesn't, counted as one test.
    pub(crate) fn verdict(&mut self, name: &str, verdict: &Result<()>) {
        let failed = u64::from(verdict.is_err());
        let totals = Totals {
            passed: 1 - failed,
            failed,
            skipped: 0,
        };
        let remark = verdict.as_ref().err().map(|error| format!("{error:#}"));
        self.add(name, totals, Duration::ZERO, remark);
    }

    /// A suite that this machine can't run.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        let failed = u64::from(self.skips_fail);
        let totals = Totals {
            skipped: 1,
            failed,
            ..Totals::default()
        };
        self.add(
            name,
            totals,
            Duration::ZERO,
            Some(format!("skipped: {reason}")),
        );
    }

    fn add(&mut self, suite: &str, totals: Totals, took: Duration, remark: Option<String>) {
        if let Some(remark) = &remark {
            println!("   {suite}: {remark}");
        }
        self.rows.push(Row {
            suite: suite.to_owned(),
            totals,
            took,
            remark,
        });
    }

    /// Prints the table and, last, the one line that counts everything.
    pub(crate) fn close(&self) -> ExitCode {
        let mut sum = Totals::default();
        println!("\n== all suites, {}", seconds(self.started.elapsed()));
        for row in &self.rows {
            sum += row.totals;
            let Totals {
                passed,
                failed,
                skipped,
            } = row.totals;
            let took = seconds(row.took);
            println!(
                "   {:<38} {passed:>5} ok {failed:>3} bad {skipped:>3} skipped {took:>9}",
                row.suite
            );
            if let Some(remark) = &row.remark {
                println!("      {remark}");
            }
        }
        println!("\n{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn remark_on(totals: Totals, status: ExitStatus) -> Option<String> {
    if !status.success() {
        return Some(format!("ended with {status}"));
    }
    (totals.passed == 0).then(|| "it ran no test".to_owned())
}

/// Passes the program's output on line by line while counting.
fn watch(command: &mut Command) -> Result<(Totals, ExitStatus)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| program::cannot_start(command, &error))?;
    let mut totals = Totals::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.context("could not read what the suite printed")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            totals += Totals::of_line(&line);
        }
    }
    let status = child.wait().context("could not wait for the suite")?;
    Ok((totals, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(script: &str, skips_fail: bool) -> Totals {
        let mut report = Report::new(skips_fail);
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        report.suite("suite", Ok(command));
        report.rows[0].totals
    }

    #[test]
    fn what_a_suite_says_is_counted() {
        assert_eq!(
            ran("echo '3 passed, 0 failed'", true),
            Totals {
                passed: 3,
                ..Totals::default()
            }
        );
    }

    #[test]
    fn a_suite_that_dies_or_runs_nothing_has_failed() {
        assert_eq!(ran("echo '3 passed, 0 failed'; exit 7", false).failed, 1);
        assert_eq!(ran("true", false).failed, 1);
    }

    #[test]
    fn a_skip_fails_only_where_skips_must_not_be() {
        let script = "echo 'ℹ pass 1'; echo 'ℹ skipped 1'";
        assert_eq!(ran(script, false).failed, 0);
        assert_eq!(ran(script, true).failed, 1);
    }
}
