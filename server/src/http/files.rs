//! Routes of a box's files.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;
use upstash_box_wasm::api_types::{FileContent, FileList, WriteFileRequest};

use super::body::{FILE_LIMIT, JsonObject};
use super::boxes::Done;
use super::error::ApiError;
use super::given_path;
use super::params::{InPath, InQuery};
use crate::boxes::{Boxes, ReadRange};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Read {
    pub(super) path: Option<String>,
    path_base64: Option<String>,
    encoding: Option<String>,
    #[serde(default)]
    offset: u64,
    /// Its presence asks for a part of the file.
    length: Option<u64>,
}

impl Read {
    pub(super) fn range(&self) -> ReadRange {
        match self.length {
            Some(length) => ReadRange::Part {
                offset: self.offset,
                length,
            },
            None => ReadRange::Whole,
        }
    }

    pub(super) fn is_base64(&self) -> Result<bool, ApiError> {
        is_base64(self.encoding.as_deref())
    }
}

/// A file's content in JSON.
pub(super) fn content(bytes: &[u8], is_base64: bool) -> Json<FileContent> {
    let content = if is_base64 {
        STANDARD.encode(bytes)
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    Json(FileContent { content })
}

pub(super) async fn read(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(wanted): InQuery<Read>,
) -> Result<Json<FileContent>, ApiError> {
    let is_base64 = wanted.is_base64()?;
    let range = wanted.range();
    let path = given_path::path("path", wanted.path, wanted.path_base64)?;
    let bytes = boxes.read_file(&reference, &path, range).await?;
    Ok(content(&bytes, is_base64))
}

pub(super) async fn write(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject<FILE_LIMIT>,
) -> Result<Json<Done>, ApiError> {
    let request: WriteFileRequest = body.parse()?;
    let content = if is_base64(request.encoding.as_deref())? {
        STANDARD
            .decode(request.content)
            .map_err(|error| ApiError::invalid(format!("content: it is not base64: {error}")))?
    } else {
        request.content.into_bytes()
    };
    let path = request.path.as_ref();
    boxes.write_file(&reference, path, content).await?;
    Ok(Json(Done {}))
}

/// `folder` is the wire's word in both routes; a file is meant in `download`.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Folder {
    folder: Option<String>,
    folder_base64: Option<String>,
}

pub(super) async fn list(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(wanted): InQuery<Folder>,
) -> Result<Json<FileList>, ApiError> {
    let folder = given_path::optional_path("folder", wanted.folder, wanted.folder_base64)?;
    let files = boxes.list_files(&reference, folder.as_deref()).await?;
    Ok(Json(FileList { files }))
}

pub(super) async fn download(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(wanted): InQuery<Folder>,
) -> Result<Response, ApiError> {
    let folder = given_path::optional_path("folder", wanted.folder, wanted.folder_base64)?;
    let Some(path) = folder else {
        return Err(ApiError::invalid(
            "folder: it is required and names the file",
        ));
    };
    let (file, size) = boxes.open_file(&reference, &path).await?;
    Ok(download_of(file, size))
}

/// A file's content as it is.
pub(super) fn download_of(file: impl AsyncRead + Send + 'static, size: u64) -> Response {
    // A file that grows meanwhile must not exceed the length that was announced.
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file.take(size))));
    let headers = response.headers_mut();
    let text = HeaderValue::from_static;
    headers.insert(header::CONTENT_LENGTH, size.into());
    headers.insert(header::CONTENT_TYPE, text("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, text("attachment"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    response
}

fn is_base64(encoding: Option<&str>) -> Result<bool, ApiError> {
    match encoding {
        None | Some("" | "utf8" | "utf-8") => Ok(false),
        Some("base64") => Ok(true),
        Some(_) => Err(ApiError::invalid(
            "encoding: only \"base64\", or nothing for text",
        )),
    }
}
