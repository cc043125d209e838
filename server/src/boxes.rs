//! Boxes: what each may do next, and the one owner that does it.
//!
//! Takes requests in the shapes of the wire and answers in them, but never sees a status code or
//! a header. Works on sandboxes, layers and files only through the modules of those names.
//!
//! ```text
//!            create, from snapshot
//!                     │                        pause, or unused
//!                     ▼     first run starts    for a while
//!    (sandbox is     idle ──────────────────▶ running ────▶ paused
//!     started when    ▲ ◀────────────────────             │
//!     there is work)  │      last run ended               │
//!                     └──────────── resume, or any work ──┘
//!      delete, or the end of its ttl, from each state ────▶ deleted (a tombstone)
//! ```
//!
//! `idle` and `paused` are stored. `running` is a count of runs in the owner, so nothing has to be
//! put right after a crash. An idle box may or may not have a sandbox: one is started when there is
//! work and stopped after a while without any process in it.

mod account;
mod agent;
mod agent_events;
mod agent_json;
mod agent_outcome;
mod agent_result;
mod agent_settings;
mod agent_stream;
mod agent_text;
mod agent_webhook;
mod archive;
mod attached_headers;
mod auto_pause;
mod cancel;
mod create;
mod cron;
mod delete;
mod diff;
mod durable;
mod environment;
mod error;
mod exec;
mod exec_stream;
mod expiry;
mod file_changes;
mod files;
mod flatten;
mod fork;
mod git;
mod git_changes;
mod git_provider;
mod git_repo;
mod git_run;
mod harness;
mod history;
mod idle;
mod ids;
mod job;
mod labels;
mod lookup;
mod mcp;
mod network;
mod new_box;
mod oci;
mod once;
mod owner;
mod paths;
mod pause;
mod previews;
mod prompt_files;
mod retention;
mod rollback;
mod rules;
mod runs;
mod schedule_clock;
mod scheduled_run;
mod schedules;
mod secrets;
mod session;
mod settings;
mod skills;
mod snapshot;
mod snapshot_files;
mod snapshot_list;
mod startup;
mod tokens;
mod tool;
mod transfers;
mod twin;
mod upload;
mod verify;
mod wake;
mod webhook;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::egress;
use crate::outbound::Outbound;
use crate::sandbox::SandboxHost;
use crate::snapshots::{LayerStore, Unneeded};
use crate::store::{BoxRecord, Store};

pub(crate) use agent::AgentCall;
pub(crate) use agent_stream::AgentStream;
pub(crate) use agent_webhook::WebhookRequest;
pub(crate) use archive::Archive;
use cancel::RunsUnderWay;
pub(crate) use delete::Which;
pub(crate) use diff::Against;
pub(crate) use error::BoxError;
pub(crate) use exec_stream::{ExecEvent, ExecStream};
pub(crate) use files::ReadRange;
pub(crate) use fork::Forks;
pub(crate) use git_provider::GITHUB_API;
pub(crate) use history::Page;
pub(crate) use oci::{Progress, Wishes, bring_image};
pub(crate) use once::CallId;
use once::CallsUnderWay;
use owner::BoxOwner;
pub(crate) use previews::{PortConnection, Shown};
pub(crate) use rules::runtime as check_runtime;
use scheduled_run::SchedulesRunning;
pub(crate) use schedules::ScheduleRequest;
pub(crate) use secrets::SecretKey;
pub(crate) use secrets::SecretsError;
pub(crate) use session::{LiveSession, SessionEvent, SessionStart};
use transfers::Transfers;

/// All boxes of one data directory. A cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    inner: Arc<Inner>,
}

