//! Renewing a token silently.

use crate::aws_cache::token::Token;
use crate::identity_center::oidc::Grant;
use crate::identity_center::{GrantError, Service};

/// A renewed token; what the service leaves out, and what other tools wrote, stays as it was.
pub(super) async fn renew(service: &Service, token: &Token) -> Result<Token, GrantError> {
    let (Some(client_id), Some(client_secret), Some(refresh_token)) =
        (&token.client_id, &token.client_secret, &token.refresh_token)
    else {
        return Err(GrantError::Invalid);
    };
    let tokens = service.create_token(client_id, client_secret, Grant::Refresh(refresh_token)).await?;
    Ok(Token {
        access_token: tokens.access_token,
        expires_at: tokens.expires_at,
        refresh_token: tokens.refresh_token.or_else(|| token.refresh_token.clone()),
        ..token.clone()
    })
}
