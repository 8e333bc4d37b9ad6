//! Other tools write the shared files in place and without a lock, while this tool reads and writes them.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use aws_sso::aws_cache::role_credentials::{self, CachedRole};
use aws_sso::aws_cache::token;
use aws_sso::credentials::RoleCredentials;
use aws_sso::sandbox::{Approval, Options, Rotation};
use aws_sso::secret_store::SecretStore;
use jiff::{SignedDuration, Timestamp};

use crate::support::process::{can_trace, wait};
use crate::support::user::{TOKEN_FILE, User, corp};
use crate::support::{Home, REGION, START_URL, skip};

/// `AWS_SSO_TEST_ROUNDS=10000` makes a long run.
fn rounds(usual: usize) -> usize {
    std::env::var("AWS_SSO_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

/// botocore's own cache, which the AWS CLI v2 also uses. It reads before it writes, and that must succeed too.
const WRITER: &str = r#"
import json, pathlib, sys
from botocore.utils import JSONFileCache

tokens, roles = (JSONFileCache(working_dir=sys.argv[n]) for n in (1, 2))
begin, end = pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
number = 0
while not end.exists():
    # A KeyError here would mean that a file cannot be parsed.
    token, role = tokens["token"], roles["role"]
    number += 1
    date = f"2099-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z"
    # Longer and shorter by turns, as with and without a refresh token.
    token["clientSecret"] = "s" * (number * 997 % 3000)
    token["expiresAt"] = date
    role["Credentials"]["AccessKeyId"] = "ASIA" + "X" * (number % 90)
    tokens["token"], roles["role"] = token, role
    # Like a tool that is interrupted half-way.
    text = json.dumps(token)
    with open(sys.argv[1] + "/token.json", "w") as file:
        for part in text[:40], text[40:-9], text[-9:]:
            file.write(part)
            file.flush()
    begin.touch()
print(number)
"#;

#[test]
fn a_file_is_read_completely_while_another_tool_writes_it() {
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
        expiration: Timestamp::now() + SignedDuration::from_hours(1),
        account_id: "123456789012".to_owned(),
    };
    let directory = corp();
    let cached = CachedRole { account_id: "123456789012", role_name: "reader", directory: &directory };
    role_credentials::write(&SecretStore::Files, &role, &cached, &credentials).unwrap();
    let Some(writer) = home.boto3(WRITER) else { return };
    let (begin, end) = (home.path("begin"), home.path("end"));
    let arguments = [home.path("tokens"), home.path("roles"), begin.clone(), end.clone()];
    let writer = writer.args(arguments).limit(Duration::from_mins(10)).start();
    wait(|| begin.exists().then_some(()));
    let (mut torn, mut seen) = (0, token::read(&SecretStore::Files, &token).unwrap().unwrap().expires_at);
    for round in 0..rounds(500) {
        torn += usize::from(serde_json::from_slice::<serde_json::Value>(&fs::read(&token).unwrap()).is_err());
        let found =
            token::read(&SecretStore::Files, &token).unwrap().unwrap_or_else(|| panic!("no token in round {round}"));
        assert!(found.expires_at.as_second() / 3600 >= seen.as_second() / 3600, "an older token came back");
        seen = found.expires_at;
        // Half-written credentials count as none. An error would be shown to the user.
        let found = role_credentials::read(&SecretStore::Files, &role, &cached, || false).unwrap();
        assert!(found.is_none_or(|found| found.session_token == credentials.session_token));
        if round % 3 == 0 {
            let found = role_credentials::read(&SecretStore::Files, &role, &cached, || false).unwrap();
            let written = found.unwrap_or_else(|| credentials.clone());
            role_credentials::write(&SecretStore::Files, &role, &cached, &written).unwrap();
        }
    }
    fs::write(&end, "").unwrap();
    // The other tool met no file that it could not read, either.
    let written = writer.finish().success().quiet().stdout;
    println!("{} reads during {} writes; {torn} of them met half a file", rounds(500), written.trim());
}

/// A long-lived process of another tool. In each round it renews the sign-in and fetches credentials, with the classes
/// that all its programs use; in some rounds it signs in again. None of that may fail.
const CLIENT: &str = r#"
import importlib, logging, os, sys

# The second use of a refresh token logs a warning, and the process continues with the token that is still valid.
logging.disable(logging.WARNING)
package, rounds, account, role, start_url, region, begin = sys.argv[1:]
part = lambda name: importlib.import_module(package + "." + name)
session = part("session").Session(profile="theirs")
endpoint, make, clients = os.environ["AWS_ENDPOINT_URL"], session.create_client, {}

def create_client(name, *arguments, **options):
    # Version 2.9 of the AWS CLI takes no endpoint from the environment.
    options["endpoint_url"] = endpoint
    if name not in clients:
        clients[name] = make(name, *arguments, **options)
    return clients[name]

session.create_client = create_client
tokens, utils = part("tokens"), part("utils")
dumps = tokens._sso_json_dumps
token_cache = utils.JSONFileCache(os.path.expanduser("~/.aws/sso/cache"), dumps_func=dumps)
role_cache = utils.JSONFileCache(os.path.expanduser("~/.aws/cli/cache"))
provider = tokens.SSOTokenProvider(session, cache=token_cache)
config = part("config").Config(region_name=region, signature_version=importlib.import_module(package).UNSIGNED)
oidc = lambda name, **options: create_client(name, config=config)

for number in range(int(rounds)):
    fetcher = part("credentials").SSOCredentialFetcher(
        start_url, region, role, account, create_client,
        cache=role_cache, token_provider=provider, sso_session_name="corp",
    )
    assert fetcher.fetch_credentials()["secret_key"]
    # boto3 signs nobody in.
    if number % 50 == 49 and hasattr(utils, "SSOTokenFetcher"):
        login = utils.SSOTokenFetcher(
            region, oidc, cache=token_cache, on_pending_authorization=lambda **_: None, sleep=lambda _: None,
        )
        scopes = ["sso:account:access"]
        login.fetch_token(start_url, force_refresh=True, registration_scopes=scopes, session_name="corp")
    open(begin, "a").close()
"#;

#[test]
fn another_tools_own_classes_and_this_program_write_the_same_files_without_an_error() {
    for package in ["botocore", "awscli.botocore"] {
        // Lifetimes so short that every run has to renew and to fetch.
        let minutes = Duration::from_mins(10);
        let user = User::signed_in(Options {
            approval: Approval::Automatic,
            refresh: Rotation::Rotated,
            token_lifetime: minutes,
            credential_lifetime: minutes,
            ..Options::default()
        });
        user.home.sign_in_config("[profile theirs]\nsso_session = corp\n");
        let account = user.sandbox.accounts()[0].clone();
        let is_aws_cli = package.starts_with("awscli");
        let home = &user.home;
        let writer = if is_aws_cli { home.aws_cli_modules(CLIENT) } else { home.boto3(CLIENT) };
        let Some(writer) = writer else { continue };
        let begin = user.home.path("begin");
        let writer = writer.endpoint(user.sandbox.endpoint());
        let writer =
            writer.args([package, &rounds(200).to_string(), &account.id, &account.roles[0], START_URL, REGION]);
        let writer = writer.arg(&begin).limit(Duration::from_hours(1)).start();
        wait(|| begin.exists().then_some(()));

        let is_over = AtomicBool::new(false);
        let (runs, reads) = thread::scope(|scope| {
            let runs = scope.spawn(|| {
                let mut runs = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let output = user.process().run().success().quiet();
                    assert!(output.json()["SecretAccessKey"].is_string());
                    runs += 1;
                }
                runs
            });
            let reads = scope.spawn(|| {
                let (mut reads, mut seen) = (0, 0);
                while !is_over.load(Ordering::Relaxed) {
                    let found = token::read(&SecretStore::Files, &user.home.path(TOKEN_FILE)).unwrap();
                    let expiry = found.expect("there is a token at all times").expires_at.as_second();
                    // Each tool counts from when its answer arrived, in whole seconds.
                    assert!(expiry >= seen - 2, "an older token came back: {expiry} after {seen}");
                    (reads, seen) = (reads + 1, seen.max(expiry));
                }
                reads
            });
            let theirs = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| writer.finish()));
            is_over.store(true, Ordering::Relaxed);
            let _ = theirs.unwrap().success().quiet();
            (runs.join().unwrap(), reads.join().unwrap())
        });
        // If the newest refresh token had been lost in any round, this renewal would fail.
        user.expire_token();
        let _ = user.aws_sso("check").run().success().quiet();
        let renewals = user.sandbox.requests().iter().filter(|request| request.operation == "CreateToken").count();
        println!("{package}: {} rounds, {runs} runs of aws-sso, {reads} reads, {renewals} CreateToken", rounds(200));
    }
}

