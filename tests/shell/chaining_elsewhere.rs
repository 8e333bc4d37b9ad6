//! Roles that are assumed with those of Identity Center: at the prompt, in nested shells, and in shells that are
//! neither POSIX nor fish.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::chain::user_of_chain;
use crate::support::other_shells::OtherShell;
use crate::support::terminal::type_lines;
use crate::support::user::User;

/// A chain by a profile and by options, with the name of its session.
fn ways(far: &str) -> [(String, &'static str); 2] {
    [("chained".to_owned(), ""), (format!("base --assume {far} --session-name me.too"), "me.too")]
}

/// Whether a shell has the role at the end of the chain, and keys of it with this session's name.
#[track_caller]
fn holds(user: &User, file: &str, far: &str, session: &str) -> BTreeMap<String, String> {
    let environment = user.home.environment(file);
    assert_eq!(environment.get("AWS_SSO_ROLE_ARN").map(String::as_str), Some(far), "{file}");
    let caller = user.sandbox.caller_of(&environment["AWS_ACCESS_KEY_ID"]).unwrap();
    assert!(caller.contains(":assumed-role/Deploy/") && caller.ends_with(session), "{file}: {caller}");
    assert!(environment.contains_key("AWS_SSO_ROLE_LINE"), "{file}");
    environment
}

/// A user whose chain is about to expire when it is entered.
fn due() -> (User, String) {
    let (user, far) = user_of_chain(Options::default());
    user.sandbox.update(|options| options.assumed_lifetime = Some(Duration::from_secs(200)));
    (user, far)
}

#[test]
fn the_prompt_renews_a_chain_as_it_was_entered_without_a_word() {
    for shell in Shell::all() {
        for number in 0..2 {
            let (user, far) = due();
            let (role, session) = ways(&far)[number].clone();
            let mut terminal = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).in_terminal();
            type_lines(&mut terminal, &[&shell.load_with("--hook refresh"), ":"]);
            // The prompt that renews comes once new credentials last longer.
            terminal.send(&format!("awsso -q use {role}; env -0 >old; printf '%s%s\\n' en tered; sh -c 'read x'\r"));
            terminal.wait_for("entered");
            user.sandbox.update(|options| options.assumed_lifetime = None);
            terminal.send("\r");
            type_lines(&mut terminal, &[":", "env -0 >new"]);
            terminal.send(" exit 0\r");
            let screen = terminal.finish().success().stdout;
            assert!(!screen.contains("aws-sso:"), "{shell:?} {role}:\n{screen}");
            let [old, new] = ["old", "new"].map(|file| holds(&user, file, &far, session));
            assert_ne!(old["AWS_ACCESS_KEY_ID"], new["AWS_ACCESS_KEY_ID"], "{shell:?} {role}");
            assert_eq!(old["AWS_SSO_ROLE_LINE"], new["AWS_SSO_ROLE_LINE"], "{shell:?} {role}");
        }
    }
}

#[test]
fn the_prompt_of_powershell_renews_a_chain_as_it_was_entered() {
    for number in 0..2 {
        let (user, far) = due();
        let (role, session) = ways(&far)[number].clone();
        let script = format!(
            "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
             aws-sso init powershell --hook refresh | Out-String | Invoke-Expression\n$null = prompt\n\
             awsso use {role}\nsh -c 'env -0 >old'\n$null = prompt\nsh -c 'env -0 >new'\n"
        );
        let Some(run) = user.home.powershell(&script) else { return };
        let _ = run.endpoint(user.sandbox.endpoint()).run().success();
        let [old, new] = ["old", "new"].map(|file| holds(&user, file, &far, session));
        assert_ne!(old["AWS_ACCESS_KEY_ID"], new["AWS_ACCESS_KEY_ID"], "{role}");
    }
}

