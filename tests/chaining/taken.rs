//! A file of the AWS CLI's cache is taken for a chain only if nothing but this chain can have made it: the AWS CLI
//! names its file after the role alone, whoever assumed it.

use std::fs;
use std::time::SystemTime;

use aws_sso::sandbox::Options;

use crate::support::chain::Chains;

/// What stands in the files while the AWS CLI makes its file, what changes then, and whether we take the file.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    /// Lines of the config after `[profile ours]`. `ROLE` is what that one says of its role without a source.
    config: &'static str,
    credentials: &'static str,
    /// The profile with which the AWS CLI runs.
    by: &'static str,
    later: Later,
    is_taken: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Later {
    Nothing,
    /// `[profile ours]` gets the base that it has now; it had another one.
    ConfigEdited,
    /// The credentials file is written again.
    CredentialsWritten,
    /// The config has never had the profile: the AWS CLI ran with another one.
    OtherConfig,
}

const PLAIN: Case = Case { name: "", config: "", credentials: "", by: "ours", later: Later::Nothing, is_taken: false };

const CASES: [Case; 15] = [
    Case { name: "nothing else", is_taken: true, ..PLAIN },
    Case {
        name: "another profile of the same chain",
        config: "[profile twin]\nROLEsource_profile = discovered\n",
        by: "twin",
        is_taken: true,
        ..PLAIN
    },
    Case {
        name: "a profile of another base, and of another external id",
        config: "[profile near]\nROLEsource_profile = other\nexternal_id = x:1\n",
        is_taken: true,
        ..PLAIN
    },
    Case { name: "keys of others", credentials: "[keys]\naws_access_key_id = AKIA\n", is_taken: true, ..PLAIN },
    Case { name: "another base", config: "[profile rival]\nROLEsource_profile = other\n", by: "rival", ..PLAIN },
    Case { name: "a longer chain", config: "[profile rival]\nROLEsource_profile = hub\n", by: "rival", ..PLAIN },
    Case {
        name: "tags",
        config: "[profile rival]\nROLEsource_profile = other\nsession_tags = team=admin\n",
        by: "rival",
        ..PLAIN
    },
    Case {
        name: "a transitive tag",
        config: "[profile rival]\nROLEsource_profile = other\nsession_tags = a=b\ntransitive_session_tags = a\n",
        by: "rival",
        ..PLAIN
    },
    Case {
        name: "a source identity",
        config: "[profile rival]\nROLEsource_profile = other\nsource_identity = Admin\n",
        by: "rival",
        ..PLAIN
    },
    Case {
        name: "a source that is the SDK's",
        config: "[profile rival]\nROLEcredential_source = Environment\n",
        ..PLAIN
    },
    Case {
        name: "a rival in the credentials file",
        credentials: "[rival]\nROLEsource_profile = other\n",
        by: "rival",
        ..PLAIN
    },
    Case {
        name: "another base in the credentials file, whose role is the config's",
        config: "[profile mine]\nROLEsource_profile = discovered\n",
        credentials: "[mine]\nsource_profile = other\n",
        by: "mine",
        ..PLAIN
    },
    Case { name: "a base that was edited since", later: Later::ConfigEdited, ..PLAIN },
    Case { name: "a credentials file that was written since", later: Later::CredentialsWritten, ..PLAIN },
    Case { name: "no profile of ours", later: Later::OtherConfig, ..PLAIN },
];

#[test]
fn a_file_of_the_aws_cli_is_taken_only_if_no_other_base_can_have_made_it() {
    let chains = Chains::new(Options::default());
    let home = &chains.user.home;
    let accounts = chains.user.sandbox.accounts();
    let base = |number: usize| format!("arn:aws:iam::{}:role/{}", accounts[0].id, accounts[0].roles[number]);
    let arn = format!("arn:aws:iam::{}:role/ops/Hub", accounts[2].id);
    let role = format!("role_arn = {arn}\nregion = eu-west-1\n");
    let before = home.read(".aws/config")
        + &format!("[profile other]\ncredential_process = aws-sso -p corp -r {} -ext\nregion = eu-west-1\n", base(1));
    for Case { name, config, credentials, by, later, is_taken } in CASES {
        for file in home.list(".aws/cli/cache") {
            fs::remove_file(home.path(".aws/cli/cache").join(file)).unwrap();
        }
        let ours = format!("{before}[profile ours]\n{role}source_profile = discovered\n");
        let ours = ours + &config.replace("ROLE", &role);
        let edited =
            ours.replacen(&format!("{role}source_profile = discovered"), &format!("{role}source_profile = other"), 1);
        home.write(".aws/config", if later == Later::ConfigEdited { &edited } else { &ours });
        home.write(".aws/credentials", credentials.replace("ROLE", &role));
        let Some(theirs) = chains.of_cli(by) else { return };
        match later {
            Later::Nothing => {}
            Later::ConfigEdited => drop(home.write(".aws/config", &ours)),
            Later::CredentialsWritten => drop(home.write(".aws/credentials", credentials)),
            Later::OtherConfig => drop(home.write(".aws/config", &before)),
        }
        let old = [".aws/config", ".aws/credentials"].map(|name| home.path(name));
        if later == Later::OtherConfig {
            // As old as if this config had always been there.
            for file in old {
                fs::File::options().write(true).open(file).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }
        }
        chains.user.sandbox.clear_log();
        let process = match later {
            Later::OtherConfig => chains.user.aws_sso(&format!("process discovered --assume {arn}")),
            _ => chains.process("ours"),
        };
        let answer = process.run().success().quiet().json();
        let requests = chains.user.sandbox.requests();
        let asked = requests.iter().find_map(|request| request.assume_role.as_ref());
        assert_eq!(asked.is_none(), is_taken, "{name}");
        assert_eq!(chains.caller_of(&answer) == theirs, is_taken, "{name}");
        if let Some(asked) = asked {
            let expected = format!("/AWSReservedSSO_{}_", accounts[0].roles[0]);
            assert!(asked.caller.contains(&expected), "{name}: {}", asked.caller);
        }
    }
}
