//! `--help` of every verb, as a terminal of 80 columns shows it.

use snapbox::assert_data_eq;

use crate::support::Home;

/// The verbs that the first page leaves out.
const HIDDEN: [&str; 2] = ["complete", "packaging"];

fn help(home: &Home, verb: &str) -> String {
    let run = home.aws_sso(verb.split_whitespace().chain(["--help"])).env("COLUMNS", "80");
    run.run().success().quiet().stdout
}

/// The verbs that the first page lists, in groups before the options.
fn verbs(first_page: &str) -> Vec<(String, String)> {
    let list = first_page.split("\nOptions:\n").next().unwrap();
    list.lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once("  "))
        .filter(|(verb, _)| verb.bytes().all(|b| b.is_ascii_lowercase()) && !verb.is_empty())
        .map(|(verb, about)| (verb.to_owned(), about.trim().to_owned()))
        .collect()
}

#[test]
fn every_verb_says_in_80_columns_what_it_is_for_and_ends_with_two_examples() {
    let home = Home::new();
    let first_page = help(&home, "");
    let mut pages = verbs(&first_page);
    assert!(pages.len() >= 16, "{pages:?}");
    pages.push((String::new(), "Short-lived AWS credentials from IAM Identity Center".to_owned()));
    if cfg!(feature = "sandbox") {
        pages.push(("sandbox serve".to_owned(), "Print the environment to set".to_owned()));
    }
    for (verb, about) in pages {
        let text = help(&home, &verb);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{verb}: {line:?}");
        }
        // The page may describe the verb at greater length than the list.
        let purpose = about.split(' ').take(3).collect::<Vec<_>>().join(" ");
        assert!(text.starts_with(&purpose), "{verb}: not {purpose:?} in\n{text}");
        let examples = text.split("\nExamples:\n").nth(1).unwrap_or_else(|| panic!("no examples of {verb}:\n{text}"));
        let is_example =
            |line: &str| line.starts_with("  aws-sso ") || line.starts_with("  awsso ") || line == "  aws-sso";
        assert!(examples.lines().count() >= 2 && examples.lines().all(is_example), "{verb}: {examples}");
    }
}

#[test]
fn the_first_page_has_the_verbs_in_groups_and_no_hidden_one() {
    let home = Home::new();
    let text = help(&home, "");
    for line in ["This shell:", "The sign-in:", "Setting up:", "The original spelling:"] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
    for hidden in ["complete ", "packaging", "Commands:"] {
        assert!(!text.contains(&format!("\n  {hidden}")) && !text.contains("Commands:"), "{text}");
    }
    // Without arguments the same page is shown, as wrong usage.
    let bare = home.aws_sso([""; 0]).env("COLUMNS", "80").run().status(2);
    assert!(bare.stderr.contains("\nThis shell:\n"), "{bare}");
}

/// A change of a word or an option shows up in review. `SNAPSHOTS=overwrite tests/run help` accepts it.
#[test]
#[cfg(feature = "sandbox")]
fn every_help_page_is_what_was_reviewed() {
    let hidden = include_str!("../src/commands/mod.rs").matches("#[command(hide = true)]").count();
    assert_eq!(hidden, HIDDEN.len(), "the hidden verbs are not the ones of this test");
    let home = Home::new();
    let first_page = help(&home, "");
    let mut pages = format!("$ aws-sso --help\n{first_page}");
    for verb in verbs(&first_page).iter().map(|(verb, _)| verb.as_str()).chain(HIDDEN) {
        let page = help(&home, verb);
        let nested = page.split_once("\nCommands:\n").map(|(_, rest)| verbs(rest)).unwrap_or_default();
        pages += &format!("\n$ aws-sso {verb} --help\n{page}");
        for (nested, _) in nested {
            let page = help(&home, &format!("{verb} {nested}"));
            pages += &format!("\n$ aws-sso {verb} {nested} --help\n{page}");
        }
    }
    assert_data_eq!(pages, snapbox::file!["help.txt"].raw());
}
