//! The exact ARN of a role in IAM, as `AssumeRole` takes it.

use std::fmt;
use std::str::FromStr;

use super::arn::{is_account_id, is_partition, is_role_name};
use crate::error::{Error, Result};

/// A role in IAM: `arn:PARTITION:iam::ACCOUNT:role/[PATH/]NAME`.
///
/// Another type than [`RoleArn`](super::RoleArn), which stands for a permission set: this one keeps each byte, because
/// a role with a path is another role than the same name without it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IamRole {
    arn: String,
}

/// More characters than the ARN of a role has: STS takes no more.
const LONGEST: usize = 2048;

impl IamRole {
    /// The role of this name, without a path.
    #[must_use]
    pub fn new(partition: &str, account_id: &str, name: &str) -> Option<Self> {
        Self::parse(&format!("arn:{partition}:iam::{account_id}:role/{name}"))
    }

    fn parse(text: &str) -> Option<Self> {
        let (partition, account_id, path) = parts(text)?;
        let name = path.rsplit('/').next()?;
        let is_path = |path: &str| path.bytes().all(|byte| byte.is_ascii_graphic());
        let is_arn = is_partition(partition) && is_account_id(account_id) && is_role_name(name) && is_path(path);
        (is_arn && text.len() <= LONGEST).then(|| Self { arn: text.to_owned() })
    }

    /// The ARN, as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        parts(&self.arn).map_or("", |(partition, ..)| partition)
    }

    /// Twelve digits.
    #[must_use]
    pub fn account_id(&self) -> &str {
        parts(&self.arn).map_or("", |(_, account_id, _)| account_id)
    }

    /// Whether this is the ARN of a session of the role: `arn:PARTITION:sts::ACCOUNT:assumed-role/NAME/SESSION`.
    #[must_use]
    pub fn is_of_session(&self, arn: &str) -> bool {
        let session = || {
            let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":sts::")?;
            let (account_id, rest) = rest.split_once(":assumed-role/")?;
            let (name, session) = rest.split_once('/')?;
            Some((partition, account_id, name, session))
        };
        session().is_some_and(|(partition, account_id, name, session)| {
            (partition, account_id, name) == (self.partition(), self.account_id(), self.name()) && !session.is_empty()
        })
    }

    /// The name without its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }
}

/// The partition, the account's id, and the path with the name.
fn parts(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account_id, path) = rest.split_once(":role/")?;
    Some((partition, account_id, path))
}

impl fmt::Display for IamRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl fmt::Debug for IamRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl FromStr for IamRole {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text).ok_or_else(|| {
            Error::usage(format!("{text} is not the ARN of a role that can be assumed"))
                .with_remedy("write it like arn:aws:iam::123456789012:role/NAME, with the role's path if it has one")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_role_is_kept_byte_for_byte() {
        let cases = [
            ("arn:aws:iam::123456789012:role/Deploy", Some(("aws", "123456789012", "Deploy"))),
            ("arn:aws:iam::123456789012:role/team/a/Deploy", Some(("aws", "123456789012", "Deploy"))),
            ("arn:aws-cn:iam::012345678901:role/A+=,.@-_", Some(("aws-cn", "012345678901", "A+=,.@-_"))),
            ("arn:aws-us-gov:iam::123456789012:role/x:role/y", Some(("aws-us-gov", "123456789012", "y"))),
            (
                "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
                Some(("aws", "123456789012", "AWSReservedSSO_A_0123456789abcdef")),
            ),
            ("arn:aws:iam::12345678901:role/Deploy", None),
            ("arn:aws:iam::123456789012:role/", None),
            ("arn:aws:iam::123456789012:role/team/", None),
            ("arn:aws:iam::123456789012:role/a b", None),
            ("arn:aws:iam::123456789012:role/a b/c", None),
            ("arn:aws:iam::123456789012:user/Deploy", None),
            ("arn:aws:sts::123456789012:assumed-role/Deploy/me", None),
            ("arn:aws:iam:eu-west-1:123456789012:role/Deploy", None),
            ("arn:other:iam::123456789012:role/Deploy", None),
            (" arn:aws:iam::123456789012:role/Deploy", None),
            ("Deploy", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let role = text.parse::<IamRole>().ok();
            let found = role.as_ref().map(|role| (role.partition(), role.account_id(), role.name()));
            assert_eq!(found, expected, "{text}");
            assert!(role.is_none_or(|role| role.as_str() == text && role.to_string() == text));
        }
        assert!(format!("arn:aws:iam::123456789012:role/{}/x", "p".repeat(LONGEST)).parse::<IamRole>().is_err());
        let role: IamRole = "arn:aws:iam::123456789012:role/team/Deploy".parse().unwrap();
        assert!(role.is_of_session("arn:aws:sts::123456789012:assumed-role/Deploy/me"));
        for other in [
            "aws-cn:sts::123456789012:assumed-role/Deploy/me",
            "aws:sts::123456789013:assumed-role/Deploy/me",
            "aws:sts::123456789012:assumed-role/Deploy2/me",
            "aws:sts::123456789012:assumed-role/Deploy/",
            "",
        ] {
            assert!(!role.is_of_session(&format!("arn:{other}")), "{other}");
        }
        let named = IamRole::new("aws", "123456789012", "Deploy");
        assert_eq!(named.unwrap().as_str(), "arn:aws:iam::123456789012:role/Deploy");
        assert_eq!(IamRole::new("aws", "123456789012", "a b"), None);
    }
}
