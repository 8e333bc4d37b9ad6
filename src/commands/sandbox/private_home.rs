//! A running sandbox with a home folder of its own, so that none of the user's files is read or written.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::credential_chain::DISPLACED;
use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::sandbox::{Options, Portal, Sandbox};
use crate::shell::{PREVIOUS, of_identity};
use crate::terminal;

/// The name of the sso-session and of the profile.
pub(super) const PROFILE: &str = "sandbox";

/// Variables of the user's shell that would change what programs do in the sandbox, besides all that lead to
/// credentials.
const REMOVED_VARIABLES: [&str; 8] = [
    "AWS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_ENDPOINT_URL_STS",
    "ALL_PROXY",
    "all_proxy",
    "https_proxy",
    "ZDOTDIR",
];

/// A running sandbox and its folder; both end when dropped.
pub(super) struct PrivateHome {
    pub(super) sandbox: Sandbox,
    home: PathBuf,
    /// `None` only while dropping.
    folder: Option<TempDir>,
}

impl Drop for PrivateHome {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.folder.take().map(TempDir::close) {
            let folder = self.home.display();
            terminal::warn(&format!("{folder} could not be removed: {error}"));
        }
    }
}

fn sso_session(name: &str, start_url: &str, region: &str) -> String {
    format!(
        "[sso-session {name}]\nsso_start_url = {start_url}\nsso_region = {region}\n\
         sso_registration_scopes = sso:account:access\n"
    )
}

fn cannot(what: &str, error: &io::Error) -> Error {
    Error::failed(format!("cannot {what}: {}", reason(error))).with_any_remedy(system::remedy(error, None))
}

impl PrivateHome {
    /// Starts the server and writes an AWS config for it.
    pub(super) fn open(options: Options) -> Result<Self> {
        let port = options.port;
        let sandbox = Sandbox::start(options).map_err(|error| {
            let failed = cannot("start the sandbox", &error);
            if port == 0 { failed } else { failed.with_remedy(format!("leave out --port {port} to use any free port")) }
        })?;
        let folder = tempfile::Builder::new()
            .prefix("aws-sso-sandbox-")
            .tempdir()
            .map_err(|error| cannot("create a temporary folder", &error))?;
        let home = Self { sandbox, home: folder.path().to_owned(), folder: Some(folder) };
        home.write(".aws/config", &home.config())?;
        if let Some(certificate) = home.sandbox.ca_pem() {
            home.write("ca.pem", certificate)?;
        }
        Ok(home)
    }

    /// A path below the home folder.
    pub(super) fn path(&self, relative: &str) -> PathBuf {
        environment::within(&self.home, relative)
    }

    /// Writes a file below the home folder, and creates the folders it needs.
    pub(super) fn write(&self, relative: &str, text: &str) -> Result<PathBuf> {
        let path = self.path(relative);
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        fs::write(&path, text).map_err(|error| cannot(&format!("write {}", path.display()), &error))?;
        Ok(path)
    }

    /// Creates a folder below the home folder.
    pub(super) fn create_folder(&self, relative: &str) -> Result<()> {
        create_folder(&self.path(relative))
    }

    fn config(&self) -> String {
        let options = self.sandbox.options();
        let further = options.portals.iter().map(|portal| {
            let Portal { region, start_url } = portal;
            sso_session(&format!("{PROFILE}-{region}"), start_url, region)
        });
        let companies = options.vanity.iter().map(|vanity| {
            sso_session(&format!("{PROFILE}-company"), &format!("https://{}", vanity.host), &options.region)
        });
        let region = &options.region;
        let main = sso_session(PROFILE, &self.sandbox.start_url(), region)
            + &format!("\n[profile {PROFILE}]\nsso_session = {PROFILE}\nregion = {region}\n");
        further.chain(companies).fold(main, |config, session| config + "\n" + &session)
    }

    /// Whether it is reached at AWS's own addresses alone, where each Region has its own.
    fn is_at_aws(&self) -> bool {
        self.sandbox.start_url().starts_with("https://")
    }

    /// The variables with which a program uses the sandbox and nothing else.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let file = |relative: &str| self.path(relative).into_os_string();
        let endpoint = OsString::from(self.sandbox.endpoint());
        let loopback = OsString::from("127.0.0.1,localhost");
        // AWS tools look for their shared caches in the home folder, whatever other variables say.
        let mut environment = environment::of_home(&self.home);
        environment.push(("AWS_CONFIG_FILE", file(".aws/config")));
        environment.push(("AWS_SHARED_CREDENTIALS_FILE", file(".aws/credentials")));
        if !self.is_at_aws() {
            let names = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"];
            environment.extend(names.map(|name| (name, endpoint.clone())));
        }
        environment.extend([
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_REGION", self.sandbox.region().into()),
            // boto3 reads no other one.
            ("AWS_DEFAULT_REGION", self.sandbox.region().into()),
            ("AWS_SSO_SESSION", PROFILE.into()),
            ("NO_PROXY", loopback.clone()),
            ("no_proxy", loopback),
        ]);
        if let Some(proxy) = self.sandbox.proxy() {
            environment.push(("HTTPS_PROXY", proxy.into()));
            environment.push(("AWS_CA_BUNDLE", file("ca.pem")));
        }
        environment
    }

    /// Runs a program in this home, with this executable's folder first on its `PATH`.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Result<std::process::Command> {
        #[allow(clippy::disallowed_methods, reason = "secrets of the sandbox are for the programs in it")]
        let mut command = std::process::Command::new(program.as_ref());
        for name in of_identity().chain([DISPLACED, PREVIOUS]).chain(REMOVED_VARIABLES) {
            command.env_remove(name);
        }
        command.envs(self.environment()).env("PATH", search_path()?);
        Ok(command)
    }
}

pub(super) fn executable() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| cannot("find the file of this program", &error))
}

fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| cannot(&format!("create {}", path.display()), &error))
}

fn search_path() -> Result<OsString> {
    let executable = executable()?;
    let first = executable.parent().map(Path::to_path_buf);
    let rest = environment::search_path();
    let folders = first.into_iter().chain(rest.iter().flat_map(std::env::split_paths));
    std::env::join_paths(folders)
        .map_err(|_| Error::failed(format!("{} cannot be added to PATH", executable.display())))
}
