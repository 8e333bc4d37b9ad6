//! How long a person waits for `awsso use`: benches/processes measures it, and this is what it must not contain.

use aws_sso::sandbox::Options;

use crate::support::process::can_trace;
use crate::support::skip;
use crate::support::user::User;

/// A disk takes many milliseconds to say that it has written something, and some to give a file another's place.
#[test]
fn a_role_whose_credentials_are_cached_is_entered_without_waiting_for_the_disk() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso(&format!("use {} --shell bash", user.role(0, 0))).run().success();
    if !can_trace() {
        return skip("strace is not installed, or may not trace: what use waits for is not tested");
    }
    let trace = user.home.path("trace");
    let run = user.aws_sso(&format!("use {} --shell bash", user.role(0, 0)));
    let calls = "trace=fsync,fdatasync,sync,syncfs,connect,rename,renameat,renameat2";
    let _ = run.behind(["strace", "-f", "-e", calls, "-o", trace.to_str().unwrap()]).run().success();
    let calls = user.home.read("trace");
    assert!(!["sync", "connect(", "rename"].iter().any(|call| calls.contains(call)), "{calls}");
    let files = std::fs::read_dir(user.home.path(".cache/aws-sso")).unwrap().map(|file| file.unwrap().path());
    let recent = files.filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("recent-"));
    let lines: Vec<_> = recent.map(|file| std::fs::read_to_string(file).unwrap().lines().count()).collect();
    assert_eq!(lines, [2], "it was not remembered");
}
