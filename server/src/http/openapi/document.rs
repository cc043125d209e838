//! Collects operations and the schemas they speak of.

use std::collections::BTreeMap;

use upstash_box_wasm::api_types::ErrorBody;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation as Described, Paths};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    Ref, RefOr, Response, ResponseBuilder, Schema, SecurityRequirement,
};

use super::operation::Operation;

const DESCRIPTION: &str =
    "The Box API as box-server speaks it. Members that are null count as absent.";
/// Names of the ways to show who asks.
const SCHEMES: [&str; 2] = ["key", "bearer"];

/// The document as it grows.
#[derive(Default)]
pub(super) struct Document {
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Document {
    pub(super) fn get(&mut self, path: &'static str, summary: &str) -> Operation<'_> {
        Operation::new(self, HttpMethod::Get, path, summary)
    }

    pub(super) fn post(&mut self, path: &'static str, summary: &str) -> Operation<'_> {
        Operation::new(self, HttpMethod::Post, path, summary)
    }

    pub(super) fn put(&mut self, path: &'static str, summary: &str) -> Operation<'_> {
        Operation::new(self, HttpMethod::Put, path, summary)
    }

    pub(super) fn patch(&mut self, path: &'static str, summary: &str) -> Operation<'_> {
        Operation::new(self, HttpMethod::Patch, path, summary)
    }

    pub(super) fn delete(&mut self, path: &'static str, summary: &str) -> Operation<'_> {
        Operation::new(self, HttpMethod::Delete, path, summary)
    }

    /// A reference to a type's schema, which is kept with all that it speaks of.
    pub(super) fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut inner = Vec::new();
        T::schemas(&mut inner);
        self.schemas.extend(inner);
        self.schemas.insert(T::name().into_owned(), T::schema());
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    pub(super) fn add(&mut self, path: &str, method: HttpMethod, operation: Described) {
        self.paths
            .add_path_operation(spelled(path), vec![method], operation);
    }

    /// Every error is told alike, whatever its status.
    pub(super) fn error(&mut self) -> Response {
        ResponseBuilder::new()
            .description("What happened, to what, and what to do")
            .content(
                "application/json",
                Content::new(Some(self.refer::<ErrorBody>())),
            )
            .build()
    }

    pub(super) fn finish(self) -> OpenApi {
        let [key, bearer] = SCHEMES;
        let header = ApiKey::Header(ApiKeyValue::new("X-Box-Api-Key"));
        let components = ComponentsBuilder::new()
            .schemas_from_iter(self.schemas)
            .security_scheme(key, SecurityScheme::ApiKey(header))
            .security_scheme(
                bearer,
                SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
            )
            .build();
        let info = InfoBuilder::new()
            .title("box-server")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(DESCRIPTION))
            .license(Some(
                LicenseBuilder::new()
                    .name("MIT OR Apache-2.0")
                    .identifier(Some("MIT OR Apache-2.0"))
                    .build(),
            ))
            .build();
        OpenApiBuilder::new()
            .info(info)
            .paths(self.paths)
            .components(Some(components))
            .security(Some(SCHEMES.map(|scheme| {
                SecurityRequirement::new(scheme, Vec::<String>::new())
            })))
            .build()
    }
}

/// A path of the router in the document's spelling, which has no word for several segments.
pub(super) fn spelled(path: &str) -> String {
    path.replace("{*", "{")
}
