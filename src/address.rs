//! Addresses: where requests may go, where a browser may be sent, and when two start URLs mean one Identity Center.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The characters that RFC 3986 never encodes.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a text for use as the value of a query parameter.
#[must_use]
pub(crate) fn quote(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The decoded value of a query parameter; `None` where the query does not have it.
///
/// A `+` stays a `+`: it is a valid character of a role's name, and AWS's own links write it unencoded.
pub(crate) fn parameter(query: &str, name: &str) -> Result<Option<String>, UnclearParameter> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
    let Some((_, value)) = values.next() else { return Ok(None) };
    // Two parsers could choose a different one of two values.
    if values.next().is_some() {
        return Err(UnclearParameter);
    }
    let value = percent_decode_str(value).decode_utf8().map_err(|_| UnclearParameter)?;
    Ok(Some(value.into_owned()))
}

/// A query parameter that is given twice or is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnclearParameter;

/// The parts of an `http` or `https` address that decide whether it can be trusted with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    /// Whether the connection is encrypted.
    pub is_https: bool,
    /// `HOST` or `HOST:PORT`.
    pub authority: &'a str,
    /// `HOST`, without the brackets of an IPv6 address.
    pub host: &'a str,
    /// The path and all that follows it.
    pub rest: &'a str,
}

impl<'a> Link<'a> {
    /// Reads an address; `None` for anything but plain `http` or `https` to a host.
    ///
    /// This is stricter than a browser on purpose. Where another parser could find another host in the address, a
    /// check of this host would say nothing: so a user name, a backslash and an odd port are all refused.
    ///
    /// It runs on the fast path, so it uses a table and no allocation.
    #[must_use]
    pub(crate) fn parse(url: &'a str) -> Option<Self> {
        if !url.bytes().all(|byte| IS_PLAIN[usize::from(byte)]) {
            return None;
        }
        let (is_https, after_scheme) = match (without_scheme(url, "https://"), without_scheme(url, "http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return None,
        };
        let end = after_scheme.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let (authority, rest) = after_scheme.split_at(end.unwrap_or(after_scheme.len()));
        let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
            let (host, port) = bracketed.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port)
        } else {
            let end = authority.bytes().position(|byte| byte == b':').unwrap_or(authority.len());
            let (host, port) = authority.split_at(end);
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if host.is_empty() || !host.bytes().all(is_name) {
                return None;
            }
            (host, port)
        };
        (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(Self {
            is_https,
            authority,
            host,
            rest,
        })
    }

    /// The port of the connection.
    #[must_use]
    pub(crate) fn port(&self) -> u16 {
        let own = self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        own.unwrap_or(if self.is_https { 443 } else { 80 })
    }

    /// Whether the host is this machine.
    #[must_use]
    pub(crate) fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether secrets may be sent there: the connection is encrypted or does not leave this machine.
    #[must_use]
    pub(crate) fn is_safe(&self) -> bool {
        self.is_https || self.is_loopback()
    }

    /// The labels in front of `domain` in the host, empty for the domain itself; `None` for any other host.
    #[must_use]
    pub(crate) fn labels_below(&self, domain: &str) -> Option<&'a str> {
        let labels = self.host.strip_suffix(domain)?;
        if labels.is_empty() {
            return Some(labels);
        }
        labels.strip_suffix('.')
    }

    /// The query, without the fragment behind it.
    #[must_use]
    pub(crate) fn query(&self) -> Option<&'a str> {
        self.rest.split('#').next()?.split_once('?').map(|(_, query)| query)
    }
}

/// The bytes that every parser takes for themselves: printable ASCII but for some that browsers rewrite.
const IS_PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        table[byte as usize] = !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^');
        byte += 1;
    }
    table
};

fn without_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A start URL in the form in which two of them can be compared.
///
/// People paste it from a browser, so `HTTPS://Corp.awsapps.com/start`, `…/start/`, `…/start#/` and
/// `…/start/?lang=en#/accounts` all mean one access portal.
///
/// Only for comparing and for links: cache files are named after the start URL as the config has it, because the
/// AWS CLI does so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StartUrl<'a>(Cow<'a, str>);

impl<'a> StartUrl<'a> {
    /// Takes off what a browser adds. Accepts any text, since it decides nothing about trust.
    #[must_use]
    pub(crate) fn of(text: &'a str) -> Self {
        let end = text.find(['?', '#']).unwrap_or(text.len());
        // A backslash is left where a shell's escaped `\#` was pasted.
        let portal = text[..end].trim_end_matches(['/', '\\']);
        let host = portal.find("://").map_or(0, |scheme| scheme + "://".len());
        let path = portal[host..].find('/').map_or(portal.len(), |path| host + path);
        if portal[..path].bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Self(Cow::Owned(portal[..path].to_ascii_lowercase() + &portal[path..]));
        }
        Self(Cow::Borrowed(portal))
    }

    /// Whether both mean one Identity Center.
    #[must_use]
    pub(crate) fn is_same(one: &str, other: &str) -> bool {
        // Nearly always both come from one line of the config.
        one == other || StartUrl::of(one) == StartUrl::of(other)
    }
}

