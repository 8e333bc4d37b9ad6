//! How `use`, `clear` and `refresh` change a shell's environment.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::terminal::type_lines;
use crate::support::user::User;

type Environment = BTreeMap<String, String>;

fn get<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment.get(name).map(String::as_str)
}

/// Variables that `use` may set, with values that a user may have in them.
const OWN: [(&str, &str); 6] = [
    ("AWS_PROFILE", "it's `touch PWNED` $(touch PWNED) \"\\"),
    ("AWS_REGION", ""),
    ("AWS_SECRET_ACCESS_KEY", "a'b\\'c\u{2019}; touch PWNED #"),
    ("AWS_SSO_PROFILE", "corp"),
    ("AWS_SECURITY_TOKEN", "=ls ~ *"),
    ("AWS_SSO_EXPIRATION", "a[$(touch PWNED)]"),
];

#[test]
fn use_twice_and_then_clear_gives_back_the_first_state() {
    let user = User::signed_in(Options::default());
    user.home.sign_in_config(&format!(
        "[profile plain]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\n",
        user.sandbox.accounts()[0].id,
        user.sandbox.accounts()[0].roles[2]
    ));
    for shell in Shell::all() {
        let script = format!(
            "env -0 >before\nawsso use {} --region us-west-2\nenv -0 >first\nawsso use {}\nenv -0 >second\n\
             awsso use plain\nenv -0 >third\nawsso clear\nenv -0 >after\nawsso clear\nenv -0 >cleared-twice",
            user.role_arn(0),
            user.role_arn(1)
        );
        for own in [&OWN[..], &[]] {
            let run = user.script(shell, &script);
            let run = own.iter().fold(run, |run, (name, value)| run.env(name, value));
            let output = run.run().success().quiet();
            assert_eq!(output.stdout, "", "{shell:?}");
            let [before, first, second, third, after, again] =
                ["before", "first", "second", "third", "after", "cleared-twice"]
                    .map(|file| user.home.environment(file));

            assert_eq!(get(&first, "AWS_SSO_ROLE_ARN"), Some(user.role_arn(0).as_str()), "{shell:?}");
            assert_eq!(get(&first, "AWS_REGION"), Some("us-west-2"));
            assert_eq!(get(&first, "AWS_DEFAULT_REGION"), Some("us-west-2"));
            assert_eq!(get(&first, "AWS_SSO_SESSION"), Some("corp"));
            let account = &user.sandbox.accounts()[0];
            let shown = format!("{}/{}", account.id, account.roles[0]);
            assert_eq!(get(&first, "AWS_SSO_PROFILE"), Some(shown.as_str()));
            assert_eq!(get(&third, "AWS_SSO_PROFILE"), Some("plain"));
            assert_eq!(get(&first, "AWS_SSO_ROLE_NAME"), Some(account.roles[0].as_str()));
            assert_eq!(get(&first, "AWS_ACCOUNT_ID"), Some(user.sandbox.accounts()[0].id.as_str()));
            assert!(get(&first, "AWS_CREDENTIAL_EXPIRATION").unwrap().ends_with('Z'));
            assert!(get(&first, "AWS_SSO_EXPIRATION").unwrap().parse::<u32>().is_ok());
            for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"] {
                assert_eq!(get(&first, name), None, "{shell:?}");
            }
            assert_eq!(get(&second, "AWS_SSO_ROLE_ARN"), Some(user.role_arn(1).as_str()));
            assert_ne!(get(&first, "AWS_ACCESS_KEY_ID"), get(&second, "AWS_ACCESS_KEY_ID"));
            assert_eq!(get(&second, "AWS_REGION"), get(&before, "AWS_REGION"), "no region is known");
            assert_eq!(get(&third, "AWS_PROFILE"), Some("plain"));
            assert_eq!(get(&third, "AWS_ACCESS_KEY_ID"), None);
            let previous = format!("{} plain -p plain", user.role_arn(2));
            for mut cleared in [after, again] {
                assert_eq!(cleared.remove("AWS_SSO_PREVIOUS"), Some(previous.clone()), "{shell:?}: for awsso -");
                assert_eq!(cleared, before, "{shell:?}");
            }
        }
        assert!(!user.home.has("PWNED"), "{shell:?}");
    }
}

