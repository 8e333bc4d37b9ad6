//! What Tab inserts reaches the program as it is.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::remembered::{edit, remembered};
use crate::support::tab::Typist;
use crate::support::user::User;

/// A user with one role, `Reader`, in accounts of these names.
fn user(names: &[&str]) -> User {
    let user = remembered(Options { accounts: names.len(), roles: 1, ..Options::default() });
    rename(&user, names, "Reader");
    user
}

/// Gives the accounts these names, and each of them one role.
fn rename(user: &User, names: &[&str], role: &str) {
    edit(user, |list| {
        for (account, name) in list["accounts"].as_array_mut().unwrap().iter_mut().zip(names) {
            account["name"] = (*name).into();
            account["roles"] = [role].as_slice().into();
        }
    });
}

#[test]
fn every_name_that_tab_inserts_arrives_byte_for_byte_and_runs_nothing() {
    let by_name = [
        "Data Platform",
        "a:b",
        "it's",
        "say \"hi\"",
        "[x]",
        "(x)",
        "<x>",
        "{a,b}",
        "a,b",
        "$HOME",
        "$(touch PWNED)",
        "`touch PWNED`",
        "'; touch PWNED; #",
        "\\'; touch PWNED; #",
        "\"; touch PWNED; \"",
        "a\u{2019}; touch PWNED; \u{2018}b",
        "%PATH%",
        "%x",
        "!!",
        "a!b",
        "^a^b",
        "R&D / EU",
        "a;b",
        "a|b>c",
        "a#b",
        "#x",
        "*",
        "a?b",
        "=ls",
        "a=~b",
        "@me",
        "+x",
        "1e5",
        "C:\\Program Files\\AWS",
        " leading and trailing ",
        "Größe & Söhne",
        "日本語",
        "👩 laptop",
        "prod/one",
    ];
    // What a terminal would obey, or the program would take for something else.
    let by_id = ["two\nlines", "tab\there", "\u{1b}[31mred", "\u{202E}desrever", "-rf", "--help", "~root", "", "arn:a"];
    let user = user(&["x"]);
    let id = user.sandbox.accounts()[0].id.clone();
    for mut typist in Typist::all(&user.home) {
        let cases = by_name.iter().map(|name| (*name, *name)).chain(by_id.iter().map(|name| (*name, id.as_str())));
        for (number, (name, inserted)) in cases.enumerate() {
            // A role that has not been on the screen yet.
            let role = format!("Reader{number}x");
            rename(&user, &[name], &role);
            let arrived = typist.arguments_once("awsso use \t", &role);
            assert_eq!(arrived, ["use", &format!("{inserted}/{role}")], "{}: {name:?}", typist.shell);
        }
        assert!(!user.home.has("PWNED"), "{}", typist.shell);
    }
}

#[test]
fn an_open_quote_another_case_and_a_part_of_the_name_are_completed() {
    let names = ["Data Platform", "it's", "payments-dev", "p-archive:x"];
    let user = user(&names);
    let cases = [
        ("'Dat\t", "Data Platform"),
        ("\"Dat\t", "Data Platform"),
        ("dat\t", "Data Platform"),
        ("PLAT\t", "Data Platform"),
        ("PAY\t", "payments-dev"),
        ("dev\t", "payments-dev"),
        ("'it\t", "it's"),
        ("\"it\t", "it's"),
        ("p-archive:\t", "p-archive:x"),
    ];
    for mut typist in Typist::all(&user.home) {
        let blank = if typist.shell == "powershell" { "Data` Pl\t" } else { "Data\\ Pl\t" };
        for (number, (keys, account)) in cases.into_iter().chain([(blank, "Data Platform")]).enumerate() {
            let role = format!("Reader{number}x");
            rename(&user, &names, &role);
            let arrived = typist.arguments_once(&format!("awsso use {keys}"), &role);
            assert_eq!(arrived, ["use", &format!("{account}/{role}")], "{}: {keys:?}", typist.shell);
        }
    }
}

/// Readline takes a quote at the start of what it inserts for the one that was typed.
#[test]
fn a_name_that_begins_with_a_quote_is_completed_from_each_way_to_type_it() {
    let cases = [
        ("'quoted", ["q\t", "'\t", "\"\t", "\\'\t", "\"'\t"]),
        ("'it's'", ["i\t", "'\t", "\"\t", "\\'\t", "\"'i\t"]),
        ("''", ["\t", "'\t", "\"\t", "\\'\t", "\"''\t"]),
        ("\"x\"", ["x\t", "'\t", "\"\t", "\\\"\t", "'\"x\t"]),
        ("!!x", ["x\t", "'\t", "\"\t", "\\!\t", "'!\t"]),
    ];
    let user = user(&["x"]);
    for mut typist in Typist::all(&user.home) {
        // It has no such quotes: a backslash is a letter there, and a quote within quotes is written twice.
        let is_posix = typist.shell != "powershell";
        for (number, (name, ways)) in cases.iter().enumerate() {
            for (way, keys) in ways.iter().enumerate().filter(|(way, _)| is_posix || *way < 3) {
                let role = format!("Reader{number}x{way}x");
                rename(&user, &[name], &role);
                let arrived = typist.arguments_once(&format!("awsso use {keys}"), &role);
                assert_eq!(arrived, ["use", &format!("{name}/{role}")], "{}: {name}: {keys:?}", typist.shell);
            }
        }
    }
}

#[test]
fn the_users_own_rules_in_zsh_match_and_a_menu_begins_with_a_role() {
    if !Shell::Zsh.is_here() {
        return;
    }
    let user = user(&["payments-dev", "web-prod"]);
    let mut typist = Typist::start(&user.home, Shell::Zsh, "zstyle ':completion:*' menu yes select");
    // The first Enter leaves the menu.
    assert_eq!(typist.arguments("awsso use \t\r"), ["use", "payments-dev/Reader"]);
    let rules = "zstyle ':completion:*' matcher-list '' 'r:|[._-]=* r:|=*'";
    let mut typist = Typist::start(&user.home, Shell::Zsh, rules);
    assert_eq!(typist.arguments("awsso use p-d\t"), ["use", "payments-dev/Reader"]);
}

/// bash inserts what all candidates begin with, which may be less than what has been typed of their inside.
#[test]
fn bash_keeps_a_part_of_several_names_and_lists_them_at_the_second_tab() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = user(&["payments-dev", "platform-dev"]);
    let mut typist = Typist::start(&user.home, Shell::Bash, "");
    assert_eq!(typist.arguments("awsso use dev\t"), ["use", "dev"]);
    let screen = typist.shows("awsso use dev\t\t", "platform-dev/Reader");
    assert!(screen.contains("payments-dev"), "{screen}");
}
