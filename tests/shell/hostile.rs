//! Names that a shell would run without quotes, wherever a name is given or shown.

use aws_sso::sandbox::{Names, Options};

use crate::support::terminal::type_lines;
use crate::support::user::User;
use crate::support::{Home, Shell};

fn hostile() -> User {
    let user = User::signed_in(Options { names: Names::Hostile, accounts: 42, roles: 16, ..Options::default() });
    // The list is cached, as after its first use.
    let _ = user.home.aws_sso(["list", "-p", "corp"]).endpoint(user.sandbox.endpoint()).run().success();
    user
}

/// A statement for each number, where `{}` stands for it.
fn each(count: usize, statement: &str) -> String {
    (0..count).map(|number| statement.replace("{}", &number.to_string()) + "\n").collect()
}

#[test]
fn accounts_and_roles_of_any_name_are_used_and_nothing_is_run() {
    let user = hostile();
    let accounts = user.sandbox.accounts();
    // By the account's name if only one account has it, and by its id for each of the roles.
    let mut named: Vec<(String, String)> = accounts
        .iter()
        .filter(|account| {
            !account.name.is_empty() && !account.name.starts_with("arn:") && account.name != "012345678901"
        })
        .map(|account| (format!("{}/{}", account.name, account.roles[0]), account.id.clone()))
        .collect();
    named.extend(accounts[0].roles.iter().map(|role| (format!("{}/{role}", accounts[0].id), accounts[0].id.clone())));
    let expected: String = named.iter().map(|(_, id)| format!("<{id}>\n")).collect();

    for shell in Shell::all() {
        let print = r#"printf '<%s>\n' "$AWS_ACCOUNT_ID""#;
        let from_env = match shell {
            Shell::Fish => "aws-sso env --shell fish -- \"$NAME_{}\" | source",
            Shell::Bash => "eval \"$(aws-sso env --shell bash -- \"$NAME_{}\")\"",
            Shell::Zsh => "eval \"$(aws-sso env --shell zsh -- \"$NAME_{}\")\"",
        };
        for statement in ["awsso use -- \"$NAME_{}\"", from_env] {
            let script = each(named.len(), &format!("{statement}\n{print}"));
            let run = user.script(shell, &script);
            let run =
                named.iter().enumerate().fold(run, |run, (number, (name, _))| run.env(format!("NAME_{number}"), name));
            let output = run.run().success().quiet();
            assert_eq!(output.stdout, expected, "{shell:?} {statement}");
        }
        assert_nothing_was_run(&user.home, shell);
    }
}

/// How an error shows a name that is no role.
#[test]
fn a_name_in_an_error_is_neither_run_nor_sent_to_the_terminal() {
    let user = hostile();
    let accounts = user.sandbox.accounts();
    for shell in Shell::all() {
        let script = each(accounts.len(), "awsso use -- \"$NAME_{}\"");
        let run = user.script(shell, &script);
        let run = accounts
            .iter()
            .enumerate()
            .fold(run, |run, (number, account)| run.env(format!("NAME_{number}"), &account.name));
        let output = run.run();
        assert_eq!(output.stdout, "", "{shell:?}");
        assert!(!output.stderr.contains(|c: char| c.is_control() && c != '\n'), "{}", output.stderr);
        assert_nothing_was_run(&user.home, shell);
    }
}

#[test]
fn hostile_names_are_shown_and_chosen_and_nothing_is_run() {
    let user = hostile();
    let accounts = user.sandbox.accounts();
    let all = format!("{0}/{0}", accounts.iter().map(|account| account.roles.len()).sum::<usize>());
    for shell in Shell::all() {
        let run = user.home.interactive(shell).endpoint(user.sandbox.endpoint());
        let mut terminal = run.in_terminal();
        type_lines(&mut terminal, &[&shell.load(), shell.status_prompt()]);
        for account in accounts.iter().step_by(5) {
            terminal.send("clear; awsso pick\r");
            terminal.wait_for(&all);
            // The quote asks for exactly these characters, as some account has the id of another as its name.
            terminal.send(&format!("'{}", account.id));
            let fits = accounts.iter().filter(|other| other.id == account.id || other.name.contains(&account.id));
            let count: usize = fits.map(|account| account.roles.len()).sum();
            terminal.wait_for(&format!("  {count}/")).send("\r");
            terminal.wait_for("[0]> ");
            type_lines(&mut terminal, &["clear", "printf '<%s>\\n' $AWS_ACCOUNT_ID >>chosen"]);
        }
        terminal.send("exit 0\r");
        let _ = terminal.finish().success();
        let chosen = user.home.read("chosen");
        let expected: String = accounts.iter().step_by(5).map(|account| format!("<{}>\n", account.id)).collect();
        assert_eq!(chosen, expected, "{shell:?}");
        std::fs::remove_file(user.home.path("chosen")).unwrap();
        assert_nothing_was_run(&user.home, shell);
    }
}

#[track_caller]
fn assert_nothing_was_run(home: &Home, shell: Shell) {
    assert!(!home.has("PWNED"), "{shell:?}: a name was executed");
}
