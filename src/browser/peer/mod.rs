//! Whose a connection from this machine is, as far as the system says.

#[cfg(target_os = "linux")]
mod sock_diag;
#[cfg(any(target_os = "linux", test))]
mod socket;
#[cfg(any(target_os = "linux", test))]
mod table;

#[cfg(target_os = "linux")]
use std::fs;
#[cfg(any(target_os = "linux", test))]
use std::io;
use std::net::SocketAddr;

#[cfg(target_os = "linux")]
use crate::environment;
#[cfg(target_os = "linux")]
use crate::files::ownership;

#[cfg(any(target_os = "linux", test))]
use socket::{Ends, Socket, State};

/// Whose program is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux says whose a connection is"))]
pub(crate) enum Peer {
    /// This user's; or root's: a relay that runs as root may carry anyone's browser (as in a Linux subsystem of
    /// Windows), and root can read everything anyway.
    ThisUser,
    /// Another user's, or one that the system does not show although it shows others.
    AnotherUser,
    /// The system cannot say.
    Unknown,
}

/// How this system says whose a connection is.
#[derive(Clone, Copy, Debug)]
#[cfg(target_os = "linux")]
pub(super) struct Peers {
    source: Option<Source>,
    this_user: u32,
    is_wsl: bool,
}

/// Where sockets and their owners are looked up.
#[derive(Clone, Copy, Debug)]
#[cfg(target_os = "linux")]
enum Source {
    /// The kernel is asked for the one socket, however many there are.
    SockDiag,
    /// Its list of all sockets, where a container or a kernel without that module cannot be asked.
    Table,
}

#[cfg(target_os = "linux")]
impl Source {
    fn find(self, ends: Ends) -> io::Result<Option<Socket>> {
        match self {
            Self::SockDiag => sock_diag::find(ends),
            Self::Table => table::find(ends),
        }
    }
}

#[cfg(target_os = "linux")]
impl Peers {
    /// Chooses the first source that shows this process's own listener as what it is. One that does not would say
    /// nothing true of other sockets either.
    pub(super) fn of(listener: SocketAddr) -> Self {
        let this_user = rustix::process::geteuid().as_raw();
        let itself = Socket { state: State::Listening, owner: this_user };
        let ends = Ends { local: listener, remote: SocketAddr::from(([0, 0, 0, 0], 0)) };
        let is_true = |source: &Source| source.find(ends).is_ok_and(|found| found == Some(itself));
        let sources: &[Source] = if is_distinct(this_user) { &[Source::SockDiag, Source::Table] } else { &[] };
        let source = sources.iter().copied().find(is_true);
        Self { source, this_user, is_wsl: environment::has_wsl_kernel() }
    }

    /// Whether connections can be judged. Under WSL, an address that cannot be guessed has to do where they cannot.
    pub(super) fn can_tell(self) -> bool {
        self.source.is_some() || self.is_wsl
    }

    /// Whose the connection from `remote` to this process's `local` is.
    pub(super) fn peer(self, local: SocketAddr, remote: SocketAddr) -> Peer {
        let Some(source) = self.source else { return Peer::Unknown };
        // The other end's socket: what is remote here is local there.
        let found = source.find(Ends { local: remote, remote: local }).map_err(|error| error.kind());
        // For root with a user's home, as under `sudo` or in a container, the browser is that user's.
        let is_this_user =
            |owner| owner == self.this_user || owner == 0 || self.this_user == 0 && ownership::is_ours(owner);
        judge(found, is_this_user, self.is_wsl)
    }
}

/// Elsewhere than on Linux, no safe call of the system says whose a connection is.
#[derive(Clone, Copy, Debug)]
#[cfg(not(target_os = "linux"))]
pub(super) struct Peers;

#[cfg(not(target_os = "linux"))]
impl Peers {
    pub(super) fn of(_listener: SocketAddr) -> Self {
        Self
    }

    pub(super) fn can_tell(self) -> bool {
        true
    }

    pub(super) fn peer(self, _local: SocketAddr, _remote: SocketAddr) -> Peer {
        Peer::Unknown
    }
}

