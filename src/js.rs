//! Ring 3: all that JavaScript sees. The only `wasm_bindgen` exports of the package.
//!
//! Thin: it converts what crosses and decides nothing. `Wasm…` is exported, `Js…` is imported. The
//! classes that a user sees are JavaScript's own and stand in `pkg/src`.

mod call;
mod client;
mod exchange;
mod json;
mod network;
mod streams;

/// Smaller and faster than the standard one. The package runs in one thread, which it relies on.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
