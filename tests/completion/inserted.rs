//! What Tab inserts reaches the program as it is.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::remembered::{edit, remembered};
use crate::support::tab::Typist;
use crate::support::user::User;

/// A user with one role, `Reader`, in accounts of these names.
fn user(names: &[&str]) -> User {
    let user = remembered(Options { accounts: names.len(), roles: 1, ..Options::default() });
    rename(&user, names);
    user
}

fn rename(user: &User, names: &[&str]) {
    edit(user, |list| {
        for (account, name) in list["accounts"].as_array_mut().unwrap().iter_mut().zip(names) {
            account["name"] = (*name).into();
            account["roles"] = ["Reader"].as_slice().into();
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
        for (name, inserted) in cases {
            rename(&user, &[name]);
            let arrived = typist.arguments("awsso use \t");
            assert_eq!(arrived, ["use", &format!("{inserted}/Reader")], "{}: {name:?}", typist.shell);
        }
        assert!(!user.home.has("PWNED"), "{}", typist.shell);
    }
}

#[test]
fn an_open_quote_another_case_and_a_part_of_the_name_are_completed() {
    let user = user(&["Data Platform", "it's", "payments-dev", "p-archive:x"]);
    let cases = [
        ("'Dat\t", "Data Platform/Reader"),
        ("\"Dat\t", "Data Platform/Reader"),
        ("dat\t", "Data Platform/Reader"),
        ("PLAT\t", "Data Platform/Reader"),
        ("PAY\t", "payments-dev/Reader"),
        ("dev\t", "payments-dev/Reader"),
        ("'it\t", "it's/Reader"),
        ("\"it\t", "it's/Reader"),
        ("p-archive:\t", "p-archive:x/Reader"),
    ];
    for mut typist in Typist::all(&user.home) {
        for (keys, expected) in cases {
            let arrived = typist.arguments(&format!("awsso use {keys}"));
            assert_eq!(arrived, ["use", expected], "{}: {keys:?}", typist.shell);
        }
        let blank = if typist.shell == "powershell" { "Data` Pl\t" } else { "Data\\ Pl\t" };
        let arrived = typist.arguments(&format!("awsso use {blank}"));
        assert_eq!(arrived, ["use", "Data Platform/Reader"], "{}", typist.shell);
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
    assert!(screen.contains("payments-dev/Reader"), "{screen}");
}
