//! Box rows, deleted ones included: a tombstone keeps its id from being used again.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use upstash_box_wasm::api_types::{
    BoxInfo, BoxSize, BoxStatus, CustomRunner, LogLevel, LogSource, McpServer, NetworkPolicy,
};

use super::chains::free_unused;
use super::{Store, StoreError, logs};

/// One row. `info.status` is `Idle`, `Paused` or `Deleted`: what runs now is not kept here.
#[derive(Clone, Debug)]
pub(crate) struct BoxRecord {
    pub(crate) info: BoxInfo,
    pub(crate) init_command: Option<String>,
    pub(crate) sealed_secrets: Option<Vec<u8>>,
    /// Digest of the image that its runtime was mapped to; the server's own when absent.
    pub(crate) image: Option<String>,
    /// Number of the box's next sealed layer.
    pub(crate) next_layer: u64,
}

/// The members of a box that nothing searches by; one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BoxSettings {
    pub(crate) labels: Vec<String>,
    pub(crate) size: BoxSize,
    pub(crate) keep_alive: bool,
    pub(crate) runtime: Option<String>,
    /// Digest of the image below the layers; the server's own when absent.
    pub(crate) image: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) custom_runner: Option<CustomRunner>,
    pub(crate) git_user_name: Option<String>,
    pub(crate) git_user_email: Option<String>,
    pub(crate) init_command: Option<String>,
    pub(crate) ephemeral: bool,
    pub(crate) clone_repo: Option<String>,
    pub(crate) network_policy: Option<NetworkPolicy>,
    pub(crate) enabled_skills: Vec<String>,
    /// Without the values of their headers.
    pub(crate) mcp_servers: Vec<McpServer>,
}

/// Whose layers a new box starts with.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// None: the bare image.
    Image,
    /// Those of this snapshot.
    Snapshot(String),
}

/// What became of a new box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It is stored.
    Stored,
    /// The id was given out before; make up another.
    IdTaken,
    /// A live box has this name or id.
    NameTaken,
    /// The snapshot is gone.
    SnapshotGone,
}

const COLUMNS: &str = "id, name, status, settings, sealed_secrets, snapshot_id, next_layer, \
                       created_at, updated_at, last_activity_at, deleted_at, \
                       expires_at";

impl Store {
    /// Stores new boxes with the layers of their origin; what became of each.
    pub(crate) fn insert_boxes(
        &self,
        records: &[BoxRecord],
        origin: &Origin,
    ) -> Result<Vec<Inserted>, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let inserted = records
            .iter()
            .map(|record| insert(&transaction, record, origin))
            .collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(inserted)
    }

    /// The box with this id, deleted or not, else the live box with this name.
    pub(crate) fn find_box(&self, reference: &str) -> Result<Option<BoxRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM boxes \
             WHERE id = ?1 OR (name = ?1 AND status <> 'deleted') ORDER BY id = ?1 DESC LIMIT 1"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        statement
            .query_row([reference], |row| Ok(read_box(row)))
            .optional()?
            .transpose()
    }

    /// Live boxes, or the deleted ones, newest first.
    pub(crate) fn list_boxes(
        &self,
        deleted: bool,
        label: Option<&str>,
    ) -> Result<Vec<BoxRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM boxes WHERE (status = 'deleted') = ?1 AND (?2 IS NULL OR \
             EXISTS (SELECT 1 FROM json_each(settings, '$.labels') WHERE value = ?2)) \
             ORDER BY created_at DESC, rowid DESC"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![deleted, label])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(read_box(row)?);
        }
        Ok(records)
    }

    /// Turns a box into a tombstone without secrets; the layers that nothing needs any more.
    /// `None` when there is no such live box.
    pub(crate) fn delete_box(&self, id: &str, now: i64) -> Result<Option<Vec<String>>, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let changed = transaction.execute(
            "UPDATE boxes SET status = 'deleted', deleted_at = ?2, updated_at = ?2, \
             sealed_secrets = NULL WHERE id = ?1 AND status <> 'deleted'",
            params![id, now],
        )?;
        if changed == 0 {
            return Ok(None);
        }
        let candidates: Vec<String> = transaction
            .prepare_cached("DELETE FROM box_layers WHERE box_id = ?1 RETURNING layer_id")?
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        // What was asked of a box is nobody's business once it is gone.
        transaction.execute("DELETE FROM runs WHERE box_id = ?1", [id])?;
        transaction.execute("DELETE FROM logs WHERE box_id = ?1", [id])?;
        transaction.execute("DELETE FROM schedules WHERE box_id = ?1", [id])?;
        let freed = free_unused(&transaction, candidates)?;
        transaction.commit()?;
        Ok(Some(freed))
    }
}

