//! Roles that are assumed with those of Identity Center, in real shells: entered, remembered, renewed and left.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sso::sandbox::{AssumableRole, Options};

use crate::support::Shell;
use crate::support::user::User;

/// A user who may assume any role, with a profile and an alias that do.
fn user() -> User {
    let user = User::signed_in(Options {
        assumable: vec![AssumableRole::any()],
        credential_lifetime: Duration::from_hours(1),
        ..Options::default()
    });
    let account = &user.sandbox.accounts()[0];
    let far = end(&user);
    user.home.sign_in_config(&format!(
        "[profile base]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\n\
         [profile chained]\nrole_arn = {far}\nsource_profile = base\nregion = eu-west-3\n\
         [profile by-process]\ncredential_process = aws-sso process {}/{} -p corp --assume={far}\n\
         [profile on-process]\nrole_arn = {far}Again\nsource_profile = by-process\n",
        account.id, account.roles[0], account.id, account.roles[0],
    ));
    user.home.write(
        ".config/aws-sso/config",
        format!("[alias]\ndeploy = {} --assume {far} --session-name from-alias\n", user.role_arn(0)),
    );
    // Names of accounts are not worth a request.
    let _ = user.aws_sso("list").run().success();
    user
}

/// The role that the profile, the alias and the options assume.
fn end(user: &User) -> String {
    format!("arn:aws:iam::{}:role/ops/Deploy", user.sandbox.accounts()[1].id)
}

fn value(environment: &BTreeMap<String, String>, name: &str) -> String {
    environment.get(name).cloned().unwrap_or_default()
}

/// Who programs are with the keys of this environment.
fn caller(user: &User, environment: &BTreeMap<String, String>) -> String {
    user.sandbox.caller_of(&environment["AWS_ACCESS_KEY_ID"]).unwrap()
}

#[test]
fn a_shell_enters_a_chained_role_by_profile_alias_or_options_and_knows_it_by_the_role_at_the_end() {
    let user = user();
    let (far, base) = (end(&user), user.role_arn(0));
    let account = &user.sandbox.accounts()[1];
    let label = format!("{}/Deploy", account.name);
    let cases = [
        ("chained".to_owned(), "chained", &far),
        ("by-process".to_owned(), "by-process", &far),
        ("on-process".to_owned(), "on-process", &format!("{far}Again")),
        ("deploy".to_owned(), "deploy", &far),
        (format!("{base} --assume {far} --tag 'Cost Centre=a b'"), label.as_str(), &far),
        (format!("base --assume {far}"), label.as_str(), &far),
        (format!("deploy --assume {far}Other"), &format!("{label}Other"), &format!("{far}Other")),
        (format!("chained --assume {far}Again"), &format!("{label}Again"), &format!("{far}Again")),
    ];
    for shell in Shell::all() {
        for (role, shown, arn) in &cases {
            let script = format!(
                "awsso use {role}\nenv -0 >used\naws-sso status\naws-sso check\n\
                 aws-sso exec -- env -0 >exec\nawsso refresh\nenv -0 >renewed\nawsso clear\nenv -0 >cleared"
            );
            let output = user.script(shell, &script).run().success();
            let case = format!("{shell:?} {role}");
            let entered = user.home.environment("used");
            assert_eq!(value(&entered, "AWS_SSO_ROLE_ARN"), **arn, "{case}");
            assert_eq!(value(&entered, "AWS_SSO_PROFILE"), *shown, "{case}");
            assert_eq!(value(&entered, "AWS_ACCOUNT_ID"), account.id, "{case}");
            assert_eq!(value(&entered, "AWS_SSO_ACCOUNT_NAME"), account.name, "{case}");
            assert_eq!(value(&entered, "AWS_PROFILE"), "", "{case}: keys, so that the session is the person's own");
            let name = arn.rsplit('/').next().unwrap();
            let session = format!(":assumed-role/{name}/");
            for file in ["used", "exec", "renewed"] {
                let environment = user.home.environment(file);
                assert_eq!(value(&environment, "AWS_SSO_ROLE_ARN"), **arn, "{case} {file}");
                assert!(caller(&user, &environment).contains(&session), "{case} {file}");
            }
            let _ = output.prints(&format!("{arn}, via {}", user.role(0, 0)));
            let cleared = user.home.environment("cleared");
            for name in ["AWS_SSO_ROLE_LINE", "AWS_SSO_ROLE_ARN", "AWS_ACCESS_KEY_ID"] {
                assert_eq!(value(&cleared, name), "", "{case}: {name}");
            }
        }
    }
}

