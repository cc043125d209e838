//! Values and errors across the boundary.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
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
/// serde-wasm-bindgen could read it too, but would link the printing of floats for its error texts,
/// which weighs as much as half of this package.
///
/// # Errors
///
/// When it holds a function, bytes or something else that JSON has no form for.
pub(crate) fn from_js(value: &JsValue) -> Result<Value, Error> {
    if value.is_null() || value.is_undefined() {
        Ok(Value::Null)
    } else if let Some(text) = value.as_string() {
        Ok(Value::Text(text))
    } else if let Some(number) = value.as_f64() {
        Ok(Value::Number(number))
    } else if let Some(flag) = value.as_bool() {
        Ok(Value::Bool(flag))
    } else if Array::is_array(value) {
        let list: &Array = value.unchecked_ref();
        (0..list.length()).map(|index| from_js(&list.get(index))).collect::<Result<_, _>>().map(Value::List)
    } else if value.is_object() && !value.is_instance_of::<ArrayBuffer>() {
        let members = Object::keys(value.unchecked_ref::<Object>());
        let member = |index| {
            let name = members.get(index);
            let value = Reflect::get(value, &name).unwrap_or_default();
            Ok((name.as_string().unwrap_or_default(), from_js(&value)?))
        };
        (0..members.length()).map(member).collect::<Result<_, _>>().map(Value::Object)
    } else {
        Err(Error::invalid("The options must be plain data: text, numbers, booleans, lists and objects."))
    }
}

/// An error as the members that `BoxError` is made of.
pub(crate) fn error_to_js(error: &Error) -> JsValue {
    to_js(&error.to_value())
}
