//! A name, or all names below one, as users write them.

use std::net::IpAddr;

/// The longest name there can be.
const MAX_NAME: usize = 253;

/// What is said of a host by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    Exactly(String),
    /// With the dot before it.
    Below(String),
}

impl Domain {
    /// Reads `api.example.com` or `*.example.com`; a sentence when it is neither.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let name = text.to_ascii_lowercase();
        let (rest, is_suffix) = match name.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (name.as_str(), false),
        };
        let is_label = |label: &str| {
            let is_letter = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
            !label.is_empty() && label.len() <= 63 && label.bytes().all(is_letter)
        };
        let is_address = rest.parse::<IpAddr>().is_ok();
        if is_address || rest.len() > MAX_NAME || !rest.split('.').all(is_label) {
            return Err(format!(
                "{text:?} is no name like \"api.example.com\" or \"*.example.com\""
            ));
        }
        Ok(if is_suffix {
            Self::Below(format!(".{rest}"))
        } else {
            Self::Exactly(rest.to_owned())
        })
    }

    /// Whether a host in the form of [`plain`] is meant.
    pub(super) fn covers(&self, host: &str) -> bool {
        match self {
            Self::Exactly(name) => host == name,
            Self::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }

    /// More for a name than for all names below one, and more for a longer one.
    pub(super) fn closeness(&self) -> usize {
        match self {
            Self::Exactly(_) => usize::MAX,
            Self::Below(suffix) => suffix.len(),
        }
    }
}

/// A host as it is compared: without brackets, capitals and the dot that may stand behind it.
pub(super) fn plain(host: &str) -> String {
    let host = super::address::bare(host).to_ascii_lowercase();
    host.strip_suffix('.').map(str::to_owned).unwrap_or(host)
}
