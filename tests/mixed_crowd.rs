//! A crowd of different verbs in one home, of which some are killed or stopped at any moment. Each answer is for the
//! role that was asked for, no file is torn, no lock is held for ever, and the sign-in outlives it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use aws_sso::files::lock;
use aws_sso::sandbox::{Options, Rotation};
use serde_json::Value;

use crate::support::process::signal;
use crate::support::user::User;
use crate::support::{Invocation, Output, files};

/// How many processes run at a time.
const CROWD: usize = 8;

/// How long the crowd goes on with `AWS_SSO_TEST_ROUNDS`.
const LONG: Duration = Duration::from_secs(30);

/// How many rounds there are otherwise.
const SHORT: u64 = 6;

/// How long any process may take. Locks that a stopped process holds are waited for.
const LIMIT: Duration = Duration::from_secs(30);

/// What the user wrote into the AWS config, around what `discover` adds.
const OWN_PROFILE: &str = "\n# mine\n[profile mine]\nregion = eu-west-3\n# the end of mine\n";
const OWN_CREDENTIALS: &str = "# mine\n[mine]\naws_access_key_id = AKIAMINE\n";
const CREDENTIALS: &str = ".aws/default-credentials";

/// Numbers that depend on the seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let [first, second, third, fourth, ..] = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes();
        u32::from_be_bytes([first, second, third, fourth]) % sides
    }

    fn one_in(&mut self, sides: u32) -> bool {
        self.roll(sides) == 0
    }

    fn index(&mut self, length: u32) -> usize {
        self.roll(length) as usize
    }

    fn milliseconds(&mut self, most: u32) -> Duration {
        Duration::from_millis(self.roll(most).into())
    }
}

/// What a run's output has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// `credential_process` JSON for this role.
    Process(usize, usize),
    /// Shell code for this role, whose exports begin with this.
    Exports(usize, usize),
    /// An access key id of this role on stdout.
    Key(usize, usize),
    /// An access key id and the ARN of its role, a line for each run.
    Keys,
    /// JSON of any kind.
    Json,
    /// The sign-in may be gone after it.
    SignOut,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Spared,
    /// Killed after this time.
    Killed(Duration),
    /// Stopped after the first time, for the second.
    Stopped(Duration, Duration),
}

