//! Selects accounts and roles by patterns on their names.

use super::account::Account;
use super::remembered::Inventory;
use crate::role::RoleArn;

/// `--match` and `--exclude`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    matches: Vec<Pattern>,
    excludes: Vec<Pattern>,
    /// `--exclude-missing-ok`
    excludes_may_be_absent: bool,
}

impl Selection {
    /// The roles that match any of `matches` (every role, where there is none) and none of `excludes`.
    #[must_use]
    pub(crate) fn new(matches: &[String], excludes: &[String]) -> Self {
        let parse = |patterns: &[String]| patterns.iter().map(|text| Pattern::parse(text)).collect();
        Self { matches: parse(matches), excludes: parse(excludes), excludes_may_be_absent: false }
    }

    /// The same, but an exclude may match nothing.
    #[must_use]
    pub(crate) fn with_absent_excludes(self, excludes_may_be_absent: bool) -> Self {
        Self { excludes_may_be_absent, ..self }
    }

    /// The patterns that have to match something, each after its option.
    pub(super) fn needed(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let excludes = if self.excludes_may_be_absent { &[][..] } else { &self.excludes };
        let matches = self.matches.iter().map(|pattern| ("--match", pattern));
        matches.chain(excludes.iter().map(|pattern| ("--exclude", pattern)))
    }

    /// The roles that match any of these.
    pub(super) fn of(patterns: impl Iterator<Item = Pattern>) -> Self {
        Self { matches: patterns.collect(), ..Self::default() }
    }

    /// The selected roles, in the order of the inventory.
    pub(crate) fn roles<'a>(&self, inventory: &'a Inventory) -> impl Iterator<Item = (&'a Account, RoleArn)> {
        inventory.accounts.iter().flat_map(move |account| {
            let selection = self.in_account(account);
            let selected = account.roles.iter().filter(move |role| selection.has(role));
            selected.map(move |role| (account, inventory.arn(account, role)))
        })
    }

    /// What is selected in an account. What depends on the account alone is decided here, once for all its roles.
    #[must_use]
    pub(crate) fn in_account(&self, account: &Account) -> RoleSelection<'_> {
        self.named(&account.name, &account.id)
    }

    /// The same for an account of this name and id.
    #[must_use]
    pub(crate) fn named(&self, name: &str, id: &str) -> RoleSelection<'_> {
        let name = name.to_lowercase();
        let mut selection = RoleSelection::default();
        if self.matches.is_empty() {
            selection.matches.push(EVERY_ROLE);
        }
        selection.matches.extend(self.matches.iter().filter_map(|pattern| pattern.in_account(&name, id)));
        selection.excludes.extend(self.excludes.iter().filter_map(|pattern| pattern.in_account(&name, id)));
        selection
    }
}

/// The pattern that every name contains.
const EVERY_ROLE: &str = "";

/// The roles that are selected in one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoleSelection<'a> {
    matches: Vec<&'a str>,
    excludes: Vec<&'a str>,
}

impl RoleSelection<'_> {
    /// Whether some role could be selected, whatever it is called.
    #[must_use]
    pub(crate) fn could_have_some(&self) -> bool {
        !self.matches.is_empty() && !self.excludes.iter().any(|pattern| is_every(pattern))
    }

    /// Whether this role is selected.
    #[must_use]
    pub(crate) fn has(&self, role_name: &str) -> bool {
        let role_name = role_name.to_lowercase();
        let fits_role = |pattern: &&str| fits(pattern, &role_name);
        self.matches.iter().any(fits_role) && !self.excludes.iter().any(fits_role)
    }
}

/// A pattern: a part of an account's name or id or of a role's name, or all of it with `*` and `?`. With a slash, or
/// else a colon, it is one pattern for the account and one for the role. Upper and lower case are the same.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// As it was typed.
    pub(super) text: String,
    /// In lower case, like its parts.
    whole: String,
    /// The parts before and after the last slash, or else the last colon.
    parts: Option<(String, String)>,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        let whole = text.to_lowercase();
        let parts = whole
            .rsplit_once('/')
            .or_else(|| whole.rsplit_once(':'))
            .map(|(account, role)| (account.to_owned(), role.to_owned()));
        Self { text: text.to_owned(), whole, parts }
    }

    /// Whether it says by a part of its own which accounts it is for.
    pub(super) fn names_accounts(&self) -> bool {
        self.parts.as_ref().is_some_and(|(account, _)| !is_every(account))
    }

    /// The pattern for the roles of an account; `None` where it matches none of them. `name` is in lower case.
    pub(super) fn in_account(&self, name: &str, id: &str) -> Option<&str> {
        let fits_account = |pattern: &str| fits(pattern, name) || fits(pattern, id);
        // The whole pattern comes first, because an account's name can contain a slash too.
        if fits_account(&self.whole) {
            return Some(EVERY_ROLE);
        }
        match &self.parts {
            Some((account, role)) if fits_account(account) => Some(role),
            Some(_) => None,
            None => Some(&self.whole),
        }
    }
}

