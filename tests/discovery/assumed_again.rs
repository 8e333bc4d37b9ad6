//! A second `discover --assume` that changes how the roles of earlier profiles are assumed.

use aws_sso::sandbox::Options;

use crate::support::user::User;

#[test]
fn another_base_and_other_options_are_counted_in_the_summary_and_in_a_dry_run() {
    for style in ["process", "sso"] {
        let user = User::signed_in(Options { accounts: 2, roles: 2, unassigned: 3, ..Options::default() });
        let _ = user.aws_sso(&format!("discover -q --style {style}")).run().success();
        let deploy = |number: usize, more: &str| {
            let line = format!("discover --assume Deploy --via {} --style {style} {more}", user.role(0, number));
            let output = user.aws_sso(&line).run().success();
            output.stdout + &output.stderr
        };
        let first = deploy(0, "--external-id partner");
        assert!(first.contains("3 profiles new, 0 changed, 0 unchanged"), "{style}: {first}");
        for more in ["--external-id partner --dry-run", "--external-id partner"] {
            let again = deploy(0, more);
            assert!(again.contains("0 changed, 3 unchanged"), "{style} {more}: {again}");
        }
        for more in ["--external-id other --dry-run", "--external-id other"] {
            let again = deploy(0, more);
            assert!(again.contains("3 changed (3 with other options), 0 unchanged"), "{style} {more}: {again}");
        }
        for more in ["--external-id other --dry-run", "--external-id other"] {
            let again = deploy(1, more);
            assert!(again.contains("3 changed (3 with another base), 0 unchanged"), "{style} {more}: {again}");
        }
    }
}
