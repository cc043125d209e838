//! Headers that the proxy adds to what a box asks of some hosts. The box never sees them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use thiserror::Error;

use super::domain::{Domain, plain};
use super::relay::HOP_BY_HOP;

/// Headers by host, as users write them: `{"api.example.com": {"Authorization": "Bearer …"}}`.
pub(crate) type HeadersByHost = BTreeMap<String, BTreeMap<String, String>>;

const MOST_HOSTS: usize = 100;
const MOST_HEADERS: usize = 20;
const MOST_VALUE_BYTES: usize = 8192;

/// What says where a message ends or goes, which is the proxy's own business.
const OWN: [HeaderName; 5] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TRAILER,
    header::SEC_WEBSOCKET_KEY,
];

/// What is wrong with headers that were given. Says no value.
#[derive(Debug, Error)]
#[error("attach_headers{place}: {what}")]
pub(crate) struct AttachedError {
    place: String,
    what: String,
}

/// The headers of one box, ready to be attached.
#[derive(Default)]
pub(crate) struct Attached {
    /// The closest first.
    hosts: Vec<(Host, HeaderMap)>,
}

#[derive(Debug)]
enum Host {
    Named(Domain),
    Address(IpAddr),
}

impl fmt::Debug for Attached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.hosts.iter().map(|(host, _)| host);
        formatter.debug_list().entries(hosts).finish()
    }
}

impl Attached {
    /// Reads what a user gave.
    pub(crate) fn new(given: &HeadersByHost) -> Result<Self, AttachedError> {
        let wrong = |place: String, what: String| Err(AttachedError { place, what });
        if given.len() > MOST_HOSTS {
            return wrong(
                String::new(),
                format!("there are more than {MOST_HOSTS} hosts"),
            );
        }
        let mut hosts = Vec::new();
        for (text, headers) in given {
            let place = format!("[{text:?}]");
            if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return wrong(place, "write the host in lower case".to_owned());
            }
            let host = match text.parse() {
                Ok(address) => Host::Address(address),
                Err(_) => match Domain::parse(text) {
                    Ok(domain) => Host::Named(domain),
                    Err(what) => return wrong(place, what),
                },
            };
            if headers.len() > MOST_HEADERS {
                return wrong(place, format!("there are more than {MOST_HEADERS} headers"));
            }
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                let (name, value) = header(name, value).map_err(|what| AttachedError {
                    place: format!("[{text:?}][{name:?}]"),
                    what,
                })?;
                if map.insert(&name, value).is_some() {
                    return wrong(place, format!("{name} is there twice"));
                }
            }
            hosts.push((host, map));
        }
        hosts.sort_by_key(|(host, _)| std::cmp::Reverse(host.closeness()));
        Ok(Self { hosts })
    }

    /// The headers for a host: those of the entry that comes closest to its name.
    pub(super) fn of(&self, host: &str) -> Option<&HeaderMap> {
        let host = plain(host);
        let found = self.hosts.iter().find(|(known, _)| known.covers(&host));
        found.map(|(_, headers)| headers)
    }
}

impl Host {
    fn covers(&self, host: &str) -> bool {
        match self {
            Self::Named(domain) => domain.covers(host),
            Self::Address(address) => host.parse().is_ok_and(|host: IpAddr| host == *address),
        }
    }

    fn closeness(&self) -> usize {
        match self {
            Self::Named(domain) => domain.closeness(),
            Self::Address(_) => usize::MAX,
        }
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let name: HeaderName = name
        .parse()
        .map_err(|_| "it is no name of a header".to_owned())?;
    if OWN.contains(&name) || HOP_BY_HOP.contains(&name) {
        return Err("this header belongs to the connection and can't be attached".to_owned());
    }
    if value.len() > MOST_VALUE_BYTES {
        return Err(format!(
            "the value is longer than {MOST_VALUE_BYTES} characters"
        ));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| "the value has a control character, like the end of a line".to_owned())?;
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(hosts: &[(&str, &[(&str, &str)])]) -> HeadersByHost {
        let map = |pairs: &[(&str, &str)]| {
            let owned = pairs.iter().map(|(a, b)| (a.to_string(), b.to_string()));
            owned.collect()
        };
        hosts
            .iter()
            .map(|(host, headers)| (host.to_string(), map(headers)))
            .collect()
    }

    #[test]
    fn the_closest_entry_wins_whole() {
        let attached = Attached::new(&given(&[
            ("*.example.com", &[("x-key", "wide"), ("x-more", "1")]),
            ("*.api.example.com", &[("x-key", "narrow")]),
            ("v1.api.example.com", &[("X-Key", "exact")]),
            ("::1", &[("x-key", "address")]),
        ]))
        .unwrap();
        for (host, expected) in [
            ("a.example.com", Some("wide")),
            ("A.Example.com.", Some("wide")),
            ("v2.api.example.com", Some("narrow")),
            ("v1.api.example.com", Some("exact")),
            ("[::1]", Some("address")),
            ("example.com", None),
            ("badexample.com", None),
            ("api.example.com.evil.org", None),
            ("127.0.0.1", None),
        ] {
            let found = attached.of(host).map(|headers| &headers["x-key"]);
            assert_eq!(found.map(|v| v.to_str().unwrap()), expected, "{host}");
        }
        assert!(
            !attached
                .of("v1.api.example.com")
                .unwrap()
                .contains_key("x-more")
        );
    }

    #[test]
    fn what_can_not_be_attached_is_refused_without_its_value() {
        let secret = "hidden\nvalue";
        let long = "x".repeat(MOST_VALUE_BYTES + 1);
        let cases: [(&str, &str, &str); 9] = [
            ("API.example.com", "a", "b"),
            ("https://a.com", "a", "b"),
            ("a.com:443", "a", "b"),
            ("*", "a", "b"),
            ("a.com", "a b", "b"),
            ("a.com", "Host", "b"),
            ("a.com", "Transfer-Encoding", "b"),
            ("a.com", "a", secret),
            ("a.com", "a", &long),
        ];
        for (host, name, value) in cases {
            let error = Attached::new(&given(&[(host, &[(name, value)])])).unwrap_err();
            assert!(!error.to_string().contains("hidden"), "{error}");
            assert!(error.to_string().contains(host), "{error}");
        }
        let twice = given(&[("a.com", &[("x-key", "1"), ("X-Key", "2")])]);
        assert!(Attached::new(&twice).is_err());
    }

    #[test]
    fn nothing_shows_a_value() {
        let attached = Attached::new(&given(&[("a.com", &[("a", "hidden")])])).unwrap();
        assert!(!format!("{attached:?} {:?}", attached.of("a.com")).contains("hidden"));
    }
}