/// A client of the container credentials contract, in bash.
const CLIENT: &str = r#"
address=${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://}
authority=${address%%/*}
exec 3<>"/dev/tcp/${authority%:*}/${authority#*:}"
printf 'GET /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nConnection: close\r\n\r\n' \
    "${address#*/}" "$authority" "$AWS_CONTAINER_AUTHORIZATION_TOKEN" >&3
cat <&3 | grep -o 'ASIA[A-Z0-9]*'
"#;

fn action(user: &User, dice: &mut Dice, may_sign_out: bool) -> (Invocation, Answer) {
    let (account, role) = (dice.index(2), dice.index(3));
    let name = user.role(account, role);
    let arn = arn(user, account, role);
    match dice.roll(if may_sign_out { 18 } else { 17 }) {
        0..=2 => (user.aws_sso(&format!("-p corp -r {arn} -ext")), Answer::Process(account, role)),
        3 => (user.aws_sso(&format!("process {name} -p corp")), Answer::Process(account, role)),
        4 => (user.aws_sso(&format!("env {name} --shell bash")), Answer::Exports(account, role)),
        5 => (user.aws_sso(&format!("use {name} --shell zsh")), Answer::Exports(account, role)),
        6 => (user.aws_sso("list --refresh --json"), Answer::Json),
        7 => (user.aws_sso("discover -p corp --quiet"), Answer::Other),
        8 => (user.aws_sso("check"), Answer::Other),
        9 => (user.exec(&name, &["/bin/sh", "-c", "echo $AWS_ACCESS_KEY_ID"]), Answer::Key(account, role)),
        10 => (
            user.exec("--match * --yes", &["/bin/sh", "-c", "echo $AWS_ACCESS_KEY_ID $AWS_SSO_ROLE_ARN"]),
            Answer::Keys,
        ),
        11 => (user.exec(&format!("{name} --server"), &["/bin/bash", "-c", CLIENT]), Answer::Key(account, role)),
        12 => (user.aws_sso("status --json"), Answer::Json),
        13 => (user.aws_sso("complete --shell zsh -- aws-sso use d"), Answer::Other),
        // It ends the session that there is, so all others are signed out for a moment.
        14 if may_sign_out => (user.aws_sso("login --device-code --no-browser --force"), Answer::Other),
        14 | 15 => (user.aws_sso("login --device-code --no-browser"), Answer::Other),
        16 => (
            user.aws_sso(&format!("-p corp -r {arn}")).env("AWS_SHARED_CREDENTIALS_FILE", user.home.path(CREDENTIALS)),
            Answer::Other,
        ),
        _ => (user.aws_sso("logout -p corp"), Answer::SignOut),
    }
}

/// Asserts that the credentials are those of the role.
#[track_caller]
fn assert_of(user: &User, key: &str, account: usize, role: usize, context: &str) {
    let expected = &user.sandbox.accounts()[account];
    let found = user.sandbox.role_of(key.trim());
    assert_eq!(found, Some((expected.id.clone(), expected.roles[role].clone())), "{context}");
}

/// Asserts that what a process printed is right, whole or, where it was killed, as far as it goes.
#[track_caller]
fn assert_right(user: &User, output: &Output, answer: Answer, is_whole: bool, context: &str) {
    let context = format!("{context}: {answer:?}\n{output}");
    match answer {
        Answer::Process(account, role) => match serde_json::from_str::<Value>(&output.stdout) {
            Ok(json) => {
                assert_of(user, json["AccessKeyId"].as_str().unwrap(), account, role, &context);
                assert!(json["SecretAccessKey"].is_string() && json["SessionToken"].is_string(), "{context}");
            }
            Err(_) => assert!(!is_whole, "{context}"),
        },
        Answer::Exports(account, role) => {
            let value = |name: &str| {
                let (_, rest) = output.stdout.split_once(&format!("{name}='"))?;
                rest.split_once('\'').map(|(value, _)| value)
            };
            assert!(!is_whole || output.stdout.ends_with('\n'), "{context}");
            match value("AWS_ACCESS_KEY_ID") {
                Some(key) => assert_of(user, key, account, role, &context),
                None => assert!(!is_whole, "{context}"),
            }
            let arn = arn(user, account, role);
            assert!(value("AWS_SSO_ROLE_ARN").map_or(!is_whole, |found| found == arn), "{context}");
        }
        Answer::Key(account, role) => match output.stdout.trim() {
            "" => assert!(!is_whole, "{context}"),
            key => assert_of(user, key, account, role, &context),
        },
        Answer::Keys => {
            let mut count = 0;
            for line in output.stdout.lines() {
                let mut words = line.split_whitespace().rev();
                let (Some(arn), Some(key)) = (words.next(), words.next()) else { continue };
                let Some((account, role)) = user.sandbox.role_of(key) else {
                    assert!(!is_whole, "{line}: {context}");
                    continue;
                };
                assert_eq!(arn, format!("arn:aws:iam::{account}:role/{role}"), "{context}");
                count += 1;
            }
            assert!(!is_whole || count == 6, "{count} of 6 roles: {context}");
        }
        Answer::Json => {
            let is_json = serde_json::from_str::<Value>(&output.stdout).is_ok();
            assert!(is_json || !is_whole, "{context}");
        }
        Answer::SignOut | Answer::Other => {}
    }
}

fn arn(user: &User, account: usize, role: usize) -> String {
    let account = &user.sandbox.accounts()[account];
    format!("arn:aws:iam::{}:role/{}", account.id, account.roles[role])
}

/// Starts the crowd, lets fate happen, and returns how each process ended.
fn run(crowd: Vec<(Invocation, Answer, Fate)>) -> Vec<(Output, Answer, Fate)> {
    let running: Vec<_> = crowd
        .into_iter()
        .map(|(invocation, answer, fate)| {
            let running = invocation.limit(LIMIT).start();
            let id = i64::from(running.id());
            thread::spawn(move || match fate {
                Fate::Spared => {}
                Fate::Killed(after) => {
                    thread::sleep(after);
                    signal("KILL", id);
                }
                Fate::Stopped(after, pause) => {
                    thread::sleep(after);
                    signal("STOP", id);
                    thread::sleep(pause);
                    signal("CONT", id);
                }
            });
            (running, answer, fate)
        })
        .collect();
    running.into_iter().map(|(running, answer, fate)| (running.finish(), answer, fate)).collect()
}

/// Asserts that each shared file is whole, and has the user's own lines.
#[track_caller]
fn assert_whole(user: &User, own_config: &str, context: &str) {
    for folder in [".aws/sso/cache", ".aws/cli/cache", ".cache/aws-sso"] {
        for path in files(&user.home.path(folder)) {
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            let text = fs::read(&path).unwrap_or_default();
            let parsed = serde_json::from_slice::<Value>(&text);
            assert!(!is_json || parsed.is_ok(), "{context}: {}: {}", path.display(), String::from_utf8_lossy(&text));
            let Ok(file) = parsed else { continue };
            if let Some(key) = file["Credentials"]["AccessKeyId"].as_str() {
                let (account, _) = user.sandbox.role_of(key).unwrap();
                assert_eq!(file["Credentials"]["AccountId"], account.as_str(), "{context}: {}", path.display());
            }
        }
    }
    let config = user.home.read(".aws/config");
    assert!(config.starts_with(own_config) && config.contains(OWN_PROFILE), "{context}: the config is now\n{config}");
    assert!(config.ends_with('\n'), "{context}:\n{config}");
    let names: Vec<_> = config.lines().filter(|line| line.starts_with("[profile ")).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{context}:\n{config}");
    let credentials = user.home.read(CREDENTIALS);
    assert!(credentials.starts_with(OWN_CREDENTIALS), "{context}:\n{credentials}");
    let default = credentials.split_once("[default]\n").map(|(_, default)| default);
    if let Some(default) = default {
        let keys: Vec<_> = default.lines().filter(|line| line.starts_with("aws_")).collect();
        let id = keys[0].rsplit(' ').next().unwrap();
        assert!(keys.len() == 3 && user.sandbox.role_of(id).is_some(), "{context}:\n{credentials}");
    }
    let locks = user.home.path(".cache/aws-sso/locks");
    for name in user.home.list(".cache/aws-sso/locks") {
        let Some(name) = name.strip_suffix(".lock") else { continue };
        assert!(lock::take_if_free(&locks, name).is_some(), "{context}: {name} is still locked");
    }
}

/// Runs that write into each folder, after which nothing of the killed processes is left.
fn assert_swept(user: &User) {
    let _ = fs::remove_dir_all(user.home.path(".aws/cli/cache"));
    user.expire_token();
    let default = user.aws_sso(&format!("-p corp -r {}", arn(user, 0, 0)));
    let runs = [
        user.aws_sso("check"),
        user.aws_sso("list --refresh"),
        user.aws_sso("discover -p corp --name x-{account_id}-{role}"),
        default.env("AWS_SHARED_CREDENTIALS_FILE", user.home.path(CREDENTIALS)),
        user.exec(&format!("{} --server", user.role(0, 0)), &["true"]),
    ];
    for run in runs {
        let _ = run.limit(LIMIT).run().success();
    }
    let is_leftover = |path: &&Path| path.file_name().unwrap().to_string_lossy().contains(".aws-sso-");
    let left = files(&user.home.path(""));
    let left: Vec<_> = left.iter().map(PathBuf::as_path).filter(is_leftover).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(user.home.list("tmp"), [""; 0]);
}

#[test]
fn every_answer_is_right_and_every_file_whole_while_processes_are_killed_and_stopped() {
    let is_long = std::env::var_os("AWS_SSO_TEST_ROUNDS").is_some();
    let seed = std::env::var("AWS_SSO_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = || std::time::UNIX_EPOCH.elapsed().map_or(1, |now| now.as_secs());
    let first = seed.unwrap_or_else(|| if is_long { now() } else { 1 });

    let user = User::signed_in(Options {
        accounts: 2,
        roles: 3,
        refresh: Rotation::Rotated,
        credential_lifetime: Duration::from_mins(10),
        ..Options::default()
    });
    let own_config = format!("# the user's own\n{}", user.home.read(".aws/config"));
    user.home.write(".aws/config", format!("{own_config}{OWN_PROFILE}"));
    user.home.write(CREDENTIALS, OWN_CREDENTIALS);

    let start = Instant::now();
    for seed in first.. {
        let is_over = if is_long { start.elapsed() > LONG } else { seed >= first + SHORT };
        if is_over {
            break;
        }
        round(&user, seed, &own_config);
    }
    assert_swept(&user);
}

/// One crowd. `AWS_SSO_TEST_SEED` repeats it.
fn round(user: &User, seed: u64, own_config: &str) {
    let context = format!("AWS_SSO_TEST_SEED={seed}");
    // Seeds that follow each other shall not give similar numbers.
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (signs_out, kills, is_aged) = (dice.one_in(6), dice.one_in(2), dice.one_in(2));
    if is_aged {
        user.expire_token();
    }
    if dice.one_in(3) {
        let _ = fs::remove_dir_all(user.home.path(".aws/cli/cache"));
    }
    let latency = 20 * dice.roll(3);
    user.sandbox.update(|options| options.latency = Duration::from_millis(latency.into()));
    let crowd: Vec<_> = (0..CROWD)
        .map(|_| {
            let (invocation, answer) = action(user, &mut dice, signs_out);
            let fate = match dice.roll(3) {
                0 if kills => Fate::Killed(dice.milliseconds(300)),
                1 => Fate::Stopped(dice.milliseconds(200), dice.milliseconds(300)),
                _ => Fate::Spared,
            };
            (invocation, answer, fate)
        })
        .collect();
    let may_be_lost = signs_out || kills && is_aged;
    for (output, answer, fate) in run(crowd) {
        let status = output.exit.code();
        match fate {
            // It may have ended before.
            Fate::Killed(_) if status.is_none() => {}
            _ if may_be_lost => {
                assert!(matches!(status, Some(0..=5 | 130)), "{context}: {output}");
            }
            _ => assert_eq!(status, Some(0), "{context}: {output}"),
        }
        assert_right(user, &output, answer, status == Some(0), &context);
    }
    assert_whole(user, own_config, &context);
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    let check = user.aws_sso("check").limit(LIMIT).run();
    match check.exit.code() {
        Some(3) if may_be_lost => {
            let _ = user.aws_sso("login --device-code --no-browser --force").limit(LIMIT).run().success();
        }
        status => assert_eq!(status, Some(0), "{context}: the sign-in is lost\n{check}"),
    }
}
