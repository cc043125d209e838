//! The loopback interface of a new network namespace.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, connect as connect_socket, socket,
};

use super::{Named, Result, check};

/// Brings the interface up.
pub(crate) fn bring_up() -> Result<()> {
    let socket = socket(
        AddressFamily::Inet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .named(|| "socket(inet, datagram)".into())?;
    // SAFETY: an all-zero ifreq is a valid value of this plain C struct.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo\0") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // The number's type is the C library's choice: musl has an int there, glibc an unsigned long.
    let up = libc::SIOCSIFFLAGS as libc::Ioctl;
    // SAFETY: the request is an initialised ifreq that outlives the call.
    let returned = unsafe { libc::ioctl(socket.as_raw_fd(), up, &raw const request) };
    check(i64::from(returned), || "ioctl(lo, SIOCSIFFLAGS, up)".into()).map(drop)
}

/// Listens on the loopback address of the namespace that the caller is in.
pub(crate) fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).named(|| format!("bind(127.0.0.1:{port})"))
}

/// Begins to connect to an address of the namespace that the caller is in. Does not wait.
pub(crate) fn connect(address: SocketAddr) -> Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::Inet,
        SocketAddr::V6(_) => AddressFamily::Inet6,
    };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let stream =
        socket(family, SockType::Stream, flags, None).named(|| "socket(inet, stream)".into())?;
    match connect_socket(stream.as_raw_fd(), &SockaddrStorage::from(address)) {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(stream),
        failed => failed
            .named(|| format!("connect({address})"))
            .map(|()| stream),
    }
}
