//! A home with a config, a sign-in and cached credentials, and the service they come from.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Options, Sandbox};

use crate::programs::{Program, Programs, target_folder};
use crate::support::{self, Home, Invocation, REGION, START_URL};

/// Nothing listens here, so a run fails if it sends a request although the credentials are cached.
pub const NOWHERE: &str = "http://127.0.0.1:9";

pub struct Stage {
    pub home: Home,
    sandbox: Rc<Sandbox>,
    account: String,
    role: String,
}

impl Stage {
    /// A signed-in user with this many profiles and the cached credentials of one role.
    pub fn new(profiles: usize, programs: &Programs) -> Self {
        Self::with(Options::default(), profiles, programs)
    }

    /// A user with 50,000 roles, each with a discovered profile.
    pub fn of_an_organisation(programs: &Programs) -> Self {
        let stage = Self::with(Options { accounts: 500, roles: 100, ..Options::default() }, 20, programs);
        let aws_sso = programs.aws_sso.as_ref().expect("nothing to measure");
        let discover = stage.home.command(aws_sso).args(["discover", "-p", "corp", "--quiet"]);
        let _ = stage.at_service(discover, false).limit(Duration::from_mins(5)).run().success();
        stage
    }

    /// A user with a role in each of 1,000 accounts, whose credentials are cached.
    pub fn of_a_thousand_accounts(programs: &Programs) -> Self {
        let stage = Self::with(Options { accounts: 1000, roles: 1, ..Options::default() }, 20, programs);
        let aws_sso = programs.aws_sso.as_ref().expect("nothing to measure");
        let fill = stage.home.command(aws_sso).args(["exec", "--match", "*", "--yes", "--", "true"]);
        let _ = stage.at_service(fill, false).limit(Duration::from_mins(5)).run().success();
        let accounts = stage.sandbox.accounts();
        let roles = accounts.iter().map(|account| format!("{}/{}\n", account.id, account.roles[0]));
        stage.home.write("roles", roles.collect::<String>());
        stage
    }

    /// `exec ROLE -- true` for each role, this many at a time.
    pub fn for_each_role(&self, program: &Program, processes: usize) -> Result<Invocation, String> {
        let xargs = support::programs("xargs").next().ok_or("xargs is not installed")?;
        let (roles, processes) = (self.home.path("roles"), processes.to_string());
        let words = ["-P", &processes, "-I", "{}"];
        let run = self.home.command(xargs).arg("-a").arg(roles).args(words).arg(program.as_ref()?);
        Ok(run.args(["exec", "{}", "--", "true"]).env("AWS_ENDPOINT_URL_SSO", NOWHERE))
    }

    /// Fills the cached inventory.
    pub fn remember(&self, programs: &Programs) {
        let aws_sso = programs.aws_sso.as_ref().expect("nothing to measure");
        let list = self.home.command(aws_sso).args(["list", "-p", "corp"]);
        let _ = self.at_service(list, false).run().success();
    }

    /// The role whose credentials are cached.
    pub fn role(&self) -> String {
        format!("{}/{}", self.account, self.role)
    }

    /// The id of the account that comes first when sorted by name.
    pub fn first_account(&self) -> String {
        let mut accounts = self.sandbox.accounts();
        // As the picker orders its rows.
        accounts.sort_by_key(|account| account.name.to_lowercase());
        accounts[0].id.clone()
    }

