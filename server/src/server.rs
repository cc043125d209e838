//! Puts the server together, and runs it until it is told to stop.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::io;
use std::num::NonZeroU32;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::boxes::{BoxError, Boxes, Parts, SecretKey, SecretsError, bring_image};
use crate::connections::{self, ConnectionLimits};
use crate::egress::{self, Authority, AuthorityError};
use crate::http::{self, Access, OriginError};
use crate::linux::sync::boot_id;
use crate::outbound::{Outbound, OutboundError};
use crate::sandbox::{SandboxError, SandboxHost};
use crate::snapshots::{
    Image, ImageSource, ImageStore, LayerError, LayerStore, Storage, StorageChoice,
};
use crate::store::{Store, StoreError};

/// Whether pages of this origin can be let in, for those who ask before a server is started.
pub(crate) use crate::http::check_origin;

/// How long connections may take to end once every sandbox has.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// How long the lock of the data directory is asked for. A server that was killed while it started a
/// process leaves the lock with that for the moment until it has become another program.
const LOCK_LIMIT: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// What a server is to be.
#[derive(Clone)]
pub struct Config {
    /// Where everything is kept; made when it is missing.
    pub data_dir: PathBuf,
    /// What callers must show.
    pub api_key: String,
    /// Pages of other origins that may use the server.
    pub allowed_origins: Vec<String>,
    /// Directory of the page's files.
    pub www: Option<PathBuf>,
    /// What boxes start from.
    pub image: ImageSource,
    /// What boxes with a runtime start from instead.
    pub runtimes: BTreeMap<String, ImageSource>,
    /// How what boxes write is kept.
    pub storage: StorageChoice,
    /// Lets boxes reach this machine and its private networks.
    pub allow_private_egress: bool,
    /// Where pull requests and issues are made.
    pub git_api: String,
    /// The `box-server` binary, which builds sandboxes.
    pub launcher: PathBuf,
    /// How long a sandbox without processes is kept for the next command.
    pub stop_idle_after: Duration,
    /// How long a box may be unused before it is paused; for ever when absent.
    pub pause_after: Option<Duration>,
    /// Bytes that an imported archive may hold, packed or unpacked.
    pub most_import_bytes: u64,
    /// Lets schedules name seconds.
    pub cron_with_seconds: bool,
    /// How long a webhook that failed waits before it is sent again; then longer each time.
    pub webhook_retry: Duration,
    /// What callers may ask at once.
    pub call_limits: CallLimits,
}

/// How much callers may ask at once. Routes may allow less.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// Connections; beyond them, those that wait for a call give place to new ones.
    pub most_connections: usize,
    /// How long the head of a call may take, and how long a connection may wait for the next call.
    pub head_timeout: Duration,
    /// How long a body may pause.
    pub body_timeout: Duration,
    /// Bytes of a body, but for imported archives.
    pub most_body_bytes: usize,
    /// Calls of one key or token in a second; any number when absent.
    pub calls_per_second: Option<NonZeroU32>,
}

impl std::fmt::Debug for Config {
    /// Leaves the key out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Config")
            .field("data_dir", &self.data_dir)
            .field("allowed_origins", &self.allowed_origins)
            .field("www", &self.www)
            .field("image", &self.image)
            .field("runtimes", &self.runtimes)
            .field("storage", &self.storage)
            .field("allow_private_egress", &self.allow_private_egress)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// How long a sandbox is kept unless said otherwise.
    pub const STOP_IDLE_AFTER: Duration = Duration::from_secs(10);

    /// The API of GitHub itself.
    pub const GITHUB_API: &str = crate::boxes::GITHUB_API;
}

