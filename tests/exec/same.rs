//! What a run of `exec --match` gets, compared with what a single `exec` gets: docs/many-roles.md has the table.

use std::collections::BTreeMap;

use aws_sso::sandbox::Options;

use crate::support::user::User;

/// What a command finds: its variables, folder, limits, ignored and blocked signals, and open files. The signals are
/// those of `grep`: bash blocks some for a moment while it starts that.
const LOOK: &str = r#"env -0 >"$FOUND.env"
{ pwd; umask; ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; grep -E 'Sig(Blk|Ign)' /proc/self/status
  cat /proc/$$/stat | cut -d' ' -f19; ls -l /proc/$$/fd | grep -c hostname; readlink /proc/$$/fd/0; ls /proc/$$/fd
  for stream in 0 1 2; do test -t $stream && echo "terminal $stream"; done; true; } >"$FOUND""#;

/// A shell that hands all of this on in an unusual state. Each command line stands behind it.
const UNUSUAL: &str = r#"umask 027; ulimit -Sn 300; ulimit -Sc 0; cd tmp; exec 7</etc/hostname
trap '' HUP USR1 PIPE; exec nice -n 3 "$@""#;

#[test]
fn a_run_of_many_finds_what_a_single_command_finds() {
    let user = User::signed_in(Options { accounts: 1, ..Options::default() });
    let _ = user.aws_sso("discover -p corp --region eu-west-1").run().success();
    let role = user.role(0, 0);
    let found = |file: &str, options: &str| -> (BTreeMap<String, String>, String) {
        let run = user.exec(options, &["bash", "-c", LOOK]).env("FOUND", user.home.path(file)).env("MINE", "kept");
        let run = run.env("AWS_PROFILE", "other").env("AWS_ACCESS_KEY_ID", "AKIAOTHER").env("AWS_REGION", "sa-east-1");
        let _ = run.behind(["bash", "-c", UNUSUAL, "bash"]).run().success();
        let mut variables = user.home.environment(&format!("{file}.env"));
        variables.remove("FOUND");
        (variables, user.home.read(file))
    };
    let (single, single_look) = found("single", &role);
    let (many, many_look) = found("many", &format!("--match {role}"));
    assert_eq!(single, many);
    for (name, value) in [("MINE", "kept"), ("AWS_REGION", "eu-west-1")] {
        assert_eq!(many.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!many.contains_key("AWS_PROFILE") && many["AWS_ACCESS_KEY_ID"].starts_with("ASIA"));
    assert!(many["AWS_SSO_PROFILE"].contains('-'), "the profile's name: {}", many["AWS_SSO_PROFILE"]);
    assert_eq!(single_look, many_look);
    assert!(many_look.contains("\n300\n") && many_look.contains("/tmp\n0027\n"), "{many_look}");
    // An alias where there is no profile.
    user.home.sign_in_config("");
    user.home.write(".config/aws-sso/config", format!("[alias]\nmine = {role}\n"));
    let (single, many) = (found("single", &role).0, found("many", &format!("--match {role}")).0);
    assert_eq!(single["AWS_SSO_PROFILE"], "mine");
    assert_eq!(single, many);
}
