//! A hundred processes in the same second: one works, the others wait for it, and none hangs forever.

use std::fs;
use std::time::Duration;

use aws_sso::aws_config::directory::Directory;
use aws_sso::aws_config::network::Network;
use aws_sso::credentials::RoleCredentials;
use aws_sso::error::{Error, Kind};
use aws_sso::files::lock::{self, Lock};
use aws_sso::identity_center::Client;
use aws_sso::provider::Provider;
use aws_sso::role::RoleArn;
use aws_sso::sandbox::{Approval, Fault, Options, Rotation};
use aws_sso::secret_store::SecretStore;
use aws_sso::session::{LoginPolicy, Paths, Session};

use crate::support::http::{LATE_ROLE, PreparedServer, response};
use crate::support::process::Running;
use crate::support::process::wait;
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, Output, REGION, START_URL};

const CROWD: usize = 100;

const LOCKS: &str = ".cache/aws-sso/locks";

/// A service so slow that the last process has started before the first one is done.
fn slow() -> Options {
    Options { refresh: Rotation::Rotated, latency: Duration::from_millis(300), ..Options::default() }
}

fn crowd(process: &Invocation) -> Vec<Output> {
    let running: Vec<_> = (0..CROWD).map(|_| process.clone().start()).collect();
    running.into_iter().map(Running::finish).collect()
}

/// The output, which has to be the same for all of them.
fn agreed(outputs: impl IntoIterator<Item = Output>) -> serde_json::Value {
    let mut outputs = outputs.into_iter().map(|output| output.success().quiet());
    let first = outputs.next().unwrap();
    for other in outputs {
        assert_eq!(other.stdout, first.stdout);
    }
    first.json()
}

#[test]
fn a_hundred_processes_ask_for_a_role_once() {
    let user = User::signed_in(slow());
    let answer = agreed(crowd(&user.process()));
    assert!(answer["SecretAccessKey"].is_string());
    let operations: Vec<_> = user.sandbox.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(operations, ["GetRoleCredentials"]);
    assert_eq!(user.home.list(LOCKS), [""; 0], "the lock's file is gone with the last holder");
}

/// What the service gives may last for so short a time that no later process uses it.
#[test]
fn a_process_that_waits_takes_what_was_fetched_meanwhile_however_short_it_lasts() {
    let user = User::signed_in(Options::default());
    let soon = (jiff::Timestamp::now().as_millisecond() + 600_000).to_string();
    let service = PreparedServer::held(
        ["FIRST", "SECOND"]
            .map(|id| response("200 OK", "", &LATE_ROLE.replace("ASIALATE", id).replace("EXPIRATION", &soon))),
    );
    let process = || user.process().arg("-p").arg("corp").endpoint(service.url());
    let first = process().start();
    wait(|| (service.count() == 1).then_some(()));
    let mut waiting = process().behind_a_program();
    waiting.wait_for("is getting");
    service.release();
    let (first, second) = (first.finish().success(), waiting.finish().success());
    assert_eq!((first.json()["AccessKeyId"].as_str(), second.stdout), (Some("FIRST"), first.stdout.clone()));
    // Without anybody to wait for, such credentials are fetched each time.
    assert_eq!(process().run().success().json()["AccessKeyId"], "SECOND");
}

#[test]
fn a_hundred_processes_renew_a_sign_in_once() {
    let user = User::signed_in(slow());
    user.expire_token();
    agreed(crowd(&user.process()));
    let operations: Vec<_> = user.sandbox.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(operations, ["CreateToken", "GetRoleCredentials"]);
    // The rotated refresh token is the one on disk: it works the next time, too.
    user.expire_token();
    let _ = user.aws_sso("check").run().success().quiet();
}

#[test]
fn a_rotated_refresh_token_is_on_disk_before_the_answer_is_used() {
    let user = User::signed_in(Options { refresh: Rotation::Rotated, ..Options::default() });
    user.expire_token();
    let before = user.token();
    // The renewal is answered; the request that uses the new token hangs.
    user.sandbox.update(|options| options.unanswered = Some("GetRoleCredentials"));
    let process = user.process().start();
    wait(|| (user.sandbox.count("GetRoleCredentials") == 1).then_some(()));
    assert_ne!(user.token()["refreshToken"], before["refreshToken"]);
    process.signal("KILL");
    let _ = process.finish();
    user.sandbox.update(|options| options.unanswered = None);
    user.expire_token();
    let _ = user.process().run().success().quiet();
}

