//! What an image says of the snapshot in it, in the labels of its configuration: tools that copy or
//! add to images keep those.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use upstash_box_wasm::api_types::{CustomRunner, SnapshotInfo};

use super::documents::Configuration;
use crate::boxes::{BoxError, rules, unix_now};
use crate::snapshots::{ArchiveError, LayerStore};
use crate::store::BoxSettings;

const BASE: &str = "com.upstash.box.base";
const SNAPSHOT: &str = "com.upstash.box.snapshot";
const BOX: &str = "com.upstash.box.box";
const NAME: &str = "com.upstash.box.name";
const LABELS: &str = "com.upstash.box.labels";
const CREATED_AT: &str = "com.upstash.box.created-at";
const AGENT: &str = "com.upstash.box.agent";

/// On the only entry of an incremental archive's index: the snapshot whose layers were left out.
pub(super) const SINCE: &str = "com.upstash.box.since";
/// How many those are.
pub(super) const LEFT_OUT: &str = "com.upstash.box.layers-left-out";

/// A box that is known by no id.
const UNKNOWN_BOX: &str = "imported";

/// What a restored box takes over besides the disk. No secrets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Agent {
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_runner: Option<CustomRunner>,
}

/// The labels of the image of a snapshot that stands on `base`.
pub(super) fn labels(
    info: &SnapshotInfo,
    settings: &BoxSettings,
    base: &str,
) -> BTreeMap<String, String> {
    let agent = Agent {
        runtime: settings.runtime.clone(),
        agent: settings.agent.clone(),
        model: settings.model.clone(),
        custom_runner: settings.custom_runner.clone(),
    };
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let labels = [
        (BASE, base.to_owned()),
        (SNAPSHOT, info.id.clone()),
        (BOX, info.box_id.clone()),
        (NAME, info.name.clone()),
        (LABELS, json(serde_json::to_string(&info.labels))),
        (CREATED_AT, info.created_at.to_string()),
        (AGENT, json(serde_json::to_string(&agent))),
    ];
    labels
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// What any tool can read of the snapshot.
pub(super) fn annotations(info: &SnapshotInfo) -> BTreeMap<String, String> {
    let annotations = [
        ("org.opencontainers.image.created", created(info)),
        ("org.opencontainers.image.title", info.name.clone()),
    ];
    annotations
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// When the snapshot was taken, as image documents say it.
pub(super) fn created(info: &SnapshotInfo) -> String {
    OffsetDateTime::from_unix_timestamp(info.created_at)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// The machine's architecture in the words of image documents.
pub(super) const fn architecture() -> &'static str {
    match std::env::consts::ARCH.as_bytes() {
        b"x86_64" => "amd64",
        b"aarch64" => "arm64",
        _ => std::env::consts::ARCH,
    }
}

/// What an image says of itself, as far as it is fit to be kept.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) name: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) box_id: String,
    pub(super) created_at: i64,
    pub(super) settings: BoxSettings,
}

impl Description {
    /// # Errors
    /// When the agent's settings break a rule: a box could not run with them.
    pub(super) fn of(configuration: &Configuration) -> Result<Self, BoxError> {
        let none = BTreeMap::new();
        let labels = configuration.config.labels.as_ref().unwrap_or(&none);
        let fits = |name: &String| rules::snapshot_name(name).is_ok();
        let words = labels.get(LABELS).map(|text| serde_json::from_str(text));
        let words: Option<Vec<String>> = words.and_then(Result::ok);
        let box_id = labels.get(BOX).filter(|id| rules::box_name(id).is_ok());
        let created_at = labels.get(CREATED_AT).and_then(|text| text.parse().ok());
        let agent: Agent = match labels.get(AGENT) {
            None => Agent::default(),
            Some(text) => serde_json::from_str(text).map_err(|error| {
                ArchiveError::refused(format!("the label {AGENT} can't be read: {error}"))
            })?,
        };
        check(&agent)?;
        Ok(Self {
            name: labels.get(NAME).filter(|name| fits(name)).cloned(),
            labels: words
                .filter(|words| rules::labels(words).is_ok())
                .unwrap_or_default(),
            box_id: box_id.cloned().unwrap_or_else(|| UNKNOWN_BOX.to_owned()),
            created_at: created_at
                .filter(|time| (1..=unix_now()).contains(time))
                .unwrap_or_else(unix_now),
            settings: BoxSettings {
                runtime: agent.runtime,
                agent: agent.agent,
                model: agent.model,
                custom_runner: agent.custom_runner,
                ..BoxSettings::default()
            },
        })
    }
}

fn check(agent: &Agent) -> Result<(), BoxError> {
    let checked = || {
        if let Some(runtime) = &agent.runtime {
            rules::runtime(runtime)?;
        }
        for (member, text) in [("agent", &agent.agent), ("model", &agent.model)] {
            if let Some(text) = text {
                rules::one_line(member, text, 200)?;
            }
        }
        agent
            .custom_runner
            .as_ref()
            .map_or(Ok(()), rules::custom_runner)
    };
    checked().map_err(|error: BoxError| {
        ArchiveError::refused(format!("the label {AGENT}: {error}")).into()
    })
}

/// The image below the layers of what comes, if it is here and not the server's own.
pub(super) fn image_below<'all>(
    configuration: &Configuration,
    layers: &'all LayerStore,
) -> Option<&'all str> {
    let labels = configuration.config.labels.as_ref()?;
    layers.image_of_base(labels.get(BASE)?)?
}

/// Refuses an image that was made on top of something that is not here.
pub(super) fn check_base(
    configuration: &Configuration,
    layers: &LayerStore,
) -> Result<(), BoxError> {
    let base = layers.own_base();
    let labels = configuration.config.labels.as_ref();
    let here = format!("{base} on {}", architecture());
    let refused = |there: &str| {
        Err(BoxError::Conflict(format!(
            "the image {there}, and this server's boxes stand on {here}; its files may not fit. \
             allow_other_base takes it all the same"
        )))
    };
    match labels.and_then(|labels| labels.get(BASE)) {
        None => refused("is not a box-server's"),
        Some(found)
            if layers.image_of_base(found).is_none()
                || configuration.architecture != architecture() =>
        {
            refused(&format!(
                "was made on top of {found} on {}",
                configuration.architecture
            ))
        }
        Some(_) => Ok(()),
    }
}
