//! What the verbs that change a shell say: one line on a terminal, which is true.

use std::time::Duration;

use aws_sso::sandbox::{Names, Options};

use crate::support::terminal::type_lines;
use crate::support::user::User;
use crate::support::{Invocation, Shell};

/// With a list, a profile, and keys that are valid for 59 minutes, and not 60.
fn signed_in(options: Options) -> User {
    let user = User::signed_in(Options { credential_lifetime: Duration::from_secs(3590), ..options });
    let account = user.sandbox.accounts()[1].clone();
    user.home.sign_in_config(&format!(
        "[profile plain]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\nregion = eu-west-3\n",
        account.id, account.roles[0]
    ));
    let _ = user.aws_sso("list -p corp").run().success();
    user
}

/// The screen with the minutes of keys that were fetched a moment ago, or by a case before, as `NN`.
fn masked(screen: &str) -> String {
    (30..60).fold(screen.trim().to_owned(), |text, left| text.replace(&format!(" {left} min"), " NN min"))
}

/// A script in PowerShell with the function, if that is installed.
fn powershell(user: &User, script: &str) -> Option<Invocation> {
    let load = "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
                aws-sso init powershell | Out-String | Invoke-Expression\n";
    let run = user.home.powershell(&format!("{load}{script}\n"))?;
    Some(run.endpoint(user.sandbox.endpoint()))
}

/// The same script in every shell.
fn everywhere(user: &User, script: &str) -> Vec<(String, Invocation)> {
    let others = Shell::all().into_iter().map(|shell| (format!("{shell:?}"), user.script(shell, script)));
    others.chain(powershell(user, script).map(|run| ("PowerShell".to_owned(), run))).collect()
}

#[test]
fn one_line_on_a_terminal_says_what_the_shell_has_now() {
    let user = signed_in(Options::default());
    let account = user.sandbox.accounts()[1].clone();
    let (name, [first, second]) = (&account.name, [0, 1].map(|number| &account.roles[number]));
    let script = format!(
        "awsso use '{name}/{first}' --region eu-west-1\nawsso refresh\nawsso pick '{name}' '{second}'\n\
         awsso use plain\nawsso use plain --keys\nawsso -q use '{name}/{second}'\nawsso clear"
    );
    let lines = [
        format!("{name} / {first} · eu-west-1 · NN min"),
        format!("{name} / {first} · eu-west-1 · NN min"),
        format!("{name} / {second} · NN min"),
        format!("{name} / {first} · eu-west-3"),
        format!("{name} / {first} · eu-west-3 · NN min"),
    ];
    for (own, last) in [
        (&[][..], "this shell has no role"),
        (&[("AWS_PROFILE", "mine")], "this shell is back to AWS_PROFILE=mine"),
        (&[("AWS_ACCESS_KEY_ID", "AKIAMINE")], "this shell is back to the keys AKIAMINE"),
    ] {
        let expected = format!("{}\n{last}", lines.join("\n"));
        for (shell, run) in everywhere(&user, &script) {
            let run = own.iter().fold(run, |run, (name, value)| run.env(name, value));
            assert_eq!(masked(&run.in_terminal().finish().success().stdout), expected, "{shell}");
        }
    }
    // Where stderr is no terminal, nothing is said.
    for (shell, run) in everywhere(&user, &script) {
        assert_eq!(run.run().success().quiet().stdout, "", "{shell}");
    }
}

#[test]
fn a_locale_without_utf_8_and_names_that_drive_terminals_leave_one_plain_line() {
    let user = signed_in(Options { names: Names::Hostile, accounts: 42, ..Options::default() });
    let accounts = user.sandbox.accounts();
    let script: String =
        accounts.iter().map(|account| format!("awsso use {}/{}\n", account.id, account.roles[0])).collect();
    for shell in Shell::all() {
        let run = user.script(shell, &script).env("LC_ALL", "C");
        let screen = masked(&run.in_terminal().finish().success().stdout);
        let lines: Vec<_> = screen.lines().collect();
        assert_eq!(lines.len(), accounts.len(), "{shell:?}\n{screen}");
        let is_whole =
            |line: &&str| line.ends_with(" - NN min") && line.contains(&format!(" / {}", accounts[0].roles[0]));
        assert_eq!(lines.iter().filter(|line| is_whole(line)).count(), lines.len(), "{shell:?}\n{screen}");
        assert!(!user.home.has("PWNED"), "{shell:?}");
    }
}