#[test]
fn a_hundred_processes_on_one_terminal_ask_the_user_once() {
    let user = User::new(Options { approval: Approval::Automatic, polls_before_approval: 3, ..slow() });
    let process = user.process();
    let script = r#"
        for number in $(seq 100); do
            "$@" </dev/null >"$HOME/out.$number" 2>"$HOME/err.$number" &
        done
        wait
        echo everybody is done
    "#;
    let mut terminal = process.behind(["/bin/sh", "-c", script, "sh"]).in_terminal();
    terminal.wait_for("everybody is done");
    let screen = terminal.finish().success().stdout;
    let answers: Vec<_> = (1..=CROWD).map(|number| user.home.read(format!("out.{number}"))).collect();
    for (number, answer) in answers.iter().enumerate() {
        let complaint = user.home.read(format!("err.{}", number + 1));
        assert_eq!((answer, complaint.as_str()), (&answers[0], ""), "{number}");
    }
    assert!(answers[0].contains("SecretAccessKey"), "{}", answers[0]);
    for operation in ["RegisterClient", "StartDeviceAuthorization", "GetRoleCredentials"] {
        assert_eq!(user.sandbox.count(operation), 1, "{operation}");
    }
    assert_eq!(screen.matches("confirm the code").count(), 1, "{screen}");
    assert_eq!(screen.matches("waiting for it").count(), 1, "once a terminal:\n{screen}");
}

#[test]
fn a_hundred_processes_fail_together() {
    let user = User::signed_in(slow());
    // For the role that will be revoked.
    let process = user.process();
    let fail = |words: &str, status: i32, operation: &str, most: usize| {
        user.sandbox.clear_log();
        for output in crowd(&process) {
            let _ = output.status(status).complains(words);
        }
        // A process that starts after the first has failed tries again, which happens on a busy machine.
        let count = user.sandbox.count(operation);
        assert!((1..=most).contains(&count), "{operation}: {count}");
    };
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.revoke_role(&account.id, &account.roles[0]);
    fail("no access to the role", 4, "GetRoleCredentials", 20);
    user.expire_token();
    user.sandbox.update(|options| options.fail_first = Some((10_000, Fault::InternalError)));
    fail("status 500", 5, "CreateToken", 50);
    user.sandbox.update(|options| options.fail_first = None);
    user.sandbox.revoke_sessions();
    fail("run: aws-sso login -p corp", 3, "CreateToken", 20);
}

#[test]
fn a_user_who_declines_is_not_asked_a_hundred_times() {
    let user = User::new(Options { approval: Approval::Denied, ..slow() });
    user.sandbox.update(|options| options.latency = Duration::from_secs(1));
    let script = r#"
        for number in $(seq 100); do
            { "$@" </dev/null >/dev/null 2>&1; echo $? >"$HOME/status.$number"; } &
        done
        wait
    "#;
    let terminal = user.process().behind(["/bin/sh", "-c", script, "sh"]).in_terminal();
    let _ = terminal.finish().success();
    for number in 1..=CROWD {
        assert_eq!(user.home.read(format!("status.{number}")), "130\n", "{number}");
    }
    let asked = user.sandbox.count("StartDeviceAuthorization");
    assert!(asked <= 2, "asked {asked} times");
}

#[test]
fn a_hundred_roles_at_twenty_requests_a_second_all_get_credentials() {
    let user = User::signed_in(Options { accounts: 25, ..Options::default() });
    user.sandbox.update(|options| options.rate_limit = Some(20));
    let roles: Vec<_> = user
        .sandbox
        .accounts()
        .into_iter()
        .flat_map(|account| account.roles.into_iter().map(move |role| format!("{}/{role}", account.id)))
        .collect();
    assert_eq!(roles.len(), CROWD);
    let running: Vec<_> = roles.iter().map(|role| user.aws_sso(&format!("process {role}")).start()).collect();
    for running in running {
        let _ = running.finish().success().quiet();
    }
}

/// The process that the lock file names.
fn holder(user: &User, lock: &str) -> u32 {
    wait(|| {
        let locks = user.home.list(LOCKS);
        let name = locks.iter().find(|name| name.starts_with(lock) && !name.contains("-said-"))?;
        fs::read_to_string(user.home.path(LOCKS).join(name)).ok()?.parse().ok()
    })
}

#[test]
fn a_lock_of_a_killed_process_passes_to_another() {
    for (lock, aged, operation) in [("role-", false, "GetRoleCredentials"), ("token-", true, "CreateToken")] {
        let user = User::signed_in(Options::default());
        user.sandbox.update(|options| options.latency = Duration::from_mins(1));
        if aged {
            user.expire_token();
        }
        let running: Vec<_> = (0..10).map(|_| user.process().start()).collect();
        wait(|| (user.sandbox.count(operation) == 1).then_some(()));
        let holder = holder(&user, lock);
        user.sandbox.update(|options| options.latency = Duration::ZERO);
        let (dead, others): (Vec<_>, Vec<_>) = running.into_iter().partition(|running| running.id() == holder);
        let [dead] = &dead[..] else { panic!("the lock names no process of these") };
        dead.signal("KILL");
        agreed(others.into_iter().map(Running::finish));
        assert_eq!(user.sandbox.count(operation), 2, "{operation}");
    }
}

