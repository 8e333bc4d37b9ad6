//! An sso-session that is chosen is never passed over for another one that has a role of the same name.

use std::fs;
use std::path::PathBuf;

use aws_sso::sandbox::Options;

use crate::support::several::Several;
use crate::support::{Invocation, Output};

/// How `alpha` is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Named {
    Nothing,
    Variable,
    /// By a shell that was entered with the version before.
    OldVariable,
    Setting,
    /// By another sso-session of its start URL.
    SecondName,
    /// By a legacy profile of its start URL.
    LegacyProfile,
}

/// What is remembered of `alpha`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum List {
    Known,
    Unknown,
    /// Complete, and without the role.
    Lacking,
}

/// `alpha` and `beta` with the same accounts and roles, both signed in, and what each state begins with.
struct Twins {
    several: Several,
    lists: Vec<(PathBuf, Vec<u8>)>,
    lacking: Vec<u8>,
    /// The cached credentials of `alpha` for the reader of the first account.
    cached: (PathBuf, Vec<u8>),
}

impl Twins {
    fn new() -> Self {
        let options = Options { accounts: 2, ..Options::default() };
        let several = Several::new(&[("alpha", options.clone()), ("beta", options)]);
        let url = several.sandbox("alpha").start_url();
        let endpoint = several.sandbox("alpha").endpoint();
        several.configure(&format!(
            "[sso-session alpha-too]\nsso_start_url = {url}/\nsso_region = eu-west-1\n\
             sso_registration_scopes = sso:account:access\n[profile alpha-too]\nendpoint_url = {endpoint}\n\
             [profile legacy]\nsso_start_url = {url}\nsso_region = eu-west-1\nendpoint_url = {endpoint}\n"
        ));
        for name in ["alpha", "alpha-too", "legacy", "beta"] {
            several.log_in(name);
        }
        let mut lists = Vec::new();
        for name in ["beta", "alpha"] {
            let before: Vec<_> = lists.iter().map(|(path, _): &(PathBuf, _)| path.clone()).collect();
            let _ = several.aws_sso(&format!("list -p {name}")).run().success();
            let folder = fs::read_dir(several.home.path(".cache/aws-sso")).unwrap();
            let paths = folder.map(|entry| entry.unwrap().path());
            let is_list = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.starts_with("inventory-")
                    && path.extension().is_some_and(|end| end == "json")
                    && !before.contains(path)
            };
            let new: Vec<_> = paths.filter(is_list).collect();
            let [path] = new.as_slice() else { panic!("{new:?}") };
            lists.push((path.clone(), fs::read(path).unwrap()));
        }
        let mut lacking: serde_json::Value = serde_json::from_slice(&lists[1].1).unwrap();
        for account in lacking["accounts"].as_array_mut().unwrap() {
            account["roles"] = serde_json::json!(["other"]);
        }
        let lacking = serde_json::to_vec(&lacking).unwrap();
        let role = format!("{}/reader", several.account("alpha", 0).id);
        let _ = several.home.aws_sso(["process", "-p", "alpha", &role]).run().success();
        let mut cache = fs::read_dir(several.home.path(".aws/cli/cache")).unwrap();
        let path = cache.next().unwrap().unwrap().path();
        let cached = (path.clone(), fs::read(path).unwrap());
        Self { several, lists, lacking, cached }
    }

    /// Brings this state about: nothing is cached but what the state says.
    fn begin(&self, list: List, is_cached: bool) {
        let home = &self.several.home;
        let _ = fs::remove_file(home.path(".config/aws-sso/config"));
        let (cached, credentials) = &self.cached;
        let _ = fs::remove_dir_all(home.path(".aws/cli"));
        fs::create_dir_all(cached.parent().unwrap()).unwrap();
        if is_cached {
            fs::write(cached, credentials).unwrap();
        }
        let _ = fs::remove_dir_all(home.path(".cache"));
        let [(beta, of_beta), (alpha, of_alpha)] = self.lists.as_slice() else { panic!() };
        fs::create_dir_all(beta.parent().unwrap()).unwrap();
        fs::write(beta, of_beta).unwrap();
        match list {
            List::Known => fs::write(alpha, of_alpha).unwrap(),
            List::Lacking => fs::write(alpha, &self.lacking).unwrap(),
            List::Unknown => {}
        }
        self.several.clear_logs();
    }

    fn run(&self, named: Named, line: &[&str]) -> Output {
        let run = |variable: &str, name: &str| -> Invocation {
            self.several.home.aws_sso(line).env("AWS_SSO_SESSION", "").env(variable, name)
        };
        match named {
            Named::Nothing => run("AWS_SSO_SESSION", ""),
            Named::Variable => run("AWS_SSO_SESSION", "alpha"),
            Named::OldVariable => run("AWS_SSO_PROFILE", "alpha"),
            Named::SecondName => run("AWS_SSO_SESSION", "alpha-too"),
            Named::LegacyProfile => run("AWS_SSO_SESSION", "legacy"),
            Named::Setting => {
                self.several.home.write(".config/aws-sso/config", "profile = alpha\n");
                run("AWS_SSO_SESSION", "")
            }
        }
        .run()
    }

    /// Who gave the credentials; `None` for the error that lists the choices.
    fn outcome(&self, output: &Output) -> Option<&'static str> {
        if output.exit.code() == Some(2) {
            assert!(output.stderr.contains("-p alpha") && output.stderr.contains("-p beta"), "{output}");
            assert_eq!(self.several.counts("GetRoleCredentials"), [0, 0], "{output}");
            return None;
        }
        Some(self.several.giver(output))
    }
}

