//! The AWS CLI v2, which connects to AWS's own hosts through the sandbox's proxy and trusts its authority.

use aws_sso::sandbox::{Options, Sandbox};

use crate::support::service::automatic;
use crate::support::{Home, Invocation};

/// The AWS CLI behind the sandbox's proxy; `None`, with a note about the skipped test, if it is not installed.
fn aws(home: &Home, sandbox: &Sandbox, line: &str) -> Option<Invocation> {
    let cli = home.aws_cli(line.split_whitespace())?;
    Some(cli.env("HTTPS_PROXY", sandbox.proxy().unwrap()).env("AWS_CA_BUNDLE", home.path("ca.pem")))
}

#[test]
fn the_aws_cli_signs_in_and_shows_the_roles_identity() {
    let sandbox = Sandbox::start(Options { tls: true, ..automatic() }).unwrap();
    let home = Home::new();
    let account = sandbox.accounts().swap_remove(0);
    home.write("ca.pem", sandbox.ca_pem().unwrap());
    home.write(
        ".aws/config",
        format!(
            "[sso-session sandbox]\nsso_start_url = {}\nsso_region = {region}\n\
             sso_registration_scopes = sso:account:access\n\
             [profile sandbox]\nsso_session = sandbox\nsso_account_id = {}\nsso_role_name = operator\n\
             region = {region}\n",
            sandbox.start_url(),
            account.id,
            region = sandbox.region(),
        ),
    );
    let Some(login) = aws(&home, &sandbox, "sso login --profile sandbox --no-browser") else { return };
    let _ = login.run().success();
    let identity = aws(&home, &sandbox, "sts get-caller-identity --profile sandbox --query Arn --output text");
    let identity = identity.unwrap().run().success();
    let expected = format!("arn:aws:sts::{}:assumed-role/AWSReservedSSO_operator_", account.id);
    assert!(identity.stdout.starts_with(&expected), "{identity}");
    let _ = aws(&home, &sandbox, "sso logout").unwrap().run().success();

    let log = sandbox.requests();
    for (operation, host) in [
        ("CONNECT", "oidc.us-east-1.amazonaws.com:443"),
        ("RegisterClient", "oidc.us-east-1.amazonaws.com"),
        ("GetRoleCredentials", "portal.sso.us-east-1.amazonaws.com"),
        ("GetCallerIdentity", "sts.us-east-1.amazonaws.com"),
        ("Logout", "portal.sso.us-east-1.amazonaws.com"),
    ] {
        let found = log.iter().find(|request| request.operation == operation && request.host == host);
        assert!(found.is_some_and(|request| request.status == Some(200)), "{operation} {host}: {log:#?}");
    }
}

#[test]
fn the_aws_cli_refuses_a_certificate_whose_authority_it_does_not_know() {
    let sandbox = Sandbox::start(Options { tls: true, ..automatic() }).unwrap();
    let other = Sandbox::start(Options { tls: true, ..automatic() }).unwrap();
    let home = Home::new();
    home.write("ca.pem", other.ca_pem().unwrap());
    let list = aws(&home, &sandbox, "sso list-accounts --access-token x --region us-east-1");
    let Some(list) = list else { return };
    let output = list.run().complains("SSL validation failed");
    assert!(!output.exit.success(), "{output}");
    assert_eq!((sandbox.count("CONNECT") > 0, sandbox.count("ListAccounts")), (true, 0));
}
