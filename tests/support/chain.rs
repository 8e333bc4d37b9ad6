//! A user whose profiles assume roles on top of those of Identity Center.

use std::collections::BTreeMap;

use aws_sso::sandbox::{AssumableRole, Options};
use serde_json::Value;

use super::clients::rust_sdk_program;
use super::process::Running;
use super::user::User;
use super::{Invocation, REGION};

/// A chain, and who a program is with it.
pub struct Chain {
    /// The ROLE: a profile, or an alias.
    pub role: &'static str,
    /// The caller's ARN.
    pub caller: String,
    /// Whether AWS's own clients can make the chain from the config by themselves, with the same session name.
    pub is_for_all: bool,
}

/// The session name of the user's own roles.
pub const PERSON: &str = "jane.doe@example.com";

/// The external id of the role `External`.
pub const EXTERNAL_ID: &str = "partner:7";

pub struct Chains {
    pub user: User,
    pub all: Vec<Chain>,
}

impl Chains {
    /// A user who has signed in, and has a profile for each kind of chain.
    pub fn new(options: Options) -> Self {
        let external = AssumableRole { external_id: Some(EXTERNAL_ID.to_owned()), ..AssumableRole::named("External") };
        let named = ["Deploy", "ops/Hub", "Target"].map(AssumableRole::named);
        let assumable = [external].into_iter().chain(named).collect();
        let user = User::signed_in(Options { user: PERSON.to_owned(), assumable, tls: true, ..options });
        let accounts = user.sandbox.accounts();
        let [base, near, far] = [0, 1, 2].map(|number| accounts[number].id.as_str());
        let role = &accounts[0].roles[0];
        let profiles = format!(
            "[profile discovered]\ncredential_process = aws-sso -p corp -r arn:aws:iam::{base}:role/{role} -ext\n\
             region = eu-central-1\n\
             [profile native]\nsso_session = corp\nsso_account_id = {base}\nsso_role_name = {role}\n\
             region = eu-central-1\n\
             [profile on-discovered]\nrole_arn = arn:aws:iam::{near}:role/Deploy\nsource_profile = discovered\n\
             role_session_name = jane\nregion = eu-west-1\n\
             [profile on-native]\nrole_arn = arn:aws:iam::{near}:role/Deploy\nsource_profile = native\n\
             role_session_name = jane-native\nregion = eu-west-1\n\
             [profile hub]\nrole_arn = arn:aws:iam::{near}:role/ops/Hub\nsource_profile = discovered\n\
             role_session_name = jane\nregion = eu-west-1\n\
             [profile two-hops]\nrole_arn = arn:aws:iam::{far}:role/Target\nsource_profile = hub\n\
             role_session_name = jane@corp\nduration_seconds = 1800\nregion = us-west-2\n\
             [profile external]\nrole_arn = arn:aws:iam::{far}:role/External\nsource_profile = discovered\n\
             external_id = {EXTERNAL_ID}\nrole_session_name = jane\nregion = eu-west-1\n\
             [profile unnamed]\nrole_arn = arn:aws:iam::{far}:role/Deploy\nsource_profile = discovered\n\
             region = eu-west-1\n\
             [profile tagged]\nrole_arn = arn:aws:iam::{near}:role/Target\nsource_profile = discovered\n\
             role_session_name = jane\nregion = eu-west-1\nsource_identity = Jane\n\
             session_tags = Team=Payments,Cost=12\ntransitive_session_tags = Team\n"
        );
        let arn =
            |account: &str, name: &str, session: &str| format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
        let chain = |role: &'static str, caller: String| Chain { role, caller, is_for_all: true };
        let own = |role: &'static str, caller: String| Chain { is_for_all: false, ..chain(role, caller) };
        let all = vec![
            chain("on-discovered", arn(near, "Deploy", "jane")),
            chain("on-native", arn(near, "Deploy", "jane-native")),
            chain("two-hops", arn(far, "Target", "jane@corp")),
            chain("external", arn(far, "External", "jane")),
            chain("tagged", arn(near, "Target", "jane")),
            own("unnamed", arn(far, "Deploy", PERSON)),
            own("deploy", arn(far, "Target", "from-alias")),
        ];
        let alias = format!(
            "[alias]\ndeploy = {base}/{role} --assume arn:aws:iam::{far}:role/Target --session-name from-alias \
             --tag Team=Payments\n"
        );
        user.home.write(".config/aws-sso/config", alias);
        let process = all.iter().map(|chain| {
            format!("[profile ext-{}]\ncredential_process = aws-sso process {}\n", chain.role, chain.role)
        });
        user.home.sign_in_config(&process.fold(profiles, |config, profile| config + &profile));
        Self { user, all }
    }

    /// The ARN of the role that a profile assumes, as it stands in the config.
    pub fn role_arn(&self, profile: &str) -> String {
        let config = self.user.home.read(".aws/config");
        let section = config.split(&format!("[profile {profile}]\n")).nth(1).unwrap();
        section.lines().find_map(|line| line.strip_prefix("role_arn = ")).unwrap().to_owned()
    }