fn insert(
    transaction: &Transaction<'_>,
    record: &BoxRecord,
    origin: &Origin,
) -> Result<Inserted, StoreError> {
    let info = &record.info;
    if is_reference_taken(transaction, &info.id)? {
        return Ok(Inserted::IdTaken);
    }
    if let Some(name) = &info.name
        && is_reference_taken(transaction, name)?
    {
        return Ok(Inserted::NameTaken);
    }
    if let Origin::Snapshot(snapshot_id) = origin {
        let sql = "SELECT 1 FROM snapshots WHERE id = ?1";
        if !transaction.prepare_cached(sql)?.exists([snapshot_id])? {
            return Ok(Inserted::SnapshotGone);
        }
    }
    transaction
        .prepare_cached(&format!(
            "INSERT INTO boxes ({COLUMNS}, current_snapshot_id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?6)"
        ))?
        .execute(params![
            info.id,
            info.name,
            status_text(info.status),
            serde_json::to_string(&settings_of(record))?,
            record.sealed_secrets,
            info.snapshot_id,
            record.next_layer,
            info.created_at,
            info.updated_at,
            info.last_activity_at,
            info.deleted_at,
            info.expires_at,
        ])?;
    let how = match origin {
        Origin::Image => "the box was made".to_owned(),
        Origin::Snapshot(snapshot_id) => format!("the box was made from snapshot {snapshot_id}"),
    };
    let whose = (LogLevel::Info, LogSource::System);
    logs::insert(transaction, &info.id, whose, &how, info.created_at)?;
    if let Origin::Snapshot(snapshot_id) = origin {
        transaction
            .prepare_cached(
                "INSERT INTO box_layers (box_id, position, layer_id) \
                     SELECT ?1, position, layer_id FROM snapshot_layers WHERE snapshot_id = ?2",
            )?
            .execute([&info.id, snapshot_id])?;
    }
    Ok(Inserted::Stored)
}

/// Ids of all times and names of live boxes share one namespace, so that either finds one box.
fn is_reference_taken(transaction: &Transaction<'_>, text: &str) -> Result<bool, StoreError> {
    Ok(transaction
        .prepare_cached("SELECT 1 FROM boxes WHERE id = ?1 OR (name = ?1 AND status <> 'deleted')")?
        .exists([text])?)
}

pub(super) fn settings_of(record: &BoxRecord) -> BoxSettings {
    let info = &record.info;
    BoxSettings {
        labels: info.labels.clone(),
        size: info.size,
        keep_alive: info.keep_alive,
        runtime: info.runtime.clone(),
        image: record.image.clone(),
        agent: info.agent.clone(),
        model: info.model.clone(),
        custom_runner: info.custom_runner.clone(),
        git_user_name: info.git_user_name.clone(),
        git_user_email: info.git_user_email.clone(),
        init_command: record.init_command.clone(),
        ephemeral: info.ephemeral,
        clone_repo: info.clone_repo.clone(),
        network_policy: info.network_policy.clone(),
        enabled_skills: info.enabled_skills.clone(),
        mcp_servers: info.mcp_servers.clone(),
    }
}

fn read_box(row: &Row<'_>) -> Result<BoxRecord, StoreError> {
    let settings: String = row.get("settings")?;
    let settings: BoxSettings = serde_json::from_str(&settings)?;
    let status: String = row.get("status")?;
    Ok(BoxRecord {
        info: BoxInfo {
            id: row.get("id")?,
            name: row.get("name")?,
            status: status_from(&status),
            labels: settings.labels,
            size: settings.size,
            keep_alive: settings.keep_alive,
            ephemeral: settings.ephemeral,
            expires_at: row.get("expires_at")?,
            runtime: settings.runtime,
            clone_repo: settings.clone_repo,
            agent: settings.agent,
            model: settings.model,
            custom_runner: settings.custom_runner,
            enabled_skills: settings.enabled_skills,
            mcp_servers: settings.mcp_servers,
            git_user_name: settings.git_user_name,
            git_user_email: settings.git_user_email,
            network_policy: settings.network_policy,
            snapshot_id: row.get("snapshot_id")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            last_activity_at: row.get("last_activity_at")?,
            deleted_at: row.get("deleted_at")?,
        },
        init_command: settings.init_command,
        image: settings.image,
        sealed_secrets: row.get("sealed_secrets")?,
        next_layer: row.get("next_layer")?,
    })
}

const fn status_text(status: BoxStatus) -> &'static str {
    match status {
        BoxStatus::Paused => "paused",
        BoxStatus::Deleted => "deleted",
        _ => "idle",
    }
}

fn status_from(text: &str) -> BoxStatus {
    match text {
        "paused" => BoxStatus::Paused,
        "deleted" => BoxStatus::Deleted,
        _ => BoxStatus::Idle,
    }
}
