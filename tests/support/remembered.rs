//! A user with a remembered list of accounts and roles, and what may happen to that list.

use aws_sso::sandbox::{Account, Options, Sandbox};
use serde_json::Value;

use super::process::Invocation;
use super::user::User;

pub const DAY: i64 = 86_400;

/// A user whose list is remembered.
pub fn remembered(options: Options) -> User {
    let user = User::signed_in(options);
    let _ = user.aws_sso("list").run().success().quiet();
    user.sandbox.clear_log();
    user
}

pub fn three() -> Options {
    Options { accounts: 3, ..Options::default() }
}

/// Accounts by number, with these names.
pub fn called(names: &[&str]) -> Options {
    let options = Options { accounts: names.len(), ..Options::default() };
    let accounts = Sandbox::start(options.clone()).unwrap().accounts();
    let renamed = accounts.into_iter().zip(names).map(|(account, name)| (account.id, (*name).to_owned())).collect();
    Options { renamed, ..options }
}

/// Requests are sent once, so that a test does not wait for repetitions.
pub fn once(user: &User, line: &str) -> Invocation {
    user.aws_sso(line).env("AWS_MAX_ATTEMPTS", "1")
}

pub fn match_readers(user: &User) -> Invocation {
    user.exec("--match */reader", &["true"]).env("AWS_MAX_ATTEMPTS", "1")
}

pub fn file(user: &User) -> String {
    let names = user.home.list(".cache/aws-sso");
    let name = names.iter().find(|name| name.starts_with("inventory-")).unwrap();
    format!(".cache/aws-sso/{name}")
}

/// Changes the remembered list, as time or an earlier version would have left it.
pub fn edit(user: &User, change: impl FnOnce(&mut Value)) {
    let path = file(user);
    let mut list: Value = serde_json::from_str(&user.home.read(&path)).unwrap();
    change(&mut list);
    user.home.write(path, list.to_string());
}

/// Makes the list so many seconds old.
pub fn age(user: &User, seconds: i64) {
    edit(user, |list| {
        list["fetched_at"] = (list["fetched_at"].as_i64().unwrap() - seconds).into();
        for account in list["accounts"].as_array_mut().unwrap() {
            if let Some(at) = account["listed_at"].as_i64() {
                account["listed_at"] = (at - seconds).into();
            }
        }
    });
}

/// How often accounts and role lists were asked for since the last call.
pub fn asked(user: &User) -> (usize, usize) {
    let counts = (user.sandbox.count("ListAccounts"), user.sandbox.count("ListAccountRoles"));
    user.sandbox.clear_log();
    counts
}

pub fn break_account(user: &User, number: usize) -> Account {
    let account = user.sandbox.accounts()[number].clone();
    user.sandbox.update(|options| options.broken_accounts = vec![account.id.clone()]);
    account
}
