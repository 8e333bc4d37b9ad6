//! `env --format` and `env --shell cmd`: what is printed, read back by the programs that it is for.

use std::collections::BTreeMap;

use aws_sso::sandbox::Options;
use serde_json::Value;

use crate::support::user::User;
use crate::support::{Output, REGION, START_URL, programs, skip};

type Variables = BTreeMap<String, String>;

/// The variables that `env` exports, as a shell has them.
fn exported(user: &User, role: &str) -> Variables {
    let code = user.aws_sso(&format!("env {role}")).run().success().stdout;
    of_program(&user.home.command("/bin/sh").args(["-c", &format!("{code}\nenv -0")]).run().success())
}

/// Those of this tool and of AWS that a program has printed with `env -0`.
fn of_program(output: &Output) -> Variables {
    let pairs = output.stdout.split('\0').filter_map(|line| line.split_once('='));
    ours(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

fn of_json(json: &Value) -> Variables {
    let pairs = json.as_object().unwrap().iter();
    ours(pairs.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))))
}

fn ours(pairs: impl Iterator<Item = (String, String)>) -> Variables {
    pairs.filter(|(name, _)| name.starts_with("AWS_") && name != "AWS_SSO_ENDPOINT_URL").collect()
}

/// The variables with the account's id in place of its name.
fn without_name(mut variables: Variables) -> Variables {
    let id = variables["AWS_SSO_ACCOUNT_ID"].clone();
    let role = format!("{id}/{}", variables["AWS_SSO_ROLE_NAME"]);
    variables.insert("AWS_SSO_ACCOUNT_NAME".to_owned(), id);
    variables.insert("AWS_SSO_PROFILE".to_owned(), role);
    variables
}

/// A name of an account, and whether a .env file and cmd.exe can hold it.
const NAMES: [(&str, bool, bool); 9] = [
    ("payments-dev", true, true),
    ("Data Platform", true, true),
    ("R&D (x) #1 <>|;*~^ = y", true, true),
    (" # no comment ", true, true),
    ("a\"; touch pwned; \"", true, false),
    ("it's", false, true),
    ("$(touch pwned) ${HOME} `touch pwned`", false, true),
    ("C:\\new %PATH% !PATH!", false, false),
    ("Größe 日本", true, false),
];

#[test]
fn each_program_reads_every_variable_as_a_shell_has_it_whatever_the_accounts_name() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let id = user.sandbox.accounts()[0].id.clone();
    let file = user.home.path("tmp/file");
    for (name, is_held, _) in NAMES {
        user.sandbox.update(|options| options.renamed = vec![(id.clone(), name.to_owned())]);
        let _ = user.aws_sso("list --refresh").run().success();
        let expected = exported(&user, &role);
        assert_eq!(expected["AWS_SSO_ACCOUNT_NAME"], name);
        let written = |format: &str| {
            let text = user.aws_sso(&format!("env {role} --format {format}")).run().success().quiet().stdout;
            user.home.write("tmp/file", &text);
            text
        };

        let json: Value = serde_json::from_str(&written("json")).unwrap();
        assert_eq!(of_json(&json), expected, "{name}");
        // Those that a program would prefer are to be removed.
        assert!(json["AWS_PROFILE"].is_null() && json.as_object().unwrap().contains_key("AWS_PROFILE"), "{json}");

        // By the rules of the runner: of a line without `<<` before `=`, what stands after the first `=`.
        let lines = written("github");
        let pairs = lines.lines().map(|line| line.split_once('=').unwrap());
        assert_eq!(ours(pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))), expected, "{name}");

        let _ = written("dotenv");
        let expected = if is_held { expected } else { without_name(expected) };
        let source = "set -a; . \"$0\"; env -0";
        let read = user.home.command("/bin/sh").args(["-c", source]).arg(&file).run().success();
        assert_eq!(of_program(&read), expected, "sh, {name}");
        if let Some(node) = programs("node").next() {
            let print = "process.stdout.write(JSON.stringify(process.env))";
            let option = format!("--env-file={}", file.display());
            let read = user.home.command(node).args([&option, "-e", print]).run().success();
            assert_eq!(of_json(&read.json()), expected, "node, {name}");
        } else {
            skip("there is no node: its reading of .env files is not tested");
        }
        let script = "import json, sys\n\
            try:\n import dotenv\n\
            except ImportError:\n print('null'); sys.exit()\n\
            print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
        if let Some(python) = user.home.boto3(script) {
            let read = python.arg(&file).run().success().json();
            if read.is_null() {
                skip("python-dotenv is not installed (tests/run does it): its reading is not tested");
                continue;
            }
            assert_eq!(of_json(&read), expected, "python-dotenv, {name}");
        }
    }
    assert!(!user.home.has("tmp/pwned") && !user.home.has("pwned"));
}

