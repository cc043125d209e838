//! Layers as the world outside knows them: tar files, compressed, with whiteouts as in OCI images.
//!
//! Knows nothing of manifests: what an image consists of is decided by the callers.

mod base;
mod blob;
mod error;
mod holes;
mod limits;
mod member;
mod pack;
mod spool;
mod staging;
mod store;
mod tar_reader;
mod tar_writer;
mod unpack;
mod unpack_entry;

pub(super) use base::describe as describe_base;
pub use blob::{BlobName, Compression, Packed};
pub use error::ArchiveError;
pub use limits::Limits;
pub use spool::Spool;
pub use staging::{LayerPlace, PackedLayer, Staging, Unpacked};
pub use tar_reader::TarReader;
pub use tar_writer::TarWriter;
pub(super) use unpack::{Below, Unpacker};

/// What a name begins with that tells of a deletion.
const WHITEOUT: &[u8] = b".wh.";

/// The name of the mark that a directory hides what lies below it.
const OPAQUE_MARK: &[u8] = b".wh..wh..opq";

/// What the records of extended attributes begin with.
const ATTRIBUTE_RECORD: &str = "SCHILY.xattr.";

/// Only attributes that any program may set travel: others mean something to the kernel they are on.
const CARRIED_ATTRIBUTES: &[u8] = b"user.";
