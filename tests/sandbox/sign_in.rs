//! OIDC: both ways to sign in, and what must be refused.

use std::time::Duration;

use aws_sdk_ssooidc::operation::create_token::CreateTokenError;
use aws_sdk_ssooidc::operation::register_client::RegisterClientOutput;
use aws_sso::sandbox::{Approval, Fault, Options, Rotation, Sandbox};
use base64::Engine as _;

use crate::support::service::{
    DEVICE_CODE, Page, SCOPE, automatic, browse, encode, oidc, outcome, portal, register, sign_in,
};

const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
const REDIRECT: &str = "http://127.0.0.1:41234/oauth/callback";

fn challenge(verifier: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

async fn register_for_codes(sandbox: &Sandbox) -> RegisterClientOutput {
    oidc(sandbox)
        .register_client()
        .client_name("<b>evil</b> & \"co\"")
        .client_type("public")
        .scopes(SCOPE)
        .grant_types("authorization_code")
        .grant_types("refresh_token")
        .redirect_uris("http://127.0.0.1/oauth/callback")
        .issuer_url(sandbox.start_url())
        .send()
        .await
        .unwrap()
}

/// The query of a valid authorization request, in which parameters can be replaced.
fn authorize(sandbox: &Sandbox, client_id: &str, replaced: &[(&str, &str)]) -> Page {
    let challenge = challenge(VERIFIER);
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", REDIRECT),
        ("state", "state with & and #"),
        ("code_challenge_method", "S256"),
        ("scopes", SCOPE),
        ("code_challenge", &challenge),
    ];
    for (name, value) in replaced {
        query.retain(|(known, _)| known != name);
        query.push((name, value));
    }
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    browse(sandbox, "GET", &format!("/authorize?{}", query.join("&")), &[])
}

async fn redeem(
    sandbox: &Sandbox,
    client: &RegisterClientOutput,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> String {
    let result = oidc(sandbox)
        .create_token()
        .set_client_id(client.client_id.clone())
        .set_client_secret(client.client_secret.clone())
        .grant_type("authorization_code")
        .code(code)
        .redirect_uri(redirect)
        .code_verifier(verifier)
        .send()
        .await;
    if let Ok(tokens) = &result {
        assert!(tokens.refresh_token.is_some());
        portal(sandbox).list_accounts().set_access_token(tokens.access_token.clone()).send().await.unwrap();
    }
    outcome(&result)
}

#[tokio::test]
async fn an_authorization_code_works_once_for_its_client_redirect_and_verifier() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let client = register_for_codes(&sandbox).await;
    let other = register_for_codes(&sandbox).await;
    let cases = [
        ("sound", &client, REDIRECT, VERIFIER, "ok"),
        ("another client", &other, REDIRECT, VERIFIER, "InvalidGrantException"),
        ("another port", &client, "http://127.0.0.1:41235/oauth/callback", VERIFIER, "InvalidGrantException"),
        ("another verifier", &client, REDIRECT, &VERIFIER.to_ascii_lowercase(), "InvalidGrantException"),
        ("a short verifier", &client, REDIRECT, &VERIFIER[..42], "InvalidGrantException"),
    ];
    for (case, redeemer, redirect, verifier, expected) in cases {
        let page = authorize(&sandbox, client.client_id().unwrap(), &[]);
        assert_eq!(page.status, 303, "{case}");
        assert!(page.headers["location"].starts_with(&format!("{REDIRECT}?code=")), "{case}");
        let answer = page.redirected_to();
        assert_eq!(answer["state"], "state with & and #", "{case}");
        assert_eq!(redeem(&sandbox, redeemer, &answer["code"], redirect, verifier).await, expected, "{case}");
        if case != "another client" {
            let again = redeem(&sandbox, &client, &answer["code"], REDIRECT, VERIFIER).await;
            assert_eq!(again, "InvalidGrantException", "{case}: used twice");
        }
    }
}

