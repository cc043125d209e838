//! Headers that are added to what a box asks of some hosts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Body of `PUT /v2/box/{id}/config/attach-headers`; as an answer, with masks for values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachHeadersSetting {
    /// Headers by host, which is a name, `*.suffix` or an address. Values are secrets.
    pub attach_headers: BTreeMap<String, BTreeMap<String, String>>,
}

impl std::fmt::Debug for AttachHeadersSetting {
    /// Leaves the values out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("AttachHeadersSetting")
            .field(&self.attach_headers.keys())
            .finish()
    }
}