/// Why the server does not run.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The data directory can't be used.
    #[error("the data directory {path} can't be used: {source}; choose another with --data")]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Another server has it.
    #[error("another box-server is using {0}: stop it, or choose another directory with --data")]
    DataDirInUse(PathBuf),
    /// An origin can't be one.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The machine can't run sandboxes.
    #[error("{0}; `box-server doctor` says what is missing")]
    Sandbox(#[from] SandboxError),
    /// The layers can't be used.
    #[error(transparent)]
    Layers(#[from] LayerError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key for secrets can't be used.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The boxes' proxy has no certificate authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Other services can't be called.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// What the last server left can't be put right.
    #[error(transparent)]
    Boxes(#[from] BoxError),
    /// The socket failed.
    #[error("the server's socket failed: {0}")]
    Socket(#[source] io::Error),
    /// A part of the start ended early.
    #[error("the start was interrupted: {0}")]
    Interrupted(String),
}

/// A server that is ready to answer.
#[derive(Debug)]
pub struct Server {
    boxes: Boxes,
    config: Config,
    /// Held for as long as the server uses the directory; the kernel lets go of it in a crash.
    _lock: File,
}

impl Server {
    /// Takes charge of the data directory and puts right what a crash may have left there.
    ///
    /// # Errors
    ///
    /// When another server is in charge of it, or the machine can't run sandboxes.
    pub async fn open(config: Config) -> Result<Self, ServerError> {
        let for_parts = config.clone();
        let (parts, lock) = tokio::task::spawn_blocking(move || open_parts(&for_parts))
            .await
            .unwrap_or_else(|error| Err(ServerError::Interrupted(error.to_string())))?;
        let boxes = Boxes::open(parts).await?;
        Ok(Self {
            boxes,
            config,
            _lock: lock,
        })
    }

    /// Answers on `listener` until `shutdown` resolves; then stops every sandbox and returns.
    ///
    /// # Errors
    ///
    /// When an allowed origin is none, or the socket fails.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServerError> {
        let address = listener.local_addr().map_err(ServerError::Socket)?;
        let key = self.config.api_key.clone();
        let limits = self.config.call_limits;
        let access = Access::new(
            key,
            address,
            &self.config.allowed_origins,
            limits.calls_per_second,
        )?;
        let router = http::router(
            self.boxes.clone(),
            Arc::new(access),
            limits,
            self.config.www.as_deref(),
        );
        let stop = CancellationToken::new();
        let connection_limits = ConnectionLimits {
            most: limits.most_connections,
            head_timeout: limits.head_timeout,
        };
        let serving = connections::serve(listener, router, connection_limits, stop.clone());
        tokio::pin!(serving, shutdown);
        tokio::select! {
            () = &mut serving => return Ok(()),
            () = &mut shutdown => {}
        }
        stop.cancel();
        // Runs end with their sandboxes, and with the runs the answers that wait for them.
        self.boxes.shut_down().await;
        if tokio::time::timeout(DRAIN_LIMIT, serving).await.is_err() {
            tracing::warn!("some connections were still open and are cut");
        }
        Ok(())
    }
}

fn open_parts(config: &Config) -> Result<(Parts, File), ServerError> {
    let data = config.data_dir.as_path();
    let lock = lock_data_dir(data)?;
    let storage = Storage::choose(config.storage, data)?;
    tracing::debug!("storage: {}", storage.describe());
    let host = SandboxHost::prepare(&config.launcher)?;
    // In a file of its own: what it is for is boxes' business, and the key is not.
    let authority = Arc::new(Authority::load_or_make(&data.join("egress-authority"))?);
    let images = ImageStore::open(data, &host)?;
    let image = bring_image(&config.image, &images, config.most_import_bytes)?;
    let mut runtimes = BTreeMap::new();
    for (runtime, source) in &config.runtimes {
        let image = bring_image(source, &images, config.most_import_bytes)?;
        if let Image::Stored(stored) = image {
            runtimes.insert(runtime.clone(), stored.digest().to_owned());
        }
    }
    let parts = Parts {
        runtimes,
        store: Arc::new(Store::open(&data.join("boxes.sqlite"))?),
        layers: Arc::new(LayerStore::open(
            data,
            &image,
            images.all()?,
            authority.pem(),
            storage,
            &host,
        )?),
        host,
        secret_key: SecretKey::load_or_make(&data.join("secret-key"))?,
        egress: egress::Policy {
            allow_private: config.allow_private_egress,
            authority,
        },
        boot_id: boot_id().map_err(LayerError::from)?,
        outbound: Outbound::new()?,
        git_api: config.git_api.clone(),
        spool: data.to_owned(),
        program: config.launcher.clone(),
        stop_idle_after: config.stop_idle_after,
        pause_after: config.pause_after,
        most_import_bytes: config.most_import_bytes,
        cron_with_seconds: config.cron_with_seconds,
        webhook_retry: config.webhook_retry,
    };
    Ok((parts, lock))
}

/// Makes the data directory, for its owner alone.
pub(crate) fn make_data_dir(data: &Path) -> Result<(), ServerError> {
    make_private_dir(data).map_err(|source| ServerError::DataDir {
        path: data.to_owned(),
        source,
    })
}

/// Makes the directory and makes sure that nobody else uses it.
fn lock_data_dir(data: &Path) -> Result<File, ServerError> {
    let failed = |source| ServerError::DataDir {
        path: data.to_owned(),
        source,
    };
    make_data_dir(data)?;
    let path = data.join("lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed)?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_LIMIT => {
                std::thread::sleep(LOCK_PAUSE);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(ServerError::DataDirInUse(data.to_owned()));
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

/// Makes a directory that only the server's user may enter. One that exists keeps its mode.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}
