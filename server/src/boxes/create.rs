//! Making a box, from the bare image or from a snapshot.

use std::sync::Arc;

use upstash_box_wasm::api_types::{BoxInfo, CreateBoxRequest};

use super::error::BoxError;
use super::new_box::{Agent, NewBox, agent_of, check, new_box};
use super::{Boxes, ids};
use crate::store::{BoxRecord, Inserted, Origin, SnapshotSource};

/// Two words and five digits repeat seldom; a taken id is simply replaced.
const ATTEMPTS: usize = 16;

impl Boxes {
    /// A new box on the bare image. It needs no process until there is work, so it is ready.
    pub(crate) async fn create(&self, mut request: CreateBoxRequest) -> Result<BoxInfo, BoxError> {
        check(&request)?;
        let agent = agent_of(&request)?;
        request.env_vars = self.with_account_env(request.env_vars).await?;
        let image = self.image_of_runtime(request.runtime.as_deref());
        self.insert(new_box(request, agent, Origin::Image, image))
            .await
    }

    /// A new box with the disk and agent of a snapshot.
    pub(crate) async fn create_from_snapshot(
        &self,
        snapshot_id: &str,
        request: CreateBoxRequest,
    ) -> Result<BoxInfo, BoxError> {
        let new = self.box_of_snapshot(snapshot_id, request).await?;
        self.insert(new).await
    }

    /// What a new box with the disk and agent of a snapshot is.
    pub(super) async fn box_of_snapshot(
        &self,
        snapshot_id: &str,
        mut request: CreateBoxRequest,
    ) -> Result<NewBox, BoxError> {
        check(&request)?;
        let source = self.restorable(snapshot_id).await?;
        let agent = if request.agent.is_some() {
            agent_of(&request)?
        } else {
            self.agent_of_snapshot(&source, &request)?
        };
        request.env_vars = self.with_account_env(request.env_vars).await?;
        self.check_runtime(request.runtime.as_deref(), &source)?;
        request.runtime = request.runtime.or(source.settings.runtime);
        let origin = Origin::Snapshot(source.id);
        let mut new = new_box(request, agent, origin, source.settings.image);
        // They are on the snapshot's disk.
        for skill in source.settings.enabled_skills {
            if !new.record.info.enabled_skills.contains(&skill) {
                new.record.info.enabled_skills.push(skill);
            }
        }
        Ok(new)
    }

    /// The image that a runtime is mapped to. `node-alpine` may stand on that of `node`.
    fn image_of_runtime(&self, runtime: Option<&str>) -> Option<String> {
        let (runtime, images) = (runtime?, &self.inner.parts.runtimes);
        let family = || images.get(runtime.strip_suffix("-alpine")?);
        images.get(runtime).or_else(family).cloned()
    }

    /// A snapshot stays on the image below it, so another runtime must not mean another image.
    fn check_runtime(
        &self,
        runtime: Option<&str>,
        source: &SnapshotSource,
    ) -> Result<(), BoxError> {
        let own = source.settings.runtime.as_deref();
        if runtime.is_none()
            || runtime == own
            || self.image_of_runtime(runtime) == source.settings.image
        {
            return Ok(());
        }
        Err(BoxError::InvalidArgument(format!(
            "runtime: {} stands on the image of {}, and {} has another; leave runtime out",
            source.id,
            own.unwrap_or("boxes without a runtime"),
            runtime.unwrap_or_default(),
        )))
    }

    /// What a box takes over from a snapshot, which must be there and whole.
    pub(super) async fn restorable(&self, snapshot_id: &str) -> Result<SnapshotSource, BoxError> {
        let wanted = snapshot_id.to_owned();
        let store = &self.inner.parts.store;
        let source = store
            .run(move |store| store.snapshot_source(&wanted))
            .await?;
        match source {
            None => Err(BoxError::SnapshotNotFound(snapshot_id.to_owned())),
            Some(source) if source.damaged => Err(damaged(snapshot_id)),
            Some(source) => Ok(source),
        }
    }

