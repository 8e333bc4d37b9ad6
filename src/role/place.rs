//! A resource's ARN, or a page of the console or of the access portal, as the name of a role: each tells the account.

use percent_encoding::percent_decode_str;

use super::{RoleArn, is_account_id, is_partition, is_role_name};
use crate::error::{Error, Result};

/// Which account, and what else an ARN or an address tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Twelve digits.
    pub account_id: String,
    /// Only the portal's shortcut links name a role.
    pub role_name: Option<String>,
    /// Where the resource or the page is.
    pub region: Option<String>,
    /// The start URL of the portal that a shortcut link leads to.
    pub start_url: Option<String>,
    /// The page of the console, without what ties it to another person's session.
    pub page: Option<String>,
}

/// The hosts of the console in a partition: this one, and those below it.
const CONSOLES: [(&str, &str); 3] = [
    ("aws", "console.aws.amazon.com"),
    ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ("aws-cn", "console.amazonaws.cn"),
];

/// The console's host in a partition, where it is known.
#[must_use]
pub fn console_host(partition: &str) -> Option<&'static str> {
    CONSOLES.iter().find(|(name, _)| *name == partition).map(|(_, host)| *host)
}

/// Whether an address is a page of the partition's console, over https.
#[must_use]
pub fn is_console_page(partition: &str, url: &str) -> bool {
    let (Some(address), Some(console)) = (Address::parse(url), console_host(partition)) else { return false };
    address.below(console).is_some()
}

impl Place {
    /// Reads the ARN of a resource: `arn:aws:lambda:eu-west-1:123456789012:function:x`.
    pub(super) fn of_arn(text: &str) -> Result<Self> {
        let malformed = || {
            Error::usage(format!("{text} is not an ARN"))
                .with_remedy("a role looks like arn:aws:iam::123456789012:role/NAME")
        };
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(malformed());
        };
        // Whoever names a role means that one, and not another of its account.
        let is_role = matches!((*service, resource.split('/').next()), ("iam", Some("role")) | ("sts", _));
        if is_role {
            return text.parse::<RoleArn>().and(Err(malformed()));
        }
        let is_sound = is_partition(partition)
            && is_label(service)
            && (region.is_empty() || is_label(region))
            && !resource.is_empty()
            && text.bytes().all(|b| b.is_ascii_graphic() || !b.is_ascii());
        match (is_sound, is_account_id(account)) {
            (true, true) => Ok(Self {
                account_id: (*account).to_owned(),
                role_name: None,
                region: (!region.is_empty()).then(|| (*region).to_owned()),
                start_url: None,
                page: None,
            }),
            // Buckets have none, and AWS's own policies have "aws".
            (true, false) if account.is_empty() || *account == "aws" => {
                Err(Error::usage(format!("{text} does not tell its account"))
                    .with_remedy("name the role instead: ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile or an alias"))
            }
            _ => Err(malformed()),
        }
    }

    /// Reads the address of a page of the console, or a shortcut link of the access portal.
    pub(super) fn of_url(url: &str) -> Result<Self> {
        let no_page = || {
            Error::usage(format!("{url} is no page of the AWS console and no link of an access portal"))
                .with_remedy("name the role instead: ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile or an alias")
        };
        let address = Address::parse(url).ok_or_else(no_page)?;
        if let Some((start_url, query)) = url.split_once("#/console?") {
            return Self::of_shortcut(start_url, query).ok_or_else(no_page);
        }
        let console = CONSOLES.iter().find_map(|(_, host)| Some((address.below(host)?, host)));
        let (labels, host) = console.ok_or_else(no_page)?;
        let mut labels: Vec<_> = labels.split('.').filter(|label| !label.is_empty()).collect();
        let session = labels.first().and_then(|label| account_of_session(label));
        let Some(account_id) = session else {
            return Err(Error::usage(format!("{url} does not tell its account")).with_remedy(
                "name the role instead: ACCOUNT_ID/NAME; the console's addresses tell the account where its \
                 multi-session support is on",
            ));
        };
        labels.remove(0);
        if labels.len() > 2 || !labels.iter().all(|label| is_label(label)) {
            return Err(no_page());
        }
        let host = labels.iter().copied().chain([*host]).collect::<Vec<_>>().join(".");
        let region = labels.iter().copied().find(|label| is_region(label)).map(str::to_owned);
        Ok(Self {
            account_id: account_id.to_owned(),
            role_name: None,
            region: region.or_else(|| address.region_parameter()),
            start_url: None,
            page: Some(format!("https://{host}{}", address.rest)),
        })
    }

    fn of_shortcut(start_url: &str, query: &str) -> Option<Self> {
        let account_id = parameter(query, "account_id")?.filter(|id| is_account_id(id))?;
        let role_name = parameter(query, "role_name")?;
        let page = parameter(query, "destination")?;
        if role_name.as_deref().is_some_and(|name| !is_role_name(name)) {
            return None;
        }
        let address = page.as_deref().and_then(Address::parse);
        let region = address.and_then(|address| {
            let label = address.host.split('.').next().filter(|label| is_region(label));
            label.map(str::to_owned).or_else(|| address.region_parameter())
        });
        let is_page = |page: &String| CONSOLES.iter().any(|(partition, _)| is_console_page(partition, page));
        Some(Self {
            account_id,
            role_name,
            region,
            start_url: Some(start_url.trim_end_matches('/').to_owned()),
            page: page.filter(is_page),
        })
    }
}

