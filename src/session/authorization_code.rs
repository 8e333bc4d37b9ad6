//! Signing in with a browser on this machine: authorization code with PKCE, RFC 7636 and RFC 8252.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use crate::address::quote;
use crate::aws_cache::token::Registration;
use crate::browser::open;
use crate::error::{Error, Result};
use crate::identity_center::oidc::Grant;
use crate::identity_center::{GrantError, Service, Tokens};
use crate::secret::Secret;
use crate::session::callback::{Answer, Listener};
use crate::session::screen::Screen;
use crate::terminal::clean;

/// How long a person has; the service's own pages give as much.
const PATIENCE: Duration = Duration::from_mins(10);

/// Why a browser sign-in did not end in tokens.
pub(crate) enum BrowserError {
    /// The service does not know this way of signing in: another may work.
    Unsupported,
    Grant(GrantError),
}

impl From<Error> for BrowserError {
    fn from(error: Error) -> Self {
        Self::Grant(GrantError::Other(error))
    }
}

/// Sends the person to the service's page, and takes the code that the browser brings back.
pub(crate) async fn sign_in(
    service: &Service,
    registration: &Registration,
    start_url: &str,
    scopes: &[String],
    open: bool,
) -> Result<Tokens, BrowserError> {
    let listener = Listener::bind().await?;
    let redirect_uri = listener.redirect_uri();
    let (verifier, state) = (random_text::<48>()?, random_text::<24>()?);
    let link = Authorization {
        address: &service.oidc_address().await?,
        client_id: &registration.client_id,
        redirect_uri: &redirect_uri,
        state: state.expose(),
        scopes,
        verifier: verifier.expose(),
    }
    .link();
    let opened = open && open::open(&link);
    let what = if opened { "a browser opens; if it does not, go to" } else { "in a browser on this machine, go to" };
    Screen::open().show(&format!("aws-sso: sign in to {}\n  {what}\n    {}\n", clean(start_url), clean(&link)));

    match tokio::time::timeout(PATIENCE, listener.answer(&state)).await {
        Err(_) => Err(BrowserError::Grant(GrantError::Expired)),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(Answer::Error(error))) => Err(match error.as_str() {
            "access_denied" => BrowserError::Grant(GrantError::Denied),
            _ => BrowserError::Unsupported,
        }),
        Ok(Ok(Answer::Code(code))) => {
            let grant = Grant::Code { code: &code, verifier: &verifier, redirect_uri: &redirect_uri };
            service
                .create_token(&registration.client_id, &registration.client_secret, grant)
                .await
                .map_err(BrowserError::Grant)
        }
    }
}

/// Random bytes as text of `[A-Za-z0-9-_]`, four characters for three bytes.
pub(crate) fn random_text<const BYTES: usize>() -> Result<Secret> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::failed(format!("the system gives no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// What the service's page has to know.
struct Authorization<'a> {
    address: &'a str,
    client_id: &'a str,
    redirect_uri: &'a str,
    state: &'a str,
    scopes: &'a [String],
    verifier: &'a str,
}

impl Authorization<'_> {
    /// The page's address, its parameters in the AWS CLI's order.
    fn link(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()));
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}&code_challenge_method=S256&scopes={}&code_challenge={challenge}",
            self.address,
            quote(self.client_id),
            quote(self.redirect_uri),
            quote(self.state),
            quote(&self.scopes.join(" ")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_built_as_the_aws_cli_builds_it() {
        let link = Authorization {
            address: "https://oidc.us-east-1.amazonaws.com",
            client_id: "a+b/c=",
            redirect_uri: "http://127.0.0.1:39163/oauth/callback",
            state: "s-1",
            scopes: &["sso:account:access".to_owned(), "codewhisperer:completions".to_owned()],
            // The example of RFC 7636, appendix B.
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
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

    #[test]
    fn a_verifier_is_64_unreserved_characters_and_never_the_same() {
        let (one, two) = (random_text::<48>().unwrap(), random_text::<48>().unwrap());
        assert_eq!(one.expose().len(), 64);
        assert!(one.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)));
        assert_ne!(one, two);
    }
}