#[test]
fn a_shell_goes_back_to_a_chained_role_and_a_plain_role_forgets_it() {
    let user = user();
    let (far, base) = (end(&user), user.role_arn(1));
    let lines = format!(
        "awsso use {base}\nawsso use base --assume {far} --session-name me.too --tag a=b\nawsso use {base}\n\
         env -0 >plain\nawsso -\nenv -0 >back\nawsso use chained --as-profile\nenv -0 >profile\nawsso use {base}\n\
         awsso -\nenv -0 >again\nawsso clear\nawsso -\nenv -0 >after"
    );
    for shell in Shell::all() {
        let _ = user.script(shell, &lines).run().success();
        let of = |file: &str| user.home.environment(file);
        assert_eq!(value(&of("plain"), "AWS_SSO_ROLE_LINE"), "", "{shell:?}");
        assert_eq!(value(&of("plain"), "AWS_SSO_ROLE_ARN"), base, "{shell:?}");
        assert_eq!(value(&of("back"), "AWS_SSO_ROLE_ARN"), far, "{shell:?}");
        assert!(caller(&user, &of("back")).ends_with("/Deploy/me.too"), "{shell:?}");
        for file in ["profile", "again", "after"] {
            assert_eq!(value(&of(file), "AWS_SSO_ROLE_ARN"), far, "{shell:?} {file}");
            assert_eq!(value(&of(file), "AWS_PROFILE"), "chained", "{shell:?} {file}");
            assert_eq!(value(&of(file), "AWS_ACCESS_KEY_ID"), "", "{shell:?} {file}");
        }
    }
}

#[test]
fn the_hook_renews_a_chained_role_as_it_was_entered() {
    let user = user();
    let far = end(&user);
    for shell in Shell::all() {
        let expired = shell.export("AWS_SSO_EXPIRATION", "1");
        let script = format!(
            "awsso use base --assume {far} --session-name me.too\n{expired}\n\
             awsso refresh --login never\nenv -0 >renewed"
        );
        let _ = user.script(shell, &script).run().success();
        let renewed = user.home.environment("renewed");
        assert!(caller(&user, &renewed).ends_with("/Deploy/me.too"), "{shell:?}");
        assert_ne!(value(&renewed, "AWS_SSO_EXPIRATION"), "1", "{shell:?}");
    }
}

#[test]
fn a_shell_goes_back_to_the_same_role_with_other_options_or_another_base() {
    let user = user();
    let far = end(&user);
    for second in [format!("base --assume {far} --session-name two"), format!("{} --assume {far}", user.role_arn(1))] {
        let lines = format!(
            "awsso use {}\nawsso use base --assume {far} --session-name one\nawsso use {second}\nawsso -\nenv -0 >back",
            user.role_arn(2)
        );
        let _ = user.script(Shell::Bash, &lines).run().success();
        assert!(caller(&user, &user.home.environment("back")).ends_with("/Deploy/one"), "{second}");
    }
}

/// A quarter of a life of minutes is less than the time before the end at which the prompt renews.
#[test]
fn credentials_that_last_for_minutes_are_renewed_when_the_prompt_asks() {
    let user = user();
    user.sandbox.update(|options| options.assumed_lifetime = Some(std::time::Duration::from_secs(250)));
    let script = format!("awsso use base --assume {}\nenv -0 >used\nawsso refresh\nenv -0 >renewed", end(&user));
    let _ = user.script(Shell::Bash, &script).run().success();
    let key = |file: &str| value(&user.home.environment(file), "AWS_ACCESS_KEY_ID");
    assert_ne!(key("used"), key("renewed"));
}

#[test]
fn status_says_nothing_of_a_base_that_leads_to_another_role() {
    let user = user();
    let line = Shell::Bash.export("AWS_SSO_ROLE_LINE", &format!("base --assume {}Other", end(&user)));
    let output = user.script(Shell::Bash, &format!("awsso use chained\n{line}\naws-sso status")).run().success();
    assert!(output.stdout.contains(&end(&user)) && !output.stdout.contains("via"), "{output}");
}

/// Whatever stands in the variable, no other role is entered and nothing of it is run.
#[test]
fn a_line_that_leads_elsewhere_or_cannot_be_read_renews_nothing() {
    let user = user();
    let far = end(&user);
    let cases = [
        ("$(touch PWNED)".to_owned(), "AWS_SSO_ROLE_LINE"),
        ("chained; touch PWNED".to_owned(), "AWS_SSO_ROLE_LINE"),
        ("chained --exec 'touch PWNED'".to_owned(), "unexpected argument '--exec'"),
        (format!("base --assume {far}Other"), "it leads to"),
        ("base".to_owned(), "it leads to"),
        ("on-process".to_owned(), "it leads to"),
    ];
    for shell in Shell::all() {
        for (line, why) in &cases {
            let set = shell.export("AWS_SSO_ROLE_LINE", line);
            for verb in ["awsso refresh", "aws-sso exec -- env", "aws-sso console --print"] {
                let script =
                    format!("awsso use chained\n{set}\nenv -0 >before\n{}\nenv -0 >after", shell.status_of(verb));
                let output = user.script(shell, &script).run().success().complains(why);
                assert!(
                    output.stdout.starts_with("status ") && output.stdout != "status 0\n",
                    "{shell:?} {verb} {line}"
                );
                assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?} {verb} {line}");
            }
        }
    }
    assert!(!user.home.has("PWNED"));
}

