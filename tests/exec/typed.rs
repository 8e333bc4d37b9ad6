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
            let pasted = typed(&user, "bash", &line.replace("CMD", argument)).success();
            assert!(pasted.stdout.contains(printed), "{line}\n{pasted}");
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
    fs::create_dir_all(user.home.path("tmp/bin/aws-ssooo")).unwrap();
    let path = format!("{}:{}", user.home.path("tmp/bin").display(), std::env::var("PATH").unwrap());
    let output = user.exec(&role, &["aws-ssooo"]).env("PATH", path).run().status(127);
    assert!(!output.stderr.contains("mean aws-ssooo"), "a folder is no program: {output}");
    for word in ["wait", "then", "fi", "done", "elif", "else", "esac", "in", "enable", "mapfile"] {
        let _ = run(word).complains("it is part of a shell");
    }
    for path in ["./my script.sh", "/opt/My Tools/bin/tool", "/opt/My Tools/bin/tool -x"] {
        let _ = run(path).complains(&format!("cannot run {path}: there is no such file\n  check its name\n"));
    }
    assert_eq!(run("").stderr.matches("-ic").count(), 0);
    let shell = user.aws_sso(&format!("exec {role}")).env("SHELL", "bash -l").run().status(127);
    assert!(!shell.complains("set SHELL to the path of a shell").stderr.contains("quotes"));
}

#[test]
fn a_line_for_many_roles_gives_names_of_accounts_as_they_are_or_is_refused_as_it_was() {
    let user = User::signed_in(Options::default());
    let id = user.sandbox.accounts()[0].id.clone();
    // What stands behind `--`, and what the advised line prints of the name; `None` if it names the variable alone.
    let cases = [
        (r#"'bash -c "echo {account_name}"'"#, None),
        (r#"'printf "[%s]" "{account_name}" | cat'"#, None),
        (r#""echo '{account_name}x' | cat""#, None),
        ("'sh -c {account_name}'", None),
        ("'eval echo {account_name}'", None),
        ("'eval {account_name} | cat'", None),
        ("'cat <<{account_name}'", None),
        ("'echo ${account_name} | cat'", None),
        (r"'echo \{account_name} | cat'", None),
        ("'(( {account_name} ))'", None),
        ("'[[ {account_name} -eq 1 ]]'", None),
        ("'test -v {account_name} | cat'", None),
        ("'x=1 perl -e {account_name} | cat'", None),
        ("'time -p perl -e {account_name}'", None),
        ("'{account_name} | cat'", None),
        ("'echo a; bash -c' 'echo {account_name}'", None),
        ("exec -a x perl -e '{account_name}'", None),
        ("command eval '{account_name}'", None),
        ("trap 'echo {account_name}' EXIT", None),
        ("alias 'x={account_name}'", None),
        ("declare 'x[{account_name}]=1'", None),
        ("unset '{account_name}'", None),
        ("'echo {account_name}x | cat'", Some("NAMEx\n")),
        ("'A=-{account_name} env | grep ^A='", Some("A=-NAME\n")),
        ("export 'A=a  b{account_name}-x'", Some("A=a  bNAME-x\n")),
        ("command printf '[%s]' '{account_name}' \"it's {account_name}\"", Some("[NAME][it's NAME]")),
        (r#"'printf "[%s]" "{account_name}"'"#, None),
    ];
    for name in ["a;touch pwned", "x\"; touch pwned; \"", "'$(touch pwned)'  *", "a[$(touch pwned)]"] {
        user.sandbox.update(|options| options.renamed = vec![(id.clone(), name.to_owned())]);
        let _ = user.aws_sso("list --refresh").run().success();
        for (command, printed) in cases {
            let line = format!("aws-sso exec --match '{id}/reader' -- {command}");
            let advised = remedy(&typed(&user, "bash", &line).status(127));
            let output = typed(&user, "bash", &advised.replace("CMD", "env"));
            assert!(!user.home.has("tmp/pwned"), "{advised}");
            if let Some(printed) = printed {
                assert!(output.stdout.contains(&printed.replace("NAME", name)), "{advised}\n{output}");
            } else {
                let output = output.status(2);
                let _ = output.complains("{account_name} is in code for");
            }
        }
    }
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
