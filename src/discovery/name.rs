//! A name for every role's profile: legible to every SDK, and each name once.

use std::collections::{HashMap, HashSet};

use sha1_smol::Sha1;

use super::template::{Fields, Template};
use crate::aws_config::config::safe_name;
use crate::aws_config::directory::Directory;
use crate::inventory::{Account, Inventory};
use crate::role::RoleArn;

/// A role, and what its profile is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The profile.
    pub name: String,
    /// The role's account.
    pub account: &'a Account,
    /// The role.
    pub role: RoleArn,
}

/// Every role with its profile's name, sorted by it.
///
/// The names follow from the directory's accounts and roles alone, so that they are the same on every run and on every
/// machine. Where two roles would share one, each gets a few digits of its own; a role whose name needed no replacement
/// keeps it, if it is the only such one.
#[must_use]
pub fn names<'a>(inventory: &'a Inventory, directory: &Directory, template: &Template) -> Vec<Named<'a>> {
    let session = directory.session.as_deref().unwrap_or(&directory.name);
    let mut named: Vec<_> = inventory
        .roles()
        .map(|(account, role)| {
            let rendered = template.render(Fields {
                account_id: &account.id,
                account_name: &account.name,
                role: &role.role_name,
                session,
                email: &account.email,
            });
            let name = safe_name(&rendered);
            let is_exact = name == rendered;
            (Named { name, account, role }, is_exact)
        })
        .collect();

    let mut uses: HashMap<String, (usize, usize)> = HashMap::new();
    for (Named { name, .. }, is_exact) in &named {
        let (all, exact) = uses.entry(name.clone()).or_default();
        (*all, *exact) = (*all + 1, *exact + usize::from(*is_exact));
    }
    let keeps = |name: &str, is_exact: bool| {
        let (all, exact) = uses[name];
        // `default` is what programs use that name no profile: nobody means to change that by discovering.
        name != "default" && !name.is_empty() && (all == 1 || (is_exact && exact == 1))
    };
    let mut taken: HashSet<String> =
        named.iter().filter(|(named, exact)| keeps(&named.name, *exact)).map(|(named, _)| named.name.clone()).collect();
    for (named, is_exact) in &mut named {
        if !keeps(&named.name, *is_exact) {
            named.name = distinct(&named.name, &named.role, &taken);
            taken.insert(named.name.clone());
        }
    }
    let mut named: Vec<_> = named.into_iter().map(|(named, _)| named).collect();
    named.sort_by(|one, other| one.name.cmp(&other.name));
    named
}

/// The name with as many digits of the role's own as it takes.
fn distinct(name: &str, role: &RoleArn, taken: &HashSet<String>) -> String {
    let digest = Sha1::from(format!("{}/{}", role.account_id, role.role_name)).digest().to_string();
    let separator = if name.is_empty() { "" } else { "-" };
    (6..=digest.len())
        .map(|length| format!("{name}{separator}{}", &digest[..length]))
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| format!("{name}-{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(accounts: &[(&str, &str, &[&str])], template: &str) -> Vec<(String, String)> {
        let accounts: Vec<_> = accounts
            .iter()
            .map(|(id, name, roles)| serde_json::json!({ "id": id, "name": name, "email": "", "roles": roles }))
            .collect();
        let inventory: Inventory = serde_json::from_value(
            serde_json::json!({ "start_url": "https://x/start", "region": "us-east-1", "accounts": accounts }),
        )
        .unwrap();
        let directory = Directory {
            name: "dev".to_owned(),
            session: Some("corp".to_owned()),
            start_url: "https://x/start".to_owned(),
            region: "us-east-1".parse().unwrap(),
            scopes: Vec::new(),
        };
        names(&inventory, &directory, &template.parse().unwrap())
            .into_iter()
            .map(|named| (named.name, format!("{}/{}", named.account.id, named.role.role_name)))
            .collect()
    }

    const ONE: &str = "111111111111";
    const TWO: &str = "222222222222";

    #[test]
    fn names_are_legible_distinct_and_sorted() {
        let found = named(&[(ONE, "", &["a,b=c", "a-b-c", "reader"])], "{account_id}-{role}");
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.is_sorted());
        // The one that needed no replacement keeps its name.
        assert_eq!(found[0], (format!("{ONE}-a-b-c"), format!("{ONE}/a-b-c")));
        assert!(names[1].starts_with(&format!("{ONE}-a-b-c-")) && found[1].1 == format!("{ONE}/a,b=c"));
        assert_eq!(names[2], format!("{ONE}-reader"));
    }

    #[test]
    fn two_accounts_of_one_name_are_told_apart_the_same_way_whatever_else_there_is() {
        let template = "{account_name|slug}-{role}";
        let both = named(&[(ONE, "Prod", &["x"]), (TWO, "prod", &["x"])], template);
        assert_ne!(both[0].0, both[1].0);
        assert!(both.iter().all(|(name, _)| name.starts_with("prod-x-") && name.len() == "prod-x-".len() + 6));
        let more = named(&[(TWO, "prod", &["a", "x"]), (ONE, "Prod", &["x", "y"])], template);
        assert!(both.iter().all(|entry| more.contains(entry)), "{both:?} {more:?}");
    }

    #[test]
    fn no_profile_is_called_default_or_nothing() {
        let found = named(&[(ONE, "Default", &["x"])], "{account_name|lower}");
        assert!(found[0].0.starts_with("default-"), "{found:?}");
        let found = named(&[(ONE, "", &["x"])], "{role|trim_prefix:x}");
        assert_eq!(found[0].0.len(), 6, "{found:?}");
        assert_eq!(named(&[(ONE, "", &["x"])], "{session}-{role}")[0].0, "corp-x");
    }

    #[test]
    fn names_stay_distinct_where_one_looks_like_anothers_digits() {
        let digest = &Sha1::from(format!("{ONE}/a,b")).digest().to_string()[..6];
        let roles = ["a,b", "a=b", &format!("a-b-{digest}")];
        let found = named(&[(ONE, "", &roles)], "{role}");
        let names: HashSet<_> = found.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 3, "{found:?}");
        assert!(found.contains(&(format!("a-b-{digest}"), format!("{ONE}/a-b-{digest}"))), "{found:?}");
    }
}
