//! One call of the user's, made in JavaScript: its deadline, its signal and its timers live there.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/src/call.js`.
    pub type JsCall;

    /// Ends requests.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &JsCall) -> web_sys::AbortSignal;

    /// `timeout` or `aborted`, once the call has ended early.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &JsCall) -> Option<String>;

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
