//! Routes that open ports of a box to the outside. What comes in there is served by `preview_host`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{delete, post};
use upstash_box_wasm::api_types::{
    CreatePreviewRequest, CreatedPreview, ErrorCode, Preview, PreviewList,
};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use super::preview_host::address;
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/{box}/preview", post(create).get(list))
        .route("/v2/box/{box}/preview/{port}", delete(remove))
}

async fn create(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Json<CreatedPreview>, ApiError> {
    let request: CreatePreviewRequest = body.parse()?;
    let (preview, secrets) = boxes.create_preview(&reference, request).await?;
    Ok(Json(CreatedPreview {
        url: address(&preview.box_id, preview.port, &headers),
        port: preview.port,
        token: secrets.token,
        username: secrets.password.is_some().then(|| "user".to_owned()),
        password: secrets.password,
    }))
}

async fn list(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    headers: HeaderMap,
) -> Result<Json<PreviewList>, ApiError> {
    let previews = boxes.previews(&reference).await?;
    let previews = previews.into_iter().map(|preview| Preview {
        id: format!("{}-{}", preview.box_id, preview.port),
        port: preview.port,
        url: address(&preview.box_id, preview.port, &headers),
        created_at: preview.created_at,
        basic_auth: preview.password.is_some(),
        bearer_token: preview.token.is_some(),
    });
    Ok(Json(PreviewList {
        previews: previews.collect(),
    }))
}

async fn remove(
    State(boxes): State<Boxes>,
    InPath((reference, port)): InPath<(String, u16)>,
) -> Result<Json<Done>, ApiError> {
    if boxes.delete_preview(&reference, port).await? {
        return Ok(Json(Done {}));
    }
    Err(ApiError::new(
        ErrorCode::NotFound,
        format!("port {port} of this box has no public URL"),
    ))
}
