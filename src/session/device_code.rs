//! Signing in with a code that the person confirms on any device.

use std::time::{Duration, Instant};

use crate::address::Link;
use crate::aws_cache::token::Registration;
use crate::aws_config::directory::Directory;
use crate::browser::loopback::{Clients, ConnectionLimits, Loopback};
use crate::browser::open;
use crate::files::waiting::Request;
use crate::identity_center::oidc::{DeviceAuthorization, TokenGrant};
use crate::identity_center::{GrantError, Service, Tokens};
use crate::terminal::clean;
use crate::timestamp;

use super::method::Opening;
use super::qr_code;
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
    request: &Request,
    qr: bool,
) -> Result<Tokens, GrantError> {
    let authorization = service.start_device_authorization(registration, start_url).await?;
    let page = page(&authorization, directory, opening);
    request.set_shown();
    let address = page.as_ref().map(|(server, path, _)| server.url(path));
    let code = Code { authorization: &authorization, start_url: &directory.start_url, qr };
    show(code, opening, address.as_deref(), request).await;
    let answer = poll(service, registration, &authorization);
    match page {
        None => answer.await,
        Some((server, _, page)) => tokio::select! {
            never = server.serve(ConnectionLimits::BROWSER, page) => match never {},
            answer = answer => answer,
        },
    }
}

/// A page that leads a browser of this machine to the link with the code: another user who reads the code in the
/// browser's arguments could confirm it first. `None` where there is no such link, browser or page.
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

/// What a person is shown.
struct Code<'a> {
    authorization: &'a DeviceAuthorization,
    start_url: &'a str,
    qr: bool,
}

/// Shows link and code, and starts a browser: with the page's address, else with that of the service's page, where the
/// person types the code.
async fn show(code: Code<'_>, opening: Opening, page: Option<&str>, request: &Request) {
    let Code { authorization, start_url, qr } = code;
    let link = link(authorization);
    let is_trusted = Link::parse(link).is_some_and(|link| link.is_safe());
    let opened =
        is_trusted && opening != Opening::Nowhere && open::open(page.unwrap_or(&authorization.verification_uri)).await;
    let is_entered = opened && page.is_none();
    let drawn = if qr && is_trusted { qr_code::shown(link) } else { String::new() };
    let here = text(authorization, start_url, LinkState { opening, opened, is_trusted, is_entered });
    let elsewhere = LinkState { opening: Opening::Nowhere, opened: false, is_trusted, is_entered: false };
    request.show(&(drawn + &here), &text(authorization, start_url, elsewhere));
}

/// The link with the code in it, if there is one.
fn link(authorization: &DeviceAuthorization) -> &str {
    authorization.verification_uri_complete.as_deref().unwrap_or(&authorization.verification_uri)
}

/// What became of the link.
#[derive(Clone, Copy, Debug)]
struct LinkState {
    opening: Opening,
    opened: bool,
    /// Whether the link is one that a browser may be sent to.
    is_trusted: bool,
    /// Whether the browser was sent to the page where the code is typed.
    is_entered: bool,
}

/// What the terminal says. The code is always there: the service's page may ask for it, whatever the link holds.
fn text(authorization: &DeviceAuthorization, start_url: &str, shown: LinkState) -> String {
    let link = link(authorization);
    let way = match shown {
        LinkState { opened: true, .. } => "a browser opens; if it does not, go to",
        LinkState { is_trusted: false, .. } => {
            "the service names this address, which is not https: check it before you go to"
        }
        LinkState { opening: Opening::Nowhere, .. } => "in a browser, on this or another device, go to",
        LinkState { .. } => "no browser could be opened here; in one on any device, go to",
    };
    let has_code = link.contains(&authorization.user_code) && !shown.is_entered;
    format!(
        "aws-sso: sign in to {}\n  {way}\n    {}\n  and {} the code\n    {}\n  waiting {} for that, as long as \
         the code is valid\n",
        clean(start_url),
        clean(link),
        if has_code { "confirm" } else { "enter" },
        clean(&authorization.user_code),
        timestamp::span(authorization.expires_in.as_secs().cast_signed()),
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_shown_whatever_the_link_holds() {
        let page = "https://device.sso.us-east-1.amazonaws.com/";
        let full = "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH";
        let other = "https://us-east-1.signin.aws/platform/authorize?request_uri=urn:x";
        let http = "http://example.com/?user_code=ABCD-EFGH";
        let shown = LinkState { opening: Opening::Here, opened: true, is_trusted: true, is_entered: false };
        let nowhere = LinkState { opening: Opening::Nowhere, opened: false, ..shown };
        // The link with the code, what became of it, and what is said.
        let cases = [
            (Some(full), shown, "a browser opens; if it does not, go to", "confirm"),
            (Some(full), LinkState { is_entered: true, ..shown }, "a browser opens; if it does not, go to", "enter"),
            (Some(full), nowhere, "in a browser, on this or another device, go to", "confirm"),
            (
                Some(full),
                LinkState { opened: false, ..shown },
                "no browser could be opened here; in one on any",
                "confirm",
            ),
            (Some(other), shown, "a browser opens; if it does not, go to", "enter"),
            (None, nowhere, "in a browser, on this or another device, go to", "enter"),
            (Some(http), LinkState { is_trusted: false, ..nowhere }, "which is not https: check it before", "confirm"),
        ];
        for (complete, shown, way, verb) in cases {
            let authorization = DeviceAuthorization {
                device_code: "d".into(),
                user_code: "ABCD-EFGH".to_owned(),
                verification_uri: page.to_owned(),
                verification_uri_complete: complete.map(str::to_owned),
                expires_in: Duration::from_mins(10),
                interval: Duration::from_secs(5),
            };
            let text = text(&authorization, "https://corp.awsapps.com/start", shown);
            let link = complete.unwrap_or(page);
            let expected = format!(
                "\n    {link}\n  and {verb} the code\n    ABCD-EFGH\n  waiting 10 minutes for that, as long as \
                 the code is valid\n"
            );
            assert!(text.contains(way) && text.ends_with(&expected), "{complete:?} {shown:?}\n{text}");
        }
    }
}
