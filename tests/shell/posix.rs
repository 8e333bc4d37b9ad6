//! The function of `init posix` in the plain POSIX shells.

use aws_sso::sandbox::Options;

use crate::support::user::User;
use crate::support::{Home, Shell, programs, skip};

/// Each with the words that start it for a script.
const SHELLS: [&[&str]; 4] = [&["dash"], &["ksh"], &["mksh"], &["busybox", "sh"]];

#[test]
fn use_and_clear_change_the_shell_and_a_failure_changes_nothing() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let script = format!(
        "set -eu\nalias awsso=false\neval \"$(aws-sso init posix)\"\neval \"$(aws-sso init posix)\"\n\
         AWS_PROFILE=mine; export AWS_PROFILE\n\
         awsso -p corp use {role} --region eu-west-2\n\
         echo \"$? $AWS_SSO_ROLE_NAME $AWS_REGION ${{AWS_PROFILE-none}}\"\n\
         awsso use nobody/x --login never 2>/dev/null || echo failed\necho \"$AWS_SSO_ROLE_NAME\"\n\
         awsso exec {role} printf '<%s>' 'a b' -- use || :\n\
         awsso exec {role} sh -c 'exit 7' || echo \" status $?\"\n\
         awsso whoami --format '{{role}}'\n\
         awsso clear\necho \"${{AWS_SSO_ROLE_NAME-none}} ${{AWS_SECRET_ACCESS_KEY-none}} $AWS_PROFILE\"\n\
         set | grep __aws_sso_ || echo clean\n"
    );
    let name = &user.sandbox.accounts()[0].roles[0];
    let expected =
        format!("0 {name} eu-west-2 none\nfailed\n{name}\n<a b><--><use> status 7\n{name}\nnone none mine\nclean\n");
    for words in SHELLS {
        let Some(shell) = programs(words[0]).next() else {
            skip(&format!("{} is not installed: init posix is not tested with it", words[0]));
            continue;
        };
        let run = || user.home.command(&shell).args(&words[1..]).endpoint(user.sandbox.endpoint());
        let output = run().args(["-c", &script]).run().success();
        assert_eq!(output.stdout, expected, "{words:?}: {output}");
        // A trace shows no secret, and is on again afterwards.
        let traced = format!("eval \"$(aws-sso init posix)\"\nset -x\nawsso use {role}\n: \"on again\"");
        let output = run().args(["-c", &traced]).run().success();
        assert!(output.stderr.contains("on again") && !output.stderr.contains("SECRET"), "{words:?}: {output}");
    }
}

/// They run no program by its path, as the function does.
#[test]
fn a_restricted_shell_enters_a_role_by_the_name_of_the_program() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    for shell in [Shell::Bash, Shell::Zsh].into_iter().filter(|shell| shell.is_here()) {
        let script =
            format!("eval \"$(aws-sso env {role} --shell {})\"; aws-sso whoami --format '{{role}}'", shell.name());
        let run = user.home.script_with(shell, &["-r"], &script).endpoint(user.sandbox.endpoint());
        let output = run.run().success().quiet();
        assert_eq!(output.stdout.trim(), user.sandbox.accounts()[0].roles[0], "{shell:?}");
        let script = format!("{}; echo loaded >&2; awsso use {role}", shell.load());
        let run = user.home.script_with(shell, &["-r"], &script).endpoint(user.sandbox.endpoint());
        let output = run.run().status(2);
        assert!(output.stderr.starts_with("loaded\naws-sso: a restricted shell"), "{shell:?}: {output}");
        assert!(output.stderr.contains("run: eval \"$(aws-sso env ROLE)\""), "{shell:?}: {output}");
    }
}

/// Such a shell refuses to send anything to a file, each time with a line.
#[test]
fn the_renewal_of_a_restricted_shell_says_only_that_the_credentials_have_expired() {
    if !Shell::Bash.is_here() {
        return;
    }
    let home = Home::new();
    let script = "eval \"$(aws-sso init bash --hook refresh)\"\n\
                  export AWS_SSO_EXPIRATION=1700000000 AWS_SSO_SESSION_END=4102444800\n\
                  set -r\n__aws_sso_hook\n__aws_sso_hook\n";
    let output = home.script(Shell::Bash, script).run().success();
    let notice = "aws-sso: your credentials have expired; run: awsso refresh\n";
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", notice));
}
