//! Asks the kernel for one TCP socket: `NETLINK_SOCK_DIAG`, see `sock_diag(7)`.

use std::io;
use std::net::IpAddr;

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

use super::socket::{Ends, Socket, State};

/// The messages' kinds, from `linux/netlink.h` and `linux/sock_diag.h`.
const ERROR: u16 = 2;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;

const IPV4: u8 = 2;
const TCP: u8 = 6;

/// The lengths of `nlmsghdr`, and of what follows it in a request and in an answer.
const HEADER: usize = 16;
const QUESTION: usize = 56;
const ANSWER: usize = 72;

/// Where an answer has the state and the user id, counted from its header's end.
const STATE: usize = 1;
const OWNER: usize = 64;

/// The socket with these ends; `None` if there is none. One for both kinds of addresses is found as well.
pub(super) fn find(ends: Ends) -> io::Result<Option<Socket>> {
    let question = question(ends).ok_or(io::ErrorKind::Unsupported)?;
    let kernel = SocketAddrNetlink::new(0, 0);
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, Some(SOCK_DIAG))?;
    sendto(&socket, &question, SendFlags::empty(), &kernel)?;
    let mut answer = [0; 512];
    // The kernel has answered before `sendto` returned, so there is nothing to wait for.
    let (length, _) = recv(&socket, &mut answer[..], RecvFlags::DONTWAIT)?;
    read(&answer[..length], &question)
}

/// `inet_diag_req_v2` behind its header; `None` for IPv6.
fn question(ends: Ends) -> Option<[u8; HEADER + QUESTION]> {
    let (IpAddr::V4(local), IpAddr::V4(remote)) = (ends.local.ip(), ends.remote.ip()) else { return None };
    let mut message = [0; HEADER + QUESTION];
    let mut put = |at: usize, bytes: &[u8]| message[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &72_u32.to_ne_bytes());
    put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    put(6, &REQUEST.to_ne_bytes());
    put(HEADER, &[IPV4, TCP]);
    // Sockets in all states.
    put(HEADER + 4, &[0xFF; 4]);
    put(HEADER + 8, &ends.local.port().to_be_bytes());
    put(HEADER + 10, &ends.remote.port().to_be_bytes());
    put(HEADER + 12, &local.octets());
    put(HEADER + 28, &remote.octets());
    // No cookie: any socket with these ends.
    put(HEADER + 48, &[0xFF; 8]);
    Some(message)
}

/// The socket in an answer to a question.
fn read(answer: &[u8], question: &[u8]) -> io::Result<Option<Socket>> {
    let unreadable = || io::Error::from(io::ErrorKind::InvalidData);
    let kind = answer.get(4..6).map(|bytes| [bytes[0], bytes[1]]).map(u16::from_ne_bytes);
    let body = answer.get(HEADER..).ok_or_else(unreadable)?;
    let number = |at: usize| body.get(at..)?.first_chunk().copied();
    match kind {
        Some(SOCK_DIAG_BY_FAMILY) if body.len() >= ANSWER => {
            // Where there is no connection with these ends, the kernel shows the listener of the local port, if any.
            if body[4..8] != question[HEADER + 8..HEADER + 12] {
                return Ok(None);
            }
            let owner = number(OWNER).map(u32::from_ne_bytes).ok_or_else(unreadable)?;
            Ok(Some(Socket { state: State::from(body[STATE]), owner }))
        }
        Some(ERROR) => {
            let error = number(0).map(i32::from_ne_bytes).ok_or_else(unreadable)?;
            let error = io::Error::from_raw_os_error(error.saturating_neg());
            if error.kind() == io::ErrorKind::NotFound { Ok(None) } else { Err(error) }
        }
        _ => Err(unreadable()),
    }
}