    fn with(options: Options, profiles: usize, programs: &Programs) -> Self {
        let day = Duration::from_hours(24);
        let sandbox = Sandbox::start(Options {
            approval: Approval::Automatic,
            start_url: Some(START_URL.to_owned()),
            region: REGION.to_owned(),
            token_lifetime: day,
            credential_lifetime: day,
            tls: true,
            ..options
        });
        let sandbox = Rc::new(sandbox.unwrap());
        let account = &sandbox.accounts()[0];
        // The original tool strips the letters of "role/" from the start of a name.
        let role = account.roles.iter().find(|role| role.starts_with('A')).unwrap().clone();
        let stage = Self { home: Home::new(), account: account.id.clone(), role, sandbox };
        stage.write_config(profiles);
        stage.home.write("sandbox-ca.pem", stage.sandbox.ca_pem().unwrap());

        let aws_sso = programs.aws_sso.as_ref().expect("nothing to measure");
        let sign_in = ["login", "-p", "corp", "--device-code", "--no-browser"];
        let _ = stage.home.command(aws_sso).args(sign_in).endpoint(stage.sandbox.endpoint()).run().success();
        let fill = stage.process(&programs.aws_sso).unwrap();
        let _ = stage.at_service(fill, false).run().success();
        let [token] = &stage
            .home
            .list(".aws/sso/cache")
            .into_iter()
            .filter_map(|name| stage.token(&name))
            .collect::<Vec<_>>()[..]
        else {
            panic!("a sign-in leaves one token behind");
        };
        stage.home.write("bearer", format!("x-amz-sso_bearer_token: {token}\n"));
        stage
    }

    /// The same service and caches with another number of profiles.
    pub fn with_caches_of(profiles: usize, other: &Self) -> Self {
        let stage = Self {
            home: Home::new(),
            sandbox: Rc::clone(&other.sandbox),
            account: other.account.clone(),
            role: other.role.clone(),
        };
        stage.write_config(profiles);
        let caches = [".aws/sso/cache", ".aws/cli/cache"];
        let files = caches
            .iter()
            .flat_map(|folder| other.home.list(folder).into_iter().map(move |name| format!("{folder}/{name}")));
        for file in files.chain(["bearer".to_owned(), "sandbox-ca.pem".to_owned()]) {
            stage.home.write(&file, other.home.read(&file));
        }
        stage
    }

    /// The sso-session comes last, which is the slowest place for a reader.
    fn write_config(&self, profiles: usize) {
        let mut config = format!(
            "[profile target]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\nregion = {REGION}\n",
            self.account, self.role
        );
        for number in 1..profiles {
            let _ = write!(
                config,
                "\n[profile account-{number}/ReadOnlyAccess]\nregion = {REGION}\ncredential_process = \
                 aws-sso -p corp -r arn:aws:iam::{number:012}:role/ReadOnlyAccess -ext\n"
            );
        }
        let _ = write!(
            config,
            "\n[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
             sso_registration_scopes = sso:account:access\n"
        );
        self.home.write(".aws/config", config);
    }

    fn token(&self, name: &str) -> Option<String> {
        let file: serde_json::Value = serde_json::from_str(&self.home.read(format!(".aws/sso/cache/{name}"))).ok()?;
        Some(file.get("accessToken")?.as_str()?.to_owned())
    }

    /// The folder of cached role credentials.
    pub fn role_cache(&self) -> PathBuf {
        self.home.path(".aws/cli/cache")
    }

    /// A program of `benches/reference`.
    pub fn reference(&self, program: &Program) -> Result<Invocation, String> {
        Ok(self.home.command(program.as_ref()?))
    }

    /// `credential_process` without a reachable service.
    pub fn process(&self, program: &Program) -> Result<Invocation, String> {
        let arn = format!("arn:aws:iam::{}:role/{}", self.account, self.role);
        let run = self.home.command(program.as_ref()?).args(["-p", "corp", "-r", &arn, "-ext"]);
        Ok(run.env("AWS_ENDPOINT_URL_SSO", NOWHERE))
    }

    /// Makes the service reachable.
    pub fn at_service(&self, run: Invocation, secure: bool) -> Invocation {
        let run = run.env("AWS_ENDPOINT_URL_SSO", self.endpoint(secure));
        if secure { run.env("AWS_CA_BUNDLE", self.home.path("sandbox-ca.pem")) } else { run }
    }

    fn endpoint(&self, secure: bool) -> String {
        if secure { self.sandbox.https_endpoint().unwrap() } else { self.sandbox.endpoint() }
    }

