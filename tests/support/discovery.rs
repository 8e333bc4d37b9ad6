//! Configs for `discover` to change.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_sso::sandbox::{Account, Approval, Options, Sandbox};

use super::ini::rust_sdk;
use super::user::User;
use super::{Output, REGION, START_URL};

pub const CORP: &str =
    "[sso-session corp]\nsso_start_url = https://d-abc123.awsapps.com/start\nsso_region = eu-central-1\n";

/// One account with two roles, which are `ONE` and `TWO` in the texts of a test.
pub struct Small {
    pub user: User,
    pub account: Account,
}

impl Small {
    pub fn new() -> Self {
        let user = User::signed_in(Options { accounts: 1, roles: 2, ..Options::default() });
        let mut account = user.sandbox.accounts()[0].clone();
        account.roles.sort();
        Self { user, account }
    }

    /// `ONE` is the first role's profile, `EXT(ONE)` its `credential_process`.
    pub fn spelled(&self, text: &str) -> String {
        let names = ["ONE", "TWO"];
        names.iter().zip(&self.account.roles).fold(text.to_owned(), |text, (name, role)| {
            let arn = format!("arn:aws:iam::{}:role/{role}", self.account.id);
            text.replace(&format!("EXT({name})"), &format!("aws-sso -p corp -r {arn} -ext"))
                .replace(&format!("ROLE({name})"), role)
                .replace(name, &format!("{}-{role}", self.account.id))
                .replace("ACCOUNT", &self.account.id)
        })
    }

    /// Runs it on a config; returns the new config, and the output.
    #[track_caller]
    pub fn run(&self, config: &str, line: &str) -> (String, String) {
        self.user.home.write(".aws/config", self.spelled(config));
        let output = self.user.aws_sso(line).run().success();
        let after = self.user.home.read(".aws/config");
        (after, output.stdout + &output.stderr)
    }
}

/// A config with forty profiles written by hand, with comments and nested settings, and the sso-session in the middle.
/// Every SDK reads all of it.
pub fn handwritten_config() -> String {
    let mut config = "# My profiles. Ask before touching!\n[default]\nregion = eu-west-1\noutput = json\n\n".to_owned();
    for number in 0..40 {
        let _ = match number % 4 {
            0 => writeln!(
                config,
                "# number {number}\n[profile hand-{number}]\nregion=us-east-{}\n\
                ; retired soon\ns3 =\n  addressing_style = \
                 path\n  max_concurrent_requests = 20\noutput   =  text\n",
                number % 2
            ),
            1 => writeln!(
                config,
                "[profile hand-{number}]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = \
                 hand-0\n\n"
            ),
            2 => writeln!(
                config,
                "[profile hand-{number}]\naws_access_key_id = AKIDHAND\naws_secret_access_key = \
                 hand/secret\n"
            ),
            _ => writeln!(
                config,
                "[profile hand-{number}]\ncredential_process = /opt/other/tool --id {number}\n# end of \
                 {number}\n"
            ),
        };
        if number == 20 {
            let _ = writeln!(
                config,
                "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\nsso_registration_scopes = \
                 sso:account:access\n"
            );
        }
    }
    config
}

/// Another Identity Center with the same accounts and roles, at a start URL with this name in it.
pub fn another_instance(user: &User, name: &str) -> Sandbox {
    let start_url = Some(format!("https://{name}.awsapps.com/start"));
    Sandbox::start(Options { start_url, approval: Approval::Automatic, port: 0, ..user.sandbox.options() }).unwrap()
}

/// The section of an sso-session.
pub fn sso_session(name: &str, start_url: &str) -> String {
    format!("[sso-session {name}]\nsso_start_url = {start_url}\nsso_region = {REGION}\n")
}

#[track_caller]
pub fn log_in(user: &User, name: &str, sandbox: &Sandbox) {
    let login = user.home.aws_sso(["login", "-p", name, "--device-code", "--no-browser"]);
    let _ = login.endpoint(sandbox.endpoint()).run().success();
}

/// The `credential_process` of each profile, as an SDK reads it.
pub fn processes(config: &str) -> BTreeMap<String, String> {
    let sections = rust_sdk(config.as_bytes()).unwrap();
    let process = |(section, keys): (String, BTreeMap<String, String>)| {
        Some((section.strip_prefix("profile ")?.to_owned(), keys.get("credential_process")?.clone()))
    };
    sections.into_iter().filter_map(process).collect()
}

/// Runs the last line of an error that begins with `run: `, as its user would.
#[track_caller]
pub fn run_remedy(user: &User, sandbox: &Sandbox, output: &Output) -> Output {
    let remedy =
        output.stderr.lines().rev().find_map(|line| line.split_once("run: ")).unwrap_or_else(|| panic!("{output}"));
    user.home.command("/bin/sh").args(["-c", remedy.1]).endpoint(sandbox.endpoint()).run()
}
