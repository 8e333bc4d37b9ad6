//! Signing in with a browser on this machine: authorization code with PKCE, RFC 7636 and RFC 8252.

use std::io;
use std::num::NonZeroU16;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use crate::address::quote;
use crate::aws_cache::token::Registration;
use crate::aws_config::directory::Directory;
use crate::browser::{open, port_holder};
use crate::environment;
use crate::error::{Error, Result, reason, system};
use crate::files::waiting::Request;
use crate::identity_center::oidc::TokenGrant;
use crate::identity_center::{GrantError, Service, Tokens};
use crate::secret::Secret;
use crate::terminal::clean;
use crate::timestamp;

use super::callback::{AuthorizationResponse, Callback};
use super::end_page::EndPages;
use super::method::Opening;
use super::sign_in_page::{SignInPage, login_command};

/// How long a person has; the service's own pages give as much.
const PATIENCE: Duration = Duration::from_mins(10);

/// How much of an error's name is shown: those of OAuth are shorter.
const LONGEST_ERROR: usize = 64;

/// Why a browser sign-in did not end in tokens.
pub(super) enum BrowserError {
    /// The service does not know this flow: another may work.
    Unsupported,
    /// This system does not say whose the browser's connections would be.
    Untrusted(Error),
    /// The service's page ended it with an error.
    Refused(Error),
    Grant(GrantError),
}

impl From<Error> for BrowserError {
    fn from(error: Error) -> Self {
        Self::Grant(GrantError::Other(error))
    }
}

/// How the person is led to the service's page, and the browser back from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    pub(super) opening: Opening,
    /// The port to which the browser comes back; `None` for any free one.
    pub(super) port: Option<NonZeroU16>,
}

/// Sends the person to the service's page, and exchanges the code that the browser brings back.
pub(super) async fn sign_in(
    service: &Service,
    registration: &Registration,
    directory: &Directory,
    scopes: &[String],
    ways: Ways,
    asked: &Request,
) -> Result<Tokens, BrowserError> {
    let callback = Callback::bind(ways.port).map_err(|error| not_bound(directory, ways.port, error))?;
    let redirect_uri = callback.redirect_uri();
    let (verifier, state) = (Secret::random::<48>()?, Secret::random::<24>()?);
    let request = AuthorizationRequest {
        address: &service.oidc_address().await?,
        client_id: &registration.client_id,
        redirect_uri: &redirect_uri,
        state: &state,
        scopes,
        verifier: &verifier,
    };
    let link = request.link();
    let led_to = (ways.opening != Opening::Nowhere).then_some(link.as_str());
    let page = SignInPage::new(login_command(directory), led_to)?;
    asked.set_shown();
    let opened = match page.path() {
        Some(path) => open::open(&callback.url(path)).await,
        None => false,
    };
    show(directory, &link, ways, opened, asked);

    let outcome = callback
        .finished(page, EndPages::new(directory), state, PATIENCE, async |response| {
            let code = match response {
                AuthorizationResponse::Code(code) => code,
                AuthorizationResponse::Error(error) if error == "access_denied" => {
                    return Err(BrowserError::Grant(GrantError::Denied));
                }
                AuthorizationResponse::Error(error) => return Err(BrowserError::Refused(refused(directory, &error))),
            };
            let grant = TokenGrant::Code { code: &code, verifier: &verifier, redirect_uri: &redirect_uri };
            let tokens = service.create_token(&registration.client_id, &registration.client_secret, grant).await;
            tokens.map_err(BrowserError::Grant)
        })
        .await;
    outcome.unwrap_or(Err(BrowserError::Grant(GrantError::Expired)))
}

