//! SDK for the Box API.
//!
//! Rings, each using only the ones before it: `api_types` (JSON shapes, shared with the server),
//! `requests` (arguments in, one HTTP request out), `client` (the one place that sends), and `js`
//! (all that JavaScript sees; compiled for wasm32 only).
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
pub mod transport;
pub mod waiting;
