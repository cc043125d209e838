//! One entry of a tar file, whichever way it goes.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    HardLink,
    Link,
    Directory,
    Pipe,
}

/// An entry without its data.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// As it stands in the archive.
    pub(super) path: Vec<u8>,
    /// Of a link: where to.
    pub(super) target: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) user: u64,
    pub(super) group: u64,
    /// Seconds since 1970, and nanoseconds after them.
    pub(super) modified: (i64, u32),
    /// Bytes of data that follow.
    pub(super) size: u64,
    /// Length of a file whose data are preceded by a list of where they belong.
    pub(super) sparse: Option<u64>,
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Member {
    /// An empty file that is there for its name.
    pub(super) fn mark(path: Vec<u8>) -> Self {
        Self {
            path,
            target: Vec::new(),
            kind: Kind::File,
            mode: 0,
            user: 0,
            group: 0,
            modified: (0, 0),
            size: 0,
            sparse: None,
            attributes: Vec::new(),
        }
    }
}
