//! The addresses for which a program must not ask a proxy, so that no proxy gets a credential server's token.

use std::ffi::OsString;

/// The variables by which programs know for which addresses they do not ask a proxy.
///
/// Programs read one of them or the other, and some take an empty one for an answer. So each gets the address. On
/// Windows both are one variable.
pub(super) const NO_PROXY: &[&str] = if cfg!(windows) { &["NO_PROXY"] } else { &["NO_PROXY", "no_proxy"] };

/// The variables by which some program asks a proxy for `http://127.0.0.1`. None of them reads `HTTPS_PROXY` for it.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The host of a credential server.
const SERVER: &str = "127.0.0.1";

/// The exceptions to set in an environment with a proxy: the user's own, and the credential server.
pub(super) fn exceptions(current: &dyn Fn(&str) -> Option<OsString>) -> Vec<(&'static str, String)> {
    let text = |name: &str| current(name)?.into_string().ok().filter(|value| !value.is_empty());
    if PROXIES.iter().all(|name| text(name).is_none()) {
        return Vec::new();
    }
    let any = NO_PROXY.iter().find_map(|name| text(name)).unwrap_or_default();
    let exceptions = NO_PROXY.iter().map(|name| (*name, with_server(name, &text(name).unwrap_or_else(|| any.clone()))));
    exceptions.filter(|(name, value)| text(name).as_ref() != Some(value)).collect()
}

fn with_server(name: &str, exceptions: &str) -> String {
    // A lone `*` stands for all addresses: curl and Python know it as the whole value only, and read the lower case
    // first. Rust does not know it for addresses, and reads the upper case first.
    let stands_for_all = exceptions.trim() == "*" && name == "no_proxy";
    let is_there = exceptions.split(',').any(|exception| exception.trim() == SERVER);
    match exceptions {
        "" => SERVER.to_owned(),
        _ if is_there || stands_for_all => exceptions.to_owned(),
        _ => format!("{exceptions},{SERVER}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_get_the_server_where_a_proxy_is_set() {
        let cases = [
            ("", ""),
            ("HTTPS_PROXY=p", ""),
            ("HTTP_PROXY=", ""),
            ("http_proxy=p", "NO_PROXY=127.0.0.1 no_proxy=127.0.0.1"),
            ("ALL_PROXY=p NO_PROXY=a", "NO_PROXY=a,127.0.0.1 no_proxy=a,127.0.0.1"),
            ("HTTP_PROXY=p NO_PROXY=a no_proxy=b", "NO_PROXY=a,127.0.0.1 no_proxy=b,127.0.0.1"),
            ("HTTP_PROXY=p NO_PROXY= no_proxy=b", "NO_PROXY=b,127.0.0.1 no_proxy=b,127.0.0.1"),
            ("HTTP_PROXY=p NO_PROXY=a,127.0.0.1 no_proxy=127.0.0.1", ""),
            ("HTTP_PROXY=p NO_PROXY=127.0.0.0/8", "NO_PROXY=127.0.0.0/8,127.0.0.1 no_proxy=127.0.0.0/8,127.0.0.1"),
            ("HTTP_PROXY=p NO_PROXY=*", "NO_PROXY=*,127.0.0.1 no_proxy=*"),
        ];
        for (variables, expected) in cases {
            let variable = |name: &str| {
                let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
                pairs.find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value))
            };
            let found: Vec<_> = exceptions(&variable).iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(found.join(" "), expected, "{variables}");
        }
    }
}
