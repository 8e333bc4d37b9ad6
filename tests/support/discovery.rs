//! Configs for `discover` to change.

use std::fmt::Write as _;

use aws_sso::sandbox::{Account, Options};

use super::user::User;
use super::{REGION, START_URL};

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