/// The shell has a role before, which it must keep.
#[test]
fn a_failing_verb_changes_nothing_and_keeps_its_status() {
    let user = User::signed_in(Options::default());
    let [kept, revoked, other] = [0, 1, 2].map(|number| user.role_arn(number));
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.revoke_role(&account.id, &account.roles[1]);
    let cases = [
        (format!("awsso use {revoked}"), 4),
        ("awsso use nobody".to_owned(), 4),
        ("awsso use".to_owned(), 2),
        ("awsso use a b".to_owned(), 4),
        ("awsso use --nothing".to_owned(), 2),
        ("awsso use x --shell zsh".to_owned(), 2),
        (format!("awsso use {other} --as-profile"), 2),
        (format!("awsso use {other} --as-profile --keys"), 2),
        (format!("awsso use -p elsewhere {other}"), 2),
        ("awsso pick".to_owned(), 2),
        ("awsso clear x".to_owned(), 2),
    ];
    for shell in Shell::all() {
        for (line, status) in &cases {
            let script = format!("awsso use {kept}\nenv -0 >before\n{}\nenv -0 >after", shell.status_of(line));
            let output = user.script(shell, &script).run().success();
            assert_eq!(output.stdout, format!("status {status}\n"), "{shell:?} {line}: {}", output.stderr);
            assert!(!output.stderr.is_empty(), "{line}");
            assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?} {line}");
        }
    }
}

/// `use` does not replace a value that `clear` could not restore.
#[test]
fn a_value_with_a_control_character_stops_use() {
    let user = User::signed_in(Options::default());
    for shell in Shell::all() {
        let script =
            format!("env -0 >before\n{}\nenv -0 >after", shell.status_of(&format!("awsso use {}", user.role_arn(0))));
        let output = user.script(shell, &script).env("AWS_PROFILE", "dev\r").run().success();
        assert_eq!(output.stdout, "status 2\n");
        let remedy = if shell == Shell::Fish { "run: set -e AWS_PROFILE" } else { "run: unset AWS_PROFILE" };
        let _ = output.complains(remedy);
        assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?}");
    }
}

#[test]
fn a_profile_is_exported_for_programs_that_run_longer_than_the_keys() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[0].clone();
    user.home.sign_in_config(&format!(
        "[profile plain]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\nregion = eu-west-3\n",
        account.id, account.roles[0]
    ));
    // The command, and whether it exports keys.
    let cases = [
        ("plain".to_owned(), false),
        ("plain --as-profile".to_owned(), false),
        ("plain --keys".to_owned(), true),
        (user.role_arn(0), true),
        (format!("{} --as-profile", user.role_arn(0)), false),
    ];
    for shell in Shell::all() {
        for (arguments, has_keys) in &cases {
            let script = format!("awsso use {arguments}\nenv -0 >after\nawsso refresh\nenv -0 >refreshed");
            let output = user.script(shell, &script).env("AWS_ACCESS_KEY_ID", "mine").run().success();
            let after = user.home.environment("after");
            assert_eq!(get(&after, "AWS_SSO_ROLE_ARN"), Some(user.role_arn(0).as_str()), "{shell:?} {arguments}");
            assert_eq!(get(&after, "AWS_PROFILE"), (!has_keys).then_some("plain"), "{shell:?} {arguments}");
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_SSO_EXPIRATION"] {
                assert_eq!(after.contains_key(name), *has_keys, "{shell:?} {arguments}: {name}");
            }
            let has_region = arguments.starts_with("plain");
            if has_region {
                assert_eq!(get(&after, "AWS_REGION"), Some("eu-west-3"), "{shell:?} {arguments}");
            }
            assert_eq!(user.home.environment("refreshed"), after, "{shell:?} {arguments}");
            assert_eq!(output.stderr.contains("AWS_PROFILE=plain by themselves"), !has_keys, "{}", output.stderr);
        }
    }
}

#[test]
fn clear_keeps_the_users_own_keys_and_removes_what_env_has_set() {
    let user = User::signed_in(Options::default());
    for shell in Shell::all() {
        let exports = match shell {
            Shell::Fish => format!("aws-sso env {} --shell fish | source", user.role_arn(0)),
            _ => format!("eval \"$(aws-sso env {} --shell {})\"", user.role_arn(0), shell.name()),
        };
        let script = format!(
            "awsso clear\nenv -0 >own\n{exports}\nenv -0 >role\nawsso clear\nenv -0 >none\n{}",
            shell.status_of("awsso refresh")
        );
        let output = user.script(shell, &script).env("AWS_ACCESS_KEY_ID", "mine").run().success();
        assert_eq!(output.stdout, "status 2\n");
        let _ = output.complains("this shell has no role");
        assert_eq!(get(&user.home.environment("own"), "AWS_ACCESS_KEY_ID"), Some("mine"), "{shell:?}");
        assert!(get(&user.home.environment("role"), "AWS_ACCESS_KEY_ID").unwrap().starts_with("ASIA"));
        let left: Vec<_> =
            user.home.environment("none").into_keys().filter(|name| name.contains("SESSION_TOKEN")).collect();
        assert_eq!(left, [""; 0], "{shell:?}");
        assert_eq!(get(&user.home.environment("none"), "AWS_ACCESS_KEY_ID"), None, "{shell:?}");
    }
}

