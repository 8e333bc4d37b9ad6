//! The portal: who gets which accounts, roles and credentials.

use std::time::Duration;

use aws_sso::sandbox::{Names, Options, Sandbox};

use crate::support::service::{automatic, outcome, portal, sign_in};

#[tokio::test]
async fn lists_come_in_pages() {
    let sandbox = Sandbox::start(Options { accounts: 205, roles: 101, ..automatic() }).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    let portal = portal(&sandbox);
    for (size, pages) in [(None, 11), (Some(100), 3), (Some(1), 205)] {
        let mut found = Vec::new();
        let mut asked = 0;
        let mut next = None;
        loop {
            asked += 1;
            let page = portal.list_accounts().access_token(&token).set_max_results(size).set_next_token(next);
            let page = page.send().await.unwrap();
            found.extend(page.account_list.unwrap());
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(asked, pages, "{size:?}");
        let ids: Vec<_> = found.iter().map(|account| account.account_id().unwrap().to_owned()).collect();
        let expected: Vec<_> = sandbox.accounts().into_iter().map(|account| account.id).collect();
        assert_eq!(ids, expected, "{size:?}");
    }
    let account = sandbox.accounts().swap_remove(7);
    let roles = portal.list_account_roles().access_token(&token).account_id(&account.id).max_results(100);
    let page = roles.clone().send().await.unwrap();
    let last = roles.set_next_token(page.next_token).send().await.unwrap();
    let found: Vec<_> = page.role_list.unwrap().into_iter().chain(last.role_list.unwrap()).collect();
    assert_eq!(found.iter().map(|role| role.role_name().unwrap()).collect::<Vec<_>>(), account.roles);
    assert_eq!(last.next_token, None);
}

#[tokio::test]
async fn a_page_has_at_most_a_hundred_items_and_a_token_of_its_own_list() {
    let sandbox = Sandbox::start(Options { accounts: 30, roles: 30, ..automatic() }).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    let portal = portal(&sandbox);
    let list = || portal.list_accounts().access_token(&token);
    for (size, expected) in [(0, "InvalidRequestException"), (1, "ok"), (100, "ok"), (101, "InvalidRequestException")] {
        assert_eq!(outcome(&list().max_results(size).send().await), expected, "{size}");
    }
    let of_accounts = list().send().await.unwrap().next_token.unwrap();
    let account = &sandbox.accounts()[0].id;
    let roles = portal.list_account_roles().access_token(&token).account_id(account).next_token(of_accounts);
    assert_eq!(outcome(&roles.send().await), "InvalidRequestException");
}

#[tokio::test]
async fn only_assigned_roles_yield_credentials() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    let account = sandbox.accounts().swap_remove(0);
    let role = account.roles[0].clone();
    let ask = async |token: &str, account: &str, role: &str| {
        let request = portal(&sandbox).get_role_credentials().access_token(token);
        outcome(&request.account_id(account).role_name(role).send().await)
    };
    let cases = [
        (token.as_str(), account.id.as_str(), role.as_str(), "ok"),
        (&token, &account.id, "NoSuchRole", "ForbiddenException"),
        (&token, "999999999999", &role, "ForbiddenException"),
        ("wrong", &account.id, &role, "UnauthorizedException"),
    ];
    for (token, account, role, expected) in cases {
        assert_eq!(ask(token, account, role).await, expected, "{account} {role}");
    }
    sandbox.revoke_role(&account.id, &role);
    assert_eq!(ask(&token, &account.id, &role).await, "ForbiddenException");
    assert!(!sandbox.accounts()[0].roles.contains(&role));
    sandbox.restore_role(&account.id, &role);
    assert_eq!(ask(&token, &account.id, &role).await, "ok");

    let last = sandbox.requests().pop().unwrap();
    assert_eq!((last.operation.as_str(), last.path.as_str()), ("GetRoleCredentials", "/federation/credentials"));
    assert_eq!((last.account, last.role, last.status), (Some(account.id), Some(role), Some(200)));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_at_logout_and_at_revocation() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let list = async |token: &str| outcome(&portal(&sandbox).list_accounts().access_token(token).send().await);
    let token = async || sign_in(&sandbox).await.1.access_token.unwrap();

    let (first, second) = (token().await, token().await);
    portal(&sandbox).logout().access_token(&first).send().await.unwrap();
    assert_eq!([list(&first).await, list(&second).await], ["UnauthorizedException", "ok"]);

    sandbox.revoke_sessions();
    assert_eq!(list(&second).await, "UnauthorizedException");

    let third = token().await;
    sandbox.update(|options| options.revoke_after = Some(2));
    let answers = [list(&third).await, list(&third).await, list(&third).await];
    assert_eq!(answers, ["ok", "ok", "UnauthorizedException"]);

    sandbox.update(|options| options.token_lifetime = Duration::ZERO);
    assert_eq!(list(&token().await).await, "UnauthorizedException");
}

#[tokio::test]
async fn hostile_names_arrive_as_they_are() {
    let sandbox = Sandbox::start(Options { accounts: 41, roles: 16, names: Names::Hostile, ..automatic() }).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    let page = portal(&sandbox).list_accounts().access_token(&token).max_results(100).send().await.unwrap();
    let found: Vec<_> = page.account_list().iter().map(|account| account.account_name().unwrap_or_default()).collect();
    let accounts = sandbox.accounts();
    assert_eq!(found, accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>());
    for expected in ["$(touch PWNED)", "two\nlines = here", "\u{1b}[31mred\u{1b}[0m", "=ls", "-rf", ""] {
        assert!(found.contains(&expected), "{expected:?}");
    }
    for role in ["reader", "operator", "=ls", "-rf", "a,b=c"] {
        let asked = portal(&sandbox).get_role_credentials().access_token(&token);
        let answer = asked.account_id(&accounts[0].id).role_name(role).send().await;
        assert_eq!(outcome(&answer), "ok", "{role}");
        assert_eq!(sandbox.requests().pop().unwrap().role.as_deref(), Some(role));
    }
}