/// An https address, read more strictly than a browser would: what two parsers could understand in two ways is none.
#[derive(Clone, Copy)]
struct Address<'a> {
    host: &'a str,
    /// From the path on.
    rest: &'a str,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Option<Self> {
        let is_plain = |b: u8| b.is_ascii_graphic() && !br#"\"<>`{}|^"#.contains(&b);
        let rest = url.strip_prefix("https://").filter(|_| url.bytes().all(is_plain))?;
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        (host.contains('.') && host.split('.').all(is_label)).then_some(Self { host, rest })
    }

    /// What stands before `domain` in the host; `None` for the host of somebody else.
    fn below(&self, domain: &str) -> Option<&'a str> {
        let labels = self.host.strip_suffix(domain)?;
        (labels.is_empty() || labels.ends_with('.')).then_some(labels)
    }

    fn region_parameter(&self) -> Option<String> {
        let (_, query) = self.rest.split_once('?')?;
        let query = query.split('#').next().unwrap_or_default();
        parameter(query, "region").flatten().filter(|region| is_region(region))
    }
}

/// A parameter of a query, decoded; `None` where it stands there twice or cannot be read.
#[allow(clippy::option_option, reason = "not there, and not to be read, are two things")]
fn parameter(query: &str, name: &str) -> Option<Option<String>> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
    let Some((_, value)) = values.next() else { return Some(None) };
    let value = percent_decode_str(value).decode_utf8().ok()?;
    values.next().is_none().then(|| Some(value.into_owned()))
}

/// `123456789012` of `123456789012-abcdefgh`, the label of one of several sessions.
fn account_of_session(label: &str) -> Option<&str> {
    let (account, session) = label.split_once('-')?;
    let is_session = session.len() == 8 && session.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (is_account_id(account) && is_session).then_some(account)
}

