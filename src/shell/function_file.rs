//! The file with the code of tcsh. Its aliases cannot hold that code, but they can source a file.

use super::dialect::Shell;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::atomic;
use crate::files::folder::Privacy;
use crate::files::read;
use crate::quote::is_printable;

/// What the file is sourced for, with the words that stand for that command in it.
const COMMANDS: [(&str, &str); 3] =
    [("__AWS_SSO_CALL__", " call !*"), ("__AWS_SSO_COMPLETE__", " complete"), ("__AWS_SSO_PROMPT__", " prompt")];
/// The word that stands for the file's path.
const FILE: &str = "__AWS_SSO_FILE__";

/// Writes the code to the file of this function, unless it is there, and gives the line that loads it.
pub(super) fn loaded(code: &str, command: &str) -> Result<String> {
    let path = environment::cache_folder()?.join(format!("{command}.tcsh"));
    let file = path
        .to_str()
        .filter(|path| is_printable(path))
        .map(|path| Shell::Tcsh.quote(path))
        .ok_or_else(|| Error::failed("the path of the cache cannot be written in a shell script"))?;
    let code = COMMANDS.iter().fold(code.to_owned(), |code, (word, what)| {
        code.replace(word, &Shell::Tcsh.quote(&format!("source {file}{what}")))
    });
    let code = code.replace(FILE, &file);
    if read::cached(&path)?.is_none_or(|there| there != code.as_bytes()) {
        atomic::write(&path, code.as_bytes(), Privacy::Cache)?;
    }
    // Other shells read it where a start-up file is shared: see `Dialect::is_another_shell`. Only tcsh has `$tcsh`.
    Ok(format!("'test' '\\\\' != \"\\\\\" || 'test' -z \"$tcsh\" || source {file} load\n"))
}
