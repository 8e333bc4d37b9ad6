//! `--match` and `--exclude`: one that matches nothing is mistyped, and nothing happens.

use aws_sso::sandbox::Options;

use crate::support::Output;
use crate::support::remembered::{asked, break_account, edit, remembered};
use crate::support::user::User;

/// Accounts called `acct-00001` and so on.
fn numbered(accounts: usize) -> User {
    let user = User::signed_in(Options { accounts, roles: 3, ..Options::default() });
    rename(&user, |number| format!("acct-{:05}", number + 1));
    let _ = user.aws_sso("list --refresh").run().success();
    user.sandbox.clear_log();
    user
}

fn rename(user: &User, name: impl Fn(usize) -> String) {
    let accounts = user.sandbox.accounts().into_iter().enumerate();
    let renamed = accounts.map(|(number, account)| (account.id, name(number))).collect();
    user.sandbox.update(|options| options.renamed = renamed);
}

/// Runs each verb that takes patterns, and checks that it does nothing.
#[track_caller]
fn refused(user: &User, patterns: &str, status: i32, words: &[&str]) {
    let before = user.home.read(".aws/config");
    let matches = if patterns.contains("--match") { patterns.to_owned() } else { format!("--match * {patterns}") };
    for line in [
        format!("exec {matches} --yes -- touch ran"),
        format!("discover -p corp --prune {patterns}"),
        format!("discover -p corp --dry-run {patterns}"),
        format!("list {patterns}"),
        format!("list --json {patterns}"),
        format!("list --refresh {patterns}"),
    ] {
        let output = user.aws_sso(&line).env("AWS_MAX_ATTEMPTS", "1").run().status(status);
        let output = words.iter().fold(output, |output, words| output.complains(words));
        assert_eq!(output.stdout, "", "{line}");
        assert!(!user.home.has("ran") && user.home.read(".aws/config") == before, "{line}: {output}");
    }
}

#[test]
fn a_pattern_that_matches_nothing_stops_every_verb_and_names_what_is_like_it() {
    let user = numbered(4);
    let _ = user.aws_sso("discover -p corp").run().success();
    let id = user.sandbox.accounts()[0].id.clone();
    let typo = "--exclude acct-0003 matches no account and no role\n  did you mean acct-00003";
    refused(&user, "--exclude acct-0003", 4, &[typo, "--exclude-missing-ok"]);
    refused(&user, "--match acct-00001 --exclude acct-0003", 4, &[typo]);
    refused(&user, "--match acct-00001 --match acct-0003", 4, &["--match acct-0003 matches no", "acct-00003"]);
    let cases = [
        ("--match *AdminstratorAccess", "did you mean AdministratorAccess?"),
        ("--exclude acct-00002/raeder", "did you mean acct-00002/reader?"),
        ("--match *2/ReadOnlyAcess", "did you mean *2/ReadOnlyAccess?"),
        ("--exclude acct-0002/reader", "acct-00002/reader"),
        (&format!("--match {}", &id[1..].replace(&id[4..6], "")), &id),
        ("--exclude raeder", "did you mean reader?"),
        ("--exclude acct-00001,acct-00002", "give each pattern its own --exclude"),
        ("--match zebra", "see what there is: aws-sso list -p corp"),
    ];
    for (patterns, words) in cases {
        let _ = user.aws_sso(&format!("list {patterns}")).run().status(4).complains("matches no").complains(words);
    }
    let all = "--match zebra, --exclude acct-0003 and --exclude raeder match no account and no role\n";
    let each = "  --exclude raeder: did you mean reader?\n";
    refused(
        &user,
        "--match reader --match zebra --exclude acct-0003 --exclude raeder",
        4,
        &[all, each, "aws-sso list"],
    );
    // A part of a name.
    rename(&user, |number| format!("prod-eu-{number}"));
    let _ = user.aws_sso("list --refresh").run().success();
    refused(&user, "--exclude prdo", 4, &["did you mean prod?"]);
    refused(&user, "--exclude=", 2, &["it is empty; leave the option out"]);
    refused(&user, "--match=", 2, &["it is empty; write * for all roles"]);
}

