//! One box made from another as it is now, without a snapshot that stays.

use upstash_box_wasm::api_types::{BoxInfo, CreateBoxRequest, CreateSnapshotRequest};

use super::error::BoxError;
use super::{Boxes, to_completion};

impl Boxes {
    /// A new box with this one's disk, agent, size, environment, network policy and attached headers, but without its
    /// name, labels, schedules and init command.
    pub(crate) async fn twin(&self, reference: &str) -> Result<BoxInfo, BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let (id, request) = this.settings_for_twin(&reference).await?;
            let snapshot = this.snapshot(&id, CreateSnapshotRequest::default()).await?;
            let made = this.create_from_snapshot(&snapshot.id, request).await;
            this.delete_snapshot(&id, &snapshot.id).await?;
            made
        })
        .await
    }

    async fn settings_for_twin(
        &self,
        reference: &str,
    ) -> Result<(String, CreateBoxRequest), BoxError> {
        let entered = self.enter(reference).await?;
        let refused = |why: &str| Err(BoxError::Conflict(why.to_owned()));
        if entered.record.info.ephemeral {
            return refused("an ephemeral box can't be forked; take a snapshot and restore it");
        }
        if entered.owner.runs() > 0 {
            return refused(
                "a box can't be forked while something runs in it; wait for it, or cancel it",
            );
        }
        let secrets = self.secrets_of(&entered)?;
        let info = &entered.record.info;
        let mut mcp_servers = info.mcp_servers.clone();
        for server in &mut mcp_servers {
            if let Some(headers) = secrets.mcp_headers.get(&server.name) {
                server.headers.clone_from(headers);
            }
        }
        let request = CreateBoxRequest {
            size: info.size,
            runtime: info.runtime.clone(),
            env_vars: secrets.env_vars,
            attach_headers: secrets.attach_headers,
            github_token: secrets.github_token,
            git_user_name: info.git_user_name.clone(),
            git_user_email: info.git_user_email.clone(),
            network_policy: info.network_policy.clone(),
            mcp_servers,
            ..CreateBoxRequest::default()
        };
        Ok((entered.id().to_owned(), request))
    }
}
