//! Other tools write the shared files too, in place and without a lock, while we read and write them.

use std::fs;
use std::time::Duration;

use aws_sso::aws_files::secret_store::SecretStore;
use aws_sso::aws_files::{role_cache, token_cache};
use aws_sso::credentials::RoleCredentials;
use aws_sso::sandbox::{Options, Rotation};

use crate::sign_in::{Place, TOKEN_FILE, wait};
use crate::support::Home;

/// `AWS_SSO_TEST_ROUNDS=10000` for the long run.
fn rounds() -> usize {
    std::env::var("AWS_SSO_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(500)
}

/// botocore's own cache, which the AWS CLI v2 uses as well. It reads before it writes: that must succeed, too.
const WRITER: &str = r#"
import json, pathlib, sys
from botocore.utils import JSONFileCache

tokens, roles = (JSONFileCache(working_dir=sys.argv[n]) for n in (1, 2))
begin, end = pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
number = 0
while not end.exists():
    # A KeyError is how it says that a file cannot be parsed.
    token, role = tokens["token"], roles["role"]
    number += 1
    date = f"2099-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z"
    # Longer and shorter by turns, as where a refresh token comes and goes.
    token["clientSecret"] = "s" * (number * 997 % 3000)
    token["expiresAt"] = role["Credentials"]["Expiration"] = date
    tokens["token"], roles["role"] = token, role
    # As a tool does that is interrupted half-way.
    text = json.dumps(token)
    with open(sys.argv[1] + "/token.json", "w") as file:
        for part in text[:40], text[40:-9], text[-9:]:
            file.write(part)
            file.flush()
    begin.touch()
print(number)
"#;

#[test]
fn a_file_that_another_tool_is_writing_is_read_as_one_that_it_has_written() {
    let home = Home::new();
    let token = home.write(
        "tokens/token.json",
        r#"{"startUrl":"https://x/start","region":"eu-central-1","accessToken":"t","expiresAt":"2098-01-01T00:00:00Z"}"#,
    );
    let role = home.path("roles/role.json");
    let credentials = RoleCredentials {
        access_key_id: "ASIA".to_owned(),
        secret_access_key: "s".into(),
        session_token: "t".repeat(800).into(),
        expiration: "2098-01-01T00:00:00Z".parse().unwrap(),
        account_id: "123456789012".to_owned(),
    };
    role_cache::write(&SecretStore::Files, &role, &credentials).unwrap();
    let Some(writer) = home.boto3(WRITER) else { return };
    let (begin, end) = (home.path("begin"), home.path("end"));
    let arguments = [home.path("tokens"), home.path("roles"), begin.clone(), end.clone()];
    let writer = writer.args(arguments).limit(Duration::from_mins(10)).start();
    wait(|| begin.exists().then_some(()));
    let (mut torn, mut seen) =
        (0, token_cache::read(&SecretStore::Files, &token).unwrap().unwrap().expires_at);
    for round in 0..rounds() {
        torn += usize::from(serde_json::from_slice::<serde_json::Value>(&fs::read(&token).unwrap()).is_err());
        let found = token_cache::read(&SecretStore::Files, &token)
            .unwrap()
            .unwrap_or_else(|| panic!("no token in round {round}"));
        assert!(found.expires_at.as_second() / 3600 >= seen.as_second() / 3600, "an older token came back");
        seen = found.expires_at;
        // Torn credentials count as none; an error would be shown to a person.
        let found = role_cache::read(&SecretStore::Files, &role, "123456789012").unwrap();
        assert!(found.is_none_or(|found| found.session_token == credentials.session_token));
        if round % 3 == 0 {
            let found = role_cache::read(&SecretStore::Files, &role, "123456789012").unwrap();
            role_cache::write(&SecretStore::Files, &role, &found.unwrap_or_else(|| credentials.clone()))
                .unwrap();
        }
    }
    fs::write(&end, "").unwrap();
    // It has met no file that it could not read, either.
    let written = writer.finish().success().quiet().stdout;
    println!("{} reads during {} writes; {torn} of them met half a file", rounds(), written.trim());
}

#[test]
fn a_newer_token_of_another_tool_outlasts_a_renewal() {
    for rotation in [Rotation::Reusable, Rotation::Rotated] {
        let place = Place::signed_in(Options { refresh: rotation, ..Options::default() });
        let fresh = place.token();
        place.age_token();
        place.edit_token(|token| token["accessToken"] = "aged".into());
        place.sandbox.update(|options| options.latency = Duration::from_millis(300));
        if rotation == Rotation::Rotated {
            // The other tool has used the refresh token up: ours is refused.
            place.edit_token(|token| token["refreshToken"] = "used up".into());
        }
        let running = place.aws_sso("check").start();
        wait(|| (place.sandbox.count("CreateToken") == 1).then_some(()));
        let mut theirs = fresh.clone();
        theirs["expiresAt"] = "2099-01-01T00:00:00Z".into();
        if rotation == Rotation::Rotated {
            theirs["refreshToken"] = "theirs".into();
        }
        place.home.write(TOKEN_FILE, theirs.to_string());
        let _ = running.finish().success().quiet();
        assert_eq!(place.token(), theirs, "{rotation:?}");
    }
}