#[test]
fn quiet_says_nothing_of_what_went_well_and_all_that_did_not() {
    let user = signed_in(Options::default());
    let role = user.role(0, 0);
    let well = format!(
        "awsso QUIET use {role}\nawsso QUIET pick {role}\nawsso QUIET refresh\nawsso QUIET clear\n\
         awsso QUIET use plain\nawsso QUIET refresh\nawsso QUIET login\nawsso QUIET logout"
    );
    for (option, setting) in [("-q", ""), ("--quiet", ""), ("-qp corp", ""), ("", "quiet = yes\n")] {
        user.home.write(".config/aws-sso/config", setting);
        for (shell, run) in everywhere(&user, &well.replace("QUIET", option)) {
            assert_eq!(run.in_terminal().finish().success().stdout.trim(), "", "{shell} {option}");
            // The code that the person has to confirm is shown all the same, and nothing else.
            let login = user.aws_sso(&format!("{option} login --device-code --no-browser")).run().success();
            let _ = login.clone().complains("and confirm the code");
            assert!(!login.stderr.contains("signed in"), "{option}: {login}");
        }
        for shell in Shell::all() {
            let bad =
                format!("awsso {option} use nobody\nawsso {option} use '{}'", user.role(0, 1).replace('/', "/no-"));
            let output = user.script(shell, &bad).run();
            assert!(output.stderr.matches("aws-sso: ").count() >= 2, "{shell:?} {option}: {output}");
        }
    }
    user.home.write(".config/aws-sso/config", "quiet = perhaps\n");
    let _ = user.aws_sso("status").run().status(2).complains("quiet must be yes or no, not perhaps");
    // Whatever is wrong in the settings, a shell can leave its role.
    let _ = user.aws_sso("clear --shell bash").run().success();
}

#[test]
fn a_change_that_the_shell_refuses_is_not_said() {
    let user = signed_in(Options::default());
    let role = user.role(0, 0);
    for shell in Shell::all() {
        let script = match shell {
            Shell::Fish => format!("function f; set -x AWS_PROFILE mine; awsso use {role}; end; f; or true"),
            _ => format!("readonly AWS_SESSION_TOKEN=mine; awsso use {role} || true"),
        };
        let screen = user.script(shell, &script).in_terminal().finish().success().stdout;
        assert!(screen.contains("nothing is changed") && !screen.contains(" min"), "{shell:?}\n{screen}");
    }
}

#[test]
fn a_role_that_a_subshell_alone_has_is_said_to_be_there() {
    let user = signed_in(Options::default());
    for shell in Shell::all().into_iter().filter(|shell| *shell != Shell::Fish) {
        for (script, is_subshell) in [
            ("awsso use plain", false),
            ("(awsso use plain)", true),
            ("awsso use plain | cat", true),
            ("x=\"$(awsso use plain)\"", true),
            ("awsso use plain & wait", true),
            ("awsso use plain >/dev/null | cat", true),
        ] {
            let screen = user.script(shell, script).in_terminal().finish().success().stdout;
            assert_eq!(screen.trim().starts_with("in this subshell: "), is_subshell, "{shell:?} {script}\n{screen}");
        }
    }
}

/// A line that says what was chosen, in place of the list that is gone from the screen.
#[test]
fn what_was_chosen_in_the_picker_is_said_once() {
    let user = signed_in(Options::default());
    let account = user.sandbox.accounts()[1].clone();
    for shell in Shell::all() {
        let mut terminal = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).in_terminal();
        type_lines(&mut terminal, &[&shell.load(), shell.status_prompt(), "clear"]);
        terminal.send("awsso pick\r");
        terminal.wait_for("16/16");
        terminal.send(&format!("{} {}\r", account.id, account.roles[0]));
        let expected = format!("{} / {} · eu-west-3 · ", account.name, account.roles[0]);
        terminal.wait_for(&expected);
        terminal.send("exit 0\r");
        let screen = terminal.finish().success().stdout;
        assert_eq!(screen.matches(&account.roles[0]).count(), 1, "{shell:?}\n{screen}");
    }
}
