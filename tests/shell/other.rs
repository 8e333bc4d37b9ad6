//! The function in scripts of Nushell, Elvish, xonsh and tcsh.

use aws_sso::sandbox::{Names, Options};

use crate::support::other_shells::OtherShell;
use crate::support::user::User;

/// The arguments and the input of a program, as it gets them.
const ARGUMENTS: &str = r#"printf '<%s>' "$@"; cat"#;

#[test]
fn each_verb_changes_the_shell_without_a_word_and_clear_gives_back_the_first_state() {
    let user = User::signed_in(Options::default());
    let [first, second] = [0, 1].map(|number| user.role_arn(number));
    // `sh -c` writes what programs see of the shell.
    let lines = |shell: OtherShell| {
        format!(
            "sh -c 'env -0 >initial'\nawsso use {first} --region us-west-2\nsh -c 'env -0 >used'\n\
         awsso -p corp -v use {second}\nsh -c 'env -0 >second'\nawsso -\nsh -c 'env -0 >back'\n\
         awsso region eu-north-1\n{}\nawsso refresh\nsh -c 'env -0 >refreshed'\n\
         awsso clear\nsh -c 'env -0 >cleared'\nawsso logout\n",
            shell.region
        )
    };
    for shell in OtherShell::all() {
        // Loading it twice changes nothing.
        let script = format!("{}\n{}", shell.load(&user.home, ""), lines(shell));
        let run = user.script_in(shell, &script).env("AWS_PROFILE", "it's mine").env("AWS_REGION", "ap-south-1");
        let output = run.run().success();
        assert_eq!(output.stdout.trim_end(), "eu-north-1", "{shell:?}");
        assert!(!output.stderr.contains("rror"), "{shell:?}: {output}");
        let [initial, entered, second_role, back, refreshed] =
            ["initial", "used", "second", "back", "refreshed"].map(|file| user.home.environment(file));
        assert_eq!((&*entered["AWS_SSO_ROLE_ARN"], &*entered["AWS_REGION"]), (&*first, "us-west-2"), "{shell:?}");
        assert!(entered["AWS_SECRET_ACCESS_KEY"].len() > 10 && !entered.contains_key("AWS_PROFILE"), "{shell:?}");
        assert_eq!(second_role["AWS_SSO_ROLE_ARN"], second, "{shell:?}");
        assert_eq!((&*back["AWS_SSO_ROLE_ARN"], &*back["AWS_REGION"]), (&*first, "us-west-2"), "{shell:?}");
        assert_eq!(refreshed["AWS_REGION"], "eu-north-1", "{shell:?}");
        assert_eq!(user.home.cleared("cleared"), initial, "{shell:?}");
        let _ = user.aws_sso("login --device-code --no-browser").run().success();
    }
}

/// `awsso use nope; terraform apply` must not run with the credentials that the shell had.
#[test]
fn a_verb_that_fails_ends_the_line_with_its_status_and_help_changes_nothing() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    for shell in OtherShell::all() {
        let kept = format!("awsso use {role}\nsh -c 'env -0 >before'");
        let lines = [
            kept.clone(),
            shell.caught("awsso use 123456789012/Nope"),
            shell.caught("awsso use --nonsense"),
            shell.caught("awsso exec nowhere -- ls"),
            "awsso use --help\nawsso -p corp clear -h\nsh -c 'env -0 >after'".to_owned(),
        ];
        let output = user.script_in(shell, &lines.join("\n")).run().success().complains("Usage: aws-sso use");
        assert_eq!(output.stdout, "status 4\nstatus 2\nstatus 4\n", "{shell:?}");
        assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?}");
        for failing in ["awsso use 123456789012/Nope", "awsso region 'a b'", "awsso status --nonsense"] {
            let output = user.script_in(shell, &format!("{kept}\n{failing}{} sh -c 'echo next'\n", shell.and)).run();
            assert_eq!(output.stdout, "", "{shell:?} {failing}");
            // A script of xonsh goes on after a failure, and then succeeds.
            assert!(shell.name == "xonsh" || !output.exit.success(), "{shell:?} {failing}");
        }
    }
}

#[test]
fn other_verbs_get_their_words_and_their_input_as_they_are() {
    let user = User::signed_in(Options::default());
    user.home.write("arguments", ARGUMENTS);
    for shell in OtherShell::all() {
        let words = "012345678901 a,b -- --x=y 'a b' '' 1e5 -p -";
        let script = shell.piped(&format!("awsso exec {} -- sh arguments {words}", user.role_arn(0))) + "\n";
        let output = user.script_in(shell, &script).run().success().quiet();
        let expected = "<012345678901><a,b><--><--x=y><a b><><1e5><-p><->piped";
        // tcsh shows the number of a pipe's job where the first program has ended before the alias begins.
        let is_job = |line: &&str| shell.name == "tcsh" && line.starts_with("[1] ");
        let lines: Vec<_> = output.stdout.lines().skip_while(is_job).collect();
        assert_eq!(lines, [expected], "{shell:?}");
    }
}

#[test]
fn accounts_of_any_name_are_used_and_nothing_of_a_name_is_run() {
    let user = User::signed_in(Options { names: Names::Hostile, accounts: 42, roles: 4, ..Options::default() });
    let accounts = user.sandbox.accounts();
    let is_name =
        |name: &str| !name.is_empty() && !name.starts_with("arn:") && !name.chars().all(|c| c.is_ascii_digit());
    let named: Vec<_> = accounts.iter().filter(|account| is_name(&account.name)).collect();
    for shell in OtherShell::all() {
        let mut script = String::new();
        for number in 0..named.len() {
            let role = shell.value(&format!("ROLE_{number}"));
            script += &format!("awsso use -- {role}\nsh -c 'env -0 >used-{number}'\n");
            script += &format!("{}\nsh -c 'env -0 >env-{number}'\n", shell.env(&role));
        }
        let run = named.iter().enumerate().fold(user.script_in(shell, &script), |run, (number, account)| {
            run.env(format!("ROLE_{number}"), format!("{}/{}", account.name, account.roles[0]))
        });
        let _ = run.run().success().quiet();
        for (number, account) in named.iter().enumerate() {
            for file in [format!("used-{number}"), format!("env-{number}")] {
                let environment = user.home.environment(&file);
                assert_eq!(environment["AWS_ACCOUNT_ID"], account.id, "{shell:?} {account:?}");
                assert_eq!(environment["AWS_SSO_ROLE_NAME"], account.roles[0], "{shell:?} {account:?}");
            }
        }
        assert!(!user.home.has("PWNED"), "{shell:?}: a name was executed");
    }
}
