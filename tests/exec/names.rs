//! Names of accounts, which administrators choose: they are no code, no options, and of any length.

use aws_sso::sandbox::Options;

use crate::support::terminal::typed;
use crate::support::user::User;
use crate::support::{Shell, programs};

/// A user whose first account has this name.
fn user_with(name: &str) -> User {
    let user = User::signed_in(Options::default());
    rename(&user, name);
    user
}

fn rename(user: &User, name: &str) {
    let id = user.sandbox.accounts()[0].id.clone();
    user.sandbox.update(|options| options.renamed = vec![(id, name.to_owned())]);
    let _ = user.aws_sso("list --refresh").run().success();
}

#[test]
fn a_name_runs_as_code_nowhere_and_the_variables_hold_it() {
    let user = user_with("x; touch pwned; $(touch pwned) #");
    for command in [
        &["sh", "-c", "echo {account_name}"][..],
        &["env", "bash", "-eo", "pipefail", "-xc", "echo {account_name}"],
        &["nice", "python3", "-c", "import os; os.system('echo {account_name}')"],
        &["perl", "-e", "system('echo {account_name}')"],
        &["sed", "-s", "1e echo {account_name}", "/etc/passwd"],
        &["awk", "-Fe", "BEGIN { system(\"echo {account_name}\") }"],
        &["tar", "-cf", "x", "--checkpoint=1", "--checkpoint-action=exec=echo {account_name}", "/etc/passwd"],
        &["find", ".", "-maxdepth", "0", "-exec", "sh", "-c", "echo {account_name}", ";"],
    ] {
        let refused = user.exec("--match */reader", command).run().status(2);
        let _ = refused.complains("{account_name} is in code for");
        assert!(!user.home.has("pwned"), "{command:?}");
    }
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 0, "nothing ran");
    let role = user.sandbox.accounts()[0].id.clone() + "/reader";
    let (id, name) = (&role[..12], "x; touch pwned; $(touch pwned) #");
    user.home.sign_in_config(&format!("[profile team]\ncredential_process = aws-sso process {role} -p corp\n"));
    let print = r#"printf '%s|%s|%s|%s\n' "$AWS_SSO_ACCOUNT_NAME" "$AWS_SSO_ACCOUNT_ID" "$AWS_SSO_ROLE_NAME" "$1""#;
    for options in [&role, "team", "--as-profile team", &format!("--server {role}")] {
        let output = user.exec(options, &["sh", "-uc", print, "sh", "-"]).run().success();
        assert_eq!(output.stdout, format!("{name}|{id}|reader|-\n"), "{options}");
    }
    let options = format!("--match {role} --output json");
    let output = user.exec(&options, &["sh", "-uc", print, "sh", "{account_name}"]).run().success();
    assert_eq!(output.json_lines()[0]["stdout"], format!("{name}|{id}|reader|{name}\n"));
    assert!(!user.home.has("pwned"));
}

/// No list of such programs is complete.
#[test]
fn a_name_runs_as_code_in_no_program_that_is_not_known_for_it() {
    let user = user_with("x; touch pwned; $(touch pwned) #");
    std::fs::copy("/bin/sh", user.home.path("opener")).unwrap();
    user.home.write("list", "a\n");
    let opener = user.home.path("opener");
    let opener = opener.to_str().unwrap();
    for command in [
        &[opener, "-c", "true {account_name}"][..],
        &["split", "--filter=cat; echo {account_name}", "list"],
        &["env", "BASH_ENV=$({account_name})", "bash", "-c", "true"],
        &["printf", "%s", "it is '{account_name}'"],
    ] {
        let refused = user.exec("--match */reader --yes", command).run().status(2);
        let _ = refused.complains("which could run as code in: ").complains("write {account_id} there");
        assert!(!user.home.has("pwned"), "{command:?}");
    }
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 0, "nothing ran");
    // A plain name may stand in all of these.
    rename(&user, "Größe / EU");
    let command = ["printf", "%s", "{account_name} '{account_name}' --name={account_name}"];
    let output = user.exec("--match Größe --yes --output json", &command).run().success();
    assert_eq!(output.json_lines()[0]["stdout"], "Größe / EU 'Größe / EU' --name=Größe / EU");
}

#[test]
fn a_name_is_no_option_and_an_unknown_one_is_the_id() {
    let user = user_with("--help");
    let role = user.sandbox.accounts()[0].id.clone() + "/reader";
    let options = format!("--match {role} --output json");
    for (name, word, expected) in [
        ("--help", "{account_name}", "help"),
        ("-rf", "{account_name}/x", "rf/x"),
        ("@secret", "{account_name}", "secret"),
        ("file://secret", "--description={account_name}", "--description=secret"),
        ("<secret", "account={account_name}", "account=secret"),
        ("FILE://secret", "-d{account_name}", "-dsecret"),
        ("---", "{account_name}", &role[..12]),
    ] {
        rename(&user, name);
        let output = user.exec(&options, &["/bin/echo", "-n", word]).run().success();
        assert_eq!(output.json_lines()[0]["stdout"], expected, "{name}");
        let script = r#"[ "$AWS_SSO_ACCOUNT_NAME" ]; printf %s "$AWS_SSO_ACCOUNT_NAME""#;
        let output = user.exec(&options, &["sh", "-euc", script]).run().success();
        assert_eq!(output.json_lines()[0]["stdout"], name);
    }
}

#[test]
fn a_name_of_any_length_leaves_every_verb_usable() {
    // More letters than a width of the standard library can have, and more than an argument can.
    for letters in [70_000, 200_000] {
        let long = "n".repeat(letters);
        let user = user_with(&long);
        let role = user.sandbox.accounts()[0].id.clone() + "/reader";
        for line in
            ["list", "status", "doctor --offline", "exec --match */reader -- true", "exec --match reader --yes -- sh"]
        {
            let output = user.aws_sso(line).run();
            assert_ne!(output.exit.code(), None, "{output}");
            let widest = output.stdout.lines().chain(output.stderr.lines()).map(str::len).max().unwrap_or_default();
            assert!(widest < 400, "{line}: {widest}");
        }
        let shown = user.exec(&role, &["printenv", "AWS_SSO_PROFILE"]).run().success().stdout;
        assert!(shown.starts_with("nnnn") && shown.len() < 200, "{shown}");
        // Where the name does not fit into an argument, its run fails, and the others do not.
        let word = "{account_name}".repeat(2_000);
        let output = user.exec("--match */reader -j 1", &["echo", &word]).run().status(1);
        assert!(output.stderr.contains("3 ok, 1 failed, 0 skipped"), "{}", output.stderr);
        let rows: serde_json::Value = user.aws_sso("list --json").run().success().json();
        assert!(rows.as_array().unwrap().iter().any(|row| row["accountName"] == long[..128]), "{rows}");

        let mut terminal = user.exec("--pick", &["true"]).in_terminal();
        terminal.wait_for("16/16").send("\x1b");
        let _ = terminal.finish().status(130);
        let mut terminal = user.exec("--match */reader", &["echo", "hi"]).in_terminal();
        terminal.wait_for("4 ok, 0 failed");
        let _ = terminal.finish().success();
        if Shell::Bash.is_here() && programs("bash").next().is_some() {
            // As a comment: what is no whole name would open the picker.
            let lines = [&Shell::Bash.load(), "awsso use n\t\t\u{1}#"];
            let screen = typed(user.home.interactive(Shell::Bash).endpoint(user.sandbox.endpoint()), &lines);
            assert!(!screen.contains(&long[..129]), "{screen}");
        }
    }
}
