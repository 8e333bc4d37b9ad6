//! What a ROLE names: the same name in other letters, `ACCOUNT:ROLE`, two words, an account alone; and what is offered
//! where nothing is called so.

#[cfg(feature = "picker")]
mod at_terminal;

use std::fs;

use crate::support::Output;
use crate::support::remembered::{called, edit, remembered};
use crate::support::several::Several;
use crate::support::user::User;

fn run(user: &User, verb: &str, words: &[&str]) -> Output {
    user.aws_sso(verb).args(words).run()
}

/// The same where a person sees it on a terminal.
fn run_for_person(user: &User, verb: &str, words: &[&str]) -> Output {
    user.aws_sso(verb).args(words).behind_a_program().finish()
}

/// The role that `env` gives a person for these words, as `ACCOUNT_NUMBER/NAME`.
#[track_caller]
fn role_of(user: &User, words: &[&str]) -> String {
    let output = run_for_person(user, "env", words).success();
    let line = output.stdout.lines().find_map(|line| line.strip_prefix("export AWS_SSO_ROLE_ARN=")).unwrap();
    let role = line.trim_matches(['\'', ';']).strip_prefix("arn:aws:iam::").unwrap().to_owned();
    let (id, role) = role.split_once(":role/").unwrap();
    let number = user.sandbox.accounts().iter().position(|account| account.id == id).unwrap();
    format!("{number}/{role}")
}

#[test]
fn a_role_is_found_without_regard_to_case_with_a_colon_and_in_two_words() {
    let user = remembered(called(&["payments-dev", "Größe & Söhne", "Data Platform", "a:b/c"]));
    let accounts = user.sandbox.accounts();
    let (first, second) = (&accounts[0].id, &accounts[1].id);
    let profile = |name: &str, id: &str| {
        format!("[profile {name}]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = operator\n")
    };
    user.home.sign_in_config(&(profile("Team", second) + &profile("payments-dev:reader", second)));
    let settings = format!("[alias]\nWeb = {second}/reader\nprod = {first}\npayments-dev/operator = {second}/reader\n");
    user.home.write(".config/aws-sso/config", settings);
    let by_id = |rest: &str| format!("{first}{rest}");
    let cases: [(&[&str], &str); 22] = [
        (&["payments-dev/ReadOnlyAccess"], "0/ReadOnlyAccess"),
        (&["PAYMENTS-DEV/readonlyaccess"], "0/ReadOnlyAccess"),
        (&["Payments-Dev:READONLYACCESS"], "0/ReadOnlyAccess"),
        (&["payments-dev:ReadOnlyAccess"], "0/ReadOnlyAccess"),
        (&["payments-dev", "ReadOnlyAccess"], "0/ReadOnlyAccess"),
        (&["PAYMENTS-DEV", "readonlyaccess"], "0/ReadOnlyAccess"),
        (&["Data Platform", "reader"], "2/reader"),
        (&["GRÖSSE & SÖHNE/reader"], "1/reader"),
        (&[&by_id(":reader")], "0/reader"),
        (&[&by_id("/READER")], "0/reader"),
        (&[&by_id(":READER")], "0/reader"),
        (&[first, "reader"], "0/reader"),
        (&["a:b/c/reader"], "3/reader"),
        (&["a:b/c:reader"], "3/reader"),
        (&["prod:reader"], "0/reader"),
        (&["prod", "reader"], "0/reader"),
        (&["PROD/READER"], "0/reader"),
        (&["PROD", "reader"], "0/reader"),
        (&["team"], "1/operator"),
        (&["WEB"], "1/reader"),
        // A profile and an alias of exactly this text go first.
        (&["payments-dev:reader"], "1/operator"),
        (&["payments-dev/operator"], "1/reader"),
    ];
    for (words, expected) in cases {
        assert_eq!(role_of(&user, words), expected, "{words:?}");
    }
    // Two words name an account and a role, whatever a profile of that text stands for.
    assert_eq!(role_of(&user, &["payments-dev", "reader"]), "0/reader");
    // The other verbs without a command.
    for (verb, words) in [
        ("use --shell bash", ["payments-dev", "reader"]),
        ("process", ["payments-dev", "reader"]),
        ("check", ["payments-dev", "reader"]),
        ("console --print", ["PAYMENTS-DEV", "READER"]),
    ] {
        let _ = run_for_person(&user, verb, &words).success();
    }
}

