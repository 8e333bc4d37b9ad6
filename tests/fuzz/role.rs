//! Any text as a ROLE argument: a role that is read from it is written and read back as the same role.

use aws_sso::partition::PARTITIONS;
use aws_sso::role::{ConsolePage, RoleArn, RoleRef, is_role_name};

/// ROLE arguments of each kind.
#[allow(dead_code, reason = "for runs without a fuzzer, which finds its own")]
pub(super) const SEEDS: [&[u8]; 8] = [
    b"arn:aws:iam::123456789012:role/ReadOnlyAccess",
    b"arn:aws-cn:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_A_0123456789abcdef",
    b"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_A.b@c_0123456789abcdef/me@example.com",
    b"123456789012/A+b=c,d.e@f-g",
    b"Some account / x/Reader",
    b"arn:aws:lambda:eu-west-1:123456789012:function:x",
    b"https://123456789012-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1#x",
    b"https://corp.awsapps.com/start/#/console?account_id=123456789012&role_name=A&destination=https%3A%2F%2Fx",
];

/// Panics if it is not.
pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match text.parse::<RoleRef>() {
        Ok(RoleRef::Arn(arn)) => {
            assert!(is_account(&arn.account_id) && !arn.role_name.is_empty(), "{arn:?}");
            assert_eq!(arn.to_string().parse::<RoleArn>().as_ref(), Ok(&arn));
            assert_eq!(text.parse::<RoleArn>(), Ok(arn));
        }
        Ok(RoleRef::Id { account_id, role_name }) => {
            assert!(is_account(&account_id) && !role_name.is_empty());
            let again = format!("{account_id}/{role_name}").parse();
            assert_eq!(again, Ok(RoleRef::Id { account_id, role_name }));
        }
        Ok(RoleRef::AccountName { account_name, role_name }) => {
            assert!(!account_name.is_empty() && !role_name.is_empty());
        }
        Ok(RoleRef::Place(place)) => {
            assert!(is_account(&place.account_id), "{place:?}");
            assert!(place.role_name.is_none_or(|name| is_role_name(&name)), "{text}");
            // The region becomes part of exports, and of a host's name.
            let is_label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(place.region.is_none_or(|region| region.bytes().all(is_label)), "{text}");
            let read = |page: &str| PARTITIONS.iter().find_map(|console| ConsolePage::read(console.name, page).ok());
            let is_page = |page: &str| read(page).is_some_and(|read| read.address == page);
            assert!(place.page.is_none_or(|page| is_page(&page)), "{text}");
        }
        Ok(RoleRef::Name(name)) => assert!(!name.is_empty()),
        // The error is printed to a terminal.
        Err(error) => assert!(!error.report().chars().any(|c| c.is_control() && c != '\n')),
    }
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())
}
