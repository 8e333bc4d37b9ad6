//! Signing in with a code that the person confirms on any device.

use std::time::{Duration, Instant};

use crate::address::Link;
use crate::aws_cache::token::Registration;
use crate::aws_config::directory::Directory;
use crate::browser::loopback::{Clients, ConnectionLimits, Loopback};
use crate::browser::open;
use crate::identity_center::oidc::{DeviceAuthorization, TokenGrant};
use crate::identity_center::{GrantError, Service, Tokens};
use crate::terminal::{self, clean};

use super::asking::Shown;
use super::method::Opening;
use super::sign_in_page::{SignInPage, login_command};

/// What `SlowDownException` adds to the time between polls, in seconds: RFC 8628, section 3.5.
const SLOWER: u64 = 5;

/// How many polls in a row may fail because of the network.
const HICCUPS: u32 = 5;

/// Shows the code of a portal, and polls until the person has answered.
pub(super) async fn sign_in(
    service: &Service,
    registration: &Registration,
    directory: &Directory,
    start_url: &str,
    opening: Opening,
    shown: &Shown,
) -> Result<Tokens, GrantError> {
    let authorization = service.start_device_authorization(registration, start_url).await?;
    let page = page(&authorization, directory, opening);
    shown.set(true);
    let address = page.as_ref().map(|(server, path, _)| server.url(path));
    show(&authorization, &directory.start_url, opening, address.as_deref());
    let answer = poll(service, registration, &authorization);
    match page {
        None => answer.await,
        Some((server, _, page)) => tokio::select! {
            never = server.serve(ConnectionLimits::BROWSER, page) => match never {},
            answer = answer => answer,
        },
    }
}

/// A page that leads a browser of this machine to the link with the code: whoever reads the code in the browser's
/// arguments could confirm it first. `None` where there is no such link, browser or page.
fn page(
    authorization: &DeviceAuthorization,
    directory: &Directory,
    opening: Opening,
) -> Option<(Loopback, String, SignInPage)> {
    let link = authorization.verification_uri_complete.as_deref().filter(|_| opening == Opening::Here)?;
    let page = SignInPage::new(login_command(directory), Some(link)).ok()?;
    let path = page.path()?.to_owned();
    let server = Loopback::bind(0, Clients::ThisUser).ok()?;
    Some((server, path, page))
}

/// Shows link and code, and starts a browser: with the page's address, else with that of the service's page, where the
/// person types the code.
fn show(authorization: &DeviceAuthorization, start_url: &str, opening: Opening, page: Option<&str>) {
    let complete = authorization.verification_uri_complete.as_deref();
    let link = complete.unwrap_or(&authorization.verification_uri);
    let trusted = Link::parse(link).is_some_and(|link| link.is_safe());
    let opened = opening != Opening::Nowhere && trusted && open::open(page.unwrap_or(&authorization.verification_uri));
    let what = match (opened, trusted) {
        (true, _) => "a browser opens; if it does not, go to",
        (false, true) => "in a browser, on this or another device, go to",
        (false, false) => "the service names this address, which is not https: check it before you go to",
    };
    let has_code = if opened { page.is_some() } else { complete.is_some() };
    terminal::show(&format!(
        "aws-sso: sign in to {}\n  {what}\n    {}\n  and {} the code\n    {}\n",
        clean(start_url),
        clean(link),
        if has_code { "confirm" } else { "enter" },
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
