//! Which user a connection from this machine belongs to.

use std::net::SocketAddr;

/// Whether a connection to this port is another user's, as far as the system says. Root is accepted: a relay that runs
/// as root may carry anyone's browser (as in a Linux subsystem of Windows), and root can read everything anyway.
#[cfg(target_os = "linux")]
pub(super) fn is_another_users(peer: SocketAddr, port: u16) -> bool {
    let this_user = rustix::process::getuid().as_raw();
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
    let owner = tables.iter().find_map(|table| owner(&std::fs::read_to_string(table).ok()?, peer.port(), port));
    owner.is_some_and(|owner| owner != this_user && owner != 0)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_another_users(_peer: SocketAddr, _port: u16) -> bool {
    false
}

/// The user id of the socket on port `from` that is connected to port `to`.
#[cfg(any(target_os = "linux", test))]
fn owner(table: &str, from: u16, to: u16) -> Option<u32> {
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    for line in table.lines().skip(1) {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, local, remote, _, _, _, _, user, ..] = fields[..] else { continue };
        if port(local) == Some(from) && port(remote) == Some(to) {
            return user.parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_connection_is_read_from_the_systems_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1092 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 1 1\n\
             1: 0100007F:1092 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1002        0 2 1\n\
             2: 0100007F:C001 0100007F:1092 01 00000000:00000000 00:00000000 00000000  1003        0 3 1\n";
        assert_eq!(owner(table, 0xC001, 0x1092), Some(1003));
        assert_eq!(owner(table, 0xC002, 0x1092), None);
        assert_eq!(owner("", 1, 2), None);
    }
}
