//! Which addresses belong to the public Internet, and finding an allowed one for a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;

use super::rules::{Refused, Rules};

/// Why a box can't go somewhere.
#[derive(Debug, Error)]
pub(super) enum AddressError {
    /// The name has no address.
    #[error("{host} can't be resolved: {source}")]
    Unresolved {
        host: String,
        source: std::io::Error,
    },
    /// No address of the name may be reached.
    #[error(
        "{host} is not on the public Internet; boxes reach private addresses only when the server \
         is started with --allow-private-egress"
    )]
    Private { host: String },
    /// The box's own rules leave it out.
    #[error("{host} is not allowed by the box's network policy")]
    Denied { host: String },
}

/// The addresses of `host` that a box may connect to.
pub(super) async fn allowed(
    host: &str,
    port: u16,
    rules: &Rules,
) -> Result<Vec<SocketAddr>, AddressError> {
    let name = bare(host);
    let denied = || AddressError::Denied {
        host: host.to_owned(),
    };
    if !rules.may_look_up(name) {
        return Err(denied());
    }
    let found = tokio::net::lookup_host((name, port))
        .await
        .map_err(|source| AddressError::Unresolved {
            host: host.to_owned(),
            source,
        })?;
    let mut is_denied = false;
    let allowed: Vec<SocketAddr> = found
        .filter(|address| match rules.check(name, address.ip()) {
            Ok(()) => true,
            Err(refused) => {
                is_denied |= refused == Refused::ByPolicy;
                false
            }
        })
        .collect();
    match allowed.is_empty() {
        false => Ok(allowed),
        true if is_denied => Err(denied()),
        true => Err(AddressError::Private {
            host: host.to_owned(),
        }),
    }
}

/// A host without the brackets of an IPv6 address.
pub(super) fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether an address is one of the public Internet's, whatever notation hides it.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0 // "this network"
        || a >= 240 // reserved
        || (a == 100 && (64..128).contains(&b)) // carrier-grade NAT
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (18..20).contains(&b)); // benchmarks
    !is_special
}

/// Global unicast is 2000::/3; the rest is special, reserved or unassigned.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let is_protocol_assignment = a == 0x2001 && b < 0x0200;
    (0x2000..0x4000).contains(&a) && !is_documentation && !is_protocol_assignment
}

/// The IPv4 address inside the IPv6 notations that lead to one.
pub(super) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let from = |high: u16, low: u16| {
        let ([p, q], [r, s]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(p, q, r, s)
    };
    match [a, b, c, d, e, f] {
        // ::1 and :: are IPv6's own.
        [0, 0, 0, 0, 0, 0] if g == 0 && h <= 1 => None,
        // IPv4-compatible, IPv4-mapped, IPv4-translated.
        [0, 0, 0, 0, 0, 0 | 0xffff] | [0, 0, 0, 0, 0xffff, 0] => Some(from(g, h)),
        // NAT64, well-known and local.
        [0x64, 0xff9b, 0, 0, 0, 0] | [0x64, 0xff9b, 1, ..] => Some(from(g, h)),
        // 6to4.
        [0x2002, high, low, ..] => Some(from(high, low)),
        // Teredo hides the client's address inverted.
        [0x2001, 0, ..] => Some(from(!g, !h)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ];
        for text in public {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        let not = [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::192.168.0.1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:0:1::80ff:fffe",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "2001:2::1",
            "100::1",
            "4000::1",
        ];
        for text in not {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn loopback_is_allowed_only_on_request() {
        let refused = allowed("127.0.0.1", 80, &Rules::allow_all(false)).await;
        assert!(matches!(refused, Err(AddressError::Private { .. })));
        let granted = allowed("[::1]", 80, &Rules::allow_all(true)).await.unwrap();
        assert_eq!(granted, ["[::1]:80".parse().unwrap()]);
    }
}