#[test]
fn an_exclude_that_need_not_be_there_is_allowed_for_scripts() {
    let user = numbered(3);
    for (line, counted) in [
        ("exec --match reader --exclude acct-0003 --exclude-missing-ok --output json -- true", 3),
        ("exec --match reader --exclude acct-0003 --exclude acct-00001 --exclude-missing-ok --output json -- true", 2),
        ("list --exclude acct-0003 --exclude-missing-ok", 9),
        ("list --exclude reader --match acct-00001", 2),
    ] {
        let output = user.aws_sso(line).run().success();
        assert_eq!(output.stdout.lines().count(), counted, "{line}: {output}");
    }
    let _ = user.aws_sso("discover -p corp --exclude acct-0003 --exclude-missing-ok").run().success();
    assert_eq!(asked(&user), (1, 3), "discover alone asks");
    // It is for excludes.
    refused(&user, "--match acct-0003 --exclude zebra --exclude-missing-ok", 4, &["--match acct-0003 matches no"]);
    // A script may have none at the moment.
    for line in ["list --exclude-missing-ok", "exec --match reader --exclude-missing-ok --yes -- true"] {
        let _ = user.aws_sso(line).run().success();
    }
    let _ = user.aws_sso("discover -p corp --dry-run --exclude-missing-ok").run().success();
    // Nothing is left, although each pattern matches.
    let excluded = "exec --match reader --exclude acct --yes -- true";
    let _ = user.aws_sso(excluded).run().status(4).complains("no role matches reader and is not excluded");
    let _ = user.aws_sso("list --exclude acct").run().success().complains("no role is left");
}

#[test]
fn a_pattern_may_be_newer_than_the_list_so_the_service_is_asked_once() {
    let verbs = ["exec --output json --match", "list --match", "exec --output json --match reader --exclude"];
    for (number, verb) in verbs.iter().enumerate() {
        let user = numbered(3);
        user.sandbox.update(|options| options.accounts = 4);
        let new = user.sandbox.accounts()[3].name.clone();
        let after = if verb.starts_with("exec") { "--yes -- true" } else { "" };
        let output = user.aws_sso(&format!("{verb} {new} {after}")).run().success();
        assert_eq!(output.stdout.lines().count(), 3, "{verb}: {output}");
        assert_eq!(asked(&user), (1, 4), "{verb}");
        // A new role.
        user.sandbox.update(|options| options.roles = 4);
        let role = user.sandbox.accounts()[0].roles[3].clone();
        let output = user.aws_sso(&format!("{verb} {role} {after}")).run().success();
        assert_eq!(output.stdout.lines().count(), 4, "{verb}: {output}");
        assert_eq!(asked(&user), (1, 4), "{verb}");
        // Only the accounts that it names.
        let _ = user.aws_sso(&format!("{verb} {new}/zebra {after}")).run().status(4).complains("/zebra matches no");
        assert_eq!(asked(&user), (1, 1), "{verb}");
        // For a moment the answer is remembered.
        let _ = user.aws_sso(&format!("{verb} {new}/zebra {after}")).run().status(4).complains("/zebra matches no");
        assert_eq!(asked(&user), (0, 0), "{verb}");
        let away = user.aws_sso(&format!("{verb} zebra{number} {after}")).endpoint("http://127.0.0.1:9");
        let away = away.env("AWS_MAX_ATTEMPTS", "1").run().status(5);
        let _ = away.complains("matches no account and no role; the list cannot be fetched again");
    }
}

#[test]
fn a_first_list_is_asked_for_no_more_than_the_patterns_need() {
    let user = User::signed_in(Options { accounts: 4, roles: 3, ..Options::default() });
    let _ = user.exec("--match payments/reader --exclude Sandbox", &["true"]).run().success();
    assert_eq!(asked(&user), (1, 2));
    // That account is there; whether it has this role is no matter of the accounts so far.
    let run = user.exec("--match payments/reader --exclude Sandbox/raeder", &["true"]);
    let _ = run.run().status(4).complains("did you mean Sandbox/reader?");
    assert_eq!(asked(&user), (1, 1));
    let user = User::signed_in(Options { accounts: 4, roles: 3, ..Options::default() });
    let _ = user.exec("--match payments/reader --exclude raeder", &["true"]).run().status(4);
    assert_eq!(asked(&user), (1, 4));
}

