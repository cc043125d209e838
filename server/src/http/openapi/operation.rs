//! One operation: what it takes and what it answers.

use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder, Object, ObjectBuilder, Type};
use utoipa::openapi::{
    Content, HttpMethod, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa::{IntoParams, ToSchema};

use super::document::{Document, spelled};

/// An operation that becomes part of its document when it is dropped.
pub(super) struct Operation<'a> {
    document: &'a mut Document,
    method: HttpMethod,
    path: &'static str,
    summary: String,
    parameters: Vec<Parameter>,
    bodies: Vec<RefOr<Schema>>,
    forms: Vec<(&'static str, RefOr<Schema>)>,
    answers: Vec<(&'static str, Option<RefOr<Schema>>)>,
    statuses: Vec<(&'static str, String)>,
    is_open: bool,
}

impl<'a> Operation<'a> {
    pub(super) fn new(
        document: &'a mut Document,
        method: HttpMethod,
        path: &'static str,
        summary: &str,
    ) -> Self {
        Self {
            document,
            method,
            path,
            summary: summary.to_owned(),
            parameters: in_path(path),
            bodies: Vec::new(),
            forms: Vec::new(),
            answers: Vec::new(),
            statuses: Vec::new(),
            is_open: false,
        }
    }

    pub(super) fn query<T: IntoParams>(mut self) -> Self {
        self.parameters
            .extend(T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// A JSON body; of several types when it is read as each of them.
    pub(super) fn body<T: ToSchema>(mut self) -> Self {
        let schema = self.document.refer::<T>();
        self.bodies.push(schema);
        self
    }

    /// A body of another kind.
    pub(super) fn form(mut self, kind: &'static str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.forms.push((kind, schema.into()));
        self
    }

    pub(super) fn json<T: ToSchema>(mut self) -> Self {
        let schema = self.document.refer::<T>();
        self.answers.push(("application/json", Some(schema)));
        self
    }

    /// An array, with nothing around it.
    pub(super) fn json_array<T: ToSchema>(mut self) -> Self {
        let items = self.document.refer::<T>();
        let array = Schema::Array(ArrayBuilder::new().items(items).build());
        self.answers.push(("application/json", Some(array.into())));
        self
    }

    /// Any JSON object.
    pub(super) fn json_object(mut self) -> Self {
        self.answers.push(("application/json", Some(object())));
        self
    }

    /// A second form that the answer may have, or one that is not JSON.
    pub(super) fn stream(mut self, kind: &'static str) -> Self {
        self.answers.push((kind, None));
        self
    }

    /// A status without a body of its own.
    pub(super) fn status(mut self, status: &'static str, meaning: &str) -> Self {
        self.statuses.push((status, meaning.to_owned()));
        self
    }

    /// May be repeated with the same key: the second call gives the first one's answer.
    pub(super) fn idempotent(mut self) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .description(Some(
                    "A repeated call with the same key gives the first answer",
                ))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
        self
    }

    /// Takes no key.
    pub(super) fn open(mut self) -> Self {
        self.is_open = true;
        self
    }
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        let mut operation = OperationBuilder::new()
            .summary(Some(std::mem::take(&mut self.summary)))
            .operation_id(Some(id(&self.method, self.path)));
        for parameter in self.parameters.drain(..) {
            operation = operation.parameter(parameter);
        }
        if let Some(body) = body(self.bodies.split_off(0), self.forms.split_off(0)) {
            operation = operation.request_body(Some(body));
        }
        if !self.answers.is_empty() {
            operation = operation.response("200", answer(self.answers.split_off(0)));
        }
        for (status, meaning) in self.statuses.drain(..) {
            operation = operation.response(status, Response::new(meaning));
        }
        for errors in ["4XX", "5XX"] {
            operation = operation.response(errors, self.document.error());
        }
        if self.is_open {
            operation = operation.securities(Some(Vec::<SecurityRequirement>::new()));
        }
        let method = self.method.clone();
        self.document.add(self.path, method, operation.build());
    }
}

fn in_path(path: &str) -> Vec<Parameter> {
    let spelled = spelled(path);
    let names = spelled.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(name.to_owned())
    });
    names
        .map(|name| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
        })
        .collect()
}

fn body(
    bodies: Vec<RefOr<Schema>>,
    forms: Vec<(&'static str, RefOr<Schema>)>,
) -> Option<utoipa::openapi::request_body::RequestBody> {
    let mut described = RequestBodyBuilder::new();
    if bodies.is_empty() && forms.is_empty() {
        return None;
    }
    let mut bodies = bodies;
    if bodies.len() > 1 {
        let all = bodies
            .drain(..)
            .fold(AllOfBuilder::new(), AllOfBuilder::item);
        bodies.push(Schema::AllOf(all.build()).into());
    }
    for schema in bodies {
        described = described.content("application/json", Content::new(Some(schema)));
    }
    for (kind, schema) in forms {
        described = described.content(kind, Content::new(Some(schema)));
    }
    Some(described.build())
}

fn answer(answers: Vec<(&'static str, Option<RefOr<Schema>>)>) -> Response {
    let mut described = ResponseBuilder::new().description("Done");
    for (kind, schema) in answers {
        described = described.content(kind, Content::new(schema));
    }
    described.build()
}

fn object() -> RefOr<Schema> {
    Schema::Object(Object::with_type(Type::Object)).into()
}

/// `post-box-exec-stream`: unlike summaries, ids are for programs.
fn id(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Patch => "patch",
        HttpMethod::Delete => "delete",
        _ => "call",
    };
    let words = path.split(['/', '{', '}', '*', '.']);
    let words = words.filter(|word| !word.is_empty() && *word != "v2");
    let mut id = method.to_owned();
    for word in words {
        id.push('-');
        id.push_str(word);
    }
    id
}
