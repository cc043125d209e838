//! Ring 3: all that JavaScript sees. The only `wasm_bindgen` exports of the package.
//!
//! Thin: it converts what crosses and decides nothing. `Wasm…` is exported, `Js…` is imported. The
//! classes that a user sees are JavaScript's own and stand in `pkg/src`.

pub(crate) mod call;
mod client;
pub(crate) mod convert;
mod streams;
