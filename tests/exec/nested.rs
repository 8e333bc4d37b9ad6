//! `exec` inside `exec`: each program has its own role, and nothing of another.

use aws_sso::sandbox::Options;

use crate::support::user::User;

/// Prints whose credentials boto3 takes.
const BOTO3: &str = "import boto3; print(boto3.Session().client('sts', region_name='eu-central-1')\
                     .get_caller_identity()['Arn'].split('/')[1])";

/// The variables by which a program could find credentials, but for the keys and the region.
const OTHERS: &str = "env | cut -d= -f1 | grep -E '^AWS_(PROFILE|DEFAULT_PROFILE|CONTAINER|WEB|ROLE|SECURITY)' | sort; \
                      printf '%s\\n' end";

#[test]
fn each_level_acts_as_its_own_role_and_finds_nothing_of_another() {
    let user = User::signed_in(Options::default());
    let account = &user.sandbox.accounts()[0];
    let name = |number: usize| account.roles[number].clone();
    user.home.sign_in_config(&format!(
        "[profile team]\ncredential_process = aws-sso process {} -p corp\n",
        user.role(0, 3)
    ));
    let _ = user.aws_sso("list").run().success();
    let container: &[&str] = &["AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    // What each form leaves for programs to find, beside keys.
    let forms: [(String, usize, &[&str]); 4] = [
        (user.role(0, 2), 2, &[]),
        (format!("--match {} --output dir FILES", user.role(0, 2)), 2, &[]),
        ("team".to_owned(), 3, &["AWS_PROFILE"]),
        (format!("--server {}", user.role(0, 1)), 1, container),
    ];
    let surroundings = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null"),
        ("AWS_ROLE_ARN", "arn:aws:iam::999999999999:role/pod"),
        ("AWS_ROLE_SESSION_NAME", "pod"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/task"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/task"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "task"),
        ("AWS_PROFILE", "nobody"),
        ("AWS_SECURITY_TOKEN", "old"),
    ];
    for (outer, _, _) in &forms {
        for (inner, role, left) in &forms {
            // The outer command runs the inner one between two looks at its own role.
            let python = user.home.boto3(BOTO3).map(|python| {
                let command = python.command();
                [command.get_program().to_owned(), "-c".into(), BOTO3.into()]
            });
            let exec = format!("aws-sso exec -p corp {} --", inner.replace("FILES", "inner"));
            let read = |words: &str| {
                let files = if inner.contains("FILES") { "; cat inner/*.out" } else { "" };
                format!("{exec} {words}{files}")
            };
            let mut script = read("sh -c \"$1\"");
            if python.is_some() {
                script = format!("{script}; {}", read("\"$2\" \"$3\" \"$4\""));
            }
            let mut words: Vec<_> = ["sh", "-c", &script, "sh", OTHERS].map(Into::into).into();
            words.extend(python.into_iter().flatten());
            let run = user.aws_sso(&format!("exec -p corp {} --", outer.replace("FILES", "outer"))).args(words);
            let run = run.env("AWS_EC2_METADATA_DISABLED", "true");
            let output = surroundings.iter().fold(run, |run, (name, value)| run.env(name, value)).run().success();
            let stdout = if outer.contains("FILES") {
                let id = &account.id;
                user.home.read(format!("outer/{id}-{}.out", name(2)))
            } else {
                output.stdout.clone()
            };
            let found = |line: &&str| !line.starts_with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
            let lines: Vec<_> = stdout.lines().filter(found).collect();
            let mut expected: Vec<_> = left.to_vec();
            expected.push("end");
            let arn = format!("AWSReservedSSO_{}_", name(*role));
            assert_eq!(lines[..expected.len()], expected, "{outer} > {inner}: {output}");
            if let Some(acts) = lines.get(expected.len()) {
                assert!(acts.starts_with(&arn), "{outer} > {inner}: {output}");
            }
        }
    }
}