#[test]
fn a_renewal_does_not_overwrite_a_newer_token_of_another_tool() {
    for rotation in [Rotation::Reusable, Rotation::Rotated] {
        let user = User::signed_in(Options { refresh: rotation, ..Options::default() });
        let fresh = user.token();
        user.expire_token();
        user.edit_token(|token| token["accessToken"] = "aged".into());
        user.sandbox.update(|options| options.latency = Duration::from_millis(300));
        if rotation == Rotation::Rotated {
            // The other tool has used the refresh token, so the service refuses it.
            user.edit_token(|token| token["refreshToken"] = "used up".into());
        }
        let running = user.aws_sso("check").start();
        wait(|| (user.sandbox.count("CreateToken") == 1).then_some(()));
        let mut theirs = fresh.clone();
        theirs["expiresAt"] = "2099-01-01T00:00:00Z".into();
        if rotation == Rotation::Rotated {
            theirs["refreshToken"] = "theirs".into();
        }
        user.home.write(TOKEN_FILE, theirs.to_string());
        let _ = running.finish().success().quiet();
        assert_eq!(user.token(), theirs, "{rotation:?}");
    }
}

#[cfg(target_os = "linux")]
/// Opens the config, and writes a profile to it once the file `go` is there. `exec` opens it to append, or empties it.
const HOLDER: &str = r#"
eval "exec 3$1.aws/config"
: > opened
while [ ! -e go ]; do sleep 0.01; done
printf %s "$2" >&3
"#;

