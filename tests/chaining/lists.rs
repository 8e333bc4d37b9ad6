//! Roles that profiles assume, among those that are listed and matched.

use aws_sso::sandbox::{AssumableRole, Options};

use crate::support::user::User;

/// A user with three accounts of two roles, and with profiles that assume a role in the second one and in another.
fn user() -> User {
    let assumable = vec![AssumableRole::any(), AssumableRole::of_account("999999999999", "Deploy")];
    let user = User::signed_in(Options { accounts: 3, roles: 2, assumable, ..Options::default() });
    let id = &user.sandbox.accounts()[1].id;
    user.home.sign_in_config(&format!(
        "[profile base]\ncredential_process = aws-sso process {} -p corp\n\
         [profile near]\nrole_arn = arn:aws:iam::{id}:role/Deploy\nsource_profile = base\n\
         [profile far]\nrole_arn = arn:aws:iam::999999999999:role/Deploy\nsource_profile = keys\n\
         [profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = s3cret\n",
        user.role(0, 0)
    ));
    user
}

#[test]
fn patterns_find_the_roles_that_profiles_assume_in_the_table_alone() {
    let user = user();
    let account = user.sandbox.accounts()[1].clone();
    let (near, far) =
        (format!("Deploy (profile near via {})", user.role(0, 0)), "Deploy (profile far via the keys of keys)");
    for (pattern, expected) in [
        ("*/Deploy".to_owned(), vec![near.as_str(), far]),
        (format!("{}/Deploy", account.id), vec![&near]),
        (format!("{}/deploy", account.name), vec![&near]),
        ("999999999999/*".to_owned(), vec![far]),
    ] {
        let output = user.home.aws_sso(["list", "--match", &pattern]).endpoint(user.sandbox.endpoint()).run().success();
        for role in [near.as_str(), far] {
            assert_eq!(output.stdout.contains(role), expected.contains(&role), "{pattern}: {output}");
        }
        assert!(!output.stdout.contains("s3cret"), "{output}");
        let json = user.home.aws_sso(["list", "--json", "--match", &pattern]).endpoint(user.sandbox.endpoint()).run();
        assert!(!json.stdout.contains("Deploy"), "{pattern}: {json}");
    }
    let _ = user.aws_sso("list --match */Nothing").run().status(4).complains("Nothing");
    let _ = user.aws_sso("list --match */Deploy --match */Nothing").run().status(4).complains("Nothing");
    let _ = user.aws_sso("list --match */Deploy --exclude 9999*").run().success().prints(&near);
}

#[test]
fn the_line_below_a_table_counts_what_profiles_assume_apart() {
    let user = user();
    let shown = user.aws_sso("list").in_terminal().transcript();
    assert!(shown.contains("6 roles in 3 accounts, and 2 that profiles assume, as of now"), "{shown}");
    let shown = user.aws_sso("list --match 999999999999/Deploy").in_terminal().transcript();
    assert!(shown.contains("0 roles in 0 accounts, and 1 that a profile assumes, as of"), "{shown}");
}

/// Another role of the account may match too, and then a command would run there twice.
#[test]
fn a_pattern_runs_no_role_that_a_profile_assumes() {
    let user = user();
    let account = user.sandbox.accounts()[1].clone();
    let line = format!("exec --match {}/* -- printenv AWS_SSO_ROLE_NAME", account.id);
    let output = user.aws_sso(&line).run().success();
    assert!(!output.stdout.contains("Deploy"), "{output}");
    let output = user.aws_sso("exec --match */Deploy -- true").run().status(4);
    let _ = output.complains("a role that a profile assumes runs alone: aws-sso exec near -- CMD");
}
