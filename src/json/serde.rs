//! JSON as programs in Rust have it: `serde_json`'s own values.

use serde_json::{Number, Value};

use super::{Json, Type};

impl Json for Value {
    fn null() -> Self {
        Self::Null
    }

    fn from_text(text: &str) -> Self {
        Self::String(text.to_owned())
    }

    fn from_number(number: f64) -> Self {
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }

    fn object() -> Self {
        Self::Object(serde_json::Map::new())
    }

    fn list() -> Self {
        Self::Array(Vec::new())
    }

    fn kind(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Flag,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::Text,
            Self::Array(_) => Type::List,
            Self::Object(_) => Type::Object,
        }
    }

    fn is_something(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => number.as_f64() != Some(0.0),
            Self::String(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Self)) {
        match self {
            Self::Object(members) => {
                members
                    .iter()
                    .for_each(|(name, value)| visit(name, value.clone()));
            }
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    visit(&index.to_string(), item.clone());
                }
            }
            _ => {}
        }
    }

    fn get(&self, name: &str) -> Self {
        let found = match self {
            Self::Object(members) => members.get(name),
            Self::Array(items) => name.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
        found.cloned().unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: &Self) {
        if let Self::Object(members) = self {
            members.insert(name.to_owned(), value.clone());
        }
    }

    fn push(&mut self, value: &Self) {
        if let Self::Array(items) = self {
            items.push(value.clone());
        }
    }
}
