//! The prompt hook: it prints one message when credentials are about to expire, and otherwise does nothing.

use crate::support::terminal::{type_lines, typed};
use crate::support::{Home, Shell};

const SOON: &str = "expire within 5 minutes; run: awsso refresh";
#[cfg(feature = "sandbox")]
const ENDED: &str = "aws-sso: your sign-in has ended; run: awsso login -p corp";
const LATE: &str = "have expired; run: awsso refresh";

/// A statement that sets when the shell's credentials expire.
fn expire_in(shell: Shell, seconds: i32) -> String {
    match shell {
        Shell::Fish => format!("set -gx AWS_SSO_EXPIRATION (math (date +%s) + {seconds})"),
        _ => format!("export AWS_SSO_EXPIRATION=$(($(date +%s) + {seconds}))"),
    }
}

/// The code as an older bash runs it: each of its checks of the version fails.
fn older_bash(code: &str) -> String {
    let older = code.replace("BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]", "302");
    assert_ne!(older, code);
    older
}

fn init(shell: Shell, options: &[&str]) -> String {
    Home::new().aws_sso(["init", shell.name()]).args(options).run().success().stdout
}

/// Each shell's code, and that of bash as an older one runs it.
fn codes() -> Vec<(Shell, String)> {
    let mut codes: Vec<_> = Shell::all().into_iter().map(|shell| (shell, init(shell, &[]))).collect();
    codes.push((Shell::Bash, older_bash(&init(Shell::Bash, &[]))));
    codes
}

#[test]
fn it_reports_each_expiration_once_and_says_whether_it_has_passed() {
    for (shell, code) in codes() {
        let home = Home::new();
        home.write("code", code);
        let screen = typed(
            home.interactive(shell),
            &[
                "source ./code; source ./code",
                &expire_in(shell, 400),
                ":",
                "clear",
                &expire_in(shell, 250),
                ":",
                ":",
                &expire_in(shell, 240),
                ":",
                &expire_in(shell, -5),
                ":",
                ":",
            ],
        );
        assert_eq!(screen.matches(SOON).count(), 2, "{shell:?}:\n{screen}");
        assert_eq!(screen.matches(LATE).count(), 1, "{shell:?}:\n{screen}");
        // None of them is broken in a window of 80 columns.
        let notices: Vec<_> = screen.lines().filter(|line| line.starts_with("aws-sso: ")).collect();
        assert!(notices.len() >= 3 && notices.iter().all(|line| line.len() <= 79), "{shell:?}:\n{screen}");
    }
}

/// As oh-my-zsh's `asp` sets one.
#[test]
fn a_profile_beside_the_keys_of_use_is_reported_once_for_a_role_and_not_where_it_is_inherited() {
    let said = "which credentials programs take, run: aws-sso status; for the profile alone, run: awsso clear";
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish].into_iter().filter(|shell| shell.is_here()) {
        let home = Home::new();
        let export = |name, value| shell.export(name, value);
        let count = |screen: &str| screen.replace(['\n', '\r'], "").matches(said).count();
        let keys = format!("{}; {}", export("AWS_SSO_ORIGIN", "AKIDOFUSE"), export("AWS_ACCESS_KEY_ID", "AKIDOFUSE"));
        let [first, second] = ["first", "second"].map(|role| export("AWS_SSO_ROLE_ARN", role));
        let [one, other, own] = ["one", "other", "own"].map(|profile| export("AWS_PROFILE", profile));
        let hidden = if shell == Shell::Fish { "set -g AWS_PROFILE hidden" } else { "AWS_PROFILE=hidden" };
        let load = &shell.load();
        let lines = [load, "clear", &keys, &first, ":", hidden, ":"];
        let screen = typed(home.interactive(shell), &lines);
        assert_eq!(count(&screen), 0, "{shell:?}:\n{screen}");
        let other_keys = export("AWS_ACCESS_KEY_ID", "AKIDOTHER");
        let lines = [load, "clear", &keys, &first, &one, ":", ":", &other, ":", &one, &other_keys, &second, &own, ":"];
        let screen = typed(home.interactive(shell), &lines);
        assert_eq!(count(&screen), 1, "{shell:?}:\n{screen}");
        let names = ["AWS_SSO_ORIGIN", "AWS_ACCESS_KEY_ID", "AWS_SSO_ROLE_ARN", "AWS_PROFILE"];
        let child = || names.into_iter().fold(home.interactive(shell), |run, name| run.env(name, "one"));
        let screen = typed(child(), &[load, "clear", ":", &other, ":"]);
        assert_eq!(count(&screen), 0, "{shell:?}:\n{screen}");
        let screen = typed(child(), &[load, "clear", ":", &second, ":"]);
        assert_eq!(count(&screen), 1, "{shell:?}:\n{screen}");
    }
}

