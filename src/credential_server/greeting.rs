//! What a credential server that runs beside a command reports to it: one line of JSON on stdout.

use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Where the server listens, or why it does not.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Greeting {
    Serving { uri: String, token: Secret, token_file: Option<PathBuf> },
    Failed { message: String, remedy: Option<String> },
}

impl Greeting {
    /// Writes the line to stdout, which only the command reads.
    pub(crate) fn write(&self) -> Result<()> {
        let failed = || Error::failed("the command that the server is for has ended");
        let mut line = serde_json::to_string(self).map_err(|_| failed())?;
        line.push('\n');
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(|_| failed())
    }
}