/// A part of a host's name, in lower case.
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// `eu-west-1`, `us-gov-east-1`: letters, then a number.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let is_number = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let words: Vec<_> = parts.collect();
    is_number
        && words.len() >= 2
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::super::RoleRef;
    use super::*;

    fn place(text: &str) -> Result<Place> {
        match text.parse()? {
            RoleRef::Place(place) => Ok(place),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn arns_and_addresses_tell_account_and_region() {
        let id = "123456789012";
        let shortcut = "https://corp.awsapps.com/start";
        let cases = [
            ("arn:aws:lambda:eu-west-1:123456789012:function:x", None, Some("eu-west-1"), None),
            ("arn:aws:iam::123456789012:user/team/me", None, None, None),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x:*", None, Some("eu-west-1"), None),
            ("arn:aws-cn:sqs:cn-north-1:123456789012:queue", None, Some("cn-north-1"), None),
            (
                "https://123456789012-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x",
                None,
                Some("eu-west-1"),
                None,
            ),
            ("https://123456789012-ab12cd34.console.aws.amazon.com/?region=us-east-2", None, Some("us-east-2"), None),
            (
                "https://123456789012-ab12cd34.us-gov-west-1.console.amazonaws-us-gov.com/",
                None,
                Some("us-gov-west-1"),
                None,
            ),
            ("https://123456789012-ab12cd34.cn-north-1.console.amazonaws.cn", None, Some("cn-north-1"), None),
            (
                "https://corp.awsapps.com/start/#/console?account_id=123456789012&role_name=Admin",
                Some("Admin"),
                None,
                Some(shortcut),
            ),
            (
                "https://corp.awsapps.com/start#/console?role_name=A%2BB&account_id=123456789012&\
                 destination=https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fs3",
                Some("A+B"),
                Some("eu-west-1"),
                Some(shortcut),
            ),
            (
                "https://start.us-gov-home.awsapps.com/directory/d-1/#/console?account_id=123456789012",
                None,
                None,
                Some("https://start.us-gov-home.awsapps.com/directory/d-1"),
            ),
        ];
        for (text, role, region, start_url) in cases {
            let place = place(text).unwrap();
            assert_eq!(place.account_id, id, "{text}");
            assert_eq!(
                (place.role_name.as_deref(), place.region.as_deref(), place.start_url.as_deref()),
                (role, region, start_url),
                "{text}"
            );
        }
    }

    #[test]
    fn a_page_is_kept_without_the_session_it_was_seen_in() {
        let cases = [
            (
                "https://123456789012-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x",
                Some("https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x"),
            ),
            (
                "https://a.awsapps.com/start/#/console?account_id=123456789012&destination=https%3A%2F%2Fevil.example%2F",
                None,
            ),
        ];
        for (text, page) in cases {
            assert_eq!(place(text).unwrap().page.as_deref(), page, "{text}");
        }
    }

    #[test]
    fn what_tells_no_account_is_refused() {
        let session = "123456789012-ab12cd34";
        let cases = [
            ("arn:aws:s3:::bucket".to_owned(), "does not tell its account"),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(), "does not tell its account"),
            ("arn:aws:lambda:eu-west-1:12345:function:x".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:eu-west-1:123456789012:".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:../evil:123456789012:x".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:eu-west-1:123456789012:a b".to_owned(), "is not an ARN"),
            ("arn:aws".to_owned(), "is not an ARN"),
            ("arn:aws:iam::123456789012:role/a/b".to_owned(), "is not a role's ARN"),
            ("arn:aws:sts::123456789012:federated-user/x".to_owned(), "is not a role's ARN"),
            ("https://eu-west-1.console.aws.amazon.com/s3".to_owned(), "does not tell its account"),
            (format!("https://{session}.console.aws.amazon.com.evil.example/"), "no page"),
            (format!("https://{session}.evilconsole.aws.amazon.com/"), "no page"),
            (format!("https://{session}.console.aws.amazon.com@evil.example/"), "no page"),
            (format!("https://{session}.console.aws.amazon.com:8443/"), "no page"),
            (format!("https://{session}.console.aws.amazon.com\\@evil.example/"), "no page"),
            ("https://123456789012.eu-west-1.console.aws.amazon.com/".to_owned(), "does not tell"),
            ("https://corp.awsapps.com/start/".to_owned(), "no page"),
            ("https://corp.awsapps.com/start/#/console?role_name=Admin".to_owned(), "no page"),
            ("https://c.awsapps.com/#/console?account_id=123456789012&account_id=123456789013".to_owned(), "no page"),
            ("https://c.awsapps.com/#/console?account_id=123456789012&role_name=a%20b".to_owned(), "no page"),
        ];
        for (text, words) in cases {
            let error = place(&text).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert_eq!(error.kind().status(), 2, "{text}");
        }
    }

    #[test]
    fn the_console_of_a_partition_is_told_from_other_hosts() {
        let cases = [
            ("aws", "https://console.aws.amazon.com/", true),
            ("aws", "https://s3.console.aws.amazon.com/s3/buckets?a=b#c", true),
            ("aws", "http://console.aws.amazon.com/", false),
            ("aws", "https://console.amazonaws.cn/", false),
            ("aws-cn", "https://cn-north-1.console.amazonaws.cn/", true),
            ("aws-us-gov", "https://console.amazonaws-us-gov.com", true),
            ("aws", "https://notconsole.aws.amazon.com/", false),
            ("aws", "https://evil.example/console.aws.amazon.com", false),
            ("aws", "https://evil.example#.console.aws.amazon.com", false),
            ("aws-iso", "https://console.aws.amazon.com/", false),
        ];
        for (partition, url, expected) in cases {
            assert_eq!(is_console_page(partition, url), expected, "{partition} {url}");
        }
    }
}
