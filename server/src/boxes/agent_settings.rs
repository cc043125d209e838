//! Changing a box's agent and its git identity.

use upstash_box_wasm::api_types::{CustomRunner, GitIdentity};

use super::environment::{GIT_EMAIL, GIT_NAME};
use super::error::BoxError;
use super::new_box::CUSTOM;
use super::{Boxes, rules};

impl Boxes {
    /// Gives the box's agent another model.
    pub(crate) async fn set_model(&self, reference: &str, model: String) -> Result<(), BoxError> {
        rules::one_line("model", &model, 200)?;
        let change = self.change(reference, move |record| {
            if record.info.agent.is_none() {
                return Err(BoxError::Conflict(
                    "this box has no agent, so it has no model; create one with agent and model"
                        .to_owned(),
                ));
            }
            record.info.model = Some(model);
            Ok(())
        });
        change.await.map(drop)
    }

    /// Gives the box's custom agent another program.
    pub(crate) async fn set_custom_runner(
        &self,
        reference: &str,
        runner: CustomRunner,
    ) -> Result<(), BoxError> {
        rules::custom_runner(&runner)?;
        let change = self.change(reference, move |record| {
            if record.info.agent.as_deref() != Some(CUSTOM) {
                return Err(BoxError::Conflict(
                    "a custom_runner can only be set on a box whose agent is \"custom\"".to_owned(),
                ));
            }
            record.info.custom_runner = Some(runner);
            Ok(())
        });
        change.await.map(drop)
    }

    /// Changes who commits in the box; the pair that holds then.
    pub(crate) async fn set_git_identity(
        &self,
        reference: &str,
        identity: GitIdentity,
    ) -> Result<GitIdentity, BoxError> {
        if identity == GitIdentity::default() {
            return Err(BoxError::InvalidArgument(
                "git_user_name or git_user_email: at least one is required".to_owned(),
            ));
        }
        for (member, value) in [
            ("git_user_name", &identity.git_user_name),
            ("git_user_email", &identity.git_user_email),
        ] {
            if let Some(value) = value {
                rules::one_line(member, value, 200)?;
            }
        }
        let changed = self
            .change(reference, move |record| {
                let info = &mut record.info;
                info.git_user_name = identity.git_user_name.or(info.git_user_name.take());
                info.git_user_email = identity.git_user_email.or(info.git_user_email.take());
                Ok(())
            })
            .await?;
        let info = changed.record.info;
        Ok(GitIdentity {
            git_user_name: Some(info.git_user_name.unwrap_or_else(|| GIT_NAME.to_owned())),
            git_user_email: Some(info.git_user_email.unwrap_or_else(|| GIT_EMAIL.to_owned())),
        })
    }
}
