//! The client as JavaScript holds it: one method that does every call of the table.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use super::call::JsCall;
use crate::account::Account;
use crate::client::Client;
use crate::error::Error;
use crate::requests::table::load;
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
    /// Takes the table of routes, before the first call.
    #[wasm_bindgen(js_name = takeRows)]
    pub fn take_rows(rows: String) {
        load(rows);
    }

    /// Checks where the service is and who asks. An empty base URL means the hosted service.
    #[wasm_bindgen(constructor)]
    pub fn new(base_url: &str, api_key: &str) -> Result<Self, JsValue> {
        let account = Account::new(base_url, api_key).map_err(|error| to_js(&error))?;
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
    ) -> Result<JsValue, JsValue> {
        let answer = self.client.call(&call, &name, &arguments).await;
        answer.map_err(|error| to_js(&self.account.without_key(error)))
    }
}

/// An error as the members that `BoxError` is made of.
fn to_js(error: &Error) -> JsValue {
    error
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}
