//! SDK for the Box API.
//!
//! Rings, each using only the ones before it: `api_types` (JSON shapes, shared with the server),
//! `requests` (arguments in, one HTTP request out), `client` (the one place that sends), and `js`
//! (all that JavaScript sees; compiled for wasm32 only).
//!
//! Programs in Rust use the same client: see `service`, with the feature `native` over HTTP and TLS, or with
//! `typed` over a [`transport::Transport`] of their own, on wasm32 as well.
#![forbid(unsafe_code)]

pub mod account;
pub mod api_types;
pub mod box_path;
pub mod client;
pub mod error;
pub mod event_stream;
pub mod exec_stream;
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod js;
pub mod json;
pub mod key_case;
pub mod requests;
pub mod retry;
pub mod sentence;
#[cfg(feature = "typed")]
pub mod service;
pub mod transport;
pub mod waiting;
