//! Snapshots as OCI images: out of this server and into it, as archives and through registries.
//!
//! Each layer of a snapshot is a layer of the image. What the boxes of a server stand on, such as
//! the host's own programs, is no part of it: the image's configuration names it, and who takes the
//! image in compares that with its own.

mod description;
mod documents;
mod export;
mod image;
mod import;
mod outgoing;
mod progress;
mod pull;
mod push;
mod registry;
mod take_in;

pub(crate) use image::bring_image;
pub(crate) use import::Wishes;
pub(crate) use progress::Progress;
