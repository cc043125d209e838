//! Starting a box's sandbox when there is work for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use upstash_box_wasm::api_types::{BoxSize, BoxStatus};

use super::error::BoxError;
use super::lookup::Entered;
use super::owner::LiveSandbox;
use super::{Boxes, unix_now};
use crate::egress;
use crate::sandbox::{Limits, Sandbox, SandboxSpec};

const GIB: u64 = 1 << 30;

impl Boxes {
    /// The box's sandbox, started when it has none. A paused box is awake afterwards.
    pub(super) async fn wake(&self, entered: &mut Entered) -> Result<Sandbox, BoxError> {
        entered.owner.touch();
        self.store_use(entered).await?;
        if entered
            .live
            .sandbox
            .as_ref()
            .is_some_and(LiveSandbox::has_ended)
        {
            entered.live.stop().await;
        }
        if let Some(live) = &entered.live.sandbox {
            return Ok(live.sandbox.clone());
        }
        if self.inner.stopping.load(Ordering::Acquire) {
            return Err(BoxError::Stopping);
        }
        if let Some(recorded) = entered.live.recorded.take() {
            // It tells itself that it failed.
            let _ = recorded.await;
        }
        let terms = self.terms_of(entered)?;
        let spec = self.spec(entered).await?;
        let sandbox = Sandbox::start(&self.inner.parts.host, spec).await?;
        let authority = Arc::clone(&self.inner.parts.egress.authority);
        let proxy = match sandbox.take_proxy_listener() {
            Some(listener) => egress::Proxy::start(listener, terms, authority)
                .inspect_err(|error| tracing::warn!(box_id = entered.id(), %error, "no proxy"))
                .ok(),
            None => None,
        };
        entered.live.sandbox = Some(LiveSandbox {
            sandbox: sandbox.clone(),
            ended: notice_end(&sandbox),
            proxy,
            earlier_copy: None,
        });
        self.run_init_command(entered, &sandbox).await;
        Ok(sandbox)
    }

    /// Work of every kind counts as activity.
    async fn store_use(&self, entered: &Entered) -> Result<(), BoxError> {
        let now = unix_now();
        if !entered.owner.is_news(now) {
            return Ok(());
        }
        let id = entered.id().to_owned();
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.set_last_activity(&id, now))
            .await?)
    }

    async fn spec(&self, entered: &Entered) -> Result<SandboxSpec, BoxError> {
        let id = entered.id().to_owned();
        let was_paused = entered.record.info.status == BoxStatus::Paused;
        let limits = limits(entered.record.info.size);
        let layers = Arc::clone(&self.inner.parts.layers);
        self.blocking(move |store| {
            if was_paused {
                store.set_paused(&id, false, unix_now())?;
            }
            let disk = layers.disk(&id, &store.box_chain(&id)?)?;
            let lock_file = layers.lock_file(&id);
            Ok(SandboxSpec {
                box_id: id,
                disk,
                lock_file,
                limits,
            })
        })
        .await
    }
}

/// A flag that is set once the sandbox is gone.
fn notice_end(sandbox: &Sandbox) -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    let (sandbox, flag) = (sandbox.clone(), Arc::clone(&ended));
    tokio::spawn(async move {
        sandbox.ended().await;
        flag.store(true, Ordering::Release);
    });
    ended
}

const fn limits(size: BoxSize) -> Limits {
    let (gib, processes, processors) = match size {
        BoxSize::Small => (4, 1024, 2),
        BoxSize::Medium => (8, 2048, 4),
        BoxSize::Large => (16, 4096, 8),
    };
    Limits {
        memory_bytes: gib * GIB,
        processes,
        processors,
    }
}