/// Whatever a shell or a subshell inside does, the shell around it keeps its role.
#[test]
fn a_nested_shell_renews_leaves_and_goes_back_to_the_chain_of_the_one_around_it() {
    let (user, far) = user_of_chain(Options::default());
    let (role, session) = ways(&far)[1].clone();
    let plain = user.role_arn(1);
    for (outer, inner, options) in [
        (Shell::Zsh, Shell::Bash, "--noprofile --norc"),
        (Shell::Bash, Shell::Zsh, "-f"),
        (Shell::Fish, Shell::Bash, "--noprofile --norc"),
        (Shell::Bash, Shell::Fish, "--no-config"),
    ] {
        if !outer.is_here() || !inner.is_here() {
            continue;
        }
        user.home.write(
            "inner",
            format!(
                "{}\nawsso refresh\nenv -0 >inner-renewed\naws-sso exec -- env -0 >inner-exec\nawsso use {plain}\n\
                 env -0 >inner-plain\nawsso -\nenv -0 >inner-back\nawsso clear\nenv -0 >inner-cleared\n",
                inner.load()
            ),
        );
        let subshell = match outer {
            Shell::Fish => String::new(),
            _ => "( awsso refresh; env -0 >subshell; awsso clear; env -0 >subshell-cleared )\n".to_owned(),
        };
        let script = format!(
            "env -0 >initial\nawsso use {role}\nenv -0 >used\n{subshell}{} {options} inner\nenv -0 >between\n\
             awsso refresh\nenv -0 >after\nawsso clear\nenv -0 >cleared\n",
            inner.name()
        );
        let _ = user.script(outer, &script).run().success();
        let entered = holds(&user, "used", &far, session);
        let mut files = vec!["inner-renewed", "inner-exec", "inner-back", "between", "after"];
        files.extend((outer != Shell::Fish).then_some("subshell"));
        for file in files {
            let environment = holds(&user, file, &far, session);
            assert_eq!(environment["AWS_SSO_ROLE_LINE"], entered["AWS_SSO_ROLE_LINE"], "{outer:?} {inner:?} {file}");
        }
        assert_eq!(user.home.environment("between"), entered, "{outer:?} {inner:?}");
        let inside = user.home.environment("inner-plain");
        assert_eq!(inside["AWS_SSO_ROLE_ARN"], plain, "{outer:?} {inner:?}");
        assert!(!inside.contains_key("AWS_SSO_ROLE_LINE"), "{outer:?} {inner:?}");
        for file in ["inner-cleared", "subshell-cleared"] {
            if file == "subshell-cleared" && outer == Shell::Fish {
                continue;
            }
            let environment = user.home.environment(file);
            for name in ["AWS_SSO_ROLE_LINE", "AWS_SSO_ROLE_ARN", "AWS_ACCESS_KEY_ID"] {
                assert!(!environment.contains_key(name), "{outer:?} {inner:?} {file}: {name}");
            }
        }
        assert_eq!(user.home.cleared("cleared"), user.home.environment("initial"), "{outer:?} {inner:?}");
    }
}

/// Each shell with a language of its own, and PowerShell.
const POWERSHELL: &str = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
                          aws-sso init powershell | Invoke-Expression\n";

#[test]
fn other_shells_enter_renew_leave_and_go_back_to_a_chain() {
    let (user, far) = user_of_chain(Options::default());
    let [(profile, _), (options, session)] = ways(&far);
    let plain = user.role_arn(1);
    let see = |file: &str| format!("sh -c 'env -0 >{file}'");
    let lines = [
        see("initial"),
        format!("awsso use {options} --tag Team=Pay"),
        see("used"),
        "awsso whoami --json".to_owned(),
        "awsso refresh".to_owned(),
        see("refreshed"),
        format!("awsso use {plain}"),
        see("plain"),
        "awsso -".to_owned(),
        see("back"),
        format!("awsso use {profile}"),
        see("profile"),
        format!("awsso use {profile} --as-profile"),
        see("as-profile"),
        "awsso -".to_owned(),
        see("again"),
        "awsso clear".to_owned(),
        see("cleared"),
    ]
    .map(|line| line + "\n")
    .concat();
    let others = OtherShell::all().into_iter().map(|shell| (shell.name, user.script_in(shell, &lines)));
    let powershell = user.home.powershell(&format!("{POWERSHELL}{lines}"));
    let powershell = powershell.map(|run| ("powershell", run.endpoint(user.sandbox.endpoint())));
    for (shell, run) in others.chain(powershell).collect::<Vec<_>>() {
        let output = run.run().success();
        let whoami: serde_json::Value = serde_json::from_str(output.stdout.trim()).unwrap_or_else(|error| {
            panic!("{shell}: {error}: {output}");
        });
        assert_eq!((&whoami["roleArn"], &whoami["roleName"]), (&(*far).into(), &"Deploy".into()), "{shell}");
        let entered = holds(&user, "used", &far, session);
        // With AWS_PROFILE it is the same role as with keys, so the one before is still that with the tag.
        for file in ["refreshed", "back", "again"] {
            let environment = holds(&user, file, &far, session);
            assert_eq!(environment["AWS_SSO_ROLE_LINE"], entered["AWS_SSO_ROLE_LINE"], "{shell} {file}");
        }
        assert!(entered["AWS_SSO_ROLE_LINE"].contains("--tag=Team=Pay"), "{shell}");
        let left = user.home.environment("plain");
        assert_eq!(left["AWS_SSO_ROLE_ARN"], plain, "{shell}");
        assert!(!left.contains_key("AWS_SSO_ROLE_LINE"), "{shell}");
        assert_eq!(holds(&user, "profile", &far, "")["AWS_SSO_PROFILE"], "chained", "{shell}");
        let by_profile = user.home.environment("as-profile");
        assert_eq!(by_profile["AWS_PROFILE"], "chained", "{shell}");
        assert!(!by_profile.contains_key("AWS_ACCESS_KEY_ID"), "{shell}");
        assert_eq!(user.home.cleared("cleared"), user.home.environment("initial"), "{shell}");
    }
}
