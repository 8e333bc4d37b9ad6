//! The kernel's list of all TCP sockets, as text.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};

use super::socket::{Ends, Socket, State};

/// The socket with these ends; `None` if there is none. A socket for both kinds of addresses is in the second table.
#[cfg(target_os = "linux")]
pub(super) fn find(ends: Ends) -> io::Result<Option<Socket>> {
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        match File::open(table).and_then(|table| find_in(BufReader::with_capacity(1 << 16, table), ends)) {
            Ok(None) => {}
            // A kernel without IPv6 has no second table.
            Err(error) if error.kind() == io::ErrorKind::NotFound && table.ends_with('6') => {}
            outcome => return outcome,
        }
    }
    Ok(None)
}

fn find_in(table: impl BufRead, ends: Ends) -> io::Result<Option<Socket>> {
    let pairs = [plain, mapped].map(|written| [written(ends.local), written(ends.remote)]);
    for line in table.lines() {
        let line = line?;
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (Some(local), Some(remote), Some(state)) = (fields.next(), fields.next(), fields.next()) else { continue };
        if pairs.iter().any(|pair| pair == &[local, remote]) {
            let state = u8::from_str_radix(state, 16).ok();
            let owner = fields.nth(3).and_then(|owner| owner.parse().ok());
            let unreadable = || io::Error::from(io::ErrorKind::InvalidData);
            let (state, owner) = state.zip(owner).ok_or_else(unreadable)?;
            return Ok(Some(Socket { state: State::from(state), owner }));
        }
    }
    Ok(None)
}

/// An address as a table of its kind writes it: each four bytes as a number of this machine.
fn plain(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("{}:{:04X}", words(&ip.octets()), address.port()),
        IpAddr::V6(ip) => format!("{}:{:04X}", words(&ip.octets()), address.port()),
    }
}

/// An IPv4 address as the IPv6 table writes it.
fn mapped(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => plain(SocketAddr::new(ip.to_ipv6_mapped().into(), address.port())),
        IpAddr::V6(_) => plain(address),
    }
}

fn words(bytes: &[u8]) -> String {
    let words = bytes.as_chunks::<4>().0.iter();
    words.map(|&word| format!("{:08X}", u32::from_ne_bytes(word))).collect()
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_both_of_its_whole_addresses() {
        let rest = "00000000:00000000 00:00000000 00000000";
        let table = format!(
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:1092 00000000:0000 0A {rest}  1001        0 1 1\n   \
             1: 0101007F:C001 0101007F:1092 06 {rest}     0        0 0 3\n   \
             2: 0100007F:1092 0100007F:C001 01 {rest}  1002        0 2 1\n   \
             3: 0100007F:C001 0100007F:1092 01 {rest}  1003        0 3 1\n   \
             4: 0000000000000000FFFF00000100007F:C002 0000000000000000FFFF00000100007F:1092 08 {rest} 1004 0 4\n   \
             5: 0100007F:C003 0100007F:1092 01 {rest}\n"
        );
        let address = |ip: [u8; 4], port| SocketAddr::from((ip, port));
        let home = [127, 0, 0, 1];
        let cases = [
            (address(home, 0xC001), Some((State::Established, 1003))),
            (address([127, 0, 1, 1], 0xC001), None),
            (address(home, 0xC002), Some((State::Other, 1004))),
            (address(home, 0xC004), None),
        ];
        let find = |local, remote| find_in(table.as_bytes(), Ends { local, remote });
        for (local, expected) in cases {
            let found = find(local, address(home, 0x1092)).unwrap();
            assert_eq!(found.map(|socket| (socket.state, socket.owner)), expected, "{local}");
        }
        let listener = find(address(home, 0x1092), address([0; 4], 0)).unwrap();
        assert_eq!(listener, Some(Socket { state: State::Listening, owner: 1001 }));
        assert!(find(address(home, 0xC003), address(home, 0x1092)).is_err());
    }
}
