//! Real AWS clients, which have to accept the credentials that we return.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use super::user::User;
use super::{AWS_SSO, Home, Invocation, REGION, note, programs, skip};

/// Version 2 of the AWS CLI. The first `aws` on `PATH` may be version 1, so each candidate is asked.
static AWS_CLI: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let named = std::env::var_os("AWS_SSO_TEST_AWS_CLI").filter(|path| !path.is_empty()).map(PathBuf::from);
    let is_version_2 = |program: &PathBuf| {
        let output = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        output.is_ok_and(|output| output.stdout.starts_with(b"aws-cli/2."))
    };
    named.or_else(|| programs("aws").find(is_version_2))
});

/// A Python with the boto3 of `tests/requirements.txt`.
static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let named = std::env::var_os("AWS_SSO_TEST_PYTHON").filter(|path| !path.is_empty()).map(PathBuf::from);
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    named.or(Some(ours)).filter(|python| {
        let import = Command::new(python).args(["-c", "import boto3"]).stderr(Stdio::null()).status();
        import.is_ok_and(|status| status.success())
    })
});

/// A Python that has the AWS CLI v2 among its modules, as a distribution installs it.
static AWS_CLI_PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    programs("python3").find(|python| {
        let script = "import awscli, sys; import awscli.botocore; sys.exit(awscli.__version__[:2] != '2.')";
        let import = Command::new(python).args(["-c", script]).stderr(Stdio::null()).status();
        import.is_ok_and(|status| status.success())
    })
});

impl Home {
    /// The AWS CLI v2 in this home; `None`, with a message, if it is not installed.
    ///
    /// Before 2.13 it takes an endpoint only from `--endpoint-url`; `Invocation::through_proxy` always works.
    #[track_caller]
    pub fn aws_cli<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Option<Invocation> {
        let Some(program) = &*AWS_CLI else {
            skip("there is no AWS CLI v2: what it accepts is not tested");
            return None;
        };
        Some(self.client(program).env("AWS_PAGER", "").args(arguments))
    }

    /// Whether the AWS CLI is this version or a later one.
    pub fn is_aws_cli_since(&self, version: [u32; 3]) -> bool {
        let Some(cli) = self.aws_cli(["--version"]) else { return false };
        let output = cli.run().success();
        let number = output.stdout.trim_start_matches("aws-cli/").split(' ').next().unwrap_or_default();
        number.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>().as_slice() >= &version[..]
    }

    /// A Python script that can `import boto3`; `None`, with a message, if boto3 is not installed.
    #[track_caller]
    pub fn boto3(&self, script: &str) -> Option<Invocation> {
        let Some(program) = &*PYTHON else {
            skip("there is no Python with boto3 (tests/run makes one): what it accepts is not tested");
            return None;
        };
        Some(self.client(program).args(["-c", script]))
    }

    /// A Python script that can `import awscrt`, AWS's common runtime; `None`, with a message, if it is not installed.
    #[track_caller]
    pub fn awscrt(&self, script: &str) -> Option<Invocation> {
        let python = self.boto3(script)?;
        let mut import = Command::new(python.command().get_program());
        if import.args(["-c", "import awscrt.auth"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        {
            return Some(python);
        }
        skip("there is no Python with awscrt (tests/run makes one): what it accepts is not tested");
        None
    }

    /// A Python script that can import the AWS CLI v2's own modules; `None`, with a message, if there are none.
    #[track_caller]
    pub fn aws_cli_modules(&self, script: &str) -> Option<Invocation> {
        let Some(program) = &*AWS_CLI_PYTHON else {
            note("no Python has the AWS CLI v2's modules: how it writes files is tested with boto3's alone");
            return None;
        };
        Some(self.client(program).args(["-c", script]))
    }

    /// Without instance metadata, as its address is outside of this machine.
    fn client(&self, program: &Path) -> Invocation {
        self.command(program).env("AWS_EC2_METADATA_DISABLED", "true")
    }
}

/// A program with the AWS SDK for Rust: the SDK reads the environment of its process, so this test program runs once
/// more, with this ignored test alone.
pub fn rust_sdk_program(user: &User, test: &str) -> Invocation {
    let program = std::env::current_exe().unwrap();
    let run = user.home.command(program).args(["--exact", test, "--ignored", "--nocapture"]);
    run.env("AWS_EC2_METADATA_DISABLED", "true")
}

/// The identity that the AWS SDK for Rust gets with a profile of this home.
///
/// The SDK runs the `credential_process` with the environment of this process, so `env` replaces it by the home's.
pub fn rust_sdk_identity(user: &User, profile: &str) -> String {
    let config = user.home.read(".aws/config").replace(
        "credential_process = aws-sso",
        &format!(
            "credential_process = env -i HOME={} AWS_ENDPOINT_URL_SSO={} {}",
            user.home.path("").display(),
            user.sandbox.endpoint(),
            AWS_SSO,
        ),
    );
    let path = user.home.write("rust-sdk-config", config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let files = aws_runtime::env_config::file::EnvConfigFiles::builder()
            .with_file(aws_runtime::env_config::file::EnvConfigFileKind::Config, path)
            .build();
        let http = aws_smithy_http_client::Builder::new().build_http();
        let configured = aws_config::provider_config::ProviderConfig::without_region().with_http_client(http.clone());
        let provider = aws_config::profile::ProfileFileCredentialsProvider::builder()
            .configure(&configured)
            .profile_files(files)
            .profile_name(profile)
            .build();
        let config = aws_sdk_sts::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_sts::config::Region::from_static(REGION))
            .endpoint_url(user.sandbox.endpoint())
            .http_client(http)
            .credentials_provider(provider)
            .build();
        let client = Arc::new(aws_sdk_sts::Client::from_conf(config));
        client.get_caller_identity().send().await.unwrap().arn.unwrap()
    })
}
