//! A helper's program on `PATH`.

use std::env;
use std::path::PathBuf;

use crate::environment;

/// The first file of this name, without `.exe`. An empty or relative entry of `PATH` would mean the current folder,
/// where anyone may have put a program.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = environment::search_path()?;
    env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(file_name(name)))
        .find(|path| path.is_file())
}

/// The name of a program's file.
pub(crate) fn file_name(program: &str) -> String {
    format!("{program}{}", env::consts::EXE_SUFFIX)
}
