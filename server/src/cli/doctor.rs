//! `box-server doctor`: what this machine has for boxes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::data_dir;
use crate::sandbox::probe::{Finding, findings};
use crate::server::make_private_dir;

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
        make_private_dir(&data)
            .map_err(|error| format!("the data directory {}: {error}", data.display()))?;
        let launcher = std::env::current_exe()
            .map_err(|error| format!("the path of box-server itself is unknown: {error}"))?;
        let findings = findings(&launcher, &data).await;
        std::io::stdout()
            .write_all(report(&findings).as_bytes())
            .map_err(|error| format!("standard output can't be written: {error}"))?;
        let is_able = !findings
            .iter()
            .any(|finding| finding.needed && finding.outcome.is_err());
        Ok(if is_able {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn report(findings: &[Finding]) -> String {
    let mut text = String::new();
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
        assert_eq!(report(&[finding(Ok(()))]), "yes  git\n");
        let text = report(&[finding(Err("not in /usr/bin".to_owned()))]);
        for part in ["no   git", "not in /usr/bin", "git.clone", "install git"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
