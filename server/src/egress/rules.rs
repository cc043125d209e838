//! Where one box may go.
//!
//! ```text
//! private address, unless the server allows them        refused
//! deny-all                                              refused
//! in a denied range                                     refused
//! allow-all                                             allowed
//! custom: name or range is listed                       allowed
//! custom: nothing is listed but denied ranges           allowed
//! custom: anything else                                 refused
//! ```

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;
use upstash_box_wasm::api_types::{NetworkMode, NetworkPolicy};

use super::address::{embedded_v4, is_public};
use super::domain::{Domain, plain};

/// More than anybody writes by hand.
const MAX_ENTRIES: usize = 1000;

/// The rules of one box, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    allow_private: bool,
    reach: Reach,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    All,
    None,
    Listed {
        domains: Vec<Domain>,
        allowed: Vec<IpNet>,
        denied: Vec<IpNet>,
    },
}

/// What is wrong with a policy.
#[derive(Debug, Error)]
#[error("{member}: {what}")]
pub(crate) struct RulesError {
    member: &'static str,
    what: String,
}

/// Why an address may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is not on the public Internet.
    Private,
    /// The box's policy does not allow it.
    ByPolicy,
}

impl Rules {
    pub(crate) const fn allow_all(allow_private: bool) -> Self {
        Self {
            allow_private,
            reach: Reach::All,
        }
    }

    pub(crate) const fn deny_all() -> Self {
        Self {
            allow_private: false,
            reach: Reach::None,
        }
    }

    /// Reads a policy.
    pub(crate) fn new(allow_private: bool, policy: &NetworkPolicy) -> Result<Self, RulesError> {
        let lists = [
            ("allowed_domains", &policy.allowed_domains),
            ("allowed_cidrs", &policy.allowed_cidrs),
            ("denied_cidrs", &policy.denied_cidrs),
        ];
        for (member, list) in lists {
            let wrong = |what: String| Err(RulesError { member, what });
            if policy.mode != NetworkMode::Custom && !list.is_empty() {
                return wrong("it goes with mode \"custom\", and only with that".to_owned());
            }
            if list.len() > MAX_ENTRIES {
                return wrong(format!("it has more than {MAX_ENTRIES} entries"));
            }
        }
        let reach = match policy.mode {
            NetworkMode::AllowAll => Reach::All,
            NetworkMode::DenyAll => Reach::None,
            NetworkMode::Custom => Reach::Listed {
                domains: policy
                    .allowed_domains
                    .iter()
                    .map(domain)
                    .collect::<Result<_, _>>()?,
                allowed: networks("allowed_cidrs", &policy.allowed_cidrs)?,
                denied: networks("denied_cidrs", &policy.denied_cidrs)?,
            },
        };
        Ok(Self {
            allow_private,
            reach,
        })
    }

    /// Whether some address of this name might be allowed. Where none is, it is not even looked up:
    /// a name that is asked for tells something to whoever answers.
    pub(super) fn may_look_up(&self, host: &str) -> bool {
        match &self.reach {
            Reach::All => true,
            Reach::None => false,
            Reach::Listed {
                domains,
                allowed,
                denied,
            } => {
                !allowed.is_empty()
                    || (domains.is_empty() && !denied.is_empty())
                    || is_listed(domains, host)
            }
        }
    }

    /// Whether the box may connect to `address`, which it asked for as `host`.
    pub(super) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        if !self.allow_private && !is_public(address) {
            return Err(Refused::Private);
        }
        let is_allowed = match &self.reach {
            Reach::All => true,
            Reach::None => false,
            Reach::Listed {
                domains,
                allowed,
                denied,
            } => {
                let within = |networks: &[IpNet]| contains(networks, address);
                let lists_nothing = domains.is_empty() && allowed.is_empty() && !denied.is_empty();
                !within(denied) && (lists_nothing || within(allowed) || is_listed(domains, host))
            }
        };
        if is_allowed {
            Ok(())
        } else {
            Err(Refused::ByPolicy)
        }
    }
}

fn domain(text: &String) -> Result<Domain, RulesError> {
    let wrong = |what| RulesError {
        member: "allowed_domains",
        what,
    };
    if text.parse::<IpAddr>().is_ok() {
        return Err(wrong(format!(
            "{text:?} is an address; put it into allowed_cidrs as {text}/32"
        )));
    }
    Domain::parse(text).map_err(wrong)
}

fn networks(member: &'static str, texts: &[String]) -> Result<Vec<IpNet>, RulesError> {
    let parse = |text: &String| {
        text.parse().map_err(|_| RulesError {
            member,
            what: format!("{text:?} is no range of addresses like \"104.16.0.0/12\""),
        })
    };
    texts.iter().map(parse).collect()
}