/// It changes only the keys: not the region, and not what `clear` will restore.
#[test]
fn refresh_brings_later_credentials_of_the_same_role() {
    let user =
        User::signed_in(Options { credential_lifetime: std::time::Duration::from_mins(10), ..Options::default() });
    for shell in Shell::all() {
        let script = format!(
            "env -0 >before\nawsso use {}\n{}\nenv -0 >old\nawsso refresh\nenv -0 >new\nawsso clear\nenv -0 >after",
            user.role_arn(0),
            shell.export("AWS_REGION", "eu-south-1"),
        );
        let _ = user.script(shell, &script).run().success().quiet();
        let [before, mut old, mut new, after] =
            ["before", "old", "new", "after"].map(|file| user.home.environment(file));
        assert_ne!(get(&old, "AWS_ACCESS_KEY_ID"), get(&new, "AWS_ACCESS_KEY_ID"), "{shell:?}");
        for environment in [&mut old, &mut new] {
            environment.retain(|name, _| {
                !matches!(
                    name.as_str(),
                    "AWS_ACCESS_KEY_ID"
                        | "AWS_SECRET_ACCESS_KEY"
                        | "AWS_SESSION_TOKEN"
                        | "AWS_CREDENTIAL_EXPIRATION"
                        | "AWS_SSO_EXPIRATION"
                        | "AWS_SSO_ORIGIN"
                        | "AWS_SSO_DISPLACED"
                )
            });
        }
        assert_eq!(old, new, "{shell:?}");
        let left: Vec<_> = after.iter().filter(|(name, value)| before.get(*name) != Some(value)).collect();
        assert!(
            left.iter().all(|(name, _)| ["AWS_REGION", "AWS_SSO_PREVIOUS"].contains(&name.as_str())),
            "{shell:?}: {left:?}"
        );
    }
}

/// fish shares universal variables among all its sessions, so erasing one would change them all; and once the global
/// variable is gone, programs see the universal one.
#[test]
fn a_universal_variable_of_fish_that_would_stay_is_a_refusal_that_changes_nothing() {
    if !Shell::Fish.is_here() {
        return;
    }
    let user = User::signed_in(Options::default());
    let script = format!(
        "set -Ux AWS_PROFILE mine\nset -Ux AWS_REGION us-west-1\nset -U AWS_VAULT none\n{}\n\
        env -0 >before\nawsso use {role}; echo $status\nenv -0 >after\n\
        set -eU AWS_PROFILE\nawsso use {role} --region eu-west-1; and echo in $AWS_REGION\n\
        set -q AWS_PROFILE; and echo no\n\
        awsso clear; and echo $AWS_REGION",
        Shell::Fish.load(),
        role = user.role_arn(0)
    );
    let run = user.home.command("fish").args(["-c", &script]).endpoint(user.sandbox.endpoint());
    let output = run.run().success().complains("set -eU AWS_PROFILE");
    assert_eq!(output.stdout, "2\nin eu-west-1\nus-west-1\n");
    assert_eq!(user.home.environment("before"), user.home.environment("after"));
}

#[test]
fn cancelling_gives_130_and_an_unchanged_shell() {
    let user = User::signed_in(Options::default());
    for shell in Shell::all() {
        // Ctrl-C, the end of input, and Esc.
        for key in ["\x03", "\x04", "\x1b"] {
            let run = user.home.interactive(shell).endpoint(user.sandbox.endpoint());
            let mut terminal = run.in_terminal();
            let (load, enter) = (shell.load(), format!("awsso use {}", user.role_arn(0)));
            type_lines(&mut terminal, &[&load, shell.status_prompt(), &enter, "env -0 >before"]);
            terminal.send("awsso pick\r");
            terminal.wait_for("16/16");
            terminal.send(key);
            terminal.wait_for("[130]> ");
            type_lines(&mut terminal, &["env -0 >after"]);
            terminal.send("exit 0\r");
            let _ = terminal.finish();
            assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?} {key:?}");
        }
    }
}

