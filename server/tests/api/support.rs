//! What every test of this suite starts with.

mod client;
#[allow(dead_code, reason = "the crash suite uses the rest")]
mod disk_image;
mod layout;
mod raw;
mod server;
mod stub;
mod tls_host;

pub(crate) use client::{Client, Response, wait_until};
pub(crate) use disk_image::{DiskImage, FragileDisk};
pub(crate) use layout::{Layout, MAKE_ROOT, sh};
pub(crate) use raw::{Raw, answer_to, answers_in};
pub(crate) use server::{KEY, Server, binary};
pub(crate) use stub::{Got, Stub};
pub(crate) use tls_host::{Host, TestAuthority};
