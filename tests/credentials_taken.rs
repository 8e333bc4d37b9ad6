//! Which credentials real programs take, after each verb that gives them some: the role's, or the verb refuses.

use std::fs;
use std::path::Path;

use aws_sso::sandbox::Options;

use crate::support::clients::rust_sdk_program;
use crate::support::user::User;
use crate::support::{Invocation, Shell};

/// Prints the caller's ARN.
const BOTO3: &str = "import boto3; print(boto3.Session().client('sts', region_name='eu-central-1')\
                     .get_caller_identity()['Arn'])";

/// What stands in the way of a role, in the environment, the config and the credentials file.
struct Obstacle {
    name: &'static str,
    environment: &'static [(&'static str, &'static str)],
    config: &'static str,
    credentials: &'static str,
    /// The verbs that refuse it.
    refused: &'static [&'static str],
}

const NONE: Obstacle = Obstacle { name: "nothing", environment: &[], config: "", credentials: "", refused: &[] };
const KEYS: &str = "aws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n";

const OBSTACLES: [Obstacle; 12] = [
    NONE,
    Obstacle {
        name: "a pod's web identity",
        environment: &[
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null"),
            ("AWS_ROLE_ARN", "arn:aws:iam::999999999999:role/pod"),
            ("AWS_ROLE_SESSION_NAME", "pod"),
        ],
        ..NONE
    },
    Obstacle {
        name: "another credential server",
        environment: &[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/other"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "other"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/dev/null"),
        ],
        ..NONE
    },
    Obstacle {
        name: "other keys and another profile",
        environment: &[
            ("AWS_ACCESS_KEY_ID", "AKIDSTALE"),
            ("AWS_SECRET_ACCESS_KEY", "stale"),
            ("AWS_SECURITY_TOKEN", "stale"),
            ("AWS_PROFILE", "other"),
            ("AWS_DEFAULT_PROFILE", "other"),
        ],
        config: "[profile other]\nrole_arn = arn:aws:iam::999999999999:role/other\ncredential_source = Environment\n",
        ..NONE
    },
    Obstacle {
        name: "keys of older tools",
        environment: &[
            ("AWS_CREDENTIAL_FILE", "/dev/null"),
            ("BOTO_CONFIG", "/dev/null"),
            ("AWS_ACCESS_KEY", "AKIDSTALE"),
        ],
        ..NONE
    },
    Obstacle {
        name: "old keys of the profile's name",
        credentials: "[team]\naws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n",
        refused: &["exec --as-profile ROLE"],
        ..NONE
    },
    Obstacle {
        name: "a role over the profile",
        credentials: "[team]\nrole_arn = arn:aws:iam::999999999999:role/other\nsource_profile = other\n[other]\n\
                      aws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n",
        refused: &["exec --as-profile ROLE"],
        ..NONE
    },
    Obstacle {
        name: "keys that Python adds to every section",
        credentials: "[DEFAULT]\naws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n[team]\n\
                      region = eu-west-1\n",
        refused: &["exec --as-profile ROLE"],
        ..NONE
    },
    Obstacle {
        name: "an old token of the default profile",
        credentials: "[default]\naws_security_token = stale\n",
        ..NONE
    },
    Obstacle {
        name: "keys of the default profile",
        credentials: "[default]\naws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n",
        refused: &["exec --server ROLE"],
        ..NONE
    },
    Obstacle {
        name: "a sign-in of the default profile",
        config: "[default]\nsso_session = corp\nsso_account_id = 999999999999\nsso_role_name = Other\n",
        refused: &["exec --server ROLE", "the default profile"],
        ..NONE
    },
    Obstacle {
        name: "a role of the default profile",
        config: "[default]\nrole_arn = arn:aws:iam::999999999999:role/other\nsource_profile = base\n[profile base]\n\
                 aws_access_key_id = AKIDSTALE\naws_secret_access_key = stale\n",
        refused: &["exec --server ROLE", "the default profile"],
        ..NONE
    },
];

/// The ways to give a program the role: `ROLE` and the profile `team` stand for the same one.
const VERBS: [&str; 6] =
    ["exec ROLE", "exec team", "exec --as-profile ROLE", "exec --server ROLE", "use team", "the default profile"];

