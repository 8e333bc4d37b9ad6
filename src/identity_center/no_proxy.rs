//! The hosts that are reached without a proxy, in all the forms that other programs read.

use std::net::IpAddr;

/// What `NO_PROXY` lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    /// The entry holds for this port alone.
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// An address, or a network with the number of bits that count.
    Network(IpAddr, u32),
    /// A domain with all below it, or these alone.
    Domain {
        name: String,
        with_itself: bool,
    },
    /// A name in which a `*` stands for anything, such as `10.*`.
    Pattern(String),
    /// Names without a dot.
    Local,
}

impl NoProxy {
    /// Reads a list; its entries stand between commas, blanks, semicolons or bars.
    ///
    /// Errors: why the list cannot be read, in words that continue "its value".
    pub(super) fn parse(list: &str) -> Result<Self, String> {
        let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
        let texts = list.split(is_separator).map(|text| text.trim_matches(['"', '\''])).filter(|text| !text.is_empty());
        let entry = |text: &str| Entry::parse(text).ok_or_else(|| cannot_read(text));
        texts.map(entry).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_everything(&self) -> bool {
        self.0.iter().any(|entry| entry.hosts == Hosts::All && entry.port.is_none())
    }

    /// Whether this host is listed; an IPv6 address has no brackets here.
    pub(super) fn contains(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.0.iter().any(|entry| entry.port.is_none_or(|own| own == port) && entry.hosts.contains(&host))
    }
}

/// An address with a user name may hold a password, so it is not repeated.
fn cannot_read(text: &str) -> String {
    if text.contains('@') {
        return "has an entry with an @".to_owned();
    }
    format!("has the entry {text}, which is no host, domain or network")
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if text == "<local>" {
            return Some(Self { hosts: Hosts::Local, port: None });
        }
        // An address of the host in place of its name.
        let text = text.split_once("://").map_or(text, |(_, rest)| rest.trim_end_matches('/'));
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = without_brackets(address).parse().ok()?;
            let bits = bits.parse().ok().filter(|bits| *bits <= width(address))?;
            return Some(Self { hosts: Hosts::Network(address, bits), port: None });
        }
        if let Ok(address) = without_brackets(text).parse::<IpAddr>() {
            return Some(Self { hosts: Hosts::Network(address, width(address)), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        if let Ok(address) = without_brackets(host).parse::<IpAddr>() {
            return Some(Self { hosts: Hosts::Network(address, width(address)), port });
        }
        Hosts::named(host).map(|hosts| Self { hosts, port })
    }
}

impl Hosts {
    fn named(text: &str) -> Option<Self> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let text = text.trim_end_matches('.').to_lowercase();
        if text == "*" {
            return Some(Self::All);
        }
        let (below, with_itself) = match text.strip_prefix("*.") {
            Some(below) => (below, false),
            None => (text.trim_start_matches('.'), true),
        };
        if !below.is_empty() && below.chars().all(is_name) {
            return Some(Self::Domain { name: below.to_owned(), with_itself });
        }
        let is_pattern = text.contains('*') && text.chars().all(|c| is_name(c) || c == '*');
        is_pattern.then_some(Self::Pattern(text))
    }

    fn contains(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Network(network, bits) => host.parse().is_ok_and(|address| is_within(address, *network, *bits)),
            Self::Domain { name, with_itself } => match host.strip_suffix(name.as_str()) {
                Some("") => *with_itself,
                Some(labels) => labels.ends_with('.'),
                None => false,
            },
            Self::Pattern(pattern) => matches(pattern, host),
            Self::Local => !host.contains(['.', ':']),
        }
    }
}

fn without_brackets(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let difference = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()),
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    difference.checked_shr(width(network) - bits).unwrap_or(0) == 0
}

/// Whether a pattern with at least one `*` is the whole of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    text.strip_prefix(start)
        .is_some_and(|text| (0..=text.len()).any(|end| text.is_char_boundary(end) && matches(rest, &text[end..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_hosts_as_in_curl_go_and_the_aws_cli() {
        let cases: [(&str, &[&str], &[&str]); 14] = [
            ("a.example", &["a.example", "x.a.example", "A.Example."], &["ba.example", "example"]),
            (".a.example", &["a.example", "x.a.example"], &["ba.example"]),
            ("*.a.example", &["x.a.example"], &["a.example", "ba.example"]),
            ("*", &["anything", "::1"], &[]),
            ("10.0.0.0/8", &["10.1.2.3"], &["11.1.2.3", "x10.1.2.3", "::1"]),
            ("10.*", &["10.1.2.3"], &["110.1.2.3"]),
            ("*.corp.*", &["a.corp.example"], &["corp.example"]),
            ("10.1.2.3", &["10.1.2.3"], &["10.1.2.30"]),
            ("fd00::/8, [::1]", &["fd12::1", "::1"], &["fe80::1", "10.1.2.3"]),
            ("0.0.0.0/0", &["10.1.2.3"], &["::1", "host"]),
            ("a.example:443;b:80", &["a.example"], &["b"]),
            ("x | <local>", &["x", "wiki"], &["a.example", "::1"]),
            ("https://a.example/", &["a.example"], &["b.example"]),
            (" 'a' \"b\",, c.", &["a", "b", "c", "x.c"], &["d"]),
        ];
        for (list, inside, outside) in cases {
            let list = NoProxy::parse(list).unwrap();
            for host in inside {
                assert!(list.contains(host, 443), "{host} {list:?}");
            }
            for host in outside {
                assert!(!list.contains(host, 443), "{host} {list:?}");
            }
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_an_error() {
        for list in
            ["a, 10.0.0.0/33", "10.0.0.0/x", "a/b", "a:port", "http://me:hunter2@a", "(a)", "::g", ".", "fd00::/129"]
        {
            let why = NoProxy::parse(list).unwrap_err();
            assert!(why.starts_with("has ") && !why.contains("hunter2"), "{list}: {why}");
        }
    }
}
