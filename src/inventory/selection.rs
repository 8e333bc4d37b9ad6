//! Some of the accounts and roles, by patterns on their names.

use crate::identity_center::Account;

/// `--match` and `--exclude`.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    matches: Vec<Pattern>,
    excludes: Vec<Pattern>,
}

impl Selection {
    /// What any pattern of `matches` (all, where there is none) and none of `excludes` names.
    #[must_use]
    pub fn new(matches: &[String], excludes: &[String]) -> Self {
        let parse = |patterns: &[String]| patterns.iter().map(|text| Pattern::parse(text)).collect();
        Self { matches: parse(matches), excludes: parse(excludes) }
    }

    /// Whether it has this role.
    #[must_use]
    pub fn has(&self, account: &Account, role_name: &str) -> bool {
        let names = |pattern: &Pattern| pattern.names(account, role_name);
        (self.matches.is_empty() || self.matches.iter().any(names)) && !self.excludes.iter().any(names)
    }
}

/// A pattern: part of an account's name or id or of a role's name, or all of it with `*` and `?`; with a slash in it,
/// one for the account and one for the role. Case does not count.
#[derive(Clone, Debug)]
struct Pattern {
    whole: String,
    /// What stands before and after the last slash.
    parts: Option<(String, String)>,
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let whole = text.to_lowercase();
        let parts = whole.rsplit_once('/').map(|(account, role)| (account.to_owned(), role.to_owned()));
        Self { whole, parts }
    }

    fn names(&self, account: &Account, role_name: &str) -> bool {
        let is_account = |pattern: &str| fits(pattern, &account.name) || fits(pattern, &account.id);
        // An account's name may hold a slash too.
        is_account(&self.whole)
            || match &self.parts {
                Some((account, role)) => is_account(account) && fits(role, role_name),
                None => fits(&self.whole, role_name),
            }
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    if pattern.contains(['*', '?']) {
        let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        glob(&pattern, &text)
    } else {
        text.contains(pattern)
    }
}

/// Steps back to the last `*` only, so that no pattern takes more than the product of both lengths.
fn glob(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[from] => (at, from) = (at + 1, from + 1),
            _ => match &mut star {
                Some((star_at, star_from)) => {
                    *star_from += 1;
                    (at, from) = (*star_at + 1, *star_from);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_accounts_and_roles() {
        let account = Account {
            name: "Payments / Prod".to_owned(),
            id: "012345678901".to_owned(),
            email: "prod@example.com".to_owned(),
            roles: Vec::new(),
        };
        let cases = [
            ("prod", true),
            ("PAYMENTS", true),
            ("0123", true),
            ("reader", true),
            ("read", true),
            ("admin", false),
            // The e-mail address is no name.
            ("example", false),
            ("pay*", true),
            ("*prod", true),
            ("*pay", false),
            ("?eader", true),
            ("r*d*r", true),
            ("r*d*x", false),
            ("0123*", true),
            ("*", true),
            ("", true),
            ("prod/reader", true),
            ("prod/admin", false),
            ("dev/reader", false),
            ("/reader", true),
            ("prod/", true),
            ("0*/*er", true),
            ("payments / prod", true),
            ("payments / prod/reader", true),
            ("payments / prod/admin", false),
        ];
        let one = |pattern: &str| vec![pattern.to_owned()];
        for (pattern, expected) in cases {
            assert_eq!(Selection::new(&one(pattern), &[]).has(&account, "reader"), expected, "{pattern}");
            assert_eq!(Selection::new(&[], &one(pattern)).has(&account, "reader"), !expected, "{pattern}");
        }
        let both = Selection::new(&["dev".to_owned(), "prod".to_owned()], &one("*/admin"));
        assert!(both.has(&account, "reader") && !both.has(&account, "admin"));
        assert!(Selection::default().has(&account, "reader"));
    }

    #[test]
    fn a_pattern_of_many_stars_is_no_burden() {
        let account =
            Account { name: "a".repeat(128), id: "012345678901".to_owned(), email: String::new(), roles: Vec::new() };
        assert!(!Selection::new(&["*a".repeat(60) + "b"], &[]).has(&account, "reader"));
    }
}
