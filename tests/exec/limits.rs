//! Runs under limits of open files and processes.

use aws_sso::sandbox::Options;

use crate::support::second_user::{give_all, is_root};
use crate::support::user::User;
use crate::support::{Invocation, skip};

/// Runs it with limits that a shell sets.
fn under(limits: &str, run: Invocation) -> Invocation {
    run.behind(["bash", "-c", &format!("{limits}; exec \"$@\""), "sh"])
}

#[test]
fn every_run_starts_within_the_limit_of_open_files() {
    const RUNS: usize = 300;
    let user = User::signed_in(Options { accounts: 300, roles: 1, ..Options::default() });
    // No account is lost where few connections can be open.
    let _ = under("ulimit -n 16", user.aws_sso("list --refresh")).run().success();
    let folder = user.home.path("out").display().to_string();
    let to_files = format!("--output dir {folder}");
    // The limits, the options, and what is said of the runs at a time. Credentials are cached after the first, but not
    // where the folder of the cache is emptied.
    let cases = [
        ("ulimit -n 256", "", Some("at a time, not 100: the limit of open files is 256 (ulimit -n)")),
        ("ulimit -n 64", "", Some("at a time, not 100: the limit of open files is 64 (ulimit -n)")),
        ("ulimit -n 64", "--output json", Some("the limit of open files is 64")),
        ("ulimit -n 64", &to_files, Some("the limit of open files is 64")),
        ("ulimit -n 20", "", Some("aws-sso: 1 at a time, not 100")),
        ("ulimit -S -n 64", "", None),
        ("ulimit -S -n 64", "--output json", None),
        ("rm -r ~/.aws/cli; ulimit -S -n 16", "", None),
        ("ulimit -S -n 16", "-j 1", None),
        ("rm -r ~/.aws/cli; for i in $(seq 10 246); do eval \"exec $i</dev/null\"; done; ulimit -S -n 256", "", None),
    ];
    for (limits, options, said) in cases {
        let run = user.exec(
            &format!("--match * --yes {options}{}", if options.contains("-j") { "" } else { " -j 100" }),
            &["sh", "-c", "echo out; echo err >&2"],
        );
        let output = under(limits, run).run().success();
        let case = format!("{limits} {options}");
        assert!(output.stderr.contains(&format!("aws-sso: {RUNS} ok, 0 failed, 0 skipped")), "{case}: {output}");
        assert_eq!(output.stderr.matches("limit of open files").count(), usize::from(said.is_some()), "{case}");
        if let Some(said) = said {
            assert!(output.stderr.contains(said), "{case}: {output}");
        }
    }
    assert_eq!(user.home.list("out").len(), 2 * RUNS, "stdout and stderr of each");
}

#[test]
fn a_run_has_the_limit_of_open_files_that_the_user_has_set() {
    let user = User::signed_in(Options { accounts: 100, roles: 1, ..Options::default() });
    let hard = user.home.command("sh").args(["-c", "ulimit -H -n"]).run().success().stdout;
    if hard.trim().parse::<u32>().is_ok_and(|hard| hard < 1000) {
        return skip("the limit of open files cannot be raised far enough");
    }
    // More runs at a time than that limit has room for.
    let run = user.exec("--match * --yes -j 100 --output json", &["sh", "-c", "ulimit -S -n; ulimit -H -n"]);
    let output = under("ulimit -S -n 64", run).run().success();
    assert!(!output.stderr.contains("at a time"), "{output}");
    let rows = output.json_lines();
    assert_eq!(rows.len(), 100);
    for row in rows {
        assert_eq!(row["stdout"], format!("64\n{hard}"));
    }
}

#[test]
fn a_run_that_finds_no_free_process_waits_for_the_end_of_another() {
    /// A user with no other process: the limit counts all of them.
    const USER: u32 = 23457;
    if !is_root() {
        return skip("only root can become another user");
    }
    let user = User::signed_in(Options { accounts: 12, roles: 1, ..Options::default() });
    give_all(&user.home.path(""), USER);
    let (user_id, group) = (format!("--reuid={USER}"), format!("--regid={USER}"));
    let prefix = ["setpriv", &user_id, &group, "--clear-groups", "prlimit", "--nproc=6"];
    // Without cached credentials the threads that ask for them take some of the processes that there may be.
    for _ in 0..2 {
        let output = user.exec("--match * --yes -j 12", &["sleep", "0.5"]).behind(prefix).run().success();
        assert!(output.stderr.contains("aws-sso: 12 ok, 0 failed, 0 skipped"), "{output}");
    }
    let prefix = ["setpriv", &user_id, &group, "--clear-groups", "prlimit", "--nproc=1"];
    let output = user.exec("--match * --yes", &["true"]).behind(prefix).run().status(1);
    let _ = output.complains("cannot start a thread").complains("ulimit -u");
}
