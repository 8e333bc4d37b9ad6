//! The variables that say how STS and Organizations are reached.

use super::network_text;
use crate::error::Result;

/// `AWS_ENDPOINT_URL_STS`: the endpoint for assuming a role.
pub(crate) fn sts_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_STS")
}

/// `AWS_ENDPOINT_URL_ORGANIZATIONS`: the endpoint for listing the accounts of an organization.
pub(crate) fn organizations_endpoint_url() -> Result<Option<String>> {
    network_text("AWS_ENDPOINT_URL_ORGANIZATIONS")
}

/// `AWS_STS_REGIONAL_ENDPOINTS`: `legacy` for the global endpoint of the older regions, else `regional`.
pub(crate) fn sts_regional_endpoints() -> Result<Option<String>> {
    network_text(STS_REGIONAL_ENDPOINTS)
}

/// The variable behind [`sts_regional_endpoints`].
pub(crate) const STS_REGIONAL_ENDPOINTS: &str = "AWS_STS_REGIONAL_ENDPOINTS";