impl fmt::Display for StartUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of a proxy or an endpoint without the user name and password in it, for messages.
///
/// It takes what [`Link`] refuses: such a value is shown because something may be wrong with it.
#[must_use]
pub(crate) fn without_password(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, url),
    };
    // An unencoded / may be part of a password, so everything before the last @ is left out.
    let after = rest.rsplit_once('@').map_or(rest, |(_, after)| after);
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme {
        Some(scheme) => format!("{scheme}://{host}"),
        None => host.to_owned(),
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
            ("https://start.us-gov-home.awsapps.com/directory/x#/", true),
            ("http://127.0.0.1:8080/x", true),
            ("http://127.9.9.9", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080/x", true),
            ("http://[::1]", true),
            ("http://example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://[::1]evil.example/", false),
            ("http://[::1].evil.example/", false),
            ("http://[localhost]/", false),
            ("https://[::1", false),
            ("http://127.0.0.1@example.com/", false),
            ("http://localhost@example.com/start", false),
            ("http://127.0.0.1:80@example.com/", false),
            ("https://user:password@example.com/", false),
            ("https://example.com\\@127.0.0.1/", false),
            ("https://exa mple.com/", false),
            ("https://exämple.com/", false),
            ("https://example.com/\u{1b}[2J", false),
            ("https://corp.awsapps.com/start\\#/", false),
            ("https://", false),
            ("https:///start", false),
            ("https://example.com:99999/", false),
            ("https://example.com:+80/", false),
            ("https://example.com:/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("javascript://example.com/%0aalert(1)", false),
            ("corp.awsapps.com/start", false),
            ("--load=x", false),
            ("", false),
        ];
        for (url, safe) in cases {
            assert_eq!(Link::parse(url).is_some_and(|link| link.is_safe()), safe, "{url}");
        }
    }

    #[test]
    fn an_address_has_a_host_a_port_and_a_query() {
        let cases = [
            ("http://[::1]:8080/x?y", "[::1]:8080", "::1", "/x?y", Some("y")),
            ("https://a.example?x#y?z", "a.example", "a.example", "?x#y?z", Some("x")),
            ("https://a.example/#?z", "a.example", "a.example", "/#?z", None),
            ("https://a.example:1", "a.example:1", "a.example", "", None),
        ];
        for (url, authority, host, rest, query) in cases {
            let link = Link::parse(url).unwrap();
            assert_eq!((link.authority, link.host, link.rest, link.query()), (authority, host, rest, query), "{url}");
        }
    }

    #[test]
    fn a_host_below_a_domain_ends_in_it_at_a_dot() {
        let cases = [
            ("https://console.aws.amazon.com/", Some("")),
            ("https://s3.console.aws.amazon.com/", Some("s3")),
            ("https://a.eu-west-1.console.aws.amazon.com/", Some("a.eu-west-1")),
            ("https://notconsole.aws.amazon.com/", None),
            ("https://console.aws.amazon.com.evil.example/", None),
        ];
        for (url, labels) in cases {
            assert_eq!(Link::parse(url).unwrap().labels_below("console.aws.amazon.com"), labels, "{url}");
        }
    }

    #[test]
    fn a_parameter_is_decoded_and_refused_where_it_is_not_clear() {
        let cases = [
            ("a=1&b=A%2BB", Ok(Some("A+B"))),
            ("b=A+B", Ok(Some("A+B"))),
            ("b=&a=1", Ok(Some(""))),
            ("bb=1", Ok(None)),
            ("", Ok(None)),
            ("b=1&b=1", Err(UnclearParameter)),
            ("b=%FF", Err(UnclearParameter)),
        ];
        for (query, expected) in cases {
            assert_eq!(parameter(query, "b"), expected.map(|value| value.map(str::to_owned)), "{query}");
        }
    }

    #[test]
    fn start_urls_pasted_from_a_browser_are_the_same() {
        let same = [
            "https://corp.awsapps.com/start",
            "https://corp.awsapps.com/start/",
            "https://corp.awsapps.com/start#/",
            "https://corp.awsapps.com/start/#/",
            "https://corp.awsapps.com/start/#/accounts/123456789012?tab=roles",
            "https://corp.awsapps.com/start?lang=en#/",
            "https://corp.awsapps.com/start\\#/",
            "HTTPS://Corp.AwsApps.com/start",
        ];
        for url in same {
            assert!(StartUrl::is_same(url, same[0]), "{url}");
            assert_eq!(StartUrl::of(url).to_string(), same[0]);
        }
        let different = [
            "https://corp2.awsapps.com/start",
            "http://corp.awsapps.com/start",
            "https://corp.awsapps.com/START",
            "https://corp.awsapps.com/start/x",
            "https://corp.awsapps.com",
            "corp",
            "",
        ];
        for url in different {
            assert!(!StartUrl::is_same(url, same[0]), "{url}");
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let cases = [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://me:s3cret@proxy:3128/", "http://proxy:3128"),
            ("http://me:s3/cret@proxy:3128", "http://proxy:3128"),
            ("http://proxy:3128/x?y", "http://proxy:3128"),
            ("me:s3cret@proxy:3128", "proxy:3128"),
            ("proxy", "proxy"),
            ("", ""),
        ];
        for (url, shown) in cases {
            assert_eq!(without_password(url), shown);
        }
    }
}
