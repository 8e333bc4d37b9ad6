//! How the service is reached: endpoints, certificates and retries, as environment variables and the config say.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use super::config::{Config, Section};
use super::directory::Directory;
use crate::access_portal::AccessPortal;
use crate::address::Link;
use crate::environment;
use crate::error::{Error, Result};

/// How the service is reached; an environment variable wins over the profile's setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// In place of `https://portal.sso.REGION.amazonaws.com`.
    pub sso_endpoint_url: Option<String>,
    /// In place of `https://oidc.REGION.amazonaws.com`.
    pub oidc_endpoint_url: Option<String>,
    /// In place of `https://signin.aws.amazon.com`.
    pub signin_endpoint_url: Option<String>,
    /// In place of `https://sts.REGION.amazonaws.com`.
    pub sts_endpoint_url: Option<String>,
    /// In place of `https://organizations.us-east-1.amazonaws.com`.
    pub organizations_endpoint_url: Option<String>,
    /// A file of PEM certificates that replace the system's roots.
    pub ca_bundle: Option<CaBundle>,
    /// Whether to use FIPS endpoints; by default if the start URL has one.
    pub use_fips: bool,
    /// Whether to use dual-stack endpoints, which have IPv6 addresses as well; by default if the start URL has one.
    pub use_dualstack: bool,
    /// How often a request is sent at most.
    pub max_attempts: Option<u32>,
}

/// A file of certificates, and what names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaBundle {
    /// The file.
    pub path: PathBuf,
    /// A variable, or a profile's `ca_bundle`.
    pub source: Source,
}

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In this environment variable.
    Variable(&'static str),
    /// In this key of a profile.
    Key(&'static str, String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Key(key, profile) => write!(f, "{key} of the profile {profile}"),
        }
    }
}

/// The environment variables that decide how the service is reached, as they are: nothing is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkVariables {
    /// `AWS_PROFILE`: the profile whose settings apply to an sso-session.
    pub profile: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO`.
    pub sso_endpoint_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO_OIDC`.
    pub oidc_endpoint_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SIGNIN`.
    pub signin_endpoint_url: Option<String>,
    /// `AWS_ENDPOINT_URL_STS`.
    pub sts_endpoint_url: Option<String>,
    /// `AWS_ENDPOINT_URL_ORGANIZATIONS`.
    pub organizations_endpoint_url: Option<String>,
    /// `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub ignore_endpoint_urls: Option<String>,
    /// `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
    /// `REQUESTS_CA_BUNDLE`.
    pub requests_ca_bundle: Option<PathBuf>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: Option<String>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dualstack: Option<String>,
    /// `AWS_MAX_ATTEMPTS`.
    pub max_attempts: Option<String>,
    /// The home folder, which `~` stands for.
    pub home: Option<PathBuf>,
}

impl NetworkVariables {
    /// Reads them from this process's environment.
    pub fn of_environment() -> Result<Self> {
        Ok(Self {
            profile: environment::aws_profile(),
            sso_endpoint_url: environment::sso_endpoint_url()?,
            oidc_endpoint_url: environment::oidc_endpoint_url()?,
            signin_endpoint_url: environment::signin_endpoint_url()?,
            sts_endpoint_url: environment::sts_endpoint_url()?,
            organizations_endpoint_url: environment::organizations_endpoint_url()?,
            endpoint_url: environment::endpoint_url()?,
            ignore_endpoint_urls: environment::ignore_endpoint_urls()?,
            ca_bundle: environment::ca_bundle(),
            requests_ca_bundle: environment::requests_ca_bundle(),
            use_fips: environment::use_fips()?,
            use_dualstack: environment::use_dualstack()?,
            max_attempts: environment::max_attempts()?,
            home: environment::home().ok(),
        })
    }

    fn expanded(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }
}

impl Network {
    /// How to reach `directory` from this process. Needs the whole config, because a profile may name a services
    /// section.
    ///
    /// Errors: a variable or a setting that counts cannot be read.
    pub fn of(config: &Config, directory: &Directory) -> Result<Self> {
        Self::resolve(&NetworkVariables::of_environment()?, config, directory)
    }

    /// How to reach STS for a chain of roles, which has the settings of the profile that names it, if one does.
    pub(crate) fn of_chain(config: &Config, directory: &Directory, profile: Option<&str>) -> Result<Self> {
        let variables = NetworkVariables::of_environment()?;
        let profile = profile.and_then(|name| config.profile(name));
        Self::resolve_with(&variables, config, directory, profile.or_else(|| in_use(&variables, config, directory)))
    }

    /// How to reach `directory` where the environment has these variables.
    ///
    /// An sso-session cannot have network settings. The AWS CLI then takes those of the profile in use, and so does
    /// this tool: it has to reach the same service.
    pub fn resolve(variables: &NetworkVariables, config: &Config, directory: &Directory) -> Result<Self> {
        Self::resolve_with(variables, config, directory, in_use(variables, config, directory))
    }