#[test]
fn every_shell_and_format_gets_how_a_chained_role_is_made_again() {
    let user = user();
    let far = end(&user);
    let line = format!("env base --assume {far} --session-name=me.too");
    let shells =
        "posix bash zsh fish powershell nushell xonsh elvish tcsh cmd".split(' ').map(|name| format!("--shell {name}"));
    for form in shells.chain(["--format json", "--format github"].map(str::to_owned)) {
        let output = user.aws_sso(&format!("{line} {form}")).run().success();
        assert!(output.stdout.contains("AWS_SSO_ROLE_LINE"), "{form}");
        assert!(output.stdout.contains("--session-name=me.too") && output.stdout.contains(&far), "{form}");
        let plain = user.aws_sso(&format!("env base {form}")).run().success();
        assert!(!plain.stdout.contains("--assume"), "{form}");
    }
    for form in ["ini", "process", "aws-credentials", "dotenv"] {
        let output = user.aws_sso(&format!("{line} --format {form}")).run().success();
        assert!(output.stdout.contains("ASIA"), "{form}");
        // Where the line has no room, nothing takes the ARN for that of a role of Identity Center.
        assert!(!output.stdout.contains("AWS_SSO_ROLE_ARN=arn"), "{form}");
    }
}

#[test]
fn options_that_aws_would_refuse_are_refused_before_any_request() {
    let user = user();
    let far = end(&user);
    user.sandbox.clear_log();
    let cases = [
        ("--assume Deploy".to_owned(), "not the ARN of a role"),
        ("--external-id abc".to_owned(), "add --assume ARN"),
        (format!("--assume {far} --external-id a"), "an external id has 2 to 1224 characters"),
        (format!("--assume {far} --session-name a:b"), "the name of a session has 2 to 64 characters"),
        (format!("--assume {far} --duration 13h"), "from 15m to 12h"),
        (format!("--assume {far} --tag aws:x=y"), "AWS's own"),
        (format!("--assume {far} --source-identity x"), "a source identity has"),
        (format!("--assume {}", far.replace("arn:aws:", "arn:aws-cn:")), "of the same partition"),
    ];
    for (options, why) in &cases {
        for verb in ["process", "env", "exec", "serve", "console --print"] {
            let options = if verb.starts_with("console") {
                options.replace("--duration", "--assume-duration")
            } else {
                options.clone()
            };
            let why = why.replace("add --assume ARN", "--assume ARN");
            let _ = user.aws_sso(&format!("{verb} base {options}")).run().status(2).complains(&why);
        }
    }
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn the_console_of_a_chained_role_gets_no_duration() {
    let user = user();
    let _ = user.aws_sso("console chained --print").run().success().prints("/federation?Action=login");
    let _ = user.aws_sso("console deploy --print").run().success().prints("/federation?Action=login");
    for (options, option) in [("--duration 1h", "--duration"), ("--portal", "--portal")] {
        let output = user.aws_sso(&format!("console chained --print {options}")).run().status(2);
        let _ = output.complains(&format!("{option} does not go with"));
    }
}

#[test]
fn profiles_that_assume_a_role_are_rows_and_are_offered_for_completion() {
    let user = user();
    let list = user.aws_sso("list").run().success();
    for profile in ["chained", "by-process"] {
        let _ = list.clone().prints(&format!("Deploy (profile {profile} via {})", user.role(0, 0)));
    }
    let found = user.aws_sso("list chained").run().success();
    assert_eq!(found.stdout.lines().count(), 1, "{}", found.stdout);
    let json = user.aws_sso("list --json").run().success();
    assert!(!json.stdout.contains("Deploy"), "programs take each ARN for a role of Identity Center");
}

#[test]
fn signing_in_with_a_chained_profile_signs_in_to_the_identity_center_of_its_base() {
    let user = user();
    for profile in ["chained", "by-process", "on-process"] {
        let _ = user.aws_sso(&format!("login -p {profile}")).run().success().complains("already signed in to");
    }
}
