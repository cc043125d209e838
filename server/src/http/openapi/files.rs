//! Files of a box.

use upstash_box_wasm::api_types::{
    FileContent, FileList, FileStat, MakeDirectoryRequest, RemoveFileRequest, RenameFileRequest,
    WriteFileRequest,
};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, Schema, SchemaFormat};

use super::super::boxes::Done;
use super::super::file_changes::{Stat, Wanted};
use super::super::files::{Folder, Read};
use super::document::Document;

pub(super) fn describe(api: &mut Document) {
    api.get(
        "/v2/box/{box}/files/read",
        "Reads a file, or a part of it with length",
    )
    .query::<Read>()
    .json::<FileContent>();
    api.post(
        "/v2/box/{box}/files/write",
        "Writes a file and the folders above it",
    )
    .body::<WriteFileRequest>()
    .json::<Done>();
    api.get("/v2/box/{box}/files/list", "The entries of a folder")
        .query::<Folder>()
        .json::<FileList>();
    api.get("/v2/box/{box}/files/download", "The bytes of a file")
        .query::<Folder>()
        .stream("application/octet-stream");
    api.get("/v2/box/{box}/files/stat", "What is known of a path")
        .query::<Stat>()
        .json::<FileStat>();
    api.post("/v2/box/{box}/files/mkdir", "Makes a folder")
        .body::<MakeDirectoryRequest>()
        .json::<Done>();
    api.post("/v2/box/{box}/files/rename", "Moves a path")
        .body::<RenameFileRequest>()
        .json::<Done>();
    api.post("/v2/box/{box}/files/remove", "Removes a path")
        .body::<RemoveFileRequest>()
        .json::<Done>();
    api.get("/v2/box/{box}/files/archive", "A folder as a tar archive")
        .query::<Wanted>()
        .stream("application/x-tar");
    api.post(
        "/v2/box/{box}/files/upload",
        "Writes files, each to the path of the same number",
    )
    .form("multipart/form-data", upload())
    .json::<Done>();
}

fn upload() -> Schema {
    let path = ObjectBuilder::new().schema_type(Type::String);
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    Schema::Object(
        ObjectBuilder::new()
            .property("paths", ArrayBuilder::new().items(path))
            .property("files", ArrayBuilder::new().items(file))
            .required("paths")
            .required("files")
            .build(),
    )
}
