//! How a person or a program names a role.

mod place;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
pub use place::{Place, console_host, is_console_page, is_region};

/// An account's role in an Identity Center directory: `arn:PARTITION:iam::ACCOUNT:role/NAME`.
///
/// This is a local name for an account and a permission set; the role that AWS shows has a longer one,
/// `…:role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_HASH`. Both are read, as is the
/// assumed-role ARN that `sts get-caller-identity` answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleArn {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// Twelve digits.
    pub account_id: String,
    /// The permission set's name, as the portal's API takes it.
    pub role_name: String,
}

impl RoleArn {
    /// The ARN of a role in a directory whose region is `region`.
    #[must_use]
    pub fn in_region(region: &str, account_id: &str, role_name: &str) -> Self {
        Self {
            partition: partition_of(region).to_owned(),
            account_id: account_id.to_owned(),
            role_name: role_name.to_owned(),
        }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:iam::{}:role/{}", self.partition, self.account_id, self.role_name)
    }
}

impl FromStr for RoleArn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_arn(text).ok_or_else(|| {
            Error::usage(format!("{text} is not a role's ARN"))
                .with_remedy("a role looks like arn:aws:iam::123456789012:role/NAME")
        })
    }
}

/// A ROLE argument, before anything is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRef {
    /// An ARN in one of its three forms.
    Arn(RoleArn),
    /// `123456789012/NAME`: complete but for the partition, so it costs no look-up either.
    Id {
        /// Twelve digits.
        account_id: String,
        /// The permission set's name.
        role_name: String,
    },
    /// `ACCOUNT_NAME/NAME`, to be found in the inventory.
    AccountName {
        /// The account's name in the directory.
        account_name: String,
        /// The permission set's name.
        role_name: String,
    },
    /// A resource's ARN or a console address: it tells the account, whose roles are offered.
    Place(Place),
    /// A profile of the AWS config or an alias of the settings.
    Name(String),
}

impl RoleRef {
    /// Whether this names the role by its account and name.
    #[must_use]
    pub fn names(&self, role: &RoleArn) -> bool {
        match self {
            Self::Arn(arn) => arn.account_id == role.account_id && arn.role_name == role.role_name,
            Self::Id { account_id, role_name } => *account_id == role.account_id && *role_name == role.role_name,
            Self::AccountName { .. } | Self::Place(_) | Self::Name(_) => false,
        }
    }
}

impl FromStr for RoleRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.starts_with("arn:") {
            return match parse_arn(text) {
                Some(role) => Ok(Self::Arn(role)),
                None => Place::of_arn(text).map(Self::Place),
            };
        }
        if text.starts_with("https://") {
            return Place::of_url(text).map(Self::Place);
        }
        // A profile's name may hold a slash, an account's name too: the role's name is what follows the last one.
        Ok(match text.rsplit_once('/') {
            Some((account, role)) if is_account_id(account) && is_role_name(role) => {
                Self::Id { account_id: account.to_owned(), role_name: role.to_owned() }
            }
            Some((account, role)) if !account.is_empty() && is_role_name(role) => {
                Self::AccountName { account_name: account.to_owned(), role_name: role.to_owned() }
            }
            _ if text.is_empty() => {
                return Err(Error::usage("the role is empty")
                    .with_remedy("name it as an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile or an alias"));
            }
            _ => Self::Name(text.to_owned()),
        })
    }
}

/// The partition a region belongs to.
///
/// The prefixes are those of the SDKs' partition rules; what no prefix claims is the commercial partition.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

fn parse_arn(text: &str) -> Option<RoleArn> {
    let mut parts = text.splitn(6, ':');
    let ("arn", partition, service, "", account_id, resource) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?)
    else {
        return None;
    };
    let role_name = match service {
        "iam" => iam_role_name(resource.strip_prefix("role/")?)?,
        "sts" => {
            let (role, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
            (!session.is_empty()).then(|| permission_set(role).unwrap_or(role))?
        }
        _ => return None,
    };
    (is_partition(partition) && is_account_id(account_id) && is_role_name(role_name)).then(|| RoleArn {
        partition: partition.to_owned(),
        account_id: account_id.to_owned(),
        role_name: role_name.to_owned(),
    })
}

