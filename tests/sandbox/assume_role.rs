//! `AssumeRole`, tested with the AWS SDK for Rust.

#![allow(deprecated, reason = "clients of before June 2026 read the packed size")]

use std::time::Duration;

use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::types::Tag;
use aws_sso::sandbox::{AssumableRole, IamUser, MfaDevice, Options, Sandbox};

use crate::support::service::{assumed, automatic, message, outcome, role_credentials, sts_as};

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

fn arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

#[tokio::test]
async fn a_role_can_be_assumed_from_another_at_any_depth() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let accounts: Vec<_> =
        sandbox.accounts().into_iter().chain(sandbox.unassigned_accounts()).map(|account| account.id).collect();
    let mut held = role_credentials(&sandbox, 0, 1).await;
    let mut caller = sts_as(&sandbox, &held).get_caller_identity().send().await.unwrap().arn.unwrap();
    // The last account is one in which the user has no role.
    for (hop, account) in accounts.iter().enumerate() {
        let role = arn(account, &format!("deploy/Hop{hop}"));
        let request = sts_as(&sandbox, &held).assume_role().role_arn(&role).role_session_name(format!("s{hop}"));
        let answer = request.send().await.unwrap();
        let expected = format!("arn:aws:sts::{account}:assumed-role/Hop{hop}/s{hop}");
        let user = answer.assumed_role_user().unwrap();
        assert_eq!(user.arn(), expected);
        assert_eq!((answer.packed_policy_size(), answer.source_identity()), (None, None));
        held = assumed(&answer);
        let size = held.session_token().unwrap().len();
        assert_eq!(answer.session_token_size(), Some(i32::try_from(size).unwrap()));
        assert!(answer.session_token_utilization().is_some_and(|percent| (1..=100).contains(&percent)));
        let identity = sts_as(&sandbox, &held).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.arn(), Some(expected.as_str()));
        assert_eq!(identity.account(), Some(account.as_str()));
        assert_eq!(identity.user_id(), Some(user.assumed_role_id()));
        assert_eq!(sandbox.caller_of(held.access_key_id()), identity.arn);
        assert_eq!(sandbox.role_of(held.access_key_id()), Some((account.clone(), format!("Hop{hop}"))));
        let log = sandbox.requests();
        let logged = log.iter().rfind(|request| request.operation == "AssumeRole").unwrap();
        let asked = logged.assume_role.as_ref().unwrap();
        assert_eq!((&asked.caller, &asked.role_arn), (&caller, &role));
        assert_eq!((logged.account.as_ref(), logged.role.as_deref()), (Some(account), Some(&*format!("Hop{hop}"))));
        assert_eq!((logged.status, logged.region.as_deref()), (Some(200), Some("us-east-1")));
        caller = expected;
    }
}

