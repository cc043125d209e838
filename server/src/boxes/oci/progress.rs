//! How far a transfer is. Written by the thread that does it, read by whoever wants to know.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;
use upstash_box_wasm::api_types::TransferProgress;

use crate::snapshots::ArchiveError;

/// Bytes done and bytes in all.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    done: AtomicU64,
    /// 0: not known.
    total: AtomicU64,
}

impl Progress {
    /// Nothing done yet.
    pub(crate) fn start(total: Option<u64>) -> Arc<Self> {
        let progress = Self::default();
        progress.expect(total.unwrap_or(0));
        Arc::new(progress)
    }

    /// How far it is now.
    pub(crate) fn now(&self) -> TransferProgress {
        let bytes = self.done.load(Ordering::Relaxed);
        let total = Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0);
        let percent = |total: u64| {
            let percent = u128::from(bytes) * 100 / u128::from(total.max(1));
            u8::try_from(percent.min(100)).unwrap_or(100)
        };
        TransferProgress {
            bytes,
            total_bytes: total,
            percent: total.map(percent),
        }
    }

    pub(super) fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: usize) {
        self.done.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Counts what is read, until the caller goes away.
pub(super) struct Counted<R> {
    pub(super) input: R,
    pub(super) progress: Arc<Progress>,
    pub(super) cancelled: CancellationToken,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancelled.is_cancelled() {
            return Err(ArchiveError::Cancelled.into());
        }
        let read = self.input.read(buffer)?;
        self.progress.add(read);
        Ok(read)
    }
}
