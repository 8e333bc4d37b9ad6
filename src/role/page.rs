//! Addresses of pages of the AWS console: which are its own, and how a link has them.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::arn::is_account_id;
use crate::address::{Link, parameter};
use crate::partition::{PARTITIONS, Partition, is_aws_region, is_host_label};

/// What an address cannot have as it is: people copy it from a page, or fill in the name of a folder.
const UNWRITABLE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// A page of a partition's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsolePage {
    /// Its address, without the part that ties it to one of several sessions in a browser.
    pub address: String,
    /// The account of that session.
    pub(super) account_id: Option<String>,
    /// The region that the address names.
    pub(super) region: Option<String>,
}

impl ConsolePage {
    /// Reads the address of a page of this partition's console.
    ///
    /// Errors: why it is none, such as `its host is evil.example`.
    pub fn read(partition: &str, url: &str) -> Result<Self, String> {
        if url.contains(|letter: char| letter.is_control() && letter != '\t') {
            return Err("it has a line break or another control character in it".to_owned());
        }
        let console = Partition::named(partition).and_then(|partition| partition.console_host);
        let url = normal(url);
        console.and_then(|console| Self::below(console, &url)).ok_or_else(|| what_differs(&url))
    }

    /// Its address in a region: with one in its query, unless it names that one.
    ///
    /// Errors: the other region that it names.
    pub fn in_region(self, region: &str) -> Result<String, String> {
        match self.region {
            Some(named) if named == region => Ok(self.address),
            Some(other) => Err(other),
            None => {
                let (page, fragment) = self.address.split_at(self.address.find('#').unwrap_or(self.address.len()));
                let joint = if page.contains('?') { '&' } else { '?' };
                Ok(format!("{page}{joint}region={region}{fragment}"))
            }
        }
    }

    /// The same for any partition's console.
    pub(super) fn of_any_partition(url: &str) -> Option<Self> {
        PARTITIONS.iter().find_map(|partition| Self::read(partition.name, url).ok())
    }

    fn below(console: &str, url: &str) -> Option<Self> {
        let link = console_link(url)?;
        // With multi-session support the host is ACCOUNT-SESSION[.REGION].CONSOLE, else it names no account.
        let mut labels: Vec<_> = link.labels_below(console)?.split('.').filter(|label| !label.is_empty()).collect();
        let account_id = labels.first().and_then(|label| account_of_session(label)).map(str::to_owned);
        if account_id.is_some() {
            labels.remove(0);
        }
        let region = labels.iter().find(|label| is_aws_region(label)).map(|label| (*label).to_owned());
        let region = region.or_else(|| region_parameter(&link));
        labels.push(console);
        Some(Self { address: format!("https://{}{}", labels.join("."), link.rest), account_id, region })
    }
}

/// The address as a browser sends it: the host in lower case, and behind it what an address cannot have encoded. What
/// is encoded already stays as it is.
pub(super) fn normal(url: &str) -> String {
    let url = url.trim_start_matches([' ', '\t']);
    let start = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |end| start + end);
    let (origin, rest) = url.split_at(end);
    format!("{}{}", origin.to_ascii_lowercase(), utf8_percent_encode(rest, UNWRITABLE))
}

/// Reads an address that a console or a portal may have: https, no port, and a name in lower case.
pub(super) fn console_link(url: &str) -> Option<Link<'_>> {
    let link = Link::parse(url).filter(|link| link.is_https && link.authority == link.host)?;
    (link.host.contains('.') && link.host.split('.').all(is_host_label)).then_some(link)
}