fn is_listed(domains: &[Domain], host: &str) -> bool {
    let host = plain(host);
    domains.iter().any(|domain| domain.covers(&host))
}

/// Also looks at the IPv4 address that an IPv6 notation leads to.
fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    let inner = match address {
        IpAddr::V6(address) => embedded_v4(address).map(IpAddr::V4),
        IpAddr::V4(_) => None,
    };
    networks.iter().any(|network| {
        network.contains(&address) || inner.is_some_and(|inner| network.contains(&inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(domains: &[&str], allowed: &[&str], denied: &[&str]) -> Result<Rules, RulesError> {
        let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let policy = NetworkPolicy {
            mode: NetworkMode::Custom,
            allowed_domains: strings(domains),
            allowed_cidrs: strings(allowed),
            denied_cidrs: strings(denied),
        };
        Rules::new(false, &policy)
    }

    fn check(rules: &Rules, host: &str, address: &str) -> Result<(), Refused> {
        rules.check(host, address.parse().unwrap())
    }

    #[test]
    fn names_are_exact_or_below_a_suffix() {
        let rules = custom(&["api.github.com", "*.Example.com"], &[], &[]).unwrap();
        for host in [
            "api.github.com",
            "API.github.com.",
            "a.example.com",
            "a.b.example.com",
        ] {
            assert_eq!(check(&rules, host, "1.1.1.1"), Ok(()), "{host}");
            assert!(rules.may_look_up(host));
        }
        for host in [
            "github.com",
            "x.api.github.com",
            "example.com",
            "badexample.com",
            ".example.com",
        ] {
            assert_eq!(
                check(&rules, host, "1.1.1.1"),
                Err(Refused::ByPolicy),
                "{host}"
            );
            assert!(!rules.may_look_up(host));
        }
        assert_eq!(
            check(&rules, "api.github.com", "10.0.0.1"),
            Err(Refused::Private)
        );
    }

    #[test]
    fn a_denied_range_beats_what_is_allowed() {
        let rules = custom(
            &["ok.com"],
            &["104.16.0.0/12", "2606:4700::/32"],
            &["104.16.1.0/24"],
        )
        .unwrap();
        for (host, address, expected) in [
            ("any.com", "104.17.0.1", Ok(())),
            ("any.com", "2606:4700::1", Ok(())),
            ("any.com", "::ffff:104.17.0.1", Ok(())),
            ("any.com", "104.16.1.1", Err(Refused::ByPolicy)),
            ("ok.com", "104.16.1.1", Err(Refused::ByPolicy)),
            ("ok.com", "::ffff:104.16.1.1", Err(Refused::ByPolicy)),
            ("ok.com", "64:ff9b::104.16.1.1", Err(Refused::ByPolicy)),
            ("ok.com", "8.8.8.8", Ok(())),
            ("any.com", "8.8.8.8", Err(Refused::ByPolicy)),
        ] {
            assert_eq!(check(&rules, host, address), expected, "{host} {address}");
        }
    }

    #[test]
    fn only_denied_ranges_leave_the_rest_open_and_nothing_listed_leaves_nothing() {
        let rules = custom(&[], &[], &["8.8.8.0/24"]).unwrap();
        assert_eq!(check(&rules, "any.com", "1.1.1.1"), Ok(()));
        assert_eq!(check(&rules, "any.com", "8.8.8.8"), Err(Refused::ByPolicy));
        assert_eq!(check(&rules, "any.com", "10.0.0.1"), Err(Refused::Private));
        let rules = custom(&[], &[], &[]).unwrap();
        assert_eq!(check(&rules, "any.com", "1.1.1.1"), Err(Refused::ByPolicy));
        assert!(!rules.may_look_up("any.com"));
        let private = custom(&[], &["10.0.0.0/8"], &[]).unwrap();
        assert_eq!(
            check(&private, "any.com", "10.0.0.1"),
            Err(Refused::Private)
        );
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for domain in [
            "",
            "*",
            "*.",
            "a b",
            "http://a.com",
            "a.com:80",
            "a..b",
            "1.2.3.4",
            "*.*.com",
            ".a",
        ] {
            assert!(custom(&[domain], &[], &[]).is_err(), "{domain:?}");
        }
        for cidr in ["", "1.2.3.4", "1.2.3.4/33", "a/8", "::/129"] {
            assert!(custom(&[], &[cidr], &[]).is_err(), "{cidr:?}");
            assert!(custom(&[], &[], &[cidr]).is_err(), "{cidr:?}");
        }
    }
}
