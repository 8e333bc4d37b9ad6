//! The first list of a large organization, which is shown while it arrives.

use std::num::NonZero;
use std::time::{Duration, Instant};

use aws_sso::sandbox::Options;

use crate::support::picker::{PICK, chosen};
use crate::support::process::LIMIT;
use crate::support::several::Several;
use crate::support::user::User;

/// Signed in to a slow service, of which nothing is remembered.
fn slow(accounts: usize) -> User {
    let user = User::signed_in(Options { accounts, roles: 3, ..Options::default() });
    user.sandbox.update(|options| options.latency = Duration::from_millis(700));
    user
}

#[test]
fn rows_appear_as_accounts_are_answered_and_the_first_one_stays_the_selected_one() {
    let user = slow(60);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("of 60 accounts").wait_for(":role/");
    let screen = terminal.screen();
    assert!(!screen.contains("180/180"), "the list has not arrived in one piece: {screen}");
    let arn = screen.lines().find(|line| line.starts_with("arn:")).unwrap().to_owned();
    terminal.wait_for("180/180  Enter takes");
    let screen = terminal.screen();
    assert!(screen.contains(&arn), "{screen}");
    terminal.send("\r");
    let output = terminal.finish().success();
    assert_eq!(chosen(&output.stdout), Some(arn));
}

#[test]
fn rows_that_arrive_later_have_the_columns_of_the_window_as_it_is_by_then() {
    let user = slow(60);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("of 60 accounts").wait_for(":role/");
    let id = terminal.place("  ID  ").1;
    terminal.resize(NonZero::new(40).unwrap(), NonZero::new(60).unwrap());
    terminal.wait_for("180/180");
    let role = terminal.place("ROLE").1;
    assert!(role < id + 4, "the id is behind the role: {}", terminal.screen());
    let roles = &user.sandbox.accounts()[0].roles;
    let screen = terminal.screen();
    let rows: Vec<_> = screen.lines().skip(3).filter(|line| line.starts_with("  ")).collect();
    assert!(rows.len() > 20, "{screen}");
    for row in rows {
        assert!(roles.iter().any(|name| row[usize::from(role)..].starts_with(name)), "{row}: {screen}");
    }
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
}

#[test]
fn the_lists_of_several_sso_sessions_arrive_together_beside_one_that_is_remembered() {
    let options = |accounts| Options { accounts, roles: 3, ..Options::default() };
    let several = Several::new(&[("alpha", options(40)), ("beta", options(40)), ("gamma", options(2))]);
    for name in ["alpha", "beta", "gamma"] {
        several.log_in(name);
    }
    let _ = several.aws_sso("list -p gamma").run().success();
    for sandbox in &several.sandboxes {
        sandbox.update(|options| options.latency = Duration::from_millis(700));
    }
    let mut terminal = several.aws_sso("pick --shell bash").in_terminal();
    terminal.wait_for("gamma").wait_for("of 80 accounts");
    // A role of each is there while the lists still arrive.
    for name in ["alpha", "beta"] {
        terminal.send(&format!("\x15{name}"));
        let is_there = |screen: &vt100::Screen| {
            let text = screen.contents();
            text.contains(" accounts ") && text.lines().any(|line| line.starts_with("  ") && line.contains(name))
        };
        assert!(terminal.wait_until(is_there), "{name}: {}", terminal.screen());
    }
    terminal.send("\x15");
    terminal.wait_for("246/246  Enter takes").send("beta reader");
    terminal.wait_for("> beta reader").wait_for("40/246").send("\r");
    let output = terminal.finish().success();
    assert!(output.stdout.contains("AWS_SSO_SESSION='beta'"), "{output}");
}

#[test]
fn a_role_that_is_chosen_from_a_part_of_the_list_is_taken_and_the_rest_still_arrives() {
    let user = slow(90);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("of 90 accounts").wait_for(":role/");
    terminal.send("reader");
    terminal.wait_for("> reader").wait_for(":role/reader").send("\r");
    let output = terminal.finish().success();
    let accounts = user.sandbox.accounts();
    let role = chosen(&output.stdout).unwrap();
    let account = accounts.iter().find(|account| role == format!("arn:aws:iam::{}:role/reader", account.id)).unwrap();
    assert!(output.stdout.contains(&account.name), "{output}");
    // The next list is whole.
    let start = Instant::now();
    let list = || user.home.list(".cache/aws-sso").into_iter().find(|name| name.starts_with("inventory-"));
    while list().is_none() {
        assert!(start.elapsed() < LIMIT, "the list is not remembered");
        std::thread::yield_now();
    }
    user.sandbox.clear_log();
    let listed = user.aws_sso("list -p corp --json").run().success();
    assert!(accounts.iter().all(|account| listed.stdout.contains(&account.id)), "{listed}");
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn a_list_that_arrives_in_a_moment_is_shown_whole_and_words_wait_for_all_of_it() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    // The only role is taken without asking.
    let written = user.aws_sso(PICK).in_terminal().transcript();
    let account = &user.sandbox.accounts()[0];
    assert_eq!(chosen(&written), Some(format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0])));
    // What is waited for is said, and gone afterwards.
    assert!(written.contains("aws-sso: the list of roles is being fetched\r\x1b[K"), "{written:?}");
    let output = user.aws_sso(PICK).in_terminal().finish().success();
    assert!(chosen(&output.stdout).is_some() && !output.stdout.contains("fetched"), "{output}");

    let user = slow(30);
    let last = &user.sandbox.accounts()[29];
    let run = user.aws_sso(PICK).args([&last.id, "reader"]).run().success();
    assert_eq!(chosen(&run.stdout), Some(format!("arn:aws:iam::{}:role/reader", last.id)));
}