#[test]
fn a_program_gets_no_other_role_than_the_one_it_names_exactly() {
    let user = remembered(called(&["payments-dev", "Payments"]));
    let id = user.sandbox.accounts()[0].id.clone();
    let profile = format!("[profile Team]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = reader\n");
    user.home.sign_in_config(&profile);
    let id_role = format!("{id}/READER");
    user.home.write(".config/aws-sso/config", format!("[alias]\nPAY2 = {id}\n"));
    let cases: [(&str, &str, i32, &str); 14] = [
        ("process", "PAYMENTS-DEV/reader", 4, "run: aws-sso process payments-dev/reader\n"),
        ("process", "payments-dev:READER", 4, "run: aws-sso process payments-dev/reader\n"),
        ("process", "team", 4, "did you mean Team?"),
        ("process", "payments-dev", 2, "name one of them"),
        ("process", &id_role, 4, "no access to the role READER"),
        (
            "env --format aws-credentials",
            "PAYMENTS-DEV/reader",
            4,
            "aws-sso env --format aws-credentials payments-dev/",
        ),
        ("-p corp -ext -r", "PAYMENTS-DEV/reader", 4, "run: aws-sso -p corp -ext -r payments-dev/reader\n"),
        // What is offered gives a role.
        ("process", "payments-dv", 4, "run: aws-sso process payments-dev/reader\n"),
        ("process", "pay2", 4, "run: aws-sso process payments-dev/reader\n"),
        ("process", "pay2/reader", 4, "run: aws-sso process PAY2/reader\n"),
        // Without a terminal, nobody sees what was taken.
        ("env", "PAYMENTS-DEV/reader", 4, "run: aws-sso env payments-dev/reader\n"),
        ("exec", "pay2:READER", 4, "run: aws-sso exec PAY2/reader\n"),
        ("use --shell bash", "team", 4, "did you mean Team?"),
        ("env", &id_role, 4, "no access to the role READER"),
    ];
    for (verb, role, status, words) in cases {
        let output = run(&user, verb, &[role]).status(status).complains(words);
        assert_eq!(output.stdout, "", "{verb} {role}");
    }
    let _ = run(&user, "check", &["PAYMENTS-DEV/reader"]).status(4).quiet();
}

#[test]
fn the_exact_name_of_a_role_is_tried_before_the_spelling_of_an_old_list() {
    let user = remembered(called(&["payments-dev"]));
    let id = user.sandbox.accounts()[0].id.clone();
    edit(&user, |list| {
        let text = list.to_string().replace("\"operator\"", "\"OPERATOR\"");
        *list = serde_json::from_str(&text).unwrap();
    });
    assert_eq!(role_of(&user, &[&format!("{id}/operator")]), "0/operator");
    assert_eq!(role_of(&user, &[&format!("{id}/READER")]), "0/reader");
}

#[test]
fn where_two_fit_none_is_taken_and_both_are_listed_exactly() {
    let user = remembered(called(&["Prod", "prod", "Web", "web-1"]));
    let id = user.sandbox.accounts()[2].id.clone();
    let profiles = ["WEB", "wEB", "Web-1", "operations"]
        .map(|name| format!("[profile {name}]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = reader\n"));
    user.home.sign_in_config(&profiles.concat());
    user.home.write(".config/aws-sso/config", format!("[alias]\nOperations = {id}/operator\n"));
    let _ = run(&user, "env", &["PROD/reader"])
        .status(2)
        .complains("PROD/reader could be Prod/reader or prod/reader, which differ in case alone")
        .complains("run: aws-sso env Prod/reader\n")
        .complains("run: aws-sso env prod/reader\n");
    let _ = run(&user, "env", &["web"]).status(2).complains("web could be WEB or wEB, which differ");
    // A profile goes before an account, and an alias before both, as if they were written exactly.
    assert_eq!(role_of(&user, &["WEB-1"]), "2/reader");
    assert_eq!(role_of(&user, &["OPERATIONS"]), "2/operator");
    // An exact name always wins.
    assert_eq!(role_of(&user, &["Prod/reader"]), "0/reader");
    assert_eq!(role_of(&user, &["WEB"]), "2/reader");
    // Also if it is so new that only the service knows it.
    user.sandbox.update(|options| options.renamed[3].1 = "PROD".to_owned());
    assert_eq!(role_of(&user, &["PROD/operator"]), "3/operator");
}

