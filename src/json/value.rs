//! JSON in plain Rust: what tests and the scripted transport speak.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Json, Type};

/// One JSON value. Members keep their order, which does not count when two are compared.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Names and values.
    Object(Vec<(String, Self)>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Flag(one), Self::Flag(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Object(one), Self::Object(two)) => {
                one.len() == two.len() && one.iter().all(|member| two.contains(member))
            }
            _ => false,
        }
    }
}

impl Json for Value {
    fn null() -> Self {
        Self::Null
    }

    fn from_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn from_number(number: f64) -> Self {
        Self::Number(number)
    }

    fn object() -> Self {
        Self::Object(Vec::new())
    }

    fn list() -> Self {
        Self::List(Vec::new())
    }

    fn kind(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Flag(_) => Type::Flag,
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::List(_) => Type::List,
            Self::Object(_) => Type::Object,
        }
    }

    fn is_something(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Flag(flag) => *flag,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) => true,
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Self)) {
        match self {
            Self::Object(members) => members
                .iter()
                .for_each(|(name, value)| visit(name, value.clone())),
            Self::List(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| visit(&index.to_string(), item.clone()));
            }
            _ => {}
        }
    }

    fn get(&self, name: &str) -> Self {
        match self {
            Self::Object(members) => {
                let member = members.iter().find(|(member, _)| member == name);
                member.map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Self::List(items) => {
                let index = name.parse::<usize>().ok();
                index
                    .and_then(|index| items.get(index).cloned())
                    .unwrap_or_default()
            }
            _ => Self::Null,
        }
    }

    fn set(&mut self, name: &str, value: &Self) {
        let Self::Object(members) = self else { return };
        match members.iter_mut().find(|(member, _)| member == name) {
            Some((_, known)) => known.clone_from(value),
            None => members.push((name.to_owned(), value.clone())),
        }
    }

    fn push(&mut self, value: &Self) {
        if let Self::List(items) = self {
            items.push(value.clone());
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Value::Object(object))
    }
}
