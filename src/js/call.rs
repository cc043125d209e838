//! One call of the user's, made in JavaScript: its deadline, its signal and its timers live there.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/src/call.js`.
    pub type JsCall;

    /// What the last request was answered with.
    #[wasm_bindgen(method, getter)]
    pub fn response(this: &JsCall) -> web_sys::Response;

    /// Whether the call has ended early: 0 for no, 1 by its deadline, 2 by its signal.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &JsCall) -> u8;

    /// Remembers what was thrown as the cause of the failure to come, and says it in words.
    #[wasm_bindgen(method)]
    pub fn caught(this: &JsCall, thrown: &JsValue) -> String;
}
