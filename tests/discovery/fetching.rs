//! Every account and role is fetched, as fast as the service permits, and a failure loses nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sso::sandbox::{Account, Options};

use crate::support::user::User;

/// Every role, as `ACCOUNT/ROLE`.
fn roles(accounts: &[Account]) -> BTreeSet<String> {
    accounts.iter().flat_map(|account| account.roles.iter().map(|role| format!("{}/{role}", account.id))).collect()
}

fn listed(user: &User) -> BTreeSet<String> {
    listed_with(user, 0)
}

/// What `list` shows while it ends with this status.
fn listed_with(user: &User, status: i32) -> BTreeSet<String> {
    let list = user.aws_sso("list -p corp --json").env("AWS_MAX_ATTEMPTS", "1").run().status(status).json();
    let role = |row: &serde_json::Value| {
        format!("{}/{}", row["accountId"].as_str().unwrap(), row["roleName"].as_str().unwrap())
    };
    list.as_array().unwrap().iter().map(role).collect()
}

#[test]
fn all_pages_of_accounts_and_of_roles_are_fetched() {
    for (accounts, roles_each, requests) in [(230, 1, 230), (3, 250, 9), (1, 1, 1)] {
        let user = User::signed_in(Options { accounts, roles: roles_each, ..Options::default() });
        let output = user.aws_sso("discover -p corp").run().success();
        let count = accounts * roles_each;
        let new = format!("{count} profile{} new", if count == 1 { "" } else { "s" });
        assert!(output.stdout.contains(&new), "{output}");
        assert_eq!(user.sandbox.count("ListAccountRoles"), requests);
        assert_eq!(listed(&user), roles(&user.sandbox.accounts()));
    }
}

#[test]
fn a_service_that_throttles_gets_fewer_requests_and_nothing_is_lost() {
    // With one attempt each: a throttled request is not counted as failed.
    let options = Options { accounts: 260, roles: 2, rate_limit: Some(100), ..Options::default() };
    let user = User::signed_in(options);
    let _ = user.aws_sso("discover -p corp").env("AWS_MAX_ATTEMPTS", "1").run().success();
    assert_eq!(listed(&user), roles(&user.sandbox.accounts()));
    let requests = user.sandbox.requests();
    let refused = requests.iter().filter(|request| request.status == Some(429)).count();
    assert!(refused > 0, "the limit was not met");
    assert!(refused * 5 < requests.len(), "{refused} of {} requests were refused", requests.len());
}

#[test]
fn a_role_list_that_cannot_be_fetched_is_named_and_its_profiles_are_left_as_they_were() {
    let user = User::signed_in(Options { accounts: 5, roles: 2, ..Options::default() });
    let _ = user.aws_sso("discover -p corp --region eu-west-1").run().success();
    let accounts = user.sandbox.accounts();
    let (broken, other) = (&accounts[3], &accounts[1]);
    // A role of each account is gone. For the broken account, that is not known.
    user.sandbox.revoke_role(&broken.id, &broken.roles[0]);
    user.sandbox.revoke_role(&other.id, &other.roles[0]);
    user.sandbox.update(|options| options.broken_accounts = vec![broken.id.clone()]);
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", config.replace("aws-sso -p corp", "/old/aws-sso -p corp"));
    user.sandbox.clear_log();

    let output = user.aws_sso("discover -p corp --prune").env("AWS_MAX_ATTEMPTS", "3").run().status(5);
    let output = output.complains("the roles of 1 account could not be fetched").complains(&broken.id);
    assert!(
        output.complains("status 500").stdout.contains("0 profiles new, 7 changed, 0 unchanged, 1 stale and removed")
    );
    assert_eq!(user.sandbox.count("ListAccountRoles"), 4 + 3, "AWS_MAX_ATTEMPTS bounds its own failures");
    let after = user.home.read(".aws/config");
    for role in &broken.roles {
        assert!(after.contains(&format!("/old/aws-sso -p corp -r arn:aws:iam::{}:role/{role} -ext", broken.id)));
    }
    assert_eq!(after.matches("/old/").count(), 2);
    assert!(!after.contains(&format!("{}-{}", other.id, other.roles[0])));
    // The picker still shows it too.
    assert!(listed_with(&user, 5).contains(&format!("{}/{}", broken.id, broken.roles[0])));

    // The next run asks only for what is missing.
    user.sandbox.update(|options| options.broken_accounts.clear());
    user.sandbox.clear_log();
    let output = user.aws_sso("discover -p corp --prune").run().success();
    assert!(output.stdout.contains("1 changed, 7 unchanged, 1 stale and removed"), "{output}");
    assert_eq!(user.sandbox.count("ListAccountRoles"), 1);
    // The run after that fetches everything.
    user.sandbox.clear_log();
    let _ = user.aws_sso("discover -p corp").run().success();
    assert_eq!(user.sandbox.count("ListAccountRoles"), 5);

    // Nothing is removed either if the account's roles are not cached.
    std::fs::remove_dir_all(user.home.path(".cache")).unwrap();
    user.sandbox.update(|options| options.broken_accounts = vec![broken.id.clone()]);
    let run = user.aws_sso("discover -p corp --prune").env("AWS_MAX_ATTEMPTS", "1");
    assert!(run.run().status(5).stdout.contains("7 unchanged, 0 stale"));
    assert!(user.home.read(".aws/config").contains(&format!("[profile {}-", broken.id)));
}

