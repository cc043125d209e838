//! Waiting for a box or a snapshot that the server is still making.
//!
//! Pure: what an answer means, and how long until the next look. `client.rs` does the looking.

use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::value::Value;

/// What is waited for.
#[derive(Debug)]
pub struct Wait {
    /// The word for it.
    pub noun: &'static str,
    /// The call that looks at it.
    pub look: &'static str,
    /// The code of its failure.
    pub failure: ErrorCode,
}

/// A new box that can be used.
pub const BOX_READY: Wait = Wait {
    noun: "box",
    look: "Box.get",
    failure: ErrorCode::BoxFailed,
};

/// A snapshot that can be restored.
pub const SNAPSHOT_READY: Wait = Wait {
    noun: "snapshot",
    look: "box.listSnapshots",
    failure: ErrorCode::SnapshotFailed,
};

/// The first look comes soon, because most boxes are ready in milliseconds.
const FIRST_LOOK_MS: u32 = 25;
const LONGEST_MS: u32 = 2000;

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be used.
    Ready,
    /// Not yet.
    Pending,
}

impl Wait {
    /// What this answer means.
    ///
    /// # Errors
    ///
    /// When what was waited for has failed or is gone.
    pub fn judge(&self, answer: &Value) -> Result<Verdict, Error> {
        match answer.text("status") {
            Some("creating") => Ok(Verdict::Pending),
            Some(status @ ("error" | "deleted")) => Err(self.failed(answer, status)),
            Some(_) => Ok(Verdict::Ready),
            None => Err(self.failed(answer, "missing")),
        }
    }

    /// The one that is waited for, in the answer of the call that looks.
    pub fn find(&self, looked: Value, id: &str) -> Value {
        match looked {
            Value::List(items) => items
                .into_iter()
                .find(|item| item.text("id") == Some(id))
                .unwrap_or_default(),
            answer => answer,
        }
    }

    fn failed(&self, answer: &Value, status: &str) -> Error {
        let id = answer.text("id").unwrap_or_default();
        let noun = self.noun;
        let mut error = Error::new(
            self.failure,
            format!("The {noun} `{id}` could not be made: its status is {status}."),
        );
        if status == "error" {
            error.left_behind = Some(id.to_owned());
        }
        error
    }
}

/// How long to wait before the next look, given how long it was before the last one.
pub const fn next_delay_ms(last: Option<u32>) -> u32 {
    match last {
        None => FIRST_LOOK_MS,
        Some(last) if last < LONGEST_MS * 2 / 3 => last + last / 2,
        Some(_) => LONGEST_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::{BOX_READY, SNAPSHOT_READY, Verdict, next_delay_ms};
    use crate::value::Value;

    fn with_status(status: &str) -> Value {
        Value::object([("id", "calm-otter-1".into()), ("status", status.into())])
    }

    #[test]
    fn looks_come_soon_and_then_slower() {
        let mut delays = vec![next_delay_ms(None)];
        for look in 0..20 {
            delays.push(next_delay_ms(Some(delays[look])));
        }
        assert_eq!(delays[0], 25);
        assert!(delays.is_sorted());
        assert_eq!(delays[20], 2000);
    }

    #[test]
    fn each_status_has_a_meaning() {
        assert_eq!(
            BOX_READY.judge(&with_status("creating")),
            Ok(Verdict::Pending)
        );
        for ready in ["idle", "running", "paused", "ready"] {
            assert_eq!(BOX_READY.judge(&with_status(ready)), Ok(Verdict::Ready));
        }
        for (wait, code) in [
            (BOX_READY, "box_failed"),
            (SNAPSHOT_READY, "snapshot_failed"),
        ] {
            for gone in ["error", "deleted"] {
                let error = wait.judge(&with_status(gone)).unwrap_err();
                assert_eq!(error.code.as_str(), code);
                assert!(error.message.contains("calm-otter-1"), "{error}");
            }
        }
    }
}
