//! The route that takes files as multipart/form-data.
//!
//! A file goes where the `paths` field of the same number says, wherever the two stand in the body.
//! The file name that a part carries is the sender's and means nothing here.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use upstash_box_wasm::api_types::ErrorCode;

use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use crate::boxes::Boxes;

/// The kernel's limit, with room for what will be taken out of it.
const LONGEST_PATH: usize = 8192;

pub(super) async fn upload(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Json<Done>, ApiError> {
    let mut body = body.map_err(|rejection| {
        ApiError::invalid(format!(
            "the body must be multipart/form-data: {}",
            rejection.body_text()
        ))
    })?;
    let mut upload = boxes.begin_upload(&reference).await?;
    while let Some(mut field) = body.next_field().await.map_err(broken)? {
        match field.name() {
            Some("paths") => upload.add_target(&text(field).await?)?,
            Some("files") => {
                upload.add_file().await?;
                while let Some(bytes) = field.chunk().await.map_err(broken)? {
                    upload.write(bytes).await?;
                }
            }
            // Others may come with a newer client.
            _ => {}
        }
    }
    upload.finish().await?;
    Ok(Json(Done {}))
}

async fn text(mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(more) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&more);
        if bytes.len() > LONGEST_PATH {
            return Err(ApiError::invalid("paths: a path is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::invalid("paths: a path is not text"))
}

fn broken(error: MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            ErrorCode::TooLarge,
            "the form is larger than this server takes",
        );
    }
    ApiError::invalid(format!("the body is broken: {}", error.body_text()))
}
