//! Telling an address of the user's how something ended.
//!
//! Goes out from the server, not from the box. Sent again after a while when the other side can't be
//! reached or says that it is its own fault; a body may therefore arrive twice.

use std::collections::BTreeMap;

use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;
use upstash_box_wasm::api_types::LogLevel;

use super::Boxes;
use super::error::BoxError;
use crate::outbound;

const ATTEMPTS: u32 = 5;
const MOST_HEADERS: usize = 20;
/// What a service answers that is too slow, or too busy, for now.
const PASSING: [u16; 2] = [408, 429];

/// Where to tell it.
#[derive(Clone)]
pub(super) struct Webhook {
    address: String,
    host: String,
    headers: BTreeMap<String, String>,
}

impl std::fmt::Debug for Webhook {
    /// Leaves out the headers, and what of the address may be a secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Webhook")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    pub(super) fn parse(
        address: &str,
        headers: &BTreeMap<String, String>,
    ) -> Result<Self, BoxError> {
        let invalid = |text: String| Err(BoxError::InvalidArgument(text));
        let Ok(url) = outbound::check(address) else {
            return invalid("webhook_url: it is no http or https address".to_owned());
        };
        if headers.len() > MOST_HEADERS {
            return invalid(format!(
                "webhook_headers: there are more than {MOST_HEADERS}"
            ));
        }
        for (name, value) in headers {
            if name.parse::<HeaderName>().is_err() || HeaderValue::from_str(value).is_err() {
                return invalid(format!(
                    "webhook_headers: {name:?} or its value is no header"
                ));
            }
        }
        Ok(Self {
            address: address.to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            headers: headers.clone(),
        })
    }
}

impl Boxes {
    /// Sends `body` while nobody waits. That it could not be delivered is told in the box's log.
    pub(super) fn send_webhook(&self, box_id: String, webhook: Webhook, body: Value) {
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(why) = this.deliver(&webhook, &body).await {
                let host = &webhook.host;
                let message = format!("the webhook to {host} was not delivered: {why}");
                this.note(&box_id, LogLevel::Error, message).await;
            }
        });
    }

    async fn deliver(&self, webhook: &Webhook, body: &Value) -> Result<(), String> {
        let mut wait = self.inner.parts.webhook_retry;
        let mut attempt = 1;
        loop {
            let Err((why, is_final)) = self.attempt(webhook, body).await else {
                return Ok(());
            };
            if is_final || attempt == ATTEMPTS {
                return Err(format!("{why}, in attempt {attempt}"));
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
            wait *= 4;
        }
    }

    /// One attempt; why it failed, and whether another would be of no use.
    async fn attempt(&self, webhook: &Webhook, body: &Value) -> Result<(), (String, bool)> {
        let pairs = webhook.headers.iter();
        let headers: Vec<(&str, &str)> = pairs.map(|(name, value)| (&**name, &**value)).collect();
        let outbound = &self.inner.parts.outbound;
        let answer = outbound.post(&webhook.address, &headers, body).await;
        match answer {
            Err(error) => Err((error.to_string(), false)),
            Ok(answer) if answer.is_success() => Ok(()),
            Ok(answer) => {
                let may_pass = answer.status >= 500 || PASSING.contains(&answer.status);
                Err((format!("it answered {}", answer.status), !may_pass))
            }
        }
    }
}
