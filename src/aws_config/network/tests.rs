use super::*;

const CONFIG: &[u8] = b"\
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
[profile full]
sso_session = corp
services = local
endpoint_url = https://profile
ca_bundle = ~/ca.pem
use_fips_endpoint = TRUE
use_dualstack_endpoint = true
max_attempts = 7
[profile plain]
sso_session = corp
endpoint_url = https://plain
services = nowhere
[profile off]
sso_session = corp
endpoint_url = https://off
ignore_configured_endpoint_urls = true
[profile odd]
sso_session = corp
use_fips_endpoint = on
[profile in-use]
ca_bundle = /in/use.pem
[default]
ca_bundle = /default.pem
[services local]
sso =
  endpoint_url = https://service
";

fn resolve(name: &str, variables: &NetworkVariables) -> Network {
    try_to_resolve(name, variables).unwrap()
}

fn try_to_resolve(name: &str, variables: &NetworkVariables) -> Result<Network> {
    let config = Config::parse(CONFIG);
    Network::resolve(variables, &config, &config.directory(name).unwrap())
}

#[allow(clippy::unnecessary_wraps, reason = "the fields are optional")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn endpoints_come_from_the_most_specific_place() {
    let none = NetworkVariables::default();
    let every = NetworkVariables {
        sso_endpoint_url: text("https://sso"),
        endpoint_url: text("https://all"),
        ..NetworkVariables::default()
    };
    let ignored = NetworkVariables { ignore_endpoint_urls: text("True"), ..every.clone() };
    let heeded = NetworkVariables { ignore_endpoint_urls: text("false"), ..none.clone() };
    let oidc = NetworkVariables { oidc_endpoint_url: text("https://oidc"), ..none.clone() };
    let cases = [
        ("full", &none, Some("https://service"), Some("https://profile")),
        ("plain", &none, Some("https://plain"), Some("https://plain")),
        ("corp", &none, None, None),
        ("full", &every, Some("https://sso"), Some("https://all")),
        ("corp", &every, Some("https://sso"), Some("https://all")),
        ("full", &oidc, Some("https://service"), Some("https://oidc")),
        ("full", &ignored, None, None),
        ("off", &none, None, None),
        ("off", &every, None, None),
        ("off", &heeded, Some("https://off"), Some("https://off")),
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
    assert_eq!((network.use_fips, network.use_dualstack), (true, true));
    assert_eq!(network.max_attempts, Some(7));

    let variables =
        NetworkVariables { use_fips: text("false"), use_dualstack: text("FALSE"), max_attempts: text(" 2 "), ..home };
    let network = resolve("full", &variables);
    assert_eq!((network.use_fips, network.use_dualstack), (false, false));
    assert_eq!(network.max_attempts, Some(2));
    assert_eq!(resolve("plain", &NetworkVariables::default()).max_attempts, None);
}

#[test]
fn dual_stack_and_fips_endpoints_follow_the_host_of_the_start_url_unless_told_otherwise() {
    let config = |host: &str, profile: &str| {
        format!("[sso-session s]\nsso_start_url = https://{host}\n[profile p]\nsso_session = s\n{profile}")
    };
    let none = NetworkVariables::default();
    let off = NetworkVariables { use_dualstack: text("false"), use_fips: text("false"), ..none.clone() };
    let on = NetworkVariables { use_dualstack: text("true"), ..none.clone() };
    let cases = [
        ("ssoins-1.portal.eu-west-1.app.aws", "", &none, (true, false)),
        ("ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn", "", &none, (true, false)),
        ("ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu", "", &none, (true, false)),
        ("ssoins-1.portal-fips.us-gov-west-1.app.aws", "", &none, (true, true)),
        ("ssoins-1.eu-west-1.portal.amazonaws.com", "", &none, (false, false)),
        ("ssoins-1.eu-west-1.portal.amazonaws.com", "", &on, (true, false)),
        ("ssoins-1.portal-fips.us-gov-west-1.app.aws", "", &off, (false, false)),
        ("ssoins-1.portal.eu-west-1.app.aws", "use_dualstack_endpoint = false", &none, (false, false)),
    ];
    for (host, profile, variables, expected) in cases {
        let config = Config::parse(config(host, profile).as_bytes());
        let network = Network::resolve(variables, &config, &config.directory("p").unwrap()).unwrap();
        assert_eq!((network.use_dualstack, network.use_fips), expected, "{host} {profile} {variables:?}");
    }
}

