//! The proxy that the environment names, and the hosts that are reached without it.
//!
//! The spelling in lower case wins, as it does for curl and the AWS CLI. A value is read as generously as possible. One
//! that cannot be read is an error that names its variable: sent directly, the request would take a way that the user
//! has excluded.

use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use percent_encoding::percent_decode_str;

use super::no_proxy::NoProxy;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::{address, environment, quote};

/// The variables that name a proxy for requests to `https` addresses: the first one that is set counts.
const PROXY_VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const NO_PROXY_VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy as messages show it, without user name and password: `http://proxy:3128 (HTTPS_PROXY)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyName {
    address: String,
    pub(super) variable: &'static str,
}

impl fmt::Display for ProxyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address, self.variable)
    }
}

/// A proxy for requests to `https` addresses.
#[derive(Debug)]
pub struct Proxy {
    name: ProxyName,
    /// The whole address in the form that the HTTP client reads.
    uri: Secret,
}

impl Proxy {
    /// The proxy's name for messages.
    #[must_use]
    pub fn name(&self) -> &ProxyName {
        &self.name
    }

    /// The same for the HTTP client. Exceptions are not its business: it knows fewer forms of them.
    pub(super) fn config(&self) -> Result<ProxyConfig> {
        // The client's error repeats the address, so it is no source.
        ProxyConfig::https(self.uri.expose())
            .map_err(|_| unreadable(self.name.variable, "is not the address of a proxy"))
    }

    fn parse(variable: &'static str, value: &str) -> Result<Self> {
        let unreadable = |why: &str| unreadable(variable, why);
        let value = unquoted(value);
        let (scheme, rest) = split_scheme(value);
        match scheme.as_deref() {
            None | Some("http" | "https") => {}
            Some("socks" | "socks4" | "socks4a" | "socks5" | "socks5h") => {
                return Err(Error::usage(format!("{variable} names a SOCKS proxy, which aws-sso cannot use"))
                    .with_remedy("set HTTPS_PROXY to an HTTP proxy: http://HOST:PORT"));
            }
            Some(_) => return Err(unreadable("has an unknown scheme in front of ://")),
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if path.contains('@') {
            return Err(unreadable("has a /, ? or # in its user name or password: write %2F, %3F or %23"));
        }
        if path.to_ascii_lowercase().ends_with(".pac") {
            return Err(unreadable("names a PAC file, which aws-sso does not read"));
        }
        let (user, host_and_port) = match authority.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, authority),
        };
        let (host, port) = split_port(host_and_port).map_err(unreadable)?;
        let scheme = scheme.unwrap_or_else(|| "http".to_owned());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let user = match user.filter(|user| !user.is_empty()) {
            Some(user) => {
                encoded(user).ok_or_else(|| unreadable("has a user name or password that is not UTF-8"))? + "@"
            }
            None => String::new(),
        };
        Ok(Self {
            name: ProxyName { address: format!("{scheme}://{host}{port}"), variable },
            uri: Secret::from(format!("{scheme}://{user}{host}{port}")),
        })
    }
}

/// What the environment says about proxies.
#[derive(Debug)]
pub struct Proxies {
    proxy: Option<Proxy>,
    except: NoProxy,
    /// The variable that names the exceptions, with its value.
    exceptions: Option<(&'static str, String)>,
}

impl Proxies {
    /// Errors: a variable that counts cannot be read.
    pub fn of_environment() -> Result<Self> {
        Self::of(environment::proxy_variable)
    }

    fn of(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let first = |names: &[&'static str]| -> Result<Option<(&'static str, String)>> {
            for name in names.iter().copied() {
                if let Some(value) = variable(name)?.filter(|value| !unquoted(value).is_empty()) {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let Some((name, value)) = first(&PROXY_VARIABLES)? else {
            return Ok(Self { proxy: None, except: NoProxy::default(), exceptions: None });
        };
        let exceptions = first(&NO_PROXY_VARIABLES)?;
        let except = match &exceptions {
            Some((name, value)) => NoProxy::parse(unquoted(value)).map_err(|why| unreadable(name, &why))?,
            None => NoProxy::default(),
        };
        // A proxy is not even read if nothing may go through it.
        let proxy = if except.is_everything() { None } else { Some(Proxy::parse(name, &value)?) };
        Ok(Self { proxy, except, exceptions })
    }

    /// The proxy, and the exceptions with the variable that names them.
    #[must_use]
    pub fn proxy(&self) -> Option<(&Proxy, Option<(&'static str, &str)>)> {
        let exceptions = self.exceptions.as_ref().map(|(name, value)| (*name, value.as_str()));
        self.proxy.as_ref().map(|proxy| (proxy, exceptions))
    }

    /// How a host is reached; `host` without brackets.
    pub(super) fn way(&self, host: &str, port: u16) -> Way<'_> {
        match (&self.proxy, &self.exceptions) {
            (None, _) => Way::Direct,
            (Some(_), Some((variable, _))) if self.except.contains(host, port) => Way::Excepted(variable),
            (Some(proxy), _) => Way::Through(proxy),
        }
    }
}

/// How a request leaves this machine.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'a> {
    /// There is no proxy.
    Direct,
    /// There is one, but this variable names the host.
    Excepted(&'static str),
    Through(&'a Proxy),
}

/// No part of the value is repeated: any of them may be the password.
fn unreadable(variable: &str, why: &str) -> Error {
    let remedy = if variable.eq_ignore_ascii_case("no_proxy") {
        format!("list hosts, domains and networks in {variable}, with commas between them")
    } else {
        let unset = quote::unset(variable);
        format!("set {variable} to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or run: {unset}")
    };
    Error::usage(format!("{variable} cannot be used: its value {why}")).with_remedy(remedy)
}

/// The value without blanks and quotes around it, which files of variables (`docker --env-file`) keep.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(value).trim()
}

/// The scheme in lower case, if there is one, and what follows it. `http:/HOST` is a common slip of the pen.
fn split_scheme(value: &str) -> (Option<String>, &str) {
    if let Some((scheme, rest)) = value.split_once("://") {
        return (Some(scheme.to_ascii_lowercase()), rest);
    }
    for scheme in ["http", "https"] {
        if let Some((start, rest)) = value.split_at_checked(scheme.len())
            && start.eq_ignore_ascii_case(scheme)
            && let Some(rest) = rest.strip_prefix(":/")
        {
            return (Some(scheme.to_owned()), rest);
        }
    }
    (None, value.strip_prefix("//").unwrap_or(value))
}

/// The host, with the brackets of an IPv6 address, and the port; or why they cannot be read.
fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let end = if text.starts_with('[') {
        let end = text.find(']').ok_or("has no ] after the IPv6 address")? + 1;
        text[1..end - 1].parse::<std::net::Ipv6Addr>().map_err(|_| "has no IPv6 address between [ and ]")?;
        end
    } else {
        if text.matches(':').count() > 1 {
            return Err("has more than one port; an IPv6 address needs [ and ]");
        }
        text.find(':').unwrap_or(text.len())
    };
    let (host, rest) = text.split_at(end);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.is_empty() {
        return Err("has no host");
    }
    if !host.starts_with('[') && !host.chars().all(is_name) {
        return Err("has a host that is no host name");
    }
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        Some("") => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().ok().filter(|port| *port != 0).ok_or("has a port that is not from 1 to 65535")?)
        }
        _ => return Err("has a port that is no number; a : or @ in a password is written %3A or %40"),
    };
    Ok((host, port))
}

/// User name and password with everything percent-encoded that an address must not have, such as the backslash of
/// `CORP\user`. What is encoded already stays so.
fn encoded(user: &str) -> Option<String> {
    let encode = |text: &str| Some(address::quote(&percent_decode_str(text).decode_utf8().ok()?));
    match user.split_once(':') {
        Some((name, password)) => Some(format!("{}:{}", encode(name)?, encode(password)?)),
        None => encode(user),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn proxies(values: &[(&str, &str)]) -> Result<Proxies> {
        let get = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Proxies::of(|name| Ok(get(name).filter(|value| !value.is_empty())))
    }

    #[test]
    fn a_proxy_is_read_in_every_form_that_people_write() {
        let cases = [
            ("http://p:3128", "http://p:3128", "http://p:3128"),
            ("p:3128", "http://p:3128", "http://p:3128"),
            ("//p:3128", "http://p:3128", "http://p:3128"),
            (" http://p:3128/ \t", "http://p:3128", "http://p:3128"),
            ("\"http://p:3128\"", "http://p:3128", "http://p:3128"),
            ("' p:3128/'", "http://p:3128", "http://p:3128"),
            ("p:3128/", "http://p:3128", "http://p:3128"),
            ("http:/p:3128", "http://p:3128", "http://p:3128"),
            ("HTTP://P:3128/path?x#y", "http://P:3128", "http://P:3128"),
            ("https://p", "https://p", "https://p"),
            ("http://p:", "http://p", "http://p"),
            ("http://[::1]:8", "http://[::1]:8", "http://[::1]:8"),
            (r"http://corp\me:s3cret@p:8", "http://p:8", "http://corp%5Cme:s3cret@p:8"),
            (r"corp\me:s3cret@p:8", "http://p:8", "http://corp%5Cme:s3cret@p:8"),
            ("http://me:a%40b%2Fc@p:8", "http://p:8", "http://me:a%40b%2Fc@p:8"),
            ("http://me:a@b:c@p:8", "http://p:8", "http://me:a%40b%3Ac@p:8"),
            ("http://me:100%@p:8", "http://p:8", "http://me:100%25@p:8"),
            ("http://me:päss word@p:8", "http://p:8", "http://me:p%C3%A4ss%20word@p:8"),
            ("http://me@p:8", "http://p:8", "http://me@p:8"),
            ("http://@p:8", "http://p:8", "http://p:8"),
        ];
        for (value, shown, uri) in cases {
            let proxy = Proxy::parse("HTTPS_PROXY", value).unwrap();
            assert_eq!((proxy.name.address.as_str(), proxy.uri.expose()), (shown, uri), "{value}");
            proxy.config().unwrap();
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_with_the_reason_and_never_with_the_password() {
        let cases = [
            ("socks5://me:hunter2@p:1080", "SOCKS"),
            ("SOCKS5H://p:1080", "SOCKS"),
            ("ftp://me:hunter2@p:1", "scheme"),
            ("me:hunter2://@p:1", "scheme"),
            ("http://", "no host"),
            ("http://me:hunter2@", "no host"),
            ("http://me:hunter2@:8", "no host"),
            ("http://me:hunter2@p:port", "port"),
            ("http://me:hunter2@p:0", "port"),
            ("http://me:hunter2@p:65536", "port"),
            ("http://me:hunter2", "port"),
            ("http://me:hunter2/x@p:8", "%2F"),
            ("http://me:hunter2#x@p:8", "%23"),
            ("http://::1:8", "IPv6"),
            ("http://[::1:8", "]"),
            ("http://[p]:8", "IPv6"),
            ("http://me:hunter2@p q:8", "host"),
            ("http://me:hunter2@p\u{a0}:8", "host"),
            ("http://me:hunter2%FF@p:8", "UTF-8"),
            ("http://p/proxy.pac", "PAC"),
            ("DIRECT; hunter2", "host"),
        ];
        for (value, reason) in cases {
            let error = proxies(&[("ALL_PROXY", value)]).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            let report = error.report();
            assert!(report.contains("ALL_PROXY") && report.contains(reason), "{value}: {report}");
            assert!(!report.contains("hunter2"), "{report}");
        }
        let proxy = Proxy::parse("HTTPS_PROXY", "http://me:hunter2@p:8").unwrap();
        assert!(!format!("{proxy:?}").contains("hunter2"));
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_proxy() {
        let shown = |values: &[(&str, &str)]| match proxies(values).unwrap().way("portal.example", 443) {
            Way::Direct => "direct".to_owned(),
            Way::Excepted(variable) => variable.to_owned(),
            Way::Through(proxy) => proxy.name().to_string(),
        };
        let cases: [(&[(&str, &str)], &str); 8] = [
            (&[], "direct"),
            (&[("HTTPS_PROXY", ""), ("https_proxy", " "), ("ALL_PROXY", "\"\"")], "direct"),
            (&[("HTTPS_PROXY", "up"), ("https_proxy", "low")], "http://low (https_proxy)"),
            (&[("HTTPS_PROXY", "up"), ("all_proxy", "socks5://x")], "http://up (HTTPS_PROXY)"),
            (&[("ALL_PROXY", "up"), ("all_proxy", "low")], "http://low (all_proxy)"),
            (&[("ALL_PROXY", "up"), ("NO_PROXY", "portal.example"), ("no_proxy", "other")], "http://up (ALL_PROXY)"),
            (&[("ALL_PROXY", "up"), ("NO_PROXY", "'portal.example'"), ("no_proxy", "")], "NO_PROXY"),
            (&[("ALL_PROXY", "socks5://up"), ("NO_PROXY", "*")], "direct"),
        ];
        for (values, expected) in cases {
            assert_eq!(shown(values), expected, "{values:?}");
        }
        let error = proxies(&[("ALL_PROXY", "up"), ("NO_PROXY", "10.0.0.0/99")]).unwrap_err();
        assert!(error.report().contains("NO_PROXY") && error.report().contains("10.0.0.0/99"), "{}", error.report());
    }
}
