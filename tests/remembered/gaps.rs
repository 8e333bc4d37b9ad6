//! Accounts whose roles are not known: failed, refused, never fetched, or none at all.

use aws_sso::sandbox::Options;
use serde_json::{Value, json};

use crate::support::Output;
use crate::support::remembered::{DAY, age, asked, break_account, edit, file, match_readers, once, remembered, three};
use crate::support::user::User;

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
    let _ = once(&user, "list --match payments-dev/*").run().success().quiet();
    assert_eq!(asked(&user), (0, 0));
    let nothing = user.exec("--match payments-prod/reader", &["true"]).env("AWS_MAX_ATTEMPTS", "1");
    let _ = nothing.run().status(5).complains("could not be fetched");
    // Whether it has the role, the service decides.
    let _ = once(&user, &format!("env {}/reader --shell bash", broken.name)).run().success();
    let missing = once(&user, &format!("env {}/nobody --shell bash", broken.name)).run().status(4);
    let _ = missing.complains("no access to the role nobody");
    // Tab and the picker show that something is missing, and ask for nothing.
    user.sandbox.clear_log();
    let words = ["complete", "--shell", "fish", "--", "awsso", "use", "payments-p"];
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
