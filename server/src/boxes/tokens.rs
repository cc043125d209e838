//! Tokens: made by whoever has the account's key, for someone who should be able to do less, and not
//! for long. A token can't make another, so none can widen what it may do.
//!
//! Which call needs which scope is decided in `http`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use upstash_box_wasm::api_types::{
    CreateTokenRequest, CreatedToken, TokenInfo, TokenList, TokenScope,
};

use super::error::BoxError;
use super::{Boxes, ids, unix_now};
use crate::store::TokenRecord;

/// Tells a token from an account's key at a glance, and lets scanners find one that leaked.
const PREFIX: &str = "boxt_";
const USUAL_TTL_SECONDS: u64 = 900;
/// How soon what a token keeps open notices its end.
const LOOK_AFTER: Duration = Duration::from_millis(500);
const LONGEST_TTL_SECONDS: u64 = 86_400;

impl Boxes {
    /// Makes a token. It is told now and never again: the store keeps a digest.
    pub(crate) async fn create_token(
        &self,
        request: CreateTokenRequest,
    ) -> Result<CreatedToken, BoxError> {
        let invalid = |sentence: &str| Err(BoxError::InvalidArgument(sentence.to_owned()));
        let mut scopes = request.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return invalid("scopes: name at least one thing that the token may do");
        }
        if request.box_id.is_some() && scopes.contains(&TokenScope::Create) {
            return invalid("scopes: a token for one box can't create others; leave out box_id");
        }
        let ttl = request.ttl.unwrap_or(USUAL_TTL_SECONDS);
        if !(1..=LONGEST_TTL_SECONDS).contains(&ttl) {
            return invalid("ttl: it must be 1 to 86400 seconds");
        }
        let box_id = match request.box_id {
            Some(reference) => Some(self.find_live(&reference).await?.info.id),
            None => None,
        };
        let secret = URL_SAFE_NO_PAD.encode(ids::token_secret()?);
        let now = unix_now();
        let info = TokenInfo {
            id: ids::token_id()?,
            scopes,
            box_id,
            created_at: now,
            expires_at: now.saturating_add(i64::try_from(ttl).unwrap_or(i64::MAX)),
        };
        let token = format!("{PREFIX}{}_{secret}", info.id);
        let record = TokenRecord {
            info: info.clone(),
            digest: digest(&secret),
        };
        let store = &self.inner.parts.store;
        store
            .run(move |store| store.insert_token(&record, now))
            .await?;
        Ok(CreatedToken { info, token })
    }

    /// What the bearer of this text may do; `None` when it is no token, or none that lives.
    pub(crate) async fn token(&self, given: &[u8]) -> Result<Option<TokenInfo>, BoxError> {
        let parts = std::str::from_utf8(given)
            .ok()
            .and_then(|text| text.strip_prefix(PREFIX)?.split_once('_'));
        let Some((id, secret)) = parts else {
            return Ok(None);
        };
        let id = id.to_owned();
        let store = &self.inner.parts.store;
        let Some(kept) = store.run(move |store| store.token(&id)).await? else {
            return Ok(None);
        };
        let is_it = bool::from(digest(secret).ct_eq(&kept.digest));
        let lives = kept.info.expires_at > unix_now();
        Ok((is_it && lives).then_some(kept.info))
    }

    /// Returns once this token has expired or was revoked.
    pub(crate) async fn token_ended(&self, id: &str) {
        loop {
            let wanted = id.to_owned();
            let store = &self.inner.parts.store;
            let kept = store.run(move |store| store.token(&wanted)).await;
            // A store that fails for a moment ends nothing.
            if kept.is_ok_and(|kept| kept.is_none_or(|kept| kept.info.expires_at <= unix_now())) {
                return;
            }
            tokio::time::sleep(LOOK_AFTER).await;
        }
    }

    /// The tokens that live.
    pub(crate) async fn list_tokens(&self) -> Result<TokenList, BoxError> {
        let store = &self.inner.parts.store;
        let tokens = store.run(|store| store.tokens(unix_now())).await?;
        Ok(TokenList { tokens })
    }

    /// Ends a token at once.
    pub(crate) async fn revoke_token(&self, id: &str) -> Result<(), BoxError> {
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        if store.run(move |store| store.delete_token(&wanted)).await? {
            return Ok(());
        }
        Err(BoxError::TokenNotFound(id.to_owned()))
    }
}

/// The secret is 256 random bits, so nothing slower than one digest is needed to hide it.
fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