#[test]
fn the_chosen_sso_session_is_taken_by_the_fast_and_the_slow_path_unless_its_list_rules_it_out() {
    let twins = Twins::new();
    let account = twins.several.account("alpha", 0);
    let by_id = format!("{}/reader", account.id);
    let by_arn = format!("arn:aws:iam::{}:role/reader", account.id);
    let by_name = format!("{}/reader", account.name);
    let named =
        [Named::Nothing, Named::Variable, Named::OldVariable, Named::Setting, Named::SecondName, Named::LegacyProfile];
    for named in named {
        for list in [List::Known, List::Unknown, List::Lacking] {
            for is_cached in [false, true] {
                for role in [&by_id, &by_arn, &by_name] {
                    let state = format!("{named:?}, list {list:?}, cached: {is_cached}, {role}");
                    // The cache is that of the name `alpha`, and a name of an account is looked up in the lists.
                    let is_proof = is_cached
                        && role != &by_name
                        && matches!(named, Named::Variable | Named::OldVariable | Named::Setting);
                    let expected = match (named, list) {
                        (_, List::Lacking) if !is_proof => Some("beta"),
                        (Named::Nothing, _) => None,
                        _ => Some("alpha"),
                    };
                    for line in [&["process", role][..], &["-v", "process", role]] {
                        twins.begin(list, is_cached);
                        let output = twins.run(named, line);
                        assert_eq!(twins.outcome(&output), expected, "{state}, {line:?}: {output}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_sso_session_that_cannot_be_asked_is_neither_passed_over_nor_ruled_out() {
    let twins = Twins::new();
    let several = &twins.several;
    for name in ["alpha", "alpha-too", "legacy"] {
        several.log_out(name);
    }
    let account = several.account("alpha", 0);
    for role in [format!("{}/reader", account.id), format!("{}/reader", account.name)] {
        for line in [&["process", &role][..], &["env", &role], &["exec", &role, "--", "true"], &["-env", "-r", &role]] {
            for knows_beta in [true, false] {
                let begin = || {
                    twins.begin(List::Unknown, false);
                    if !knows_beta {
                        fs::remove_dir_all(several.home.path(".cache")).unwrap();
                    }
                };
                for named in [Named::Variable, Named::OldVariable, Named::Setting] {
                    begin();
                    let output = twins.run(named, line).status(3).complains("aws-sso login -p alpha");
                    assert_eq!(several.counts("GetRoleCredentials"), [0, 0], "{named:?} {line:?} {output}");
                }
                // Where nothing is chosen, one that is signed out is one that is not used.
                begin();
                let output = twins.run(Named::Nothing, line).success();
                assert_eq!(several.counts("GetRoleCredentials"), [0, 1], "{line:?}: {output}");
            }
        }
    }

    // The section that is chosen is wrong.
    let config = several.home.read(".aws/config").replacen("sso_start_url", "sso_start_uri", 1);
    several.home.write(".aws/config", config);
    twins.begin(List::Unknown, false);
    let line = ["process", &format!("{}/reader", account.id)];
    let _ = twins.run(Named::Variable, &line).status(2).complains("AWS_SSO_SESSION names alpha");
}
