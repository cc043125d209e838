//! Waiting for a box or a snapshot that the server is still making.
//!
//! Pure: what an answer means, and how long until the next look. `client.rs` does the looking.

use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::json::{Json, Type};
use crate::sentence::sentence;

/// What is waited for.
#[derive(Debug)]
pub struct Wait {
    /// The word for it.
    pub noun: &'static str,
    /// The call that looks at it.
    pub look: &'static str,
    /// Whether that call is about the thing itself, not about the box it belongs to.
    pub by_own_id: bool,
    /// The code of its failure.
    pub failure: ErrorCode,
}

/// A new box that can be used.
pub static BOX_READY: Wait = Wait {
    noun: "box",
    look: "Box.get",
    by_own_id: true,
    failure: ErrorCode::BoxFailed,
};

/// A snapshot that can be restored.
pub static SNAPSHOT_READY: Wait = Wait {
    noun: "snapshot",
    look: "box.listSnapshots",
    by_own_id: false,
    failure: ErrorCode::SnapshotFailed,
};

/// The same, of a snapshot that was asked for by its own id.
pub static NAMED_SNAPSHOT_READY: Wait = Wait {
    noun: "snapshot",
    look: "Box.getSnapshot:ready",
    by_own_id: true,
    failure: ErrorCode::SnapshotFailed,
};

/// The first look comes soon, because most boxes are ready in milliseconds.
const FIRST_LOOK_MS: u32 = 20;
const LONGEST_MS: u32 = 2000;

impl Wait {
    /// What the table calls it.
    pub fn from_word(word: &str) -> Option<&'static Self> {
        Some(match word {
            "box" => &BOX_READY,
            "snapshot" => &SNAPSHOT_READY,
            "snapshot-by-id" => &NAMED_SNAPSHOT_READY,
            _ => return None,
        })
    }

    /// Whether this answer says that it can be used.
    ///
    /// # Errors
    ///
    /// When what was waited for has failed or is gone.
    pub fn is_over<J: Json>(&self, answer: &J, id: &str) -> Result<bool, Error> {
        let status = answer
            .get("status")
            .text()
            .unwrap_or_else(|| "deleted".to_owned());
        match status.as_str() {
            "creating" => Ok(false),
            "error" | "deleted" => {
                let message = [
                    "The ",
                    self.noun,
                    " `",
                    id,
                    "` could not be made: its status is ",
                    &status,
                    ".",
                ];
                let mut error = Error::new(self.failure, sentence(&message));
                error.left_behind = (status == "error").then(|| id.to_owned());
                Err(error)
            }
            _ => Ok(true),
        }
    }

    /// The one that is waited for, in the answer of the call that looks.
    pub fn find<J: Json>(&self, looked: &J, id: &str) -> J {
        if looked.kind() != Type::List {
            return looked.clone();
        }
        let mut found = J::null();
        looked.each(&mut |_, item| {
            if item.get("id").text().as_deref() == Some(id) {
                found = item;
            }
        });
        found
    }
}

/// How long to wait before the next look, given how long it was before the last one. A tenth more each
/// time: what took long is noticed late by at most about a tenth of that.
pub const fn next_delay_ms(last: u32) -> u32 {
    let next = last + last / 10;
    if last == 0 {
        FIRST_LOOK_MS
    } else if next < LONGEST_MS {
        next
    } else {
        LONGEST_MS
    }
}

#[cfg(test)]
mod tests {
    use super::{BOX_READY, SNAPSHOT_READY, next_delay_ms};
    use crate::json::value::Value;

    fn with_status(status: &str) -> Value {
        serde_json::from_value(serde_json::json!({ "id": "calm-otter-1", "status": status }))
            .unwrap()
    }

    #[test]
    fn looks_come_soon_and_then_slower() {
        let mut delays = vec![next_delay_ms(0)];
        for look in 0..60 {
            delays.push(next_delay_ms(delays[look]));
        }
        assert_eq!(delays[0], 20);
        assert!(delays.is_sorted());
        assert_eq!(delays[60], 2000);
    }

    #[test]
    fn each_status_has_a_meaning() {
        assert_eq!(BOX_READY.is_over(&with_status("creating"), "x"), Ok(false));
        for ready in ["idle", "running", "paused", "ready"] {
            assert_eq!(BOX_READY.is_over(&with_status(ready), "x"), Ok(true));
        }
        for (wait, code) in [
            (&BOX_READY, "box_failed"),
            (&SNAPSHOT_READY, "snapshot_failed"),
        ] {
            for gone in [with_status("error"), with_status("deleted"), Value::Null] {
                let error = wait.is_over(&gone, "calm-otter-1").unwrap_err();
                assert_eq!(error.code.as_str(), code);
                assert!(error.message.contains("calm-otter-1"), "{error}");
            }
        }
    }
}