#[test]
fn a_name_of_two_sso_sessions_is_settled_as_if_it_were_written_exactly() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let env = |role: &str, variable: &str| several.home.aws_sso(["env", role]).env("AWS_SSO_SESSION", variable);
    let shown = |role: &str, variable: &str| env(role, variable).behind_a_program().finish();
    let both = shown("PAYMENTS-DEV/reader", "").status(2).complains("several sso-sessions have this role: alpha, beta");
    let _ = both.complains("run: aws-sso -p beta env PAYMENTS-DEV/reader");
    let _ = shown("PAYMENTS-DEV/reader", "beta").success().prints("AWS_SSO_SESSION='beta'");
    let _ = shown("RENAMED/reader", "alpha").success().prints("AWS_SSO_SESSION='beta'");
    // An account alone.
    let listed = |role: &str, variable: &str| env(role, variable).run().status(2);
    let _ = listed("renamed", "").complains("you have 4 roles in the account");
    // A part of a name that only one of them has for it.
    let _ = listed("ename", "alpha").complains("you have 4 roles in the account").complains("renamed");
    let _ = shown("payments-dev", "").status(2).complains("several sso-sessions have this role: alpha, beta");
}

#[test]
fn words_behind_a_role_are_named_and_not_taken_for_a_part_of_it() {
    let user = remembered(called(&["payments-dev", "R&D/b"]));
    for (words, role) in
        [("payments-dev/reader extra", "payments-dev/reader"), ("PAYMENTS-dev:reader x y", "PAYMENTS-dev:reader")]
    {
        let output = user.aws_sso("env").args(words.split(' ')).run().status(2);
        assert_eq!(output.stdout, "", "{output}");
        let _ = output.complains(&format!("{role} is a role already")).complains(&format!("run: aws-sso env {role}\n"));
    }
    let _ = user.aws_sso("env").args(["R&D/b", "reader"]).run().success();
}

#[test]
fn a_near_name_is_named_in_a_line_that_can_be_pasted() {
    let user = remembered(called(&["payments-dev", "payments-prod", "Data Platform", "\u{1b}[31mred"]));
    let red = user.sandbox.accounts()[3].id.clone();
    let id_of_red = format!("{red}/reader");
    user.home.write(".config/aws-sso/config", "[alias]\nproduction = payments-prod/reader\n");
    let cases: [(&[&str], &[&str]); 10] = [
        (
            &["payments-dve/reader"],
            &["did you mean payments-dev/reader?", "run: aws-sso env payments-dev/reader --region"],
        ),
        (&["payments-dev/readr"], &["has no role readr", "run: aws-sso env payments-dev/reader --region eu-west-1\n"]),
        (&["payments-dev/zzz"], &["has no role zzz\n  name one that it has:\n", "/reader"]),
        (&["paymnts-dev:redaer"], &["run: aws-sso env payments-dev/reader --region eu-west-1\n"]),
        (&["payments-dve", "reader"], &["run: aws-sso env payments-dev/reader --region eu-west-1\n"]),
        (&["Data Platfrom/reader"], &["run: aws-sso env 'Data Platform/reader' --region eu-west-1\n"]),
        (&["producton"], &["producton is not a role", "run: aws-sso env production --region eu-west-1\n"]),
        (&["payments"], &["did you mean payments-dev or payments-prod?", "run: aws-sso env payments-dev --region"]),
        (&["red/raeder"], &[&id_of_red]),
        (&["zzzzzzzz"], &["zzzzzzzz is not a role, an account, an alias, or a profile", "aws-sso list"]),
    ];
    for (words, parts) in cases {
        let output = user.aws_sso("env").args(words).args(["--region", "eu-west-1"]).run().status(4);
        assert_eq!(output.stdout, "", "{output}");
        for part in parts {
            assert!(output.stderr.contains(part) && !output.stderr.contains('\u{1b}'), "{part}: {output}");
        }
        // The account is right.
        assert!(words[0] != "payments-dev/zzz" || !output.stderr.contains("did you mean"), "{output}");
    }
    let _ = user
        .exec("payments-dve/reader", &["echo", "a b"])
        .run()
        .status(4)
        .complains("run: aws-sso exec payments-dev/reader -- echo 'a b'\n");
    let near = run(&user, "use --shell bash", &["payments-dve/reader"]).status(4);
    let _ = near.complains("run: awsso use payments-dev/reader\n");
}

