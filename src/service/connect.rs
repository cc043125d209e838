//! Services of an address and a key, over the network that there is.

#[cfg(any(feature = "native", target_arch = "wasm32"))]
use crate::{account::Account, error::Error, service::Service};

#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
impl Service<crate::transport::native::Native> {
    /// The service at this address, empty for the hosted one, with this key.
    ///
    /// # Errors
    ///
    /// When one of them can't be used; the sentence names which.
    pub fn connect(base_url: &str, api_key: &str) -> Result<Self, Error> {
        let account = Account::new(base_url, api_key)?;
        Ok(Self::new(crate::transport::native::Native::new(account)?))
    }
}

#[cfg(target_arch = "wasm32")]
impl Service<crate::transport::fetch::Fetch> {
    /// The service at this address, empty for the hosted one, with this key.
    ///
    /// # Errors
    ///
    /// When one of them can't be used; the sentence names which.
    pub fn connect(base_url: &str, api_key: &str) -> Result<Self, Error> {
        let account = Account::new(base_url, api_key)?;
        Ok(Self::new(crate::transport::fetch::Fetch::new(account)))
    }
}
