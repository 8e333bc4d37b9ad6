//! `help`, and words that are no verbs.

use crate::support::terminal::typed;
use crate::support::{Home, Shell};

#[test]
fn a_word_of_another_tool_names_the_line_to_run_and_runs_nothing() {
    let home = Home::new();
    let cases = [
        ("ls -p corp", "run: aws-sso list -p corp"),
        ("-p corp ls --json", "run: aws-sso -p corp list --json"),
        ("ls -la", "run: aws-sso list"),
        ("configure", "run: aws-sso setup"),
        ("configure sso", "run: aws-sso setup"),
        ("sso login --profile corp", "run: aws-sso login --profile corp"),
        ("config", "run: aws-sso settings"),
        ("assume a/b --region eu-west-1", "run: awsso use a/b --region eu-west-1"),
        ("switch R&D/b", "run: awsso use 'R&D/b'"),
        ("back", "run: awsso -"),
        ("signin", "run: aws-sso login"),
        ("logn", "run: aws-sso login"),
        ("lgoin -p corp", "run: aws-sso login -p corp"),
        ("a/Reader --region eu-west-1", "run: awsso use a/Reader --region eu-west-1"),
        ("version", "run: aws-sso --version"),
        ("help lst", "run: aws-sso list --help"),
        ("nonsense", "see: aws-sso --help"),
    ];
    for (line, said) in cases {
        let output = home.aws_sso(line.split(' ')).run().status(2);
        let word = line.split(' ').find(|word| !matches!(*word, "-p" | "corp" | "help")).unwrap();
        assert_eq!(output.stderr, format!("aws-sso: there is no verb {word}; {said}\n"), "{line}");
        assert_eq!(output.stdout, "", "{line}");
    }
    #[cfg(feature = "sandbox")]
    let _ = home.aws_sso(["sandbox", "srve"]).run().status(2).complains("run: aws-sso sandbox serve");
    assert!(home.list(".aws").is_empty());
}

#[test]
fn help_of_each_verb_is_printed_as_by_the_option() {
    let home = Home::new();
    for verb in ["", "use", "-", "region", "exec", "help", "sandbox serve"] {
        if cfg!(not(feature = "sandbox")) && verb.starts_with("sandbox") {
            continue;
        }
        let words = || verb.split_whitespace();
        let by_option = home.aws_sso(words().chain(["--help"])).run().success().quiet();
        let by_verb = home.aws_sso(["help"].into_iter().chain(words())).run().success().quiet();
        assert_eq!(by_verb.stdout, by_option.stdout, "{verb}");
        assert!(by_verb.stdout.contains("Usage: aws-sso"), "{verb}");
    }
}

/// In a terminal, where a pager would wait.
#[test]
fn the_function_passes_help_and_other_words_on() {
    let home = Home::new();
    for shell in Shell::all() {
        let load = shell.load();
        let lines = [&*load, "awsso help exec", "awsso -p corp help use | head -4", "awsso assume x"];
        let screen = typed(home.interactive(shell), &lines);
        for words in ["Usage: aws-sso use", "there is no verb assume; run: awsso use x"] {
            assert!(screen.contains(words), "{shell:?} {words}: {screen}");
        }
    }
}
