//! Organizations, tested with boto3 and the AWS CLI v2.

use std::collections::BTreeSet;

use aws_sdk_sts::config::Credentials;
use aws_sso::sandbox::{Options, Organization, Sandbox};
use serde_json::Value;

use crate::support::service::{automatic, role_credentials};
use crate::support::{Home, Invocation};

/// Prints the accounts as JSON, or the error's name and message.
const BOTO3: &str = "
import sys, json, boto3, botocore
session = boto3.Session(region_name=sys.argv[2])
client = session.client('organizations', endpoint_url=sys.argv[1])
try:
    pages = list(client.get_paginator('list_accounts').paginate())
    sizes, accounts = [len(page['Accounts']) for page in pages], [each for page in pages for each in page['Accounts']]
    print(json.dumps([sizes, accounts], default=str))
except botocore.exceptions.ClientError as error:
    print(json.dumps(error.response['Error']))
";

fn with(client: Invocation, credentials: &Credentials) -> Invocation {
    client
        .env("AWS_ACCESS_KEY_ID", credentials.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key())
        .env("AWS_SESSION_TOKEN", credentials.session_token().unwrap())
}

fn ask(home: &Home, sandbox: &Sandbox, credentials: &Credentials, region: &str) -> Option<Value> {
    let python = home.boto3(BOTO3)?.args([sandbox.endpoint().as_str(), region]);
    let output = with(python, credentials).run().success();
    Some(serde_json::from_str(&output.stdout).unwrap())
}

#[tokio::test]
async fn the_management_account_lists_all_accounts_page_by_page() {
    let sandbox = Sandbox::start(Options { accounts: 45, unassigned: 6, ..automatic() }).unwrap();
    let suspended = sandbox.accounts()[7].id.clone();
    sandbox.update(|options| options.suspended_accounts = vec![suspended.clone()]);
    let held = role_credentials(&sandbox, 0, 0).await;
    let home = Home::new();
    let Some(answer) = ask(&home, &sandbox, &held, "us-east-1") else { return };
    assert_eq!(answer[0], serde_json::json!([20, 0, 20, 11]), "a page can be empty and yet not the last");
    let listed = answer[1].as_array().unwrap();
    let ids: Vec<_> = listed.iter().map(|account| account["Id"].as_str().unwrap().to_owned()).collect();
    let all: Vec<_> =
        sandbox.accounts().into_iter().chain(sandbox.unassigned_accounts()).map(|account| account.id).collect();
    assert_eq!(ids, all);
    for account in listed {
        let state = if account["Id"] == *suspended { "SUSPENDED" } else { "ACTIVE" };
        assert_eq!((account["Status"].as_str(), account["State"].as_str()), (Some(state), Some(state)));
        assert!(account["Arn"].as_str().unwrap().starts_with(&format!("arn:aws:organizations::{}:account/o-", all[0])));
    }
    let logged = sandbox.requests().pop().unwrap();
    assert_eq!((logged.operation.as_str(), logged.status), ("organizations:ListAccounts", Some(200)));
    assert_eq!((logged.account.as_ref(), logged.region.as_deref()), (Some(&all[0]), Some("us-east-1")));
    assert_eq!(sandbox.count("ListAccounts"), 0, "that is the portal's");
}

#[tokio::test]
async fn others_are_refused_in_the_words_of_aws() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let (management, member) = (role_credentials(&sandbox, 0, 1).await, role_credentials(&sandbox, 1, 1).await);
    let home = Home::new();
    let account = sandbox.accounts().swap_remove(0);
    let of = |role: usize| Organization::ListedBy(vec![format!("{}/{}", account.id, account.roles[role])]);
    let no_policy = "is not authorized to perform: organizations:ListAccounts on resource: * because no identity-based \
                     policy allows the organizations:ListAccounts action";
    let not_in_use = "Your account is not a member of an organization.";
    let region = "Credential should be scoped to a valid region.";
    let cases = [
        (Organization::OfManagementAccount, &management, "us-east-1", "", ""),
        (
            Organization::OfManagementAccount,
            &member,
            "us-east-1",
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        ),
        (of(1), &management, "us-east-1", "", ""),
        (of(0), &management, "us-east-1", "AccessDeniedException", no_policy),
        (Organization::Absent, &management, "us-east-1", "AWSOrganizationsNotInUseException", not_in_use),
        (Organization::OfManagementAccount, &management, "eu-central-1", "InvalidSignatureException", region),
    ];
    for (organization, held, region, code, words) in cases {
        sandbox.update(|options| options.organization = organization.clone());
        let Some(answer) = ask(&home, &sandbox, held, region) else { return };
        assert_eq!(answer["Code"].as_str().unwrap_or_default(), code, "{organization:?} {answer}");
        assert!(answer["Message"].as_str().unwrap_or_default().contains(words), "{answer}");
    }
    let wrong =
        Credentials::new(management.access_key_id(), "wrong", management.session_token().map(Into::into), None, "");
    let Some(answer) = ask(&home, &sandbox, &wrong, "us-east-1") else { return };
    assert_eq!(answer["Code"], "InvalidSignatureException");
}

#[tokio::test]
async fn the_aws_cli_lists_the_accounts_at_awss_own_hosts() {
    for (region, home_region, host) in [
        ("eu-central-1", "us-east-1", "organizations.us-east-1.amazonaws.com"),
        ("cn-north-1", "cn-northwest-1", "organizations.cn-northwest-1.amazonaws.com.cn"),
        ("us-gov-east-1", "us-gov-west-1", "organizations.us-gov-west-1.amazonaws.com"),
    ] {
        let sandbox = Sandbox::start(Options { region: region.to_owned(), tls: true, ..automatic() }).unwrap();
        let held = role_credentials(&sandbox, 0, 0).await;
        let home = Home::new();
        let line = "organizations list-accounts --output json --query Accounts[].Id --region";
        let Some(aws) = home.aws_cli(line.split_whitespace().chain([home_region])) else { return };
        let output = with(aws.through_proxy(&sandbox), &held).run().success();
        let ids: BTreeSet<String> = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(ids.len(), 6);
        let logged = sandbox.requests().pop().unwrap();
        assert_eq!((logged.host.as_str(), logged.region.as_deref()), (host, Some(home_region)));
    }
}
