//! What is cached for one role, or under a start URL that was edited since, is not handed out for another.

use std::fs;
use std::path::PathBuf;

use aws_sso::aws_cache::role_credentials::CachedRole;
use aws_sso::sandbox::Options;
use serde_json::Value;

use crate::support::START_URL;
use crate::support::user::{TOKEN_FILE, User, corp};

const ELSEWHERE: &str = "https://d-elsewhere.awsapps.com/start";

fn cache_file(user: &User, account: usize, role: usize) -> PathBuf {
    let account = &user.sandbox.accounts()[account];
    let directory = corp();
    CachedRole { account_id: &account.id, role_name: &account.roles[role], directory: &directory }
        .path(&user.home.path(".aws/cli/cache"))
}

/// Takes out of a file what the AWS CLI does not write.
fn as_the_aws_cli_writes_it(user: &User) {
    let file = cache_file(user, 0, 0);
    let mut entry: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    entry.as_object_mut().unwrap().retain(|key, _| ["ProviderType", "Credentials"].contains(&key.as_str()));
    fs::write(file, entry.to_string()).unwrap();
}

#[test]
fn an_entry_of_another_role_of_another_account_or_of_the_far_future_is_fetched_anew() {
    let user = User::signed_in(Options::default());
    let key_id = |account, role| {
        let line = format!("process {} -p corp", user.role(account, role));
        let output = user.aws_sso(&line).run().success().quiet();
        output.json()["AccessKeyId"].as_str().unwrap().to_owned()
    };
    let own = key_id(0, 0);
    let own_file = cache_file(&user, 0, 0);
    for other in [(1, 0), (0, 1)] {
        let _ = key_id(other.0, other.1);
        fs::copy(cache_file(&user, other.0, other.1), &own_file).unwrap();
        user.sandbox.clear_log();
        assert_ne!(key_id(0, 0), own);
        assert_eq!(user.sandbox.count("GetRoleCredentials"), 1, "{other:?}");
    }
    let whole = fs::read_to_string(&own_file).unwrap();
    let mut future: Value = serde_json::from_str(&whole).unwrap();
    future["Credentials"]["Expiration"] = "2099-01-01T00:00:00Z".into();
    for odd in [future.to_string(), "[".repeat(100_000), String::new(), "\0".repeat(4096)] {
        fs::write(&own_file, odd).unwrap();
        user.sandbox.clear_log();
        let _ = key_id(0, 0);
        assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);
    }
}

#[test]
fn after_an_edit_of_the_start_url_nothing_of_the_old_one_is_handed_out() {
    let user = User::signed_in(Options::default());
    let config = user.home.read(".aws/config");
    let elsewhere = config.replace(START_URL, ELSEWHERE);
    let process = || user.aws_sso(&format!("process {} -p corp", user.role(0, 0)));
    for is_ours in [true, false] {
        let _ = process().run().success();
        if !is_ours {
            as_the_aws_cli_writes_it(&user);
        }
        // Another spelling is no other start URL.
        for spelling in ["/", "/#/", "#"] {
            user.home.write(".aws/config", config.replace(START_URL, &format!("{START_URL}{spelling}")));
            let _ = process().run().success().quiet();
        }
        user.home.write(".aws/config", &elsewhere);
        let _ = process().run().status(3).complains(&format!("not signed in to {ELSEWHERE}"));
        user.home.write(".aws/config", &config);
        let _ = process().run().success().quiet();
        assert_eq!(user.sandbox.count("GetRoleCredentials"), 1, "{is_ours}");
    }
    // A new sign-in under the old name does not bring it back either.
    user.edit_token(|token| token["startUrl"] = ELSEWHERE.into());
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    assert!(user.home.read(TOKEN_FILE).contains(START_URL));
    let _ = process().run().success();
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 2);
    // Where no token says which start URL an entry of the AWS CLI is of, it is not used; nor after the next sign-in.
    as_the_aws_cli_writes_it(&user);
    fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
    let _ = process().run().status(3);
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    let _ = process().run().success();
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 3);
}
