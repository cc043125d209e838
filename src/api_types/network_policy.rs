//! Where a box may go.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// What the lists of a policy are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NetworkMode {
    /// Everywhere on the public Internet.
    #[default]
    AllowAll,
    /// Nowhere.
    DenyAll,
    /// Where the lists say.
    Custom,
}

/// Body of `PUT /v2/box/{id}/config/network-policy`, and member of a box. The lists belong to `custom`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NetworkPolicy {
    /// What the lists are for.
    pub mode: NetworkMode,
    /// Names, exact or as `*.suffix`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_domains: Vec<String>,
    /// Ranges of addresses that may be reached under any name.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub allowed_cidrs: Vec<String>,
    /// Ranges that may not be reached, whatever else allows them.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub denied_cidrs: Vec<String>,
}
