//! A command that only a shell has is explained, and the line that works can be pasted.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;

use crate::support::user::User;
use crate::support::{Output, programs, skip};

/// Runs a line as a user would type it in this shell.
fn typed(user: &User, shell: &str, line: &str) -> Output {
    let shell = user.home.command(shell).args(["-c", line]).env("SHELL", format!("/bin/{shell}"));
    shell.endpoint(user.sandbox.endpoint()).current_dir(user.home.path("tmp")).run()
}

/// The line of the remedy.
fn remedy(output: &Output) -> String {
    let remedy = output.stderr.lines().find_map(|line| Some(line.split_once(": aws-sso exec ")?.1));
    format!("aws-sso exec {}", remedy.unwrap_or_else(|| panic!("{output}")))
}

#[test]
fn the_line_that_works_has_the_users_own_words_and_can_be_pasted() {
    let user = User::signed_in(Options::default());
    fs::create_dir(user.home.path("tmp/my dir")).unwrap();
    user.home.write("tmp/vars", "export FROM_FILE=yes\n");
    let part = "it is part of a shell";
    let quotes = "the quotes make one word of it, and no shell reads it";
    // What stands behind `--`, what is said of it, the command in place of CMD, and what the advised line prints.
    let cases = [
        ("cd 'my dir'", part, "pwd", "/tmp/my dir\n"),
        ("export A='1 2'", part, "env", "A=1 2\n"),
        (". ./vars", part, "env", "FROM_FILE=yes\n"),
        ("source ./vars", part, "env", "FROM_FILE=yes\n"),
        ("ulimit -c 0", part, "env", "AWS_SSO_ROLE_NAME="),
        ("eval 'echo a | tr a b'", part, "", "b\n"),
        ("A='1 2' B= env", "it sets a variable", "", "A=1 2\n"),
        ("A=1", "it sets a variable", "env", "A=1\n"),
        ("'echo a b'", quotes, "", "a b\n"),
        ("'echo $AWS_SSO_ACCOUNT_ID | tr 0-9 x'", quotes, "", "xxxxxxxxxxxx\n"),
        ("'cd \"my dir\" && pwd'", quotes, "", "/tmp/my dir\n"),
        ("'diff <(echo a) <(echo a) && echo same'", quotes, "", "same\n"),
    ];
    let options = [format!("--region eu-west-1 {}", user.role(0, 0)), "-p corp --match */reader --yes".to_owned()];
    for (command, said, argument, printed) in cases {
        for options in &options {
            // The pattern is quoted, as everybody has to.
            let options = options.replace("*/reader", "'*/reader'");
            let output = typed(&user, "bash", &format!("aws-sso exec {options} -- {command}")).status(127);
            let line = remedy(&output.complains(": command not found: ").complains(said));
            let words = options.replace("--yes ", "");
            assert!(line.starts_with(&format!("aws-sso exec {words} -- ")), "{line}");
            let works = typed(&user, "bash", &line.replace("CMD", argument)).success();
            assert!(works.stdout.contains(printed), "{line}\n{works}");
        }
    }
}

#[test]
fn an_alias_or_a_function_is_reached_through_the_users_shell() {
    let user = User::signed_in(Options::default());
    let code = "alias greet='echo hello'\nfunction farewell { echo bye $1; }\n";
    user.home.write(".bashrc", code);
    user.home.write(".zshrc", code);
    let fish = "alias greet 'echo hello'\nfunction farewell; echo bye $argv[1]; end\n";
    user.home.write(".config/fish/config.fish", fish);
    for shell in ["bash", "zsh", "fish"] {
        if programs(shell).next().is_none() {
            skip(&format!("there is no {shell}"));
            continue;
        }
        for (words, printed) in [("greet 'you there'", "hello you there\n"), ("farewell 'a b'", "bye a b\n")] {
            let line = format!("aws-sso exec {} -- {words}", user.role(0, 0));
            let output = typed(&user, shell, &line).status(127).complains("for an alias or a function: ");
            let works = typed(&user, shell, &remedy(&output)).success();
            assert!(works.stdout.ends_with(printed), "{works}");
        }
    }
}

#[test]
fn a_mistyped_name_names_the_nearest_program_and_a_file_in_this_folder_its_path() {
    let user = User::signed_in(Options::default());
    user.home.write("tmp/deploy.sh", "echo deployed\n");
    let role = user.role(0, 0);
    let run = |name: &str| user.exec(&role, &[name]).current_dir(user.home.path("tmp")).run().status(127);
    let _ = run("aws-ssoo").complains("did you mean aws-sso");
    let _ =
        run("deploy.sh").complains(&format!("for the file in this folder, run: aws-sso exec {role} -- ./deploy.sh"));
    let _ = run("~/bin/x").complains("leave out the quotes around it");
    let _ = run("$HOME/x").complains("leave out the quotes around it");
}

#[test]
fn a_program_that_exists_is_run_whatever_it_is_called() {
    let user = User::signed_in(Options::default());
    let names = ["cd", "A=1", "a b", "export", "if", "~x"];
    for name in names {
        let path = user.home.write(format!("tmp/bin/{name}"), "#!/bin/sh\necho \"own $1\"\n");
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", user.home.path("tmp/bin").display());
    for name in names {
        let output = user.exec(&user.role(0, 0), &[name, "word"]).env("PATH", &path).run().success();
        assert_eq!(output.stdout, "own word\n", "{name}");
    }
}