#[cfg(target_os = "linux")]
#[test]
fn what_another_program_writes_to_the_config_while_discover_replaces_it_stays() {
    // How the other program opens the file, and whether the file system can exchange two files.
    for (opening, exchange) in [(">>", true), (">", true), (">>", false)] {
        if !exchange && !can_trace() {
            skip("there is no strace that may trace: file systems without an exchange are not tested");
            continue;
        }
        let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
        let config = || user.home.read(".aws/config");
        let before = if opening == ">" { config() } else { String::new() };
        let theirs = before + "[profile theirs]\nregion = eu-west-1\n";
        user.sandbox.update(|options| options.latency = Duration::from_millis(200));
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs::File::options().append(true).open(user.home.path(".aws/config")).unwrap().set_modified(long_ago).unwrap();
        let discover = user.aws_sso("discover -p corp");
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=renameat2:error=EINVAL"];
        let discover = if exchange { discover } else { discover.behind(strace) }.start();
        // The run has read its own sign-in from the config.
        wait(|| (user.sandbox.count("ListAccounts") > 0).then_some(()));
        let holder = user.home.command("/bin/sh").args(["-c", HOLDER, "sh", opening, &theirs]).start();
        wait(|| user.home.has("opened").then_some(()));
        let is_replacing = || user.home.list(".aws").iter().any(|name| name.starts_with("config.aws-sso-"));
        wait(|| (is_replacing() || config().contains(">>> aws-sso")).then_some(()));
        user.home.write("go", "");
        let _ = holder.finish().success();
        let _ = discover.finish().success().quiet();
        let text = config();
        assert!(text.contains("[profile theirs]\n"), "{opening} {exchange}: {text}");
        assert!(text.contains("# >>> aws-sso discover"), "{opening} {exchange}: {text}");
        let left: Vec<_> = user.home.list(".aws").into_iter().filter(|name| name.contains(".aws-sso-")).collect();
        assert_eq!(left, [""; 0]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_another_program_writes_to_the_old_config_after_a_discover_was_killed_is_kept() {
    for theirs in ["[profile theirs]\nregion = eu-west-1\n", ""] {
        let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
        let left = || {
            let names = user.home.list(".aws").into_iter();
            names.filter(|name| name.contains(".aws-sso-")).map(|name| format!(".aws/{name}")).collect::<Vec<_>>()
        };
        let holder = user.home.command("/bin/sh").args(["-c", HOLDER, "sh", ">>", theirs]).start();
        wait(|| user.home.has("opened").then_some(()));
        let discover = user.aws_sso("discover -p corp").start();
        wait(|| user.home.read(".aws/config").contains(">>> aws-sso").then_some(()));
        discover.signal("KILL");
        let _ = discover.finish();
        user.home.write("go", "");
        let _ = holder.finish().success();
        let next = user.aws_sso("discover -p corp").run().success();
        if theirs.is_empty() {
            assert_eq!(left(), [""; 0], "{}", next.quiet());
            continue;
        }
        let [old] = <[String; 1]>::try_from(left()).unwrap();
        assert!(user.home.read(&old).ends_with(theirs));
        let next = next.complains(&format!("run: rm {}\n", user.home.path(&old).display()));
        user.home.write(".aws/config.mine", user.home.read(&old));
        assert_eq!(user.aws_sso("discover -p corp").run().stderr, "", "{next}");
        assert_eq!(left(), [""; 0]);
    }
}

/// Adds profile after profile, as programs do it that know no lock, until the file `end` is there.
const WRITERS: [(&str, &str); 3] = [
    ("append", r"printf '[profile theirs-%d]\nregion = x\n' $number >> .aws/config"),
    (
        "write in place",
        r#"text=$(cat .aws/config); printf '%s\n[profile theirs-%d]\nregion = x\n' "$text" $number > .aws/config"#,
    ),
    ("rename", r"cp .aws/config new; printf '[profile theirs-%d]\nregion = x\n' $number >> new; mv new .aws/config"),
];

#[test]
fn no_profile_of_another_program_is_lost_while_discoveries_rewrite_the_config() {
    for (way, command) in WRITERS {
        let user = User::signed_in(Options { accounts: 2, roles: 2, ..Options::default() });
        let script = format!(
            "number=0\nwhile [ ! -e end ]; do number=$((number + 1))\n{command}\n\
             [ $((number % 4)) = 0 ] && sleep 0.15\ndone\necho $number"
        );
        let writer = user.home.command("/bin/sh").args(["-c", &script]).start();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for round in 0..rounds(8) {
                        let line = format!("discover -p corp --region eu-west-{}", round % 3 + 1);
                        let output = user.aws_sso(&line).run();
                        // A program that reads the file in the moment in which it is empty finds no sign-in there.
                        assert!(output.exit.success() || way == "write in place", "{way}: {output}");
                    }
                });
            }
        });
        user.home.write("end", "");
        let number: usize = writer.finish().success().stdout.trim().parse().unwrap();
        let config = user.home.read(".aws/config");
        let lost: Vec<_> =
            (1..=number).filter(|number| !config.contains(&format!("[profile theirs-{number}]\n"))).collect();
        assert!(lost.is_empty(), "{way}: {lost:?} of {number} are lost:\n{config}");
        println!("{way}: {number} profiles during {} discoveries", 2 * rounds(8));
    }
}
