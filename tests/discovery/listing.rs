//! `list`: accounts and roles, for users and for programs.

use aws_sso::sandbox::{Names, Options};

use crate::support::user::User;

#[test]
fn the_list_is_cached_until_it_is_refreshed() {
    let user = User::signed_in(Options { accounts: 2, roles: 2, ..Options::default() });
    let first = user.aws_sso("list -p corp").run().success().quiet();
    assert_eq!(first.stdout.lines().count(), 4);
    user.sandbox.update(|options| options.accounts = 3);
    user.sandbox.clear_log();
    assert_eq!(user.aws_sso("list -p corp").run().success().stdout, first.stdout);
    assert_eq!(user.sandbox.requests().len(), 0);
    assert_eq!(user.aws_sso("list -p corp --refresh").run().success().stdout.lines().count(), 6);
    assert_eq!(user.aws_sso("list -p corp").run().success().stdout.lines().count(), 6);
}

#[test]
fn an_incomplete_list_has_a_failure_status() {
    let user = User::signed_in(Options { accounts: 3, roles: 2, ..Options::default() });
    let broken = vec![user.sandbox.accounts()[0].id.clone()];
    user.sandbox.update(|options| options.broken_accounts = broken);
    let output = user.aws_sso("list -p corp").env("AWS_MAX_ATTEMPTS", "1").run().status(5);
    assert_eq!(output.complains("could not be fetched").stdout.lines().count(), 4);
}

#[test]
fn programs_read_every_name_whole_from_json_csv_and_tsv() {
    let user = User::signed_in(Options { accounts: 41, roles: 16, names: Names::Hostile, ..Options::default() });
    let expected: Vec<[String; 4]> = {
        let list = user.aws_sso("list -p corp --json").run().success().json();
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
        let keys = ["accountId", "accountName", "emailAddress", "roleName"];
        list.as_array().unwrap().iter().map(|row| keys.map(|key| text(row, key))).collect()
    };
    assert_eq!(expected.len(), 41 * 16);
    for account in user.sandbox.accounts() {
        assert!(expected.iter().any(|row| row[0] == account.id && row[1] == account.name), "{account:?}");
    }

    let tsv = user.aws_sso("list -p corp --tsv").run().success().stdout;
    let mut lines = tsv.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    assert_eq!(
        lines.next().unwrap(),
        ["accountId", "accountName", "emailAddress", "roleName", "roleArn", "ssoSession"]
    );
    for (line, expected) in lines.by_ref().zip(&expected) {
        let flat = expected.clone().map(|field| field.replace(['\t', '\n', '\r'], " "));
        assert_eq!(line[..4], flat);
        assert_eq!(line[4], format!("arn:aws:iam::{}:role/{}", expected[0], expected[3]));
    }
    assert_eq!(lines.count(), 0);

    let csv = user.aws_sso("list -p corp --csv").run().success().stdout;
    let script = "import csv, json, sys; json.dump([r[:4] for r in csv.reader(sys.stdin)][1:], sys.stdout)";
    // Python's universal newlines would split a line at a lone carriage return.
    let script = format!("import sys; sys.stdin.reconfigure(newline='')\n{script}");
    let Some(python) = user.home.boto3(&script) else { return };
    let rows = python.stdin(csv).run().success().json();
    assert_eq!(rows, serde_json::to_value(&expected).unwrap());
}

#[test]
fn patterns_narrow_the_list() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[1].clone();
    let cases = [
        ("payments".to_owned(), 8),
        (account.id.clone(), 4),
        ("reader".to_owned(), 4),
        (format!("{}/READ*", account.name), 2),
    ];
    for (pattern, rows) in cases {
        let output = user.aws_sso(&format!("list -p corp --match {pattern}")).run().success();
        assert_eq!(output.stdout.lines().count(), rows, "{pattern}: {output}");
    }
}
