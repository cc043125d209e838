//! The server itself, and the account's own things.

use upstash_box_wasm::api_types::{
    AccountEnv, AccountEnvValue, CreateTokenRequest, CreatedToken, LogList, TokenList,
};

use super::super::boxes::Done;
use super::super::capabilities::{Capabilities, Health};
use super::super::history::Paging;
use super::super::not_supported;
use super::document::Document;

pub(super) fn describe(api: &mut Document) {
    api.get("/healthz", "Whether the server answers")
        .open()
        .json::<Health>();
    api.get("/openapi.json", "This document")
        .open()
        .json_object();
    api.get("/v2/capabilities", "What this server is and can do")
        .json::<Capabilities>();
    api.get(
        "/v2/box/settings/env",
        "The environment of new boxes, values masked",
    )
    .json::<AccountEnv>();
    api.put(
        "/v2/box/settings/env",
        "Replaces the environment of new boxes",
    )
    .body::<AccountEnv>()
    .json::<AccountEnv>();
    api.put(
        "/v2/box/settings/env/{name}",
        "Sets one variable of new boxes",
    )
    .body::<AccountEnvValue>()
    .json::<AccountEnv>();
    api.delete(
        "/v2/box/settings/env/{name}",
        "Removes one variable of new boxes",
    )
    .json::<Done>();
    api.get("/v2/box/logs", "The logs of all boxes")
        .query::<Paging>()
        .json::<LogList>();
    api.post("/v2/tokens", "Makes a key that ends soon and may do less")
        .body::<CreateTokenRequest>()
        .json::<CreatedToken>();
    api.get("/v2/tokens", "The tokens that live")
        .json::<TokenList>();
    api.delete("/v2/tokens/{token}", "Ends a token")
        .json::<Done>();
    for (path, why) in not_supported::ROUTES {
        api.get(path, why).status("501", why);
        api.post(path, why).status("501", why);
        api.delete(path, why).status("501", why);
    }
}
