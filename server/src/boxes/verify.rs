//! Does a snapshot still hold what it held? Nothing is read when a snapshot is taken, so the first
//! verification is the one that later ones are compared with.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use upstash_box_wasm::api_types::{SnapshotVerification, VerificationStatus};

use super::Boxes;
use super::error::BoxError;
use super::snapshot_files::{hold_snapshot, kernel};
use crate::store::KeptDigest;

impl Boxes {
    /// Reads all that a snapshot holds on top of its image. Ends early when the caller goes away.
    pub(crate) async fn verify(&self, snapshot_id: &str) -> Result<SnapshotVerification, BoxError> {
        self.restorable(snapshot_id).await?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let id = snapshot_id.to_owned();
        let cancelled = CancellationToken::new();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        self.blocking(move |store| {
            let held = hold_snapshot(store, &layers, &id)?;
            let is_cancelled = || cancelled.is_cancelled();
            let found = layers
                .digest(&held.chain.layers, &is_cancelled)
                .map_err(kernel)?;
            let status = match store.keep_digest(&id, &found.digest)? {
                KeptDigest::New => VerificationStatus::Recorded,
                KeptDigest::Earlier(digest) if digest == found.digest => {
                    VerificationStatus::Unchanged
                }
                KeptDigest::Earlier(_) => VerificationStatus::Changed,
                KeptDigest::SnapshotGone => return Err(BoxError::SnapshotNotFound(id)),
            };
            Ok(SnapshotVerification {
                digest: found.digest,
                files: found.files,
                bytes: found.bytes,
                status,
            })
        })
        .await
    }
}
