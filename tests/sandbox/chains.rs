//! Chains that boto3 and the AWS CLI v2 make by themselves, and the hosts of STS in each Region and partition.

use aws_sdk_sts::config::Credentials;
use aws_sso::sandbox::{AssumableRole, Options, Sandbox};

use crate::support::Home;
use crate::support::service::{automatic, role_credentials};

/// A home with the keys of a role as the profile `base`.
fn home(held: &Credentials, profiles: &str) -> Home {
    let home = Home::new();
    home.write(
        ".aws/config",
        format!(
            "[profile base]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n{profiles}",
            held.access_key_id(),
            held.secret_access_key(),
            held.session_token().unwrap(),
        ),
    );
    home
}

#[tokio::test]
async fn boto3_and_the_aws_cli_chain_by_themselves() {
    let sandbox = Sandbox::start(Options { tls: true, ..automatic() }).unwrap();
    let accounts = sandbox.accounts();
    let (first, second) = (&accounts[1].id, &accounts[2].id);
    sandbox.update(|options| {
        let external =
            AssumableRole { external_id: Some("partner".to_owned()), ..AssumableRole::named("ops/External") };
        options.assumable = vec![external, AssumableRole::named("Hub"), AssumableRole::named("Target")];
    });
    let held = role_credentials(&sandbox, 0, 0).await;
    let home = home(
        &held,
        &format!(
            "[profile hub]\nrole_arn = arn:aws:iam::{first}:role/Hub\nsource_profile = base\nregion = eu-west-1\n\
             role_session_name = jane\n\
             [profile target]\nrole_arn = arn:aws:iam::{second}:role/Target\nsource_profile = hub\n\
             region = ap-southeast-2\nduration_seconds = 900\n\
             [profile external]\nrole_arn = arn:aws:iam::{second}:role/ops/External\nsource_profile = hub\n\
             external_id = partner\nrole_session_name = jane@corp\nregion = eu-west-1\n\
             [profile denied]\nrole_arn = arn:aws:iam::{second}:role/ops/External\nsource_profile = hub\n\
             region = eu-west-1\n"
        ),
    );
    let cases = [
        ("hub", format!("arn:aws:sts::{first}:assumed-role/Hub/jane"), "eu-west-1"),
        ("target", format!("arn:aws:sts::{second}:assumed-role/Target/botocore-session-"), "ap-southeast-2"),
        ("external", format!("arn:aws:sts::{second}:assumed-role/External/jane@corp"), "eu-west-1"),
    ];
    let script = "import sys, boto3; print(boto3.Session(profile_name=sys.argv[1]).client('sts')\
                  .get_caller_identity()['Arn'])";
    for (profile, expected, region) in &cases {
        let python = home.boto3(script).map(|python| python.args([profile]));
        let line = format!("sts get-caller-identity --query Arn --output text --profile {profile}");
        let cli = home.aws_cli(line.split_whitespace());
        for client in [python, cli].into_iter().flatten() {
            sandbox.clear_log();
            let output = client.through_proxy(&sandbox).run().success();
            assert!(output.stdout.starts_with(expected), "{profile}: {output}");
            let log = sandbox.requests();
            let logged = log.iter().rfind(|request| request.operation == "AssumeRole").unwrap();
            let host = format!("sts.{region}.amazonaws.com");
            assert_eq!((&logged.host, logged.region.as_deref()), (&host, Some(*region)), "{profile}");
        }
    }
    if let Some(cli) = home.aws_cli("sts get-caller-identity --profile denied".split_whitespace()) {
        let output = cli.through_proxy(&sandbox).run();
        let output = output
            .complains("An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::");
        assert!(!output.exit.success(), "{output}");
    }
}

/// Asks at a host for each line of `Region FIPS dual-stack endpoints`, and prints the account or the error.
const HOSTS: &str = "
import sys, os, boto3, botocore
for line in sys.stdin:
    region, fips, dualstack, style = line.split()
    os.environ['AWS_STS_REGIONAL_ENDPOINTS'] = style
    config = botocore.config.Config(use_fips_endpoint=fips == 'y', use_dualstack_endpoint=dualstack == 'y')
    client = boto3.Session(profile_name='base', region_name=region).client('sts', config=config)
    try:
        client.assume_role(RoleArn=sys.argv[1], RoleSessionName='jane')
        print('ok')
    except botocore.exceptions.ClientError as error:
        print(error.response['Error']['Code'])
";

