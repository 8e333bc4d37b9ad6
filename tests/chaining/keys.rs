//! Chains that begin with access keys of a profile: whose keys AWS tools take, what is cached, and what STS is asked.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sso::sandbox::{AssumableRole, IamUser, MfaDevice, Options};

use crate::support::chain::{Chains, identities};
use crate::support::process::Running;

const CACHE: &str = ".aws/cli/cache";
const DEVICE: &str = "arn:aws:iam::123456789012:mfa/alice";

/// An access key id and a secret of this user.
fn pair(name: &str) -> (String, String) {
    (format!("AKIA{:X<16}", name.to_uppercase()), format!("{name}/secret+{name}"))
}

fn lines(name: &str) -> String {
    let (id, secret) = pair(name);
    format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

/// Chains, with the users alice and bob, who may assume every role.
fn chains(options: Options) -> Chains {
    let chains = Chains::new(options);
    let account = chains.user.sandbox.accounts()[0].id.clone();
    let user = |name: &str| {
        let (access_key_id, secret_access_key) = pair(name);
        IamUser { account: account.clone(), name: name.to_owned(), access_key_id, secret_access_key }
    };
    let users = vec![user("alice"), user("bob")];
    chains.user.sandbox.update(|options| {
        options.users = users;
        for role in &mut options.assumable {
            role.max_duration = Duration::from_hours(12);
        }
    });
    chains
}

/// Adds profiles, in which ROLE is the ARN of a role without its name.
fn add(chains: &Chains, profiles: &str) {
    let role = format!("arn:aws:iam::{}:role", chains.user.sandbox.accounts()[1].id);
    let config = chains.user.home.read(".aws/config") + &profiles.replace("ROLE", &role);
    chains.user.home.write(".aws/config", config);
}

/// The name of the one who assumed a role last.
fn last_caller(chains: &Chains) -> String {
    let requests = chains.user.sandbox.requests();
    let asked = requests.iter().rev().find_map(|request| request.assume_role.as_ref());
    asked.expect("a role was assumed").caller.clone()
}

fn clear_cache(chains: &Chains) {
    for name in chains.user.home.list(CACHE) {
        std::fs::remove_file(chains.user.home.path(CACHE).join(name)).unwrap();
    }
}

#[test]
fn a_chain_begins_with_the_keys_that_aws_tools_take() {
    let chains = chains(Options::default());
    let (alice, bob) = (lines("alice"), lines("bob"));
    let temporary = chains.process("native").run().success().json();
    let part = |name: &str| temporary[name].as_str().unwrap().to_owned();
    let (id, secret, token) = (part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken"));
    let asks = |source: &str| {
        format!("role_arn = ROLE/Deploy\nsource_profile = {source}\nrole_session_name = jane\nregion = eu-west-1\n")
    };
    let profile = |name: &str, source: &str, more: &str| format!("[profile {name}]\n{}{more}", asks(source));
    add(
        &chains,
        &[
            format!("[profile in-config]\n{alice}"),
            format!("[profile in-both]\n{bob}"),
            format!("[profile with-token]\n{bob}"),
            "[profile region-alone]\nregion = eu-west-1\n".to_owned(),
            profile("on-config", "in-config", ""),
            profile("on-file", "in-file", ""),
            profile("on-both", "in-both", ""),
            profile("on-region", "region-alone", ""),
            profile("on-temporary", "temporary", ""),
            profile("on-itself", "on-itself", &bob),
            // To AWS tools, its keys go before the role that it assumes.
            profile("on-assuming", "on-itself", ""),
            "[profile two]\nrole_arn = ROLE/Target\nsource_profile = on-file\nrole_session_name = jane\n\
             region = eu-west-1\n"
                .to_owned(),
        ]
        .concat(),
    );
    chains.user.home.write(
        ".aws/credentials",
        format!(
            "[in-file]\n{alice}[in-both]\n{alice}[region-alone]\n{alice}[temporary]\naws_access_key_id = {id}\n\
             aws_secret_access_key = {secret}\naws_session_token = {token}\n"
        ),
    );
    let permission_set = &chains.user.sandbox.accounts()[0].roles[0].clone();
    let cases = [
        ("on-config", "user/alice", "Deploy"),
        ("on-file", "user/alice", "Deploy"),
        ("on-both", "user/alice", "Deploy"),
        ("on-region", "user/alice", "Deploy"),
        ("on-temporary", permission_set, "Deploy"),
        ("on-itself", "user/bob", "Deploy"),
        ("on-assuming", "user/bob", "Deploy"),
        ("two", "assumed-role/Deploy/jane", "Target"),
    ];
    for (profile, by, role) in cases {
        clear_cache(&chains);
        chains.user.sandbox.clear_log();
        let caller = chains.caller(profile);
        assert!(caller.ends_with(&format!("/{role}/jane")), "{profile}: {caller}");
        assert!(last_caller(&chains).contains(by), "{profile}: {}", last_caller(&chains));
        let asked = if profile == "two" { 2 } else { 1 };
        assert_eq!(chains.operations(), vec!["AssumeRole"; asked], "{profile}");
        // From the cache, whose files hold no key that they were made with.
        assert_eq!(chains.caller(profile), caller, "{profile}");
        assert_eq!(chains.operations().len(), asked, "{profile}");
        for name in chains.user.home.list(CACHE) {
            let text = chains.user.home.read(format!("{CACHE}/{name}"));
            for (id, secret) in [pair("alice"), pair("bob"), (id.clone(), secret.clone())] {
                assert!(!text.contains(&id) && !text.contains(&secret), "{profile}: {text}");
            }
        }
    }
    // AWS's clients begin with the same keys, each by itself.
    clear_cache(&chains);
    for (profile, by, role) in cases {
        chains.user.sandbox.clear_log();
        for (client, callers) in identities(&chains.user, &BTreeMap::new(), &[profile.to_owned()]) {
            assert!(callers[0].ends_with(&format!("/{role}/jane")), "{client} {profile}: {callers:?}");
        }
        let requests = chains.user.sandbox.requests();
        let asked = requests.iter().filter_map(|request| request.assume_role.as_ref());
        let ends: Vec<_> = asked.filter(|asked| asked.role_arn.ends_with(&format!("/{role}"))).collect();
        assert!(!ends.is_empty(), "{profile}");
        for asked in ends {
            assert!(asked.caller.contains(by), "{profile}: {}", asked.caller);
        }
    }
}

#[test]
fn a_name_of_a_session_is_that_of_the_keys_user() {
    let chains = chains(Options::default());
    add(&chains, "[profile unnamed-keys]\nrole_arn = ROLE/Deploy\nsource_profile = base\n");
    for user in ["alice", "bob"] {
        chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines(user)));
        let caller = chains.caller("unnamed-keys");
        assert!(caller.ends_with(&format!("/Deploy/{user}")), "{caller}");
    }
}

