//! JSON as the request builders see it, wherever it lives.
//!
//! In JavaScript's runtimes a value stays JavaScript's own (`js/json.rs`): the core looks at what it
//! needs and passes the rest on by reference, so that large texts never cross. In tests it is
//! [`value::Value`].

#[cfg(feature = "typed")]
mod serde;
#[cfg(not(target_arch = "wasm32"))]
pub mod value;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `null`, or not there at all: both mean "not given".
    Null,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list.
    List,
    /// Names and values.
    Object,
    /// Something that JSON has no form for.
    Other,
}

/// A JSON value.
pub trait Json: Clone {
    /// Nothing.
    fn null() -> Self;
    /// This text.
    fn from_text(text: &str) -> Self;
    /// This number.
    fn from_number(number: f64) -> Self;
    /// An empty object.
    fn object() -> Self;
    /// An empty list.
    fn list() -> Self;

    /// What it is.
    fn kind(&self) -> Type;
    /// Whether it is neither null, false, 0 nor empty text.
    fn is_something(&self) -> bool;
    /// Its text, when it is one.
    fn text(&self) -> Option<String>;
    /// Its number, when it is one.
    fn number(&self) -> Option<f64>;
    /// Visits the members of an object or the elements of a list, in order. The name of an element is
    /// its position.
    fn each(&self, visit: &mut dyn FnMut(&str, Self));
    /// The member with this name, or the element at this position; null when there is none.
    fn get(&self, name: &str) -> Self;

    /// Gives an object a member, in place of one that has this name.
    fn set(&mut self, name: &str, value: &Self);
    /// Adds to a list.
    fn push(&mut self, value: &Self);

    /// Whether it is null or missing.
    fn is_null(&self) -> bool {
        self.kind() == Type::Null
    }
}
