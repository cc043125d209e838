//! A call in progress as JavaScript holds it: what an outcome means, and what to send next.

use std::rc::Rc;

use js_sys::{Array, Math};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

use super::call::JsCall;
use super::client::to_js;
use super::network::Network;
use crate::client::{Exchange, Step};

/// A call whose request was sent at least once.
#[wasm_bindgen(js_name = Exchange)]
#[derive(Debug)]
pub struct WasmExchange {
    network: Rc<Network>,
    exchange: Exchange<JsValue>,
}

impl WasmExchange {
    pub(super) const fn new(network: Rc<Network>, exchange: Exchange<JsValue>) -> Self {
        Self { network, exchange }
    }
}

#[wasm_bindgen(js_class = Exchange)]
impl WasmExchange {
    /// What to do after an outcome, which is what was thrown or the body of the answer: a number of
    /// milliseconds to sleep before the next request, or a list of the call's answer alone.
    pub fn next(
        &mut self,
        call: &JsCall,
        outcome: JsValue,
        is_thrown: bool,
    ) -> Result<JsValue, JsValue> {
        let outcome = if is_thrown {
            Err(outcome)
        } else {
            Network::received(call, outcome)
        };
        let outcome = self.network.told(call, &self.exchange.request, outcome);
        match self.exchange.next(outcome, &Math::random) {
            Ok(Step::Again(ms)) => Ok(ms.into()),
            Ok(Step::Done(answer)) => Ok(Array::of1(&answer).into()),
            Err(error) => Err(to_js(&self.network.account().without_key(error))),
        }
    }

    /// The next request, as `Client.request` gives the first.
    pub fn request(&self, init: &RequestInit) -> Result<JsValue, JsValue> {
        self.network.fill(init, &self.exchange.request)
    }
}
