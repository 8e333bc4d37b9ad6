//! Options of all verbs that stand before the verb.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::user::User;

#[test]
fn a_verb_behind_the_options_of_all_verbs_still_changes_the_shell() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    for shell in Shell::all() {
        for options in
            ["-p corp", "-v", "--login never", "--profile=corp", "-pcorp", "-vp corp", "-v --login never -p corp"]
        {
            let script =
                format!("awsso {options} use {role} --region eu-west-1\nenv -0 >used\nawsso -v clear\nenv -0 >left");
            let _ = user.script(shell, &script).run().success();
            let [inside, left] = ["used", "left"].map(|file| user.home.environment(file));
            assert_eq!(inside.get("AWS_SSO_ROLE_ARN"), Some(&role), "{shell:?} {options}");
            assert_eq!(inside.get("AWS_REGION").map(String::as_str), Some("eu-west-1"), "{shell:?} {options}");
            assert_eq!(left.get("AWS_SSO_ROLE_ARN"), None, "{shell:?} {options}");
        }
        // A value that is called like a verb is no verb, and the words of another verb stay as they are.
        let output = user.script(shell, "awsso -p use login --help").run().success();
        assert!(output.stdout.contains("Usage: aws-sso login"), "{shell:?} {output}");
        let output = user.script(shell, "awsso -p corp doctor --offline --json").run();
        assert!(output.stdout.contains("\"findings\"") || output.stdout.contains('['), "{shell:?} {output}");
    }
}

#[test]
fn help_is_never_evaluated() {
    let user = User::signed_in(Options::default());
    for shell in Shell::all() {
        for line in ["init bash --help", "env 1/x -h", "-p corp use --shell=bash --help", "-env --help"] {
            let output = user.script(shell, &format!("aws-sso {line}")).run().success().complains("Usage:");
            assert_eq!(output.stdout, "", "{shell:?} {line}");
        }
    }
}