#[test]
fn every_program_takes_the_role_or_the_verb_refuses() {
    let user = User::signed_in(Options::default());
    let (role, account) = (user.role(0, 0), user.sandbox.accounts()[0].clone());
    let expected = format!(":sts::{}:assumed-role/AWSReservedSSO_{}_", account.id, account.roles[0]);
    for obstacle in &OBSTACLES {
        for verb in VERBS {
            for (client, program) in clients(&user) {
                let _ = fs::remove_file(user.home.path(".aws/credentials"));
                if !obstacle.credentials.is_empty() {
                    user.home.write(".aws/credentials", obstacle.credentials);
                }
                user.home.sign_in_config(&format!(
                    "[profile team]\ncredential_process = aws-sso process {role} -p corp\n{}",
                    obstacle.config
                ));
                let words: Vec<_> = program.iter().map(String::as_str).collect();
                let entered = enter(&user, verb, &role, &words, obstacle.environment);
                let name = format!("{}, {verb}, {client}", obstacle.name);
                if obstacle.refused.contains(&verb) {
                    let output = entered.run().status(2);
                    assert_eq!(output.stdout, "", "{name}");
                    continue;
                }
                let output = entered.run();
                assert!(output.stdout.contains(&expected), "{name}: {output}");
                assert!(!output.stdout.contains("STALE"), "{name}: {output}");
            }
        }
    }
}

/// Runs a program in the environment that a verb makes.
fn enter(user: &User, verb: &str, role: &str, program: &[&str], environment: &[(&str, &str)]) -> Invocation {
    let with = |run: Invocation| {
        let run = environment.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.env("AWS_EC2_METADATA_DISABLED", "true")
    };
    let quoted =
        |words: &[&str]| words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect::<Vec<_>>();
    match verb {
        "use team" => {
            let script = format!("awsso use team || exit\n{}", quoted(program).join(" "));
            with(user.script(Shell::Bash, &script))
        }
        "the default profile" => {
            // What only the environment hides is written, and said; here the files are meant.
            let names: Vec<_> = environment.iter().map(|(name, _)| *name).collect();
            let script = format!(
                "aws-sso -p corp -r '{role}' >/dev/null || exit\nunset {}\n{}",
                if names.is_empty() { "none".to_owned() } else { names.join(" ") },
                quoted(program).join(" ")
            );
            with(user.script(Shell::Bash, &script))
        }
        _ => with(user.exec(verb.strip_prefix("exec ").unwrap_or(verb).replace("ROLE", role).as_str(), program)),
    }
}

/// The real clients that are here, as the words that start them.
fn clients(user: &User) -> Vec<(&'static str, Vec<String>)> {
    let words = |run: Invocation| {
        let command = run.command();
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_str().unwrap().to_owned()).collect()
    };
    let mut clients = vec![("the Rust SDK", words(rust_sdk_program(user, "credentials_taken::rust_sdk_client")))];
    if let Some(python) = user.home.boto3(BOTO3) {
        clients.push(("boto3", words(python)));
    }
    clients
}

#[test]
#[ignore = "a program that another test runs"]
fn rust_sdk_client() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let region = aws_sdk_sts::config::Region::from_static("eu-central-1");
        let defaults = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).region(region);
        let client = aws_sdk_sts::Client::new(&defaults.load().await);
        println!("{}", client.get_caller_identity().send().await.unwrap().arn.unwrap());
    });
}

/// The AWS CLI of older distributions ignores `AWS_ENDPOINT_URL`, so it prints the credentials that it takes.
#[test]
fn the_aws_cli_takes_the_role_after_use_of_a_profile_with_old_keys() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    user.home.sign_in_config(&format!("[profile team]\ncredential_process = aws-sso process {role} -p corp\n"));
    user.home.write(".aws/credentials", format!("[team]\n{KEYS}"));
    let Some(cli) = user.home.aws_cli(["configure", "export-credentials"]) else { return };
    let program = cli.command().get_program().to_str().unwrap().to_owned();
    assert!(Path::new(&program).exists());
    let script = format!("awsso use team && {program} configure export-credentials --format env-no-export");
    let output = user.script(Shell::Bash, &script).run().success().complains("aws_access_key_id of the profile team");
    assert!(output.stdout.contains("AWS_ACCESS_KEY_ID=ASIA") && !output.stdout.contains("STALE"), "{output}");
}

#[test]
fn explain_says_what_each_sdk_takes_and_doctor_names_the_profile() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    user.home.sign_in_config(&format!("[profile team]\ncredential_process = aws-sso process {role} -p corp\n"));
    let fine = user.aws_sso("doctor --explain team").run().success().quiet();
    assert_eq!(fine.stdout.matches("credential_process of the profile team (~/.aws/config, line").count(), 6, "{fine}");
    user.home.write(".aws/credentials", format!("[team]\n{KEYS}"));
    let hidden = user.aws_sso("doctor --explain team").run().status(1);
    for (sdk, takes) in [
        ("AWS CLI", "aws_access_key_id of the profile team"),
        ("boto3", "aws_access_key_id of the profile team (~/.aws/credentials, line 2)"),
        ("Rust", "credential_process"),
        ("Go", "aws_access_key_id"),
        ("JavaScript", "aws_access_key_id"),
        ("Java ", "credential_process"),
    ] {
        let row = hidden.stdout.lines().find(|row| row.starts_with(sdk)).unwrap_or_default();
        assert!(row.contains(takes), "{sdk}: {hidden}");
    }
    let report = user.aws_sso("doctor --offline").run().status(1);
    assert!(report.stdout.contains("--explain team"), "{report}");
    let keys = user.aws_sso("doctor --explain team").env("AWS_ACCESS_KEY_ID", "A").env("AWS_SECRET_ACCESS_KEY", "s");
    assert!(keys.run().status(1).stdout.contains("AWS_ACCESS_KEY_ID"));
    let _ = user.aws_sso("doctor --explain taem").run().status(2).complains("did you mean team?");
}

