//! What a ROLE argument can be: an ARN, an account and a name, a place in AWS, a profile or an alias.

use std::str::FromStr;

use super::arn::{RoleArn, is_account_id, is_role_name};
use super::place::Place;
use crate::error::{Error, Result};

/// A ROLE argument, before anything is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRef {
    /// A role's ARN, in one of three forms.
    Arn(RoleArn),
    /// `123456789012/NAME`. The region of the Identity Center adds the partition, so no look-up is needed either.
    Id {
        /// Twelve digits.
        account_id: String,
        /// The permission set's name.
        role_name: String,
    },
    /// `ACCOUNT_NAME/NAME`, which the inventory resolves.
    AccountName {
        /// The account's name in Identity Center.
        account_name: String,
        /// The permission set's name.
        role_name: String,
    },
    /// A resource's ARN or a console address. It names the account, whose roles are offered.
    Place(Place),
    /// A profile of the AWS config or an alias of the settings.
    Name(String),
}

impl RoleRef {
    /// Whether this names the role by its account and name; `false` where only a look-up could tell.
    #[must_use]
    pub fn names(&self, role: &RoleArn) -> bool {
        self.is_role(&role.account_id, &role.role_name)
    }

    /// The same for a role that is given by its account's id and its name.
    #[must_use]
    pub(crate) fn is_role(&self, account_id: &str, role_name: &str) -> bool {
        match self {
            Self::Arn(arn) => arn.account_id == account_id && arn.role_name == role_name,
            Self::Id { account_id: id, role_name: name } => id == account_id && name == role_name,
            Self::AccountName { .. } | Self::Place(_) | Self::Name(_) => false,
        }
    }
}

impl RoleRef {
    /// `ACCOUNT/ROLE`, with the account's id or its name; `None` of a place, and of a profile or an alias.
    #[must_use]
    pub(crate) fn label(&self) -> Option<String> {
        match self {
            Self::Arn(arn) => Some(format!("{}/{}", arn.account_id, arn.role_name)),
            Self::Id { account_id: account, role_name } | Self::AccountName { account_name: account, role_name } => {
                Some(format!("{account}/{role_name}"))
            }
            Self::Place(_) | Self::Name(_) => None,
        }
    }

    /// `ACCOUNT:ROLE`, for a text that is neither a profile nor an alias, both of which may hold a colon.
    #[must_use]
    pub(crate) fn at_colon(text: &str) -> Option<Self> {
        let (account, role) = account_and_role(text)?;
        Some(Self::of_account(account, role))
    }

    /// The role of an account, which is given by its id or its name.
    #[must_use]
    pub(crate) fn of_account(account: &str, role_name: &str) -> Self {
        let role_name = role_name.to_owned();
        if is_account_id(account) {
            Self::Id { account_id: account.to_owned(), role_name }
        } else {
            Self::AccountName { account_name: account.to_owned(), role_name }
        }
    }
}

/// The account and the role of `ACCOUNT/ROLE` or `ACCOUNT:ROLE`.
///
/// Names of profiles and accounts may contain a slash and a colon. A role's name may not, so the last one counts.
#[must_use]
pub(crate) fn account_and_role(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once(['/', ':']).filter(|(account, role)| !account.is_empty() && is_role_name(role))
}

impl FromStr for RoleRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.starts_with("arn:") {
            return match RoleArn::parse(text) {
                Some(role) => Ok(Self::Arn(role)),
                None => Place::of_arn(text).map(Self::Place),
            };
        }
        if text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
            return Place::of_url(text).map(Self::Place);
        }
        // Names of profiles and accounts may contain a slash; a role's name may not, so the last slash counts.
        Ok(match text.rsplit_once('/') {
            Some((account, role)) if !account.is_empty() && is_role_name(role) => Self::of_account(account, role),
            _ if text.is_empty() => {
                return Err(Error::usage("the role is empty")
                    .with_remedy("name it as an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile or an alias"));
            }
            _ => Self::Name(text.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_by_account_and_name_or_by_a_profile() {
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
        // A colon divides too, but only a text that is no profile.
        for (text, expected) in [
            ("123456789012:Admin", Some(id("123456789012", "Admin"))),
            ("R&D / EU: x:Admin", Some(account("R&D / EU: x", "Admin"))),
            ("a/b:Admin", Some(account("a/b", "Admin"))),
            (":Admin", None),
            ("prod:", None),
            ("prod:a b", None),
            ("prod", None),
        ] {
            assert_eq!(RoleRef::at_colon(text), expected, "{text}");
            assert_eq!(text.parse::<RoleRef>().unwrap(), RoleRef::Name(text.to_owned()));
        }
        assert_eq!("a:b/Admin".parse::<RoleRef>().unwrap(), account("a:b", "Admin"));
        assert!("arn:aws:iam::1:role/x".parse::<RoleRef>().is_err());
    }

    #[test]
    fn an_arn_and_a_web_address_are_each_read_as_what_they_name() {
        let role = RoleArn::in_region("us-east-1", "123456789012", "Admin");
        assert_eq!("arn:aws:iam::123456789012:role/Admin".parse::<RoleRef>().unwrap(), RoleRef::Arn(role));
        for text in [
            "arn:aws:s3:eu-west-1:123456789012:accesspoint/x",
            "https://123456789012-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home",
        ] {
            let RoleRef::Place(place) = text.parse().unwrap() else { panic!("{text}") };
            assert_eq!((place.account_id.as_str(), place.region.as_deref()), ("123456789012", Some("eu-west-1")));
        }
        for text in ["arn:aws:s3:::bucket", "https://corp.awsapps.com/start/"] {
            assert!(text.parse::<RoleRef>().is_err(), "{text}");
        }
    }
}
