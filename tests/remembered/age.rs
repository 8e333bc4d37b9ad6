//! An old list is fetched again before anything is decided by it.

use crate::support::Invocation;
use crate::support::remembered::{DAY, age, asked, edit, remembered, three};
use crate::support::user::User;

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
