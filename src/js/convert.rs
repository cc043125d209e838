//! Values and errors across the boundary.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::value::Value;

#[wasm_bindgen]
extern "C" {
    /// `JSON.parse`, which keeps the text on JavaScript's side.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    pub(crate) fn parse_json(text: &JsValue) -> Result<JsValue, JsValue>;
}

/// A value as JavaScript's own plain objects, lists and primitives.
pub(crate) fn to_js(value: &Value) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

/// What JavaScript gave.
///
/// # Errors
///
/// When it holds a function, bytes or something else that JSON has no form for.
pub(crate) fn from_js(value: JsValue) -> Result<Value, Error> {
    serde_wasm_bindgen::from_value(value).map_err(|_| {
        Error::invalid(
            "The options must be plain data: text, numbers, booleans, lists and objects.",
        )
    })
}

/// An error as the members that `BoxError` is made of.
pub(crate) fn error_to_js(error: &Error) -> JsValue {
    to_js(&error.to_value())
}
