//! What comes back from a call, and whether it is what the API promises.
//!
//! Only looked at: `pkg/src` gives answers the shape that JavaScript sees.

use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::json::{Json, Type};
use crate::sentence::{cut, sentence};

/// The shape of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Only that it worked.
    Nothing,
    /// An object.
    Object,
    /// An object with an `id` and a `status`.
    Resource,
    /// A list under this name; a bare one when the name is empty.
    List(&'static str),
    /// What a command did: an object with an `exit_code`.
    Run,
    /// The text under this name.
    Text(&'static str),
    /// A stream of bytes.
    Stream,
}

impl Answer {
    pub(super) fn from_word(word: &'static str) -> Option<Self> {
        let (word, member) = cut(word, b':');
        Some(match word {
            "object" => Self::Object,
            "resource" => Self::Resource,
            "list" => Self::List(member),
            "run" => Self::Run,
            "text" => Self::Text(member),
            "stream" => Self::Stream,
            _ => return None,
        })
    }

    /// The part of the body that was asked for, if it is what it must be.
    pub fn find<J: Json>(self, body: J) -> Option<J> {
        // A page with a cheerful status comes from a proxy, and nothing was done.
        if self == Self::Nothing && body.kind() == Type::Text {
            return None;
        }
        let found = match self {
            Self::List("") => body,
            Self::List(name) | Self::Text(name) => body.get(name),
            Self::Nothing => J::null(),
            _ => body,
        };
        let kind = found.kind();
        let holds = match self {
            Self::Nothing => true,
            Self::Object => kind == Type::Object,
            Self::Resource => ["id", "status"]
                .iter()
                .all(|name| found.get(name).kind() == Type::Text),
            Self::List(_) => matches!(kind, Type::List | Type::Null),
            Self::Run => found.get("exit_code").kind() == Type::Number,
            Self::Text(_) => kind == Type::Text,
            Self::Stream => kind != Type::Null,
        };
        // Some services say null for an empty list.
        let is_no_list = matches!(self, Self::List(_)) && kind == Type::Null;
        holds.then(|| if is_no_list { J::list() } else { found })
    }
}

/// The failure of an answer that breaks the API's promise.
pub fn unexpected(call: &str) -> Error {
    let promise = ": the server's answer is not what the Box API promises; is `baseUrl` right?";
    Error::new(ErrorCode::InvalidResponse, sentence(&[call, promise]))
}
