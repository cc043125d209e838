//! What every test of this suite starts with.

mod client;
mod server;

pub(crate) use client::{Client, Response, wait_until};
pub(crate) use server::{KEY, Server, binary};
