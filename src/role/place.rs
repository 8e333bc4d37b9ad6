//! A role named by a place in AWS: a resource's ARN, a page of the console, or a link of the access portal.

use super::arn::{ARN_REMEDY, RoleArn, is_account_id, is_partition, is_role_name};
use super::page::{ConsolePage, console_link, normal};
use crate::address::{StartUrl, parameter};
use crate::error::{Error, Result};
use crate::partition::is_host_label;

/// The account that a resource or a page belongs to, and what else its ARN or address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Twelve digits.
    pub account_id: String,
    /// The role, which only the portal's shortcut links name.
    pub role_name: Option<String>,
    /// Where the resource or the page is.
    pub region: Option<String>,
    /// The start URL of the portal that a shortcut link leads to.
    pub start_url: Option<String>,
    /// The page of the console, without the part that ties it to another user's session.
    pub page: Option<String>,
}

/// What to do where the text names no account.
const NAME_THE_ROLE: &str = "name the role instead: ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile or an alias";

impl Place {
    /// Reads the ARN of a resource: `arn:aws:lambda:eu-west-1:123456789012:function:x`.
    pub(super) fn of_arn(text: &str) -> Result<Self> {
        let malformed = || Error::usage(format!("{text} is not an ARN")).with_remedy(ARN_REMEDY);
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(malformed());
        };
        // An ARN of a role that is not quite right means that role, and not some other role of its account.
        if matches!((*service, resource.split('/').next()), ("iam", Some("role")) | ("sts", _)) {
            return Err(not_a_role(text, partition, account, resource));
        }
        let is_sound = is_partition(partition)
            && is_host_label(service)
            && (region.is_empty() || is_host_label(region))
            && !resource.is_empty()
            && text.bytes().all(|b| b.is_ascii_graphic() || !b.is_ascii());
        if !is_sound {
            return Err(malformed());
        }
        // ARNs of buckets have no account, and those of AWS's own policies have "aws" in its place.
        if account.is_empty() || *account == "aws" {
            return Err(Error::usage(format!("{text} does not say which account it is in")).with_remedy(NAME_THE_ROLE));
        }
        if !is_account_id(account) {
            return Err(malformed());
        }
        Ok(Self {
            account_id: (*account).to_owned(),
            role_name: None,
            region: (!region.is_empty()).then(|| (*region).to_owned()),
            start_url: None,
            page: None,
        })
    }

    /// Reads the address of a page of the console, or a shortcut link of the access portal.
    pub(super) fn of_url(url: &str) -> Result<Self> {
        let unknown = || {
            Error::usage(format!("{url} is neither a page of the AWS console nor a link of an access portal"))
                .with_remedy(NAME_THE_ROLE)
        };
        if url.contains(char::is_control) {
            return Err(unknown());
        }
        let url = normal(url);
        if let Some((start_url, query)) = url.split_once("#/console?") {
            let is_link = console_link(&url).is_some();
            return is_link.then(|| Self::of_shortcut(start_url, query)).flatten().ok_or_else(unknown);
        }
        let ConsolePage { address, account_id, region } = ConsolePage::of_any_partition(&url).ok_or_else(unknown)?;
        let Some(account_id) = account_id else {
            return Err(Error::usage(format!("{url} does not say which account it is in")).with_remedy(
                "name the role instead: ACCOUNT_ID/NAME; the console's addresses name the account where its \
                 multi-session support is on",
            ));
        };
        Ok(Self { account_id, role_name: None, region, start_url: None, page: Some(address) })
    }

    fn of_shortcut(start_url: &str, query: &str) -> Option<Self> {
        let account_id = parameter(query, "account_id").ok()?.filter(|id| is_account_id(id))?;
        let role_name = parameter(query, "role_name").ok()?;
        if role_name.as_deref().is_some_and(|name| !is_role_name(name)) {
            return None;
        }
        let page = parameter(query, "destination").ok()?.and_then(|page| ConsolePage::of_any_partition(&page));
        Some(Self {
            account_id,
            role_name,
            region: page.as_ref().and_then(|page| page.region.clone()),
            start_url: Some(StartUrl::of(start_url).to_string()),
            page: page.map(|page| page.address),
        })
    }
}

