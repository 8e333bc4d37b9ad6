//! A profile that leads to no role: the verbs, `doctor` and botocore agree on what is wrong with it.

use serde_json::{Value, json};

use crate::support::doctor::{append, doctor, findings, healthy, mode};
use crate::support::half_profiles::Botocore::{Depends, Raises, Takes};
use crate::support::half_profiles::HALF_PROFILES;
use crate::support::user::User;
use crate::support::{Output, START_URL};

const BEHAVIOUR: &str = r#"
import boto3, json, os, sys
for case in json.load(sys.stdin):
    os.environ["AWS_CONFIG_FILE"], os.environ["AWS_SHARED_CREDENTIALS_FILE"] = case
    try:
        session = boto3.Session(profile_name="p")
        session.client("sts", region_name="us-east-1")
        session.get_credentials()
        print("Takes")
    except Exception as error:
        print("Raises", type(error).__name__, str(error).replace("\n", " "))
"#;

/// What the config has below the sign-in.
fn sections(user: &User, profile: &str) -> String {
    let role = |name: &str| format!("sso_account_id = 123456789012\nsso_role_name = {name}");
    let profile = profile.replace("FULL", &role("Admin")).replace("ARN/", "arn:aws:iam::123456789012:role/");
    let account = &user.sandbox.accounts()[0];
    let offered = format!("sso_account_id = {}\nsso_role_name = {}", account.id, account.roles[0]);
    format!("[profile p]\n{profile}\n[profile jump]\nsso_session = corp\n{offered}\n")
}

fn user() -> User {
    let user = healthy();
    // Nothing else than the sign-in is in the config, so that line numbers are those of the case.
    user.home.sign_in_config("");
    user.home.write(".aws/credentials", "");
    for file in ["config", "credentials"] {
        mode(&user, &format!(".aws/{file}"), 0o600);
    }
    user
}

