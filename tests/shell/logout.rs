//! `awsso logout` and the keys that this shell has from the sign-in.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::discovery::sso_session;
use crate::support::user::User;

/// Signed in to `corp`; the config has `other`, and `broken` if this is asked for.
fn signed_in(more: &str) -> User {
    let user = User::signed_in(Options::default());
    let other = sso_session("other", "https://other.awsapps.com/start");
    user.home.sign_in_config(&format!("{other}{more}"));
    user
}

fn sign_in(user: &User) {
    let _ = user.aws_sso("login -p corp --device-code --no-browser").run().success();
}

/// The options of strict shells.
fn modes(shell: Shell) -> &'static [&'static [&'static str]] {
    match shell {
        Shell::Bash => &[&[], &["-eu", "-o", "pipefail"], &["--posix"]],
        Shell::Zsh => &[&[], &["-e", "-u", "-o", "ksharrays", "-o", "shwordsplit", "-o", "errreturn"]],
        Shell::Fish => &[&[]],
    }
}

const STILL: &str = "this shell still has keys of ";

#[test]
fn logout_takes_this_shells_role_with_it_if_that_came_from_the_sign_in() {
    let user = signed_in("");
    let role = user.role(0, 0);
    for shell in Shell::all() {
        for options in modes(shell) {
            sign_in(&user);
            let script = format!(
                "{}\nenv -0 >before\nawsso logout -p other\nenv -0 >without\nawsso use {role} -p corp\nenv -0 >in\n\
                 awsso logout -p other\nenv -0 >kept\n{}\nenv -0 >failed\nawsso logout -p corp\nenv -0 >after",
                shell.load(),
                shell.status_of("awsso logout -p nowhere"),
            );
            let run = user.home.script_with(shell, options, &script).endpoint(user.sandbox.endpoint());
            let output = run.env("AWS_PROFILE", "mine").run().success();
            assert_eq!(output.stdout, "status 2\n", "{shell:?} {options:?}: {output}");
            assert!(!output.stderr.contains(STILL), "{shell:?} {options:?}: {output}");
            let _ = output.complains("signed out of https://d-abc123.awsapps.com/start");
            let [before, without, entered, kept, failed] =
                ["before", "without", "in", "kept", "failed"].map(|file| user.home.environment(file));
            let after = user.home.cleared("after");
            assert!(entered.contains_key("AWS_SSO_ROLE_ARN"), "{shell:?} {options:?}");
            assert_eq!(
                (&before, &entered, &entered, &before),
                (&without, &kept, &failed, &after),
                "{shell:?} {options:?}"
            );
        }
    }
    // The one line says that other shells are not changed.
    for shell in Shell::all() {
        sign_in(&user);
        let script = format!("awsso -q use {role} -p corp; awsso logout -p corp");
        let screen = user.script(shell, &script).in_terminal().finish().success().stdout;
        let line = "this shell has no role; other shells may still have keys, until those expire";
        assert_eq!(screen.trim().lines().last(), Some(line), "{shell:?}\n{screen}");
    }
}

/// The shell evaluates nothing that comes with a failure, so it is told.
#[test]
fn a_logout_that_fails_in_part_says_that_the_keys_are_still_there() {
    let user = signed_in("[sso-session broken]\nsso_region = eu-west-1\n");
    for shell in Shell::all() {
        sign_in(&user);
        let script = format!(
            "awsso use {} -p corp\nenv -0 >before\n{}\nenv -0 >after",
            user.role(0, 0),
            shell.status_of("awsso logout --all")
        );
        let output = user.script(shell, &script).run().success();
        assert!(!output.stdout.contains("status 0"), "{shell:?}: {output}");
        let _ = output.complains("corp: signed out").complains(STILL).complains("run: awsso clear\n");
        assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?}");
    }
}

#[test]
fn without_the_function_logout_says_how_to_remove_the_keys() {
    let user = signed_in("");
    let (role, unset) =
        (user.role(0, 0), "unset AWS_ACCESS_KEY_ID; unset AWS_SECRET_ACCESS_KEY; unset AWS_SESSION_TOKEN");
    // How the shell got its role, who signs out, and the remedy.
    let cases = [
        (format!("awsso use {role} -p corp"), "aws-sso logout -p corp", Some("awsso clear")),
        (format!("awsso use {role} -p corp"), "aws-sso logout -p other", None),
        (format!("eval \"$(aws-sso env {role} -p corp)\""), "aws-sso logout -p corp", Some(unset)),
        // Keys of the user's own since.
        (format!("awsso use {role} -p corp; export AWS_ACCESS_KEY_ID=AKIAMINE"), "aws-sso logout -p corp", None),
        (format!("awsso use {role} -p corp; awsso clear"), "aws-sso logout -p corp", None),
    ];
    for (enter, logout, remedy) in cases {
        sign_in(&user);
        let output = user.script(Shell::Bash, &format!("{enter}\n{logout}")).run().success();
        let shown =
            remedy.map(|remedy| format!("and other shells may have some\n  to remove them here, run: {remedy}\n"));
        assert_eq!(output.stderr.contains(STILL), shown.is_some(), "{enter} {logout}: {output}");
        let _ = output.complains(&shown.unwrap_or_default());
    }
}

#[test]
fn powershell_loses_its_role_at_logout_too() {
    let user = signed_in("");
    let code = format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
         aws-sso init powershell | Out-String | Invoke-Expression\nawsso use {} -p corp\n\
         awsso logout -p other\n\"kept $(Test-Path Env:/AWS_SESSION_TOKEN)\"\n\
         awsso logout -p corp\n\"kept $(Test-Path Env:/AWS_SESSION_TOKEN) $(Test-Path Env:/AWS_SSO_ROLE_ARN)\"\n",
        user.role(0, 0)
    );
    let Some(run) = user.home.powershell(&code) else { return };
    assert_eq!(run.endpoint(user.sandbox.endpoint()).run().success().stdout, "kept True\nkept False False\n");
}
