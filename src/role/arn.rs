//! ARNs of roles, and what an account id and a role's name look like.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::partition::Partition;

/// A role of Identity Center in an account: `arn:PARTITION:iam::ACCOUNT:role/NAME`.
///
/// This is our name for an account and a permission set. AWS's own name for the role is longer,
/// `…:role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_HASH`. Both are read, as is the
/// assumed-role ARN that `sts get-caller-identity` prints.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleArn {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// Twelve digits.
    pub account_id: String,
    /// The permission set's name, as the portal's API takes it.
    pub role_name: String,
}

/// What to do about an ARN that is not one.
pub(super) const ARN_REMEDY: &str = "write a role's ARN like arn:aws:iam::123456789012:role/NAME";

impl RoleArn {
    /// The ARN of a role, where `region` is that of its Identity Center.
    #[must_use]
    pub fn in_region(region: &str, account_id: &str, role_name: &str) -> Self {
        Self {
            partition: Partition::of_region(region).name.to_owned(),
            account_id: account_id.to_owned(),
            role_name: role_name.to_owned(),
        }
    }

    /// Reads any of the three forms.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let ("arn", partition, service, "", account_id, resource) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?)
        else {
            return None;
        };
        let role_name = match service {
            "iam" => name_of_iam_role(resource.strip_prefix("role/")?)?,
            "sts" => {
                let (role, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
                if session.is_empty() {
                    return None;
                }
                permission_set(role).unwrap_or(role)
            }
            _ => return None,
        };
        (is_partition(partition) && is_account_id(account_id) && is_role_name(role_name)).then(|| Self {
            partition: partition.to_owned(),
            account_id: account_id.to_owned(),
            role_name: role_name.to_owned(),
        })
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
        Self::parse(text).ok_or_else(|| Error::usage(format!("{text} is not a role's ARN")).with_remedy(ARN_REMEDY))
    }
}

/// The permission set of `NAME`, or of `aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_HASH`.
fn name_of_iam_role(path: &str) -> Option<&str> {
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

/// Whether this may be a partition's name; ARNs may have one that is newer than this program.
pub(super) fn is_partition(text: &str) -> bool {
    (text == "aws" || text.starts_with("aws-"))
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether the text is twelve digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether IAM allows the text as a role's name. Permission sets may use the same characters, but fewer of them.
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
            // The original tool stripped the letters of "role/" from the start of these names.
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
    fn a_written_arn_reads_back() {
        for region in ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1"] {
            let arn = RoleArn::in_region(region, "012345678901", "Reader");
            assert_eq!(arn.to_string().parse::<RoleArn>().unwrap(), arn);
        }
    }
}
