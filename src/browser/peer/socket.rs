//! A TCP socket as the system shows it.

use std::net::SocketAddr;

/// The two addresses of a socket. A listener's remote one is all zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) state: State,
    /// The user id, as this process's user namespace shows it. Of a connection that ends, it may be root's.
    pub(super) owner: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Established,
    Listening,
    Other,
}

impl From<u8> for State {
    /// The kernel's number.
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Established,
            10 => Self::Listening,
            _ => Self::Other,
        }
    }
}
