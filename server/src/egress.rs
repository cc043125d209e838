//! The boxes' only way to the network: a proxy that decides where they may go.
//!
//! A box has a network of its own with nothing in it but a loopback interface. The sandbox opens a
//! listener there and hands it over; this server answers on it, resolves names itself, connects
//! to the address that it has checked, and so leaves no gap between the check and the use.

mod address;
mod forward;
mod proxy;
mod rules;
mod tunnel;

pub(crate) use proxy::Proxy;
pub(crate) use rules::Rules;

/// Where every box may go, whatever its own rules say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Policy {
    /// Lets them reach this machine and its private networks; public addresses are always allowed.
    pub(crate) allow_private: bool,
}
