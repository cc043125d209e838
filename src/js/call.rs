//! One call of the user's, made in JavaScript: its deadline, its signal and its timers live there.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/src/call.js`.
    pub type JsCall;

    /// Sends a request and gives the body of its answer: the stream, the JSON, or the text of a page.
    /// It never throws at once.
    #[wasm_bindgen(method)]
    pub fn exchange(
        this: &JsCall,
        url: &str,
        init: &web_sys::RequestInit,
        is_stream: bool,
    ) -> js_sys::Promise;

    /// What the last request was answered with.
    #[wasm_bindgen(method, getter)]
    pub fn response(this: &JsCall) -> web_sys::Response;

    /// Whether the call has ended early: 0 for no, 1 by its deadline, 2 by its signal.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &JsCall) -> u8;

    /// Remembers what was thrown as the cause of the failure to come, and says it in words.
    #[wasm_bindgen(method)]
    pub fn caught(this: &JsCall, thrown: &JsValue) -> String;

    /// Settles after this time, or as soon as the call ends.
    #[wasm_bindgen(method)]
    pub fn sleep(this: &JsCall, ms: u32) -> js_sys::Promise;
}
