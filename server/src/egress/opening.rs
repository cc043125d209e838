//! What a box begins to say through a tunnel: whether it is TLS and for whom, HTTP, or neither.

use std::io;

use rustls::server::Acceptor;

/// More than this is no beginning.
const MOST: usize = 64 * 1024;
const HANDSHAKE_RECORD: u8 = 0x16;
const METHODS: [&str; 9] = [
    "GET ", "HEAD ", "POST ", "PUT ", "PATCH ", "DELETE ", "OPTIONS ", "TRACE ", "CONNECT ",
];

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It can't be told yet.
    Unfinished,
    /// A wish for TLS.
    Tls {
        /// The host that is asked for by name.
        name: Option<String>,
        /// Whether what follows may be HTTP, as far as the box says.
        may_be_http: bool,
    },
    /// A request in clear.
    Http,
    /// Something else.
    Other,
}

/// Looks at the first bytes.
pub(super) fn read(bytes: &[u8]) -> Opening {
    match bytes.first() {
        None => Opening::Unfinished,
        Some(&HANDSHAKE_RECORD) => tls(bytes),
        Some(_)
            if METHODS
                .iter()
                .any(|method| bytes.starts_with(method.as_bytes())) =>
        {
            Opening::Http
        }
        Some(_) => {
            let may_become = |method: &&str| method.as_bytes().starts_with(bytes);
            match METHODS.iter().any(may_become) {
                true => Opening::Unfinished,
                false => Opening::Other,
            }
        }
    }
}

fn tls(bytes: &[u8]) -> Opening {
    let (mut acceptor, mut rest) = (Acceptor::default(), bytes);
    while !rest.is_empty() {
        if acceptor.read_tls(&mut rest as &mut dyn io::Read).is_err() {
            return Opening::Other;
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => {
                let hello = accepted.client_hello();
                let mut protocols = hello.alpn().into_iter().flatten().peekable();
                return Opening::Tls {
                    name: hello.server_name().map(str::to_owned),
                    may_be_http: protocols.peek().is_none()
                        || protocols.any(|name| name == b"http/1.1" || name == b"h2"),
                };
            }
            Ok(None) => {}
            Err(_) => return Opening::Other,
        }
    }
    match bytes.len() < MOST {
        true => Opening::Unfinished,
        false => Opening::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::crypto::ring::default_provider;
    use rustls::{ClientConfig, ClientConnection, RootCertStore};

    use super::*;

    fn hello(host: &str, protocols: &[&str]) -> Vec<u8> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty());
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().into())
            .collect();
        let name = host.to_owned().try_into().unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut bytes = Vec::new();
        connection.write_tls(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn tls_is_told_with_the_name_it_is_for_however_it_is_cut() {
        let bytes = hello("api.example.com", &["h2", "http/1.1"]);
        let whole = Opening::Tls {
            name: Some("api.example.com".to_owned()),
            may_be_http: true,
        };
        assert_eq!(read(&bytes), whole);
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Opening::Unfinished, "{end}");
        }
    }

    #[test]
    fn tls_for_something_else_and_for_an_address_is_told() {
        let other = Opening::Tls {
            name: Some("a.com".to_owned()),
            may_be_http: false,
        };
        assert_eq!(read(&hello("a.com", &["imap"])), other);
        let address = Opening::Tls {
            name: None,
            may_be_http: true,
        };
        assert_eq!(read(&hello("127.0.0.1", &[])), address);
    }

    #[test]
    fn requests_in_clear_are_told_from_other_protocols() {
        assert_eq!(read(b"GET / HTTP/1.1\r\n"), Opening::Http);
        assert_eq!(read(b"PO"), Opening::Unfinished);
        for other in [
            &b"SSH-2.0-x\r\n"[..],
            b"PRI * HTTP/2.0",
            b"\0",
            b"\x16\x03\xff\xff\xff\xff",
        ] {
            assert_eq!(read(other), Opening::Other, "{other:?}");
        }
    }
}
