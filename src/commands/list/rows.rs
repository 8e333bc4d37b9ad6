//! The roles that are listed, and their order.

use serde::Serialize;

use crate::context::chained::ChainedProfile;
use crate::context::lists::Listed;
use crate::context::row_profiles::Profiles;
use crate::context::words::Words;
use crate::inventory::{Account, Selection};
use crate::suggest::by_name;

/// One role, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedRole<'a> {
    pub(super) account_id: &'a str,
    pub(super) account_name: &'a str,
    email_address: &'a str,
    pub(super) role_name: &'a str,
    role_arn: String,
    pub(super) sso_session: &'a str,
    /// The role as a table shows it, with the profile by which it is assumed.
    #[serde(skip)]
    pub(super) assumed: Option<String>,
}

pub(super) const COLUMNS: [&str; 6] = ["accountId", "accountName", "emailAddress", "roleName", "roleArn", "ssoSession"];

impl ListedRole<'_> {
    pub(super) fn fields(&self) -> [&str; 6] {
        let Self { account_id, account_name, email_address, role_name, role_arn, sso_session, .. } = self;
        [account_id, account_name, email_address, role_name, role_arn, sso_session]
    }
}

/// Which roles are listed.
pub(super) struct Wanted<'a> {
    pub(super) selection: &'a Selection,
    pub(super) words: &'a Words,
    /// For words that are in the name of a role's profile.
    pub(super) profiles: Option<&'a Profiles>,
}

/// The roles that are wanted, by account and then by role. Upper and lower case make no difference to the order.
pub(super) fn rows<'a>(lists: &'a [Listed], wanted: &Wanted<'_>) -> Vec<ListedRole<'a>> {
    let of_list = |(number, listed): (usize, &'a Listed)| {
        listed.inventory.accounts.iter().map(move |account| (number, listed, account))
    };
    let mut accounts: Vec<_> = lists.iter().enumerate().flat_map(of_list).collect();
    accounts.sort_by(|(_, _, one), (_, _, other)| by_name(&one.name, &other.name).then_with(|| one.id.cmp(&other.id)));
    accounts.into_iter().flat_map(|(number, listed, account)| of_account(number, listed, account, wanted)).collect()
}

fn of_account<'a>(list: usize, listed: &'a Listed, account: &'a Account, wanted: &Wanted<'_>) -> Vec<ListedRole<'a>> {
    let selection = wanted.selection.in_account(account);
    let mut roles: Vec<_> = account.roles.iter().filter(|role| selection.has(role)).collect();
    roles.retain(|role| wanted.words.is_empty() || wanted.words.are_in(&searched(list, listed, account, role, wanted)));
    roles.sort_by(|one, other| by_name(one, other));
    let row = |role: &'a String| ListedRole {
        account_id: &account.id,
        account_name: &account.name,
        email_address: &account.email,
        role_arn: listed.inventory.arn(account, role).to_string(),
        role_name: role,
        sso_session: &listed.directory.name,
        assumed: None,
    };
    roles.into_iter().map(row).collect()
}

/// The roles that profiles assume, as rows below the others.
pub(super) fn of_chained<'a>(
    chained: &'a [ChainedProfile],
    lists: &'a [Listed],
    wanted: &Wanted<'_>,
) -> Vec<ListedRole<'a>> {
    let row = |chained: &'a ChainedProfile| ListedRole {
        account_id: chained.role.account_id(),
        account_name: &chained.account_name,
        email_address: "",
        role_name: chained.role.name(),
        role_arn: chained.role.to_string(),
        sso_session: chained.list.map_or("", |list| &lists[list].directory.name),
        assumed: Some(format!("{} (profile {} via {})", chained.role.name(), chained.profile, chained.via)),
    };
    let searched = |row: &ListedRole<'_>| {
        let ListedRole { account_id: id, account_name: name, role_name: role, sso_session, .. } = row;
        format!("{} {sso_session} {}", written(name, id, role), row.assumed.as_deref().unwrap_or_default())
    };
    let Wanted { selection, words, .. } = *wanted;
    let is_selected = |chained: &&ChainedProfile| {
        let ChainedProfile { role, account_name, .. } = chained;
        selection.named(account_name, role.account_id()).has(role.name())
    };
    let rows = chained.iter().filter(is_selected).map(row);
    rows.filter(|row| words.is_empty() || words.are_in(&searched(row))).collect()
}

/// What words are looked for in: the names that the picker shows, and the ways to write the role.
fn searched(list: usize, listed: &Listed, account: &Account, role: &str, wanted: &Wanted<'_>) -> String {
    let profile = wanted.profiles.and_then(|profiles| profiles.get(list, &account.id, role)).unwrap_or_default();
    let Account { name, id, .. } = account;
    format!("{} {} {profile}", written(name, id, role), listed.directory.name)
}

/// The ways to write a role by its account.
fn written(account_name: &str, account_id: &str, role: &str) -> String {
    format!("{account_name}/{role} {account_id}/{role} {account_name}:{role} {account_id}:{role}")
}
