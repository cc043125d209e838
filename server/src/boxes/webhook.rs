//! Telling an address of the user's how something ended.
//!
//! Goes out from the server, not from the box. Sent again after a while when the other side can't be
//! reached or says that it is its own fault; a body may therefore arrive twice.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, StatusCode, Url, redirect};
use serde_json::Value;
use upstash_box_wasm::api_types::LogLevel;

use super::Boxes;
use super::error::BoxError;

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 5;
const MOST_HEADERS: usize = 20;

/// Where to tell it.
#[derive(Clone)]
pub(super) struct Webhook {
    url: Url,
    headers: HeaderMap,
}

impl std::fmt::Debug for Webhook {
    /// Leaves out the headers, and what of the address may be a secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Webhook")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl Webhook {
    pub(super) fn parse(url: &str, headers: &BTreeMap<String, String>) -> Result<Self, BoxError> {
        let invalid = |text: String| Err(BoxError::InvalidArgument(text));
        let url = match Url::parse(url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => return invalid("webhook_url: it is no http or https address".to_owned()),
        };
        if headers.len() > MOST_HEADERS {
            return invalid(format!(
                "webhook_headers: there are more than {MOST_HEADERS}"
            ));
        }
        let mut parsed = HeaderMap::new();
        for (name, value) in headers {
            let (Ok(name), Ok(mut value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            else {
                return invalid(format!(
                    "webhook_headers: {name:?} or its value is no header"
                ));
            };
            value.set_sensitive(true);
            parsed.insert(name, value);
        }
        Ok(Self {
            url,
            headers: parsed,
        })
    }
}

impl Boxes {
    /// Sends `body` while nobody waits. That it could not be delivered is told in the box's log.
    pub(super) fn send_webhook(&self, box_id: String, webhook: Webhook, body: Value) {
        let this = self.clone();
        tokio::spawn(async move {
            let host = webhook.url.host_str().unwrap_or_default().to_owned();
            if let Err(why) = this.deliver(&webhook, &body).await {
                let message = format!("the webhook to {host} was not delivered: {why}");
                this.note(&box_id, LogLevel::Error, message).await;
            }
        });
    }

    async fn deliver(&self, webhook: &Webhook, body: &Value) -> Result<(), String> {
        let client = self.webhook_client()?;
        let mut wait = self.inner.parts.webhook_retry;
        let mut attempt = 1;
        loop {
            let Err((why, is_final)) = send(&client, webhook, body).await else {
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

    /// Made when it is first needed: it reads the machine's certificates.
    fn webhook_client(&self) -> Result<Client, String> {
        if let Some(client) = self.inner.webhooks.get() {
            return Ok(client.clone());
        }
        // Another part of the server may have chosen it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(LIMIT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("box-server/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(self.inner.webhooks.get_or_init(|| client).clone())
    }
}

/// One attempt; why it failed, and whether another would be of no use.
async fn send(client: &Client, webhook: &Webhook, body: &Value) -> Result<(), (String, bool)> {
    let request = client
        .post(webhook.url.clone())
        .headers(webhook.headers.clone())
        .header("content-type", "application/json")
        .body(body.to_string());
    // The address may hold a secret.
    let sent = request.send().await.map_err(reqwest::Error::without_url);
    match sent {
        Err(error) => Err((error.to_string(), false)),
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let status = answer.status();
            let may_pass = status.is_server_error()
                || status == StatusCode::TOO_MANY_REQUESTS
                || status == StatusCode::REQUEST_TIMEOUT;
            Err((format!("it answered {status}"), !may_pass))
        }
    }
}
