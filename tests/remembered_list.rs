//! The remembered list of accounts and roles: it may have gaps, and it has an age.

use std::time::Duration;

use aws_sso::sandbox::{Account, Options};
use serde_json::{Value, json};

use crate::support::process::Running;
use crate::support::user::User;
use crate::support::{Invocation, Output};

const DAY: i64 = 86_400;

/// A user whose list is remembered.
fn remembered(options: Options) -> User {
    let user = User::signed_in(options);
    let _ = user.aws_sso("list").run().success().quiet();
    user.sandbox.clear_log();
    user
}

fn three() -> Options {
    Options { accounts: 3, ..Options::default() }
}

/// Requests are sent once, so that a test does not wait for repetitions.
fn once(user: &User, line: &str) -> Invocation {
    user.aws_sso(line).env("AWS_MAX_ATTEMPTS", "1")
}

fn match_readers(user: &User) -> Invocation {
    user.exec("--match */reader", &["true"]).env("AWS_MAX_ATTEMPTS", "1")
}

fn file(user: &User) -> String {
    let names = user.home.list(".cache/aws-sso");
    let name = names.iter().find(|name| name.starts_with("inventory-")).unwrap();
    format!(".cache/aws-sso/{name}")
}

/// Changes the remembered list, as time or an earlier version would have left it.
fn edit(user: &User, change: impl FnOnce(&mut Value)) {
    let path = file(user);
    let mut list: Value = serde_json::from_str(&user.home.read(&path)).unwrap();
    change(&mut list);
    user.home.write(path, list.to_string());
}

