//! The `config.yaml` of aws-sso-cli on this machine.

use std::path::PathBuf;

use super::aws_sso_cli::TheirConfig;
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::files::{encoding, read};

/// The file, and what it says.
#[derive(Debug)]
pub(crate) struct TheirFile {
    pub(crate) path: PathBuf,
    pub(crate) config: TheirConfig,
}

/// The largest file that is read: one with a thousand accounts of ten roles has about a megabyte.
const MOST_BYTES: usize = 2 << 20;

/// The path of the file; `None` if this user has none.
pub(super) fn path() -> Result<Option<PathBuf>> {
    Ok(environment::aws_sso_cli_files()?.into_iter().find(|path| path.is_file()))
}

impl TheirFile {
    /// Reads the file. It says which program opens links, so it has to be this user's own.
    pub(crate) fn read() -> Result<Self> {
        let Some(path) = path()? else { return Err(missing()?) };
        let name = shown(&path);
        let bytes = read::own(&path)?.unwrap_or_default();
        let refused = |place: &str, why: &str| {
            Error::usage(format!("{place}: {why}")).with_remedy(
                "nothing was written; correct the file, or begin with the start URL: aws-sso setup START_URL",
            )
        };
        if bytes.len() > MOST_BYTES {
            return Err(refused(&name, &format!("it has more than {} MB, which no config has", MOST_BYTES >> 20)));
        }
        encoding::check(&path, &bytes)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| refused(&name, "it is not UTF-8"))?;
        let config =
            TheirConfig::parse(text).map_err(|fault| refused(&format!("{name}:{}", fault.line), &fault.why))?;
        Ok(Self { path, config })
    }
}

fn missing() -> Result<Error> {
    let files = environment::aws_sso_cli_files()?;
    let names: Vec<_> = files.iter().map(|path| shown(path)).collect();
    Ok(Error::usage(format!("there is no config of aws-sso-cli: {}", names.join(", ")))
        .with_remedy("if it is somewhere else, name it in AWS_SSO_CONFIG; without one, run: aws-sso setup"))
}
