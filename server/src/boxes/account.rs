//! Environment of the account: every box that is made later gets it.
//!
//! A box keeps what there was when it was made, so a later change does not reach it.

use std::collections::BTreeMap;

use upstash_box_wasm::api_types::AccountEnv;

use super::error::BoxError;
use super::secrets::Secrets;
use super::{Boxes, rules};

/// Stands for every value: how long a secret is, or how it begins, is part of the secret.
pub(super) const MASK: &str = "********";

impl Boxes {
    /// The names, each with a mask in place of its value.
    pub(crate) async fn account_env(&self) -> Result<AccountEnv, BoxError> {
        let sealed = self.inner.parts.store.run(|store| store.account_env());
        let names = sealed.await?.into_keys();
        let env_vars = names.map(|name| (name, MASK.to_owned())).collect();
        Ok(AccountEnv { env_vars })
    }

    /// Adds these variables; `alone` removes all others.
    pub(crate) async fn set_account_env(
        &self,
        env_vars: BTreeMap<String, String>,
        alone: bool,
    ) -> Result<(), BoxError> {
        rules::env_vars(&env_vars)?;
        let this = self.clone();
        self.blocking(move |store| {
            let mut sealed = BTreeMap::new();
            for (name, value) in env_vars {
                let secrets = Secrets {
                    env_vars: BTreeMap::from([(name.clone(), value)]),
                    ..Secrets::default()
                };
                let key = &this.inner.parts.secret_key;
                let bytes = key.seal(&owner(&name), &secrets)?;
                sealed.insert(name, bytes.unwrap_or_default());
            }
            Ok(store.set_account_env(&sealed, alone)?)
        })
        .await
    }

    /// Removes a variable, if there is one of this name.
    pub(crate) async fn remove_account_env(&self, name: &str) -> Result<(), BoxError> {
        let name = name.to_owned();
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.remove_account_env(&name))
            .await?)
    }

    /// The account's variables, and a new box's own over them.
    pub(super) async fn with_account_env(
        &self,
        own: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, BoxError> {
        let this = self.clone();
        self.blocking(move |store| {
            let mut all = BTreeMap::new();
            for (name, sealed) in store.account_env()? {
                let key = &this.inner.parts.secret_key;
                all.extend(key.open(&owner(&name), Some(&sealed))?.env_vars);
            }
            all.extend(own);
            Ok(all)
        })
        .await
    }
}

/// What a value is sealed for. No box or snapshot has such an id.
fn owner(name: &str) -> String {
    format!("account env {name}")
}