/// What the boxes need from outside.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Arc<Store>,
    pub(crate) layers: Arc<LayerStore>,
    /// Digests of the images that boxes with a runtime start from.
    pub(crate) runtimes: BTreeMap<String, String>,
    pub(crate) host: SandboxHost,
    pub(crate) secret_key: SecretKey,
    pub(crate) egress: egress::Policy,
    /// Names this run of the machine.
    pub(crate) boot_id: String,
    /// The server's own way to other services.
    pub(crate) outbound: Outbound,
    /// Where pull requests and issues are made.
    pub(crate) git_api: String,
    /// Where files wait, without a name, until they go into a box.
    pub(crate) spool: PathBuf,
    /// The box-server binary, for work that is done in a process of its own.
    pub(crate) program: PathBuf,
    /// How long a sandbox without processes is kept for the next command.
    pub(crate) stop_idle_after: Duration,
    /// How long a box may be unused before it is paused; for ever when absent.
    pub(crate) pause_after: Option<Duration>,
    /// Bytes that an archive may hold, packed or unpacked.
    pub(crate) most_import_bytes: u64,
    /// Lets schedules name seconds.
    pub(crate) cron_with_seconds: bool,
    /// How long a webhook that failed waits before it is sent again; then longer each time.
    pub(crate) webhook_retry: Duration,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    /// Owners of the boxes that were used since the server started.
    owners: Mutex<HashMap<String, Arc<BoxOwner>>>,
    /// Set once, when the server stops: no sandbox is started any more.
    stopping: AtomicBool,
    /// Whether a layer was written since the last sync began.
    unsynced: AtomicBool,
    /// Whether a sync is under way.
    syncing: AtomicBool,
    /// Rung when a snapshot may expire earlier than was known.
    expiry_changed: Arc<Notify>,
    /// Runs that have not ended yet.
    runs: Arc<RunsUnderWay>,
    /// Rung when a schedule may come earlier than was known.
    schedules_changed: Arc<Notify>,
    /// Schedules whose last run goes on.
    schedules_running: Arc<SchedulesRunning>,
    /// Held while a schedule is read, changed and stored.
    schedule_turn: tokio::sync::Mutex<()>,
    /// Calls with a key that have no answer yet.
    calls: CallsUnderWay,
    /// Places for what may wait for a slow other side.
    transfers: Transfers,
    /// What goes once the record that freed it is on the disk.
    unneeded: Mutex<Vec<Unneeded>>,
}

impl Boxes {
    /// The variables that the image of a box wants its programs to have.
    fn image_env(&self, record: &BoxRecord) -> &[(String, String)] {
        self.inner.parts.layers.image_env(record.image.as_deref())
    }

    /// Puts right what a crash may have left, then takes charge.
    ///
    /// # Errors
    ///
    /// When the database or the layers can't be read.
    pub(crate) async fn open(parts: Parts) -> Result<Self, BoxError> {
        let boxes = Self {
            inner: Arc::new(Inner {
                parts,
                owners: Mutex::default(),
                stopping: AtomicBool::new(false),
                unsynced: AtomicBool::new(false),
                syncing: AtomicBool::new(false),
                expiry_changed: Arc::default(),
                runs: Arc::default(),
                schedules_changed: Arc::default(),
                schedules_running: Arc::default(),
                schedule_turn: tokio::sync::Mutex::default(),
                calls: CallsUnderWay::default(),
                transfers: Transfers::default(),
                unneeded: Mutex::default(),
            }),
        };
        boxes.recover().await?;
        idle::watch(&boxes);
        auto_pause::watch(&boxes);
        expiry::watch(&boxes);
        history::watch(&boxes);
        schedule_clock::watch(&boxes);
        boxes.start_kept_boxes().await?;
        Ok(boxes)
    }

    async fn recover(&self) -> Result<(), BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let boot_id = self.boot_id();
        let (unneeded, uncounted) = self
            .blocking(move |store| {
                let interrupted = store.fail_unfinished_runs(unix_now())?;
                if interrupted > 0 {
                    tracing::info!(interrupted, "runs of the last server were marked as failed");
                }
                // What the last server committed, before anything is built on it.
                store.sync()?;
                let damaged = store.mark_damaged(&boot_id)?;
                if damaged > 0 {
                    tracing::warn!(
                        damaged,
                        "layers had not reached the disk when the machine stopped"
                    );
                }
                let unneeded = layers.recover(&store.next_layers()?, &store.known_layers()?)?;
                Ok((unneeded, store.uncounted_layers()?))
            })
            .await?;
        for layer_id in uncounted {
            self.count_in_background(layer_id);
        }
        self.remove_when_durable(unneeded);
        Ok(())
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<String, Arc<BoxOwner>>> {
        self.inner
            .owners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work`, which may block, where blocking is allowed.
    async fn blocking<T, F>(&self, work: F) -> Result<T, BoxError>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> Result<T, BoxError> + Send + 'static,
    {
        let store = Arc::clone(&self.inner.parts.store);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|error| Err(BoxError::Interrupted(error.to_string())))
    }
}

/// Runs `work` to its end even when the caller goes away in the middle: a client that hangs up
/// must not leave a box half changed.
async fn to_completion<T, F>(work: F) -> Result<T, BoxError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, BoxError>> + Send + 'static,
{
    tokio::spawn(work)
        .await
        .unwrap_or_else(|error| Err(BoxError::Interrupted(error.to_string())))
}

/// Unix seconds, the clock of everything that is stored.
fn unix_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| {
            i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
        })
}
