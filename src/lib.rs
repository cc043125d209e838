//! SDK for the Box API.
//!
//! Rings, each using only the ones before it: `api_types` (JSON shapes, shared with the server),
//! `requests` (arguments in, one HTTP request out), `client` (the one place that sends), and `js`
//! (all that JavaScript sees; compiled for wasm32 only).
#![forbid(unsafe_code)]

pub mod api_types;