    /// What a program prints for `credential_process`.
    pub fn process(&self, role: &str) -> Invocation {
        self.user.aws_sso(&format!("process {role}"))
    }

    /// The caller with the credentials of `process`.
    #[track_caller]
    pub fn caller(&self, role: &str) -> String {
        let answer = self.process(role).run().success().quiet().json();
        self.caller_of(&answer)
    }

    pub fn caller_of(&self, credentials: &Value) -> String {
        self.user.sandbox.caller_of(credentials["AccessKeyId"].as_str().unwrap()).unwrap()
    }

    /// Who the AWS CLI is with a profile; `None` where it is not installed.
    pub fn of_cli(&self, profile: &str) -> Option<String> {
        let line = format!("sts get-caller-identity --query Arn --output text --profile {profile}");
        let cli = self.user.home.aws_cli(line.split_whitespace())?.endpoint(self.user.sandbox.endpoint());
        let output = cli.through_proxy(&self.user.sandbox).run().success();
        Some(output.stdout.trim().to_owned())
    }

    /// The operations since the log was emptied, without those of the proxy.
    pub fn operations(&self) -> Vec<String> {
        let operations = self.user.sandbox.requests().into_iter().map(|request| request.operation);
        operations.filter(|operation| operation != "CONNECT").collect()
    }
}

/// A user who may assume any role, with the ARN of the one that the profile `chained` assumes with the profile `base`.
pub fn user_of_chain(options: Options) -> (User, String) {
    let user = User::signed_in(Options { assumable: vec![AssumableRole::any()], ..options });
    let accounts = user.sandbox.accounts();
    let far = format!("arn:aws:iam::{}:role/ops/Deploy", accounts[1].id);
    user.home.sign_in_config(&format!(
        "[profile base]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\n\
         [profile chained]\nrole_arn = {far}\nsource_profile = base\nregion = eu-west-3\n",
        accounts[0].id, accounts[0].roles[0],
    ));
    // Names of accounts are not worth a request.
    let _ = user.aws_sso("list").run().success();
    (user, far)
}

/// Prints the caller's ARN for each of these profiles; for the credentials of the environment without one.
const BOTO3: &str = "
import sys, boto3
for profile in sys.argv[1:] or [None]:
    print(boto3.Session(profile_name=profile).client('sts').get_caller_identity()['Arn'], flush=True)
";

/// The variable with the profiles for [`rust_sdk_identities`].
const PROFILES: &str = "TEST_PROFILES";

/// The same as the script, as a program that another test starts.
pub fn rust_sdk_identities() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let profiles = std::env::var(PROFILES).unwrap_or_default();
    for profile in profiles.split(',') {
        runtime.block_on(async {
            let http = aws_smithy_http_client::Builder::new().build_http();
            let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http);
            let config = if profile.is_empty() { config } else { config.profile_name(profile) };
            let client = aws_sdk_sts::Client::new(&config.load().await);
            println!("{}", client.get_caller_identity().send().await.unwrap().arn.unwrap());
        });
    }
}

/// Who boto3, the AWS CLI and the Rust SDK are with an environment, all at once: each client with the caller's ARN for
/// each profile, or for the credentials of the environment if there are no profiles.
pub fn identities(
    user: &User,
    environment: &BTreeMap<String, String>,
    profiles: &[String],
) -> Vec<(&'static str, Vec<String>)> {
    let with = |client: Invocation| {
        let client =
            client.endpoint(user.sandbox.endpoint()).env("AWS_REGION", REGION).env("AWS_DEFAULT_REGION", REGION);
        environment.iter().fold(client, |client, (name, value)| client.env(name, value))
    };
    let mut running: Vec<(&str, Running)> = Vec::new();
    if let Some(python) = user.home.boto3(BOTO3) {
        running.push(("boto3", with(python.args(profiles)).start()));
    }
    let rust = rust_sdk_program(user, "chaining::rust_sdk_program").env(PROFILES, profiles.join(","));
    running.push(("Rust SDK", with(rust).start()));
    let named: Vec<Option<&String>> =
        if profiles.is_empty() { vec![None] } else { profiles.iter().map(Some).collect() };
    let line = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"];
    for profile in named {
        let Some(cli) = user.home.aws_cli(line) else { break };
        let cli = profile.map_or(cli.clone(), |profile| cli.args(["--profile", profile]));
        running.push(("AWS CLI", with(cli).through_proxy(&user.sandbox).start()));
    }
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for (client, running) in running {
        let output = running.finish().success();
        let arns = output.stdout.lines().filter(|line| line.starts_with("arn:")).map(str::to_owned);
        match found.last_mut().filter(|(before, _)| *before == client) {
            Some((_, all)) => all.extend(arns),
            None => found.push((client, arns.collect())),
        }
    }
    found
}
