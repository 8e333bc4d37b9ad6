//! A name that the list lacks, a role that the service refuses, and many processes at once.

use std::time::Duration;

use aws_sso::sandbox::Options;
use serde_json::json;

use crate::support::process::Running;
use crate::support::remembered::{DAY, age, asked, break_account, edit, once, remembered, three};
use crate::support::user::User;

#[test]
fn a_name_that_is_not_in_the_list_is_asked_for_once() {
    let user = remembered(three());
    user.sandbox.update(|options| options.accounts = 4);
    let new = user.sandbox.accounts()[3].clone();
    let _ = user.exec(&format!("{}/reader", new.name), &["true"]).run().success();
    assert_eq!(asked(&user), (1, 1));
    user.sandbox.update(|options| options.accounts = 5);
    let place = format!("arn:aws:lambda:eu-west-1:{}:function:x", user.sandbox.accounts()[4].id);
    let _ = user.exec(&place, &["true"]).run().status(2).complains("you have 4 roles in the account");
    assert_eq!(asked(&user), (1, 1));
    // A new role of an account that the list has.
    user.sandbox.update(|options| options.roles = 5);
    let _ = user.exec(&format!("{}/PowerUserAccess", new.name), &["true"]).run().success();
    assert_eq!(asked(&user), (1, 1));

    let absent = [
        ("payments-dve/reader", "there is no account called payments-dve", "did you mean payments-dev/reader?", 0),
        ("nothing-like-it/reader", "there is no account called nothing-like-it", "aws-sso list", 0),
        ("payments-dev/readr", "the account payments-dev has no role readr", "/reader", 1),
    ];
    for (role, what, remedy, roles) in absent {
        let _ = user.exec(role, &["true"]).run().status(4).complains(what).complains(remedy);
        assert_eq!(asked(&user), (1, roles), "{role}");
        // For a moment the answer is remembered.
        let crowd: Vec<_> = (0..20).map(|_| user.exec(role, &["true"]).start()).collect();
        for output in crowd.into_iter().map(Running::finish) {
            let _ = output.status(4).complains(what);
        }
        let requests = asked(&user);
        assert!(requests.0 <= 2, "{role}: {requests:?}");
    }
    let away = user.exec("payments-dve/reader", &["true"]).endpoint("http://127.0.0.1:9");
    edit(&user, |list| list["asked_about"] = json!([]));
    let _ = away.env("AWS_MAX_ATTEMPTS", "1").run().status(5).complains("there is no account called payments-dve");
    // Without a list, the first answer is enough.
    let user = User::signed_in(three());
    let _ = user.exec("payments-dev/readr", &["true"]).run().status(4).complains("has no role readr");
    assert_eq!(asked(&user), (1, 1));
}

#[test]
fn the_list_and_the_remedy_agree_about_a_role_that_the_service_refuses() {
    let user = remembered(three());
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.revoke_role(&account.id, "reader");
    let role = format!("{}/reader", account.id);
    let output = user.exec(&role, &["true"]).run().status(4).complains("no access to the role reader");
    let output = output.complains(&format!("\n  {}/operator\n", account.id));
    assert!(!output.stderr.contains(&role), "{output}");
    assert_eq!(asked(&user), (1, 1));
    assert!(!user.aws_sso("list").run().success().stdout.contains(&format!("{}  payments-dev  reader", account.id)));
    assert_eq!(asked(&user), (0, 0));

    // A program does not wait for the list: the next reader asks. So it is after exec --match.
    let operator = format!("{}/operator", account.id);
    let lines =
        [format!("process {operator}"), format!("check {operator}"), "exec --match */operator -- true".to_owned()];
    for (line, status) in lines.iter().zip([4, 4, 1]) {
        let _ = user.aws_sso("list --refresh").run().success();
        user.sandbox.revoke_role(&account.id, "operator");
        user.sandbox.clear_log();
        let _ = user.aws_sso(line).run().status(status);
        assert_eq!(asked(&user), (0, 0), "{line}");
        assert_eq!(user.aws_sso("list").run().success().quiet().stdout.lines().count(), 10, "{line}");
        assert_eq!(asked(&user), (0, 1), "{line}");
        user.sandbox.restore_role(&account.id, "operator");
    }

    // The account itself is gone.
    let gone = user.role(2, 2);
    user.sandbox.update(|options| options.accounts = 2);
    let _ = user.exec(&gone, &["true"]).run().status(4).complains("you have no role in the account");
}

#[test]
fn a_crowd_without_a_list_fetches_it_once() {
    let user = User::signed_in(Options { latency: Duration::from_millis(200), ..three() });
    let crowd: Vec<_> = (0..30).map(|_| user.aws_sso("list").start()).collect();
    for output in crowd.into_iter().map(Running::finish) {
        assert_eq!(output.success().quiet().stdout.lines().count(), 12);
    }
    assert_eq!(asked(&user), (1, 3));
    // With a gap, those that waited take the answer of the one that asked.
    let _ = break_account(&user, 1);
    let _ = once(&user, "list --refresh").run().status(5);
    user.sandbox.clear_log();
    let crowd: Vec<_> = (0..30).map(|_| once(&user, "list").start()).collect();
    for output in crowd.into_iter().map(Running::finish) {
        let _ = output.status(5).complains("could not be fetched");
    }
    let (accounts, roles) = asked(&user);
    assert!(accounts == 0 && roles <= 10, "{accounts} {roles}");
}

#[test]
fn processes_that_renew_different_accounts_at_once_lose_nothing_of_each_other() {
    let user = remembered(Options { accounts: 12, roles: 1, ..Options::default() });
    age(&user, 30 * DAY);
    let names: Vec<_> = user.sandbox.accounts().into_iter().map(|account| account.name).collect();
    let ask = |name: &String| {
        let role = format!("{name}/AdministratorAccess");
        user.home.aws_sso(["exec", &role, "--", "true"]).endpoint(user.sandbox.endpoint()).start()
    };
    let crowd: Vec<_> = names.iter().map(ask).collect();
    for output in crowd.into_iter().map(Running::finish) {
        let _ = output.success().quiet();
    }
    assert_eq!(asked(&user), (1, 12), "each account once");
    let _ = user.aws_sso("list").run().success().quiet();
    assert_eq!(asked(&user), (0, 0));
}
