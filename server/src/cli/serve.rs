//! `box-server serve`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::call_limits::CallLimitFlags;
use super::{api_key, data_dir, image};
use crate::linux::process;
use crate::server::{Config, Server};
use crate::snapshots::{ImageSource, Limits, StorageChoice};

/// How what boxes write is kept. A box without processes is never copied; this is about the others.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Storage {
    /// The best that the data directory's filesystem offers
    Auto,
    /// Plain directories; a busy box is copied file by file, sharing data where it can be
    Overlay,
    /// Subvolumes of btrfs; a busy box is copied whole, at once
    Btrfs,
    /// Plain directories; a busy box is copied file by file with its data
    Copy,
}

impl From<Storage> for StorageChoice {
    fn from(storage: Storage) -> Self {
        match storage {
            Storage::Auto => Self::Auto,
            Storage::Overlay => Self::Overlay,
            Storage::Btrfs => Self::Btrfs,
            Storage::Copy => Self::Copy,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port to answer on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8787")]
    listen: String,
    /// Port of 127.0.0.1 to answer on, in place of --listen
    #[arg(long, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    /// Where boxes and snapshots are kept; unless given, /var/lib/box-server as root, else
    /// ~/.local/share/box-server
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// What callers must show; without one, the server makes one and prints it
    #[arg(
        long,
        value_name = "KEY",
        env = "BOX_SERVER_API_KEY",
        hide_env_values = true
    )]
    api_key: Option<String>,
    /// Lets pages of this origin use the server; may be given several times
    #[arg(long, value_name = "URL", value_parser = origin)]
    allow_origin: Vec<String>,
    /// Directory of a page to serve at /
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// What boxes start from: `host`, `dir:PATH`, `oci:PATH` for an image layout, or an image in a
    /// registry like `docker.io/library/node:22`
    #[arg(long, value_name = "IMAGE", default_value = "host", value_parser = image::parse)]
    image: ImageSource,
    /// What boxes with a runtime start from instead, like `node=docker.io/library/node:22` or
    /// `python=oci:PATH`; once for each
    #[arg(long, value_name = "RUNTIME=IMAGE", value_parser = image::parse_runtime)]
    runtime: Vec<(String, ImageSource)>,
    /// How what boxes write is kept
    #[arg(long, value_enum, default_value_t = Storage::Auto)]
    storage: Storage,
    /// Lets boxes reach this machine and its private networks
    #[arg(long)]
    allow_private_egress: bool,
    /// API of the git host where pull requests and issues are made, GitHub's or one that speaks like it
    #[arg(
        long,
        value_name = "URL",
        env = "BOX_SERVER_GIT_API_URL",
        default_value = Config::GITHUB_API,
        value_parser = git_api
    )]
    git_api_url: String,
    /// Pauses a box that nothing has used for so long, like `30m` or `2h`; `never` for never
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = idle_time)]
    pause_after: IdleTime,
    /// How long a sandbox without processes is kept; only speed depends on it
    #[arg(long, value_name = "TIME", hide = true, value_parser = humantime::parse_duration)]
    stop_idle_after: Option<Duration>,
    /// The most that an imported archive may hold, packed or unpacked
    #[arg(long, value_name = "BYTES", default_value_t = Limits::USUAL_BYTES)]
    max_import_bytes: u64,
    #[command(flatten)]
    call_limits: CallLimitFlags,
    /// Takes schedules with a field for seconds before the five
    #[arg(long, hide = true)]
    cron_with_seconds: bool,
    /// How long a webhook that failed waits before it is sent again; four times longer each time
    #[arg(long, value_name = "TIME", hide = true, default_value = "2s", value_parser = humantime::parse_duration)]
    webhook_retry: Duration,
}

/// A time, or none.
#[derive(Clone, Copy, Debug)]
struct IdleTime(Option<Duration>);

fn origin(text: &str) -> Result<String, String> {
    let checked = crate::server::check_origin(text);
    checked
        .map(|()| text.to_owned())
        .map_err(|error| error.to_string())
}

fn git_api(text: &str) -> Result<String, String> {
    let checked = crate::outbound::check(text);
    checked
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

fn idle_time(text: &str) -> Result<IdleTime, String> {
    if text == "never" {
        return Ok(IdleTime(None));
    }
    match humantime::parse_duration(text) {
        Ok(time) if time >= Duration::from_secs(1) => Ok(IdleTime(Some(time))),
        Ok(_) => Err("it is shorter than a second; use `never` for no pause at all".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Serve {
    pub(super) async fn run(self) -> Result<ExitCode, String> {
        let data_dir = match self.data {
            Some(data_dir) => data_dir,
            None => data_dir::default()?,
        };
        // Waits for it begin here, so that a signal during the start counts.
        let stop =
            StopSignal::new().map_err(|error| format!("signals can't be waited for: {error}"))?;
        let launcher = std::env::current_exe()
            .map_err(|error| format!("the path of box-server itself is unknown: {error}"))?;
        let (api_key, is_made) = api_key::given_or_kept(self.api_key, &data_dir)?;
        if let Some(www) = &self.www
            && !www.is_dir()
        {
            return Err(format!("--www: {} is not a directory", www.display()));
        }
        // Connections, sandboxes and what boxes open through the proxy all take descriptors.
        if let Err(error) = process::raise_descriptor_limit() {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
        let listen = match self.port {
            Some(port) => format!("127.0.0.1:{port}"),
            None => self.listen,
        };
        // For people: a program that reads the address may close standard output after it.
        tracing::info!("data in {}", data_dir.display());
        let config = Config {
            data_dir,
            api_key: api_key.clone(),
            allowed_origins: self.allow_origin,
            www: self.www,
            image: self.image,
            runtimes: self.runtime.into_iter().collect(),
            storage: self.storage.into(),
            allow_private_egress: self.allow_private_egress,
            git_api: self.git_api_url,
            launcher,
            stop_idle_after: self.stop_idle_after.unwrap_or(Config::STOP_IDLE_AFTER),
            pause_after: self.pause_after.0,
            most_import_bytes: self.max_import_bytes,
            cron_with_seconds: self.cron_with_seconds,
            webhook_retry: self.webhook_retry,
            call_limits: self.call_limits.into(),
        };
        let server = Server::open(config)
            .await
            .map_err(|error| error.to_string())?;
        let listener = TcpListener::bind(&listen)
            .await
            .map_err(|error| not_listening(&listen, &error))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        announce(&format!("listening on http://{address}"))?;
        if is_made {
            announce(&format!("api key: {api_key}"))?;
        }
        server
            .run(listener, stop.received())
            .await
            .map_err(|error| error.to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn not_listening(listen: &str, error: &std::io::Error) -> String {
    let remedy = match error.kind() {
        std::io::ErrorKind::InvalidInput => "it must be like 127.0.0.1:8787",
        _ => "choose another with --listen",
    };
    format!("can't listen on {listen}: {error}; {remedy}")
}

/// One line on standard output, at once even into a pipe.
fn announce(line: &str) -> Result<(), String> {
    let mut output = std::io::stdout().lock();
    let written = writeln!(output, "{line}").and_then(|()| output.flush());
    written.map_err(|error| format!("standard output can't be written: {error}"))
}

struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::info!("stopping");
    }
}