#[test]
fn cmd_gets_lines_in_which_nothing_is_expanded_or_run() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let id = user.sandbox.accounts()[0].id.clone();
    for (name, _, is_held) in NAMES {
        user.sandbox.update(|options| options.renamed = vec![(id.clone(), name.to_owned())]);
        let _ = user.aws_sso("list --refresh").run().success();
        let expected = exported(&user, &role);
        let expected = if is_held { expected } else { without_name(expected) };
        let lines = user.aws_sso(&format!("env {role} --shell cmd")).run().success().quiet().stdout;
        let mut set = Variables::new();
        for line in lines.lines() {
            let pair = line.strip_prefix("set \"").and_then(|rest| rest.strip_suffix('"')).unwrap();
            assert!(pair.is_ascii() && !pair.contains(['"', '%', '!']), "{line}");
            let (name, value) = pair.split_once('=').unwrap();
            set.insert(name.to_owned(), value.to_owned());
        }
        let removed = set.remove("AWS_PROFILE");
        assert_eq!(removed.as_deref(), Some(""));
        set.retain(|_, value| !value.is_empty());
        assert_eq!(set, expected, "{name}");
    }
}

#[test]
fn the_aws_cli_reads_a_credentials_file_and_the_answer_of_a_process() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let expected = user.aws_sso(&format!("process {role}")).run().success().json();
    let ini = user.aws_sso(&format!("env {role} --format ini --region eu-west-2")).run().success().stdout;
    let credentials = user.home.write("tmp/credentials", ini);
    let process = user.aws_sso(&format!("env {role} --format process")).run().success().stdout;
    let answer = user.home.write("tmp/answer", process);
    let config = format!("[profile p]\ncredential_process = cat {}\n", answer.display());
    let config = user.home.write("tmp/config", config);
    let ask = |words: &str| {
        let aws = user.home.aws_cli(words.split(' '))?;
        Some(aws.env("AWS_CONFIG_FILE", &config).env("AWS_SHARED_CREDENTIALS_FILE", &credentials).run().success())
    };
    for profile in ["default", "p"] {
        let Some(output) = ask(&format!("configure export-credentials --profile {profile} --format process")) else {
            return;
        };
        let found = output.json();
        for name in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
            assert_eq!(found[name], expected[name], "{profile} {name}");
        }
    }
    assert_eq!(ask("configure get region").unwrap().stdout, "eu-west-2\n");
}

#[test]
fn an_ini_file_beside_a_default_that_programs_would_take_comes_with_a_warning() {
    let user = User::signed_in(Options::default());
    let line = format!("env {} --format ini", user.role(0, 0));
    let _ = user.aws_sso(&line).run().success().quiet();
    user.home.sign_in_config("[default]\nregion = eu-west-1\n");
    let _ = user.aws_sso(&line).run().success().quiet();
    for own in ["sso_session = corp\nsso_account_id = 111111111111\nsso_role_name = x\n", "role_arn = x\n"] {
        user.home.sign_in_config(&format!("[default]\n{own}source_profile = default\n"));
        let output = user.aws_sso(&line).run().success().complains("set AWS_CONFIG_FILE=/dev/null as well");
        assert_eq!(output.stderr.lines().count(), 1, "{output}");
        let credentials = user.home.write("tmp/credentials", &output.stdout);
        let Some(aws) = user.home.aws_cli(["configure", "export-credentials", "--format", "process"]) else { return };
        let aws = aws.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", &credentials);
        let id = aws.run().success().json()["AccessKeyId"].as_str().unwrap().to_owned();
        assert!(output.stdout.contains(&id), "{id}");
    }
}

#[test]
fn a_sign_in_whose_profile_has_a_name_that_a_form_cannot_hold_is_left_out() {
    let user = User::signed_in(Options::default());
    let sign_in = format!("sso_start_url = {START_URL}\nsso_region = {REGION}\n");
    user.home.write(".aws/config", format!("[profile \"q's\"]\n{sign_in}[profile 100%]\n{sign_in}"));
    for (profile, form) in [("q's", "--format dotenv"), ("100%", "--shell cmd")] {
        let _ = user.aws_sso(&format!("login -p {profile} --device-code --no-browser")).run().success();
        let printed = user.aws_sso(&format!("env {} -p {profile} {form}", user.role(0, 0))).run().success().stdout;
        assert!(printed.contains("AWS_ACCESS_KEY_ID=") && !printed.contains(profile), "{printed}");
        let held = printed.lines().filter(|line| line.contains("AWS_SSO_SESSION=")).collect::<Vec<_>>();
        assert!(held.is_empty() || held == ["set \"AWS_SSO_SESSION=\""], "{held:?}");
    }
}

#[test]
fn a_format_excludes_a_shell_and_one_without_a_place_for_a_region_takes_none() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    for format in ["dotenv", "json", "ini", "github", "process", "aws-credentials"] {
        let line = format!("env {role} --format {format}");
        let _ = user.aws_sso(&format!("{line} --shell bash")).run().status(2).complains("cannot be used with");
        let with_region = user.aws_sso(&format!("{line} --region eu-west-2")).run();
        if matches!(format, "process" | "aws-credentials") {
            let _ = with_region.status(2).complains("this format has no place for a region");
        } else {
            let _ = with_region.success().prints("eu-west-2");
        }
    }
}
