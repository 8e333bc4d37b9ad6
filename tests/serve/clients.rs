//! Real AWS clients whose credentials are renewed several times while they run.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sso::sandbox::Options;

use crate::support::Invocation;
use crate::support::clients::rust_sdk_program;
use crate::support::server::{Server, TOKEN_FILE, URI, ask, request};
use crate::support::user::User;

/// How many different keys each client has to see before it ends.
const KEYS: usize = 4;

/// A busy program: it asks from several threads, each time with the credentials that the SDK holds then.
const BOTO3: &str = r#"
import sys, threading, boto3
session = boto3.Session()
credentials = session.get_credentials()
assert credentials.method == "container-role", credentials.method
keys, wanted = set(), int(sys.argv[1])
def work():
    sts = session.client("sts")
    while len(keys) < wanted:
        keys.add(credentials.get_frozen_credentials().access_key)
        print(sts.get_caller_identity()["Arn"], flush=True)
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(keys) >= wanted
"#;

#[test]
fn three_clients_outlive_their_credentials_many_times_over() {
    // Short lifetimes keep the test short: it needs credentials that expire often.
    let options = Options { credential_lifetime: Duration::from_secs(6), ..Options::default() };
    let served = Server::of(User::signed_in(options), "--region eu-west-1");
    let account = &served.user.sandbox.accounts()[0];
    let expected = format!(":sts::{}:assumed-role/AWSReservedSSO_{}_", account.id, account.roles[0]);
    let endpoint = served.user.sandbox.endpoint();
    let with = |client: Invocation| {
        let pairs = served.environment.iter().filter(|(name, _)| name.starts_with("AWS_"));
        pairs.fold(client.endpoint(&endpoint), |client, (name, value)| client.env(name, value))
    };
    let (is_over, seen) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()));
    let (host, token) = (served.host().to_owned(), served.token().to_owned());
    std::thread::scope(|scope| {
        let load = || {
            while !is_over.load(Ordering::Relaxed) {
                let (status, answer) = ask(&host, &request(&host, &[("Authorization", &token)]));
                assert_eq!(status, 200, "{answer}");
                let left = answer["Expiration"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
                assert!(left > jiff::Timestamp::now(), "expired: {answer}");
                seen.lock().unwrap().insert(answer["AccessKeyId"].to_string());
            }
        };
        for _ in 0..2 {
            scope.spawn(load);
        }
        let _end = End(&is_over);
        let mut clients = Vec::new();
        if let Some(python) = served.user.home.boto3(BOTO3) {
            clients.push(with(python.arg(KEYS.to_string())).start());
        }
        clients.push(with(rust_sdk_program(&served.user, "serve::clients::rust_sdk_client")).start());
        if let Some(cli) = served.user.home.aws_cli(["sts", "get-caller-identity", "--endpoint-url", &endpoint]) {
            let cli = with(cli);
            while seen.lock().unwrap().len() < KEYS {
                let output = cli.clone().run().success();
                assert!(output.stdout.contains(&expected), "{output}");
            }
        }
        let outputs: Vec<_> = clients.into_iter().map(crate::support::process::Running::finish).collect();
        for output in outputs {
            let output = output.success();
            let arns: Vec<_> = output.stdout.lines().filter(|line| line.contains(":sts:")).collect();
            assert!(arns.len() >= KEYS && arns.iter().all(|arn| arn.contains(&expected)), "{output}");
        }
    });
    let (seen, asked) = (seen.lock().unwrap().len(), served.user.sandbox.count("GetRoleCredentials"));
    assert!(seen >= KEYS, "{seen}");
    assert!(asked <= seen + 1, "{asked} requests for {seen} keys, whatever the load");
}

/// Ends the load, even if a client fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
#[ignore = "a program that another test runs"]
fn rust_sdk_client() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
        let provider = config.credentials_provider().unwrap();
        let client = aws_sdk_sts::Client::new(&config);
        let mut keys = BTreeSet::new();
        while keys.len() < KEYS {
            keys.insert(provider.provide_credentials().await.unwrap().access_key_id().to_owned());
            println!("{}", client.get_caller_identity().send().await.unwrap().arn.unwrap());
        }
    });
}

#[test]
fn a_job_under_exec_server_keeps_its_role_while_credentials_expire() {
    let user = User::signed_in(Options { credential_lifetime: Duration::from_secs(4), ..Options::default() });
    let Some(python) = user.home.boto3(BOTO3) else { return };
    let words = [python.command().get_program().to_str().unwrap().to_owned(), "-c".to_owned(), BOTO3.to_owned()];
    let command: Vec<_> = words.iter().map(String::as_str).chain(["3"]).collect();
    // Everything that comes before the server in some SDK's credential chain.
    let rivals = [
        ("AWS_ACCESS_KEY_ID", "AKIDRIVAL"),
        ("AWS_SECRET_ACCESS_KEY", "rival"),
        ("AWS_PROFILE", "rival"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/rival"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/rival"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/rival"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/rival"),
        (URI, "http://127.0.0.1:9/rival"),
    ];
    let run = user.exec(&format!("{} --server --region eu-west-1", user.role(0, 0)), &command);
    let run = rivals.iter().fold(run, |run, (name, value)| run.env(name, value));
    let output = run.env("AWS_EC2_METADATA_DISABLED", "true").run().success();
    assert!(output.stdout.contains(&user.sandbox.accounts()[0].id), "{output}");
}

/// A program on AWS's common runtime, as boto3[crt] and Mountpoint are.
const AWSCRT: &str = r"
from awscrt import auth, io
group = io.EventLoopGroup(1)
bootstrap = io.ClientBootstrap(group, io.DefaultHostResolver(group))
provider = auth.AwsCredentialsProvider.new_default_chain(bootstrap)
print(provider.get_credentials().result(20).access_key_id)
";

#[test]
fn programs_on_the_common_runtime_are_served() {
    let served = Server::with(Options::default());
    let Some(python) = served.user.home.awscrt(AWSCRT) else { return };
    let program = python.command().get_program().to_str().unwrap().to_owned();
    let printed = served.environment.iter().filter(|(name, _)| name.starts_with("AWS_"));
    let python = printed.fold(python, |run, (name, value)| run.env(name, value));
    let output = python.env("AWS_EC2_METADATA_DISABLED", "true").run().success();
    let expected = served.credentials()["AccessKeyId"].as_str().unwrap().to_owned() + "\n";
    assert_eq!(output.stdout, expected);

    let role = format!("{} --server", served.user.role(0, 0));
    let run = served.user.exec(&role, &[&program, "-c", AWSCRT]).env("AWS_EC2_METADATA_DISABLED", "true");
    assert_eq!(run.run().success().stdout, expected);
}

#[test]
fn a_client_that_reads_the_token_from_its_file_alone_is_served() {
    let served = Server::with(Options::default());
    let script = "import boto3; print(boto3.Session().get_credentials().access_key)";
    let Some(python) = served.user.home.boto3(script) else { return };
    let python = [URI, TOKEN_FILE].into_iter().fold(python, |run, name| run.env(name, &served.environment[name]));
    let output = python.run().success();
    assert_eq!(output.stdout.trim(), served.credentials()["AccessKeyId"]);
}
