//! Moving a sign-in from files to the secret store that the settings have named since.

use crate::aws_cache::token::{self, Token};
use crate::error::Result;
use crate::files::atomic;
use crate::secret_store::{SecretStore, StoreKind};
use crate::terminal;

use super::valid_token::Session;

impl Session<'_> {
    /// Moves the sign-in, and the client that it belongs to, from files to the store. Returns whether there was one to
    /// move.
    ///
    /// Where the store has a sign-in already, the file is another tool's own: it stays.
    pub fn take_over(&self) -> Result<bool> {
        let path = self.path();
        let has_stored = || token::read(&self.store, &path).map(|token| token.is_some());
        if self.store.kind() == StoreKind::Files || !path.exists() || has_stored()? {
            return Ok(false);
        }
        // Two processes must not move it at once: the slower one would overwrite a newer token.
        let _lock = self.lock_token()?;
        if has_stored()? {
            return Ok(false);
        }
        let in_file = token::read(&SecretStore::Files, &path)?.filter(|token| self.is_of_directory(token));
        let Some(token) = in_file else { return Ok(false) };
        token::write(&self.store, &path, &token)?;
        let moved = self.take_over_client(&token).and_then(|()| atomic::remove(&path));
        // The user has asked for no secret in a file, so a file that stays is reported.
        if let Err(error) = moved {
            terminal::warn(&error.to_string());
        }
        Ok(true)
    }

    fn take_over_client(&self, token: &Token) -> Result<()> {
        for path in SecretStore::Files.list(&self.paths.tokens)? {
            let Some(client) = token::read_registration(&SecretStore::Files, &path).unwrap_or_default() else {
                continue;
            };
            if token.client_id.as_ref() == Some(&client.client_id) && path != self.path() {
                token::write_registration(&self.store, &path, &client)?;
                atomic::remove(&path)?;
            }
        }
        Ok(())
    }
}
