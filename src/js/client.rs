//! The client as JavaScript holds it: one method that does every call of the table.

use wasm_bindgen::prelude::*;

use super::call::JsCall;
use super::convert::{error_to_js, from_js, to_js};
use crate::account::Account;
use crate::client::Client;
use crate::error::Error;
use crate::transport::Body;
use crate::transport::fetch::Fetch;

/// Calls of one account at one service.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct WasmClient {
    account: Account,
    client: Client<Fetch>,
}

#[wasm_bindgen(js_class = Client)]
impl WasmClient {
    /// Checks where the service is and who asks. An empty base URL means the hosted service.
    #[wasm_bindgen(constructor)]
    pub fn new(base_url: &str, api_key: &str) -> Result<Self, JsValue> {
        let account = Account::new(base_url, api_key).map_err(|error| error_to_js(&error))?;
        Ok(Self {
            client: Client::new(Fetch::new(account.clone())),
            account,
        })
    }

    /// Does the call of this name. It gives plain data, a text that was asked for, or a `ReadableStream`.
    pub async fn call(
        &self,
        call: JsCall,
        name: String,
        arguments: JsValue,
        payload: Option<js_sys::JsString>,
    ) -> Result<JsValue, JsValue> {
        self.answer(&call, &name, arguments, payload)
            .await
            .map_err(|error| error_to_js(&self.account.without_key(error)))
    }

    async fn answer(
        &self,
        call: &JsCall,
        name: &str,
        arguments: JsValue,
        payload: Option<js_sys::JsString>,
    ) -> Result<JsValue, Error> {
        let arguments = from_js(&arguments)?;
        let payload = payload.map(JsValue::from);
        match self
            .client
            .call(call, name, &arguments, payload.as_ref())
            .await?
        {
            Body::Json(value) => Ok(to_js(&value)),
            Body::Payload(text) => Ok(text),
            Body::Stream(stream) => Ok(stream.into()),
        }
    }
}
