//! What this suite shares with that of the API: requests by hand, the binary, the key.

#[path = "../api/support/client.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod client;
#[path = "../api/support/server.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod server;

pub(crate) use client::Client;
pub(crate) use server::Server;