/// What keeps an address from being a page of the console.
fn what_differs(url: &str) -> String {
    let Some(rest) = url.strip_prefix("https://") else {
        return match url.split_once("://") {
            Some((scheme, _)) => format!("it begins with {scheme}://, not with https://"),
            None => "it does not begin with https://".to_owned(),
        };
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // To a browser, a backslash ends the host, too. To other programs it is a part of it.
    let (user, host) = match authority.rsplit_once('@') {
        Some((_, host)) => (" behind a user name", host),
        None => ("", authority),
    };
    let name = host.split(':').next().unwrap_or_default();
    match host {
        _ if authority.contains('\\') => "it has a backslash in its host".to_owned(),
        "" => "it has no host".to_owned(),
        _ if !host.is_ascii() => format!("its host {host} has letters beyond a to z"),
        _ if name != host => format!("its host is {name}{user}, with a port"),
        _ => format!("its host is {host}{user}"),
    }
}

fn region_parameter(link: &Link<'_>) -> Option<String> {
    parameter(link.query()?, "region").ok()?.filter(|region| is_aws_region(region))
}

/// `123456789012` of `123456789012-abcdefgh`, which names one of several sessions in a browser.
fn account_of_session(label: &str) -> Option<&str> {
    let (account, session) = label.split_once('-')?;
    let is_session = session.len() == 8 && session.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (is_account_id(account) && is_session).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hosts_of_a_partitions_console_are_its_pages() {
        let cases = [
            ("aws", "https://console.aws.amazon.com/", Ok(())),
            ("aws", "https://s3.console.aws.amazon.com/s3/buckets?a=b#c", Ok(())),
            ("aws", "HTTPS://Console.AWS.amazon.com/", Ok(())),
            ("aws-cn", "https://cn-north-1.console.amazonaws.cn/", Ok(())),
            ("aws-us-gov", "https://console.amazonaws-us-gov.com", Ok(())),
            ("aws-eusc", "https://eusc-de-east-1.console.amazonaws-eusc.eu/s3/home", Ok(())),
            ("aws", "http://console.aws.amazon.com/", Err("begins with http://")),
            ("aws", "javascript://console.aws.amazon.com/%0aalert(1)", Err("begins with javascript://")),
            ("aws", "//console.aws.amazon.com/", Err("does not begin with https://")),
            ("aws", "https:console.aws.amazon.com/", Err("does not begin with https://")),
            ("aws", "https:\\\\console.aws.amazon.com/", Err("does not begin with https://")),
            ("aws", "console.aws.amazon.com/s3", Err("does not begin with https://")),
            ("aws", "https:///console.aws.amazon.com/", Err("has no host")),
            ("aws", "https://console.amazonaws.cn/", Err("its host is console.amazonaws.cn")),
            ("aws", "https://notconsole.aws.amazon.com/", Err("its host is notconsole.aws.amazon.com")),
            ("aws", "https://console.aws.amazon.com.evil.example/", Err("amazon.com.evil.example")),
            ("aws", "https://console.aws.amazon.com./", Err("its host is console.aws.amazon.com.")),
            ("aws", "https://console%2eaws.amazon.com/", Err("its host is console%2eaws.amazon.com")),
            ("aws", "https://evil.example/console.aws.amazon.com", Err("its host is evil.example")),
            ("aws", "https://evil.example#.console.aws.amazon.com", Err("its host is evil.example")),
            ("aws", "https://evil.example?.console.aws.amazon.com", Err("its host is evil.example")),
            ("aws", "https://evil.example .console.aws.amazon.com/", Err("its host is evil.example .console")),
            ("aws", "https://console.aws.amazon.com\t.evil.example/", Err(".evil.example")),
            ("aws", "https://console.aws.amazon.com@evil.example/", Err("its host is evil.example behind a user")),
            ("aws", "https://me@console.aws.amazon.com/", Err("its host is console.aws.amazon.com behind a user")),
            ("aws", "https://console.aws.amazon.com:443/", Err("console.aws.amazon.com, with a port")),
            ("aws", "https://evil.example\\.console.aws.amazon.com/", Err("backslash in its host")),
            ("aws", "https://console.aws.amazon.com\\@evil.example/", Err("backslash in its host")),
            ("aws", "https://cons\u{43e}le.aws.amazon.com/", Err("letters beyond a to z")),
            ("aws", "https://evil.example\u{ff0f}.console.aws.amazon.com/", Err("letters beyond a to z")),
            ("aws", "https://a..console.aws.amazon.com/", Err("its host is a..console.aws.amazon.com")),
            ("aws", "https://.console.aws.amazon.com/", Err("its host is .console.aws.amazon.com")),
            ("aws", "https://console.aws.amazon.com/\n", Err("line break")),
            ("aws", "https://console.aws.ama\u{0}zon.com/", Err("line break")),
            ("aws-eusc", "https://console.aws.amazon.com/", Err("its host is console.aws.amazon.com")),
            ("aws-iso", "https://console.aws.amazon.com/", Err("its host is console.aws.amazon.com")),
        ];
        for (partition, url, expected) in cases {
            match (ConsolePage::read(partition, url), expected) {
                (Ok(page), Ok(())) => assert!(page.address.starts_with("https://"), "{url}"),
                (Err(why), Err(words)) => assert!(why.contains(words), "{url}: {why}"),
                (read, _) => panic!("{partition} {url}: {read:?}"),
            }
        }
    }

    #[test]
    fn what_an_address_cannot_have_is_encoded_and_the_rest_stays_byte_for_byte() {
        let cases = [
            ("/s3/buckets/b?prefix=a b/", "/s3/buckets/b?prefix=a%20b/"),
            ("/s3/buckets/b?prefix=a\tb ", "/s3/buckets/b?prefix=a%09b%20"),
            ("/s3/ü/日本?é#ñ", "/s3/%C3%BC/%E6%97%A5%E6%9C%AC?%C3%A9#%C3%B1"),
            ("/\"<>\\^`{|}", "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("?a=\"x\"", "?a=%22x%22"),
            ("/cloudwatch/home#logsV2:log-groups/log-group/$252Faws$252Flambda$3Ff", ""),
            ("/a%20b%2F%zz%?x=1+1;y=[2]&z='*!()~,:@#a?b/c#d", ""),
            ("", ""),
        ];
        for (rest, encoded) in cases {
            let expected = format!("https://console.aws.amazon.com{}", if encoded.is_empty() { rest } else { encoded });
            let read = |url: &str| ConsolePage::read("aws", url).unwrap().address;
            assert_eq!(read(&format!("https://console.aws.amazon.com{rest}")), expected);
            assert_eq!(read(&format!("  https://console.aws.amazon.com{rest}")), expected);
            assert_eq!(read(&expected), expected, "what is encoded stays");
        }
    }

    #[test]
    fn a_page_is_brought_to_a_region_unless_it_names_another() {
        let cases = [
            ("https://console.aws.amazon.com", Ok("https://console.aws.amazon.com?region=eu-west-1")),
            ("https://s3.console.aws.amazon.com/s3/home#a?b", Ok("/s3/home?region=eu-west-1#a?b")),
            ("https://console.aws.amazon.com/x?a=b#c", Ok("/x?a=b&region=eu-west-1#c")),
            ("https://eu-west-1.console.aws.amazon.com/x", Ok("https://eu-west-1.console.aws.amazon.com/x")),
            ("https://console.aws.amazon.com/x?region=eu-west-1#c", Ok("/x?region=eu-west-1#c")),
            ("https://us-east-2.console.aws.amazon.com/x", Err("us-east-2")),
            ("https://console.aws.amazon.com/x?region=us-east-2", Err("us-east-2")),
        ];
        for (url, expected) in cases {
            match (ConsolePage::read("aws", url).unwrap().in_region("eu-west-1"), expected) {
                (Ok(address), Ok(end)) => assert!(address.ends_with(end), "{address}"),
                (found, expected) => assert_eq!(found.as_deref().map_err(String::as_str), expected, "{url}"),
            }
        }
    }

    #[test]
    fn a_page_is_kept_without_the_session_it_was_seen_in() {
        let seen = "https://123456789012-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x";
        let page = ConsolePage::read("aws", seen).unwrap();
        assert_eq!(page.address, "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x");
        assert_eq!((page.account_id.as_deref(), page.region.as_deref()), (Some("123456789012"), Some("eu-west-1")));
    }
}
