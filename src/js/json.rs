//! JavaScript's own values as [`Json`]: nothing is copied until the core asks for a text.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::json::{Json, Type};

impl Json for JsValue {
    fn null() -> Self {
        Self::NULL
    }

    fn from_text(text: &str) -> Self {
        Self::from_str(text)
    }

    fn from_number(number: f64) -> Self {
        Self::from_f64(number)
    }

    fn object() -> Self {
        Object::new().into()
    }

    fn list() -> Self {
        Array::new().into()
    }

    fn kind(&self) -> Type {
        if self.is_null() || self.is_undefined() {
            Type::Null
        } else if self.is_string() {
            Type::Text
        } else if self.as_f64().is_some() {
            Type::Number
        } else if self.as_bool().is_some() {
            Type::Flag
        } else if Array::is_array(self) {
            Type::List
        } else if self.is_object() {
            Type::Object
        } else {
            Type::Other
        }
    }

    fn is_something(&self) -> bool {
        self.is_truthy()
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Self)) {
        if !self.is_object() {
            return;
        }
        let names = Object::keys(self.unchecked_ref::<Object>());
        for index in 0..names.length() {
            let name = names.get(index);
            let value = Reflect::get(self, &name).unwrap_or(Self::NULL);
            visit(&name.as_string().unwrap_or_default(), value);
        }
    }

    fn get(&self, name: &str) -> Self {
        // What is no object has no members, and a getter that throws has no value.
        Reflect::get(self, &name.into()).unwrap_or(Self::NULL)
    }

    fn set(&mut self, name: &str, value: &Self) {
        // It is an object that was made here: nothing can refuse.
        let _ = Reflect::set(self, &name.into(), value);
    }

    fn push(&mut self, value: &Self) {
        self.unchecked_ref::<Array>().push(value);
    }
}