/// The permission set behind an IAM role: `NAME`, or `aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_HASH`.
fn iam_role_name(path: &str) -> Option<&str> {
    match path.strip_prefix("aws-reserved/sso.amazonaws.com/") {
        Some(reserved) => permission_set(reserved.rsplit('/').next()?),
        None => Some(permission_set(path).unwrap_or(path)),
    }
}

/// `NAME` of `AWSReservedSSO_NAME_0123456789abcdef`.
fn permission_set(role: &str) -> Option<&str> {
    let (name, hash) = role.strip_prefix("AWSReservedSSO_")?.rsplit_once('_')?;
    (hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then_some(name)
}

fn is_partition(text: &str) -> bool {
    (text == "aws" || text.starts_with("aws-"))
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Twelve digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// IAM's alphabet for a role's name; a permission set's is the same, shorter.
#[must_use]
pub fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_arn_names_the_permission_set() {
        let reserved = "role/aws-reserved/sso.amazonaws.com";
        let cases = [
            ("arn:aws:iam::123456789012:role/reader".to_owned(), Some(("aws", "reader"))),
            // The original cut leading letters of "role/" off these names.
            ("arn:aws:iam::123456789012:role/operator".to_owned(), Some(("aws", "operator"))),
            ("arn:aws-cn:iam::123456789012:role/A+=,.@-_".to_owned(), Some(("aws-cn", "A+=,.@-_"))),
            ("arn:aws-us-gov:iam::123456789012:role/Admin".to_owned(), Some(("aws-us-gov", "Admin"))),
            ("arn:aws-eusc:iam::123456789012:role/Admin".to_owned(), Some(("aws-eusc", "Admin"))),
            ("arn:aws-iso-b:iam::123456789012:role/Admin".to_owned(), Some(("aws-iso-b", "Admin"))),
            (
                format!("arn:aws:iam::123456789012:{reserved}/AWSReservedSSO_Data_Team_0123456789abcdef"),
                Some(("aws", "Data_Team")),
            ),
            (
                format!("arn:aws:iam::123456789012:{reserved}/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"),
                Some(("aws", "Admin")),
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me@example.com"
                    .to_owned(),
                Some(("aws", "Admin")),
            ),
            ("arn:aws:iam::12345678901:role/short".to_owned(), None),
            ("arn:aws:iam::123456789012:user/me".to_owned(), None),
            ("arn:aws:iam::123456789012:role/".to_owned(), None),
            ("arn:aws:iam::123456789012:role/a b".to_owned(), None),
            ("arn:aws:iam::123456789012:role/path/name".to_owned(), None),
            ("arn:aws:iam:us-east-1:123456789012:role/name".to_owned(), None),
            ("arn:aws:s3:::bucket".to_owned(), None),
            ("arn:aws:iam::123456789012:role/$(id)".to_owned(), None),
            ("arn:".to_owned(), None),
        ];
        for (text, expected) in cases {
            let parsed = text.parse::<RoleArn>().ok();
            let found = parsed.as_ref().map(|arn| (arn.partition.as_str(), arn.role_name.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_role_is_named_in_four_ways() {
        let id = |account: &str, role: &str| RoleRef::Id { account_id: account.to_owned(), role_name: role.to_owned() };
        let account = |account: &str, role: &str| RoleRef::AccountName {
            account_name: account.to_owned(),
            role_name: role.to_owned(),
        };
        let cases = [
            ("123456789012/Admin", id("123456789012", "Admin")),
            ("Payments/Admin", account("Payments", "Admin")),
            ("R&D / EU/Admin", account("R&D / EU", "Admin")),
            ("prod", RoleRef::Name("prod".to_owned())),
            ("team/", RoleRef::Name("team/".to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<RoleRef>().unwrap(), expected, "{text}");
        }
        assert!("".parse::<RoleRef>().is_err());
        assert!("arn:aws:iam::1:role/x".parse::<RoleRef>().is_err());
    }

    #[test]
    fn a_written_arn_reads_back() {
        for region in ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1"] {
            let arn = RoleArn::in_region(region, "012345678901", "Reader");
            assert_eq!(arn.to_string().parse::<RoleArn>().unwrap(), arn);
        }
    }
}
