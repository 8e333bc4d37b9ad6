//! A name for the profile of every role: each SDK can read it, each shell takes it without quotes, and no two are the
//! same.

use std::collections::{HashMap, HashSet};

use sha1_smol::Sha1;

use super::held::Held;
use super::template::{Fields, Rendered, Template};
use super::typable::{typable, with_dashes};
use crate::aws_config::directory::Directory;
use crate::aws_config::line::is_legible;
use crate::inventory::{Account, Inventory};
use crate::role::{RoleArn, RoleRef};

/// A role, and the name of its profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// The name of the profile.
    pub name: String,
    /// The account of the role.
    pub account: &'a Account,
    /// The role.
    pub role: RoleArn,
}

/// Every role with the name of its profile, sorted by name.
///
/// A name that a profile has is never given to another role: scripts use it. Where two roles would have the same name,
/// each gets a few digits of its own. One role can keep the name: the one that has it already, or else the only one
/// whose name had no character to be replaced. Without profiles, a name depends on the accounts and roles alone, so it
/// is the same on every machine.
pub(super) fn names<'a>(
    inventory: &'a Inventory,
    directory: &Directory,
    template: &Template,
    held: &Held<'_>,
) -> Vec<Named<'a>> {
    let session = directory.session.as_deref().unwrap_or(&directory.name);
    let mut all = Vec::new();
    let mut uses: HashMap<String, Uses> = HashMap::new();
    for (account, role) in inventory.roles() {
        let Rendered { name: rendered, is_exact } = template.render(Fields {
            account_id: &account.id,
            account_name: &account.name,
            // A role that is assumed may have a path.
            role: role.role_name.rsplit('/').next().unwrap_or_default(),
            session,
            email: &account.email,
        });
        let name = profile_name(&rendered, &role);
        let is_exact = is_exact && name == rendered;
        let uses = uses.entry(name.clone()).or_default();
        uses.all += 1;
        uses.exact += usize::from(is_exact);
        all.push((Named { name, account, role }, is_exact));
    }
    for (named, _) in &mut all {
        if let Some(name) = held.kept(&named.account.name, &named.role) {
            named.name = name.to_owned();
            continue;
        }
        // It has got its digits in an earlier run.
        let has_digits = |name: &&str| is_distinct(name, &named.name, &named.role);
        if !held.by(&named.name).is_some_and(|holder| holder.is(&named.role))
            && let Some(name) = held.names_of(&named.role).find(has_digits)
        {
            named.name = name.to_owned();
        }
    }
    let keeps_name = |Named { name, role, .. }: &Named<'_>, is_exact: bool| {
        if let Some(holder) = held.by(name) {
            return holder.is(role) && !is_special(name);
        }
        let Uses { all, exact } = uses.get(name).copied().unwrap_or_default();
        !is_special(name) && !held.is_reserved(name) && (all == 1 || (is_exact && exact == 1))
    };
    let (mut named, clashing): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(named, is_exact)| keeps_name(named, *is_exact));
    // All kept names are taken before the first one gets digits: a kept name may look like another one with digits.
    let mut taken: HashSet<String> = named.iter().map(|(named, _)| named.name.clone()).collect();
    for (mut clash, is_exact) in clashing {
        let is_free = |name: &str| {
            !taken.contains(name)
                && held.by(name).map_or_else(|| !held.is_reserved(name), |holder| holder.is(&clash.role))
        };
        clash.name = distinct(&clash.name, &clash.role, is_free);
        taken.insert(clash.name.clone());
        named.push((clash, is_exact));
    }
    let mut named: Vec<_> = named.into_iter().map(|(named, _)| named).collect();
    named.sort_by(|one, other| one.name.cmp(&other.name));
    named
}

/// What the profiles would be called in a config without any.
pub(crate) fn sample(inventory: &Inventory, directory: &Directory, template: &Template) -> Vec<String> {
    let named = names(inventory, directory, template, &Held::default());
    named.into_iter().map(|named| named.name).collect()
}

/// Programs that name no profile use `default`. Discovery must not change what they get. The SDK for JavaScript refuses
/// a file with a profile `__proto__`.
fn is_special(name: &str) -> bool {
    matches!(name, "default" | "__proto__")
}

/// The name for this role's profile that is most like the rendered one. Where nothing is left of that, it is the
/// account's id.
fn profile_name(rendered: &str, role: &RoleArn) -> String {
    let name = typable(rendered);
    let name = if means_another(&name, role) {
        with_dashes(&name, |letter| is_legible(letter) && !matches!(letter, '/' | ':'))
    } else {
        name
    };
    if name.is_empty() { role.account_id.clone() } else { name }
}

/// Whether our verbs would read a name as an ARN, an address or an account's id with a role, and so take another role
/// than SDKs, which read the profile.
fn means_another(name: &str, role: &RoleArn) -> bool {
    match name.parse() {
        Ok(RoleRef::Name(_) | RoleRef::AccountName { .. }) => false,
        Ok(reference) => !reference.names(role),
        Err(_) => true,
    }
}

/// How many roles a rendered name belongs to.
#[derive(Clone, Copy, Default)]
struct Uses {
    all: usize,
    /// Of these, the ones whose name had no character to be replaced.
    exact: usize,
}

