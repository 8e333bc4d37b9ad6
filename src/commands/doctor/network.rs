//! The service: reached by the way that every verb takes, its certificate accepted, its clock compared with ours.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::report::Finding;
use crate::address::without_password;
use crate::aws_config::network::Network;
use crate::context::Context;
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::identity_center::{Answer, Client, Limits, check_bundle};
use crate::partition::Region;

/// What a person waits for at most.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(3), answer: Duration::from_secs(5), total: Duration::from_secs(5) };
/// Seconds by which clocks may differ without a word.
const SKEW: i64 = 60;
/// AWS refuses signed requests when the clocks differ by more.
const REFUSED_SKEW: i64 = 5 * 60;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings = settings();
    let Ok(config) = context.config() else { return findings };
    let mut clients = Vec::new();
    let mut bundles = BTreeSet::new();
    let mut ways: Vec<(Region, Network)> = Vec::new();
    for directory in config.directories().iter().filter_map(|name| config.directory(name).ok()) {
        let network = Network::of(config, &directory);
        bundles.extend(network.ca_bundle.clone());
        let way = (directory.region.clone(), network.clone());
        if ways.contains(&way) {
            continue;
        }
        ways.push(way);
        match Client::with_limits(&directory, &network, LIMITS) {
            Ok(client) => clients.push(client),
            Err(error) => findings.push(Finding::of(&error)),
        }
    }
    for bundle in bundles {
        findings.push(match check_bundle(&bundle) {
            Ok(1) => Finding::ok(format!("CA bundle {}: one certificate", shown(&bundle))),
            Ok(count) => Finding::ok(format!("CA bundle {}: {count} certificates", shown(&bundle))),
            Err(error) => Finding::of(&error),
        });
    }
    findings.extend(reach(&clients));
    findings
}

/// Asks every host at once.
fn reach(clients: &[Client]) -> Vec<Finding> {
    let Some(first) = clients.first() else { return Vec::new() };
    let all = first.block_on(async {
        let mut tasks = JoinSet::new();
        for (number, client) in clients.iter().enumerate() {
            let services = [Arc::clone(client.service()), Arc::clone(client.service())];
            let [sign_in, portal] = services;
            tasks.spawn(async move { (number, 0, "sign-in", sign_in.reach_sign_in().await) });
            tasks.spawn(async move { (number, 1, "portal", portal.reach_portal().await) });
        }
        let mut answers = Vec::new();
        while let Some(answer) = tasks.join_next().await {
            answers.extend(answer);
        }
        answers.sort_by_key(|(number, which, ..)| (*number, *which));
        Ok(answers)
    });
    let answers = match all {
        Ok(answers) => answers,
        Err(error) => return vec![Finding::of(&error)],
    };
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let mut skew: Option<i64> = None;
    for (_, _, what, answer) in answers {
        if let Ok(answer) = &answer {
            // The one that is furthest off.
            skew = answer.ahead.into_iter().chain(skew).max_by_key(|seconds| seconds.abs());
        }
        let finding = of_answer(what, answer);
        if seen.insert(finding.found.clone()) {
            findings.push(finding);
        }
    }
    findings.extend(skew.map(clock));
    findings
}

fn of_answer(what: &str, answer: Result<Answer, Error>) -> Finding {
    match answer {
        Err(error) => Finding::of(&error),
        Ok(answer) if answer.is_page => Finding::broken(
            format!("{}: a web page answers in place of the {what} service", answer.host),
            "sign in to the network you are in, or check the proxy and the endpoint settings",
        ),
        Ok(answer) if answer.status >= 500 => Finding::warning(
            format!("{}: the {what} service answers with status {}", answer.host, answer.status),
            "try again later",
        ),
        Ok(answer) => Finding::ok(format!("{}: the {what} service answers", answer.host)),
    }
}

/// `ahead`: seconds that the service's clock is ahead of ours.
fn clock(ahead: i64) -> Finding {
    let off = ahead.abs();
    if off <= SKEW {
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

/// What the environment says of the way to the service.
fn settings() -> Vec<Finding> {
    let mut findings = Vec::new();
    let get = |name: &str| environment::proxy_variable(name);
    for (upper, lower) in [("HTTPS_PROXY", "https_proxy"), ("ALL_PROXY", "all_proxy"), ("NO_PROXY", "no_proxy")] {
        let (Some(one), Some(other)) = (get(upper), get(lower)) else { continue };
        if one != other {
            findings.push(Finding::warning(
                format!("{upper} and {lower} differ, and programs disagree on which counts (here {upper})"),
                format!("set both to the same, or unset {lower}"),
            ));
        }
    }
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, get(name)?)));
    if let Some((name, value)) = first(["HTTPS_PROXY", "https_proxy"]).or_else(|| first(["ALL_PROXY", "all_proxy"])) {
        let except = first(["NO_PROXY", "no_proxy"]).map(|(name, value)| format!(", but for {value} ({name})"));
        findings.push(Finding::ok(format!(
            "through the proxy {} ({name}){}",
            without_password(&value),
            except.unwrap_or_default()
        )));
    }
    for name in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL"] {
        if let Some(url) = environment::current(name).filter(|url| !url.is_empty()) {
            let url = url.to_string_lossy().into_owned();
            let ignored = environment::ignore_endpoint_urls() == Some(true);
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
    fn clocks_that_differ_are_told_by_how_much_and_which_way() {
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
