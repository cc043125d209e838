//! Schedule rows: what a box does by itself, when next, and how the last time went.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Store, StoreError};

/// What a schedule does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScheduleKind {
    /// Runs a command.
    #[default]
    Exec,
    /// Asks the box's agent.
    Prompt,
}

/// What its owner says of it; one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct ScheduleSettings {
    #[serde(rename = "type")]
    pub(crate) kind: ScheduleKind,
    pub(crate) cron: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) command: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_options: Option<Value>,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) webhook_url: Option<String>,
    /// With a mask in place of each value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) webhook_headers: BTreeMap<String, String>,
}

/// One schedule as `GET …/schedules` shows it. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct Schedule {
    pub(crate) id: String,
    pub(crate) box_id: String,
    #[serde(flatten)]
    pub(crate) settings: ScheduleSettings,
    #[serde(skip)]
    pub(crate) sealed_headers: Option<Vec<u8>>,
    /// `active` or `paused`.
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_run_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_run_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_run_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_run_id: Option<String>,
    pub(crate) total_runs: u64,
    pub(crate) total_failures: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// How one occurrence went.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) at: i64,
    /// `completed`, `failed` or `skipped`.
    pub(crate) status: &'static str,
    pub(crate) run_id: Option<String>,
}

impl Store {
    /// Stores a schedule unless its live box has `most` already; whether it did.
    pub(crate) fn insert_schedule(
        &self,
        schedule: &Schedule,
        most: u32,
    ) -> Result<bool, StoreError> {
        let inserted = self
            .connection()
            .prepare_cached(
                "INSERT INTO schedules (id, box_id, settings, sealed_headers, status, next_run_at, \
                 created_at, updated_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 \
                 WHERE (SELECT count(*) FROM schedules WHERE box_id = ?2) < ?9 \
                 AND EXISTS (SELECT 1 FROM boxes WHERE id = ?2 AND status <> 'deleted')",
            )?
            .execute(params![
                schedule.id,
                schedule.box_id,
                serde_json::to_string(&schedule.settings)?,
                schedule.sealed_headers,
                schedule.status,
                schedule.next_run_at,
                schedule.created_at,
                schedule.updated_at,
                most,
            ])?;
        Ok(inserted > 0)
    }

    /// Stores what was changed of a schedule, and when it comes next.
    pub(crate) fn update_schedule(&self, schedule: &Schedule) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE schedules SET settings = ?2, sealed_headers = ?3, status = ?4, \
                 next_run_at = ?5, updated_at = ?6 WHERE id = ?1",
            )?
            .execute(params![
                schedule.id,
                serde_json::to_string(&schedule.settings)?,
                schedule.sealed_headers,
                schedule.status,
                schedule.next_run_at,
                schedule.updated_at,
            ])?;
        Ok(())
    }

    /// A box's schedules, oldest first.
    pub(crate) fn list_schedules(&self, box_id: &str) -> Result<Vec<Schedule>, StoreError> {
        self.schedules(
            "SELECT * FROM schedules WHERE box_id = ?1 ORDER BY created_at, rowid",
            box_id,
        )
    }

    /// Active schedules whose time has come.
    pub(crate) fn due_schedules(&self, now: i64) -> Result<Vec<Schedule>, StoreError> {
        self.schedules("SELECT * FROM schedules WHERE next_run_at <= ?1", now)
    }

    /// When the next schedule comes.
    pub(crate) fn next_schedule(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("SELECT min(next_run_at) FROM schedules WHERE next_run_at IS NOT NULL")?
            .query_row([], |row| row.get(0))?)
    }

    /// One schedule of a box.
    pub(crate) fn find_schedule(
        &self,
        box_id: &str,
        id: &str,
    ) -> Result<Option<Schedule>, StoreError> {
        self.connection()
            .prepare_cached("SELECT * FROM schedules WHERE id = ?1 AND box_id = ?2")?
            .query_row([id, box_id], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// Removes a schedule of a box; whether there was one.
    pub(crate) fn delete_schedule(&self, box_id: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM schedules WHERE id = ?1 AND box_id = ?2";
        Ok(self.connection().execute(sql, [id, box_id])? > 0)
    }

    /// Puts off a schedule that is still the same to its next occurrence; whether it was.
    pub(crate) fn put_off(
        &self,
        id: &str,
        from: Option<i64>,
        to: Option<i64>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE schedules SET next_run_at = ?3 WHERE id = ?1 AND next_run_at IS ?2";
        Ok(self.connection().execute(sql, params![id, from, to])? > 0)
    }

    /// Records how an occurrence went. A skipped one is no run.
    pub(crate) fn record_occurrence(
        &self,
        id: &str,
        occurrence: &Occurrence,
    ) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE schedules SET last_run_at = ?2, last_run_status = ?3, \
                 last_run_id = coalesce(?4, last_run_id), \
                 total_runs = total_runs + (?3 <> 'skipped'), \
                 total_failures = total_failures + (?3 = 'failed') WHERE id = ?1",
            )?
            .execute(params![
                id,
                occurrence.at,
                occurrence.status,
                occurrence.run_id
            ])?;
        Ok(())
    }

    /// Notes which schedule began a run.
    pub(crate) fn set_run_schedule(&self, run_id: &str, schedule: &str) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached("UPDATE runs SET schedule_id = ?2 WHERE id = ?1")?
            .execute([run_id, schedule])?;
        Ok(())
    }

    fn schedules(
        &self,
        sql: &str,
        parameter: impl rusqlite::ToSql,
    ) -> Result<Vec<Schedule>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([parameter])?;
        let mut schedules = Vec::new();
        while let Some(row) = rows.next()? {
            schedules.push(read(row)?);
        }
        Ok(schedules)
    }
}

fn read(row: &Row<'_>) -> Result<Schedule, StoreError> {
    let settings: String = row.get("settings")?;
    Ok(Schedule {
        id: row.get("id")?,
        box_id: row.get("box_id")?,
        settings: serde_json::from_str(&settings)?,
        sealed_headers: row.get("sealed_headers")?,
        status: row.get("status")?,
        next_run_at: row.get("next_run_at")?,
        last_run_at: row.get("last_run_at")?,
        last_run_status: row.get("last_run_status")?,
        last_run_id: row.get("last_run_id")?,
        total_runs: row.get("total_runs")?,
        total_failures: row.get("total_failures")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