#[test]
fn names_with_blanks_that_lack_their_quotes_are_shown_with_them() {
    let user = remembered(called(&["payments-dev", "Data Platform"]));
    user.home.write(".config/aws-sso/config", "[alias]\nmy web = payments-dev/reader\n");
    let cases: [(&[&str], i32, &[&str]); 6] = [
        (
            &["Data", "Platform/reader"],
            2,
            &["Data Platform/reader is one name with blanks", "run: awsso use 'Data Platform/reader' --keys\n"],
        ),
        (&["Data", "Platform", "reader"], 2, &["run: awsso use 'Data Platform/reader' --keys\n"]),
        (&["data", "platform"], 2, &["run: awsso use 'Data Platform' --keys\n"]),
        (&["my", "web"], 2, &["run: awsso use 'my web' --keys\n"]),
        (&["Data", "Platfrom/reader"], 2, &["needs quotes", "run: awsso use 'Data Platform/reader' --keys\n"]),
        (&["one", "two", "three"], 2, &["one two three is not a role", "'ACCOUNT/ROLE'"]),
    ];
    for (words, status, parts) in cases {
        let output = user.aws_sso("use --shell bash").args(words).arg("--keys").run().status(status);
        assert_eq!(output.stdout, "", "{output}");
        for part in parts {
            assert!(output.stderr.contains(part), "{part}: {output}");
        }
    }
}

#[test]
fn an_account_alone_offers_its_roles() {
    let user = remembered(called(&["payments-dev", "prod/one", "Data Platform"]));
    let accounts = user.sandbox.accounts();
    for (text, number) in
        [("payments-dev", 0), (&*accounts[0].id, 0), ("PAYMENTS-DEV", 0), ("dev", 0), ("platf", 2), ("prod/one", 1)]
    {
        let id = &accounts[number].id;
        let output = run(&user, "env", &[text]).status(2).complains(&format!("you have 4 roles in the account {id}"));
        let _ = output.complains(&format!("  {id}/ReadOnlyAccess\n"));
    }
    // What may be an account and a role is asked for as such, once.
    assert_eq!(user.sandbox.requests().len(), 1);
    // An account that is newer than the list; the service is asked once.
    user.sandbox.update(|options| options.accounts = 4);
    let new = user.sandbox.accounts()[3].clone();
    let _ = run(&user, "env", &[&new.name]).status(2).complains("you have 4 roles in the account");
    assert_eq!(user.sandbox.count("ListAccounts"), 2);
    // The only role of an account is meant, unless the account itself was not named.
    user.sandbox.update(|options| options.roles = 1);
    let _ = user.aws_sso("list --refresh").run().success();
    assert_eq!(role_of(&user, &["payments-dev"]), "0/AdministratorAccess");
    for text in ["dev", "payments-dev", "PAYMENTS-DEV"] {
        let _ = run(&user, "env", &[text]).status(2).complains("you have 1 role in the account");
    }
    let _ = run(&user, "process", &["payments-dev"]).status(2).complains("you have 1 role in the account");
    // Nobody is asked to sign in for a name that may be mistyped.
    let _ = user.aws_sso("logout").run().success();
    fs::remove_dir_all(user.home.path(".cache")).unwrap();
    let _ = run(&user, "env", &["payments-dev"]).status(4).complains("aws-sso list");
}