/// Whether every name matches.
pub(super) fn is_every(pattern: &str) -> bool {
    pattern.bytes().all(|byte| byte == b'*')
}

/// Whether a pattern matches a text; both are in lower case.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    if pattern.contains(['*', '?']) { glob(pattern.as_bytes(), text.as_bytes()) } else { text.contains(pattern) }
}

/// Matches UTF-8 byte by byte; only `?` has to know where a character ends.
///
/// Where the text differs from the pattern, it goes back to the last `*` only and lets that one match a byte more. An
/// earlier `*` never has to match more, since the last one could match the same bytes. So the time is at most the
/// product of both lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                from += character_length(&text[from..]);
            }
            Some(byte) if *byte == text[from] => (at, from) = (at + 1, from + 1),
            _ => match &mut star {
                Some((star_at, star_from)) => {
                    *star_from += 1;
                    (at, from) = (*star_at + 1, *star_from);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// The bytes of the character that begins here.
fn character_length(text: &[u8]) -> usize {
    const CONTINUES: u8 = 0b1000_0000;
    const TOP_TWO_BITS: u8 = 0b1100_0000;
    1 + text.iter().skip(1).take_while(|byte| *byte & TOP_TWO_BITS == CONTINUES).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity_center;

    fn account(name: &str, email: &str) -> Account {
        let (name, id, email) = (name.to_owned(), "012345678901".to_owned(), email.to_owned());
        Account::new(identity_center::Account { name, id, email })
    }

    #[test]
    fn a_pattern_matches_accounts_and_roles() {
        let account = account("Payments / Prod", "prod@example.com");
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
            ("012345678901:read*", true),
            ("prod:admin", false),
        ];
        let one = |pattern: &str| vec![pattern.to_owned()];
        for (pattern, expected) in cases {
            assert_eq!(Selection::new(&one(pattern), &[]).in_account(&account).has("reader"), expected, "{pattern}");
            assert_eq!(Selection::new(&[], &one(pattern)).in_account(&account).has("reader"), !expected, "{pattern}");
        }
        let both = Selection::new(&["dev".to_owned(), "prod".to_owned()], &one("*/admin"));
        assert!(both.in_account(&account).has("reader") && !both.in_account(&account).has("admin"));
        assert!(Selection::default().in_account(&account).has("reader"));
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_long_time() {
        let account = account(&"a".repeat(128), "");
        assert!(!Selection::new(&["*a".repeat(60) + "b"], &[]).in_account(&account).has("reader"));
    }

    #[test]
    fn a_question_mark_is_one_character_however_many_bytes_it_has() {
        let account = account("Größe 日本", "");
        for (pattern, expected) in [
            ("gr??e*", true),
            ("gr???e*", false),
            ("* ??", true),
            ("* ???", false),
            ("*??本", true),
            ("GRÖSSE*", false),
            ("GRÖßE ?本", true),
            ("???????日本", false),
            ("??????日本", true),
        ] {
            let selection = Selection::new(&[pattern.to_owned()], &[]);
            assert_eq!(selection.in_account(&account).has("reader"), expected, "{pattern}");
        }
    }

    #[test]
    fn an_account_whose_roles_are_unknown_matters_if_some_name_could_be_selected() {
        let account = account("Payments / Prod", "");
        let all = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>();
        let cases: [(&[&str], &[&str], bool); 8] = [
            (&[], &[], true),
            (&["reader"], &[], true),
            (&["*prod/reader"], &[], true),
            (&["dev/reader"], &[], false),
            (&["dev/reader", "prod/x"], &[], true),
            (&["reader"], &["prod"], false),
            (&["reader"], &["*prod/*"], false),
            (&["reader"], &["*prod/admin"], true),
        ];
        for (matches, excludes, expected) in cases {
            let selection = Selection::new(&all(matches), &all(excludes));
            assert_eq!(selection.in_account(&account).could_have_some(), expected, "{matches:?} {excludes:?}");
        }
    }
}
