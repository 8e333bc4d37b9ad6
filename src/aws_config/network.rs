//! How the service is reached: endpoints, certificates and retries, as environment variables and the config say.

use std::path::PathBuf;

use super::config::{Config, Section};
use super::directory::Directory;
use crate::environment;

/// How the service is reached; an environment variable wins over the profile's setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// In place of `https://portal.sso.REGION.amazonaws.com`.
    pub sso_endpoint_url: Option<String>,
    /// In place of `https://oidc.REGION.amazonaws.com`.
    pub oidc_endpoint_url: Option<String>,
    /// In place of `https://signin.aws.amazon.com`.
    pub signin_endpoint_url: Option<String>,
    /// A file of PEM certificates that replace the system's roots.
    pub ca_bundle: Option<PathBuf>,
    /// Whether to use FIPS endpoints.
    pub use_fips: bool,
    /// Whether to use dual-stack endpoints, which have IPv6 addresses as well.
    pub use_dualstack: bool,
    /// How often a request is sent at most.
    pub max_attempts: Option<u32>,
}

/// The environment variables that decide how the service is reached.
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
    /// `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub ignore_endpoint_urls: Option<bool>,
    /// `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<PathBuf>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: Option<bool>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dualstack: Option<bool>,
    /// `AWS_MAX_ATTEMPTS`.
    pub max_attempts: Option<u32>,
    /// The home folder, which `~` stands for in a profile's `ca_bundle`.
    pub home: Option<PathBuf>,
}

impl NetworkVariables {
    /// Reads them from this process's environment.
    #[must_use]
    pub fn of_environment() -> Self {
        Self {
            profile: environment::aws_profile(),
            sso_endpoint_url: environment::sso_endpoint_url(),
            oidc_endpoint_url: environment::oidc_endpoint_url(),
            signin_endpoint_url: environment::signin_endpoint_url(),
            endpoint_url: environment::endpoint_url(),
            ignore_endpoint_urls: environment::ignore_endpoint_urls(),
            ca_bundle: environment::ca_bundle(),
            use_fips: environment::use_fips(),
            use_dualstack: environment::use_dualstack(),
            max_attempts: environment::max_attempts(),
            home: environment::home().ok(),
        }
    }
}

impl Network {
    /// How to reach `directory` from this process. Needs the whole config, because a profile may name a services
    /// section.
    #[must_use]
    pub fn of(config: &Config, directory: &Directory) -> Self {
        Self::resolve(&NetworkVariables::of_environment(), config, directory)
    }

    /// How to reach `directory` where the environment has these variables.
    ///
    /// An sso-session cannot have network settings. The AWS CLI then takes those of the profile in use, and so does
    /// this tool: it has to reach the same service.
    #[must_use]
    pub fn resolve(variables: &NetworkVariables, config: &Config, directory: &Directory) -> Self {
        let in_use = variables.profile.as_deref().unwrap_or("default");
        let profile = config.profile(&directory.name).or_else(|| config.profile(in_use));
        let setting = |key| profile.and_then(|profile| profile.setting(key));
        let flag = |key| setting(key).map(|value| value.eq_ignore_ascii_case("true"));
        let either = |variable: Option<bool>, key| variable.or_else(|| flag(key)).unwrap_or(false);

        // As in the AWS CLI, this setting turns off the variables as well.
        let ignored = either(variables.ignore_endpoint_urls, "ignore_configured_endpoint_urls");
        let endpoint = |variable: &Option<String>, service| {
            let chosen = variable.clone().or_else(|| variables.endpoint_url.clone());
            chosen.or_else(|| configured_endpoint(config, profile?, service)).filter(|_| !ignored)
        };
        Self {
            sso_endpoint_url: endpoint(&variables.sso_endpoint_url, "sso"),
            oidc_endpoint_url: endpoint(&variables.oidc_endpoint_url, "sso_oidc"),
            signin_endpoint_url: endpoint(&variables.signin_endpoint_url, "signin"),
            ca_bundle: variables.ca_bundle.clone().or_else(|| {
                let bundle = PathBuf::from(setting("ca_bundle")?);
                Some(match (bundle.strip_prefix("~"), &variables.home) {
                    (Ok(rest), Some(home)) => home.join(rest),
                    _ => bundle,
                })
            }),
            use_fips: either(variables.use_fips, "use_fips_endpoint"),
            use_dualstack: either(variables.use_dualstack, "use_dualstack_endpoint"),
            max_attempts: variables.max_attempts.or_else(|| {
                setting("max_attempts").and_then(|number| number.parse().ok()).filter(|number| *number > 0)
            }),
        }
    }
}

