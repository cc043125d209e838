//! What a bulk delete is about. Nothing is ever deleted by leaving something out.

use serde::Deserialize;
use upstash_box_wasm::api_types::DeleteManyRequest;

use super::body::JsonObject;
use super::error::ApiError;
use crate::boxes::Which;

/// `?all=true`
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Scope {
    #[serde(default)]
    all: bool,
}

impl Scope {
    pub(super) fn with(self, body: &JsonObject) -> Result<Which, ApiError> {
        let ids = body.parse::<DeleteManyRequest>()?.ids;
        match (self.all, ids.is_empty()) {
            (true, true) => Ok(Which::All),
            (false, false) => Ok(Which::These(ids)),
            (true, false) => Err(ApiError::invalid("ids: leave it out with all=true")),
            (false, true) => Err(ApiError::invalid(
                "ids: it is empty; name what to delete, or say all=true to delete everything",
            )),
        }
    }
}
