//! Profiles whose account was renamed, or whose template has changed.

use aws_sso::sandbox::Options;

use crate::support::discovery::processes;
use crate::support::user::User;

const BY_NAME: &str = "discover -p corp --name {account_name|slug}-{role}";

/// Two accounts with two roles each.
fn user() -> User {
    User::signed_in(Options { accounts: 2, roles: 2, ..Options::default() })
}

fn rename(user: &User, number: usize, name: &str) {
    let id = user.sandbox.accounts()[number].id.clone();
    user.sandbox.update(|options| options.renamed = vec![(id, name.to_owned())]);
}

#[test]
fn a_renamed_account_makes_its_old_profiles_stale_but_not_what_the_user_added() {
    let user = user();
    let _ = user.aws_sso(&format!("{BY_NAME} --region eu-west-1")).run().success();
    let old: Vec<_> = processes(&user.home.read(".aws/config")).into_keys().collect();
    rename(&user, 0, "Renamed");
    let id = &user.sandbox.accounts()[0].id;
    let is_of_account = |(profile, line): (String, String)| line.contains(id.as_str()).then_some(profile);
    let [edited, region]: [String; 2] = processes(&user.home.read(".aws/config"))
        .into_iter()
        .filter_map(is_of_account)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    // The user adds a line to one profile, and gives another one a region of its own, which the new one gets too.
    let config = user.home.read(".aws/config");
    let added = config.replace(&format!("[profile {edited}]\n"), &format!("[profile {edited}]\ncli_pager = cat\n"));
    let at = added.find(&format!("[profile {region}]")).unwrap();
    let added = format!("{}{}", &added[..at], added[at..].replacen("eu-west-1", "us-east-2", 1));
    user.home.write(".aws/config", &added);

    let output = user.aws_sso(BY_NAME).run().success();
    let summary = "2 profiles new, 0 changed, 2 unchanged, 1 stale (--prune removes them), 1 left: 1 with another name";
    assert!(output.stdout.contains(summary), "{output}");
    let _ = output.complains("you have added lines to these profiles").complains(&edited);
    let output = user.aws_sso(&format!("{BY_NAME} --prune")).run().success();
    assert!(output.stdout.contains("0 profiles new, 0 changed, 4 unchanged, 1 stale and removed, 1 left"), "{output}");
    let after = user.home.read(".aws/config");
    let now = processes(&after);
    assert_eq!(now.len(), 5, "{after}");
    assert!(now.contains_key(&edited) && !now.contains_key(&region), "{after}");
    assert!(after.contains(&format!("[profile {edited}]\ncli_pager = cat\n")));
    assert_eq!((after.matches("eu-west-1\n").count(), after.matches("us-east-2").count()), (5, 1), "{after}");
    assert!(old.iter().filter(|profile| now.contains_key(*profile)).count() == 3);
}

#[test]
fn another_template_makes_the_old_profiles_of_the_selected_roles_stale() {
    let user = user();
    let _ = user.aws_sso("discover -p corp").run().success();
    // A template for some roles says nothing about the others.
    let role = user.sandbox.accounts()[0].roles[0].clone();
    let output = user.aws_sso(&format!("{BY_NAME} --match {role}")).run().success();
    assert!(output.stdout.contains("2 profiles new, 0 changed, 0 unchanged, 2 stale (--prune"), "{output}");
    let output = user.aws_sso(&format!("{BY_NAME} --prune")).run().success();
    assert!(output.stdout.contains("2 profiles new, 0 changed, 2 unchanged, 4 stale and removed"), "{output}");
    let output = user.aws_sso(&format!("{BY_NAME} --prune")).run().success().quiet();
    assert!(output.stdout.contains("is up to date: 0 profiles new, 0 changed, 4 unchanged, 0 stale\n"), "{output}");
}

/// The old profile is the only one of its role then.
#[test]
fn a_profile_is_not_stale_where_its_new_name_belongs_to_somebody_else() {
    let user = user();
    let _ = user.aws_sso("discover -p corp").run().success();
    let account = &user.sandbox.accounts()[0];
    let taken = format!("[profile x-{}-{}]\nrole_arn = x\nsource_profile = y\n", account.id, account.roles[0]);
    user.home.write(".aws/config", user.home.read(".aws/config") + &taken);
    let line = "discover -p corp --name x-{account_id}-{role} --prune";
    let output = user.aws_sso(line).run().success();
    assert!(output.stdout.contains("3 profiles new, 0 changed, 0 unchanged, 3 stale and removed, 1 left"), "{output}");
    assert_eq!(processes(&user.home.read(".aws/config")).len(), 4);
}

#[test]
fn a_region_that_is_given_later_reaches_every_profile_that_nobody_edited() {
    let user = user();
    let _ = user.aws_sso("discover -p corp --region eu-west-1").run().success();
    let config = user.home.read(".aws/config").replacen("region = eu-west-1", "region = ap-south-1", 1);
    user.home.write(".aws/config", &config);
    let line = "discover -p corp --region eu-west-3 --output json";
    let shown = user.aws_sso(&format!("{line} --dry-run")).run().success();
    assert_eq!(shown.stdout.matches("+region = eu-west-3").count(), 3, "{shown}");
    assert_eq!(user.home.read(".aws/config"), config);
    let output = user.aws_sso(line).run().success();
    assert!(output.stdout.contains("4 changed, 0 unchanged, 0 stale, 1 left"), "{output}");
    let after = user.home.read(".aws/config");
    assert_eq!((after.matches("region = eu-west-3\n").count(), after.matches("ap-south-1").count()), (3, 1), "{after}");
    assert_eq!(after.matches("output = json\n").count(), 4, "{after}");
}