#[test]
fn a_profile_without_a_role_is_described_by_the_verbs_and_by_doctor_as_botocore_takes_it() {
    let user = user();
    let fine = doctor(&user, "--offline --json").run().json();
    assert_eq!(fine["verdict"], "ok", "{fine:#}");
    let mut wrong = Vec::new();
    let mut files = Vec::new();
    for (number, (botocore, profile, credentials, found, remedy)) in HALF_PROFILES.iter().enumerate() {
        let found = found.replace("ARN/", "arn:aws:iam::123456789012:role/");
        let config = user.home.sign_in_config(&sections(&user, profile));
        let credentials = user.home.write(".aws/credentials", credentials);
        let said = user.aws_sso("env p").run();
        let is_said = said.stderr.starts_with("aws-sso: ~/.aws/config:")
            && said.stderr.contains(&found)
            && said.stderr.contains(remedy);
        if said.exit.code() != Some(2) || !is_said {
            wrong.push(format!("{profile}\nenv p: {said}"));
        }
        let report = findings(&doctor(&user, "--offline --json").run());
        let report: Vec<_> = report.into_iter().filter(|[_, verdict, ..]| verdict != "ok").collect();
        let is_broken = report
            .iter()
            .any(|[_, verdict, text, advice]| verdict == "broken" && text.contains(&found) && advice.contains(remedy));
        if (*botocore == Raises && !is_broken) || (*botocore == Takes && !report.is_empty()) {
            wrong.push(format!("{profile}\ndoctor, where botocore {botocore:?}: {report:#?}"));
        }
        let copy = |name: &str, file| user.home.write(format!("{number}/{name}"), std::fs::read(file).unwrap());
        files.push(json!([copy("config", config), copy("credentials", credentials)]));
    }
    if let Some(python) = user.home.boto3(BEHAVIOUR) {
        let files = Value::from(files).to_string();
        let output = python.endpoint(user.sandbox.endpoint()).stdin(files).run().success();
        assert_eq!(output.stdout.lines().count(), HALF_PROFILES.len(), "{output}");
        for ((botocore, profile, ..), did) in HALF_PROFILES.iter().zip(output.stdout.lines()) {
            if *botocore != Depends && !did.starts_with(&format!("{botocore:?}")) {
                wrong.push(format!("{profile}\nbotocore {did}, not {botocore:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// One fault, asked for by each verb that takes a role.
#[test]
fn every_verb_that_takes_a_role_says_what_is_wrong_with_a_profile() {
    let user = user();
    append(&user, "[profile half]\nsso_session = corp\nsso_account_id = 123456789012\n");
    let verbs = [
        "use half --shell bash",
        "env half",
        "process half",
        "exec half -- true",
        "console half --print",
        "serve half",
        "-p corp -r half",
        "-p corp -r half -ext",
        "-p corp -r half -env",
    ];
    let place =
        "~/.aws/config:7: profile half has no sso_role_name\n  add to its section, for example: sso_role_name =";
    for verb in verbs {
        let output = user.aws_sso(verb).run().status(2);
        assert!(output.stderr.contains(place), "{verb}: {output}");
    }
    let _ = user.aws_sso("check half").run().status(2).quiet();
}

fn says(output: Output, status: i32, parts: &[&str]) {
    let output = output.status(status);
    for part in parts {
        assert!(output.stderr.contains(part), "{part}: {output}");
    }
}

#[test]
fn a_name_that_is_nothing_is_answered_with_the_names_that_are_near() {
    let user = user();
    append(&user, "[profile payments]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n");
    append(&user, "[Profile q]\nregion = r\n[dev]\nsso_role_name = x\n[profile a b]\nregion = r\n[sso_session lab]\n");
    user.home.write(".config/aws-sso/config", "picker = number\n[alias]\nproduction = 123456789012/Admin\n");
    let cases: [(&str, i32, &[&str]); 8] = [
        ("env paymens", 4, &["paymens is not a role, an account, an alias, or a profile", "did you mean payments?"]),
        ("env producton", 4, &["did you mean production?"]),
        ("env zzzzzzzz", 4, &["zzzzzzzz is not a role", "run: aws-sso list"]),
        ("env corp", 2, &["corp is an sso-session, not a role", "aws-sso list -p corp"]),
        (
            "env q",
            2,
            &["there is no profile q", "line 9 says [Profile q]; AWS tools do not read it: write [profile q]"],
        ),
        ("env dev", 2, &["there is no profile dev", "line 11 says [dev]", "write [profile dev]"]),
        ("login -p q", 2, &["no profile or sso-session q", "line 9 says [Profile q]"]),
        ("login -p lab", 2, &["line 15 says [sso_session lab]", "write [sso-session lab]"]),
    ];
    for (line, status, parts) in cases {
        says(user.aws_sso(line).run(), status, parts);
    }
    let report = doctor(&user, "--offline --json").run();
    for header in ["[Profile q]", "[dev]", "[profile a b]", "[sso_session lab]"] {
        let is_named = findings(&report).iter().any(|[.., found, remedy]| {
            found.contains(&format!("the section {header}: AWS tools do not read it")) && remedy.starts_with("write [")
        });
        assert!(is_named || header == "[sso_session lab]", "{header}: {report}");
    }
}

#[test]
fn a_chained_or_discovered_profile_names_the_identity_center_of_its_source() {
    let user = user();
    append(
        &user,
        "[profile jump]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n\
         [profile target]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = jump\n\
         [profile further]\nrole_arn = arn:aws:iam::123456789012:role/y\nsource_profile = target\n\
         [profile process]\ncredential_process = aws-sso -p corp -r 123456789012/Admin -ext\n\
         [profile circle]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = circle\n\
         [profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = planted-1\n",
    );
    for name in ["target", "further", "process"] {
        says(user.aws_sso(&format!("login -p {name}")).run(), 0, &["already signed in to", START_URL]);
        let role = user.role(0, 0);
        let _ = user.aws_sso(&format!("-p {name} -r {role} -ext")).run().success();
    }
    says(user.aws_sso("login -p circle").run(), 2, &["leads in a circle: circle → circle"]);
    says(user.aws_sso("login -p keys").run(), 2, &["has access keys of its own", "name an sso-session with -p"]);
    says(user.aws_sso("discover -p circle").run(), 2, &["leads in a circle"]);
}

#[test]
fn a_profile_with_another_start_url_than_its_sso_session_signs_in_nowhere() {
    let user = user();
    append(&user, "[profile p]\nsso_session = corp\nsso_start_url = https://other.awsapps.com/start\n");
    let role = user.role(0, 0);
    for line in ["login -p p", &format!("-p p -r {role} -ext"), "discover -p p"] {
        says(user.aws_sso(line).run(), 2, &["the sso_start_url of profile p differs", "delete the line"]);
    }
}

#[test]
fn the_default_profile_is_the_one_that_the_aws_cli_takes() {
    let user = user();
    let accounts = user.sandbox.accounts();
    let roles = [0, 1].map(|number| (accounts[number].id.as_str(), accounts[number].roles[0].as_str()));
    let profile = |header: &str, (account, role): (&str, &str)| {
        format!("{header}\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\n")
    };
    for (first, second) in [("[profile default]", "[default]"), ("[default]", "[profile default]")] {
        user.home.sign_in_config(&(profile(first, roles[0]) + &profile(second, roles[1])));
        let output = user.aws_sso("exec default --keys -- sh -c").arg("echo $AWS_SSO_ROLE_ARN").run().success();
        assert!(output.stdout.contains(roles[1].0), "{first}: {output}");
        // The other way round, every SDK takes the same one.
        let is_contested = second == "[default]";
        assert_eq!(output.stderr.contains("has [default] below [profile default]"), is_contested, "{output}");
        let report = doctor(&user, "--offline --json").run();
        let is_named = findings(&report)
            .iter()
            .any(|[_, verdict, found, _]| verdict == "warning" && found.contains("[default] and [profile default]"));
        assert_eq!(is_named, is_contested, "{report}");
    }
}

#[test]
fn a_file_in_utf_16_is_named_by_every_verb_and_never_written() {
    let user = user();
    let encode = |text: &str, mark: bool, big: bool| -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let config = user.home.read(".aws/config");
    let role = user.role(0, 0);
    for (mark, big) in [(true, false), (true, true), (false, false), (false, true)] {
        let encoded = encode(&config, mark, big);
        user.home.write(".aws/config", &encoded);
        let lines = [
            "env x".to_owned(),
            "status".to_owned(),
            "login".to_owned(),
            "list".to_owned(),
            "discover -p corp".to_owned(),
            format!("-p corp -r {role} -ext"),
            format!("-p corp -r {role}"),
        ];
        for line in lines {
            let output = user.aws_sso(&line).run();
            assert!(output.stderr.contains("~/.aws/config is not UTF-8 but UTF-16"), "{line}: {output}");
            assert_eq!(output.exit.code(), Some(2), "{line}: {output}");
        }
        assert_eq!(std::fs::read(user.home.path(".aws/config")).unwrap(), encoded);
        let report = doctor(&user, "--offline --json").run().status(1);
        assert!(report.stdout.contains("not UTF-8 but UTF-16"), "{report}");
        user.home.sign_in_config("");
        let encoded = encode("[work]\nregion = x\n", mark, big);
        user.home.write(".aws/credentials", &encoded);
        let output = user.aws_sso(&format!("-p corp -r {role}")).run().status(2);
        assert!(output.stderr.contains("~/.aws/credentials is not UTF-8"), "{output}");
        assert_eq!(std::fs::read(user.home.path(".aws/credentials")).unwrap(), encoded);
        let report = doctor(&user, "--offline --json").run().status(1);
        assert!(report.stdout.contains("~/.aws/credentials is not UTF-8"), "{report}");
        std::fs::remove_file(user.home.path(".aws/credentials")).unwrap();
    }
}

#[test]
fn a_credentials_file_that_botocore_cannot_read_is_found() {
    let user = user();
    for (credentials, found) in [
        ("[a]\nregion = x\n[a]\nregion = y\n", "a second [a]; the first is in line 1"),
        ("[a]\nregion = x\nregion = y\n", "a second region"),
        ("[a]\naws_access_key_id = AKIA\n", "profile a has an aws_access_key_id without a secret"),
    ] {
        user.home.write(".aws/credentials", credentials);
        let report = doctor(&user, "--offline --json").run().status(1);
        let is_named = findings(&report).iter().any(|[_, verdict, text, _]| {
            verdict == "broken" && text.contains("~/.aws/credentials:") && text.contains(found)
        });
        assert!(is_named, "{report}");
    }
}

#[test]
fn white_space_that_botocore_strips_from_a_value_is_no_part_of_it() {
    let user = user();
    for blank in ["\u{a0}", "\u{2003}", "\u{3000}", "\u{85}", " \u{202f} "] {
        let config = format!(
            "[sso-session corp]\nsso_start_url ={blank}{START_URL}{blank}\n\
             sso_region{blank}={blank}eu-central-1{blank}\n"
        );
        user.home.write(".aws/config", config);
        says(user.aws_sso("login -p corp").run(), 0, &["already signed in"]);
        let report = doctor(&user, "--offline --json").run();
        let is_named =
            findings(&report).iter().any(|[.., found, _]| found.contains("a blank beside the key or the value"));
        assert!(is_named, "{blank:?}: {report}");
    }
}
