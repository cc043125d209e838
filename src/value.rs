//! JSON in memory: what travels between JavaScript, the request builders and the wire.
//!
//! One small type keeps the package small: a decoder per type would cost a kilobyte each. It knows
//! nothing of HTTP or JavaScript; `value/serde.rs` lets any serde format read and write it.

mod serde;

/// One JSON value. Members keep their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, and everything that is not there.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Names and values.
    Object(Vec<(String, Self)>),
}

impl Value {
    /// An object with these members.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// The member with this name; `None` when it is absent or null, which mean the same here.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let (_, value) = members.iter().find(|(member, _)| member == name)?;
        if matches!(value, Self::Null) {
            None
        } else {
            Some(value)
        }
    }

    /// The value at a path of names with dots between them.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .try_fold(self, |value, name| value.get(name))
    }

    /// The text in the member with this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number in the member with this name.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Self::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Adds a member to an object; anything else stays what it is.
    pub fn push(&mut self, name: &str, value: Self) {
        if let Self::Object(members) = self {
            members.push((name.to_owned(), value));
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}
