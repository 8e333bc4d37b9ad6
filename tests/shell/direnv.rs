//! `use aws_sso ROLE` in an `.envrc`, with the real direnv.

use std::path::Path;
use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::chain::user_of_chain;
use crate::support::user::User;
use crate::support::{Home, Invocation, Shell, files, skip};

/// A script in bash, in a home whose folder `project` has this `.envrc`; `None` where there is no direnv.
fn in_project(user: &User, envrc: &str, script: &str) -> Option<Invocation> {
    if !["/usr/bin/direnv", "/usr/local/bin/direnv"].iter().any(|program| Path::new(program).is_file()) {
        skip("direnv is not installed: init direnv is not tested");
        return None;
    }
    let code = user.home.aws_sso(["init", "direnv"]).run().success().quiet().stdout;
    user.home.write(".config/direnv/lib/aws_sso.sh", code);
    user.home.write("project/.envrc", envrc);
    // What the hook does before each prompt.
    let prompt = "prompt() { eval \"$(direnv export bash 2>>said)\"; }\nshow() { prompt; env -0 >\"$HOME/$1\"; }";
    Some(user.script(Shell::Bash, &format!("{prompt}\ndirenv allow project\n{script}")))
}

#[test]
fn a_folders_role_comes_and_goes_with_it() {
    let user = User::signed_in(Options::default());
    let envrc = format!("use aws_sso {} --region us-west-2\n", user.role_arn(1));
    let script = "show before; cd project; show inside; cd ..; show after";
    let Some(run) = in_project(&user, &envrc, script) else { return };
    let _ = run.env("AWS_PROFILE", "mine").run().success();
    let [before, inside, after] = ["before", "inside", "after"].map(|file| user.home.environment(file));
    assert_eq!(inside["AWS_SSO_ROLE_ARN"], user.role_arn(1));
    assert_eq!(inside["AWS_REGION"], "us-west-2");
    assert!(inside["AWS_ACCESS_KEY_ID"].starts_with("ASIA"));
    assert!(!inside.contains_key("AWS_PROFILE"));
    assert_eq!(after, before);
}

#[test]
fn a_folders_role_may_be_one_that_is_assumed() {
    for (role, session) in [("chained", ""), ("base --assume FAR --session-name me.too", "me.too")] {
        let (user, far) = user_of_chain(Options::default());
        let envrc = format!("use aws_sso {} --region us-west-2\n", role.replace("FAR", &far));
        let script = format!(
            "show before; cd project; show inside; awsso refresh; show renewed; awsso use {}; awsso -; show back; \
             awsso use {}; cd ..; show out; awsso clear; show after",
            user.role_arn(1),
            user.role_arn(2)
        );
        let Some(run) = in_project(&user, &envrc, &script) else { return };
        let _ = run.run().success();
        for file in ["inside", "renewed", "back"] {
            let environment = user.home.environment(file);
            assert_eq!((&environment["AWS_SSO_ROLE_ARN"], &*environment["AWS_REGION"]), (&far, "us-west-2"), "{file}");
            let caller = user.sandbox.caller_of(&environment["AWS_ACCESS_KEY_ID"]).unwrap();
            assert!(caller.contains(":assumed-role/Deploy/") && caller.ends_with(session), "{role} {file}: {caller}");
        }
        let [before, out, after] = ["before", "out", "after"].map(|file| user.home.environment(file));
        for (file, environment) in [("out", &out), ("after", &after)] {
            assert!(!environment.contains_key("AWS_SSO_ROLE_LINE"), "{role} {file}: {environment:?}");
        }
        assert!(!before.contains_key("AWS_SSO_ROLE_ARN") && !after.contains_key("AWS_ACCESS_KEY_ID"), "{role}");
    }
}

/// After a renewal the shells in the folder have the new credentials, whichever process renewed them.
#[test]
fn renewed_credentials_are_taken_at_the_next_prompt_and_refresh_leaves_nothing_behind() {
    let user = User::signed_in(Options { credential_lifetime: Duration::from_mins(10), ..Options::default() });
    let role = user.role_arn(0);
    // direnv compares times in whole seconds, so two changes within one second must look different.
    let later = "touch -d";
    let script = format!(
        "show before; cd project; show first; show same; \
         aws-sso process {role} >/dev/null; {later} '1 day' ~/.aws/cli/cache/*; show second; \
         awsso refresh; {later} '2 days' ~/.aws/cli/cache/*; show third; cd ..; show after"
    );
    let Some(run) = in_project(&user, &format!("use aws_sso {role}\n"), &script) else { return };
    let _ = run.run().success();
    let [before, first, same, second, third, after] =
        ["before", "first", "same", "second", "third", "after"].map(|file| user.home.environment(file));
    assert_eq!(first, same);
    let keys = [&first, &second, &third].map(|environment| environment["AWS_ACCESS_KEY_ID"].clone());
    assert!(keys[0] != keys[1] && keys[1] != keys[2], "{keys:?}");
    assert_eq!(after, before);
}

