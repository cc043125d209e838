//! Tokens: short-lived keys that may do less than the account's.

use serde::{Deserialize, Serialize};

/// What a token may do. Each scope is only itself: none includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TokenScope {
    /// See boxes, runs, logs, files and snapshots.
    Read,
    /// Run commands, code, agents and git.
    Exec,
    /// Change files.
    Write,
    /// Take and delete snapshots of a box; without `box_id` also roll back.
    Snapshot,
    /// Make boxes, also from snapshots and boxes; not with `box_id`.
    Create,
    /// Delete boxes.
    Delete,
}

/// Body of `POST /v2/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateTokenRequest {
    /// What it may do; at least one.
    pub scopes: Vec<TokenScope>,
    /// Id or name of the one box that it is for; without it, every box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub box_id: Option<String>,
    /// Seconds until it expires, 1 to 86,400; 900 when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
}

/// A token without what makes it one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenInfo {
    /// By which it is revoked.
    pub id: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// Id of the one box that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub box_id: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

/// Answer of `POST /v2/tokens`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// What it is.
    #[serde(flatten)]
    pub info: TokenInfo,
    /// What is sent as `X-Box-Api-Key`; told this once.
    pub token: String,
}

impl std::fmt::Debug for CreatedToken {
    /// Leaves the token out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.info.fmt(formatter)
    }
}

/// Answer of `GET /v2/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenList {
    /// Those that have not expired, newest first.
    pub tokens: Vec<TokenInfo>,
}
