//! Many boxes from one snapshot. They share its layers, so each is a row and nothing else.

use std::sync::Arc;

use upstash_box_wasm::api_types::{BoxInfo, CreateBoxRequest};

use super::error::BoxError;
use super::new_box::NewBox;
use super::{Boxes, rules};

/// The most boxes of one call.
const MOST: u32 = 1000;
/// How many are made in one transaction, and so are ready together.
const AT_ONCE: u32 = 32;

/// Boxes being made. Nothing more is made once this is dropped; those that were made stay.
#[derive(Debug)]
pub(crate) struct Forks {
    boxes: Boxes,
    new: Arc<NewBox>,
    made: u32,
    count: u32,
}

impl Boxes {
    /// Prepares `count` boxes with the disk and agent of a snapshot. With a name they are called
    /// `name-1`, `name-2` and so on.
    pub(crate) async fn fork(
        &self,
        snapshot_id: &str,
        request: CreateBoxRequest,
        count: u32,
    ) -> Result<Forks, BoxError> {
        if !(1..=MOST).contains(&count) {
            return Err(BoxError::InvalidArgument(format!(
                "count: it must be between 1 and {MOST}"
            )));
        }
        if let Some(name) = &request.name {
            rules::box_name(&numbered(name, count))?;
        }
        Ok(Forks {
            new: Arc::new(self.box_of_snapshot(snapshot_id, request).await?),
            boxes: self.clone(),
            made: 0,
            count,
        })
    }
}

impl Forks {
    /// The next boxes, each made or not; `None` after the last. An error ends it, too.
    pub(crate) async fn next(
        &mut self,
    ) -> Option<Result<Vec<Result<BoxInfo, BoxError>>, BoxError>> {
        let first = self.made + 1;
        let last = self.count.min(self.made + AT_ONCE);
        if first > last {
            return None;
        }
        let records = (first..=last).map(|number| {
            let mut record = self.new.record.clone();
            let name = record.info.name.as_deref();
            record.info.name = name.map(|name| numbered(name, number));
            record
        });
        let records = records.collect();
        self.made = last;
        let made = self.boxes.insert_all(Arc::clone(&self.new), records).await;
        if made.is_err() {
            self.made = self.count;
        }
        Some(made)
    }
}

fn numbered(name: &str, number: u32) -> String {
    format!("{name}-{number}")
}