#[test]
fn the_bundle_is_found_where_the_aws_cli_finds_it_and_its_source_is_known() {
    let variables = |ca_bundle: Option<&str>, requests_ca_bundle: Option<&str>| NetworkVariables {
        home: Some("/home/me".into()),
        ca_bundle: ca_bundle.map(PathBuf::from),
        requests_ca_bundle: requests_ca_bundle.map(PathBuf::from),
        ..NetworkVariables::default()
    };
    let requests = Some("~/requests.pem");
    let cases = [
        ("full", variables(Some("~/env.pem"), requests), "/home/me/env.pem", "AWS_CA_BUNDLE"),
        ("full", variables(None, requests), "/home/me/ca.pem", "ca_bundle of the profile full"),
        ("plain", variables(None, requests), "/home/me/requests.pem", "REQUESTS_CA_BUNDLE"),
    ];
    for (name, variables, path, source) in cases {
        let bundle = resolve(name, &variables).ca_bundle.unwrap();
        assert_eq!((bundle.path.to_str().unwrap(), bundle.source.to_string().as_str()), (path, source));
    }
}

#[test]
fn an_sso_session_is_reached_as_the_profile_in_use_says() {
    let in_use = NetworkVariables { profile: text("in-use"), ..NetworkVariables::default() };
    let bundle = |name: &str, variables: &NetworkVariables| resolve(name, variables).ca_bundle.map(|file| file.path);
    assert_eq!(bundle("corp", &NetworkVariables::default()), Some("/default.pem".into()));
    assert_eq!(bundle("corp", &in_use), Some("/in/use.pem".into()));
    assert_eq!(bundle("plain", &in_use), None);
}

#[test]
fn a_value_that_cannot_be_read_is_named_with_its_variable_or_key() {
    let none = NetworkVariables::default();
    let cases = [
        ("corp", NetworkVariables { max_attempts: text("abc"), ..none.clone() }, "AWS_MAX_ATTEMPTS", "\"abc\""),
        ("corp", NetworkVariables { max_attempts: text("0"), ..none.clone() }, "AWS_MAX_ATTEMPTS", "\"0\""),
        ("corp", NetworkVariables { use_fips: text("yes"), ..none.clone() }, "AWS_USE_FIPS_ENDPOINT", "\"yes\""),
        ("corp", NetworkVariables { use_dualstack: text("1"), ..none.clone() }, "AWS_USE_DUALSTACK_ENDPOINT", "\"1\""),
        (
            "corp",
            NetworkVariables { ignore_endpoint_urls: text("on"), ..none.clone() },
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "neither true nor false",
        ),
        (
            "corp",
            NetworkVariables { endpoint_url: text("localhost:4566"), ..none.clone() },
            "AWS_ENDPOINT_URL ",
            "not an https address",
        ),
        (
            "corp",
            NetworkVariables { oidc_endpoint_url: text("http://oidc.example"), ..none.clone() },
            "AWS_ENDPOINT_URL_SSO_OIDC",
            "not encrypted",
        ),
        ("odd", none.clone(), "use_fips_endpoint of the profile odd", "\"on\""),
    ];
    for (name, variables, source, words) in cases {
        let error = try_to_resolve(name, &variables).unwrap_err();
        let report = error.report();
        assert!(report.contains(source) && report.contains(words), "{report}");
        assert_eq!(error.kind(), crate::error::Kind::Usage);
    }
}
