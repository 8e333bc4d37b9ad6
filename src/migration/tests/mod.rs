//! The plan for whole configs: what is added, what is left, and that a second run adds nothing.

mod any_config;

use super::aws_sso_cli::TheirConfig;
use super::plan::{Files, Plan};
use super::planner::plan;
use crate::aws_config::config::Config;
use crate::settings::Settings;

const THEIRS: &str = "
SSOConfig:
  Default:
    SSORegion: us-east-1
    StartUrl: https://d-7545454545.awsapps.com/start
    Accounts:
      258234615182:
        Name: Our Playground
        DefaultRegion: eu-west-1
        Roles:
          Admin: {DefaultRegion: ca-central-1, Profile: play-admin}
          Reader:
      833365043586:
        Name: logs
        Roles:
          Auditor: {Via: 'arn:aws:iam::258234615182:role/Admin', ExternalId: x-1, Profile: 'logs:Auditor'}
          Deep: {Via: '833365043586:Auditor', SourceIdentity: me}
          Plain: {Profile: 'plain role'}
  Test.Org:
    SSORegion: us-gov-west-1
    StartUrl: https://start.us-gov-home.awsapps.com/directory/d-9
    Accounts:
      111111111111: {Roles: {Chained: {Via: '222222222222:Base'}}}
DefaultSSO: Default
DefaultRegion: us-west-2
Threads: 8
SecureStore: json
";

fn planned(theirs: &str, config: &[u8], settings: &str) -> (String, String, Plan) {
    let theirs = TheirConfig::parse(theirs).unwrap();
    let (parsed, none) = (Config::parse(config), Config::parse(b""));
    let ours = Settings::parse("config".as_ref(), settings.as_bytes());
    let plan = plan(&theirs, Files { config: &parsed, credentials: &none, settings: &ours });
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(plan.config(config).unwrap()), text(plan.settings(settings.as_bytes()).unwrap()), plan)
}

