//! One argument of a call: its name on both sides, where it goes and what it must be.
//!
//! `row.rs` reads them.

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// A member of the query.
    Query,
    /// A member of the JSON body.
    Body,
    /// A header. `Idempotency-Key` makes the request safe to repeat.
    Header,
    /// All of the body, as it is.
    Whole,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text with something in it.
    Text,
    /// Text, which may be empty.
    Content,
    /// Text that stands as a segment in an address.
    Id,
    /// Such texts with slashes between them, which stay.
    Segments,
    /// A whole number from 0 on.
    Count,
    /// `true` or `false`; only `true` travels.
    Flag,
    /// `true` or `false`, and both travel.
    Switch,
    /// `true` travels as `null`, which takes something away.
    Clear,
    /// A list of texts.
    Texts,
    /// A list of ids with at least one in it.
    Ids,
    /// A shell command as text, or a program and its arguments as a list.
    Command,
    /// A path in the box, relative to its working directory.
    Path,
    /// A working directory, told relative to the workspace.
    Folder,
    /// The directory to list: the working directory, told relative to the workspace when that is it.
    Directory,
    /// An object of names and texts, both the user's own.
    TextMap,
    /// An object or list whose names are ours: they change case.
    Structure,
    /// Anything, passed on as it is.
    Any,
    /// MCP servers, each with a `package` or a `url`.
    McpServers,
}

/// What the table calls them.
const WORDS: [(&str, Kind); 18] = [
    ("", Kind::Text),
    ("content", Kind::Content),
    ("id", Kind::Id),
    ("segments", Kind::Segments),
    ("count", Kind::Count),
    ("flag", Kind::Flag),
    ("switch", Kind::Switch),
    ("clear", Kind::Clear),
    ("texts", Kind::Texts),
    ("ids", Kind::Ids),
    ("command", Kind::Command),
    ("path", Kind::Path),
    ("folder", Kind::Folder),
    ("directory", Kind::Directory),
    ("map", Kind::TextMap),
    ("object", Kind::Structure),
    ("any", Kind::Any),
    ("servers", Kind::McpServers),
];

impl Kind {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        let row = WORDS.iter().find(|row| row.0 == word);
        row.map(|row| row.1)
    }

    /// How a sentence says it.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Text | Self::Path | Self::Folder | Self::Directory => {
                "a string that is not empty"
            }
            Self::Content => "a string",
            Self::Id => "a string that is not empty, \".\" or \"..\"",
            Self::Segments => "names with slashes between them, like `owner/repo/skill`",
            Self::Count => "a whole number, 0 or more",
            Self::Flag | Self::Switch | Self::Clear => "true or false",
            Self::Texts => "an array of strings",
            Self::Ids => "an array of at least one string that is not empty",
            Self::Command => "a string, or an array of strings with the program first",
            Self::TextMap => "an object whose values are strings",
            Self::Structure | Self::Any => "an object",
            Self::McpServers => "an array of objects with `name` and either `package` or `url`",
        }
    }
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in JavaScript, with a dot when it is a member of a group.
    pub js: &'static str,
    /// Its name on the wire.
    pub wire: &'static str,
    /// Where it goes.
    pub place: Place,
    /// What it must be.
    pub kind: Kind,
    /// Whether the call needs it.
    pub required: bool,
}

impl Field {
    pub(super) const fn path(js: &'static str, kind: Kind) -> Self {
        Self {
            js,
            wire: js,
            place: Place::Path,
            kind,
            required: true,
        }
    }
}
