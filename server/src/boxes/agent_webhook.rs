//! An agent run that nobody waits for, and whose end goes to a webhook.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Boxes;
use super::agent::AgentCall;
use super::agent_result::AgentRunResult;
use super::error::BoxError;
use super::webhook::Webhook;

/// Where to tell the end, and what to send along.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct WebhookRequest {
    url: String,
    headers: Option<BTreeMap<String, String>>,
}

impl Boxes {
    /// Starts the box's agent and answers with the run's id.
    pub(crate) async fn agent_run_for(
        &self,
        reference: &str,
        call: AgentCall,
        request: WebhookRequest,
    ) -> Result<String, BoxError> {
        let headers = request.headers.unwrap_or_default();
        let webhook = Webhook::parse(&request.url, &headers).map_err(|error| {
            // The rules speak of a schedule's members.
            BoxError::InvalidArgument(error.to_string().replacen("webhook_", "webhook.", 1))
        })?;
        let box_id = self.find_live(reference).await?.info.id;
        let stream = self.agent_stream(&box_id, call).await?;
        let run_id = stream.run_id().to_owned();
        let (this, id) = (self.clone(), run_id.clone());
        tokio::spawn(async move {
            let mut message = match AgentRunResult::of(stream).await {
                Ok(result) => result.to_json(),
                Err(error) => {
                    tracing::warn!(run_id = id, %error, "an agent run was lost");
                    Map::from_iter([
                        ("run_id".to_owned(), json!(id)),
                        ("status".to_owned(), json!("failed")),
                        ("error".to_owned(), json!("the run was lost")),
                    ])
                }
            };
            message.insert("box_id".to_owned(), json!(box_id));
            this.send_webhook(box_id, webhook, Value::Object(message));
        });
        Ok(run_id)
    }
}
