//! Where a box may go: said when it is made, changed at once afterwards.

use upstash_box_wasm::api_types::{LogLevel, NetworkPolicy};

use super::Boxes;
use super::error::BoxError;
use crate::egress::Rules;

/// Refuses a policy that can't be meant.
pub(super) fn check(policy: &NetworkPolicy) -> Result<(), BoxError> {
    let rules = Rules::new(false, policy);
    rules
        .map(drop)
        .map_err(|error| BoxError::InvalidArgument(error.to_string()))
}

impl Boxes {
    /// Replaces a box's policy. Connections that it does not allow are cut.
    pub(crate) async fn set_network_policy(
        &self,
        reference: &str,
        policy: NetworkPolicy,
    ) -> Result<(), BoxError> {
        check(&policy)?;
        let stored = policy.clone();
        let entered = self
            .change(reference, move |record| {
                record.info.network_policy = Some(stored);
                Ok(())
            })
            .await?;
        let live = entered.live.sandbox.as_ref();
        if let Some(proxy) = live.and_then(|live| live.proxy.as_ref()) {
            proxy.set_rules(self.rules_of(Some(&policy)));
        }
        let message = "the network policy was changed".to_owned();
        self.note(entered.id(), LogLevel::Info, message).await;
        Ok(())
    }

    /// What the proxy of a box goes by. A policy that can't be read allows nothing.
    pub(super) fn rules_of(&self, policy: Option<&NetworkPolicy>) -> Rules {
        let allow_private = self.inner.parts.egress.allow_private;
        match policy {
            None => Rules::allow_all(allow_private),
            Some(policy) => Rules::new(allow_private, policy).unwrap_or_else(|_| Rules::deny_all()),
        }
    }
}