#[test]
fn a_mistyped_name_has_no_roles_listed_where_there_are_many_accounts() {
    let user = numbered(150);
    let typo = || user.aws_sso("exec --match reader --exclude acct-0150 --yes -- true").run().status(4);
    let _ =
        typo().complains("did you mean acct-00150").complains("if a role is new, run: aws-sso list -p corp --refresh");
    assert_eq!(asked(&user), (2, 0), "the list of accounts has two pages");
    user.sandbox.update(|options| options.accounts = 151);
    let new = user.sandbox.accounts()[150].name.clone();
    let output = user.aws_sso(&format!("list --match {new}")).run().success();
    assert_eq!((output.stdout.lines().count(), asked(&user)), (3, (2, 1)));
}

#[test]
fn accounts_whose_roles_are_not_known_are_no_typo() {
    let user = numbered(3);
    let closed = user.sandbox.accounts()[1].clone();
    user.sandbox.update(|options| options.closed_accounts = vec![closed.id.clone()]);
    let _ = user.aws_sso("list --refresh").run().success();
    // Roles that the list had before are known still.
    edit(&user, |list| list["accounts"][1]["roles"] = serde_json::json!([]));
    for exclude in ["acct-00002", "acct-00002/raeder", "00002/*"] {
        let output = user.exec(&format!("--match reader --exclude {exclude}"), &["true"]).run();
        let _ = output.complains("2 ok, 0 failed");
    }
    let says = |output: Output| output.complains("refuses the roles of 1 account");
    let _ = says(user.exec("--match acct-00002/reader", &["true"]).run().status(4));
    refused(&user, "--exclude raeder", 4, &["did you mean reader?"]);

    user.sandbox.update(|options| options.closed_accounts.clear());
    let user = User::signed_in(Options { accounts: 3, roles: 3, ..Options::default() });
    let broken = break_account(&user, 1);
    let once = |options: &str| user.exec(options, &["true"]).env("AWS_MAX_ATTEMPTS", "1").run();
    for exclude in [broken.id.clone(), format!("{}/raeder", broken.id)] {
        let _ = once(&format!("--match reader --exclude {exclude}")).complains("2 ok, 0 failed");
    }
    // This may be a role of that account, and may be mistyped.
    let unknown = ["the roles of 1 account could not be fetched", "these match a role: --exclude raeder"];
    refused(&user, "--exclude raeder", 5, &unknown);
    // Away, too, the message has the pattern, the account, and what is like the pattern.
    let away = |pattern: &str| {
        let run = user.exec(&format!("--match reader --exclude {pattern}"), &["true"]).endpoint("http://127.0.0.1:9");
        run.env("AWS_MAX_ATTEMPTS", "1").run().status(5).complains("; the list cannot be fetched again")
    };
    let _ = away("raeder").complains("--exclude raeder").complains(&broken.id);
    user.sandbox.update(|options| options.broken_accounts.clear());
    let _ = user.aws_sso("list --refresh").run().success();
    let _ = away("readr").complains("did you mean reader?");
}

#[test]
fn a_suggestion_matches_something_and_is_not_more_than_was_meant() {
    let user = numbered(3);
    rename(&user, |number| ["web", "web-dev", ""][number].to_owned());
    let _ = user.aws_sso("list --refresh").run().success();
    let roles = &user.sandbox.accounts()[1].roles;
    let has = format!("web-dev has: {}, ", roles.iter().min().unwrap());
    let cases = [
        ("--exclude web-dev/Zebra", has.as_str(), ""),
        ("--exclude web-dve/reader", "did you mean web/reader or web-dev/reader?\n", ""),
        ("--match web-dve/zebra", "see what there is", ""),
        ("--match /q", "see what there is", ""),
        ("--match q", "see what there is", ""),
        ("--match z/q", "see what there is", ""),
    ];
    for (patterns, words, more) in cases {
        let output = user.aws_sso(&format!("list {patterns}")).run().status(4).complains(words).complains(more);
        assert!(words.starts_with("did you mean") || !output.stderr.contains("did you mean"), "{patterns}: {output}");
    }
}

#[test]
fn without_a_sign_in_an_old_list_still_shows_what_is_mistyped() {
    let user = remembered(Options { accounts: 2, roles: 3, ..Options::default() });
    let _ = user.aws_sso("logout").run().success();
    let output = user.aws_sso("list --match raeder --login never").run().status(4);
    assert_eq!(output.complains("did you mean reader?").stdout, "");
}
