//! A user of several Identity Centers: one sandbox for each sso-session.

use std::fmt::Write as _;

use aws_sso::sandbox::{Account, Approval, Options, Sandbox};

use super::process::{Invocation, Output};
use super::{Home, REGION};

pub struct Several {
    pub home: Home,
    pub sandboxes: Vec<Sandbox>,
    names: Vec<&'static str>,
}

impl Several {
    /// The sso-sessions of these names, each with its sandbox. Nobody has signed in. Accounts and roles of the same
    /// number are the same in all of them.
    pub fn new(centers: &[(&'static str, Options)]) -> Self {
        let home = Home::new();
        let (mut config, mut sandboxes, mut names) = (String::new(), Vec::new(), Vec::new());
        for (name, options) in centers {
            let start_url = Some(format!("https://{name}.awsapps.com/start"));
            let approval = match options.approval {
                Approval::ByPage => Approval::Automatic,
                other => other,
            };
            let region = REGION.to_owned();
            let sandbox = Sandbox::start(Options { start_url, approval, region, ..options.clone() }).unwrap();
            // An sso-session has the endpoints of the profile of its name.
            write!(
                config,
                "[sso-session {name}]\nsso_start_url = {}\nsso_region = {REGION}\n\
                 sso_registration_scopes = sso:account:access\n[profile {name}]\nendpoint_url = {}\n",
                sandbox.start_url(),
                sandbox.endpoint()
            )
            .unwrap();
            sandboxes.push(sandbox);
            names.push(*name);
        }
        home.write(".aws/config", config);
        Self { home, sandboxes, names }
    }

    /// `alpha` with two accounts and `beta` with three, which has another name for the second. Both are signed in, and
    /// `listed` are remembered.
    pub fn alpha_and_beta(listed: &[&str]) -> Self {
        let second = account_id(1);
        let beta = Options { accounts: 3, renamed: vec![(second, "renamed".to_owned())], ..Options::default() };
        let several = Self::new(&[("alpha", Options { accounts: 2, ..Options::default() }), ("beta", beta)]);
        for name in ["alpha", "beta"] {
            several.log_in(name);
        }
        for name in listed {
            let _ = several.aws_sso(&format!("list -p {name}")).run().success();
        }
        several.clear_logs();
        several
    }

    pub fn aws_sso(&self, line: &str) -> Invocation {
        self.home.aws_sso(line.split_whitespace())
    }

    #[track_caller]
    pub fn log_in(&self, name: &str) {
        let _ = self.aws_sso(&format!("login -p {name} --device-code --no-browser")).run().success();
    }

    #[track_caller]
    pub fn log_out(&self, name: &str) {
        let _ = self.aws_sso(&format!("logout -p {name}")).run().success();
    }

    pub fn sandbox(&self, name: &str) -> &Sandbox {
        let at = self.names.iter().position(|known| *known == name).unwrap();
        &self.sandboxes[at]
    }

    pub fn account(&self, name: &str, number: usize) -> Account {
        self.sandbox(name).accounts()[number].clone()
    }

    /// The sso-session that gave these credentials.
    #[track_caller]
    pub fn giver(&self, output: &Output) -> &'static str {
        let key = output.json()["AccessKeyId"].as_str().unwrap().to_owned();
        let mut pairs = self.names.iter().zip(&self.sandboxes);
        pairs.find(|(_, sandbox)| sandbox.role_of(&key).is_some()).unwrap().0
    }

    /// How often each Identity Center was asked for this since the logs were cleared.
    pub fn counts(&self, operation: &str) -> Vec<usize> {
        self.sandboxes.iter().map(|sandbox| sandbox.count(operation)).collect()
    }

    pub fn clear_logs(&self) {
        for sandbox in &self.sandboxes {
            sandbox.clear_log();
        }
    }

    /// Adds to the config.
    pub fn configure(&self, text: &str) {
        self.home.write(".aws/config", self.home.read(".aws/config") + text);
    }
}

/// The id of an account, by its number.
fn account_id(number: usize) -> String {
    let sandbox = Sandbox::start(Options { accounts: number + 1, ..Options::default() }).unwrap();
    sandbox.accounts()[number].id.clone()
}