/// Otherwise, setting a variable would be enough to run a command.
#[test]
fn an_expiration_that_is_no_number_runs_nothing_and_prints_nothing() {
    let hostile = [
        "",
        "0",
        "08",
        "0x10",
        "-1",
        "1e3",
        "a[$(touch PWNED)]",
        "BASH_VERSINFO[$(touch PWNED)]",
        "$(touch PWNED)",
        "'; touch PWNED; '",
        "99999999999999999999",
        "9223372036854775808",
        "1700000000\n",
        "1700000000; touch PWNED",
        "17\u{b2}00000000",
        "path[1]",
    ];
    for (shell, code) in codes() {
        let home = Home::new();
        home.write("code", format!("{code}\nclear\n"));
        let mut lines = vec!["source ./code".to_owned()];
        lines.extend((0..hostile.len()).map(|number| match shell {
            Shell::Fish => format!("set -gx AWS_SSO_EXPIRATION \"$HOSTILE_{number}\""),
            _ => format!("export AWS_SSO_EXPIRATION=\"$HOSTILE_{number}\""),
        }));
        let run = home.interactive(shell);
        let run =
            hostile.iter().enumerate().fold(run, |run, (number, value)| run.env(format!("HOSTILE_{number}"), value));
        let screen = typed(run, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!home.has("PWNED"), "{shell:?}");
        let known = ["HOSTILE_", "printf", "done-", "exit"];
        for line in screen.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert!(known.iter().any(|word| line.contains(word)), "{shell:?}: {line}\n{screen}");
        }
    }
}