/// The name with as many digits of the role's digest as make it unique.
fn distinct(name: &str, role: &RoleArn, is_free: impl Fn(&str) -> bool) -> String {
    let (name, digest) = (without_dash(name), digest(role));
    (FEWEST_DIGITS..=digest.len())
        .map(|length| format!("{name}-{}", &digest[..length]))
        .find(|name| is_free(name))
        .unwrap_or_else(|| format!("{name}-{digest}"))
}

/// Whether this is that name with digits of the role's digest.
fn is_distinct(candidate: &str, name: &str, role: &RoleArn) -> bool {
    let digits = candidate.strip_prefix(without_dash(name)).and_then(|digits| digits.strip_prefix('-'));
    digits.is_some_and(|digits| digits.len() >= FEWEST_DIGITS && digest(role).starts_with(digits))
}

const FEWEST_DIGITS: usize = 6;

fn digest(role: &RoleArn) -> String {
    Sha1::from(format!("{}/{}", role.account_id, role.role_name)).digest().to_string()
}

/// The digits bring a dash of their own.
fn without_dash(name: &str) -> &str {
    name.strip_suffix('-').unwrap_or(name)
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
            redirect_port: None,
        };
        names(&inventory, &directory, &template.parse().unwrap(), &Held::default())
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
        // The name without a replaced character stays.
        assert_eq!(found[0], (format!("{ONE}-a-b-c"), format!("{ONE}/a-b-c")));
        assert!(names[1].starts_with(&format!("{ONE}-a-b-c-")) && found[1].1 == format!("{ONE}/a,b=c"));
        assert_eq!(names[2], format!("{ONE}-reader"));
    }

    #[test]
    fn two_accounts_of_one_name_get_the_same_digits_whatever_other_roles_there_are() {
        let template = "{account_name|slug}-{role}";
        let both = named(&[(ONE, "Prod", &["x"]), (TWO, "prod", &["x"])], template);
        assert_ne!(both[0].0, both[1].0);
        assert!(both.iter().all(|(name, _)| name.starts_with("prod-x-") && name.len() == "prod-x-".len() + 6));
        let more = named(&[(TWO, "prod", &["a", "x"]), (ONE, "Prod", &["x", "y"])], template);
        assert!(both.iter().all(|entry| more.contains(entry)), "{both:?} {more:?}");
    }

    #[test]
    fn no_profile_has_the_name_default_or_an_empty_name() {
        let found = named(&[(ONE, "Default", &["x"])], "{account_name|lower}");
        assert!(found[0].0.starts_with("default-"), "{found:?}");
        assert!(named(&[(ONE, "__proto__", &["x"])], "{account_name}")[0].0.starts_with("__proto__-"));
        assert_eq!(named(&[(ONE, "", &["x"])], "{role|trim_prefix:x}")[0].0, ONE);
        assert_eq!(named(&[(ONE, "", &["x"])], "{session}-{role}")[0].0, "corp-x");
    }

    #[test]
    fn a_name_can_be_typed_and_stays_distinct() {
        let template = "{account_name}-{role}";
        assert_eq!(named(&[(ONE, "[Dev] web", &["x"])], template)[0].0, "Dev-web-x");
        assert_eq!(named(&[(ONE, "日本", &["x"])], template)[0].0, format!("{ONE}-x"));
        assert_eq!(named(&[(ONE, "", &["=", "x"])], "{role}")[0].0, ONE);
        // The account that is called so keeps its name.
        let found = named(&[(ONE, "[Dev] web", &["x"]), (TWO, "Dev-web", &["x"])], template);
        assert!(found[0] == ("Dev-web-x".to_owned(), format!("{TWO}/x")) && found[1].0.starts_with("Dev-web-x-"));
        let found = named(&[(ONE, "web]", &["x"]), (TWO, "web)", &["x"])], "{account_name}");
        assert!(found.iter().all(|(name, _)| name.starts_with("web-") && name.len() == "web-".len() + 6), "{found:?}");
    }

    #[test]
    fn a_name_means_no_other_role() {
        let cases = [
            ("arn:aws:iam::222222222222:role/", "arn-aws-iam-222222222222-role-x"),
            ("arn:aws:iam::111111111111:role/", "arn:aws:iam::111111111111:role/x"),
            ("https://console.aws.amazon.com/", "https-console.aws.amazon.com-x"),
            ("222222222222/", "222222222222-x"),
            ("111111111111/", "111111111111/x"),
            ("team/", "team/x"),
        ];
        for (account, expected) in cases {
            assert_eq!(named(&[(ONE, account, &["x"])], "{account_name}{role}")[0].0, expected);
        }
    }

    #[test]
    fn names_are_distinct_where_one_looks_like_another_with_digits() {
        let digest = &Sha1::from(format!("{ONE}/a,b")).digest().to_string()[..6];
        let roles = ["a,b", "a=b", &format!("a-b-{digest}")];
        let found = named(&[(ONE, "", &roles)], "{role}");
        let names: HashSet<_> = found.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 3, "{found:?}");
        assert!(found.contains(&(format!("a-b-{digest}"), format!("{ONE}/a-b-{digest}"))), "{found:?}");
    }
}
