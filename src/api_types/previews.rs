//! Public URLs: ports of a box that are reached from outside.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// Body of `POST /v2/box/{id}/preview`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatePreviewRequest {
    /// 1 to 65535.
    pub port: u16,
    /// Makes a token that opens the URL.
    #[serde(default, deserialize_with = "null_as_default")]
    pub bearer_token: bool,
    /// Makes a password that opens the URL; with both, either does.
    #[serde(default, deserialize_with = "null_as_default")]
    pub basic_auth: bool,
}

/// Answer of `POST /v2/box/{id}/preview`, which alone tells the secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedPreview {
    /// Where the port is reached.
    pub url: String,
    /// The port in the box.
    pub port: u16,
    /// To be sent as `Authorization: Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password of that user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for CreatedPreview {
    /// Leaves the secrets out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CreatedPreview")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// One public URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// Box and port.
    pub id: String,
    /// The port in the box.
    pub port: u16,
    /// Where it is reached.
    pub url: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Whether a password opens it.
    pub basic_auth: bool,
    /// Whether a token opens it.
    pub bearer_token: bool,
}

/// Answer of `GET /v2/box/{id}/preview`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewList {
    /// By port.
    pub previews: Vec<Preview>,
}