#[test]
fn a_missing_sign_in_is_an_error_and_a_sign_in_is_enough_to_go_on() {
    let user = User::signed_in(Options::default());
    let script = "aws-sso logout -p corp; cd project; show out; \
                  aws-sso login -p corp --device-code --no-browser 2>/dev/null; \
                  touch -d '1 day' ~/.aws/sso/cache; show in";
    let Some(run) = in_project(&user, &format!("use aws_sso {}\n", user.role_arn(0)), script) else { return };
    let _ = run.run().success();
    assert!(!user.home.environment("out").contains_key("AWS_ACCESS_KEY_ID"));
    assert!(user.home.environment("in").contains_key("AWS_ACCESS_KEY_ID"));
    assert!(user.home.read("project/said").contains("run: aws-sso login"), "{}", user.home.read("project/said"));
}

/// What a person fears: to act as somebody else in a folder that should have a role of its own.
#[test]
fn where_a_use_fails_the_folder_has_no_credentials_of_the_shell_around_it() {
    let user = User::signed_in(Options::default());
    let outer = format!("awsso use {}\nshow outer\ncd project; show inside; cd ..; show after", user.role_arn(0));
    // All variables that a role sets or removes.
    let names = user.aws_sso(&format!("env {} --format json", user.role_arn(0))).run().success().json();
    let names = names.as_object().unwrap().keys().filter(|name| !name.ends_with("REGION"));
    let names: Vec<_> = names
        .filter(|name| name.starts_with("AWS") || *name == "BOTO_CONFIG")
        .cloned()
        .chain(["AWS_SSO_DISPLACED".to_owned()])
        .collect();
    assert!(names.len() > 30, "{names:?}");
    let all = names.iter().map(|name| format!("export {name}=outer\n")).collect::<String>();
    let keys = format!("{all}show outer\ncd project; show inside; cd ..; show after");
    let good = user.role_arn(1);
    // The .envrc, how it is entered, and what is said.
    for (envrc, script, said) in [
        ("use aws_sso nobody/Nothing\n".to_owned(), &outer, "no role: the AWS variables"),
        ("strict_env\nuse aws_sso nobody/Nothing\nexport NEXT=1\n".to_owned(), &keys, "no role: the AWS variables"),
        ("use aws_sso\n".to_owned(), &keys, "use aws_sso ROLE"),
        (format!("use aws_sso {good} --help\n"), &outer, "use aws_sso ROLE"),
        (format!("use aws_sso {good} --bogus\n"), &outer, "Usage: use aws_sso"),
        (format!("export -n AWS_SECRET_KEY; readonly AWS_SECRET_KEY=x\nuse aws_sso {good}\n"), &outer, "read-only"),
        (format!("readonly AWS_SECRET_ACCESS_KEY\nuse aws_sso {good}\n"), &outer, "read-only"),
    ] {
        let Some(run) = in_project(&user, &envrc, script) else { return };
        let output = run.run();
        let [before, inside, after] = ["outer", "inside", "after"].map(|file| user.home.environment(file));
        let heard = user.home.read("project/said");
        assert!(before.contains_key("AWS_SECRET_ACCESS_KEY"), "{envrc}: {output}");
        let left: Vec<_> = names.iter().filter(|name| inside.contains_key(*name)).collect();
        assert!(left.is_empty(), "{envrc}: {left:?} {heard}");
        assert!(heard.contains(said) && !heard.contains("aws-sso env"), "{envrc}: {heard}");
        assert_eq!(after, before, "{envrc}");
        std::fs::remove_file(user.home.path("project/said")).unwrap();
    }
}

#[test]
fn an_envrc_without_a_role_gets_a_message_with_the_syntax() {
    let user = User::signed_in(Options::default());
    let Some(run) = in_project(&user, "use aws_sso\n", "cd project; show inside") else { return };
    let _ = run.run().success();
    assert!(user.home.read("project/said").contains("use aws_sso ROLE"));
}

/// A strict `.envrc`, and a role whose name is not one word.
#[test]
fn it_works_in_a_strict_envrc_and_runs_no_name() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[2].clone();
    let envrc = format!(
        "strict_env\nuse aws_sso '$(touch PWNED)' || true\nuse aws_sso '{}/{}'\n",
        account.name, account.roles[0]
    );
    let Some(run) = in_project(&user, &envrc, "cd project; show inside") else { return };
    let _ = run.run().success();
    assert_eq!(user.home.environment("inside")["AWS_ACCOUNT_ID"], account.id);
    assert!(!user.home.has("PWNED") && !user.home.has("project/PWNED"));
}