#[tokio::test]
async fn a_session_has_what_was_requested_and_hands_on_what_cannot_be_changed() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let account = sandbox.accounts().swap_remove(1).id;
    let base = role_credentials(&sandbox, 0, 0).await;
    let first = sts_as(&sandbox, &base)
        .assume_role()
        .role_arn(arn(&account, "First"))
        .role_session_name("jane@example.com")
        .external_id("a/b:c")
        .duration_seconds(900)
        .source_identity("Jane")
        .tags(tag("Team", "Zahlungen & Co".replace('&', "+").as_str()))
        .tags(tag("Cost", ""))
        .transitive_tag_keys("team")
        .send()
        .await
        .unwrap();
    assert_eq!((first.packed_policy_size(), first.source_identity()), (Some(1), Some("Jane")));
    let left = first.credentials().unwrap().expiration().secs() - jiff::Timestamp::now().as_second();
    assert!((880..=900).contains(&left), "{left}");
    let logged = sandbox.requests().pop().unwrap().assume_role.unwrap();
    assert_eq!((logged.session_name.as_str(), logged.external_id.as_deref()), ("jane@example.com", Some("a/b:c")));
    assert_eq!((logged.duration, logged.source_identity.as_deref()), (Some(900), Some("Jane")));
    let tags = [("Team", "Zahlungen + Co"), ("Cost", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!((logged.tags, logged.transitive_tag_keys), (tags.to_vec(), vec!["team".to_owned()]));

    let held = assumed(&first);
    let next = || sts_as(&sandbox, &held).assume_role().role_arn(arn(&account, "Second")).role_session_name("next");
    let second = next().send().await.unwrap();
    assert_eq!(second.source_identity(), Some("Jane"), "it stays along the chain");
    let cases = [
        (next().source_identity("Jane"), "ok", ""),
        (next().source_identity("John"), "AccessDenied", "is not authorized to perform: sts:SetSourceIdentity on"),
        (next().tags(tag("TEAM", "x")), "InvalidParameterValue", "conflicts with a transitive tag key"),
        (next().tags(tag("Cost", "x")), "ok", ""),
    ];
    for (request, code, words) in cases {
        let answer = request.send().await;
        assert_eq!(outcome(&answer), code, "{answer:?}");
        assert!(message(&answer).contains(words), "{answer:?}");
    }
}

/// How a request is changed, and what STS answers.
type Refusal = (fn(AssumeRoleFluentBuilder) -> AssumeRoleFluentBuilder, &'static str, &'static str);

const VALIDATION: &str = "ValidationError";

#[tokio::test]
async fn a_malformed_request_is_refused_in_the_words_of_aws() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let account = sandbox.accounts().swap_remove(0).id;
    let held = role_credentials(&sandbox, 0, 0).await;
    let cases: [Refusal; 15] = [
        (|request| request, "ok", ""),
        (
            |request| request.role_session_name("Jane Doe"),
            VALIDATION,
            "1 validation error detected: Value 'Jane Doe' at 'roleSessionName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*",
        ),
        (
            |request| request.role_session_name("j"),
            VALIDATION,
            "Value 'j' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or \
             equal to 2",
        ),
        (|request| request.role_session_name("j".repeat(65)), VALIDATION, "have length less than or equal to 64"),
        (|request| request.external_id("a b"), VALIDATION, r"at 'externalId' failed to satisfy constraint"),
        (|request| request.source_identity("a/b"), VALIDATION, r"at 'sourceIdentity' failed to satisfy constraint"),
        (
            |request| request.duration_seconds(899),
            VALIDATION,
            "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or \
             equal to 900",
        ),
        (|request| request.duration_seconds(43_201), VALIDATION, "have value less than or equal to 43200"),
        (
            |request| request.external_id("x").duration_seconds(1),
            VALIDATION,
            "2 validation errors detected: Value 'x' at 'externalId'",
        ),
        (
            |request| request.duration_seconds(3601),
            VALIDATION,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
        (
            |request| request.role_arn("arn:aws:iam::12:role/Deploy"),
            VALIDATION,
            "arn:aws:iam::12:role/Deploy is invalid",
        ),
        (|request| request.tags(tag("a<b", "")), VALIDATION, "at 'tags.1.member.key' failed to satisfy constraint"),
        (
            |request| request.tags(tag("a", "1")).tags(tag("A", "2")),
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            |request| request.tags(tag("a", "1")).transitive_tag_keys("b"),
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            |request| {
                (0..40).fold(request, |request, number| request.tags(tag(&format!("t{number}"), &"x".repeat(200))))
            },
            "PackedPolicyTooLarge",
            "Packed size of session tags consumes",
        ),
    ];
    for (change, code, words) in cases {
        let request = sts_as(&sandbox, &held).assume_role().role_session_name("jane");
        let answer = change(request.role_arn(arn(&account, "Deploy"))).send().await;
        assert_eq!(outcome(&answer), code, "{answer:?}");
        assert!(message(&answer).contains(words), "{words}: {}", message(&answer));
        let logged = sandbox.requests().pop().unwrap();
        assert_eq!(logged.operation, "AssumeRole");
        assert_eq!(logged.error.as_deref().unwrap_or("ok"), code);
    }
}

/// A user with static keys, who may have sessions of more than an hour.
fn user(account: &str) -> IamUser {
    IamUser {
        account: account.to_owned(),
        name: "robot".to_owned(),
        access_key_id: "AKIAROBOT".to_owned(),
        secret_access_key: "its secret".to_owned(),
    }
}

#[tokio::test]
async fn a_role_is_given_to_those_whom_it_trusts_on_its_conditions() {
    type Change = fn(AssumeRoleFluentBuilder) -> AssumeRoleFluentBuilder;

    const SERIAL: &str = "arn:aws:iam::123456789012:mfa/robot";
    let sandbox = Sandbox::start(automatic()).unwrap();
    let accounts = sandbox.accounts();
    let [home, other] = [0, 1].map(|number| accounts[number].id.clone());
    let reader = format!("{home}/{}", accounts[0].roles[1]);
    sandbox.update(|options| {
        let role = |name: &str| AssumableRole::named(name);
        options.users = vec![user(&home)];
        options.mfa_devices = vec![MfaDevice { serial: SERIAL.to_owned(), code: "123456".to_owned() }];
        options.suspended_accounts = vec![accounts[3].id.clone()];
        options.assumable = vec![
            AssumableRole { external_id: Some("partner".to_owned()), ..role("External") },
            AssumableRole { mfa: true, ..role("Guarded") },
            AssumableRole { max_duration: Duration::from_hours(2), ..role("Long") },
            AssumableRole { trusted: Some(vec![reader.clone()]), ..role("ForReaders") },
            AssumableRole { trusted: Some(vec![other.clone()]), ..role("ForOther") },
            AssumableRole { may_tag: false, may_set_source_identity: false, ..role("Plain") },
            AssumableRole::of_account("999999999999", "Partner"),
            role("Deploy"),
        ];
    });
    let administrator = role_credentials(&sandbox, 0, 0).await;
    let reader = role_credentials(&sandbox, 0, 1).await;
    let robot = aws_sdk_sts::config::Credentials::new("AKIAROBOT", "its secret", None, None, "test");
    let identity = sts_as(&sandbox, &robot).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn, Some(format!("arn:aws:iam::{home}:user/robot")));

    let denied = "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::";
    let no_code = "must provide both MFA serial number and one time pass code.";
    let same: Change = |request| request;
    let cases: [(&_, &str, &str, Change, &str, &str); 25] = [
        (&administrator, &other, "Deploy", same, "ok", ""),
        (&administrator, &other, "Unknown", same, "AccessDenied", denied),
        (&administrator, &other, "deploy/Deploy", same, "AccessDenied", denied),
        (&administrator, "111111111111", "Deploy", same, "AccessDenied", denied),
        (&administrator, &accounts[3].id, "Deploy", same, "AccessDenied", denied),
        (&administrator, "999999999999", "Partner", same, "ok", ""),
        (&administrator, &home, "External", same, "AccessDenied", denied),
        (&administrator, &home, "External", |request| request.external_id("other"), "AccessDenied", denied),
        (&administrator, &home, "External", |request| request.external_id("partner"), "ok", ""),
        (&administrator, &home, "ForReaders", same, "AccessDenied", denied),
        (&reader, &home, "ForReaders", same, "ok", ""),
        (&reader, &home, "ForOther", same, "AccessDenied", denied),
        (&administrator, &home, "Plain", same, "ok", ""),
        (&administrator, &home, "Plain", |request| request.tags(tag("a", "b")), "AccessDenied", "sts:TagSession on"),
        (
            &administrator,
            &home,
            "Plain",
            |request| request.source_identity("Jane"),
            "AccessDenied",
            "sts:SetSourceIdentity on",
        ),
        (&administrator, &home, "Long", |request| request.duration_seconds(7200), VALIDATION, "by role chaining."),
        (&robot, &home, "Long", |request| request.duration_seconds(7200), "ok", ""),
        (
            &robot,
            &home,
            "Long",
            |request| request.duration_seconds(7201),
            VALIDATION,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        (&robot, &home, "Guarded", same, "AccessDenied", denied),
        (&robot, &home, "Guarded", |request| request.serial_number(SERIAL), "AccessDenied", no_code),
        (&robot, &home, "Deploy", |request| request.token_code("123456"), "AccessDenied", no_code),
        (
            &robot,
            &home,
            "Guarded",
            |request| request.serial_number(SERIAL).token_code("654321"),
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        ),
        (
            &robot,
            &home,
            "Guarded",
            |request| request.serial_number("GAHT12345678").token_code("123456"),
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.",
        ),
        (&robot, &home, "Guarded", |request| request.serial_number(SERIAL).token_code("1"), VALIDATION, "tokenCode"),
        (&robot, &home, "Guarded", |request| request.serial_number(SERIAL).token_code("123456"), "ok", ""),
    ];
    for (held, account, name, change, code, words) in cases {
        let request = sts_as(&sandbox, held).assume_role().role_session_name("jane").role_arn(arn(account, name));
        let answer = change(request).send().await;
        assert_eq!(outcome(&answer), code, "{name}: {answer:?}");
        assert!(message(&answer).contains(words), "{name}: {words}: {}", message(&answer));
        if words == denied {
            let caller = sandbox.caller_of(held.access_key_id()).unwrap();
            let expected = format!(
                "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {}",
                arn(account, name)
            );
            assert_eq!(message(&answer), expected);
        }
        let log = serde_json::to_string(&sandbox.requests()).unwrap();
        assert!(!log.contains("123456\"") && !log.contains("its secret"), "{log}");
    }
}

#[tokio::test]
async fn without_options_every_role_of_the_organization_can_be_assumed_but_no_permission_sets() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let (accounts, more) = (sandbox.accounts(), sandbox.unassigned_accounts());
    let held = role_credentials(&sandbox, 0, 0).await;
    let own = sts_as(&sandbox, &held).get_caller_identity().send().await.unwrap().arn.unwrap();
    let reserved = own.split('/').nth(1).unwrap().to_owned();
    let cases = [
        (&accounts[0].id, "Deploy".to_owned(), "ok"),
        (&more[1].id, "Deploy".to_owned(), "ok"),
        (&accounts[0].id, accounts[0].roles[0].clone(), "AccessDenied"),
        (&accounts[0].id, reserved.clone(), "AccessDenied"),
        (&accounts[0].id, format!("aws-reserved/sso.amazonaws.com/{reserved}"), "AccessDenied"),
        (&"999999999999".to_owned(), "Deploy".to_owned(), "AccessDenied"),
    ];
    for (account, name, expected) in cases {
        let request = sts_as(&sandbox, &held).assume_role().role_session_name("jane").role_arn(arn(account, &name));
        assert_eq!(outcome(&request.send().await), expected, "{account} {name}");
    }
}

#[tokio::test]
async fn credentials_of_an_assumed_role_expire_and_a_region_can_be_off() {
    let sandbox = Sandbox::start(Options { assumed_lifetime: Some(Duration::ZERO), ..automatic() }).unwrap();
    let account = sandbox.accounts().swap_remove(0).id;
    let held = role_credentials(&sandbox, 0, 0).await;
    let request = || sts_as(&sandbox, &held).assume_role().role_session_name("jane").role_arn(arn(&account, "Deploy"));
    let answer = request().send().await.unwrap();
    let used = sts_as(&sandbox, &assumed(&answer)).get_caller_identity().send().await;
    assert_eq!(outcome(&used), "ExpiredToken");
    sandbox.update(|options| options.sts_regions_off = vec!["us-east-1".to_owned()]);
    let refused = request().send().await;
    assert_eq!(outcome(&refused), "RegionDisabledException");
    assert!(message(&refused).contains(&format!("not activated in this region for account:{account}.")));
}