    fn resolve_with(
        variables: &NetworkVariables,
        config: &Config,
        directory: &Directory,
        profile: Option<Section<'_>>,
    ) -> Result<Self> {
        let key = |key, value: &str| {
            let name = profile.map(|profile| profile.name().to_owned()).unwrap_or_default();
            (value.to_owned(), Source::Key(key, name))
        };
        let either = |variable: &Option<String>, name, setting| {
            let own = variable.clone().map(|value| (value, Source::Variable(name)));
            own.or_else(|| profile?.setting(setting).map(|value| key(setting, value)))
        };
        let is_on = |variable, name, setting, default| match either(variable, name, setting) {
            Some((value, source)) => flag(&value, &source),
            None => Ok(default),
        };
        let portal = AccessPortal::read(&directory.start_url).ok();
        let has = |quality: fn(&AccessPortal) -> bool| portal.as_ref().is_some_and(quality);

        // As in the AWS CLI, this setting turns off the variables as well.
        let ignored = is_on(
            &variables.ignore_endpoint_urls,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
            false,
        )?;
        let endpoint = |variable: &Option<String>, name, service| {
            let own = [(variable, name), (&variables.endpoint_url, "AWS_ENDPOINT_URL")];
            let mut own = own.into_iter().filter_map(|(value, name)| Some((value.clone()?, Source::Variable(name))));
            let chosen =
                own.next().or_else(|| Some(key("endpoint_url", configured_endpoint(config, profile?, service)?)));
            chosen.filter(|_| !ignored).map(|(url, source)| checked_endpoint(url, &source)).transpose()
        };
        let bundle = |path: &Path, source| Some(CaBundle { path: variables.expanded(path), source });
        let ca_bundle = match (&variables.ca_bundle, profile.and_then(|profile| profile.setting("ca_bundle"))) {
            (Some(path), _) => bundle(path, Source::Variable("AWS_CA_BUNDLE")),
            (None, Some(path)) => bundle(Path::new(path), key("ca_bundle", path).1),
            (None, None) => variables
                .requests_ca_bundle
                .as_deref()
                .and_then(|path| bundle(path, Source::Variable("REQUESTS_CA_BUNDLE"))),
        };
        Ok(Self {
            sso_endpoint_url: endpoint(&variables.sso_endpoint_url, "AWS_ENDPOINT_URL_SSO", "sso")?,
            oidc_endpoint_url: endpoint(&variables.oidc_endpoint_url, "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc")?,
            signin_endpoint_url: endpoint(&variables.signin_endpoint_url, "AWS_ENDPOINT_URL_SIGNIN", "signin")?,
            sts_endpoint_url: endpoint(&variables.sts_endpoint_url, "AWS_ENDPOINT_URL_STS", "sts")?,
            organizations_endpoint_url: endpoint(
                &variables.organizations_endpoint_url,
                "AWS_ENDPOINT_URL_ORGANIZATIONS",
                "organizations",
            )?,
            ca_bundle,
            use_fips: is_on(
                &variables.use_fips,
                "AWS_USE_FIPS_ENDPOINT",
                "use_fips_endpoint",
                has(|portal| portal.is_fips),
            )?,
            use_dualstack: is_on(
                &variables.use_dualstack,
                "AWS_USE_DUALSTACK_ENDPOINT",
                "use_dualstack_endpoint",
                has(|portal| portal.is_dualstack),
            )?,
            max_attempts: either(&variables.max_attempts, "AWS_MAX_ATTEMPTS", "max_attempts")
                .map(|(value, source)| attempts(&value, &source))
                .transpose()?,
        })
    }
}

/// The profile whose settings count for an Identity Center.
fn in_use<'a>(variables: &NetworkVariables, config: &'a Config, directory: &Directory) -> Option<Section<'a>> {
    let in_use = variables.profile.as_deref().unwrap_or("default");
    config.profile(&directory.name).or_else(|| config.profile(in_use))
}

/// The AWS CLI reads every other word as false, so `AWS_USE_FIPS_ENDPOINT=yes` would have no effect and nobody would
/// know.
fn flag(value: &str, source: &Source) -> Result<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Error::usage(format!("{source} is neither true nor false: \"{value}\""))
            .with_remedy("write true or false, or remove it")),
    }
}

fn attempts(value: &str, source: &Source) -> Result<u32> {
    value.trim().parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        Error::usage(format!("{source} is not a number of attempts: \"{value}\""))
            .with_remedy("write a whole number from 1, or remove it")
    })
}

/// Refuses an endpoint that a token must not be sent to.
fn checked_endpoint(url: String, source: &Source) -> Result<String> {
    match Link::parse(&url) {
        Some(link) if link.is_safe() => Ok(url),
        Some(link) => Err(Error::usage(format!("the endpoint http://{} in {source} is not encrypted", link.authority))
            .with_remedy("use https, or remove it; http is for this machine only")),
        // The text may hold a password, so it is not repeated.
        None => Err(Error::usage(format!("the endpoint in {source} is not an https address"))
            .with_remedy("write https://HOST or https://HOST:PORT, or remove it")),
    }
}

/// The endpoint of a service: from the services section that the profile names, else the profile's own.
fn configured_endpoint<'a>(config: &'a Config, profile: Section<'a>, service: &str) -> Option<&'a str> {
    let services = profile.setting("services").and_then(|name| config.services(name));
    services.and_then(|services| services.nested(service, "endpoint_url")).or_else(|| profile.setting("endpoint_url"))
}
