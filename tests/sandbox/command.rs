//! `aws-sso sandbox`: server, shell and tour, each in a temporary home folder that is removed at the end.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{AWS_SSO, Home, skip};

/// `sandbox serve`, and the environment that it printed.
struct Server {
    child: Child,
    environment: HashMap<String, String>,
}

impl Server {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut child = Command::new(AWS_SSO)
            .args(["sandbox", "serve"])
            .args(arguments)
            .env_clear()
            .env("HOME", home.path(""))
            .env("TMPDIR", home.path("tmp"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut environment = HashMap::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let last = if arguments.contains(&"--tls") { "AWS_CA_BUNDLE" } else { "no_proxy" };
        while !environment.contains_key(last) {
            let line = lines.next().unwrap().unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            environment.insert(name.to_owned(), value.trim_matches('\'').to_owned());
        }
        Self { child, environment }
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(endpoint: &str, path: &str) -> String {
    let authority = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serve_prints_an_environment_of_its_own_and_removes_it_when_stopped() {
    for signal in ["TERM", "INT", "HUP"] {
        let home = Home::new();
        let mut server = Server::start(&home, &["--accounts", "7", "--region", "eu-central-1"]);
        let environment = &server.environment;
        let endpoint = &environment["AWS_ENDPOINT_URL"];
        assert_eq!(endpoint, &environment["AWS_ENDPOINT_URL_SSO"]);
        assert_eq!(endpoint, &environment["AWS_ENDPOINT_URL_SSO_OIDC"]);
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            assert_eq!(environment[name], "eu-central-1", "{name}");
        }
        assert!(get(endpoint, "/start").contains("7 accounts"));
        assert!(get(endpoint, "/sandbox/requests").contains("\"path\":\"/start\""));

        let folder = Path::new(&environment["HOME"]);
        assert!(folder.starts_with(home.path("tmp")), "{folder:?}");
        for (name, value) in environment {
            if name.ends_with("_FILE") || name.starts_with("XDG_") {
                assert!(Path::new(value).starts_with(folder), "{name}={value}");
            }
        }
        let config = std::fs::read_to_string(&environment["AWS_CONFIG_FILE"]).unwrap();
        assert!(config.contains("[sso-session sandbox]") && config.contains("sso_region = eu-central-1"), "{config}");

        server.signal(signal);
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
        assert_eq!(home.list("tmp"), [""; 0], "{signal}");
        let mut note = String::new();
        server.child.stderr.take().unwrap().read_to_string(&mut note).unwrap();
        assert!(note.contains("Ctrl-C stops it"), "{note}");
    }
}

#[test]
fn serve_with_tls_names_the_proxy_and_the_authority() {
    let home = Home::new();
    let server = Server::start(&home, &["--tls"]);
    let bundle = std::fs::read_to_string(&server.environment["AWS_CA_BUNDLE"]).unwrap();
    assert!(bundle.starts_with("-----BEGIN CERTIFICATE-----"), "{bundle}");
    let proxy = server.environment["HTTPS_PROXY"].trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(proxy).unwrap();
    write!(stream, "CONNECT oidc.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[test]
fn serve_has_replicas_a_companys_domain_and_a_region_that_is_down() {
    let home = Home::new();
    let all = ["--tls", "--replica", "eu-west-1", "--vanity", "aws.example.com", "--down", "us-east-1"];
    let server = Server::start(&home, &all);
    assert!(!server.environment.contains_key("AWS_ENDPOINT_URL"), "{:?}", server.environment);
    let login = |name: &str| {
        let login = ["login", "--device-code", "--no-browser", "-p", name];
        server.environment.iter().fold(home.aws_sso(login), |run, (name, value)| run.env(name, value)).run()
    };
    let _ = login("sandbox-eu-west-1").success();
    let _ = login("sandbox-company").success().complains("leads to the Region eu-west-1 now");
    let _ = login("sandbox").status(5).complains("oidc.us-east-1.amazonaws.com");
    let _ = home.aws_sso(["sandbox", "serve", "--vanity", "aws.example.com"]).run().status(2).complains("--tls");
}

/// Assumes roles with the keys of the environment, each given as the arguments of the request, and prints the error.
const ASSUME: &str = r"
import sys, json, boto3, botocore
sts = boto3.client('sts')
for line in sys.stdin:
    try: print('ok', sts.assume_role(RoleSessionName='jane', **json.loads(line))['Credentials']['Expiration'])
    except botocore.exceptions.ClientError as error: print(error.response['Error']['Code'], error)
";

#[test]
fn serve_has_roles_to_assume_on_conditions() {
    let home = Home::new();
    let options = "--accounts 1 --unassigned 1 --assumable Deploy --assumable arn:aws:iam::999999999999:role/Partner \
                   --external-id partner --mfa arn:aws:iam::999999999999:mfa/jane=123456 --max-duration 1800 \
                   --assumed-lifetime 600";
    let options: Vec<_> = options.split_whitespace().collect();
    let server = Server::start(&home, &options);
    let with = |run: crate::support::Invocation| {
        server.environment.iter().fold(run, |run, (name, value)| run.env(name, value))
    };
    let _ = with(home.aws_sso(["login", "--device-code", "--no-browser"])).run().success();
    let keys = with(home.aws_sso(["process", "012345678901/reader"])).run().success().json();
    let own = "arn:aws:iam::012345678901:role/Deploy";
    let complete =
        r#""ExternalId": "partner", "SerialNumber": "arn:aws:iam::999999999999:mfa/jane", "TokenCode": "123456""#;
    let cases = [
        (format!(r#"{{"RoleArn": "{own}", {complete}, "DurationSeconds": 1800}}"#), "ok"),
        (
            format!(r#"{{"RoleArn": "arn:aws:iam::999999999999:role/Partner", {complete}, "DurationSeconds": 900}}"#),
            "ok",
        ),
        (format!(r#"{{"RoleArn": "{own}2", {complete}, "DurationSeconds": 900}}"#), "AccessDenied"),
        (format!(r#"{{"RoleArn": "{own}", {complete}, "DurationSeconds": 1801}}"#), "ValidationError"),
        (format!(r#"{{"RoleArn": "{own}", {}}}"#, complete.replace("partner", "other")), "AccessDenied"),
        (format!(r#"{{"RoleArn": "{own}", {}}}"#, complete.replace("123456", "000000")), "AccessDenied"),
    ];
    let Some(python) = home.boto3(ASSUME) else { return };
    let key = |name: &str| keys[name].as_str().unwrap().to_owned();
    let lines: String = cases.iter().map(|(line, _)| format!("{line}\n")).collect();
    let python = with(python).stdin(lines).env("AWS_ACCESS_KEY_ID", key("AccessKeyId"));
    let python = python.env("AWS_SECRET_ACCESS_KEY", key("SecretAccessKey"));
    let output = python.env("AWS_SESSION_TOKEN", key("SessionToken")).run().success();
    let answers: Vec<_> = output.stdout.lines().collect();
    assert_eq!(answers.len(), cases.len(), "{output}");
    for ((line, expected), answer) in cases.iter().zip(answers) {
        assert!(answer.starts_with(&format!("{expected} ")), "{line}: {answer}");
        if let Some(time) = answer.strip_prefix("ok ") {
            let left = time.parse::<jiff::Timestamp>().unwrap().as_second() - jiff::Timestamp::now().as_second();
            assert!((500..=600).contains(&left), "{left}");
        }
    }
    for wrong in [["--assumable", "arn:aws:iam::1:user/x"], ["--mfa", "serial"]] {
        let _ = home.aws_sso(["sandbox", "serve"].into_iter().chain(wrong)).run().status(2);
    }
}

#[test]
fn a_port_in_use_is_reported_with_what_to_do() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    let port = server.environment["AWS_ENDPOINT_URL"].rsplit(':').next().unwrap();
    let _ = home
        .aws_sso(["sandbox", "serve", "--port", port])
        .run()
        .status(1)
        .complains("cannot start the sandbox")
        .complains(&format!("leave out --port {port}"));
}

#[test]
fn a_shell_opens_with_the_function_loaded_and_passes_its_status_on() {
    for shell in ["bash", "zsh", "fish", "dash"] {
        let path = format!("/usr/bin/{shell}");
        if !Path::new(&path).exists() {
            skip(&format!("{shell} is missing: its sandbox is not tested"));
            continue;
        }
        let home = Home::new();
        let mut terminal = home
            .aws_sso(["sandbox"])
            .env("SHELL", &path)
            .env("AWS_ACCESS_KEY_ID", "foreign")
            .env("AWS_PROFILE", "foreign")
            .in_terminal();
        terminal.wait_for("Five things to try");
        let loaded = match shell {
            "dash" => "not found",
            _ => "function",
        };
        // The terminal echoes what is typed; only the output has the words without the quotes.
        terminal.send("type awsso\r");
        terminal.wait_for(loaded);
        terminal.send("env | grep -c '^AWS_.*foreign' | sed 's/^/fore''ign=/'\r");
        terminal.wait_for("foreign=0");
        terminal.send("cd; pwd | sed 's/^/at=''/'\r");
        terminal.wait_for(&format!("at={}/aws-sso-sandbox-", home.path("tmp").display()));
        terminal.wait_for("sandbox");
        terminal.send("exit 7\r");
        let output = terminal.finish().status(7);
        assert!(!output.stdout.contains("error"), "{output}");
        assert_eq!(output.stdout.contains("this is sh"), shell == "dash", "{output}");
        // fish leaves a folder for its sockets behind.
        let left: Vec<_> = home.list("tmp").into_iter().filter(|name| !name.starts_with("fish.")).collect();
        assert_eq!(left, [""; 0], "{shell}");
        assert_eq!(home.list(""), ["tmp"], "{shell}");
    }
}

#[test]
fn ctrl_c_is_left_to_the_shell_and_sigterm_cleans_up() {
    let home = Home::new();
    let mut terminal = home.aws_sso(["sandbox"]).env("SHELL", "/bin/bash").in_terminal();
    terminal.wait_for("sandbox ~ ");
    terminal.signal("INT");
    terminal.send("echo still''here\r");
    terminal.wait_for("stillhere");
    terminal.signal("TERM");
    let _ = terminal.finish().status(128 + 9);
    assert_eq!(home.list("tmp"), [""; 0]);
}

#[test]
fn the_tour_shows_every_step_and_no_secret() {
    let home = Home::new();
    let output = home.aws_sso(["sandbox", "--tour"]).run().success();
    let steps = ["1 · Sign in", "2 · Discovery", "3 · A shell uses a role", "4 · Programs", "5 · AWS knows"];
    for shown in steps.into_iter().chain(["arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_reader_"]) {
        assert!(output.stdout.contains(shown), "{shown}\n{output}");
    }
    for secret in ["SecretAccessKey: ", "SessionToken: ", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN="] {
        let masked = format!("{secret}•");
        assert!(output.stdout.contains(&masked), "{masked}\n{output}");
        assert_eq!(output.stdout.matches(secret).count(), output.stdout.matches(&masked).count(), "{output}");
    }
    assert_eq!((home.list(""), home.list("tmp").len()), (vec!["tmp".to_owned()], 0));
}

#[test]
fn a_step_that_fails_ends_the_tour_and_is_named() {
    let home = Home::new();
    let _ = home
        .aws_sso(["sandbox", "--tour", "--approve", "deny"])
        .run()
        .status(1)
        .complains("step 1 of the tour, Sign in, failed: `aws-sso login");
    assert_eq!(home.list("tmp"), [""; 0]);
}
