//! What this suite shares with that of the API: requests by hand, the binary, the key.

#[path = "../api/support/client.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod client;
#[path = "../api/support/disk_image.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod disk_image;
#[path = "../api/support/server.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod server;

pub(crate) use client::{Client, wait_until};
pub(crate) use disk_image::DiskImage;
pub(crate) use server::{KEY, Server};
