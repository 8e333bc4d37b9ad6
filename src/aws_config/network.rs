//! How a directory's service is reached: environment variables over the settings of a profile.

use std::path::PathBuf;

use super::config::{Config, Section};
use super::directory::Directory;
use crate::environment;

/// How the service is reached: environment variables over the profile's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// In place of `https://portal.sso.REGION.amazonaws.com`.
    pub sso_endpoint_url: Option<String>,
    /// In place of `https://oidc.REGION.amazonaws.com`.
    pub oidc_endpoint_url: Option<String>,
    /// In place of `https://signin.aws.amazon.com`.
    pub signin_endpoint_url: Option<String>,
    /// PEM certificates that replace the system's roots.
    pub ca_bundle: Option<PathBuf>,
    /// FIPS endpoints.
    pub use_fips: bool,
    /// Dual-stack endpoints.
    pub use_dualstack: bool,
    /// How often a request is sent at most.
    pub max_attempts: Option<u32>,
}

/// What the environment says about the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `AWS_PROFILE`: whose settings count where the directory's name is not a profile's.
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

impl Overrides {
    /// What this process's environment says.
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
    /// The way to `directory`. The whole config is needed: its services sections count.
    #[must_use]
    pub fn of(config: &Config, directory: &Directory) -> Self {
        Self::resolve(&Overrides::of_environment(), config, directory)
    }

    /// The way to `directory`, in an environment that says `overrides`.
    ///
    /// An sso-session has no network settings of its own. As in the AWS CLI, they are those of the profile in use.
    #[must_use]
    pub fn resolve(overrides: &Overrides, config: &Config, directory: &Directory) -> Self {
        let in_use = overrides.profile.as_deref().unwrap_or("default");
        let profile = config.profile(&directory.name).or_else(|| config.profile(in_use));
        let setting = |key| profile.and_then(|profile| profile.setting(key));
        let flag = |key| setting(key).map(|value| value.eq_ignore_ascii_case("true"));
        let either = |variable: Option<bool>, key| variable.or_else(|| flag(key)).unwrap_or(false);

        let ignored = either(overrides.ignore_endpoint_urls, "ignore_configured_endpoint_urls");
        let endpoint = |variable: &Option<String>, service| {
            let chosen = variable.clone().or_else(|| overrides.endpoint_url.clone());
            chosen.or_else(|| configured_endpoint(config, profile?, service)).filter(|_| !ignored)
        };
        Self {
            sso_endpoint_url: endpoint(&overrides.sso_endpoint_url, "sso"),
            oidc_endpoint_url: endpoint(&overrides.oidc_endpoint_url, "sso_oidc"),
            signin_endpoint_url: endpoint(&overrides.signin_endpoint_url, "signin"),
            ca_bundle: overrides.ca_bundle.clone().or_else(|| {
                let bundle = PathBuf::from(setting("ca_bundle")?);
                Some(match (bundle.strip_prefix("~"), &overrides.home) {
                    (Ok(rest), Some(home)) => home.join(rest),
                    _ => bundle,
                })
            }),
            use_fips: either(overrides.use_fips, "use_fips_endpoint"),
            use_dualstack: either(overrides.use_dualstack, "use_dualstack_endpoint"),
            max_attempts: overrides.max_attempts.or_else(|| {
                setting("max_attempts").and_then(|number| number.parse().ok()).filter(|number| *number > 0)
            }),
        }
    }
}

/// The profile's services section for this service, else the profile's own `endpoint_url`.
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

    fn resolve(name: &str, overrides: &Overrides) -> Network {
        let config = Config::parse(CONFIG);
        Network::resolve(overrides, &config, &config.directory(name).unwrap())
    }

    #[test]
    fn endpoints_come_from_the_most_specific_place() {
        let none = Overrides::default();
        let text = |text: &str| Some(text.to_owned());
        let every = Overrides { sso_endpoint_url: text("sso"), endpoint_url: text("all"), ..Overrides::default() };
        let ignored = Overrides { ignore_endpoint_urls: Some(true), ..every.clone() };
        let heeded = Overrides { ignore_endpoint_urls: Some(false), ..none.clone() };
        let oidc = Overrides { oidc_endpoint_url: text("oidc"), ..none.clone() };
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
        for (name, overrides, sso, oidc) in cases {
            let network = resolve(name, overrides);
            let found = (network.sso_endpoint_url.as_deref(), network.oidc_endpoint_url.as_deref());
            assert_eq!(found, (sso, oidc), "{name} {overrides:?}");
        }
    }

    #[test]
    fn a_variable_wins_over_the_profiles_setting() {
        let home = Overrides { home: Some("/home/me".into()), ..Overrides::default() };
        let network = resolve("full", &home);
        assert_eq!(network.ca_bundle.as_deref(), Some("/home/me/ca.pem".as_ref()));
        assert_eq!((network.use_fips, network.use_dualstack), (true, true));
        assert_eq!(network.max_attempts, Some(7));

        let overrides = Overrides {
            ca_bundle: Some("/env.pem".into()),
            use_fips: Some(false),
            use_dualstack: Some(false),
            max_attempts: Some(2),
            ..home
        };
        let network = resolve("full", &overrides);
        assert_eq!(network.ca_bundle.as_deref(), Some("/env.pem".as_ref()));
        assert_eq!((network.use_fips, network.use_dualstack), (false, false));
        assert_eq!(network.max_attempts, Some(2));
        assert_eq!(resolve("plain", &Overrides::default()).max_attempts, None);
    }

    #[test]
    fn an_sso_session_is_reached_as_the_profile_in_use_says() {
        let in_use = Overrides { profile: Some("in-use".to_owned()), ..Overrides::default() };
        let bundle = |name: &str, overrides: &Overrides| resolve(name, overrides).ca_bundle;
        assert_eq!(bundle("corp", &Overrides::default()), Some("/default.pem".into()));
        assert_eq!(bundle("corp", &in_use), Some("/in/use.pem".into()));
        assert_eq!(bundle("plain", &in_use), None);
    }
}
