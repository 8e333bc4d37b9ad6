//! A line that is to be pasted names the sso-session of its role where another one has a role of the same name.

use crate::support::several::Several;
use crate::support::{Output, Shell};

/// The part of a line of the output behind this word, if it has these parts.
#[track_caller]
fn behind<'a>(output: &'a Output, word: &str, parts: &[&str]) -> &'a str {
    let text = [&output.stderr, &output.stdout].map(|text| text.lines());
    let mut lines = text.into_iter().flatten().filter_map(|line| Some(line.split_once(word)?.1));
    let is_it = |line: &&str| parts.iter().all(|part| line.contains(part));
    lines.find(is_it).unwrap_or_else(|| panic!("no {word}…{parts:?}: {output}"))
}

#[test]
fn a_role_that_is_offered_is_that_of_the_sso_session_which_the_line_names() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let id = several.account("alpha", 0).id;
    several.home.write(".config/aws-sso/config", format!("[alias]\nPay = {id}\n"));
    for typed in ["payments-dev/raeder", "PAYMENTS-DEV/reader", "payments-dv", "pay/reader"] {
        let output = several.home.aws_sso(["process", typed]).run();
        for name in ["alpha", "beta"] {
            let line = behind(&output, "run: ", &[&format!("-p {name} process "), "/reader"]);
            assert_eq!(output.stderr.matches(line).count(), 1, "{output}");
            assert_eq!(several.giver(&several.home.command("/bin/sh").args(["-c", line]).run().success()), name);
        }
    }
    // The roles of an account, which are named behind a verb.
    for (typed, names) in [("payments-dev", &["alpha", "beta"][..]), ("-p beta payments-dev", &["beta"])] {
        let output = several.aws_sso(&format!("process {typed}")).run().status(2);
        let output = output.complains("you have 4 roles in the account");
        for name in names {
            let role = behind(&output, "  ", &[&format!("/reader -p {name}")]);
            let line = format!("aws-sso process {role}");
            assert_eq!(several.giver(&several.home.command("/bin/sh").args(["-c", &line]).run().success()), *name);
        }
    }
    // What one alone has needs no more words.
    let third = several.account("beta", 2).name;
    let _ = several
        .home
        .aws_sso(["process", &format!("{third}/raeder")])
        .run()
        .status(4)
        .complains(&format!("run: aws-sso process '{third}/reader'\n"));
}

#[test]
fn the_role_of_a_shell_is_named_with_its_sso_session() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let arn = format!("arn:aws:iam::{}:role/reader", several.account("beta", 0).id);
    let in_shell = |line: &str| several.aws_sso(line).env("AWS_SSO_ROLE_ARN", &arn).env("AWS_SSO_SESSION", "beta");
    let entered = |line: &str| {
        let script = format!("eval \"$(aws-sso init bash)\"\n{line} && echo \"$AWS_SSO_SESSION\"");
        several.home.script(Shell::Bash, &script).run().success().stdout
    };

    let console = in_shell("console --portal").env("BROWSER", "/no/such/browser").run().status(1);
    let line = behind(&console, "print the link: ", &["--print"]);
    let page = several.home.command("/bin/sh").args(["-c", line]).run().success().stdout;
    assert!(page.starts_with(&several.sandbox("beta").start_url()), "{line}: {page}");

    let doctor = in_shell("doctor --offline").env("AWS_ACCESS_KEY_ID", "ASIAX").run();
    assert_eq!(entered(behind(&doctor, "run: ", &["awsso use"])), "beta\n");

    several.configure("[profile other]\nsso_session = alpha\nsso_account_id = 111111111111\nsso_role_name = reader\n");
    let before = format!("{arn} other -p beta");
    let previous = in_shell("- --shell bash").env("AWS_SSO_PREVIOUS", before).run().status(1);
    assert_eq!(entered(behind(&previous.complains("the role before was"), "run: ", &["awsso use"])), "beta\n");

    several.configure("[default]\ncredential_process = true\n");
    several.home.write(".aws/credentials", "[default]\naws_session_token = x\n");
    let default = several.home.aws_sso(["-p", "beta", "-r", &arn]).run();
    assert_eq!(entered(behind(&default, "change this shell alone: ", &["awsso use"])), "beta\n", "{default}");
}
