//! The host that a request names: its Region, and whether it is a company's own domain that leads to an access portal.

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::options::{Options, Vanity};

/// The Region in the name of a host; that of the sandbox where it names none, as on loopback.
pub(super) fn region<'a>(host: &'a str, options: &'a Options) -> &'a str {
    let known = || options.portals.iter().map(|portal| portal.region.as_str()).chain([options.region.as_str()]);
    let named = host.split(['.', ':']).find(|label| known().any(|region| region == *label));
    named.unwrap_or(&options.region)
}

/// The Region of one of AWS's own hosts of a service, with FIPS and dual-stack or without.
pub(super) fn of_service<'a>(host: &'a str, service: &str) -> Option<&'a str> {
    let name = host.split(':').next().unwrap_or_default();
    let rest = name.strip_prefix(service)?;
    let (region, suffix) = rest.strip_prefix("-fips").unwrap_or(rest).strip_prefix('.')?.split_once('.')?;
    // The global host, which is in the first Region.
    if (region, suffix) == ("amazonaws", "com") {
        return Some("us-east-1");
    }
    suffixes(region).contains(&suffix).then_some(region)
}

/// The same as [`region`], for a request's headers.
pub(super) fn region_of(headers: &HeaderMap, options: &Options) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    region(host, options).to_owned()
}

/// What a company's own domain answers; `None` for every other host.
pub(super) fn vanity(host: &str, method: &Method, options: &Options) -> Option<Response> {
    let name = host.split(':').next().unwrap_or_default();
    let Vanity { status, location, refuses_head, .. } = options.vanity.iter().find(|vanity| vanity.host == name)?;
    if *refuses_head && method == Method::HEAD {
        return Some(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(match location {
        Some(location) => (status, [(header::LOCATION, location.clone())]).into_response(),
        None => status.into_response(),
    })
}

/// The Region of a host of the services whose requests are signed, which are in every Region.
pub(super) fn signed_region(host: &str) -> Option<&str> {
    ["sts", "organizations"].iter().find_map(|service| of_service(host, service))
}

/// The ends of a Region's names of services: the ordinary one, and that of dual-stack names.
fn suffixes(region: &str) -> [&'static str; 2] {
    match region.split('-').collect::<Vec<_>>().as_slice() {
        ["cn", ..] => ["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
        ["eusc", ..] => ["amazonaws.eu", "api.amazonwebservices.eu"],
        ["us", "iso", ..] => ["c2s.ic.gov", "api.aws.ic.gov"],
        ["us", "isob", ..] => ["sc2s.sgov.gov", "api.aws.scloud"],
        ["eu", "isoe", ..] => ["cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
        ["us", "isof", ..] => ["csp.hci.ic.gov", "api.aws.hci.ic.gov"],
        _ => ["amazonaws.com", "api.aws"],
    }
}

/// The names by which AWS's portals and sign-in of a Region are reached, for a certificate.
pub(super) fn names(region: &str) -> Vec<String> {
    let [suffix, dualstack] = suffixes(region);
    let portal = match region.split('-').next() {
        Some("cn") => "app.amazonwebservices.com.cn",
        Some("eusc") => "api.amazonwebservices.eu",
        _ => "app.aws",
    };
    let mut names = vec![format!("{region}.signin.aws.amazon.com")];
    for end in [suffix, dualstack] {
        names.extend(
            ["oidc", "oidc-fips", "portal.sso", "portal.sso-fips"].map(|name| format!("{name}.{region}.{end}")),
        );
    }
    names.extend([format!("*.{region}.portal.{suffix}"), format!("*.portal.{region}.{portal}")]);
    names
}
