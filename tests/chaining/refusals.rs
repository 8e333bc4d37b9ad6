//! What STS refuses, and what cannot be a chain: one line that names the role, and what to do.

use std::time::Duration;

use aws_sso::sandbox::{AssumableRole, Fault, MfaDevice, Options};

use crate::support::chain::Chains;

/// A change of the sandbox, the profile's lines, the exit status, what is said, and what to do about it.
struct Case {
    sandbox: fn(&mut Options),
    lines: &'static str,
    status: i32,
    said: &'static str,
    remedy: &'static str,
}

const CASES: &[Case] = &[
    Case {
        sandbox: |options| options.assumable = Vec::new(),
        lines: "source_profile = native",
        status: 4,
        said: "BASE may not assume ROLE",
        remedy: "if the role requires an external id or MFA, set external_id or mfa_serial of the profile failing",
    },
    Case {
        sandbox: |options| options.assumable[0].external_id = Some("partner".to_owned()),
        lines: "source_profile = native\nexternal_id = other",
        status: 4,
        said: "BASE may not assume ROLE",
        remedy: "check external_id of the profile failing too",
    },
    // The second hop: the message names who was refused.
    Case {
        sandbox: |options| options.assumable[0].trusted = Some(vec!["111111111111".to_owned()]),
        lines: "source_profile = hub",
        status: 4,
        said: "HUB may not assume ROLE",
        remedy: "sts:AssumeRole",
    },
    // The first hop.
    Case {
        sandbox: |options| options.assumable.retain(|role| role.name.as_deref() != Some("ops/Hub")),
        lines: "source_profile = hub",
        status: 4,
        said: "BASE may not assume arn:aws:iam::NEAR:role/ops/Hub",
        remedy: "sts:AssumeRole",
    },
    Case {
        sandbox: |options| options.assumable[0].may_tag = false,
        lines: "source_profile = native\nsession_tags = Team=Pay",
        status: 4,
        said: "BASE may not tag a session of ROLE",
        remedy: "delete session_tags of the profile failing",
    },
    Case {
        sandbox: |options| options.assumable[0].may_set_source_identity = false,
        lines: "source_profile = native\nsource_identity = Jane",
        status: 4,
        said: "BASE may not set the source identity of ROLE",
        remedy: "delete source_identity of the profile failing",
    },
    Case {
        sandbox: |options| options.assumable[0].max_duration = Duration::from_mins(30),
        lines: "source_profile = native\nduration_seconds = 3000",
        status: 2,
        said: "sessions of ROLE do not last 3000 s",
        remedy: "lower duration_seconds of the profile failing",
    },
    Case {
        sandbox: |options| options.sts_regions_off = vec!["ap-east-1".to_owned()],
        lines: "source_profile = native\nregion = ap-east-1",
        status: 4,
        said: "STS is not activated in ap-east-1",
        remedy: "region of the profile failing",
    },
    Case {
        sandbox: |_| {},
        lines: "source_profile = native\nexternal_id = a b",
        status: 2,
        said: "ROLE",
        remedy: "external_id",
    },
    Case {
        sandbox: |_| {},
        lines: "source_profile = native\nrole_session_name = Jane Doe",
        status: 2,
        said: "ROLE",
        remedy: "role_session_name",
    },
    // A program has nobody to ask for the code.
    Case {
        sandbox: |options| {
            options.mfa_devices = vec![MfaDevice { serial: "GAHT12345678".to_owned(), code: "123456".to_owned() }];
        },
        lines: "source_profile = native\nmfa_serial = GAHT12345678",
        status: 3,
        said: "MFA",
        remedy: "",
    },
    Case {
        sandbox: |options| options.fail_first = Some((100, Fault::InternalError)),
        lines: "source_profile = native",
        status: 5,
        said: "failed with status 500",
        remedy: "",
    },
    // What STS is never asked.
    Case { sandbox: |_| {}, lines: "source_profile = failing", status: 2, said: "source_profile", remedy: "" },
    Case {
        sandbox: |_| {},
        lines: "credential_source = Environment",
        status: 2,
        said: "with the credentials of Environment (credential_source), which aws-sso leaves to AWS tools",
        remedy: "",
    },
];

#[test]
fn each_refusal_of_sts_is_one_line_with_a_remedy() {
    let chains = Chains::new(Options::default());
    let sandbox = &chains.user.sandbox;
    let accounts = sandbox.accounts();
    let config = chains.user.home.read(".aws/config");
    let role = format!("arn:aws:iam::{}:role/Failing", accounts[1].id);
    let base = format!("{}/{}", accounts[0].id, accounts[0].roles[0]);
    let hub = format!("{}/Hub", accounts[1].id);
    // The base is cached, so that nothing but STS can fail.
    let _ = chains.process("native").run().success().quiet();
    let before = sandbox.options();
    for Case { sandbox: change, lines, status, said, remedy } in CASES {
        sandbox.update(|options| {
            *options = before.clone();
            options.assumable.insert(0, AssumableRole::named("Failing"));
            change(options);
        });
        for name in chains.user.home.list(".aws/cli/cache") {
            let path = chains.user.home.path(".aws/cli/cache").join(name);
            if !std::fs::read_to_string(&path).unwrap().contains("\"ProviderType\"") {
                std::fs::remove_file(path).unwrap();
            }
        }
        chains.user.home.write(".aws/config", format!("{config}[profile failing]\nrole_arn = {role}\n{lines}\n"));
        let output = chains.process("failing").run().status(*status);
        let spelled = said.replace("BASE", &base).replace("HUB", &hub).replace("ROLE", &role);
        let spelled = spelled.replace("NEAR", &accounts[1].id);
        let first = output.stderr.lines().next().unwrap_or_default();
        assert!(first.contains(&spelled), "{lines}: {spelled}\n{output}");
        assert!(output.stderr.contains(remedy), "{lines}: {remedy}\n{output}");
        assert_eq!(output.stdout, "", "{lines}");
        for secret in ["ASIA", "x-amz-security-token", "<Error"] {
            assert!(!output.stderr.contains(secret), "{output}");
        }
    }
}

#[test]
fn a_duration_beyond_an_hour_is_an_hour() {
    let chains = Chains::new(Options::default());
    let config = chains.user.home.read(".aws/config");
    let role = chains.role_arn("on-native");
    let profiles =
        format!("{config}[profile long]\nrole_arn = {role}\nsource_profile = native\nduration_seconds = 7200\n");
    chains.user.home.write(".aws/config", profiles);
    let _ = chains.process("long").run().success().quiet();
    let requests = chains.user.sandbox.requests();
    let asked = requests.iter().rfind(|request| request.operation == "AssumeRole").unwrap();
    assert_eq!(asked.assume_role.as_ref().unwrap().duration, Some(3600));
    assert_eq!(asked.status, Some(200));
}
