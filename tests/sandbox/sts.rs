//! STS and the console's sign-in endpoint, which accept only valid signatures.

use std::time::Duration;

use aws_sdk_sso::types::RoleCredentials;
use aws_sso::role::RoleArn;
use aws_sso::sandbox::{Options, Sandbox};

use crate::support::service::{automatic, browse, encode, outcome, portal, sign_in, sts};

async fn credentials(sandbox: &Sandbox) -> RoleCredentials {
    let token = sign_in(sandbox).await.1.access_token.unwrap();
    let account = sandbox.accounts().swap_remove(0);
    let asked = portal(sandbox).get_role_credentials().access_token(token);
    let answer = asked.account_id(&account.id).role_name(&account.roles[2]).send().await.unwrap();
    answer.role_credentials.unwrap()
}

#[tokio::test]
async fn a_signed_request_is_answered_with_the_roles_arn() {
    for (region, partition) in [("us-east-1", "aws"), ("cn-north-1", "aws-cn")] {
        let sandbox = Sandbox::start(Options { region: region.to_owned(), ..automatic() }).unwrap();
        let account = sandbox.accounts().swap_remove(0);
        let held = credentials(&sandbox).await;
        let client = sts(
            &sandbox,
            held.access_key_id().unwrap(),
            held.secret_access_key().unwrap(),
            held.session_token().unwrap(),
        );
        let answer = client.get_caller_identity().send().await.unwrap();
        assert_eq!(answer.account(), Some(account.id.as_str()));
        let arn: RoleArn = answer.arn().unwrap().parse().unwrap();
        assert_eq!(
            arn,
            RoleArn {
                partition: partition.to_owned(),
                account_id: account.id.clone(),
                role_name: account.roles[2].clone()
            }
        );
        let last = sandbox.requests().pop().unwrap();
        assert_eq!(last.operation, "GetCallerIdentity");
        assert_eq!((last.account, last.role), (Some(account.id), Some(account.roles[2].clone())));
    }
}

#[tokio::test]
async fn changed_or_expired_credentials_are_refused() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let held = credentials(&sandbox).await;
    let (id, secret, token) =
        (held.access_key_id().unwrap(), held.secret_access_key().unwrap(), held.session_token().unwrap());
    let other = credentials(&sandbox).await;
    let cases = [
        (id, secret, token, "ok"),
        (id, "wrong", token, "SignatureDoesNotMatch"),
        (id, other.secret_access_key().unwrap(), token, "SignatureDoesNotMatch"),
        (id, secret, other.session_token().unwrap(), "InvalidClientTokenId"),
        ("ASIAAAAAAAAAAAAAAAAA", secret, token, "InvalidClientTokenId"),
    ];
    for (id, secret, token, expected) in cases {
        let answer = sts(&sandbox, id, secret, token).get_caller_identity().send().await;
        assert_eq!(outcome(&answer), expected);
    }
    sandbox.update(|options| options.clock_ahead = 20 * 60);
    let answer = sts(&sandbox, id, secret, token).get_caller_identity().send().await;
    assert_eq!(outcome(&answer), "SignatureDoesNotMatch", "a clock that is 20 minutes off");
    sandbox.update(|options| options.clock_ahead = 2 * 60 * 60);
    let answer = sts(&sandbox, id, secret, token).get_caller_identity().send().await;
    assert_eq!(outcome(&answer), "ExpiredToken");
    assert_eq!(browse(&sandbox, "POST", "/", &[("Action", "GetCallerIdentity")]).status, 403);
    assert_eq!(browse(&sandbox, "POST", "/", &[("Action", "AssumeRole")]).status, 403);
    assert_eq!(browse(&sandbox, "POST", "/", &[("Action", "GetSessionToken")]).status, 400);
}

#[tokio::test]
async fn the_console_takes_a_sign_in_token_once() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let held = credentials(&sandbox).await;
    let session = |secret: &str| {
        let session = serde_json::json!({
            "sessionId": held.access_key_id(), "sessionKey": secret, "sessionToken": held.session_token(),
        });
        encode(&session.to_string())
    };
    let secret = held.secret_access_key().unwrap();
    let ask = |query: &str| browse(&sandbox, "GET", &format!("/federation?Action={query}"), &[]);
    let cases = [
        (format!("getSigninToken&Session={}", session("wrong")), 403),
        (format!("getSigninToken&SessionDuration=1234567&Session={}", session(secret)), 400),
        ("getSigninToken&Session=nonsense".to_owned(), 400),
        ("nonsense".to_owned(), 400),
        (format!("getSigninToken&SessionDuration=3600&Session={}", session(secret)), 200),
    ];
    let mut answers = cases.map(|(query, status)| {
        let answer = ask(&query);
        assert_eq!(answer.status, status, "{query}");
        answer
    });
    let answer: serde_json::Value = serde_json::from_str(&answers[4].body).unwrap();
    answers[4].body.clear();
    let token = answer["SigninToken"].as_str().unwrap();
    let login = format!("login&Issuer=&Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3&SigninToken={token}");
    let page = ask(&login);
    assert!(page.status == 200 && page.body.contains("https://console.aws.amazon.com/s3"), "{}", page.body);
    assert_eq!(ask(&login).status, 400, "used twice");
    let operations: Vec<_> = sandbox.requests().into_iter().map(|request| request.operation).collect();
    assert!(operations.contains(&"GetSigninToken".to_owned()) && operations.contains(&"ConsoleLogin".to_owned()));
}

#[tokio::test]
async fn credentials_name_their_expiration() {
    let sandbox = Sandbox::start(Options { credential_lifetime: Duration::ZERO, ..automatic() }).unwrap();
    let held = credentials(&sandbox).await;
    assert!(held.expiration() > 1_600_000_000_000, "milliseconds since the epoch");
    let client =
        sts(&sandbox, held.access_key_id().unwrap(), held.secret_access_key().unwrap(), held.session_token().unwrap());
    assert_eq!(outcome(&client.get_caller_identity().send().await), "ExpiredToken");
}
