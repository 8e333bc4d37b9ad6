//! Other endpoints of the services.

use super::network_text;
use crate::error::Result;

/// `AWS_ENDPOINT_URL_SSO`: the endpoint of the portal.
pub(crate) fn sso_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_SSO")
}

/// `AWS_ENDPOINT_URL_SSO_OIDC`: the endpoint for signing in.
pub(crate) fn oidc_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_SSO_OIDC")
}

/// `AWS_ENDPOINT_URL_SIGNIN`: the endpoint for signing in to the console.
pub(crate) fn signin_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_SIGNIN")
}

/// `AWS_ENDPOINT_URL_STS`: the endpoint for assuming a role.
pub(crate) fn sts_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_STS")
}

/// `AWS_ENDPOINT_URL_ORGANIZATIONS`: the endpoint for listing the accounts of an organization.
pub(crate) fn organizations_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_ORGANIZATIONS")
}

/// `AWS_ENDPOINT_URL`: the endpoint of all services.
pub(crate) fn endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL")
}