    /// The same request by curl, which writes no file.
    pub fn curl(&self, secure: bool) -> Result<Invocation, String> {
        // By its path: Rust starts a program that it must look up in PATH with the slower fork.
        let program = support::programs("curl").next().ok_or("curl is not installed")?;
        let (account, role) = (&self.account, &self.role);
        let url = format!("{}/federation/credentials?account_id={account}&role_name={role}", self.endpoint(secure));
        let header = format!("@{}", self.home.path("bearer").display());
        let curl = self.home.command(program).args(["--silent", "--fail", "--header", &header, &url]);
        Ok(if secure { curl.arg("--cacert").arg(self.home.path("sandbox-ca.pem")) } else { curl })
    }

    /// Adds two profiles, `hub` and `end` on top of it, and what curl needs to assume the role of `hub`.
    pub fn with_chains(self, programs: &Programs) -> Self {
        let accounts = self.sandbox.accounts();
        let [near, far] = [1, 2].map(|number| format!("arn:aws:iam::{}:role/Deploy", accounts[number].id));
        let hop = |name: &str, role: &str, source: &str| {
            format!(
                "\n[profile {name}]\nrole_arn = {role}\nsource_profile = {source}\nrole_session_name = bench\n\
                 region = {REGION}\n"
            )
        };
        let config = self.home.read(".aws/config") + &hop("hub", &near, "target") + &hop("end", &far, "hub");
        self.home.write(".aws/config", config);
        let held = self.at_service(self.process(&programs.aws_sso).unwrap(), false).run().success().json();
        let held = |name: &str| held[name].as_str().unwrap().to_owned();
        let body = [("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleSessionName", "bench")];
        let body: String = body.iter().map(|(name, value)| format!("data = \"{name}={value}\"\n")).collect();
        self.home.write(
            "curl-sts",
            format!(
                "silent\nfail\naws-sigv4 = \"aws:amz:{REGION}:sts\"\nuser = \"{}:{}\"\n\
                 header = \"X-Amz-Security-Token: {}\"\n{body}data-urlencode = \"RoleArn={near}\"\n",
                held("AccessKeyId"),
                held("SecretAccessKey"),
                held("SessionToken"),
            ),
        );
        self
    }

    /// `process` of a profile that assumes a role, with the service reachable.
    pub fn chain(&self, program: &Program, profile: &str, secure: bool) -> Result<Invocation, String> {
        let run = self.home.command(program.as_ref()?).args(["process", profile]);
        Ok(self.at_service(run, secure).env("AWS_ENDPOINT_URL_STS", self.endpoint(secure)))
    }

    /// An `AssumeRole` by curl, which signs it.
    pub fn curl_sts(&self, secure: bool) -> Result<Invocation, String> {
        let program = support::programs("curl").next().ok_or("curl is not installed")?;
        let curl = self.home.command(program).arg("--config").arg(self.home.path("curl-sts"));
        let curl = curl.arg(self.endpoint(secure));
        Ok(if secure { curl.arg("--cacert").arg(self.home.path("sandbox-ca.pem")) } else { curl })
    }

    /// The AWS CLI v2, which reaches the service through a proxy.
    pub fn aws_cli(&self) -> Result<Invocation, String> {
        let arguments = ["configure", "export-credentials", "--profile", "target"];
        let cli = self.home.aws_cli(arguments).ok_or("there is no AWS CLI v2")?;
        Ok(cli.through_proxy(&self.sandbox))
    }

    /// The original tool, as `pip` installs it.
    pub fn original(&self) -> Result<Invocation, String> {
        let folder = target_folder().join("bench/original");
        let make = "set -eu; cd \"$1\"; . tests/setup.bash; virtual_environment \"$2\" benches/requirements.txt";
        let outcome = Command::new("bash").args(["-c", make, "bash", env!("CARGO_MANIFEST_DIR")]).arg(&folder).status();
        if !outcome.is_ok_and(|status| status.success()) {
            return Err("it could not be installed".to_owned());
        }
        let arn = format!("arn:aws:iam::{}:role/{}", self.account, self.role);
        let python = self.home.command(folder.join("bin/python"));
        let run = python.args(["-m", "aws_sso", "-p", "corp", "-r", &arn, "-ext"]);
        Ok(run
            .env("AWS_ENDPOINT_URL_SSO", self.sandbox.endpoint())
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true"))
    }
}