#[tokio::test]
async fn an_invalid_authorization_request_is_reported_only_to_a_registered_redirect() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let client = register_for_codes(&sandbox).await;
    let without_grant = register(&sandbox).await;
    let id = client.client_id().unwrap();
    // Nothing may be sent to an address that is not the client's.
    let to_nobody = [
        (id, "redirect_uri", "https://example.com/oauth/callback"),
        (id, "redirect_uri", "http://127.0.0.1.example.com/oauth/callback"),
        (id, "redirect_uri", "http://127.0.0.1:1@example.com/oauth/callback"),
        (id, "redirect_uri", "http://127.0.0.1:41234/elsewhere"),
        (id, "redirect_uri", "http://127.0.0.1:0/oauth/callback"),
        (id, "redirect_uri", "http://localhost:41234/oauth/callback"),
        ("unknown", "scopes", SCOPE),
        (without_grant.client_id().unwrap(), "scopes", SCOPE),
    ];
    for (id, name, value) in to_nobody {
        let page = authorize(&sandbox, id, &[(name, value)]);
        assert_eq!((page.status, page.headers.contains_key("location")), (400, false), "{name}={value}");
    }
    let to_the_client = [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("scopes", "sso:account:access sso:other:scope", "invalid_scope"),
    ];
    for (name, value, error) in to_the_client {
        let answer = authorize(&sandbox, id, &[(name, value)]).redirected_to();
        assert_eq!(answer["error"], error, "{name}={value}");
        assert_eq!(answer["state"], "state with & and #", "{name}={value}");
        assert!(!answer.contains_key("code"), "{name}={value}");
    }
}

#[tokio::test]
async fn the_page_names_the_program_and_passes_the_decision_on() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = register_for_codes(&sandbox).await;
    let page = authorize(&sandbox, client.client_id().unwrap(), &[]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("&lt;b&gt;evil&lt;/b&gt;") && page.body.contains(SCOPE), "{}", page.body);
    let (request, token) = (page.field("request"), page.field("token"));
    let answer = |token: &str, decision: &str| {
        let form = [("request", request.as_str()), ("token", token), ("decision", decision)];
        browse(&sandbox, "POST", "/authorize", &form)
    };
    assert_eq!(answer("forged", "approve").status, 400);
    let approved = answer(&token, "approve");
    assert_eq!(approved.status, 303);
    let code = &approved.redirected_to()["code"];
    assert_eq!(answer(&token, "approve").status, 400, "a request is answered once");
    assert_eq!(redeem(&sandbox, &client, code, REDIRECT, VERIFIER).await, "ok");

    let page = authorize(&sandbox, client.client_id().unwrap(), &[]);
    let form = [("request", page.field("request")), ("token", page.field("token")), ("decision", "deny".to_owned())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browse(&sandbox, "POST", "/authorize", &form).redirected_to()["error"], "access_denied");
}

/// Starts a device authorization and returns what a poll needs, and the user's code.
async fn device(sandbox: &Sandbox, client: &RegisterClientOutput) -> (String, String) {
    let device = oidc(sandbox)
        .start_device_authorization()
        .set_client_id(client.client_id.clone())
        .set_client_secret(client.client_secret.clone())
        .start_url(sandbox.start_url())
        .send()
        .await
        .unwrap();
    let complete = device.verification_uri_complete().unwrap();
    assert_eq!(complete, format!("{}?user_code={}", device.verification_uri().unwrap(), device.user_code().unwrap()));
    (device.device_code.unwrap(), device.user_code.unwrap())
}

async fn poll(sandbox: &Sandbox, client: &RegisterClientOutput, code: &str) -> String {
    let result = oidc(sandbox)
        .create_token()
        .set_client_id(client.client_id.clone())
        .set_client_secret(client.client_secret.clone())
        .grant_type(DEVICE_CODE)
        .device_code(code)
        .send()
        .await;
    outcome(&result)
}

