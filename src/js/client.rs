//! The client as JavaScript holds it.
//!
//! Most calls are one request with a plain answer: JavaScript sends it between [`WasmClient::request`]
//! and [`WasmClient::answer`]. All others go on in an exchange.

use std::rc::Rc;

use js_sys::Array;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

use super::exchange::WasmExchange;
use super::network::Network;
use crate::account::Account;
use crate::client::{Exchange, settled};
use crate::error::Error;
use crate::requests::table::{load, place_of, route_at};
use crate::requests::{Request, Route, request_of};
use crate::sentence::{push, push_digits};

/// Calls of one account at one service.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct WasmClient {
    network: Rc<Network>,
}

#[wasm_bindgen(js_class = Client)]
impl WasmClient {
    /// Takes the table of routes, before the first call.
    #[wasm_bindgen(js_name = takeRows)]
    pub fn take_rows(rows: String) {
        load(rows);
    }

    /// A row in words: its place, `wait` when it waits, and the names of its arguments in order.
    pub fn row(name: &str) -> JsValue {
        let mut words = String::new();
        if let Some((place, route)) = place_of(name).and_then(|at| Some((at, route_at(at)?))) {
            push_digits(&mut words, place as u32, 3);
            push(&mut words, if route.wait.is_some() { " wait" } else { " " });
            for field in &route.fields {
                push(&mut words, " ");
                push(&mut words, field.js);
            }
        }
        words.into()
    }

    /// Checks where the service is and who asks. An empty base URL means the hosted service.
    #[wasm_bindgen(constructor)]
    pub fn new(base_url: &str, api_key: &str) -> Result<Self, JsValue> {
        let account = Account::new(base_url, api_key).map_err(|error| to_js(&error))?;
        Ok(Self {
            network: Rc::new(Network::new(account)),
        })
    }

    /// The request of the row at this place, whose last value is the working directory: gives its
    /// address, and puts the rest into `init`.
    pub fn request(
        &self,
        place: usize,
        values: &Array,
        init: &RequestInit,
    ) -> Result<JsValue, JsValue> {
        let (_, request) = built(place, &values.to_vec()).map_err(|error| to_js(&error))?;
        self.network.fill(init, &request)
    }

    /// The answer in a body, or undefined when that is not all.
    pub fn answer(place: usize, body: JsValue) -> JsValue {
        route_at(place)
            .and_then(|route| settled(route, body))
            .unwrap_or(JsValue::UNDEFINED)
    }

    /// Goes on after the first request.
    pub fn exchange(&self, place: usize, values: &Array) -> Result<WasmExchange, JsValue> {
        let (route, request) = built(place, &values.to_vec()).map_err(|error| to_js(&error))?;
        // Its first argument, in the rows that wait.
        let box_id = values.get(0);
        let exchange = Exchange::new(route, request, box_id);
        Ok(WasmExchange::new(Rc::clone(&self.network), exchange))
    }
}

fn built(place: usize, values: &[JsValue]) -> Result<(&'static Route, Request<JsValue>), Error> {
    let (Some(route), Some((cwd, values))) = (route_at(place), values.split_last()) else {
        return Err(Error::invalid(&["There is no such call."]));
    };
    Ok((route, request_of(route, values, cwd)?))
}

/// An error as `BoxError` is made of it: in a list, so that no text that a user throws is taken for one.
pub(super) fn to_js(error: &Error) -> JsValue {
    let facts = error.serialize(&Serializer::json_compatible());
    Array::of1(&facts.unwrap_or(JsValue::NULL)).into()
}
