//! Checks that the service can be reached as every command reaches it, and that its clock agrees with this machine's.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;

use super::report::Finding;
use crate::address::without_password;
use crate::aws_config::network::Network;
use crate::context::Context;
use crate::environment::{self, shown};
use crate::error::Result;
use crate::identity_center::proxy::Proxies;
use crate::identity_center::{Client, Limits, ProbeResponse, check_bundle};
use crate::partition::Region;
use crate::quote;

/// `doctor` must not keep the user waiting for long.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(3), answer: Duration::from_secs(5), total: Duration::from_secs(5) };
/// Seconds by which clocks may differ without a finding.
const SMALL_SKEW: i64 = 60;
/// AWS refuses signed requests when the clocks differ by more.
const REFUSED_SKEW: i64 = 5 * 60;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings = settings();
    let Ok(config) = context.config() else { return findings };
    let mut clients = Vec::new();
    let mut bundles = BTreeSet::new();
    let mut checked: Vec<(Region, Network)> = Vec::new();
    for directory in config.directories().iter().filter_map(|name| config.directory(name).ok()) {
        let network = match Network::of(config, &directory) {
            Ok(network) => network,
            Err(error) => {
                findings.push(Finding::of(&error));
                continue;
            }
        };
        bundles.extend(network.ca_bundle.clone());
        let service = (directory.region.clone(), network.clone());
        if checked.contains(&service) {
            continue;
        }
        checked.push(service);
        clients.push(Client::with_limits(&directory, &network, LIMITS));
    }
    for bundle in bundles {
        findings.push(match check_bundle(&bundle) {
            Ok(1) => Finding::ok(format!("CA bundle {} ({}): one certificate", shown(&bundle.path), bundle.source)),
            Ok(count) => {
                Finding::ok(format!("CA bundle {} ({}): {count} certificates", shown(&bundle.path), bundle.source))
            }
            Err(error) => Finding::of(&error),
        });
    }
    let probed = probe(&clients);
    // A variable that cannot be read is named by each request, too.
    findings.extend(probed.into_iter().filter(|finding| !findings.contains(finding)).collect::<Vec<_>>());
    findings
}

/// Asks all hosts at the same time, and reports them in the order of the config.
fn probe(clients: &[Client]) -> Vec<Finding> {
    let Some(first) = clients.first() else { return Vec::new() };
    let probed = first.block_on(async {
        let mut tasks = JoinSet::new();
        for (number, client) in clients.iter().enumerate() {
            let services = [client.service(), client.service()];
            let [sign_in, portal] = services;
            tasks.spawn(async move { (number, 0, "sign-in", sign_in.probe_sign_in().await) });
            tasks.spawn(async move { (number, 1, "portal", portal.probe_portal().await) });
        }
        let mut responses = Vec::new();
        while let Some(response) = tasks.join_next().await {
            responses.extend(response);
        }
        responses.sort_by_key(|(number, which, ..)| (*number, *which));
        Ok(responses)
    });
    let responses = match probed {
        Ok(responses) => responses,
        Err(error) => return vec![Finding::of(&error)],
    };
    let mut findings: Vec<Finding> = proxy(&responses).into_iter().collect();
    // Two sso-sessions may share a host.
    let mut seen = BTreeSet::new();
    let mut skew: Option<i64> = None;
    for (_, _, what, response) in responses {
        if let Ok(response) = &response {
            // The clock that differs most counts.
            skew = response.seconds_ahead.into_iter().chain(skew).max_by_key(|seconds| seconds.abs());
        }
        let finding = of_response(what, response);
        if seen.insert(finding.found.clone()) {
            findings.push(finding);
        }
    }
    findings.extend(skew.map(clock));
    findings
}

fn of_response(what: &str, response: Result<ProbeResponse>) -> Finding {
    match response {
        Err(error) => Finding::of(&error),
        Ok(response) if response.is_page => Finding::broken(
            format!("{}: a web page answers in place of the {what} service", response.host),
            "sign in to the network you are in, or check the proxy and the endpoint settings",
        ),
        Ok(response) if response.status >= 500 => Finding::warning(
            format!("{}: the {what} service answers with status {}", response.host, response.status),
            "try again later",
        ),
        Ok(response) => Finding::ok(format!("{}: the {what} service answers", response.host)),
    }
}

/// `ahead`: seconds that the service's clock is ahead of this machine's.
fn clock(ahead: i64) -> Finding {
    let off = ahead.abs();
    if off <= SMALL_SKEW {
        return Finding::ok("this machine's clock agrees with the service's");
    }
    let direction = if ahead > 0 { "behind" } else { "ahead of" };
    let amount = if off < 120 { format!("{off} seconds") } else { format!("{} minutes", off / 60) };
    let found = format!("this machine's clock is {amount} {direction} the service's");
    if off > REFUSED_SKEW {
        Finding::broken(format!("{found}: AWS refuses requests that are signed by it"), "set the clock")
    } else {
        Finding::warning(found, "set the clock")
    }
}

/// The proxy, but only if a response has come through it, or if no request goes through it. What stands in the way
/// otherwise is a finding of the request that failed.
fn proxy(responses: &[(usize, u8, &str, Result<ProbeResponse>)]) -> Option<Finding> {
    let proxies = Proxies::of_environment().ok()?;
    let (proxy, exceptions) = proxies.proxy()?;
    let except = exceptions.map(|(name, value)| format!(", except for {value} ({name})")).unwrap_or_default();
    let mut responses = responses.iter().map(|(.., response)| response);
    if responses.clone().flatten().any(|response| response.proxy.is_some()) {
        return Some(Finding::ok(format!("through the proxy {}{except}", proxy.name())));
    }
    let is_unused = responses.all(Result::is_ok);
    is_unused.then(|| Finding::ok(format!("no host is reached through the proxy {}{except}", proxy.name())))
}

/// The environment variables that decide how the service is reached.
fn settings() -> Vec<Finding> {
    let mut findings = Vec::new();
    for (lower, upper) in [("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY"), ("no_proxy", "NO_PROXY")] {
        let values = (environment::proxy_variable(lower), environment::proxy_variable(upper));
        let (Ok(Some(one)), Ok(Some(other))) = values else { continue };
        if one != other {
            findings.push(Finding::warning(
                format!("{upper} and {lower} differ; some programs use the one, some the other (aws-sso uses {lower})"),
                format!("set both to the same, or run: {}", quote::unset(upper)),
            ));
        }
    }
    if let Err(error) = Proxies::of_environment() {
        findings.push(Finding::of(&error));
    }
    for name in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL"] {
        if let Some(url) = environment::current(name).filter(|url| !url.is_empty()) {
            let url = url.to_string_lossy().into_owned();
            let ignored = environment::ignore_endpoint_urls().ok().flatten();
            let ignored = ignored.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
            let end = if ignored { " is ignored (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)" } else { " is used" };
            findings.push(Finding::ok(format!("{name}: {}{end}", without_password(&url))));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::report::Verdict;

    #[test]
    fn a_clock_that_differs_is_reported_with_the_amount_and_the_direction() {
        let cases = [
            (0, Verdict::Ok, "agrees"),
            (-60, Verdict::Ok, "agrees"),
            (90, Verdict::Warning, "90 seconds behind"),
            (-240, Verdict::Warning, "4 minutes ahead of"),
            (301, Verdict::Broken, "5 minutes behind the service's: AWS refuses"),
        ];
        for (ahead, verdict, words) in cases {
            let finding = clock(ahead);
            assert_eq!(finding.verdict, verdict, "{ahead}");
            assert!(finding.found.contains(words), "{finding:?}");
        }
    }
}