#[test]
fn other_keys_never_get_what_was_made_with_those_before() {
    let chains = chains(Options::default());
    add(&chains, "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\nrole_session_name = jane\n");
    let write = |user: &str| chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines(user)));
    write("alice");
    let first = chains.process("x").run().success().stdout;
    write("bob");
    let other = chains.process("x").run().success().stdout;
    assert_ne!(other, first);
    assert!(last_caller(&chains).ends_with("user/bob"), "{}", last_caller(&chains));
    assert_eq!(chains.process("x").run().success().stdout, other);
    write("alice");
    assert_eq!(chains.process("x").run().success().stdout, first);
    assert_eq!(chains.user.sandbox.count("AssumeRole"), 2);
}

#[test]
fn the_aws_cli_and_this_tool_share_what_is_made_with_keys() {
    let chains = chains(Options::default());
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("alice")));
    add(
        &chains,
        "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\nregion = eu-west-1\nduration_seconds = 7200\n\
         [profile y]\nrole_arn = ROLE/Target\nsource_profile = base\nregion = eu-west-1\n\
         [profile moved]\nrole_arn = ROLE/ops/Hub\nsource_profile = base\nregion = eu-west-1\n\
         [profile named]\nrole_arn = ROLE/Target\nsource_profile = base\nduration_seconds = 3600\n",
    );
    let of_cli = |profile: &str| {
        let line = format!("sts get-caller-identity --query Arn --output text --profile {profile}");
        let cli = chains.user.home.aws_cli(line.split_whitespace())?.endpoint(chains.user.sandbox.endpoint());
        Some(cli.through_proxy(&chains.user.sandbox).run().success().stdout.trim().to_owned())
    };
    let ours = chains.caller("x");
    chains.user.sandbox.clear_log();
    let Some(theirs) = of_cli("x") else { return };
    assert_eq!((theirs, chains.operations()), (ours, vec!["GetCallerIdentity".to_owned()]));

    let theirs = of_cli("y").unwrap();
    assert!(theirs.contains("/botocore-session-"), "{theirs}");
    chains.user.sandbox.clear_log();
    assert_eq!(chains.caller("y"), theirs);
    assert_eq!(chains.operations(), [""; 0]);
    // Its file does not say with which keys it was made, so other ones do not get it; nor do those of an older file
    // that the environment names, or that was moved here.
    for profile in ["moved", "named"] {
        assert!(of_cli(profile).unwrap().contains("/botocore-session-"));
    }
    let old = chains.user.home.write(".aws/credentials.old", format!("[base]\n{}", lines("bob")));
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let named = chains.process("named").env("AWS_SHARED_CREDENTIALS_FILE", &old).run().success().json();
    assert!(chains.caller_of(&named).ends_with("/Target/bob"));
    std::fs::rename(old, chains.user.home.path(".aws/credentials")).unwrap();
    assert!(chains.caller("moved").ends_with("/Hub/bob"));
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("bob")));
    assert!(chains.caller("y").ends_with("/Target/bob"));
}

