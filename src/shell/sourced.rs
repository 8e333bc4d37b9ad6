//! What a start-up file says about other files: those that it sources, and the folder that it sets for zsh.
//!
//! Shell scripts are a language. The plain words in which most people write these lines are read here, and no others.

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment;

/// The files that a script sources: by `source FILE` or `. FILE`, or in a loop over `FOLDER/*`.
pub(super) fn files(text: &str) -> Vec<PathBuf> {
    let of_line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let is_loop = words.first() == Some(&"for");
        let named = words.windows(2).filter(|pair| matches!(pair[0], "source" | "."));
        let looped = words.iter().filter(|word| is_loop && word.contains('*'));
        let words: Vec<_> = named.map(|pair| pair[1]).chain(looped.copied()).collect();
        words.into_iter().filter_map(path).flat_map(|path| matching(&path)).collect::<Vec<_>>()
    };
    code(text).flat_map(of_line).collect()
}

/// The lines that are no comments.
pub(super) fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'))
}

/// The folder of zsh's start-up files that this `.zshenv` sets.
pub(super) fn zsh_folder(text: &str) -> Option<PathBuf> {
    let value = |line: &str| {
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        let value = line.strip_prefix("ZDOTDIR=")?;
        let value = value.split_once(" #").map_or(value, |(value, _)| value).trim_end().replace(['"', '\''], "");
        let default = value.strip_prefix("${ZDOTDIR:-").and_then(|rest| rest.strip_suffix('}'));
        path(default.unwrap_or(&value))
    };
    code(text).filter_map(value).last()
}

/// The absolute path that a word names; `None` where only the shell could tell.
fn path(word: &str) -> Option<PathBuf> {
    let home = environment::shell_home().ok()?.to_str()?.to_owned();
    let config = environment::config_home().ok()?.to_str()?.to_owned();
    let mut path = word.trim_end_matches([';', ')']).replace(['"', '\''], "");
    if let Some(rest) = path.strip_prefix("~/") {
        path = format!("{home}/{rest}");
    }
    for (variable, value) in [
        ("${HOME}", &home),
        ("$HOME", &home),
        (&*format!("${{XDG_CONFIG_HOME:-{home}/.config}}"), &config),
        ("${XDG_CONFIG_HOME}", &config),
        ("$XDG_CONFIG_HOME", &config),
    ] {
        path = path.replace(variable, value);
    }
    let path = PathBuf::from(path).components().collect::<PathBuf>();
    (path.is_absolute() && !path.to_string_lossy().contains(['$', '`'])).then_some(path)
}

/// The files that a path with at most one `*` in its last part means.
fn matching(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let Some((start, end)) = name.split_once('*') else { return vec![path.to_owned()] };
    // zsh takes qualifiers: `*.zsh(N)`.
    let end = end.split('(').next().unwrap_or_default();
    let is_meant = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(start) && name.ends_with(end) && !name.starts_with('.')
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(is_meant).collect();
    files.sort();
    files
}