/// `clear` undoes what `use` did. What direnv had set for a folder does not follow the shell out of it.
#[test]
fn clear_outside_brings_back_nothing_of_the_folder() {
    let user = User::signed_in(Options::default());
    for envrc in [format!("use aws_sso {}\n", user.role_arn(1)), "export AWS_PROFILE=dev\n".to_owned()] {
        let script = format!(
            "show before; cd project; show inside; awsso use {}; cd ..; prompt; awsso clear; show after",
            user.role_arn(0)
        );
        let Some(run) = in_project(&user, &envrc, &script) else { return };
        let _ = run.run().success();
        let [before, inside] = ["before", "inside"].map(|file| user.home.environment(file));
        assert_ne!(before, inside, "{envrc}");
        assert_eq!(user.home.cleared("after"), before, "{envrc}");
    }
}

/// direnv sets the folder's role again when its credentials change, and so leaves the one that was entered since.
#[test]
fn a_role_that_direnv_replaces_is_said() {
    let user = User::signed_in(Options::default());
    let (folder, entered) = (user.role_arn(1), user.role_arn(0));
    let script = format!(
        "cd project; prompt; awsso use {entered}; touch -d '1 day' ~/.aws/cli/cache/*; prompt; show after; \
         awsso clear; show cleared"
    );
    let Some(run) = in_project(&user, &format!("use aws_sso {folder}\n"), &script) else { return };
    let _ = run.run().success();
    assert_eq!(user.home.environment("after")["AWS_SSO_ROLE_ARN"], folder);
    assert!(user.home.read("project/said").contains("the role that awsso use entered is left"));
    assert!(!user.home.environment("cleared").contains_key("AWS_SSO_DISPLACED"));
}

/// What the caches hold.
fn cached_secrets(user: &User) -> Vec<String> {
    let files = files(&user.home.path(".aws/cli/cache")).into_iter();
    let texts =
        files.map(|file| serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(file).unwrap()).unwrap());
    texts
        .flat_map(|file| {
            ["SecretAccessKey", "SessionToken"].map(|name| file["Credentials"][name].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn a_traced_envrc_shows_no_secret_of_any_role_and_is_traced_to_its_end() {
    let user = User::signed_in(Options::default());
    for number in 0..4 {
        let _ = user.aws_sso(&format!("process {}", user.role_arn(number))).run().success();
    }
    let role = user.role_arn(1);
    for trace in [
        "set -x",
        "set -xv",
        "strict_env\nset -x",
        "PS4='+$(:) '; set -x",
        "set -xT; trap 'echo \"$BASH_COMMAND\" >&2' DEBUG",
        "exec 9>\"$HOME/trace\"; BASH_XTRACEFD=9; set -x",
    ] {
        let envrc = format!("{trace}\nuse aws_sso {role}\nlog_status \"after-mark $-\"\n");
        let Some(run) = in_project(&user, &envrc, "cd project; show inside") else { return };
        let _ = run.run().success();
        let traced = if user.home.has("trace") { user.home.read("trace") } else { String::new() };
        let said = user.home.read("project/said") + &traced;
        assert_eq!(user.home.environment("inside")["AWS_SSO_ROLE_ARN"], role, "{trace}: {said}");
        for secret in cached_secrets(&user) {
            assert!(!said.contains(&secret), "{trace}: {said}");
        }
        assert!(said.contains("+ log_status 'after-mark"), "{trace}: {said}");
        let _ = (std::fs::remove_file(user.home.path("project/said")), std::fs::remove_file(user.home.path("trace")));
    }
}

/// Some of the keys would be the role's, and some not.
#[test]
fn a_read_only_variable_in_an_envrc_is_a_refusal_that_changes_nothing() {
    let user = User::signed_in(Options::default());
    let envrc = format!(
        "export -n AWS_SESSION_TOKEN; readonly AWS_SESSION_TOKEN=old\nuse aws_sso {} || true\n",
        user.role_arn(0)
    );
    let Some(run) = in_project(&user, &envrc, "show before; cd project; show inside") else { return };
    let _ = run.run().success();
    assert!(user.home.read("project/said").contains("the role is not entered"), "{}", user.home.read("project/said"));
    let [before, inside] = ["before", "inside"].map(|file| user.home.environment(file));
    let changed: Vec<_> =
        inside.keys().filter(|name| name.starts_with("AWS_") && !before.contains_key(*name)).collect();
    assert!(changed.is_empty(), "{changed:?}");
}

#[test]
fn init_direnv_prints_the_file_of_the_package_and_takes_no_option_of_a_shell() {
    let home = Home::new();
    let output = home.aws_sso(["init", "direnv"]).run().success().quiet();
    assert_eq!(output.stdout, include_str!("../../shell/direnv.sh"));
    for option in ["--hook=none", "--key=^G", "--no-completion", "--cmd=sso"] {
        let output = home.aws_sso(["init", "direnv", option]).run().status(2).complains("run: aws-sso init direnv");
        assert_eq!(output.stdout, "", "{option}");
    }
}
