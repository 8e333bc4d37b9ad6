//! The accounts and roles of the signed-in user.

use std::collections::HashSet;

use serde::Serialize;

use super::options::{Names, Options};

/// An AWS account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Up to 128 characters of any kind. The service leaves an empty name out of its response.
    pub name: String,
    /// The address of the account's root user.
    pub email: String,
    /// The names of the permission sets that are assigned to the user.
    pub roles: Vec<String>,
}

/// The accounts, in the order in which the service lists them.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) accounts: Vec<Account>,
    /// Accounts of the organization in which the user has no role.
    pub(super) unassigned: Vec<Account>,
}

impl Directory {
    pub(super) fn of(options: &Options, revoked: &HashSet<(String, String)>) -> Self {
        let account_names: &[&str] = match options.names {
            Names::Ordinary => &ORDINARY_ACCOUNTS,
            Names::Hostile => &HOSTILE_ACCOUNTS,
        };
        let role_names: &[&str] = match options.names {
            Names::Ordinary => &ORDINARY_ROLES,
            Names::Hostile => &HOSTILE_ROLES,
        };
        let account = |number: usize, roles: usize| {
            let id = account_id(number);
            let roles = (0..roles)
                .map(|role| name_of(role_names, role))
                .filter(|role| !revoked.contains(&(id.clone(), role.clone())))
                .collect();
            let name = match options.names {
                Names::Hostile if number == account_names.len() => "x".repeat(128),
                _ => name_of(account_names, number),
            };
            let renamed = options.renamed.iter().rfind(|(renamed, _)| *renamed == id);
            let name = renamed.map_or(name, |(_, name)| name.clone());
            let email = match options.names {
                Names::Ordinary => format!("aws+{number}@example.com"),
                Names::Hostile => format!("\"$(touch PWNED) '{number}\"@example.com"),
            };
            Account { id, name, email, roles }
        };
        let assigned = options.accounts;
        Self {
            accounts: (0..assigned).map(|number| account(number, options.roles)).collect(),
            unassigned: (assigned..assigned + options.unassigned).map(|number| account(number, 0)).collect(),
        }
    }

    /// All accounts of the organization, the management account first.
    pub(super) fn organization(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().chain(&self.unassigned)
    }

    /// Whether this is an account of the organization.
    pub(super) fn has(&self, id: &str) -> bool {
        self.organization().any(|account| account.id == id)
    }

    pub(super) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(super) fn permits(&self, account: &str, role: &str) -> bool {
        self.account(account).is_some_and(|account| account.roles.iter().any(|name| name == role))
    }
}

/// Distinct for every number below 10^12, since the factor and 10^12 are coprime. The first id has a leading zero,
/// which programs that read ids as numbers lose.
fn account_id(number: usize) -> String {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    format!("{:012}", number.wrapping_mul(73_856_093_017).wrapping_add(12_345_678_901) % 1_000_000_000_000)
}

fn name_of(names: &[&str], number: usize) -> String {
    match names.get(number) {
        Some(name) => (*name).to_owned(),
        None => format!("{}-{number:04}", names.first().copied().unwrap_or("name")),
    }
}

const ORDINARY_ACCOUNTS: [&str; 12] = [
    "payments-dev",
    "payments-prod",
    "Data Platform",
    "Sandbox",
    "shared-services",
    "log-archive",
    "Security Tooling",
    "web-staging",
    "web-prod",
    "Machine Learning",
    "network",
    "backup",
];

const ORDINARY_ROLES: [&str; 10] = [
    "AdministratorAccess",
    "ReadOnlyAccess",
    // The original tool strips the letters of "role/" from the start of these.
    "reader",
    "operator",
    "PowerUserAccess",
    "Billing",
    "DataEngineer",
    "SecurityAudit",
    "Deployer",
    "Support_L2",
];

const HOSTILE_ACCOUNTS: [&str; 40] = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "'; touch PWNED; #",
    "\\'; touch PWNED; #",
    "\"; touch PWNED; \"",
    "' \" ` $HOME %PATH% !!",
    "\u{2018}; touch PWNED; \u{2019}",
    "\u{201A}touch\u{201B}",
    "\u{201C}quoted\u{201D}",
    "two\nlines = here",
    "carriage\rreturn",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;owned\u{7}",
    "\u{9b}2J",
    "\u{202E}desrever\u{202C}",
    "zero\u{200B}width\u{FEFF}",
    "=ls",
    "~root",
    "-rf",
    "--help",
    "] [default",
    "a # comment",
    "a ; comment",
    "[profile x]",
    "R&D / EU",
    "../../etc/passwd",
    "C:\\Program Files\\AWS",
    "prod one",
    "prod-one",
    "prod/one",
    "PROD ONE",
    " leading and trailing ",
    "tab\there",
    "Größe & Söhne",
    "日本語アカウント",
    "👩‍💻 laptop",
    "*",
    "012345678901",
    "arn:aws:iam::012345678901:role/reader",
    "",
];

const HOSTILE_ROLES: [&str; 16] = [
    "reader",
    "operator",
    "=ls",
    "-rf",
    "a,b=c",
    "--help",
    "..",
    ".",
    "@me",
    "+x",
    "_",
    "role",
    "elor",
    "AWSReservedSSO_x",
    "a=b,c=d",
    "abcdefghijklmnopqrstuvwxyz=,.@-+",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::{is_account_id, is_role_name};

    #[test]
    fn names_stay_within_what_the_service_permits_and_are_distinct() {
        for names in [Names::Ordinary, Names::Hostile] {
            let options = Options { accounts: 2_000, roles: 50, names, ..Options::default() };
            let directory = Directory::of(&options, &HashSet::new());
            let ids: HashSet<_> = directory.accounts.iter().map(|account| &account.id).collect();
            let account_names: HashSet<_> = directory.accounts.iter().map(|account| &account.name).collect();
            assert_eq!((ids.len(), account_names.len()), (2_000, 2_000));
            for account in &directory.accounts {
                assert!(is_account_id(&account.id), "{account:?}");
                assert!(account.name.chars().count() <= 128, "{account:?}");
                let roles: HashSet<_> = account.roles.iter().collect();
                assert_eq!(roles.len(), 50);
                assert!(account.roles.iter().all(|role| is_role_name(role) && role.len() <= 32));
            }
        }
    }
}
