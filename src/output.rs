//! Results go to stdout, each in one write.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::{Error, Result, reason, system};

/// Writes a result to stdout. A closed pipe is not an error: its reader has seen enough.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("cannot write to stdout: {}", reason(&error)))
                .with_any_remedy(system::remedy(&error, None))
                .with_source(error))
        }
        _ => Ok(()),
    }
}

/// Writes a result as JSON that people can read too.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    print(&to_json(value)?)
}

/// The text that [`print_json`] writes.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> Result<String> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Error::failed("cannot write the result as JSON").with_source(error))?;
    Ok(json + "\n")
}
