//! A program's file, as cmd.exe finds it: with an extension of `PATHEXT`. Windows itself only adds `.exe`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::environment;

/// What Windows starts, and Rust through cmd.exe, with the quotes that batch files need. For any other extension of
/// `PATHEXT`, cmd.exe has the program that opens such files.
const STARTED: [&str; 4] = [".COM", ".EXE", ".BAT", ".CMD"];

/// The file of a program; `None` where there is none, or Windows has to look for it in folders of its own. The current
/// folder is searched only if the program's name or `PATH` names it.
pub(crate) fn find(program: &OsStr) -> Option<PathBuf> {
    let name = program.to_str().filter(|name| !name.is_empty())?;
    let given = environment::program_extensions().unwrap_or_else(|| STARTED.join(";"));
    let extensions: Vec<_> = given.split(';').filter(|extension| is_started(extension)).collect();
    // With one of them, the name may be whole.
    let is_whole = name.rfind('.').is_some_and(|at| is_started(&name[at..]));
    let endings: Vec<_> = is_whole.then_some("").into_iter().chain(extensions).collect();
    let in_folder = |folder: PathBuf| {
        let file = |ending: &&str| folder.join(OsString::from(format!("{name}{ending}")));
        endings.iter().map(file).find(|file| file.is_file())
    };
    if name.contains(['\\', '/', ':']) {
        return in_folder(PathBuf::new());
    }
    let folders = environment::search_path()?;
    std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()).find_map(in_folder)
}

fn is_started(extension: &str) -> bool {
    STARTED.iter().any(|started| started.eq_ignore_ascii_case(extension.trim()))
}

/// Whether cmd.exe runs this program.
pub(crate) fn is_batch(program: &OsStr) -> bool {
    let file = find(program).unwrap_or_else(|| program.into());
    file.extension().is_some_and(|extension| ["bat", "cmd"].iter().any(|batch| extension.eq_ignore_ascii_case(batch)))
}
