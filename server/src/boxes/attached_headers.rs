//! Secret headers that go with what a box asks of some hosts; put there outside of the box.

use std::sync::Arc;

use upstash_box_wasm::api_types::{AttachHeadersSetting, LogLevel};

use super::account::MASK;
use super::error::BoxError;
use super::lookup::Entered;
use super::{Boxes, to_completion, unix_now};
use crate::egress::{Attached, HeadersByHost, Terms};

/// Refuses headers that no request could carry.
pub(super) fn check(headers: &HeadersByHost) -> Result<(), BoxError> {
    read(headers).map(drop)
}

fn read(headers: &HeadersByHost) -> Result<Arc<Attached>, BoxError> {
    let read = Attached::new(headers);
    read.map(Arc::new)
        .map_err(|error| BoxError::InvalidArgument(error.to_string()))
}

impl Boxes {
    /// Replaces all attached headers of a box, from its next request on. The answer shows no value.
    pub(crate) async fn set_attached_headers(
        &self,
        reference: &str,
        mut headers: HeadersByHost,
    ) -> Result<AttachHeadersSetting, BoxError> {
        let attached = read(&headers)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        let stored = headers.clone();
        to_completion(async move {
            let entered = this.enter(&reference).await?;
            let mut secrets = this.secrets_of(&entered)?;
            secrets.attach_headers = stored;
            let mut record = entered.record.clone();
            let key = &this.inner.parts.secret_key;
            record.sealed_secrets = key.seal(entered.id(), &secrets)?;
            record.info.updated_at = unix_now();
            let store = &this.inner.parts.store;
            store
                .run(move |store| store.update_settings(&record))
                .await?;
            let live = entered.live.sandbox.as_ref();
            if let Some(proxy) = live.and_then(|live| live.proxy.as_ref()) {
                proxy.set_attached(attached);
            }
            let message = "the attached headers were changed".to_owned();
            this.note(entered.id(), LogLevel::Info, message).await;
            Ok::<_, BoxError>(())
        })
        .await?;
        for value in headers
            .values_mut()
            .flat_map(|of_host| of_host.values_mut())
        {
            *value = MASK.to_owned();
        }
        Ok(AttachHeadersSetting {
            attach_headers: headers,
        })
    }

    /// What the proxy of a box goes by.
    pub(super) fn terms_of(&self, entered: &Entered) -> Result<Terms, BoxError> {
        let secrets = self.secrets_of(entered)?;
        Ok(Terms {
            rules: self.rules_of(entered.record.info.network_policy.as_ref()),
            attached: read(&secrets.attach_headers)?,
        })
    }
}
