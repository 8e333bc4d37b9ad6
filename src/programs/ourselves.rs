//! This program: where it is, and the option by which it gets its sso-session or profile.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::{environment, quote};

/// The path of this executable, to run it again.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// The path under which this program is found after an upgrade too, for files that outlive it.
///
/// Package managers install each version in a folder of its own, and put a link to it on `PATH`.
pub(crate) fn lasting_path() -> io::Result<PathBuf> {
    let this = this_program()?;
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let found = lasting(&this, &called, environment::search_path().as_deref().unwrap_or_default());
    // `PATH` may have slashes, at which cmd.exe ends the name of a program.
    if cfg!(windows) { std::path::absolute(found) } else { Ok(found) }
}

const NAME: &str = if cfg!(windows) { "aws-sso.exe" } else { "aws-sso" };

/// The first program of our name on `PATH`, else the path by which we were called, each only if it leads to `this`. If
/// it names a version all the same, a link without one takes its place.
fn lasting(this: &Path, called: &Path, search_path: &OsStr) -> PathBuf {
    let on_path = std::env::split_paths(search_path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file());
    let called = (called.components().count() > 1).then(|| std::path::absolute(called).ok()).flatten();
    let is_this = |path: &PathBuf| path.canonicalize().is_ok_and(|real| this.canonicalize().is_ok_and(|it| it == real));
    let found = on_path.filter(is_this).or(called.filter(is_this)).unwrap_or_else(|| this.to_owned());
    without_version(&found).into_iter().find(is_this).unwrap_or(found)
}

/// Where Homebrew may have a link to a program that lies below the folder of its version, as
/// `PREFIX/Cellar/FORMULA/VERSION/bin/aws-sso` does. An upgrade deletes that folder.
fn without_version(path: &Path) -> Vec<PathBuf> {
    let parts: Vec<&OsStr> = path.iter().collect();
    let is_of_versions = |part: &&OsStr| *part == "Cellar" || *part == "Caskroom";
    let Some(at) = parts.iter().position(is_of_versions) else { return Vec::new() };
    let prefix: PathBuf = parts[..at].iter().collect();
    let [formula, _version, program @ ..] = &parts[at + 1..] else { return Vec::new() };
    let opt = prefix.join("opt").join(formula).join(program.iter().collect::<PathBuf>());
    vec![prefix.join("bin").join(NAME), opt]
}

/// The words of `-p NAME`. After `-p`, clap would take a name that begins with `-` for an option.
pub(crate) fn profile_words(name: &str) -> Vec<String> {
    if name.starts_with('-') { vec![format!("--profile={name}")] } else { vec!["-p".to_owned(), name.to_owned()] }
}

/// `-p NAME` for a command that the user can paste.
pub(crate) fn profile_option(name: &str) -> String {
    let words = profile_words(name).into_iter();
    words.map(|word| quote::word(&word)).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_link_on_path_is_kept_and_another_program_there_is_not_taken() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for folder in ["cellar/1.0", "bin", "other", "links", "empty"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let this = at("cellar/1.0/aws-sso");
        fs::write(&this, "this").unwrap();
        fs::write(at("other/aws-sso"), "another").unwrap();
        symlink(&this, at("bin/aws-sso")).unwrap();
        symlink(&this, at("links/sso")).unwrap();
        // The folders on PATH, the path by which it was called, and what lasts.
        let cases: [(&[&str], &str, &str); 7] = [
            (&["empty", "bin", "other"], "aws-sso", "bin/aws-sso"),
            (&["bin"], "cellar/1.0/aws-sso", "bin/aws-sso"),
            (&["other", "bin"], "bin/aws-sso", "bin/aws-sso"),
            (&["other"], "links/sso", "links/sso"),
            (&["other"], "other/aws-sso", "cellar/1.0/aws-sso"),
            (&["other"], "aws-sso", "cellar/1.0/aws-sso"),
            (&[], "cellar/1.0/aws-sso", "cellar/1.0/aws-sso"),
        ];
        for (folders, called, expected) in cases {
            let search_path = std::env::join_paths(folders.iter().map(|folder| at(folder))).unwrap();
            let called = if called.contains('/') { at(called) } else { PathBuf::from(called) };
            assert_eq!(lasting(&this, &called, &search_path), at(expected), "{folders:?} {called:?}");
        }
    }

    #[test]
    fn a_version_of_homebrew_is_named_only_where_no_link_leads_to_it() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let this = at("Cellar/aws-sso/1.2.0/bin/aws-sso");
        for folder in ["Cellar/aws-sso/1.2.0/bin", "Cellar/aws-sso/1.1.0/bin", "opt", "bin"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        fs::write(&this, "this").unwrap();
        fs::write(at("Cellar/aws-sso/1.1.0/bin/aws-sso"), "older").unwrap();
        let found = |folders: &[&str]| {
            let search_path = std::env::join_paths(folders.iter().map(|folder| at(folder))).unwrap();
            lasting(&this, &this, &search_path)
        };
        assert_eq!(found(&[]), this);
        symlink("../Cellar/aws-sso/1.2.0", at("opt/aws-sso")).unwrap();
        assert_eq!(found(&[]), at("opt/aws-sso/bin/aws-sso"));
        symlink("../Cellar/aws-sso/1.1.0/bin/aws-sso", at("bin/aws-sso")).unwrap();
        assert_eq!(found(&["bin"]), at("opt/aws-sso/bin/aws-sso"), "that link leads to another version");
        fs::remove_file(at("bin/aws-sso")).unwrap();
        symlink("../Cellar/aws-sso/1.2.0/bin/aws-sso", at("bin/aws-sso")).unwrap();
        for folders in [&["bin"][..], &[], &["Cellar/aws-sso/1.2.0/bin"]] {
            assert_eq!(found(folders), at("bin/aws-sso"), "{folders:?}");
        }
    }

    #[test]
    fn a_name_with_a_dash_is_one_word_with_its_option() {
        assert_eq!(profile_option("corp"), "-p corp");
        assert_eq!(profile_option("my corp"), "-p 'my corp'");
        assert_eq!(profile_option("-x"), "--profile=-x");
    }
}
