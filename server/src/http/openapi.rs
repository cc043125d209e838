//! The API's description: an OpenAPI 3.1 document, made of the types that the handlers read and write.
//!
//! It is served without a key, holds nothing of this server but its version, and is committed as
//! `docs/openapi.json`; tests hold it to the router.

mod account;
mod boxes;
mod document;
mod files;
mod operation;
mod settings;
mod snapshots;
mod work;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use document::Document;

static TEXT: LazyLock<Bytes> = LazyLock::new(|| text().into());

pub(super) async fn show() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, TEXT.clone())
}

fn text() -> String {
    // Plain data, which can always be written.
    let mut text = serde_json::to_string_pretty(&describe()).unwrap_or_default();
    text.push('\n');
    text
}

fn describe() -> OpenApi {
    let mut document = Document::default();
    account::describe(&mut document);
    boxes::describe(&mut document);
    work::describe(&mut document);
    files::describe(&mut document);
    snapshots::describe(&mut document);
    settings::describe(&mut document);
    document.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: BTreeSet<String> = describe().paths.paths.into_keys().collect();
        let routes = crate::http::routes();
        let routed: BTreeSet<String> = routes
            .paths()
            .iter()
            .map(|path| document::spelled(path))
            .collect();
        assert_eq!(described, routed);
    }

    #[test]
    fn the_committed_document_is_the_one_that_is_served() {
        if std::env::var_os("BOX_WRITE_OPENAPI").is_some() {
            std::fs::write(COMMITTED, text()).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap();
        assert!(
            committed == text(),
            "docs/openapi.json is old: write it with `BOX_WRITE_OPENAPI=1 cargo test -p box-server --lib openapi`"
        );
    }
}
