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
        if self.store.kind() == StoreKind::Files || !path.exists() || self.has_stored()? {
            return Ok(false);
        }
        // Two processes must not move it at once: the slower one would overwrite a newer token.
        let _lock = self.lock_token()?;
        if self.has_stored()? {
            return Ok(false);
        }
        let Some(token) = self.in_file()? else { return Ok(false) };
        token::write(&self.store, &path, &token)?;
        let moved = self.take_over_client(&token).and_then(|()| atomic::remove(&path));
        // The user has asked for no secret in a file, so a file that stays is reported.
        if let Err(error) = moved {
            terminal::warn(&error.to_string());
        }
        Ok(true)
    }

    /// Whether [`take_over`](Self::take_over) would move a sign-in.
    pub(crate) fn is_to_be_moved(&self) -> Result<bool> {
        Ok(self.store.kind() != StoreKind::Files && !self.has_stored()? && self.in_file()?.is_some())
    }

    fn has_stored(&self) -> Result<bool> {
        Ok(token::read(&self.store, &self.path())?.is_some())
    }

    fn in_file(&self) -> Result<Option<Token>> {
        Ok(token::read(&SecretStore::Files, &self.path())?.filter(|token| self.is_of_directory(token)))
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
