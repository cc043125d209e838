//! Public URLs: which ports of a box are reached from outside, by whom, and the way there.

use std::fmt::Write;
use std::time::Duration;

use nix::errno::Errno;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::net::TcpStream;
use tokio::time::Instant;
use upstash_box_wasm::api_types::{BoxStatus, CreatePreviewRequest};

use super::error::BoxError;
use super::owner::RunCount;
use super::{Boxes, to_completion, unix_now};
use crate::sandbox::PROXY_PORT;
use crate::store::PreviewRecord;

/// How long a request to a box that was just woken waits for its server to start.
const WAKE_LIMIT: Duration = Duration::from_secs(30);
const WAKE_PAUSE: Duration = Duration::from_millis(50);
const SECRET_BYTES: usize = 24;

/// The secrets of a new public URL. They are told once.
#[derive(Default)]
pub(crate) struct PreviewSecrets {
    pub(crate) token: Option<String>,
    pub(crate) password: Option<String>,
}

/// What a request shows to be let in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown<'request> {
    pub(crate) token: Option<&'request [u8]>,
    pub(crate) password: Option<&'request [u8]>,
}

/// A connection into a box, which counts as work for as long as it is open.
#[derive(Debug)]
pub(crate) struct PortConnection {
    pub(crate) stream: TcpStream,
    pub(crate) work: Work,
}

/// Keeps a box from being idle.
#[derive(Debug)]
pub(crate) struct Work(#[expect(dead_code, reason = "it counts until it is dropped")] RunCount);

impl Boxes {
    /// Opens a port to the outside, or gives one that is open other secrets. Wakes the box.
    pub(crate) async fn create_preview(
        &self,
        reference: &str,
        request: CreatePreviewRequest,
    ) -> Result<(PreviewRecord, PreviewSecrets), BoxError> {
        let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
        match request.port {
            0 => return invalid("port: it is not between 1 and 65535"),
            PROXY_PORT => return invalid("port: it is the box's own way to the network"),
            _ => {}
        }
        let wanted = |is_wanted: bool| is_wanted.then(secret).transpose();
        let secrets = PreviewSecrets {
            token: wanted(request.bearer_token)?,
            password: wanted(request.basic_auth)?,
        };
        self.resume(reference).await?;
        let entered = self.enter(reference).await?;
        let record = PreviewRecord {
            box_id: entered.id().to_owned(),
            port: request.port,
            token: secrets.token.as_deref().map(digest),
            password: secrets.password.as_deref().map(digest),
            created_at: unix_now(),
        };
        let stored = record.clone();
        let store = &self.inner.parts.store;
        store.run(move |store| store.put_preview(&stored)).await?;
        Ok((record, secrets))
    }

    /// A box's public URLs, by port.
    pub(crate) async fn previews(&self, reference: &str) -> Result<Vec<PreviewRecord>, BoxError> {
        let id = self.find_live(reference).await?.info.id;
        let store = &self.inner.parts.store;
        Ok(store.run(move |store| store.previews(&id)).await?)
    }

    /// Closes a port to the outside; whether it was open.
    pub(crate) async fn delete_preview(
        &self,
        reference: &str,
        port: u16,
    ) -> Result<bool, BoxError> {
        let id = self.find_live(reference).await?.info.id;
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.delete_preview(&id, port))
            .await?)
    }

    /// The public URL of a port, if it is open to the outside.
    pub(crate) async fn find_preview(
        &self,
        box_id: &str,
        port: u16,
    ) -> Result<Option<PreviewRecord>, BoxError> {
        let id = box_id.to_owned();
        let store = &self.inner.parts.store;
        Ok(store.run(move |store| store.preview(&id, port)).await?)
    }

    /// Connects to a port of a box and wakes it for that. `None`: nothing listens there.
    ///
    /// # Errors
    /// `Conflict` when a box that was just woken did not listen in time.
    pub(crate) async fn connect(
        &self,
        box_id: &str,
        port: u16,
    ) -> Result<Option<PortConnection>, BoxError> {
        let record = self.find_live(box_id).await?;
        let was_paused = record.info.status == BoxStatus::Paused;
        if was_paused {
            self.resume(box_id).await?;
        }
        // Only its init command could start a server.
        let patience = was_paused && record.init_command.is_some();
        let deadline = Instant::now() + WAKE_LIMIT;
        loop {
            if let Some(connection) = self.try_connect(box_id, port).await? {
                return Ok(Some(connection));
            }
            if !patience {
                return Ok(None);
            }
            if Instant::now() > deadline {
                return Err(BoxError::Conflict(format!(
                    "the box was woken, and nothing listens on port {port} yet"
                )));
            }
            tokio::time::sleep(WAKE_PAUSE).await;
        }
    }

    async fn try_connect(
        &self,
        box_id: &str,
        port: u16,
    ) -> Result<Option<PortConnection>, BoxError> {
        let (this, box_id) = (self.clone(), box_id.to_owned());
        let (sandbox, count) = to_completion(async move {
            let mut entered = this.enter(&box_id).await?;
            let count = RunCount::new(&entered.owner);
            Ok((this.wake(&mut entered).await?, count))
        })
        .await?;
        match sandbox.connect(port).await {
            Ok(stream) => Ok(Some(PortConnection {
                stream,
                work: Work(count),
            })),
            Err(error) if error.errno() == Some(Errno::ECONNREFUSED) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl PreviewRecord {
    /// Whether what is shown opens it.
    pub(crate) fn is_opened_by(&self, shown: Shown<'_>) -> bool {
        let opens = |kept: &Option<Vec<u8>>, shown: Option<&[u8]>| match (kept, shown) {
            (Some(kept), Some(shown)) => {
                bool::from(Sha256::digest(shown).as_slice().ct_eq(kept.as_slice()))
            }
            _ => false,
        };
        let is_open = self.token.is_none() && self.password.is_none();
        is_open || opens(&self.token, shown.token) || opens(&self.password, shown.password)
    }
}

/// Long and random, so its digest can't be turned back.
fn secret() -> Result<String, BoxError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    let mut text = String::with_capacity(2 * SECRET_BYTES);
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