#[tokio::test]
async fn a_device_code_waits_for_the_page() {
    let sandbox = Sandbox::start(Options { interval: Duration::ZERO, ..Options::default() }).unwrap();
    let client = register(&sandbox).await;
    for (decision, expected) in [("approve", "ok"), ("deny", "AccessDeniedException")] {
        let (code, user_code) = device(&sandbox, &client).await;
        assert_eq!(poll(&sandbox, &client, &code).await, "AuthorizationPendingException");
        let page = browse(&sandbox, "GET", &format!("/device?user_code={user_code}"), &[]);
        assert!(page.body.contains(&user_code) && page.body.contains("test"), "{}", page.body);
        let token = page.field("token");
        let form = [("request", user_code.as_str()), ("token", "forged"), ("decision", decision)];
        assert_eq!(browse(&sandbox, "POST", "/device", &form).status, 400);
        assert_eq!(poll(&sandbox, &client, &code).await, "AuthorizationPendingException");
        let form = [("request", user_code.as_str()), ("token", &token), ("decision", decision)];
        assert_eq!(browse(&sandbox, "POST", "/device", &form).status, 200);
        assert_eq!(poll(&sandbox, &client, &code).await, expected);
    }
    assert_eq!(browse(&sandbox, "GET", "/device", &[]).status, 200);
    assert_eq!(browse(&sandbox, "GET", "/device?user_code=NONE", &[]).status, 400);
}

#[tokio::test]
async fn every_error_of_a_poll_has_the_name_that_the_sdk_knows() {
    let hour = Duration::from_hours(1);
    let table = [
        ("approved", automatic(), vec!["ok", "InvalidGrantException"]),
        (
            "two polls",
            Options { polls_before_approval: 2, ..automatic() },
            vec!["AuthorizationPendingException", "AuthorizationPendingException", "ok"],
        ),
        (
            "polled too fast",
            Options { interval: hour, ..Options::default() },
            vec!["AuthorizationPendingException", "SlowDownException"],
        ),
        ("denied", Options { approval: Approval::Denied, ..automatic() }, vec!["AccessDeniedException"]),
        ("expired", Options { sign_in_lifetime: Duration::ZERO, ..automatic() }, vec!["ExpiredTokenException"]),
    ];
    for (case, options, expected) in table {
        let sandbox = Sandbox::start(options).unwrap();
        let client = register(&sandbox).await;
        let (code, _) = device(&sandbox, &client).await;
        let mut found = Vec::new();
        for _ in &expected {
            found.push(poll(&sandbox, &client, &code).await);
        }
        assert_eq!(found, expected, "{case}");
        let log = sandbox.requests();
        assert_eq!(log.last().unwrap().grant.as_deref(), Some(DEVICE_CODE));
    }
}

#[tokio::test]
async fn clients_are_checked() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let client = register(&sandbox).await;
    let for_codes = register_for_codes(&sandbox).await;
    let other = oidc(&sandbox);
    let start = |id: &str, secret: &str, url: &str| {
        other.start_device_authorization().client_id(id).client_secret(secret).start_url(url).send()
    };
    let (id, secret) = (client.client_id().unwrap(), client.client_secret().unwrap());
    let (code_id, code_secret) = (for_codes.client_id().unwrap(), for_codes.client_secret().unwrap());
    let url = sandbox.start_url();
    let cases = [
        (id, secret, format!("{url}/#/"), "ok"),
        (id, "wrong", url.clone(), "InvalidClientException"),
        ("wrong", secret, url.clone(), "InvalidClientException"),
        (id, secret, "https://example.com/start".to_owned(), "InvalidRequestException"),
        (code_id, code_secret, url.clone(), "UnauthorizedClientException"),
    ];
    for (id, secret, url, expected) in cases {
        assert_eq!(outcome(&start(id, secret, &url).await), expected, "{url}");
    }
    sandbox.update(|options| options.registration_lifetime = Duration::ZERO);
    let expired = register(&sandbox).await;
    let result = start(expired.client_id().unwrap(), expired.client_secret().unwrap(), &url).await;
    assert_eq!(outcome(&result), "InvalidClientException");

    let register = || other.register_client().client_name("x").client_type("public");
    let cases = [
        (register().client_type("confidential"), "InvalidClientMetadataException"),
        (register().scopes("everything"), "InvalidScopeException"),
        (register().grant_types("password"), "UnsupportedGrantTypeException"),
        (register().grant_types("authorization_code").issuer_url(&url), "InvalidRequestException"),
        (register().redirect_uris("https://example.com/"), "InvalidRedirectUriException"),
        (
            register()
                .grant_types("authorization_code")
                .redirect_uris("http://127.0.0.1/x")
                .issuer_url("https://example.com"),
            "InvalidRequestException",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(outcome(&request.send().await), expected);
    }
}

