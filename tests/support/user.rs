//! A user of the program: a home, and an Identity Center (the sandbox) to sign in to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::aws_config::directory::Directory;
use aws_sso::sandbox::{Approval, Options, Sandbox};
use serde_json::Value;

use super::http::redirection;
use super::process::{Invocation, Running, wait};
use super::{Home, REGION, START_URL};

/// Where the AWS CLI looks for the sign-in of `sign_in_config`: the sha1 of `corp`.
pub const TOKEN_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// The Identity Center of `sign_in_config`.
pub fn corp() -> Directory {
    Directory {
        name: "corp".to_owned(),
        session: Some("corp".to_owned()),
        start_url: START_URL.to_owned(),
        region: REGION.parse().unwrap(),
        scopes: Vec::new(),
        redirect_port: None,
    }
}

pub struct User {
    pub sandbox: Sandbox,
    pub home: Home,
}

impl User {
    /// A user who has not signed in yet.
    pub fn new(options: Options) -> Self {
        let sandbox =
            Sandbox::start(Options { start_url: Some(START_URL.to_owned()), region: REGION.to_owned(), ..options })
                .unwrap();
        let home = Home::new();
        home.sign_in_config("");
        Self { sandbox, home }
    }

    pub fn signed_in(options: Options) -> Self {
        let user = Self::new(Options { approval: Approval::Automatic, ..options });
        let _ = user.aws_sso("login --device-code --no-browser").run().success();
        user.sandbox.clear_log();
        user
    }

    pub fn aws_sso(&self, line: &str) -> Invocation {
        self.home.aws_sso(line.split_whitespace()).endpoint(self.sandbox.endpoint())
    }

    /// `aws-sso process` for the first account's first role.
    pub fn process(&self) -> Invocation {
        self.aws_sso(&format!("process {}", self.role(0, 0)))
    }

    /// `aws-sso exec` with these options and this command.
    pub fn exec(&self, options: &str, command: &[&str]) -> Invocation {
        self.aws_sso(&format!("exec {options} --")).args(command)
    }

    /// `ACCOUNT_ID/ROLE`, by the numbers of the account and of its role.
    pub fn role(&self, account: usize, role: usize) -> String {
        let account = &self.sandbox.accounts()[account];
        format!("{}/{}", account.id, account.roles[role])
    }

    /// The ARN of a role of the first account, by its number.
    pub fn role_arn(&self, number: usize) -> String {
        let account = &self.sandbox.accounts()[0];
        format!("arn:aws:iam::{}:role/{}", account.id, account.roles[number])
    }

    pub fn token(&self) -> Value {
        serde_json::from_str(&self.home.read(TOKEN_FILE)).unwrap()
    }

    /// Changes the token file as time or another tool would.
    pub fn edit_token(&self, change: impl FnOnce(&mut Value)) {
        let mut token = self.token();
        change(&mut token);
        self.home.write(TOKEN_FILE, token.to_string());
    }

    pub fn expire_token(&self) {
        self.edit_token(|token| token["expiresAt"] = "2020-01-01T00:00:00Z".into());
    }

    /// A browser that writes down the address it is given.
    pub fn browser(&self) -> String {
        let script = self.home.write(
            "browser",
            "#!/bin/sh\nprintf %s \"$1\" > \"$HOME/link.new\"; mv \"$HOME/link.new\" \"$HOME/link\"\n",
        );
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        script.to_str().unwrap().to_owned()
    }

    /// The same where the kernel names itself as that of WSL, if this user may mount files.
    pub fn under_wsl(&self, invocation: Invocation) -> Option<Invocation> {
        let release = self.home.write("osrelease", "6.6.87.2-microsoft-standard-WSL2\n");
        let mount = format!("/bin/mount --bind {} /proc/sys/kernel/osrelease && exec \"$@\"", release.display());
        let wsl = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", &mount, "sh"];
        let can_mount = self.home.command("/bin/true").behind(wsl).run().exit.success();
        can_mount.then(|| invocation.behind(wsl))
    }

    /// Begins a browser sign-in and returns the link to which the opened page leads.
    pub fn begin_in_browser(&self) -> (Running, String) {
        let (running, page) = self.begin_at_page();
        (running, redirection(&page))
    }

    /// Begins a browser sign-in and returns the address that was opened: a page that leads to the link once.
    pub fn begin_at_page(&self) -> (Running, String) {
        let running = self.aws_sso("login --browser").env("BROWSER", self.browser()).start();
        (running, self.opened())
    }

    /// The address that the browser was started with.
    pub fn opened(&self) -> String {
        wait(|| self.home.has("link").then(|| self.home.read("link")))
    }

    /// Goes to the service's page as a browser would, and returns the address that it redirects to.
    pub fn authorize(&self, link: &str) -> String {
        assert!(link.starts_with(&self.sandbox.endpoint()), "{link}");
        redirection(link)
    }
}
