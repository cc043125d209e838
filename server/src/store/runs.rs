//! Run rows: the history of what was executed in a box.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use upstash_box_wasm::api_types::{LogLevel, LogSource};

use super::{Store, StoreError, logs};

/// One run as `GET …/runs` shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct RunRecord {
    pub(crate) id: String,
    pub(crate) box_id: String,
    /// `agent` or `shell`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) status: String,
    /// The prompt, or the command with its arguments.
    pub(crate) prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schedule_id: Option<String>,
    #[serde(flatten)]
    pub(crate) outcome: RunOutcome,
    pub(crate) created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completed_at: Option<i64>,
}

/// What is known of a run once it has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct RunOutcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_message: Option<String>,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) cached_input_tokens: u64,
    pub(crate) cost_usd: f64,
    pub(crate) cpu_ns: u64,
    pub(crate) duration_ms: u64,
    /// How the harness calls the session; the record shows it.
    #[serde(skip)]
    pub(crate) session_id: Option<String>,
}

impl Store {
    /// Records that a run has begun; it counts as activity of its box and wakes a paused one.
    pub(crate) fn insert_run(&self, run: &RunRecord) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO runs (id, box_id, type, status, prompt, model, session_id, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                run.id,
                run.box_id,
                run.kind,
                run.status,
                run.prompt,
                run.model,
                run.session_id,
                run.created_at,
            ])?;
        transaction
            .prepare_cached("UPDATE boxes SET last_activity_at = ?2 WHERE id = ?1")?
            .execute(params![run.box_id, run.created_at])?;
        let message = format!("started: {}", run.prompt);
        let source = source_of(run.kind);
        let whose = (LogLevel::Info, source);
        logs::insert(&transaction, &run.box_id, whose, &message, run.created_at)?;
        transaction.commit()?;
        Ok(())
    }

    /// Records how a run ended: `completed`, `failed` or `cancelled`.
    pub(crate) fn finish_run(
        &self,
        id: &str,
        status: &str,
        outcome: &RunOutcome,
        now: i64,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let run: Option<(String, String)> = transaction
            .prepare_cached(
                "UPDATE runs SET status = ?2, output = ?3, exit_code = ?4, error_message = ?5, \
                 input_tokens = ?6, output_tokens = ?7, cached_input_tokens = ?8, cost_usd = ?9, \
                 cpu_ns = ?10, duration_ms = ?11, completed_at = ?12, \
                 session_id = coalesce(?13, session_id) \
                 WHERE id = ?1 RETURNING box_id, type",
            )?
            .query_row(
                params![
                    id,
                    status,
                    outcome.output,
                    outcome.exit_code,
                    outcome.error_message,
                    outcome.input_tokens,
                    outcome.output_tokens,
                    outcome.cached_input_tokens,
                    outcome.cost_usd,
                    outcome.cpu_ns,
                    outcome.duration_ms,
                    now,
                    outcome.session_id,
                ],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if let Some((box_id, kind)) = run {
            transaction
                .prepare_cached("UPDATE boxes SET last_activity_at = ?2 WHERE id = ?1")?
                .execute(params![box_id, now])?;
            let level = if status == "failed" {
                LogLevel::Error
            } else {
                LogLevel::Info
            };
            let whose = (level, source_of(&kind));
            logs::insert(&transaction, &box_id, whose, &ending(status, outcome), now)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Marks what was running when the last server ended as failed.
    pub(crate) fn fail_unfinished_runs(&self, now: i64) -> Result<usize, StoreError> {
        Ok(self.connection().execute(
            "UPDATE runs SET status = 'failed', completed_at = ?1, \
             error_message = 'the server ended during this run' WHERE status = 'running'",
            [now],
        )?)
    }

    /// One run of a box.
    pub(crate) fn find_run(&self, box_id: &str, id: &str) -> Result<Option<RunRecord>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT * FROM runs WHERE id = ?1 AND box_id = ?2")?
            .query_row([id, box_id], read_run)
            .optional()?)
    }

    /// A box's runs, newest first, at most `limit` after the first `offset`.
    pub(crate) fn list_runs(
        &self,
        box_id: &str,
        limit: u32,
        offset: u64,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT * FROM runs WHERE box_id = ?1 ORDER BY created_at DESC, rowid DESC \
             LIMIT ?2 OFFSET ?3",
        )?;
        let runs = statement
            .query_map(params![box_id, limit, offset], read_run)?
            .collect::<Result<_, _>>()?;
        Ok(runs)
    }
}

fn source_of(kind: &str) -> LogSource {
    if kind == "agent" {
        LogSource::Agent
    } else {
        LogSource::User
    }
}

/// How a run ended, in a few words.
fn ending(status: &str, outcome: &RunOutcome) -> String {
    let code = match outcome.exit_code {
        Some(code) if code != 0 => format!(" with exit code {code}"),
        _ => String::new(),
    };
    let why = match &outcome.error_message {
        Some(why) => format!(": {why}"),
        None => String::new(),
    };
    format!("{status}{code} after {} ms{why}", outcome.duration_ms)
}

fn read_run(row: &Row<'_>) -> Result<RunRecord, rusqlite::Error> {
    let kind: String = row.get("type")?;
    Ok(RunRecord {
        id: row.get("id")?,
        box_id: row.get("box_id")?,
        kind: if kind == "agent" { "agent" } else { "shell" },
        status: row.get("status")?,
        prompt: row.get("prompt")?,
        model: row.get("model")?,
        session_id: row.get("session_id")?,
        schedule_id: row.get("schedule_id")?,
        outcome: RunOutcome {
            output: row.get("output")?,
            exit_code: row.get("exit_code")?,
            error_message: row.get("error_message")?,
            input_tokens: row.get("input_tokens")?,
            output_tokens: row.get("output_tokens")?,
            cached_input_tokens: row.get("cached_input_tokens")?,
            cost_usd: row.get("cost_usd")?,
            cpu_ns: row.get("cpu_ns")?,
            duration_ms: row.get("duration_ms")?,
            session_id: None,
        },
        created_at: row.get("created_at")?,
        completed_at: row.get("completed_at")?,
    })
}