/// Judges what was found of the socket at the other end.
#[cfg(any(target_os = "linux", test))]
fn judge(found: Result<Option<Socket>, io::ErrorKind>, is_this_user: impl FnOnce(u32) -> bool, is_wsl: bool) -> Peer {
    match found {
        Ok(Some(Socket { state: State::Established, owner })) if is_this_user(owner) => Peer::ThisUser,
        // A browser of Windows may be connected straight from there.
        Ok(None) if is_wsl => Peer::Unknown,
        _ => Peer::AnotherUser,
    }
}

/// Whether no other user has this id here: a user namespace shows all users that it does not map as one.
#[cfg(target_os = "linux")]
fn is_distinct(user: u32) -> bool {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let unmapped = read("/proc/sys/kernel/overflowuid").trim().parse().unwrap_or(65534);
    user != unmapped || maps_all(&read("/proc/self/uid_map"))
}

/// Whether a user namespace maps all users: the first one of the system does.
#[cfg(any(target_os = "linux", test))]
fn maps_all(uid_map: &str) -> bool {
    uid_map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_established_connection_of_this_user_or_root_is_ours() {
        let socket = |state, owner| Ok(Some(Socket { state, owner }));
        // What was found, and whose it is, under WSL and elsewhere.
        let cases = [
            (socket(State::Established, 1000), Peer::ThisUser, Peer::ThisUser),
            (socket(State::Established, 0), Peer::ThisUser, Peer::ThisUser),
            (socket(State::Established, 1001), Peer::AnotherUser, Peer::AnotherUser),
            (socket(State::Established, 65534), Peer::AnotherUser, Peer::AnotherUser),
            // A connection that ends, whose socket may have no owner any more.
            (socket(State::Other, 0), Peer::AnotherUser, Peer::AnotherUser),
            (socket(State::Other, 1000), Peer::AnotherUser, Peer::AnotherUser),
            (socket(State::Listening, 1000), Peer::AnotherUser, Peer::AnotherUser),
            (Ok(None), Peer::Unknown, Peer::AnotherUser),
            (Err(io::ErrorKind::PermissionDenied), Peer::AnotherUser, Peer::AnotherUser),
        ];
        let is_this_user = |owner| owner == 1000 || owner == 0;
        for (found, under_wsl, elsewhere) in cases {
            assert_eq!(judge(found, is_this_user, true), under_wsl, "{found:?}");
            assert_eq!(judge(found, is_this_user, false), elsewhere, "{found:?}");
        }
    }

    #[test]
    fn a_namespace_that_maps_some_users_is_told_from_the_systems_own() {
        let cases = [
            ("         0          0 4294967295\n", true),
            ("         0       1000          1\n", false),
            ("         0          0      65534\n     65534          0          1\n", false),
            ("", false),
        ];
        for (map, expected) in cases {
            assert_eq!(maps_all(map), expected, "{map}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_source_finds_one_connection_among_those_with_the_same_ports() {
        use std::net::{TcpListener, TcpStream};

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let this_user = rustix::process::geteuid().as_raw();
        for source in [Source::SockDiag, Source::Table] {
            let find = |local, remote| source.find(Ends { local, remote }).unwrap();
            let itself = find(address, SocketAddr::from(([0, 0, 0, 0], 0)));
            assert_eq!(itself, Some(Socket { state: State::Listening, owner: this_user }), "{source:?}");
            // A browser may use a socket for both kinds of addresses, unless the machine has no IPv6.
            for ip in ["127.0.0.1", "::ffff:127.0.0.1"] {
                let Ok(_client) = TcpStream::connect((ip, address.port())) else { continue };
                let (_server, remote) = listener.accept().unwrap();
                let expected = Socket { state: State::Established, owner: this_user };
                assert_eq!(find(remote, address), Some(expected), "{source:?} {ip}");
                assert_eq!(find(SocketAddr::from(([127, 0, 1, 1], remote.port())), address), None, "{source:?} {ip}");
                // The kernel shows a listener for a connection that is not there.
                assert_eq!(find(address, remote), Some(expected), "{source:?} {ip}: this end");
                assert_eq!(find(address, SocketAddr::from(([127, 0, 1, 1], 9))), None, "{source:?} {ip}");
            }
        }
    }
}
