//! The disks of boxes: an image at the bottom, immutable layers on it, one writable directory on top.
//!
//! A snapshot is a chain of layers. Sealing the writable directory of an idle box into a layer is
//! one rename: no file is read or copied, whatever the size. Which chains exist, and when a layer
//! may go, is decided by the callers; this module only knows directories.
//!
//! ```text
//! DATA/image/…                what every box starts from: what is ours of it
//! DATA/image-of-runtime/…     the same of the images that runtimes are mapped to
//! DATA/images/…               images that came from elsewhere
//! DATA/layers/<layer>/<part>  sealed, never written again
//! DATA/boxes/<box>/upper/<part>   what the box wrote since its last snapshot; made when first needed
//! DATA/boxes/<box>/work-…     scratch space of overlayfs, one a start; in a subvolume's upper, there
//! DATA/boxes/<box>/lock       locked while any process of the box may write
//! DATA/imports/<import>       what an import has brought so far
//! DATA/places/…               empty directories for boxes and copies, where files are made quickly
//! DATA/trash/…                on its way out
//! ```
//!
//! A *part* is one mount of the image: `root`, and `usr` where the host's /usr lies under it.

mod archive;
mod bases;
pub mod box_root;
mod copy;
mod diff;
mod digest;
mod error;
mod flatten;
mod host_image;
mod image;
mod image_store;
mod layer_store;
mod lease;
mod live_copy;
mod measure;
mod places;
mod recovery;
mod removal;
mod root_look;
mod skeleton;
mod storage;
mod trash;
mod tree;
pub(crate) mod trust;
mod upper_copy;
mod view;

pub use archive::{
    ArchiveError, BlobName, Compression, LayerPlace, Limits, Packed, PackedLayer, Spool, Staging,
    TarReader, TarWriter, Unpacked,
};
pub use bases::DiskChain;
pub use diff::{Change, ChangeKind};
pub use digest::LayersDigest;
pub use error::LayerError;
pub use image::{Image, ImageSource};
pub use image_store::{ImageStore, StoredImage, UnfinishedImage};
pub use layer_store::LayerStore;
pub use lease::Lease;
pub use removal::Unneeded;
pub use storage::{Storage, StorageChoice};
pub use tree::{Tree, TreeEntry};
pub use upper_copy::{EarlierCopy, FinishedCopy, UpperCopy};