/// Why an ARN of a role names none. A role of Identity Center has a path only under AWS's own name for it.
fn not_a_role(text: &str, partition: &str, account: &str, resource: &str) -> Error {
    let plain = Error::usage(format!("{text} is not a role's ARN")).with_remedy(ARN_REMEDY);
    let Some((path, name)) = resource.strip_prefix("role/").and_then(|path| path.rsplit_once('/')) else {
        return plain;
    };
    if name.is_empty() || path.starts_with("aws-reserved/sso.amazonaws.com") {
        return plain;
    }
    let error = Error::usage(format!("{text} has the path /{path}/, and no permission set's role has one"));
    let role = format!("arn:{partition}:iam::{account}:role/{name}");
    match RoleArn::parse(&role) {
        Some(role) => error.with_remedy(format!("if its permission set is {}, write: {role}", role.role_name)),
        None => error.with_remedy(ARN_REMEDY),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_role_with_a_path_is_refused_with_the_role_that_was_probably_meant() {
        let reserved = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin";
        let cases = [
            (
                "team/Admin",
                "has the path /team/",
                "if its permission set is Admin, write: arn:aws:iam::123456789012:role/Admin",
            ),
            ("a/b/AWSReservedSSO_Admin_0123456789abcdef", "has the path /a/b/", "if its permission set is Admin"),
            ("team/", "is not a role's ARN", "like arn:aws:iam::123456789012:role/NAME"),
            (reserved, "is not a role's ARN", "like arn:aws:iam::123456789012:role/NAME"),
        ];
        for (path, found, remedy) in cases {
            let error = Place::of_arn(&format!("arn:aws:iam::123456789012:role/{path}")).unwrap_err();
            assert!(error.to_string().contains(found), "{}", error.report());
            assert!(error.report().contains(remedy), "{}", error.report());
        }
        let works = format!("arn:aws:iam::123456789012:role/{reserved}_0123456789abcdef");
        assert_eq!(works.parse::<RoleArn>().unwrap().role_name, "Admin");
    }

    use super::*;

    fn place(text: &str) -> Result<Place> {
        if text.starts_with("arn:") { Place::of_arn(text) } else { Place::of_url(text) }
    }

    #[test]
    fn arns_and_addresses_name_account_and_region() {
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
                "https://123456789012-ab12cd34.eusc-de-east-1.console.amazonaws-eusc.eu/",
                None,
                Some("eusc-de-east-1"),
                None,
            ),
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
    fn the_page_of_a_shortcut_is_kept_and_encoded_if_it_is_one_of_the_console() {
        let cases = [
            ("https%3A%2F%2Fevil.example%2F", None),
            (
                "https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fs3%3Fprefix%3Da%20b%252F",
                Some("https://eu-west-1.console.aws.amazon.com/s3?prefix=a%20b%2F"),
            ),
        ];
        for (destination, page) in cases {
            let link =
                format!("https://a.awsapps.com/start/#/console?account_id=123456789012&destination={destination}");
            assert_eq!(place(&link).unwrap().page.as_deref(), page, "{link}");
        }
    }

    #[test]
    fn a_place_that_names_no_account_is_refused() {
        let session = "123456789012-ab12cd34";
        let cases = [
            ("arn:aws:s3:::bucket".to_owned(), "does not say which account"),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(), "does not say which account"),
            ("arn:aws:lambda:eu-west-1:12345:function:x".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:eu-west-1:123456789012:".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:../evil:123456789012:x".to_owned(), "is not an ARN"),
            ("arn:aws:lambda:eu-west-1:123456789012:a b".to_owned(), "is not an ARN"),
            ("arn:aws".to_owned(), "is not an ARN"),
            ("arn:aws:iam::123456789012:role/a/b".to_owned(), "has the path /a/"),
            ("arn:aws:sts::123456789012:federated-user/x".to_owned(), "is not a role's ARN"),
            ("https://eu-west-1.console.aws.amazon.com/s3".to_owned(), "does not say which account"),
            (format!("https://{session}.console.aws.amazon.com.evil.example/"), "neither a page"),
            (format!("https://{session}.evilconsole.aws.amazon.com/"), "neither a page"),
            (format!("https://{session}.console.aws.amazon.com@evil.example/"), "neither a page"),
            (format!("https://{session}.console.aws.amazon.com:8443/"), "neither a page"),
            (format!("https://{session}.console.aws.amazon.com\\@evil.example/"), "neither a page"),
            ("https://123456789012.eu-west-1.console.aws.amazon.com/".to_owned(), "does not say"),
            ("https://corp.awsapps.com/start/".to_owned(), "neither a page"),
            ("https://corp.awsapps.com/start/#/console?role_name=Admin".to_owned(), "neither a page"),
            (
                "https://c.awsapps.com/#/console?account_id=123456789012&account_id=123456789013".to_owned(),
                "neither a page",
            ),
            ("https://c.awsapps.com/#/console?account_id=123456789012&role_name=a%20b".to_owned(), "neither a page"),
        ];
        for (text, words) in cases {
            let error = place(&text).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert_eq!(error.kind().status(), 2, "{text}");
        }
    }
}
