//! Running hostile programs and judging what they say.
//!
//! A program prints a line for each thing that it tries: `refused WHAT: WHY`, or `ESCAPED WHAT: HOW`.
//! `control WHAT` says that the means it uses do work, and `end` that it came to its end.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;

use crate::support::Client;

/// Functions with which the Python programs say what they tried.
const ATTEMPTS: &str = include_str!("programs/attempts.py");

/// One hostile program.
pub(crate) struct Program {
    /// As it stands in `SECURITY.md`.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// What the programs of a test tried.
#[derive(Default)]
pub(crate) struct Tally {
    programs: usize,
    attempts: usize,
}

impl Program {
    /// Runs it as the box's root with these arguments. Panics unless all that it tried was refused.
    pub(crate) fn fails_to_escape(
        &self,
        client: &Client,
        id: &str,
        arguments: &[&str],
        tally: &mut Tally,
    ) {
        let said = self.run(client, id, arguments);
        let name = self.name;
        assert!(!said.contains("ESCAPED"), "{name}:\n{said}");
        assert!(said.ends_with("end\n"), "{name} broke off:\n{said}");
        let count = |word: &str| said.lines().filter(|line| line.starts_with(word)).count();
        assert!(count("control ") > 0, "{name} has no control:\n{said}");
        let attempts = count("refused ");
        assert!(attempts > 0, "{name} tried nothing:\n{said}");
        tally.add(attempts);
    }

    fn run(&self, client: &Client, id: &str, arguments: &[&str]) -> String {
        let is_c = self.text.starts_with("/*");
        let (path, text) = match is_c {
            true => ("/tmp/program.c", self.text.to_owned()),
            false => ("/tmp/program.py", format!("{ATTEMPTS}\n{}", self.text)),
        };
        let body = json!({ "path": path, "content": text });
        client
            .post(&format!("/v2/box/{id}/files/write"), &body)
            .ok();
        if is_c {
            client.output(id, "cc -O1 -w -o /tmp/program /tmp/program.c");
        }
        let mut command = match is_c {
            true => vec!["/tmp/program"],
            false => vec!["python3", path],
        };
        command.extend(arguments);
        let body = json!({ "command": command, "timeout": 60_000 });
        let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
        assert_eq!(answer["exit_code"], 0, "{}: {answer}", self.name);
        answer["output"].as_str().unwrap().to_owned()
    }
}

impl Tally {
    /// Counts one program that made so many attempts.
    pub(crate) fn add(&mut self, attempts: usize) {
        self.programs += 1;
        self.attempts += attempts;
    }

    /// Tells the counts past the capture of passing tests.
    pub(crate) fn tell(&self, theme: &str) {
        let line = format!(
            "isolation, {theme}: {} programs, {} attempts, none escaped\n",
            self.programs, self.attempts
        );
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// Panics unless another box and the server itself answer.
pub(crate) fn others_are_well(client: &Client, other: &str) {
    assert_eq!(client.output(other, "echo fine"), "fine\n");
    client.get("/v2/box").ok();
}

/// Long enough for a bomb to go off, without being a wait for it: it ends the command.
pub(crate) const FUSE: Duration = Duration::from_millis(400);
