//! Settings that are changed one by one: labels of a box, environment of the account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Body of `POST /v2/box/{id}/config/labels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelRequest {
    /// One more word to find the box by.
    pub label: String,
}

/// Answer of the routes that change labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelList {
    /// All labels that the box has now.
    pub labels: Vec<String>,
}

/// Environment of every box that is made later: body of `PUT /v2/box/settings/env`, with values in
/// clear, and answer of the routes that show it, with each value masked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEnv {
    /// Values by name.
    pub env_vars: BTreeMap<String, String>,
}

impl std::fmt::Debug for AccountEnv {
    /// Leaves the values out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.env_vars.keys()).finish()
    }
}

/// Body of `PUT /v2/box/settings/env/{name}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEnvValue {
    /// A secret: never logged, never returned.
    pub value: String,
}

impl std::fmt::Debug for AccountEnvValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AccountEnvValue(hidden)")
    }
}