    fn agent_of_snapshot(
        &self,
        source: &SnapshotSource,
        request: &CreateBoxRequest,
    ) -> Result<Agent, BoxError> {
        let settings = &source.settings;
        if settings.agent.is_none() {
            return agent_of(request);
        }
        let kept = self
            .inner
            .parts
            .secret_key
            .open(&source.id, source.sealed_secrets.as_deref())?;
        Ok(Agent {
            harness: settings.agent.clone(),
            model: request.model.clone().or_else(|| settings.model.clone()),
            custom_runner: request
                .custom_runner
                .clone()
                .or_else(|| settings.custom_runner.clone()),
            api_key: request.agent_api_key.clone().or(kept.agent_api_key),
        })
    }

    async fn insert(&self, new: NewBox) -> Result<BoxInfo, BoxError> {
        let record = new.record.clone();
        let mut made = self.insert_all(Arc::new(new), vec![record]).await?;
        made.pop().unwrap_or_else(|| Err(no_free_id()))
    }

    /// Makes boxes that differ in their record, in one transaction; what became of each.
    pub(super) async fn insert_all(
        &self,
        new: Arc<NewBox>,
        mut records: Vec<BoxRecord>,
    ) -> Result<Vec<Result<BoxInfo, BoxError>>, BoxError> {
        let (this, follow_up) = (self.clone(), Arc::clone(&new));
        let made = self
            .blocking(move |store| {
                let key = &this.inner.parts.secret_key;
                let mut made = Vec::new();
                for _ in 0..ATTEMPTS {
                    for record in &mut records {
                        record.info.id = ids::box_id()?;
                        record.sealed_secrets = key.seal(&record.info.id, &new.secrets)?;
                    }
                    let inserted = store.insert_boxes(&records, &new.origin)?;
                    let mut again = Vec::new();
                    for (record, inserted) in records.into_iter().zip(inserted) {
                        match inserted {
                            Inserted::Stored => made.push(Ok(record.info)),
                            Inserted::IdTaken => again.push(record),
                            Inserted::NameTaken => {
                                made.push(Err(name_taken(record.info.name.as_deref())));
                            }
                            Inserted::SnapshotGone => {
                                let id = record.info.snapshot_id.unwrap_or_default();
                                made.push(Err(BoxError::SnapshotNotFound(id)));
                            }
                        }
                    }
                    records = again;
                    if records.is_empty() {
                        break;
                    }
                }
                made.extend(records.iter().map(|_| Err(no_free_id())));
                Ok(made)
            })
            .await?;
        for info in made.iter().flatten() {
            self.begin(info, &follow_up);
        }
        Ok(made)
    }

    /// What goes on in a new box by itself.
    fn begin(&self, info: &BoxInfo, new: &NewBox) {
        if info.expires_at.is_some() {
            self.inner.expiry_changed.notify_one();
        }
        if new.record.init_command.is_some() {
            self.start_in_background(info.id.clone());
        }
        if !new.to_install.is_empty() {
            self.install_in_background(info.id.clone(), new.to_install.clone());
        }
        if let Some(clone) = &new.clone {
            self.clone_in_background(info.id.clone(), clone.clone());
        }
    }
}

fn no_free_id() -> BoxError {
    BoxError::Interrupted("no free box id was found".to_owned())
}

fn name_taken(name: Option<&str>) -> BoxError {
    let name = name.unwrap_or_default();
    BoxError::Conflict(format!(
        "a box called {name:?} exists; delete it or choose another name"
    ))
}

/// Why a snapshot that a power cut hurt is not used.
pub(super) fn damaged(snapshot_id: &str) -> BoxError {
    BoxError::Conflict(format!(
        "snapshot {snapshot_id} lost data when the machine stopped before it was on disk, so it \
         can't be restored; delete it"
    ))
}