/// After `use` another tool may name another profile: what programs take then is said, and used.
#[test]
fn status_check_console_and_doctor_say_what_programs_take() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[0].clone();
    let process = |number: usize| format!("credential_process = aws-sso process {} -p corp\n", user.role(0, number));
    user.home.sign_in_config(&format!(
        "[profile west]\n{}[profile prod]\n{}[profile foreign]\n{KEYS}",
        process(0),
        process(1)
    ));
    let in_shell =
        |before: &str, line: &str| user.script(Shell::Bash, &format!("awsso use west\n{before}\naws-sso {line}")).run();
    let fine = in_shell("", "status").success().quiet();
    assert!(fine.stdout.contains(&account.roles[0]), "{fine}");

    let prod = "export AWS_PROFILE=prod";
    let _ = in_shell(prod, "status").success().complains("takes credential_process of the profile prod");
    let json = in_shell(prod, "status --json").success().json();
    assert_eq!((&json["roleArn"], &json["enteredRoleArn"]), (&serde_json::Value::Null, &user.role_arn(0).into()));
    let console = in_shell(prod, "console --portal --print").success();
    assert!(console.stdout.contains(&format!("role_name={}", account.roles[1])), "{console}");
    user.sandbox.revoke_role(&account.id, &account.roles[1]);
    let _ = in_shell(prod, "check").status(4).quiet();
    let doctor = in_shell(prod, "doctor --offline").status(1);
    let words = doctor.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("but its programs do not take it"), "{doctor}");

    let foreign = "export AWS_PROFILE=foreign";
    let _ = in_shell(foreign, "check").status(2).quiet();
    let _ = in_shell(foreign, "status").success().complains("aws_access_key_id of the profile foreign");
    let _ = in_shell(foreign, "console --print").status(2).complains("name the role: aws-sso console ROLE");
    let none = "unset AWS_PROFILE";
    let _ = in_shell(none, "check").status(2).quiet();
    let server = "unset AWS_PROFILE; export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:9/other";
    let _ = in_shell(server, "status").success().complains("takes AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let keys = "export AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=s";
    let _ = in_shell(keys, "status").success().complains("take AWS_ACCESS_KEY_ID");
    // What `env` and `exec` export is told apart from other keys too.
    let entered = format!("eval \"$(aws-sso env {})\"", user.role(0, 2));
    let _ = in_shell(&entered, "status").success().quiet();
    let _ = in_shell(&format!("{entered}\n{keys}"), "check").status(2).quiet();
}

#[test]
fn a_default_profile_that_only_this_shell_hides_is_written_and_said() {
    let user = User::signed_in(Options::default());
    let line = format!("-p corp -r {}", user.role_arn(0));
    for (name, value) in [("AWS_PROFILE", "corp"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null")] {
        let _ = fs::remove_file(user.home.path(".aws/credentials"));
        let output = user.aws_sso(&line).env(name, value).run().success();
        let _ = output.complains("programs of this shell do not take the default profile");
        assert!(user.home.read(".aws/credentials").contains("aws_access_key_id = ASIA"), "{name}");
    }
    // What the files hide is not written at all.
    user.home.sign_in_config("[default]\nlogin_session = arn:aws:iam::999999999999:user/other\n");
    let before = user.home.read(".aws/credentials");
    let _ = user.aws_sso(&line).run().status(2).complains("login_session of the profile default (~/.aws/config, line");
    assert_eq!(user.home.read(".aws/credentials"), before);
}

#[test]
fn discover_leaves_and_names_profiles_that_the_credentials_file_hides() {
    let user = User::signed_in(Options::default());
    let hidden = format!("{}-{}", user.sandbox.accounts()[0].id, user.sandbox.accounts()[0].roles[0]);
    user.home.write(".aws/credentials", format!("[{hidden}]\n{KEYS}"));
    let output = user.aws_sso("discover -p corp").run().status(1).complains(&hidden);
    let output = output.complains("delete their sections from ~/.aws/credentials");
    assert!(output.stdout.contains("1 that the credentials file hides"), "{output}");
    assert!(!user.home.read(".aws/config").contains(&format!("[profile {hidden}]")));
    fs::remove_file(user.home.path(".aws/credentials")).unwrap();
    assert!(user.aws_sso("discover -p corp").run().success().stdout.contains("1 profile new"));
}
