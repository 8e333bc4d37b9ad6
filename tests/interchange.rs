//! The AWS CLI v2 and this tool share sign-ins and credentials through the same files.

use aws_sso::sandbox::{Approval, Options, Sandbox};

use crate::support::{Home, Invocation, REGION, START_URL};

/// An Identity Center behind TLS at AWS's own host names, and a home that both tools use.
///
/// `HTTPS_PROXY` is the only way to send the AWS CLI to a local service.
struct Shared {
    sandbox: Sandbox,
    home: Home,
}

impl Shared {
    fn new(config: &str) -> Self {
        let sandbox = Sandbox::start(Options {
            approval: Approval::Automatic,
            start_url: Some(START_URL.to_owned()),
            region: REGION.to_owned(),
            tls: true,
            ..Options::default()
        })
        .unwrap();
        let home = Home::new();
        home.write("ca.pem", sandbox.ca_pem().unwrap());
        home.write(".aws/config", config);
        Self { sandbox, home }
    }

    fn connected(&self, invocation: Invocation) -> Invocation {
        invocation
            .env("HTTPS_PROXY", self.sandbox.proxy().unwrap())
            .env("AWS_CA_BUNDLE", self.home.path("ca.pem"))
            .env("AWS_DEFAULT_REGION", REGION)
    }

    fn aws_sso(&self, line: &str) -> Invocation {
        self.connected(self.home.aws_sso(line.split_whitespace()))
    }

    #[track_caller]
    fn aws_cli(&self, line: &str) -> Option<Invocation> {
        Some(self.connected(self.home.aws_cli(line.split_whitespace())?))
    }
}

/// The two ways to name an Identity Center in the config, each with a profile of the AWS CLI's own kind.
fn configs(account: &str, role: &str) -> [(&'static str, String); 2] {
    let role = format!("sso_account_id = {account}\nsso_role_name = {role}\nregion = {REGION}\n");
    [
        (
            "an sso-session",
            format!(
                "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
                 sso_registration_scopes = sso:account:access\n[profile native]\nsso_session = corp\n{role}"
            ),
        ),
        ("a legacy profile", format!("[profile native]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n{role}")),
    ]
}

#[test]
fn each_tool_uses_the_others_sign_in_and_credentials() {
    let accounts = Sandbox::start(Options::default()).unwrap().accounts();
    let (account, role) = (&accounts[0].id, &accounts[0].roles[0]);
    let arn = format!("arn:aws:iam::{account}:role/{role}");
    for (kind, config) in configs(account, role) {
        // The AWS CLI signs in, we get credentials, and the AWS CLI uses them without a request of its own.
        let shared = Shared::new(&config);
        let Some(login) = shared.aws_cli("sso login --no-browser --profile native") else { return };
        let _ = login.run().success();
        shared.sandbox.clear_log();
        let ours = shared.aws_sso(&format!("-p native -r {arn} -ext")).run().success().quiet().json();
        assert_eq!(shared.sandbox.count("GetRoleCredentials"), 1, "{kind}");
        assert_eq!(shared.sandbox.count("CreateToken"), 0, "{kind}");
        let identity = shared.aws_cli("sts get-caller-identity --profile native").unwrap().run().success().json();
        assert!(identity["Arn"].as_str().unwrap().contains(role.as_str()), "{kind}: {identity}");
        assert_eq!(shared.sandbox.count("GetRoleCredentials"), 1, "{kind}: the cache file is shared");
        assert_eq!(ours["AccountId"], account.as_str());

        // It signs out, and none of our files are left.
        let _ = shared.aws_cli("sso logout").unwrap().run().success();
        assert_eq!(shared.home.list(".aws/cli/cache"), Vec::<String>::new(), "{kind}");
        let _ = shared.aws_sso(&format!("-p native -r {arn} -ext")).run().status(3);

        // We sign in, and the AWS CLI gets its role with our token.
        let _ = shared.aws_sso("login -p native --device-code --no-browser").run().success();
        shared.sandbox.clear_log();
        let identity = shared.aws_cli("sts get-caller-identity --profile native").unwrap().run().success().json();
        assert!(identity["Arn"].as_str().unwrap().contains(role.as_str()), "{kind}: {identity}");
        assert_eq!(shared.sandbox.count("CreateToken"), 0, "{kind}");
        // We return the credentials that it cached.
        let _ = shared.aws_sso(&format!("-p native -r {arn} -ext")).run().success();
        assert_eq!(shared.sandbox.count("GetRoleCredentials"), 1, "{kind}");

        // We sign out, and the AWS CLI has neither a token nor credentials.
        let _ = shared.aws_sso("logout -p native").run().success();
        assert_eq!(shared.sandbox.count("Logout"), 1, "{kind}");
        let refused = shared.aws_cli("sts get-caller-identity --profile native").unwrap().run();
        assert!(!refused.exit.success(), "{kind}");
    }
}

#[test]
fn signing_out_of_one_sso_session_leaves_the_credentials_of_another() {
    let other = "[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = us-east-1\n\
        [profile kept]\nsso_session = other\nsso_account_id = 210987654321\nsso_role_name = Kept\n";
    let shared = Shared::new(&format!("{}{other}", configs("123456789012", "x")[0].1));
    let account = shared.sandbox.accounts()[0].clone();
    let _ = shared.aws_sso("login -p corp --device-code --no-browser").run().success();
    let arn = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let _ = shared.aws_sso(&format!("-p corp -r {arn} -ext")).run().success();
    let ours = shared.home.list(".aws/cli/cache");
    assert_eq!(ours.len(), 1);

    // The AWS CLI's own rule: the sha1 of {"accountId":…,"roleName":…,"sessionName":…}.
    let key = r#"{"accountId":"210987654321","roleName":"Kept","sessionName":"other"}"#;
    let kept = format!("{}.json", sha1_smol::Sha1::from(key).digest());
    let entry = shared.home.read(format!(".aws/cli/cache/{}", ours[0]));
    shared.home.write(format!(".aws/cli/cache/{kept}"), &entry);
    shared.home.write(".aws/cli/cache/assumed.json", entry.replace("\"sso\"", "\"assume-role\""));

    let _ = shared.aws_sso("logout -p corp").run().success();
    let mut left = vec![kept, "assumed.json".to_owned()];
    left.sort();
    assert_eq!(shared.home.list(".aws/cli/cache"), left);
}