/// Makes the list so many seconds old.
fn age(user: &User, seconds: i64) {
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
fn asked(user: &User) -> (usize, usize) {
    let counts = (user.sandbox.count("ListAccounts"), user.sandbox.count("ListAccountRoles"));
    user.sandbox.clear_log();
    counts
}

fn break_account(user: &User, number: usize) -> Account {
    let account = user.sandbox.accounts()[number].clone();
    user.sandbox.update(|options| options.broken_accounts = vec![account.id.clone()]);
    account
}

#[test]
fn an_account_whose_roles_cannot_be_fetched_is_unknown_and_not_empty() {
    let user = User::signed_in(three());
    let broken = break_account(&user, 1);
    let label = format!("{} ({})", broken.id, broken.name);
    // The first run has no list, the second one has a list with a gap.
    for requests in [(1, 3), (0, 1)] {
        let output = match_readers(&user).run().status(5);
        let output = output.complains("aws-sso: 2 ok, 0 failed, 0 skipped").complains(&label);
        let _ = output.complains("the roles of 1 account could not be fetched").complains("status 500");
        assert_eq!(asked(&user), requests);
    }
    let listed = once(&user, "list").run().status(5).complains(&label);
    assert_eq!(listed.stdout.lines().count(), 8);
    assert_eq!(asked(&user), (0, 1));
    // Where it cannot matter, it is not asked for.
    let _ = user.exec("--match payments-dev/reader", &["true"]).run().success();
    let _ = once(&user, "list --match payments-dev").run().success().quiet();
    assert_eq!(asked(&user), (0, 0));
    let nothing = user.exec("--match payments-prod/reader", &["true"]).env("AWS_MAX_ATTEMPTS", "1");
    let _ = nothing.run().status(5).complains("could not be fetched");
    // Whether it has the role, the service decides.
    let _ = once(&user, &format!("env {}/reader --shell bash", broken.name)).run().success();
    let missing = once(&user, &format!("env {}/nobody --shell bash", broken.name)).run().status(4);
    let _ = missing.complains("no access to the role nobody");
    // Tab and the picker show that something is missing, and ask for nothing.
    user.sandbox.clear_log();
    let words = ["complete", "--shell", "zsh", "--", "awsso", "use", "payments-p"];
    let tab = user.home.aws_sso(words).run().success().quiet();
    assert!(tab.stdout.contains(&format!("{}/\troles not known; run: aws-sso list", broken.name)), "{tab}");
    assert_eq!(asked(&user), (0, 0));

    user.sandbox.update(|options| options.broken_accounts.clear());
    let _ = match_readers(&user).run().success().complains("3 ok, 0 failed");
    assert_eq!(asked(&user), (0, 1));
    assert_eq!(user.aws_sso("list").run().success().quiet().stdout.lines().count(), 12);
}

#[cfg(all(feature = "picker", unix))]
#[test]
fn the_picker_counts_the_accounts_whose_roles_are_unknown() {
    let user = User::signed_in(three());
    let broken = break_account(&user, 1);
    let _ = once(&user, "list").run().status(5);
    let mut terminal = user.aws_sso("pick --shell bash").env("AWS_MAX_ATTEMPTS", "1").behind_a_program();
    terminal.wait_for("8/8").wait_for("(the roles of 1 account are missing)").send("\r");
    let _ = terminal.finish().success().complains(&broken.id).complains("could not be fetched");
}

#[test]
fn roles_that_were_known_before_a_failure_are_used_and_the_failure_is_said() {
    let user = remembered(three());
    age(&user, 2 * DAY);
    let broken = break_account(&user, 1);
    let output = match_readers(&user).run().status(5);
    let _ = output.complains("3 ok, 0 failed").complains(&broken.id);
    assert_eq!(once(&user, "list").run().status(5).stdout.lines().count(), 12);
}

#[test]
fn a_refused_account_is_named_as_one_for_a_day_and_fails_exec_alone() {
    let user = User::signed_in(three());
    let closed = user.sandbox.accounts()[1].clone();
    user.sandbox.update(|options| options.closed_accounts = vec![closed.id.clone()]);
    let says = |output: Output| {
        let output = output.complains("IAM Identity Center refuses the roles of 1 account").complains(&closed.id);
        output.complains("suspended or closed account").complains("running this again does not help")
    };
    let _ = says(match_readers(&user).run().status(4)).complains("2 ok, 0 failed, 0 skipped");
    // A refusal is asked twice, because the service may deny a new account for a moment.
    assert_eq!(asked(&user), (1, 4));
    let _ = says(match_readers(&user).run().status(4));
    let listed = says(user.aws_sso("list").run().success());
    assert_eq!(listed.stdout.lines().count(), 8);
    assert_eq!(asked(&user), (0, 0));
    let _ = says(user.exec(&format!("--match {}", closed.id), &["true"]).run().status(4));
    let _ = says(user.aws_sso("discover -p corp").run().success());
    let place = format!("env arn:aws:lambda:eu-west-1:{}:function:x --shell bash", closed.id);
    let _ = says(user.aws_sso(&place).run().status(4));
    user.sandbox.clear_log();

    // After a day it is asked for again.
    user.sandbox.update(|options| options.closed_accounts.clear());
    edit(&user, |list| {
        let accounts = list["accounts"].as_array_mut().unwrap();
        let refused = accounts.iter_mut().find(|account| account["id"] == closed.id.as_str()).unwrap();
        let at = refused["gap"]["refused"]["at"].as_i64().unwrap();
        refused["gap"]["refused"]["at"] = (at - DAY).into();
    });
    let _ = match_readers(&user).run().success().complains("3 ok, 0 failed");
    assert_eq!(asked(&user), (0, 1));
}

/// The accounts of the first two roles change names, as far as the list knows.
fn swap_names(user: &User) {
    edit(user, |list| {
        for account in list["accounts"].as_array_mut().unwrap() {
            let other = match account["name"].as_str().unwrap() {
                "payments-dev" => "payments-prod",
                "payments-prod" => "payments-dev",
                name => name,
            };
            account["name"] = other.to_owned().into();
        }
    });
}

#[test]
fn an_old_list_is_asked_anew_before_a_name_a_pattern_or_all_is_decided_by_it() {
    let echo = ["sh", "-c", "echo $AWS_ACCOUNT_ID"];
    let accounts = |user: &User| user.sandbox.accounts();
    let cases: [(&str, (usize, usize)); 4] = [
        ("exec payments-prod/reader", (1, 1)),
        ("exec --match payments-prod/reader", (1, 1)),
        ("exec --match */reader", (1, 4)),
        ("list", (1, 4)),
    ];
    for (line, requests) in cases {
        let user = remembered(three());
        swap_names(&user);
        age(&user, 30 * DAY);
        user.sandbox.update(|options| options.accounts = 4);
        let output = match line {
            "list" => user.aws_sso(line).run(),
            _ => user.aws_sso(&format!("{line} --")).args(echo).run(),
        };
        let output = output.success();
        assert_eq!(asked(&user), requests, "{line}: {output}");
        let rows = if line.contains('*') { 4 } else { 1 };
        let rows = if line == "list" { 16 } else { rows };
        assert_eq!(output.stdout.lines().count(), rows, "{line}: {output}");
        let prod = &accounts(&user)[1].id;
        let row = output.stdout.lines().find(|row| row.contains(prod)).unwrap();
        assert!(row.contains("payments-prod") || line == "exec payments-prod/reader", "{line}: {output}");
    }
    // Only what is as old is asked for.
    let user = remembered(three());
    age(&user, 30 * DAY);
    let _ = user.exec("payments-prod/reader", &["true"]).run().success();
    assert_eq!(asked(&user), (1, 1));
    let _ = user.aws_sso("list").run().success().quiet();
    assert_eq!(asked(&user), (0, 2));
}

#[cfg(all(feature = "picker", unix))]
#[test]
fn a_row_of_an_old_list_whose_account_has_another_name_now_is_not_taken() {
    let user = remembered(three());
    swap_names(&user);
    age(&user, 30 * DAY);
    let prod = user.sandbox.accounts()[1].clone();
    let mut terminal = user.aws_sso("pick --shell bash").behind_a_program();
    terminal.wait_for("12/12").send("payments-dev reader");
    terminal.wait_for("  1/12 ").send("\r");
    let output = terminal.finish().status(4);
    let output = output.complains(&format!("the account {} is called payments-prod now, not payments-dev", prod.id));
    assert_eq!(output.stdout, "");
}

#[test]
fn the_settings_say_how_old_the_list_may_be() {
    let user = remembered(three());
    for (setting, seconds, requests) in [("12h", 11 * 3600, 0), ("12h", 13 * 3600, 1), ("3d", 2 * DAY, 0)] {
        user.home.write(".config/aws-sso/config", format!("list-age = {setting}\n"));
        let _ = user.aws_sso("list --refresh").run().success();
        age(&user, seconds);
        user.sandbox.clear_log();
        let _ = user.aws_sso("list").run().success().quiet();
        assert_eq!(asked(&user).0, requests, "{setting} {seconds}");
    }
    user.home.write(".config/aws-sso/config", "list-age = soon\n");
    let _ = user.aws_sso("list").run().status(2).complains("list-age must be a number of minutes, hours or days");
}

#[test]
fn where_the_service_cannot_be_reached_an_old_list_is_used_and_its_age_is_said() {
    let user = remembered(three());
    let roles = ["payments-prod/reader".to_owned(), user.role(1, 2)];
    let _ = user.exec(&roles[0], &["true"]).run().success();
    age(&user, 30 * DAY);
    let away = |invocation: Invocation| invocation.endpoint("http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    for line in [format!("exec {} -- true", roles[0]), "list".to_owned()] {
        let output = away(user.aws_sso(&line)).run().success();
        let _ = output.complains("was fetched 30 days ago, and not again: cannot connect");
    }
    // A role by its id needs no list, and neither does Tab.
    let _ = away(user.aws_sso(&format!("exec {} -- true", roles[1]))).run().success().quiet();
    let _ = away(user.aws_sso(&format!("process {}", roles[1]))).run().success().quiet();
    let tab = away(user.home.aws_sso(["complete", "--shell", "bash", "--", "awsso", "use", "payments-p"]));
    assert_eq!(tab.run().success().quiet().stdout.lines().count(), 4);
    // Somebody who is not signed in sees the list, but acts by no old name.
    let _ = user.aws_sso("logout").run().success();
    let _ = user.aws_sso("list").run().success().complains("was fetched 30 days ago, and not again: not signed in");
    let _ = user.aws_sso("exec payments-prod/reader -- true").run().status(3).complains("run: aws-sso login -p corp");
}

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
        ("payments-dve/reader", "there is no account called payments-dve", "did you mean payments-dev?", 0),
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
fn a_user_without_an_account_is_told_so() {
    let user = User::signed_in(Options { accounts: 0, ..Options::default() });
    let words = "no account is assigned to you in https://d-abc123.awsapps.com/start";
    let cases = [("list --json", 0), ("discover -p corp", 0), ("exec --match * -- true", 4), ("pick --shell bash", 4)];
    for (line, status) in cases {
        let _ = user.aws_sso(line).run().status(status).complains(words);
    }
    assert_eq!(user.aws_sso("list --json").run().success().json(), json!([]));
}

#[test]
fn a_list_of_an_earlier_version_is_read_and_its_gaps_are_asked_for() {
    let user = remembered(three());
    let roles = |list: &Value| list["accounts"][0]["roles"].clone();
    edit(&user, |list| {
        assert_ne!(roles(list), json!([]));
        for account in list["accounts"].as_array_mut().unwrap() {
            let object = account.as_object_mut().unwrap();
            object.retain(|key, _| ["name", "id", "email", "roles"].contains(&key.as_str()));
        }
        list["accounts"][0]["roles"] = json!([]);
    });
    let _ = match_readers(&user).run().success().complains("3 ok");
    assert_eq!(asked(&user), (0, 1));
    for broken in ["", "[]", "{\"accounts\":7}", "\u{0}"] {
        user.home.write(file(&user), broken);
        let _ = match_readers(&user).run().success().complains("3 ok");
        assert_eq!(asked(&user), (1, 3), "{broken:?}");
    }
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
