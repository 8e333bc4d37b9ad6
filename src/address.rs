//! Addresses that requests may go to and that a browser may be sent to.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as the value of a link's parameter.
#[must_use]
pub fn quote(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The parts of an `http` or `https` address that decide whether it can be trusted with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Whether the connection is encrypted.
    pub is_https: bool,
    /// `HOST` or `HOST:PORT`.
    pub authority: &'a str,
    /// `HOST`, without the brackets of an IPv6 address.
    pub host: &'a str,
}

impl<'a> Link<'a> {
    /// Reads an address; `None` for what is not plain `http` or `https` to a host.
    ///
    /// Stricter than a browser on purpose: what two parsers could understand in two ways is nobody's address.
    #[must_use]
    pub fn parse(url: &'a str) -> Option<Self> {
        let printable = |b: u8| b.is_ascii_graphic() && !br#"\"<>`{}|^"#.contains(&b);
        if !url.bytes().all(printable) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']').map(|(host, rest)| (host, rest.strip_prefix(':')))?,
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let named = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b))
            && port.is_none_or(|port| port.parse::<u16>().is_ok());
        named.then_some(Self { is_https, authority, host })
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether secrets may travel there: encrypted, or not leaving this machine.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.is_https || self.is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_safe() {
        let cases = [
            ("https://oidc.us-east-1.amazonaws.com", true),
            ("HTTPS://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", true),
            ("http://127.0.0.1:8080/x", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080/x", true),
            ("http://example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1@example.com/", false),
            ("http://127.0.0.1:80@example.com/", false),
            ("https://user:password@example.com/", false),
            ("https://example.com\\@127.0.0.1/", false),
            ("https://exa mple.com/", false),
            ("https://example.com/\u{1b}[2J", false),
            ("https://", false),
            ("https://example.com:99999/", false),
            ("file:///etc/passwd", false),
            ("javascript://example.com/%0aalert(1)", false),
            ("--load=x", false),
            ("", false),
        ];
        for (url, safe) in cases {
            assert_eq!(Link::parse(url).is_some_and(|link| link.is_safe()), safe, "{url}");
        }
    }

    #[test]
    fn the_authority_names_host_and_port() {
        let link = Link::parse("http://[::1]:8080/x?y").unwrap();
        assert_eq!((link.authority, link.host), ("[::1]:8080", "::1"));
        let link = Link::parse("https://oidc.eu-west-1.amazonaws.com?x").unwrap();
        assert_eq!((link.authority, link.host), ("oidc.eu-west-1.amazonaws.com", "oidc.eu-west-1.amazonaws.com"));
    }
}
