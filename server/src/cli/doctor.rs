//! `box-server doctor`: what this machine has for boxes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::data_dir;
use crate::sandbox::probe::{Finding, findings};
use crate::server::make_data_dir;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// The data directory that the server would use
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Doctor {
    /// Fails when something is missing that boxes can't do without.
    pub(super) async fn run(self) -> Result<ExitCode, String> {
        let data = match self.data {
            Some(data) => data,
            None => data_dir::default()?,
        };
        make_data_dir(&data).map_err(|error| error.to_string())?;
        let launcher = std::env::current_exe()
            .map_err(|error| format!("the path of box-server itself is unknown: {error}"))?;
        let findings = findings(&launcher, &data).await;
        std::io::stdout()
            .write_all(report(&findings, &data).as_bytes())
            .map_err(|error| format!("standard output can't be written: {error}"))?;
        Ok(if is_able(&findings) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Whether boxes run here at all.
fn is_able(findings: &[Finding]) -> bool {
    !findings
        .iter()
        .any(|finding| finding.needed && finding.outcome.is_err())
}

/// The verdict, then each finding.
fn report(findings: &[Finding], data: &Path) -> String {
    let verdict = match findings.iter().filter(|it| it.outcome.is_err()).count() {
        _ if !is_able(findings) => {
            "Boxes can't run here until each NO below is put right.".to_owned()
        }
        0 => "Boxes work here, with all that they can use.".to_owned(),
        lacking => format!("Boxes work here. What could be better (no): {lacking}"),
    };
    let mut text = format!("{verdict}\nThe data directory: {}\n\n", data.display());
    for finding in findings {
        // Writing to a string does not fail.
        let _ = match &finding.outcome {
            Ok(()) => writeln!(text, "yes  {}", finding.feature),
            Err(reason) => writeln!(
                text,
                "{}  {}\n       why:     {reason}\n       without: {}\n       remedy:  {}",
                if finding.needed { "NO " } else { "no " },
                finding.feature,
                finding.lost_without,
                finding.remedy,
            ),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_its_remedy() {
        let finding = |outcome| Finding {
            feature: "git",
            outcome,
            needed: false,
            lost_without: "git.clone",
            remedy: "install git",
        };
        let report = |outcome| report(&[finding(outcome)], Path::new("/data"));
        let text = report(Ok(()));
        assert!(text.ends_with("\nyes  git\n"), "{text}");
        let text = report(Err("not in /usr/bin".to_owned()));
        for part in ["no   git", "not in /usr/bin", "git.clone", "install git"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_first_line_is_the_verdict_and_the_second_the_data_directory() {
        let finding = |needed, outcome: Result<(), &str>| Finding {
            feature: "a feature",
            outcome: outcome.map_err(str::to_owned),
            needed,
            lost_without: "something",
            remedy: "do something",
        };
        for (findings, verdict) in [
            (
                vec![finding(true, Ok(())), finding(false, Ok(()))],
                "Boxes work here, with all",
            ),
            (
                vec![finding(true, Ok(())), finding(false, Err("x"))],
                "Boxes work here. What could be better (no): 1",
            ),
            (
                vec![finding(true, Err("x")), finding(false, Ok(()))],
                "Boxes can't run here",
            ),
        ] {
            let text = report(&findings, Path::new("/data"));
            let mut lines = text.lines();
            assert!(lines.next().unwrap().starts_with(verdict), "{text}");
            assert_eq!(lines.next(), Some("The data directory: /data"));
        }
    }
}