#[tokio::test]
async fn each_host_of_sts_answers_requests_that_are_signed_for_its_region_and_partition() {
    let aws = [
        ("us-east-1 n n regional", "sts.us-east-1.amazonaws.com", "ok"),
        ("eu-west-1 n n regional", "sts.eu-west-1.amazonaws.com", "ok"),
        ("eu-west-1 n n legacy", "sts.amazonaws.com", "ok"),
        ("ap-east-1 n n legacy", "sts.ap-east-1.amazonaws.com", "ok"),
        ("us-west-2 y n regional", "sts-fips.us-west-2.amazonaws.com", "ok"),
        ("eu-west-1 n y regional", "sts.eu-west-1.api.aws", "ok"),
        ("us-west-2 y y regional", "sts-fips.us-west-2.api.aws", "ok"),
        ("cn-north-1 n n regional", "sts.cn-north-1.amazonaws.com.cn", "InvalidClientTokenId"),
    ];
    let china = [
        ("cn-north-1 n n regional", "sts.cn-north-1.amazonaws.com.cn", "ok"),
        ("cn-northwest-1 n y regional", "sts.cn-northwest-1.api.amazonwebservices.com.cn", "ok"),
        ("us-east-1 n n regional", "sts.us-east-1.amazonaws.com", "InvalidClientTokenId"),
    ];
    let government = [
        ("us-gov-west-1 n n regional", "sts.us-gov-west-1.amazonaws.com", "ok"),
        ("us-gov-west-1 y n regional", "sts.us-gov-west-1.amazonaws.com", "ok"),
        ("us-gov-east-1 n y regional", "sts.us-gov-east-1.api.aws", "ok"),
    ];
    let europe = [("eusc-de-east-1 n n regional", "sts.eusc-de-east-1.amazonaws.eu", "ok")];
    let isolated = [("us-iso-east-1 n n regional", "sts.us-iso-east-1.c2s.ic.gov", "ok")];
    for (region, partition, cases) in [
        ("us-east-1", "aws", &aws[..]),
        ("cn-north-1", "aws-cn", &china[..]),
        ("us-gov-west-1", "aws-us-gov", &government[..]),
        ("eusc-de-east-1", "aws-eusc", &europe[..]),
        ("us-iso-east-1", "aws-iso", &isolated[..]),
    ] {
        let sandbox = Sandbox::start(Options { region: region.to_owned(), tls: true, ..automatic() }).unwrap();
        let held = role_credentials(&sandbox, 0, 0).await;
        let home = home(&held, "");
        let arn = format!("arn:{partition}:iam::{}:role/Deploy", sandbox.accounts()[1].id);
        let lines: String = cases.iter().map(|(line, ..)| format!("{line}\n")).collect();
        let Some(python) = home.boto3(HOSTS) else { return };
        let output = python.args([&arn]).through_proxy(&sandbox).stdin(lines).run().success();
        let log = sandbox.requests();
        let mut asked = log.iter().filter(|request| request.operation == "AssumeRole");
        for ((line, host, expected), answer) in cases.iter().zip(output.stdout.lines()) {
            let logged = asked.next().unwrap();
            assert_eq!((answer, logged.host.as_str()), (*expected, *host), "{line}");
        }
        assert_eq!(output.stdout.lines().count(), cases.len(), "{output}");
    }
}

#[tokio::test]
async fn a_signature_for_another_region_than_the_hosts_is_refused() {
    let script = "
import sys, boto3, botocore
client = boto3.Session(profile_name='base').client('sts', region_name=sys.argv[1], endpoint_url=sys.argv[2])
try: print(client.get_caller_identity()['Account'])
except botocore.exceptions.ClientError as error: print(error.response['Error']['Message'])
";
    let sandbox = Sandbox::start(Options { tls: true, ..automatic() }).unwrap();
    let held = role_credentials(&sandbox, 0, 0).await;
    let home = home(&held, "");
    let (loopback, account) = (sandbox.endpoint(), sandbox.accounts().swap_remove(0).id);
    let scope = "Credential should be scoped to a valid region.";
    let cases: [(&str, &str, &str); 5] = [
        ("eu-west-1", "https://sts.eu-west-1.amazonaws.com", &account),
        ("us-east-1", "https://sts.eu-west-1.amazonaws.com", scope),
        ("eu-west-1", "https://sts.amazonaws.com", scope),
        ("eu-west-1", &loopback, &account),
        ("cn-north-1", &loopback, scope),
    ];
    for (region, endpoint, expected) in cases {
        let Some(python) = home.boto3(script) else { return };
        let output = python.args([region, endpoint]).through_proxy(&sandbox).env("NO_PROXY", "127.0.0.1");
        assert_eq!(output.run().success().stdout.trim(), expected, "{region} {endpoint}");
    }
}
