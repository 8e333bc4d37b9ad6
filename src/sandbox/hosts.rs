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

/// The same for a request's headers.
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

/// Every name by which AWS's services and portals of a Region are reached, for a certificate.
pub(super) fn names(region: &str) -> Vec<String> {
    // The end of a service's name, of its dual-stack name, and of a portal's dual-stack name.
    let (suffix, dualstack, portal) = match region.split('-').next() {
        Some("cn") => ("amazonaws.com.cn", "api.amazonwebservices.com.cn", "app.amazonwebservices.com.cn"),
        Some("eusc") => ("amazonaws.eu", "api.amazonwebservices.eu", "api.amazonwebservices.eu"),
        _ => ("amazonaws.com", "api.aws", "app.aws"),
    };
    let mut names = vec![format!("sts.{region}.{suffix}"), format!("{region}.signin.aws.amazon.com")];
    for end in [suffix, dualstack] {
        names.extend(
            ["oidc", "oidc-fips", "portal.sso", "portal.sso-fips"].map(|name| format!("{name}.{region}.{end}")),
        );
    }
    names.extend([format!("*.{region}.portal.{suffix}"), format!("*.portal.{region}.{portal}")]);
    names
}
