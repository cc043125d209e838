//! One call of the user's, made in JavaScript: its deadline, its signal and its timers live there.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/src/call.js`.
    pub type JsCall;

    /// Ends requests, if anything can end this call early.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &JsCall) -> Option<web_sys::AbortSignal>;

    /// Whether the call has ended early: 0 for no, 1 by its deadline, 2 by its signal.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &JsCall) -> u8;

    /// Remembers what was thrown as the cause of the failure to come, and says it in words.
    #[wasm_bindgen(method)]
    pub fn caught(this: &JsCall, thrown: &JsValue) -> String;

    /// Tells the developer, once for each text.
    #[wasm_bindgen(method)]
    pub fn warn(this: &JsCall, text: &str);

    /// Settles after this time, or as soon as the call ends.
    #[wasm_bindgen(method)]
    pub fn sleep(this: &JsCall, ms: u32) -> js_sys::Promise;
}
