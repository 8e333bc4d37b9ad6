//! `help`, and words that are no verbs.

use crate::support::terminal::typed;
use crate::support::{Home, Shell};

#[test]
fn a_word_of_another_tool_names_the_line_to_run_and_runs_nothing() {
    let home = Home::new();
    let cases = [
        ("ls -p corp", "run: aws-sso list -p corp"),
        ("-p corp ls --json", "run: aws-sso -p corp list --json"),
        ("-p sandbox ls", "run: aws-sso -p sandbox list"),
        ("--profile ls ls", "run: aws-sso --profile ls list"),
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
        let word =
            line.split(' ').find(|word| !matches!(*word, "-p" | "--profile" | "corp" | "sandbox" | "help")).unwrap();
        assert_eq!(output.stderr, format!("aws-sso: there is no verb {word}; {said}\n"), "{line}");
        assert_eq!(output.stdout, "", "{line}");
    }
    let output = home.aws_sso([""]).run().status(2);
    assert_eq!(output.stderr, "aws-sso: there is no verb ''; see: aws-sso --help\n");
    #[cfg(feature = "sandbox")]
    let _ = home.aws_sso(["sandbox", "srve"]).run().status(2).complains("run: aws-sso sandbox serve");
    assert!(home.list(".aws").is_empty());
}

#[test]
fn a_word_that_is_no_start_url_of_the_sso_session_signs_in_nowhere() {
    let home = Home::new();
    let session = |name: &str| {
        format!("[sso-session {name}]\nsso_start_url = https://{name}.awsapps.com/start\nsso_region = eu-west-1\n")
    };
    let role = "sso_account_id = 123456789012\nsso_role_name = Read\n";
    let config = format!("{}{}[profile dev]\nsso_session = corp\n{role}", session("corp"), session("other"));
    home.write(".aws/config", &config);
    let is_not = |text: &str, name: &str, line: &str| {
        let of = format!("{text} is not the start URL of {name}, which is https://corp.awsapps.com/start");
        format!("{of}\n  leave out one of the two, for example: aws-sso {line}\n")
    };
    let profile = "dev is a profile of the AWS config, not a start URL\n  run: aws-sso -p dev".to_owned();
    for (line, said) in [
        ("login -p corp extra", is_not("extra", "corp", "login -p corp")),
        ("-p corp login login --device-code", is_not("login", "corp", "-p corp login --device-code")),
        ("login -p corp other", is_not("other", "corp", "login -p corp")),
        ("login -p corp https://x.awsapps.com/start", is_not("https://x.awsapps.com/start", "corp", "login -p corp")),
        ("setup -p dev extra --yes", is_not("extra", "dev", "setup -p dev --yes")),
        ("login dev --qr", format!("{profile} login --qr\n")),
        ("setup dev", format!("{profile} setup\n")),
    ] {
        let output = home.aws_sso(line.split(' ')).run().status(2);
        assert_eq!(output.stderr, format!("aws-sso: {said}"), "{line}");
        assert_eq!(output.stdout, "", "{line}");
    }
    for line in [
        "login corp",
        "login -p corp corp",
        "login -p dev corp.awsapps.com",
        "login -p corp https://corp.awsapps.com/start/#/",
    ] {
        let words = line.split(' ').chain(["--login", "never"]);
        let output = home.aws_sso(words).run().status(2);
        assert!(output.stderr.starts_with("aws-sso: login asks you to sign in"), "{line}: {}", output.stderr);
    }
}

#[test]
fn a_line_that_cannot_be_parsed_names_the_one_that_was_meant() {
    let home = Home::new();
    let exec = "in exec, ROLE is one word\n  run: aws-sso";
    let cases = [
        ("exec Data Platform/reader -- true", format!("{exec} exec 'Data Platform/reader' -- true\n")),
        ("exec payments-dev ReadOnly -- aws s3 ls", format!("{exec} exec payments-dev/ReadOnly -- aws s3 ls\n")),
        ("-p corp exec a b c --keys -- true", format!("{exec} -p corp exec 'a b/c' --keys -- true\n")),
        ("exec --region eu-west-1 a b -- true", format!("{exec} exec --region eu-west-1 a/b -- true\n")),
        (
            "console a/b --no-browser",
            "there is no --no-browser here; --print does it\n  run: aws-sso console a/b --print\n".to_owned(),
        ),
    ];
    for (line, said) in cases {
        let output = home.aws_sso(line.split(' ')).run().status(2);
        assert_eq!(output.stderr, format!("aws-sso: {said}"), "{line}");
    }
    let output = home.aws_sso(["discover", "--name", "{foo}"]).run().status(2);
    let _ = output.complains("there is no field foo").complains("fields: {account_id} {account_name} {role}");
    // Words that no line is known for, and no tip that does not work.
    for (line, status, said) in [
        ("exec a --region eu-west-1 b -- true", 127, "b: command not found"),
        ("exec a -p corp b -- true", 127, "b: command not found"),
        ("login --prnt", 2, "unexpected argument"),
    ] {
        let output = home.aws_sso(line.split(' ')).run().status(status).complains(said);
        assert!(!output.stderr.contains("as a value") && !output.stderr.contains(" run: "), "{output}");
    }
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