#[test]
fn a_stopped_process_is_named_and_then_not_waited_for() {
    let user = User::signed_in(Options::default());
    user.sandbox.update(|options| options.latency = Duration::from_mins(1));
    let stopped = user.process().start();
    wait(|| (user.sandbox.count("GetRoleCredentials") == 1).then_some(()));
    stopped.signal("STOP");
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    let mut waiting = user.process().behind_a_program();
    waiting.wait_for(&format!("another aws-sso (process {}) is getting", stopped.id()));
    let others: Vec<_> = (0..9).map(|_| user.process().start()).collect();
    let screen = waiting.screen();
    let first = waiting.finish().success().quiet();
    let others = others.into_iter().map(Running::finish);
    // Without a terminal the message is on stderr, once for all of them.
    for output in others {
        assert_eq!(output.success().stdout, first.stdout, "{screen}");
    }
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 2);
    stopped.signal("KILL");
    stopped.signal("CONT");
    let _ = stopped.finish();
}

/// A process that waits for one that hangs, with less patience than usual.
struct Patience {
    user: User,
    directory: Directory,
    client: Client,
}

impl Patience {
    fn new() -> Self {
        let user = User::signed_in(Options { refresh: Rotation::Rotated, ..Options::default() });
        let directory = Directory {
            name: "corp".to_owned(),
            session: Some("corp".to_owned()),
            start_url: START_URL.to_owned(),
            region: REGION.parse().unwrap(),
            scopes: Vec::new(),
            redirect_port: None,
        };
        let endpoint = Some(user.sandbox.endpoint());
        let network = Network { sso_endpoint_url: endpoint.clone(), oidc_endpoint_url: endpoint, ..Network::default() };
        let client = Client::new(&directory, &network);
        Self { user, directory, client }
    }

    fn credentials(&self) -> Result<RoleCredentials, Error> {
        let (home, patience) = (&self.user.home, Duration::from_millis(50));
        let paths = Paths {
            tokens: home.path(".aws/sso/cache"),
            roles: home.path(".aws/cli/cache"),
            locks: home.path(LOCKS),
            history: home.path(".cache/aws-sso"),
            renewal_patience: patience,
            role_patience: patience,
        };
        let session = Session::new(&self.directory, &self.client, LoginPolicy::Never, SecretStore::Files, paths);
        let account = &self.user.sandbox.accounts()[0];
        let role = RoleArn::in_region(REGION, &account.id, &account.roles[0]);
        Provider::new(&session).credentials(&role)
    }

    /// Takes a lock and keeps it, as a stopped process would.
    fn hold(&self, name: &str) -> Lock {
        lock::take_if_free(&self.user.home.path(LOCKS), name).unwrap()
    }

    /// The name of the lock of the only role whose credentials are cached.
    fn role_lock(&self) -> String {
        let [file] = &self.user.home.list(".aws/cli/cache")[..] else { panic!("one role is cached") };
        format!("role-{}", file.strip_suffix(".json").unwrap())
    }
}

#[test]
fn a_process_that_hangs_delays_the_others_but_does_not_stop_them() {
    let patience = Patience::new();
    let first = patience.credentials().unwrap();
    let role = patience.role_lock();
    let fresh = || {
        let cache = patience.user.home.path(".aws/cli/cache");
        fs::remove_dir_all(cache).unwrap();
        patience.user.sandbox.clear_log();
    };
    fresh();
    let one = patience.hold(&role);
    assert_ne!(patience.credentials().unwrap(), first);
    // The others wait for the second one.
    fresh();
    let stand_in = patience.hold(&format!("{role}-second"));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patience.credentials().unwrap());
        drop(stand_in);
        let _ = waiting.join().unwrap();
    });
    assert_eq!(patience.user.sandbox.count("GetRoleCredentials"), 1);
    // Both hang, and the next one asks without a lock.
    fresh();
    let both = patience.hold(&format!("{role}-second"));
    let _ = patience.credentials().unwrap();
    drop((one, both));
}

#[test]
fn two_renewals_never_race_and_a_renewal_that_hangs_is_named() {
    let patience = Patience::new();
    patience.user.expire_token();
    let _ = patience.credentials().unwrap();
    let token = format!("token-{}", TOKEN_FILE.rsplit(['/', '.']).nth(1).unwrap());
    patience.user.expire_token();
    fs::remove_dir_all(patience.user.home.path(".aws/cli/cache")).unwrap();
    patience.user.sandbox.clear_log();
    let held = patience.hold(&token);
    let error = patience.credentials().unwrap_err();
    assert_eq!(error.kind(), Kind::Failed);
    let path = patience.user.home.path(LOCKS).join(format!("{token}.lock"));
    let words = format!("another aws-sso (process {}) has held {}", std::process::id(), path.display());
    assert!(error.to_string().starts_with(&words), "{error}");
    assert!(error.report().contains("continue or end that process, then try again"), "{}", error.report());
    assert_eq!(patience.user.sandbox.requests(), [], "the refresh token was not touched");
    drop(held);
    let _ = patience.credentials().unwrap();
}