/// A user's own prompt setup, and what it has to see after `false | true | (exit 3)`.
#[test]
fn other_hooks_and_the_prompt_see_the_commands_own_status() {
    let seen =
        "seen() { local s=\"$?\" p=\"${PIPESTATUS[*]}\"; printf '%s/%s\\n' \"$s\" \"$p\" >>seen; return \"$s\"; }\n";
    let late = "late() { printf 'late %s\\n' \"$?\" >>seen; }\n";
    let zsh_seen = "seen() { printf '%s/%s\\n' \"$?\" \"${pipestatus[*]}\" >>seen; }\n";
    let fish_seen = "function seen --on-event fish_prompt; printf '%s/%s\\n' $status \"$pipestatus\" >>seen; end\n";
    let fish_prompt = "function fish_prompt; set -l s $status; set -l p \"$pipestatus\"; \
    printf '%s/%s> ' $s $p; printf 'late %s\\n' $s >>seen; end\n";
    // Before init, after init.
    let cases = [
        (Shell::Bash, format!("{seen}PROMPT_COMMAND=seen"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND='seen;'"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND='seen ; '"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND='seen # mine'"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND=$'seen\\n'"), String::new()),
        (Shell::Bash, format!("{seen}export PROMPT_COMMAND=seen"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND=(seen)"), String::new()),
        (Shell::Bash, format!("{seen}PROMPT_COMMAND=(: seen)"), String::new()),
        (Shell::Bash, seen.to_owned(), "PROMPT_COMMAND+=(seen)".to_owned()),
        (
            Shell::Bash,
            format!("{seen}{late}PROMPT_COMMAND=seen"),
            "PROMPT_COMMAND=\"$PROMPT_COMMAND; late\"".to_owned(),
        ),
        (Shell::Bash, format!("{seen}{late}PROMPT_COMMAND=seen"), "PROMPT_COMMAND+=(late)".to_owned()),
        (Shell::Zsh, format!("{zsh_seen}precmd_functions=(seen)"), String::new()),
        (Shell::Zsh, format!("{zsh_seen}precmd() {{ seen; }}"), String::new()),
        (Shell::Zsh, zsh_seen.to_owned(), "autoload -Uz add-zsh-hook; add-zsh-hook precmd seen".to_owned()),
        (Shell::Zsh, zsh_seen.to_owned(), "precmd_functions=(seen $precmd_functions)".to_owned()),
        (Shell::Fish, fish_seen.to_owned(), String::new()),
        (Shell::Fish, String::new(), fish_seen.to_owned()),
        (Shell::Fish, fish_prompt.to_owned(), fish_seen.to_owned()),
    ];
    for (shell, before, after) in cases {
        if !shell.is_here() {
            continue;
        }
        let home = Home::new();
        let is_older =
            |number: &usize| shell == Shell::Bash && *number == 1 && !before.contains("=(") && !after.contains("=(");
        for number in (0..2).filter(|number| *number == 0 || is_older(number)) {
            let code = init(shell, &[]);
            home.write("rc", format!("{before}\n{}\n{after}\n", if number == 0 { code } else { older_bash(&code) }));
            // The notice is due, so the whole hook runs.
            let due = expire_in(shell, 100);
            let pipeline = match shell {
                Shell::Fish => "false | true | sh -c 'exit 3'",
                _ => "false | true | (exit 3)",
            };
            let prompt = shell.status_prompt();
            let mut terminal = home.interactive(shell).in_terminal();
            let setup = if before.contains("fish_prompt;") && before.contains("> '") { ":" } else { prompt };
            type_lines(&mut terminal, &[setup, "source ./rc", &due, &due.replace("100", "90")]);
            terminal.send(&format!("{}; {pipeline}\r", due.replace("100", "80")));
            terminal.wait_for(if setup == ":" { "3/1 0 3> " } else { "[3]> " });
            terminal.send("exit 0\r");
            let screen = terminal.finish().success().stdout;
            let seen = home.read("seen");
            let what = format!("{shell:?}\n{before}\n{after}\n{screen}");
            // A function that calls the hook has run a pipeline of its own by then.
            let status = if before.contains("precmd() {") { "3/" } else { "3/1 0 3" };
            assert!(seen.lines().any(|line| line.starts_with(status)), "{seen}{what}");
            assert_eq!(seen.contains("late 3"), before.contains("late"), "{seen}{what}");
        }
    }
}

/// Under errexit, a hook that returns the last status must not end the shell.
#[test]
fn errexit_does_not_end_the_shell_at_its_prompt() {
    for (shell, code) in codes() {
        if shell == Shell::Fish {
            continue;
        }
        let home = Home::new();
        home.write("code", code);
        let screen = typed(
            home.interactive(shell),
            &["source ./code", "set -eu", "false && :", &expire_in(shell, 100), "false && :", "echo still here"],
        );
        assert!(screen.contains("\nstill here"), "{shell:?}:\n{screen}");
        assert_eq!(screen.matches(SOON).count(), 1, "{shell:?}:\n{screen}");
    }
}

/// The hook uses the shell's own clock: prompts start as many processes with it as without it.
#[test]
fn until_a_notice_is_due_the_hook_starts_no_process() {
    if !std::path::Path::new("/usr/bin/strace").is_file() {
        crate::support::skip("strace is not installed: the hook's processes are not counted");
        return;
    }
    for shell in Shell::all() {
        let processes = |hook: &str, expiration: &str| {
            let home = Home::new();
            home.write("code", init(shell, &["--hook", hook]));
            let run = home.interactive(shell).env("AWS_SSO_EXPIRATION", expiration);
            let run = run.env("AWS_SSO_SESSION_END", expiration);
            let trace = ["-f", "-qq", "-s", "200", "-e", "trace=process", "-o", "trace"];
            let run = run.behind(["/usr/bin/strace"].iter().chain(&trace));
            typed(run, &["source ./code", shell.status_prompt(), ":", "false", ":", ":", ":"]);
            let trace = home.read("trace");
            let started = |line: &&str| {
                let is_call = ["clone(", "clone3(", "fork(", "vfork("].iter().any(|call| line.contains(call));
                (is_call && !line.contains("CLONE_THREAD")) || line.contains("execve(")
            };
            trace.lines().filter(started).map(str::to_owned).collect::<Vec<_>>()
        };
        let without = processes("none", "4102444800");
        for hook in ["notice", "refresh"] {
            let with = processes(hook, "4102444800");
            assert_eq!(with.len(), without.len(), "{shell:?} {hook}\n{with:#?}\n{without:#?}");
        }
        // The count works: a renewal starts a process.
        assert!(processes("refresh", "1700000000").len() > without.len(), "{shell:?}");
    }
}

#[cfg(feature = "sandbox")]
mod renewal {
    use std::time::Duration;

    use aws_sso::sandbox::Options;

    use crate::support::Shell;
    use crate::support::terminal::type_lines;
    use crate::support::user::{TOKEN_FILE, User};

    /// Signed in, with a role whose credentials have less than five minutes left.
    fn due(shell: Shell) -> (User, crate::support::terminal::Terminal) {
        let user = User::signed_in(Options { credential_lifetime: Duration::from_secs(200), ..Options::default() });
        let run = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).env("MARK", "mark");
        let mut terminal = run.in_terminal();
        type_lines(&mut terminal, &[&shell.load_with("--hook refresh"), ":"]);
        (user, terminal)
    }

    #[test]
    fn credentials_are_renewed_silently_before_they_expire() {
        for shell in Shell::all() {
            let (user, mut terminal) = due(shell);
            let enter = format!("env -0 >before; awsso use {}; env -0 >old", user.role_arn(0));
            terminal.send(&format!("{enter}; printf '%s%s\\n' en tered\r"));
            // From now on the service gives longer ones; it does not matter which of the two the shell got first.
            terminal.wait_for("entered");
            user.sandbox.update(|options| options.credential_lifetime = Duration::from_hours(1));
            type_lines(&mut terminal, &[":", "false", "env -0 >new", "awsso clear", "env -0 >after"]);
            terminal.send("exit 0\r");
            let screen = terminal.finish().success().stdout;
            assert!(!screen.contains("aws-sso:"), "{shell:?}:\n{screen}");
            let [before, old, new] = ["before", "old", "new"].map(|file| user.home.environment(file));
            let end = |environment: &std::collections::BTreeMap<String, String>| {
                environment["AWS_SSO_EXPIRATION"].parse::<i64>().unwrap()
            };
            assert!(end(&new) > end(&old) + 3000, "{shell:?}: {} {}", end(&old), end(&new));
            assert_ne!(old["AWS_ACCESS_KEY_ID"], new["AWS_ACCESS_KEY_ID"], "{shell:?}");
            assert_eq!(before, user.home.cleared("after"), "{shell:?}");
        }
    }

    /// The hook does not try again at each prompt, as the user would have to wait.
    #[test]
    fn a_renewal_that_fails_is_tried_once_and_reported() {
        for shell in Shell::all() {
            for is_reachable in [true, false] {
                let (user, mut terminal) = due(shell);
                let prevent_renewal = if is_reachable {
                    ":".to_owned()
                } else {
                    // Then the cached credentials, which are still valid, are returned: nothing is renewed.
                    shell.export("AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:9")
                };
                let enter =
                    format!("awsso use {}; {prevent_renewal}; printf '%s%s\\n' en tered; cat", user.role_arn(0));
                terminal.send(&format!("{enter}\r"));
                terminal.wait_for("entered");
                if is_reachable {
                    user.sandbox.revoke_sessions();
                }
                user.sandbox.clear_log();
                terminal.send("\x04");
                // The sign-in has ended, or the service is out of reach.
                terminal.wait_for(if is_reachable { super::ENDED } else { super::SOON });
                type_lines(&mut terminal, &["clear", ":", ":", ":"]);
                type_lines(&mut terminal, &["env -0 >after"]);
                terminal.send("exit 0\r");
                let screen = terminal.finish().success().stdout;
                assert!(!screen.contains("aws-sso:"), "{shell:?}:\n{screen}");
                assert!(user.home.environment("after").contains_key("AWS_SESSION_TOKEN"));
                assert!(user.sandbox.count("GetRoleCredentials") <= 1, "{shell:?}");
            }
        }
    }

    #[test]
    fn after_a_new_sign_in_the_prompt_renews_the_credentials_by_itself() {
        for shell in Shell::all() {
            let (user, mut terminal) = due(shell);
            let enter = format!("awsso use {}; env -0 >old; printf '%s%s\\n' en tered; cat", user.role_arn(0));
            terminal.send(&format!("{enter}\r"));
            terminal.wait_for("entered");
            user.sandbox.revoke_sessions();
            terminal.send("\x04");
            terminal.wait_for(super::ENDED);
            user.sandbox.update(|options| options.credential_lifetime = Duration::from_hours(1));
            type_lines(&mut terminal, &["awsso login --device-code --no-browser", ":", "env -0 >new"]);
            terminal.send("exit 0\r");
            let screen = terminal.finish().success().stdout;
            let [old, new] = ["old", "new"].map(|file| user.home.environment(file));
            assert_ne!(old["AWS_ACCESS_KEY_ID"], new["AWS_ACCESS_KEY_ID"], "{shell:?}\n{screen}");
            assert_eq!(screen.matches("has ended").count(), 1, "{shell:?}\n{screen}");
        }
    }

    #[test]
    fn powershell_says_that_the_sign_in_has_ended_and_renews_after_the_next() {
        let user = User::signed_in(Options { credential_lifetime: Duration::from_secs(200), ..Options::default() });
        // Credentials that expire in the same second as those before are the same ones to the hook.
        let another_second = "[Threading.Thread]::Sleep(1100)";
        let code = format!(
            "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
             aws-sso init powershell --hook refresh | Out-String | Invoke-Expression\n$null = prompt\n\
             awsso use {}\n$key = $env:AWS_ACCESS_KEY_ID\n/bin/mv {TOKEN_FILE} token\n$null = prompt\n$null = prompt\n\
             \"same $($key -ceq $env:AWS_ACCESS_KEY_ID)\"\nawsso login --device-code --no-browser 2>$null\n\
             {another_second}\n$null = prompt\n\"same $($key -ceq $env:AWS_ACCESS_KEY_ID)\"\n",
            user.role_arn(0)
        );
        let Some(run) = user.home.powershell(&code) else { return };
        let output = run.endpoint(user.sandbox.endpoint()).run().success();
        assert_eq!(output.stdout, format!("{}\nsame True\nsame False\n", super::ENDED), "{output}");
    }
}