/// The endpoint of a service: from the services section that the profile names, else the profile's own.
fn configured_endpoint(config: &Config, profile: Section<'_>, service: &str) -> Option<String> {
    let services = profile.setting("services").and_then(|name| config.services(name));
    services
        .and_then(|services| services.nested(service, "endpoint_url"))
        .or_else(|| profile.setting("endpoint_url"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &[u8] = b"\
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile full]
sso_session = corp
services = local
endpoint_url = http://profile
ca_bundle = ~/ca.pem
use_fips_endpoint = TRUE
use_dualstack_endpoint = true
max_attempts = 7
[profile plain]
sso_session = corp
endpoint_url = http://plain
services = nowhere
max_attempts = 0
[profile off]
sso_session = corp
endpoint_url = http://off
ignore_configured_endpoint_urls = true
[profile in-use]
ca_bundle = /in/use.pem
[default]
ca_bundle = /default.pem
[services local]
sso =
  endpoint_url = http://service
";

    fn resolve(name: &str, variables: &NetworkVariables) -> Network {
        let config = Config::parse(CONFIG);
        Network::resolve(variables, &config, &config.directory(name).unwrap())
    }

    #[test]
    fn endpoints_come_from_the_most_specific_place() {
        let none = NetworkVariables::default();
        let text = |text: &str| Some(text.to_owned());
        let every = NetworkVariables {
            sso_endpoint_url: text("sso"),
            endpoint_url: text("all"),
            ..NetworkVariables::default()
        };
        let ignored = NetworkVariables { ignore_endpoint_urls: Some(true), ..every.clone() };
        let heeded = NetworkVariables { ignore_endpoint_urls: Some(false), ..none.clone() };
        let oidc = NetworkVariables { oidc_endpoint_url: text("oidc"), ..none.clone() };
        let cases = [
            ("full", &none, Some("http://service"), Some("http://profile")),
            ("plain", &none, Some("http://plain"), Some("http://plain")),
            ("corp", &none, None, None),
            ("full", &every, Some("sso"), Some("all")),
            ("corp", &every, Some("sso"), Some("all")),
            ("full", &oidc, Some("http://service"), Some("oidc")),
            ("full", &ignored, None, None),
            ("off", &none, None, None),
            ("off", &every, None, None),
            ("off", &heeded, Some("http://off"), Some("http://off")),
        ];
        for (name, variables, sso, oidc) in cases {
            let network = resolve(name, variables);
            let found = (network.sso_endpoint_url.as_deref(), network.oidc_endpoint_url.as_deref());
            assert_eq!(found, (sso, oidc), "{name} {variables:?}");
        }
    }

    #[test]
    fn a_variable_wins_over_the_profiles_setting() {
        let home = NetworkVariables { home: Some("/home/me".into()), ..NetworkVariables::default() };
        let network = resolve("full", &home);
        assert_eq!(network.ca_bundle.as_deref(), Some("/home/me/ca.pem".as_ref()));
        assert_eq!((network.use_fips, network.use_dualstack), (true, true));
        assert_eq!(network.max_attempts, Some(7));

        let variables = NetworkVariables {
            ca_bundle: Some("/env.pem".into()),
            use_fips: Some(false),
            use_dualstack: Some(false),
            max_attempts: Some(2),
            ..home
        };
        let network = resolve("full", &variables);
        assert_eq!(network.ca_bundle.as_deref(), Some("/env.pem".as_ref()));
        assert_eq!((network.use_fips, network.use_dualstack), (false, false));
        assert_eq!(network.max_attempts, Some(2));
        assert_eq!(resolve("plain", &NetworkVariables::default()).max_attempts, None);
    }

    #[test]
    fn an_sso_session_is_reached_as_the_profile_in_use_says() {
        let in_use = NetworkVariables { profile: Some("in-use".to_owned()), ..NetworkVariables::default() };
        let bundle = |name: &str, variables: &NetworkVariables| resolve(name, variables).ca_bundle;
        assert_eq!(bundle("corp", &NetworkVariables::default()), Some("/default.pem".into()));
        assert_eq!(bundle("corp", &in_use), Some("/in/use.pem".into()));
        assert_eq!(bundle("plain", &in_use), None);
    }
}
