//! A sign-in that lies in files, from before the settings named another store.

use crate::aws_cache::token::{self, Token};
use crate::error::Result;
use crate::files::atomic;
use crate::secret_store::{Kind, SecretStore};
use crate::terminal;

use super::Session;

impl Session<'_> {
    /// Moves this directory's sign-in, and the client that it belongs to, from the files to where secrets are kept now.
    /// Says whether there was one to move.
    ///
    /// A file beside a sign-in of our own is another tool's, which goes on with it: it stays.
    pub fn take_over(&self) -> Result<bool> {
        let path = self.path();
        let has_own = || token::read(&self.store, &path).map(|token| token.is_some());
        if self.store.kind() == Kind::Files || !path.exists() || has_own()? {
            return Ok(false);
        }
        // Or two would move it at once, and the slower one would put it over a newer one.
        let _lock = self.lock_token()?;
        if has_own()? {
            return Ok(false);
        }
        let token = token::read(&SecretStore::Files, &path)?.filter(|token| self.is_of_directory(token));
        let Some(token) = token else { return Ok(false) };
        token::write(&self.store, &path, &token)?;
        let client = self.take_over_client(&token);
        // A copy that stays is told: it is what the person does not want to have.
        if let Err(error) = client.and_then(|()| atomic::remove(&path)) {
            terminal::warn(&error.to_string());
        }
        Ok(true)
    }

    fn take_over_client(&self, token: &Token) -> Result<()> {
        for path in SecretStore::Files.list(&self.cache)? {
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