#[test]
fn a_name_of_a_session_in_between_is_given_to_no_other_chain() {
    let chains = chains(Options::default());
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("alice")));
    add(
        &chains,
        "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\nrole_session_name = jane\n\
         [profile y]\nrole_arn = ROLE/Target\nsource_profile = x\n\
         [profile unnamed]\nrole_arn = ROLE/Deploy\nsource_profile = base\n",
    );
    assert!(chains.caller("y").ends_with("/Target/jane"));
    assert!(chains.caller("unnamed").ends_with("/Deploy/alice"));
    clear_cache(&chains);
    assert!(chains.caller("y").ends_with("/Target/jane"));
}

/// Otherwise nobody could assume it again.
#[test]
fn a_role_never_replaces_the_keys_that_it_is_assumed_with() {
    let chains = chains(Options::default());
    let keys = format!("[default]\n{}", lines("alice"));
    chains.user.home.write(".aws/credentials", &keys);
    add(&chains, "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = default\n");
    for line in ["-r x", "-p x -r x"] {
        let output = chains.user.aws_sso(line).run().status(2);
        let _ =
            output.complains("is assumed with the keys of the default profile, which its credentials would replace");
        assert_eq!(chains.user.home.read(".aws/credentials"), keys, "{line}");
    }
    assert_eq!(chains.operations(), [""; 0]);
}

#[test]
fn a_hundred_programs_assume_the_role_once() {
    let chains = chains(Options { latency: Duration::from_millis(300), ..Options::default() });
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("alice")));
    add(&chains, "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\nrole_session_name = jane\n");
    let process = chains.process("x");
    let running: Vec<_> = (0..100).map(|_| process.clone().start()).collect();
    let mut outputs = running.into_iter().map(Running::finish).map(|output| output.success().quiet().stdout);
    let first = outputs.next().unwrap();
    assert!(outputs.all(|other| other == first));
    assert_eq!(chains.operations(), ["AssumeRole"]);
}

#[test]
fn a_role_that_keys_assume_lasts_up_to_twelve_hours_and_the_next_one_an_hour() {
    let chains = chains(Options::default());
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("alice")));
    add(
        &chains,
        "[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\nduration_seconds = 43200\n\
         [profile y]\nrole_arn = ROLE/Target\nsource_profile = x\nduration_seconds = 43200\n",
    );
    let _ = chains.process("y").run().success().quiet();
    let requests = chains.user.sandbox.requests();
    let asked: Vec<_> = requests.iter().filter_map(|request| Some(request.assume_role.as_ref()?.duration)).collect();
    assert_eq!(asked, [Some(43_200), Some(3600)]);
}

