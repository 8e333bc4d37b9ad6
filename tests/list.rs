//! `list` as a person types and reads it.

use aws_sso::sandbox::{Names, Options};

use crate::support::process::Invocation;
use crate::support::remembered::{DAY, age, edit, remembered};
use crate::support::user::User;

/// A user with the accounts `Beta`, `alpha` and `gamma` and three roles in each, whose order in the file is another.
fn user() -> User {
    let user = remembered(Options { accounts: 3, roles: 3, ..Options::default() });
    rename(&user, &["Beta", "alpha", "gamma"]);
    user
}

fn rename(user: &User, names: &[&str]) {
    edit(user, |list| {
        for (account, name) in list["accounts"].as_array_mut().unwrap().iter_mut().zip(names) {
            account["name"] = (*name).into();
        }
    });
}

/// A terminal of so many columns.
fn in_columns(invocation: Invocation, columns: usize) -> String {
    let script = format!("stty cols {columns}; exec \"$@\"");
    invocation.behind(["/usr/bin/env", "NO_COLOR=1", "/bin/sh", "-c", &script, "sh"]).in_terminal().transcript()
}

/// `ACCOUNT/ROLE` of each row.
fn listed(user: &User, line: &str) -> Vec<String> {
    let output = user.aws_sso(&format!("list --json {line}")).run();
    let rows = output.json();
    let name = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| name(row, "accountName") + "/" + &name(row, "roleName")).collect()
}

#[test]
fn rows_are_ordered_by_account_and_role_without_regard_to_case() {
    let user = user();
    let roles = ["AdministratorAccess", "reader", "ReadOnlyAccess"];
    let expected: Vec<_> =
        ["alpha", "Beta", "gamma"].iter().flat_map(|account| roles.map(|role| format!("{account}/{role}"))).collect();
    assert_eq!(listed(&user, ""), expected);
    let table = user.aws_sso("list").run().success().quiet().stdout;
    let names = table.lines().map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join("/"));
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn words_choose_rows_as_in_pick() {
    let user = user();
    let id = user.sandbox.accounts()[0].id.clone();
    let named = format!("[profile quarterly]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = reader\n");
    user.home.sign_in_config(&named);
    let of_id = listed(&user, &id);
    let account = of_id[0].split('/').next().unwrap();
    let its_reader = format!("{account}/reader");
    let cases = [
        ("READER alpha", vec!["alpha/reader"]),
        ("alpha reader", vec!["alpha/reader"]),
        ("rea alp", vec!["alpha/reader", "alpha/ReadOnlyAccess"]),
        ("alpha/reader", vec!["alpha/reader"]),
        ("alpha:READER", vec!["alpha/reader"]),
        ("--match alpha:read*r", vec!["alpha/reader"]),
        (&format!("{id} admin"), vec![of_id[0].as_str()]),
        ("quarterly", vec![its_reader.as_str()]),
        ("reader --match alp* --exclude gamma", vec!["alpha/reader"]),
    ];
    for (words, expected) in cases {
        assert_eq!(listed(&user, words), expected, "{words}");
    }
    assert_eq!(user.home.aws_sso(["list", "reader alpha", "--csv"]).run().success().stdout.lines().count(), 2);
    let none = user.aws_sso("list nothing like it").run().status(4);
    assert_eq!(none.stdout, "");
    let _ = none.complains("no role has the words: nothing like it").complains("aws-sso list");
    assert_eq!(user.aws_sso("list --json nothing").run().status(4).stdout, "[]\n");
}

#[test]
fn a_terminal_gets_headings_and_the_age_of_the_list_and_a_pipe_rows_alone() {
    let user = user();
    age(&user, 600);
    let seen = in_columns(user.aws_sso("list"), 80);
    let lines: Vec<_> = seen.lines().collect();
    assert!(lines[0].starts_with("ID            ACCOUNT  ROLE"), "{seen}");
    assert_eq!(lines.len(), 11, "{seen}");
    assert_eq!(lines[10], "9 roles in 3 accounts, as of 10 minutes ago");
    let one = in_columns(user.aws_sso("list alpha/reader"), 80);
    assert!(one.ends_with("\n1 role in 1 account, as of 10 minutes ago\n"), "{one}");
    // What grep sees, whatever the other stream is.
    let piped = user.aws_sso("").behind(["/bin/sh", "-c", "aws-sso list | cat"]).in_terminal().transcript();
    let words = |line: &&str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(piped.lines().collect::<Vec<_>>().iter().map(words).eq(lines[1..10].iter().map(words)), "{piped}");
    assert!(!in_columns(user.aws_sso("list nothing"), 80).contains("ACCOUNT"));
    for form in ["--json", "--csv", "--tsv"] {
        assert!(!in_columns(user.aws_sso(&format!("list {form}")), 80).contains("as of"), "{form}");
    }
    // An old list says so, and why it is not newer.
    age(&user, 30 * DAY);
    let _ = user.home.aws_sso(["logout"]).endpoint(user.sandbox.endpoint()).run();
    let old = in_columns(user.aws_sso("list --login never"), 200);
    assert!(
        old.contains("warning: the list of accounts was fetched 30 days ago, and not again: not signed in"),
        "{old}"
    );
}

#[test]
fn columns_fit_the_terminal_and_are_whole_in_a_pipe() {
    let user = user();
    let long = "Payments and Billing of the European Subsidiary, Production";
    let wide = "日本語".repeat(15);
    rename(&user, &[long, &wide, "short"]);
    for columns in [80, 60] {
        let seen = in_columns(user.aws_sso("list"), columns);
        let rows: Vec<_> = seen.lines().take(10).collect();
        for row in &rows {
            assert!(unicode_width::UnicodeWidthStr::width(*row) <= columns, "{columns}: {row}");
        }
        assert_eq!(rows.iter().filter(|row| row.contains('…')).count(), 6, "{columns}: {seen}");
        // Ids and roles stay whole, and roles stand below each other.
        let starts: Vec<_> = rows
            .iter()
            .filter(|row| row.ends_with("reader"))
            .map(|row| unicode_width::UnicodeWidthStr::width(*row))
            .collect();
        assert!(starts.len() == 3 && starts.iter().all(|start| *start == starts[0]), "{columns}: {seen}");
    }
    let piped = user.aws_sso("list").run().success().stdout;
    assert!(piped.contains(long) && piped.contains(&wide) && !piped.contains('…'), "{piped}");
}

#[test]
fn names_cannot_drive_the_terminal_on_which_they_are_listed() {
    let user = remembered(Options { names: Names::Hostile, accounts: 40, ..Options::default() });
    for line in ["list", "list --csv", "list --json"] {
        let written = in_columns(user.aws_sso(line), 80);
        assert!(!written.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{line}: {written:?}");
    }
}