/// Shows the link, how long it is of use, and the way to sign in without a browser of this machine.
fn show(directory: &Directory, link: &str, ways: Ways, opened: bool, asked: &Request) {
    let text = |way: &str| {
        let patience = timestamp::span(PATIENCE.as_secs().cast_signed());
        let (start_url, link) = (clean(&directory.start_url), clean(link));
        format!("aws-sso: sign in to {start_url}\n  {way}\n    {link}\n  waiting {patience} for that")
    };
    let login = login_command(directory);
    let otherwise = format!("; to use a browser of another device instead, run: {} --device-code\n", clean(&login));
    let elsewhere = Ways { opening: Opening::Nowhere, ..ways };
    asked.show(&(text(&way(ways, opened)) + &otherwise), &text(&way(elsewhere, false)));
}

/// Where the person finds the browser.
fn way(ways: Ways, opened: bool) -> String {
    match ways {
        _ if opened => "a browser opens; if it does not, go to".to_owned(),
        Ways { port: Some(port), .. } if environment::elsewhere().is_some() => {
            format!("in a browser whose 127.0.0.1:{port} leads to this machine, go to")
        }
        Ways { opening: Opening::Nowhere, .. } => "in a browser on this machine, go to".to_owned(),
        Ways { .. } => "no browser could be opened; in one on this machine, go to".to_owned(),
    }
}

/// Why nothing listens for the browser.
fn not_bound(directory: &Directory, port: Option<NonZeroU16>, error: io::Error) -> BrowserError {
    let login = login_command(directory);
    let is_untrusted = error.kind() == io::ErrorKind::Unsupported;
    let failure = match port {
        Some(port) if error.kind() == io::ErrorKind::AddrInUse => {
            let holder = port_holder::of(port.get()).map(|holder| format!(" by {holder}")).unwrap_or_default();
            Error::failed(format!("the browser is to come back to port {port} of this machine, which is taken{holder}"))
                .with_remedy(format!(
                    "end that, or name another port with --redirect-port, or run: {login} --device-code"
                ))
        }
        Some(port) => Error::failed(format!("cannot listen on 127.0.0.1:{port}: {}", reason(&error)))
            .with_remedy(format!("name another port with --redirect-port, or run: {login} --device-code")),
        None => Error::failed(format!("cannot serve a browser on 127.0.0.1: {}", reason(&error)))
            .with_remedy(format!("run: {login} --device-code")),
    };
    let failure = failure.with_any_remedy(system::shortage(&error)).with_source(error);
    if is_untrusted { BrowserError::Untrusted(failure) } else { failure.into() }
}

/// The sign-in ends here: another way of signing in has to be the person's own choice.
fn refused(directory: &Directory, error: &str) -> Error {
    let error: String = clean(error).chars().take(LONGEST_ERROR).collect();
    Error::service(format!("the sign-in to {} ended with the error {error}", directory.start_url))
        .with_remedy(format!("to sign in with a code, run: {} --device-code", login_command(directory)))
}

/// What the service's page has to know.
struct AuthorizationRequest<'a> {
    address: &'a str,
    client_id: &'a str,
    redirect_uri: &'a str,
    state: &'a Secret,
    scopes: &'a [String],
    verifier: &'a Secret,
}

impl AuthorizationRequest<'_> {
    /// The page's address, its parameters in the AWS CLI's order.
    fn link(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.expose().as_bytes()));
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}&code_challenge_method=S256&scopes={}\
             &code_challenge={challenge}",
            self.address,
            quote(self.client_id),
            quote(self.redirect_uri),
            quote(self.state.expose()),
            quote(&self.scopes.join(" ")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_built_as_the_aws_cli_builds_it() {
        let link = AuthorizationRequest {
            address: "https://oidc.us-east-1.amazonaws.com",
            client_id: "a+b/c=",
            redirect_uri: "http://127.0.0.1:39163/oauth/callback",
            state: &"s-1".into(),
            scopes: &["sso:account:access".to_owned(), "codewhisperer:completions".to_owned()],
            // The example of RFC 7636, appendix B.
            verifier: &"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
        }
        .link();
        assert_eq!(
            link,
            "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=a%2Bb%2Fc%3D\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A39163%2Foauth%2Fcallback&state=s-1&code_challenge_method=S256\
             &scopes=sso%3Aaccount%3Aaccess%20codewhisperer%3Acompletions\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
