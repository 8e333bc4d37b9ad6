//! Organizations: lists the accounts of an organization with the credentials of a role.

use aws_sdk_organizations::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_organizations::config::{Credentials, Region};
use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;
use aws_sdk_organizations::types::{AccountState, AccountStatus};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::failure::RequestError;
use super::no_response::unexpected_response;
use super::portal::{Account, ListPage, cut, next_page};
use super::retry::Resend;
use super::service::Service;
use crate::credentials::RoleCredentials;
use crate::error::Error;
use crate::role::is_account_id;

const ORGANIZATIONS: &str = "Organizations";

/// The largest page that the service allows. It sends no more than it is asked for.
const PAGE_SIZE: i32 = 20;

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationAccount {
    /// Its id and its names.
    pub account: Account,
    /// Whether its roles can be used: it is not suspended or closed.
    pub is_active: bool,
}

/// Why the accounts cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganizationsError {
    /// The role may not do that, or its account may not.
    Denied,
    /// The account belongs to no organization.
    NoOrganization,
    /// Anything else.
    Other(Error),
}

impl From<Error> for OrganizationsError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Service {
    /// One page of the accounts of the organization. It can be empty and yet not the last.
    pub async fn organization_accounts(
        &self,
        credentials: &RoleCredentials,
        page: Option<&str>,
    ) -> Result<ListPage<OrganizationAccount>, OrganizationsError> {
        let region = self.organizations_region().await;
        let send = || async {
            let client = self.organizations(region.clone(), credentials);
            let request =
                || client.list_accounts().max_results(PAGE_SIZE).set_next_token(page.map(str::to_owned)).send();
            self.send(Resend::Freely, request).await
        };
        let response: ListAccountsOutput = self.on_time(send).await.map_err(meaning)?;
        let accounts = response.accounts.unwrap_or_default();
        if accounts.len() > usize::try_from(PAGE_SIZE).unwrap_or_default() {
            return Err(unexpected_response(ORGANIZATIONS).into());
        }
        let items = accounts.into_iter().filter_map(|account| {
            let is_active = match (&account.state, &account.status) {
                (Some(state), _) => *state == AccountState::Active,
                (None, Some(status)) => *status == AccountStatus::Active,
                (None, None) => true,
            };
            let id = account.id.filter(|id| is_account_id(id))?;
            Some(OrganizationAccount {
                account: Account { id, name: cut(account.name), email: cut(account.email) },
                is_active,
            })
        });
        Ok(ListPage { items: items.collect(), next: next_page(response.next_token)? })
    }

    fn organizations(&self, region: String, credentials: &RoleCredentials) -> aws_sdk_organizations::Client {
        let endpoint = &self.network().organizations_endpoint_url;
        let (id, secret) = (&credentials.access_key_id, credentials.secret_access_key.expose());
        let token = Some(credentials.session_token.expose().to_owned()).filter(|token| !token.is_empty());
        let mut builder = aws_sdk_organizations::Config::builder()
            .behavior_version_latest()
            .region(Region::new(region))
            .credentials_provider(Credentials::new(id, secret, token, None, "aws-sso"))
            .time_source(self.time())
            .http_client(self.http())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The endpoint rules refuse FIPS together with a configured endpoint. The service has no dual-stack
            // endpoint in most partitions, and that of IPv4 is all that the others need.
            .use_fips(self.network().use_fips && endpoint.is_none());
        builder.set_endpoint_url(endpoint.clone());
        aws_sdk_organizations::Client::from_conf(builder.build())
    }

    /// The region of the service, of which each partition has one. Requests are signed for it, also on their way to a
    /// configured endpoint.
    async fn organizations_region(&self) -> String {
        let region = self.region().to_string();
        match Params::builder().region(region.clone()).build() {
            Ok(params) => {
                let endpoint = DefaultResolver::new().resolve_endpoint(&params).await.ok();
                endpoint.as_ref().and_then(signing_region).unwrap_or(region)
            }
            Err(_) => region,
        }
    }
}

/// The region that the endpoint rules sign requests for.
fn signing_region(endpoint: &Endpoint) -> Option<String> {
    let region = endpoint.auth_schemes().first()?.get("signingRegion")?.as_string()?;
    Some(region.to_owned())
}

fn meaning(error: RequestError) -> OrganizationsError {
    let exception = match error {
        RequestError::Failed(error) => return OrganizationsError::Other(error),
        RequestError::Exception(exception) => exception,
    };
    match exception.code.as_str() {
        "AccessDeniedException" | "AccessDenied" => OrganizationsError::Denied,
        "AWSOrganizationsNotInUseException" => OrganizationsError::NoOrganization,
        _ => OrganizationsError::Other(exception.error_of(ORGANIZATIONS)),
    }
}

#[cfg(test)]
mod tests {
    use crate::aws_config::config::Config;
    use crate::aws_config::network::Network;
    use crate::identity_center::Client;

    #[test]
    fn requests_are_signed_for_the_one_region_of_each_partition() {
        for (region, expected) in [
            ("us-east-1", "us-east-1"),
            ("eu-west-1", "us-east-1"),
            ("cn-north-1", "cn-northwest-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("eusc-de-east-1", "eusc-de-east-1"),
            ("us-iso-west-1", "us-iso-east-1"),
            ("us-isob-east-1", "us-isob-east-1"),
            ("eu-isoe-west-1", "eu-isoe-west-1"),
            ("us-isof-east-1", "us-isof-south-1"),
        ] {
            let session = format!("[sso-session corp]\nsso_start_url = https://x/start\nsso_region = {region}\n");
            let directory = Config::parse(session.as_bytes()).directory("corp").unwrap();
            let client = Client::new(&directory, &Network::default());
            let found = client.block_on(async { Ok(client.service().organizations_region().await) }).unwrap();
            assert_eq!(found, expected, "{region}");
        }
    }
}