#[tokio::test]
async fn refresh_tokens_are_reused_or_rotated_as_the_options_say() {
    let rotated = ["ok", "InvalidGrantException"];
    let table =
        [(Rotation::Reusable, ["ok", "ok"]), (Rotation::Rotated, rotated), (Rotation::Unmentioned, ["ok", "ok"])];
    for (refresh, expected) in table {
        let sandbox = Sandbox::start(Options { refresh, ..automatic() }).unwrap();
        let (client, first) = sign_in(&sandbox).await;
        let renew = async |token: Option<String>| {
            oidc(&sandbox)
                .create_token()
                .set_client_id(client.client_id.clone())
                .set_client_secret(client.client_secret.clone())
                .grant_type("refresh_token")
                .set_refresh_token(token)
                .send()
                .await
        };
        let second = renew(first.refresh_token.clone()).await;
        let again = renew(first.refresh_token.clone()).await;
        assert_eq!([outcome(&second), outcome(&again)], expected, "{refresh:?}");
        let second = second.unwrap();
        match refresh {
            Rotation::Reusable => assert_eq!(second.refresh_token, first.refresh_token),
            Rotation::Unmentioned => assert_eq!(second.refresh_token, None),
            Rotation::Rotated => {
                assert_ne!(second.refresh_token, first.refresh_token);
                renew(second.refresh_token.clone()).await.unwrap();
            }
        }
        sandbox.revoke_sessions();
        let newest = second.refresh_token.or(first.refresh_token);
        assert_eq!(outcome(&renew(newest).await), "InvalidGrantException", "{refresh:?}: revoked");
    }
}

#[tokio::test]
async fn without_the_scope_there_is_no_refresh_token() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let client = oidc(&sandbox).register_client().client_name("x").client_type("public").send().await.unwrap();
    let (code, _) = device(&sandbox, &client).await;
    let tokens = oidc(&sandbox)
        .create_token()
        .set_client_id(client.client_id)
        .set_client_secret(client.client_secret)
        .grant_type(DEVICE_CODE)
        .device_code(code)
        .send()
        .await
        .unwrap();
    assert_eq!((tokens.refresh_token, tokens.expires_in), (None, 8 * 3600));
    let (_, tokens) = sign_in(&sandbox).await;
    assert_eq!((tokens.refresh_token.is_some(), tokens.expires_in), (true, 3600));
}

#[tokio::test]
async fn a_key_that_cannot_be_used_has_its_reason_in_the_sdks_error_and_concerns_no_other_service() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    for reason in ["KMS_AccessDenied", "KMS_Disabled"] {
        sandbox.update(|options| options.fail_first = Some((1, Fault::Key(reason))));
        portal(&sandbox).list_accounts().access_token(&token).send().await.unwrap();
        let device = oidc(&sandbox).create_token().client_id("c").client_secret("s").grant_type(DEVICE_CODE);
        let error = device.send().await.unwrap_err().into_service_error();
        let found = match &error {
            CreateTokenError::AccessDeniedException(denied) => {
                denied.reason().map(aws_sdk_ssooidc::types::AccessDeniedExceptionReason::as_str)
            }
            CreateTokenError::InvalidRequestException(invalid) => {
                invalid.reason().map(aws_sdk_ssooidc::types::InvalidRequestExceptionReason::as_str)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found, Some(reason), "{error:?}");
    }
}
