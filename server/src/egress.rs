//! The boxes' only way to the network: a proxy that decides where they may go.
//!
//! A box has a network of its own with nothing in it but a loopback interface. The sandbox opens a
//! listener there and hands it over; this server answers on it, resolves names itself, connects
//! to the address that it has checked, and so leaves no gap between the check and the use.

mod address;
mod attached;
mod authority;
mod domain;
mod forward;
mod intercept;
mod opening;
mod proxy;
mod relay;
mod rules;
mod tunnel;

use std::sync::Arc;

pub(crate) use attached::{Attached, HeadersByHost};
pub(crate) use authority::Authority;
pub(crate) use authority::AuthorityError;
pub(crate) use proxy::{Proxy, Terms};
pub(crate) use rules::Rules;

/// What is the same for every box, whatever its own rules say.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Lets them reach this machine and its private networks; public addresses are always allowed.
    pub(crate) allow_private: bool,
    /// By whom they know the proxy where it adds headers.
    pub(crate) authority: Arc<Authority>,
}
