//! Signing in with a code that the person confirms on any device.

use std::time::{Duration, Instant};

use crate::address::Link;
use crate::aws_cache::token::Registration;
use crate::browser::open;
use crate::identity_center::oidc::{DeviceAuthorization, TokenGrant};
use crate::identity_center::{GrantError, Service, Tokens};
use crate::terminal::{self, clean};

/// What `SlowDownException` adds to the time between polls, in seconds: RFC 8628, section 3.5.
const SLOWER: u64 = 5;

/// How many polls in a row may fail because of the network.
const HICCUPS: u32 = 5;

/// Shows the code, and polls until the person has answered.
pub(super) async fn sign_in(
    service: &Service,
    registration: &Registration,
    start_url: &str,
    open: bool,
) -> Result<Tokens, GrantError> {
    let authorization = service.start_device_authorization(registration, start_url).await?;
    show(&authorization, start_url, open);
    poll(service, registration, &authorization).await
}

fn show(authorization: &DeviceAuthorization, start_url: &str, open: bool) {
    let complete = authorization.verification_uri_complete.as_deref();
    let link = complete.unwrap_or(&authorization.verification_uri);
    let trusted = Link::parse(link).is_some_and(|link| link.is_safe());
    let opened = open && trusted && open::open(link);
    let what = match (opened, trusted) {
        (true, _) => "a browser opens; if it does not, go to",
        (false, true) => "in a browser, on this or another device, go to",
        (false, false) => "the service names this address, which is not https: check it before you go to",
    };
    terminal::show(&format!(
        "aws-sso: sign in to {}\n  {what}\n    {}\n  and confirm the code\n    {}\n",
        clean(start_url),
        clean(link),
        clean(&authorization.user_code),
    ));
}

async fn poll(
    service: &Service,
    registration: &Registration,
    authorization: &DeviceAuthorization,
) -> Result<Tokens, GrantError> {
    let start = Instant::now();
    let mut interval = authorization.interval;
    let mut hiccups = 0;
    let grant = TokenGrant::Device(&authorization.device_code);
    loop {
        match service.create_token(&registration.client_id, &registration.client_secret, grant).await {
            Err(GrantError::Pending) => hiccups = 0,
            Err(GrantError::SlowDown) => interval += Duration::from_secs(SLOWER),
            // The person may be about to confirm the code, so a short network failure does not end the sign-in.
            Err(GrantError::Other(error)) if hiccups < HICCUPS => {
                hiccups += 1;
                tracing::debug!("polling again after: {error}");
            }
            outcome => return outcome,
        }
        if start.elapsed() + interval >= authorization.expires_in {
            return Err(GrantError::Expired);
        }
        tokio::time::sleep(interval).await;
    }
}