#[test]
fn the_code_of_a_users_mfa_device_is_asked_on_a_terminal() {
    let device = MfaDevice { serial: DEVICE.to_owned(), code: "123456".to_owned() };
    let chains = chains(Options { mfa_devices: vec![device], ..Options::default() });
    chains.user.sandbox.update(|options| {
        options.assumable.insert(0, AssumableRole { mfa: true, ..AssumableRole::named("Guarded") });
    });
    chains.user.home.write(".aws/credentials", format!("[base]\n{}", lines("alice")));
    add(&chains, &format!("[profile x]\nrole_arn = ROLE/Guarded\nsource_profile = base\nmfa_serial = {DEVICE}\n"));
    let _ = chains.process("x").run().status(3).complains("on a terminal, run: aws-sso exec x -- true");
    let mut terminal = chains.user.aws_sso("exec x -- true").in_terminal();
    terminal.wait_for(&format!("MFA code of {DEVICE}")).send("123456\r");
    let _ = terminal.finish().success();
    let _ = chains.process("x").run().success().quiet();
    assert_eq!(chains.user.sandbox.count("AssumeRole"), 1);
}

/// What is in the credentials file, the exit status, and what is said.
const REFUSED: &[(&str, i32, &str)] = &[
    ("", 2, "profile x names the source_profile base, which is not there"),
    ("[base]\nregion = eu-west-1\n", 2, "profile x is chained"),
    (
        "[base]\naws_access_key_id = AKIA\n",
        2,
        "profile base has an aws_access_key_id without an aws_secret_access_key (~/.aws/credentials:1)",
    ),
    (
        "[base]\naws_access_key_id = AKIAUNKNOWN\naws_secret_access_key = s3cret\n",
        4,
        "does not accept the access keys of profile base (~/.aws/credentials:1)",
    ),
    ("[base]\nFALSE", 4, "does not accept the access keys of profile base (~/.aws/credentials:1)"),
    (
        "[base]\naws_access_key_id =\n  AKIA\naws_secret_access_key = s3cret\n",
        2,
        "the access keys of profile base (~/.aws/credentials:1) hold what no key does",
    ),
    ("[x]\nrole_arn = y\n[base]\nALICE", 2, "profile x has a role_arn in ~/.aws/credentials:1 too"),
    ("[base]\nBOB", 4, "the access keys of profile base may not assume ROLE/Closed"),
];

#[test]
fn what_keys_do_not_give_is_one_line_without_them() {
    let chains = chains(Options::default());
    let account = chains.user.sandbox.accounts()[0].id.clone();
    chains.user.sandbox.update(|options| {
        let trusted = Some(vec![format!("{account}/alice")]);
        options.assumable.insert(0, AssumableRole { trusted, ..AssumableRole::named("Closed") });
    });
    add(&chains, "[profile x]\nrole_arn = ROLE/Closed\nsource_profile = base\nrole_session_name = jane\n");
    let role = format!("arn:aws:iam::{}:role", chains.user.sandbox.accounts()[1].id);
    for (credentials, status, said) in REFUSED {
        let credentials = credentials.replace("ALICE", &lines("alice")).replace("BOB", &lines("bob"));
        let credentials = credentials.replace("FALSE", &lines("alice").replace("secret+alice", "s3cret"));
        chains.user.home.write(".aws/credentials", credentials);
        let output = chains.user.aws_sso("-v process x").run().status(*status);
        let output = output.complains(&said.replace("ROLE", &role));
        for secret in [pair("alice").1, pair("bob").1, "s3cret".to_owned(), "AKIA".to_owned()] {
            assert!(!output.stderr.contains(&secret), "{output}");
        }
    }
    let _ = chains.user.aws_sso("use base --shell bash").run().status(2).complains("has access keys of its own");
}

/// To AWS tools these lines of the credentials file go before keys in the config.
#[test]
fn a_source_in_the_credentials_file_beside_keys_in_the_config_is_named() {
    let chains = chains(Options::default());
    add(
        &chains,
        &format!("[profile base]\n{}[profile x]\nrole_arn = ROLE/Deploy\nsource_profile = base\n", lines("alice")),
    );
    let _ = chains.process("x").run().success();
    for key in ["credential_process", "web_identity_token_file", "sso_session", "sso_start_url", "login_session"] {
        chains.user.home.write(".aws/credentials", format!("[base]\n{key} = other\n"));
        let output = chains.process("x").run().status(2);
        let _ = output.complains(&format!("profile base has a {key} in ~/.aws/credentials:1, which AWS tools take"));
    }
}
