//! What `tests/run` downloads, since no distribution has it.

use std::path::{Path, PathBuf};

use super::skip;

/// The program of nushell; `None`, with a message, if it is not there.
#[track_caller]
pub fn nushell() -> Option<PathBuf> {
    let found = named("AWS_SSO_TEST_NUSHELL", "nushell/nu");
    if found.is_none() {
        skip("nushell is not there (tests/run downloads it): nothing is tested in it");
    }
    found
}

/// A script by which VS Code marks the commands of a shell, such as `shellIntegration-bash.sh`; `None`, with a message,
/// if it is not there.
#[track_caller]
pub fn vscode_script(name: &str) -> Option<PathBuf> {
    let found = named("AWS_SSO_TEST_VSCODE", "vscode").map(|folder| folder.join(name)).filter(|file| file.is_file());
    if found.is_none() {
        skip(&format!("VS Code's {name} is not there (tests/run downloads it): nothing is tested beside it"));
    }
    found
}

/// bash-preexec, which many tools for bash build on; `None`, with a message, if it is not there.
#[track_caller]
pub fn bash_preexec() -> Option<PathBuf> {
    let found = named("AWS_SSO_TEST_BASH_PREEXEC", "bashhub/bashhub/shell/deps/bash-preexec.sh");
    if found.is_none() {
        skip("bash-preexec is not there (tests/run downloads it): nothing is tested beside it");
    }
    found
}

/// What a variable names, else what an earlier run of `tests/run` has left.
fn named(variable: &str, place: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
    let left = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(place);
    Some(named.unwrap_or_else(left)).filter(|path| path.exists())
}