#[test]
fn a_denied_role_list_is_not_an_empty_one() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("discover -p corp").run().success();
    let before = (user.home.read(".aws/config"), listed(&user));
    let all = user.sandbox.accounts().into_iter().map(|account| account.id).collect();
    user.sandbox.update(|options| options.closed_accounts = all);
    let output = user.aws_sso("discover -p corp --prune").run().success();
    let _ = output.complains("IAM Identity Center refuses the roles of 4 accounts");
    assert_eq!((user.home.read(".aws/config"), listed(&user)), before);
}

#[test]
fn a_list_of_accounts_that_cannot_be_fetched_changes_nothing() {
    let user = User::signed_in(Options::default());
    let before = user.home.read(".aws/config");
    user.sandbox.update(|options| options.fail_first = Some((9, aws_sso::sandbox::Fault::InternalError)));
    let _ = user.aws_sso("discover -p corp").env("AWS_MAX_ATTEMPTS", "2").run().status(5);
    assert_eq!(user.home.read(".aws/config"), before);
}

#[test]
fn a_service_that_is_down_is_not_asked_for_every_account() {
    let user = User::signed_in(Options { accounts: 300, roles: 1, ..Options::default() });
    let all = user.sandbox.accounts().iter().map(|account| account.id.clone()).collect();
    user.sandbox.update(|options| options.broken_accounts = all);
    let output = user.aws_sso("discover -p corp").env("AWS_MAX_ATTEMPTS", "1").run().status(5);
    let _ = output.complains("the roles of 300 accounts could not be fetched").complains("290 more");
    assert!(user.sandbox.count("ListAccountRoles") < 200);
}

#[test]
fn a_fetch_that_was_stopped_continues_where_it_was() {
    let options = Options { accounts: 100, roles: 2, latency: Duration::from_millis(100), ..Options::default() };
    let user = User::signed_in(options);
    let line = "discover -p corp";
    let running = user.aws_sso(line).start();
    while user.sandbox.requests().iter().filter(|request| request.status.is_some()).count() < 40 {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal("KILL");
    drop(running);
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    user.sandbox.clear_log();
    let output = user.aws_sso(line).run().success();
    let _ = output.complains("accounts had been fetched before");
    let asked = user.sandbox.count("ListAccountRoles");
    // One of the 40 responses was a page of accounts, and up to 24 requests may have been in flight.
    assert!((1..=85).contains(&asked), "{asked} lists were asked for again");
    assert_eq!(listed(&user), roles(&user.sandbox.accounts()));

    // Unless an option says not to.
    for (accounts, flag, asked, said) in [
        (5, "--fresh", 5, ""),
        (5, "--resume", 1, "4 accounts had been fetched before"),
        (2, "--resume", 1, "1 account had been fetched before"),
    ] {
        let user = User::signed_in(Options { accounts, roles: 2, ..Options::default() });
        let broken = vec![user.sandbox.accounts()[0].id.clone()];
        user.sandbox.update(|options| options.broken_accounts = broken);
        let _ = user.aws_sso(line).env("AWS_MAX_ATTEMPTS", "1").run().status(5);
        user.sandbox.update(|options| options.broken_accounts.clear());
        user.sandbox.clear_log();
        let _ = user.aws_sso(&format!("{line} {flag}")).run().success().complains(said);
        assert_eq!(user.sandbox.count("ListAccountRoles"), asked, "{flag}");
    }
}

#[test]
fn a_session_that_ends_during_a_run_asks_for_a_sign_in_and_keeps_what_was_fetched() {
    let options = Options { accounts: 60, roles: 2, ..Options::default() };
    let user = User::signed_in(options);
    user.sandbox.update(|options| options.revoke_after = Some(40));
    let _ = user.aws_sso("discover -p corp").run().status(3).complains("aws-sso login -p corp");
    let _ = user.aws_sso("login -p corp --device-code --no-browser").run().success();
    user.sandbox.clear_log();
    let _ = user.aws_sso("discover -p corp").run().success();
    assert!(user.sandbox.count("ListAccountRoles") <= 45);
    assert_eq!(listed(&user), roles(&user.sandbox.accounts()));
}

#[test]
fn progress_is_a_bar_on_a_terminal_lines_elsewhere_and_nothing_if_asked() {
    let options = Options { accounts: 230, roles: 2, latency: Duration::from_millis(40), ..Options::default() };
    let user = User::signed_in(options);
    let output = user.aws_sso("discover -p corp").run().success();
    for line in ["aws-sso: 100 of ", "aws-sso: 200 of 230 accounts, 400 roles\n"] {
        assert!(output.stderr.contains(line), "{output}");
    }
    let mut terminal = user.aws_sso("discover -p corp").in_terminal();
    terminal.wait_for("of 230 accounts, ").wait_for("/s, ").wait_for(" left").wait_for("460 unchanged");
    let output = terminal.finish().success();
    assert!(!output.stdout.contains("of 230 accounts"), "the bar is gone: {output}");
    let output = user.aws_sso("discover -p corp --quiet --region us-east-1").run().success().quiet();
    assert_eq!(output.stdout, "");
    assert!(user.home.read(".aws/config").contains("region = us-east-1"));
}