#[test]
fn what_is_taken_over_is_added_once() {
    let (config, settings, plan) = planned(THEIRS, b"", "# mine\n");
    let expected = "\
[sso-session Default]
sso_start_url = https://d-7545454545.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[sso-session Test.Org]
sso_start_url = https://start.us-gov-home.awsapps.com/directory/d-9
sso_region = us-gov-west-1
sso_registration_scopes = sso:account:access

[profile play-admin]
sso_session = Default
sso_account_id = 258234615182
sso_role_name = Admin
region = ca-central-1

[profile 258234615182-Reader]
sso_session = Default
sso_account_id = 258234615182
sso_role_name = Reader
region = eu-west-1

[profile logs:Auditor]
role_arn = arn:aws:iam::833365043586:role/Auditor
source_profile = play-admin
external_id = x-1
region = us-west-2

[profile 833365043586-Deep]
role_arn = arn:aws:iam::833365043586:role/Deep
source_profile = logs:Auditor
region = us-west-2

[profile plain-role]
sso_session = Default
sso_account_id = 833365043586
sso_role_name = Plain
region = us-west-2

[profile 222222222222-Base]
sso_session = Test.Org
sso_account_id = 222222222222
sso_role_name = Base
region = us-west-2

[profile 111111111111-Chained]
role_arn = arn:aws-us-gov:iam::111111111111:role/Chained
source_profile = 222222222222-Base
region = us-west-2
";
    assert_eq!(config, expected);
    assert!(settings.starts_with("profile = Default\nregion = us-west-2\n\n# mine\n"), "{settings}");
    assert!(
        settings.ends_with("[alias]\nOur Playground = 258234615182\nlogs = 833365043586\nplain role = plain-role\n"),
        "{settings}"
    );
    assert_eq!(plan.clashes(), <&[&str]>::default());
    let said = plan.left_out().join("\n");
    for part in [
        "--match 258234615182 --region eu-west-1",
        "SourceIdentity of 833365043586/Deep",
        "SecureStore: here the setting store",
        "without a counterpart here: Threads",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let again = planned(THEIRS, config.as_bytes(), &settings);
    assert_eq!((again.0, again.1, again.2.clashes()), (config, settings, <&[String]>::default()));
}

#[test]
fn nothing_that_is_there_is_changed_and_each_clash_is_named() {
    let config = "\
[sso-session mine]
sso_start_url = https://d-7545454545.awsapps.com/start/#/
sso_region = eu-west-3
[sso-session Test.Org]
sso_start_url = https://other.awsapps.com/start
sso_region = us-east-1
[profile play-admin]
credential_process = /opt/aws-sso -S Default process --arn arn:aws:iam::258234615182:role/Admin
[profile \"plain role\"]
aws_access_key_id = x
aws_secret_access_key = y
";
    let settings = "profile = mine\n[alias]\nlogs = 111111111111/X # mine\n";
    let (after, written, plan) = planned(THEIRS, config.as_bytes(), settings);
    assert!(after.starts_with(config), "{after}");
    assert!(after.contains("[sso-session Test.Org-2]\n") && !after.contains("[sso-session Default]"), "{after}");
    assert!(after.contains("[profile 258234615182-Admin]\nsso_session = mine\n"), "{after}");
    assert!(settings.lines().all(|line| written.lines().any(|other| other == line)), "{written}");
    assert!(!written.contains("plain role"), "{written}");
    assert!(written.contains("\nplay-admin = 258234615182-Admin\n"), "{written}");
    let said = plan.clashes().join("\n");
    for part in [
        "[sso-session mine] has sso_region = eu-west-3, and Default has SSORegion: us-east-1",
        "Test.Org is another sign-in",
        "there is a profile play-admin already; the role's new one is called 258234615182-Admin",
        "plain role is a profile of the AWS config that stands for something else",
        "the alias logs stands for 111111111111/X # mine",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let again = planned(THEIRS, after.as_bytes(), &written);
    assert_eq!((again.0, again.1), (after, written));
}

#[test]
fn odd_values_are_named_and_never_written() {
    let cases = [
        ("X: {StartUrl: 'http://x/start'}", "", "begins with http instead of https"),
        ("X: {StartUrl: 'https://x/start', SSORegion: 'EU West'}", "", "the SSORegion of X is not a region: EU West"),
        ("X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Via: '1:A'}}}}}", "", "Via is a circle"),
        ("X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Via: 'nobody'}}}}}", "", "names no role"),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Via: '1:B'}, B: {Via: '1:A', Profile: b}}}}}",
            "",
            "b (000000000001/B), because the role of its Via has no profile",
        ),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {DefaultRegion: \"a\\nrole_arn = x\"}}}}}",
            "",
            "the DefaultRegion of 000000000001/A is not a region",
        ),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Via: '1:B', Profile: default}}}}}",
            "",
            "the profile default is that of every tool",
        ),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Name: a, Roles: {A: {Via: '1:B', Profile: a}}}}}",
            "",
            "the alias a of the account 000000000001 would hide the profile a",
        ),
        (
            "X: {StartUrl: 'https://x/start', SSORegion: us-east-1, \
             Accounts: {1: {Name: a, Roles: {A: {Profile: a/B, DefaultRegion: eu-west-1}}}}}",
            "",
            "the alias a of the account 000000000001 would hide the profile a/B",
        ),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Via: '1:B', ExternalId: \"a\\nb\"}}}}}",
            "",
            "is not written",
        ),
        ("X: {StartUrl: 'https://x/start', Accounts: {1: {Name: \"=\\e[31m\"}}}", "31m = 000000000001", ""),
        ("X: {StartUrl: 'https://x/start', Accounts: {1: {Name: '='}}}", "", "cannot be typed"),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Roles: {A: {Profile: '000000000002/B'}}}}}",
            "",
            "is that of another role",
        ),
        (
            "X: {StartUrl: 'https://x/start', Accounts: {1: {Name: a}, 2: {Name: a}}}",
            "a = 000000000001",
            "it stands for the first",
        ),
        ("X: {StartUrl: 'https://x/start'}, Y: {StartUrl: 'https://X/start/'}", "", "Y has the start URL of X"),
    ];
    for (instances, written, said) in cases {
        let theirs = format!("SSOConfig: {{{instances}}}");
        let (config, settings, plan) = planned(&theirs, b"", "");
        assert!(!config.contains("West") && !config.contains("[default]") && !config.contains("http:"), "{config}");
        assert!(settings.contains(written), "{instances}: {settings}");
        let all = [plan.clashes(), plan.left_out()].concat().join("\n");
        assert!(all.contains(said), "{instances}: {all}");
        let again = planned(&theirs, config.as_bytes(), &settings);
        assert_eq!((again.0, again.1), (config, settings), "{instances}");
    }
}

/// Another Identity Center, with a role that theirs has as well.
const BETA: &str = "\
[sso-session beta]
sso_start_url = https://b.awsapps.com/start
sso_region = us-east-1
[profile prod]
sso_session = beta
sso_account_id = 086201771918
sso_role_name = Reader
";

#[test]
fn with_several_identity_centers_a_name_is_a_profile_of_its_own_one() {
    let roles =
        |name: &str| format!("Accounts: {{086201771918: {{Name: pay, Roles: {{Reader: {{Profile: {name}}}}}}}}}");
    let alpha = |name: &str| format!("A: {{StartUrl: 'https://a.awsapps.com/start', SSORegion: r, {}}}", roles(name));
    let one = format!("SSOConfig: {{{}}}", alpha("prod"));
    let (config, settings, plan) = planned(&one, BETA.as_bytes(), "");
    assert!(
        config.starts_with(BETA) && config.contains("[profile 086201771918-Reader]\nsso_session = A\n"),
        "{config}"
    );
    assert_eq!(settings, "profile = A\n");
    let said = plan.clashes().join("\n");
    assert!(said.contains("prod is a profile of the AWS config that stands for something else"), "{said}");

    let beta = format!("B: {{StartUrl: 'https://b.awsapps.com/start', SSORegion: r, {}}}", roles("b-prod"));
    let two = format!("SSOConfig: {{{}, {beta}}}\nDefaultSSO: B\n", alpha("a-prod"));
    let (config, settings, plan) = planned(&two, b"", "");
    for name in ["a", "b"] {
        let profile = format!("[profile {name}-prod]\nsso_session = {}\n", name.to_uppercase());
        assert!(config.contains(&profile), "{config}");
    }
    assert_eq!(settings, "profile = B\n");
    let said = plan.left_out().join("\n");
    assert!(said.contains("the Name pay of 086201771918: B has this account too"), "{said}");
}
