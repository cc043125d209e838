//! The command that runs each time a box starts.

use serde::{Deserialize, Serialize};

/// Body of `PUT /v2/box/{id}/startup` and answer of the routes that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InitCommand {
    /// For the shell; empty in an answer when there is none.
    pub init_command: String,
}
