//! Where the service is and who asks: checked once, then part of every request.
//!
//! It belongs to a handle, never to a global, and keeps the key out of everything that is printed.

use crate::api_types::ErrorCode;
use crate::box_path::without_slashes;
use crate::error::Error;
use crate::requests::Request;
use crate::sentence::sentence;

/// Where the service is and who asks, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Without a slash at its end.
    base_url: String,
    /// The key; a secret.
    api_key: String,
}

impl Account {
    /// The hosted service.
    pub const DEFAULT_BASE_URL: &str = "https://us-east-1.box.upstash.com";

    /// Checks both, so that no request can be made of what is not a URL or not a header.
    ///
    /// # Errors
    ///
    /// With a sentence naming the option.
    pub fn new(base_url: &str, api_key: &str) -> Result<Self, Error> {
        let base_url = match without_slashes(base_url.trim_ascii()) {
            "" => Self::DEFAULT_BASE_URL,
            given => given,
        };
        if !(base_url.starts_with("http://") || base_url.starts_with("https://"))
            || base_url
                .bytes()
                .any(|byte| matches!(byte, b'?' | b'#' | b'@'))
        {
            // It is not repeated: a password could stand before the `@`.
            return Err(Error::invalid(&[
                "`baseUrl` must begin with http:// or https:// and have no query and no `@`.",
            ]));
        }
        let api_key = api_key.trim_ascii();
        if api_key.is_empty() {
            return Err(Error::new(
                ErrorCode::Unauthorized,
                "There is no API key: pass `apiKey`, or set UPSTASH_BOX_API_KEY in the environment.".to_owned(),
            ));
        }
        if !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(&[
                "`apiKey` must be letters, digits and signs of ASCII without spaces.",
            ]));
        }
        Ok(Self {
            base_url: base_url.to_owned(),
            api_key: api_key.to_owned(),
        })
    }

    /// Where the service is, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address of a request.
    pub fn url<J>(&self, request: &Request<J>) -> String {
        sentence(&[&self.base_url, &request.target])
    }

    /// The headers of a request.
    pub fn headers<'a, J>(
        &'a self,
        request: &'a Request<J>,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let own = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        self.common_headers(request.body.is_some() && !request.is_raw)
            .chain(own)
    }

    /// The headers of a request that has none of its own.
    pub fn common_headers(&self, with_body: bool) -> impl Iterator<Item = (&'static str, &str)> {
        let both = [
            ("X-Box-Api-Key", self.api_key.as_str()),
            ("Content-Type", "application/json"),
        ];
        both.into_iter().take(1 + usize::from(with_body))
    }

    /// The same failure, should a server or a proxy have put the key into its words.
    pub fn without_key(&self, mut error: Error) -> Error {
        let key = self.api_key.as_bytes();
        if error
            .message
            .as_bytes()
            .windows(key.len())
            .any(|window| window == key)
        {
            error.message =
                "The server's message is withheld: it contained the API key.".to_owned();
        }
        error
    }
}

impl std::fmt::Debug for Account {
    /// Leaves the key out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Account")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Account;
    use crate::api_types::ErrorCode;
    use crate::error::Error;

    #[test]
    fn slashes_at_the_end_of_the_base_url_go() {
        for (given, url) in [
            ("", Account::DEFAULT_BASE_URL),
            ("http://127.0.0.1:8787///", "http://127.0.0.1:8787"),
            ("https://example.com/box/", "https://example.com/box"),
        ] {
            assert_eq!(Account::new(given, "k").unwrap().base_url, url);
        }
    }

    #[test]
    fn what_is_no_url_or_no_header_is_refused() {
        for (base_url, api_key, code, word) in [
            ("example.com", "k", "invalid_argument", "baseUrl"),
            (
                "https://example.com?x=1",
                "k",
                "invalid_argument",
                "baseUrl",
            ),
            (
                "https://user:secret@example.com",
                "k",
                "invalid_argument",
                "baseUrl",
            ),
            ("", " ", "unauthorized", "apiKey"),
            ("", "a\nb", "invalid_argument", "apiKey"),
            ("", "ké", "invalid_argument", "apiKey"),
        ] {
            let error = Account::new(base_url, api_key).unwrap_err();
            assert_eq!(error.code.as_str(), code);
            assert!(error.message.contains(word), "{error}");
            assert!(!error.message.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_key_is_never_printed() {
        let account = Account::new("", "box_secret").unwrap();
        assert!(!format!("{account:?}").contains("box_secret"));
        let error = Error::new(
            ErrorCode::Unauthorized,
            "The key box_secret is wrong.".to_owned(),
        );
        assert_eq!(
            account.without_key(error).message,
            "The server's message is withheld: it contained the API key."
        );
    }
}
