//! Something between here and the service sends answers twice: none is taken for the answer to another request.

use std::sync::atomic::Ordering;

use aws_sso::sandbox::Options;

use crate::support::surplus::{ACCOUNTS, Surplus, SurplusServer, roles};
use crate::support::user::User;

/// Every role of the service, as `ACCOUNT/ROLE`.
fn every_role() -> Vec<String> {
    let names = |account: &&str| roles(account).map(|role| format!("{account}/{role}"));
    ACCOUNTS.iter().flat_map(names).collect()
}

#[test]
fn no_role_gets_the_keys_of_another() {
    for (surplus, at_once) in [(Surplus::OnDemand, 1), (Surplus::InPlaceOfTheNext, 1), (Surplus::InPlaceOfTheNext, 4)] {
        let user = User::signed_in(Options::default());
        let service = SurplusServer::start(surplus);
        // Each command makes the service send the last answers once more, and goes on when they are sent.
        let demand = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{}; printf 'GET /surplus HTTP/1.1\\r\\n\\r\\n' >&3; cat <&3 >/dev/null;",
            service.address.port()
        );
        let demand = if surplus == Surplus::OnDemand { demand.as_str() } else { "" };
        let show = format!("{demand} echo \"got $AWS_ACCOUNT_ID/${{AWS_SSO_ROLE_ARN##*/}} $AWS_SESSION_TOKEN\"");
        let options = format!("-p corp --match * --yes -j {at_once} --output lines");
        let output = user.exec(&options, &["bash", "-c", &show]).endpoint(service.url()).run().success();
        let got = output.stdout.lines().filter_map(|line| line.split_once("got ")).map(|(_, got)| got);
        let mut got: Vec<_> = got.collect();
        got.sort_unstable();
        let right: Vec<_> = every_role().iter().map(|role| format!("{role} {role}")).collect();
        assert_eq!(got, right, "{surplus:?} {at_once}\n{output}");
        // What arrives between two commands is seen before the next request is sent.
        let grants = service.grants.load(Ordering::Relaxed);
        assert!(surplus != Surplus::OnDemand || grants == right.len(), "{grants}");
    }
}

#[test]
fn no_account_gets_the_roles_of_another() {
    let user = User::signed_in(Options::default());
    let service = SurplusServer::start(Surplus::InPlaceOfTheNext);
    let output = user.aws_sso("list -p corp --json").endpoint(service.url()).run().success();
    let mut got: Vec<_> = output
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{}/{}", row["accountId"].as_str().unwrap(), row["roleName"].as_str().unwrap()))
        .collect();
    got.sort_unstable();
    assert_eq!(got, every_role(), "{output}");
}