/// A value that cannot change would stay beside the new ones.
#[test]
fn a_variable_that_is_read_only_or_belongs_to_a_function_is_a_refusal_that_changes_nothing() {
    let user = User::signed_in(Options { credential_lifetime: Duration::from_mins(10), ..Options::default() });
    let [first, role] = [0, 1].map(|number| user.role_arn(number));
    // What is read-only, and the verb that would change it.
    let read_only = [
        ("readonly AWS_SESSION_TOKEN=old", format!("awsso use {role}")),
        ("readonly AWS_SESSION_TOKEN", format!("awsso use {role} --region eu-west-1")),
        ("export AWS_PROFILE=mine; readonly AWS_PROFILE", format!("awsso use {role}")),
        ("typeset -r AWS_SSO_ROLE_NAME=mine", format!("awsso use {role}")),
        ("typeset -rx AWS_SECRET_ACCESS_KEY=mine", format!("awsso use {role}")),
        ("readonly AWS_SSO_DISPLACED", format!("awsso use {role}")),
        ("awsso use FIRST; readonly AWS_SESSION_TOKEN", "awsso refresh".to_owned()),
        ("awsso use FIRST; readonly AWS_SSO_ROLE_ARN", "awsso clear".to_owned()),
        ("awsso use FIRST; readonly AWS_ACCESS_KEY_ID", "awsso pick -p corp SECOND".to_owned()),
        // One of a function that calls hides the shell's own, which is back once it is removed or the function returns.
        ("local AWS_PROFILE=mine", format!("awsso use {role}")),
        ("awsso use FIRST; local AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_PROFILE", format!("awsso use {role}")),
        ("export AWS_PROFILE=mine; local AWS_PROFILE", format!("awsso use {role}")),
        ("awsso use FIRST; local -x AWS_SESSION_TOKEN=\"$AWS_SESSION_TOKEN\"", "awsso refresh".to_owned()),
        ("awsso use FIRST; local -x AWS_SSO_ROLE_ARN=\"$AWS_SSO_ROLE_ARN\"", "awsso clear".to_owned()),
        ("awsso use FIRST; local -x AWS_REGION=eu-west-1", "awsso region us-west-2".to_owned()),
        ("awsso use FIRST; awsso use SECOND; local -x AWS_ACCESS_KEY_ID=mine", "awsso -".to_owned()),
    ];
    let fish = [
        ("set -x AWS_PROFILE other", format!("awsso use {role}")),
        ("set -lx AWS_SECURITY_TOKEN other", format!("awsso use {role}")),
        ("set -lx AWS_ACCESS_KEY_ID other", format!("awsso use {role}")),
        ("awsso use FIRST; set -lx AWS_ACCESS_KEY_ID other", format!("awsso use {role}")),
        ("awsso use FIRST; set -lx AWS_SESSION_TOKEN $AWS_SESSION_TOKEN", "awsso refresh".to_owned()),
        ("awsso use FIRST; set -lx AWS_SSO_ROLE_ARN $AWS_SSO_ROLE_ARN", "awsso clear".to_owned()),
        ("awsso use FIRST; set -lx AWS_REGION eu-west-1", "awsso region us-west-2".to_owned()),
    ];
    for shell in Shell::all() {
        let cases: &[(&str, String)] = if shell == Shell::Fish { &fish } else { &read_only };
        for (before, verb) in cases {
            let line = shell.status_of(&verb.replace("SECOND", &role));
            let before = before.replace("SECOND", &role);
            let body = format!("{}\nenv -0 >before\n{line}\nenv -0 >after", before.replace("FIRST", &first));
            // Of the whole shell, or of the function that calls.
            let scripts = match shell {
                Shell::Fish => vec![format!("function inside\n{body}\nend\ninside")],
                _ if before.contains("local ") => vec![format!("function inside {{\n{body}\n}}\ninside")],
                _ if before.contains("FIRST") => vec![body],
                _ => vec![format!("function inside {{\n{body}\n}}\ninside"), body],
            };
            for script in scripts {
                let output = user.script(shell, &script).run().success().complains("nothing is changed");
                assert_eq!(output.stdout, "status 2\n", "{shell:?} {script}");
                assert!(output.stderr.contains("aws-sso: AWS_"), "{shell:?} {script}: {output}");
                assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?} {script}");
            }
        }
    }
}
