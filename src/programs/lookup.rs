//! Why the system does not start a program. One error number has several causes: "No such file" can mean the
//! interpreter that a script names, or the loader that a program needs.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::executable::{Elf, Executable, identify};
use super::unstarted::{Problem, Start, Unstarted};
use crate::environment;
use crate::error::reason;
use crate::files::unreadable::{self, quoted};
use crate::files::{links, open, ownership};

/// How many scripts, one the interpreter of the other, Linux follows.
const DEEPEST: usize = 5;

/// How the program is started, or why it cannot be.
pub(super) fn check(program: &OsStr) -> Result<Start, Unstarted> {
    match find(program)? {
        Some(path) => examine(&path, 0),
        None => Ok(Start::Direct),
    }
}

/// The file of a program, as `execvp` and shells find it. `None` without `PATH`: then the system looks in folders of
/// its own choice.
fn find(program: &OsStr) -> Result<Option<PathBuf>, Unstarted> {
    if program.as_bytes().contains(&b'/') {
        return Ok(Some(no_option(program.into())));
    }
    let Some(folders) = environment::search_path() else { return Ok(None) };
    let mut denied = None;
    for folder in std::env::split_paths(&folders).filter(|_| !program.is_empty()) {
        // An empty entry is the current folder. A path with a slash is not searched for again.
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let path = no_option(folder.join(program));
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_file() && access(&path, Access::EXEC_OK).is_ok() {
            return Ok(Some(path));
        }
        if metadata.is_file() {
            denied.get_or_insert((path, metadata));
        }
    }
    Err(denied.map_or_else(Unstarted::not_found, |(path, metadata)| {
        let mut denied = not_executable(&path, &metadata);
        denied.what = format!("{}: {}", path.display(), denied.what);
        denied
    }))
}

/// The same file by a path that no program takes for an option.
fn no_option(path: PathBuf) -> PathBuf {
    if path.as_os_str().as_bytes().starts_with(b"-") { Path::new(".").join(path) } else { path }
}

/// How this file is started. `depth` counts the scripts whose interpreter it is.
fn examine(path: &Path, depth: usize) -> Result<Start, Unstarted> {
    let metadata = fs::metadata(path).map_err(|error| unreachable(path, &error))?;
    if metadata.is_dir() {
        return Err(Unstarted::unusable("it is a folder").with_remedy("name a program in it"));
    }
    if !metadata.is_file() {
        return Err(Unstarted::unusable(format!(
            "it is {}, not a program",
            unreadable::described(metadata.file_type())
        )));
    }
    if access(path, Access::EXEC_OK).is_err() {
        return Err(not_executable(path, &metadata));
    }
    // A program that this user may not read can be started all the same.
    let Ok((file, _)) = open::to_read(path) else { return Ok(Start::Direct) };
    match identify(&file) {
        Ok(Executable::Script { interpreter, argument }) => script(path, &interpreter, argument.as_deref(), depth),
        Ok(Executable::LongLine) => Err(Unstarted::unusable("its first line is longer than the system reads")
            .with_remedy("name an interpreter there whose path is shorter than 250 bytes")),
        Ok(Executable::Text) => Ok(Start::Shell(path.to_owned())),
        Ok(Executable::Elf(elf)) => program(path, &elf),
        Ok(Executable::Other(what)) if !(cfg!(target_os = "macos") && what.contains("macOS")) => {
            doubtful(path, Unstarted::unusable(format!("it is {what}")))
        }
        Ok(Executable::Other(_)) | Err(_) => Ok(Start::Direct),
    }
}

/// Why there is no file at the path.
fn unreachable(path: &Path, error: &io::Error) -> Unstarted {
    match Errno::from_io_error(error) {
        Some(Errno::NOENT) => match links::missing_target(path) {
            Some(target) => {
                let what = format!("it is a link to {}, which does not exist", target.display());
                Unstarted::new(Problem::Missing, what)
            }
            None => Unstarted::new(Problem::Missing, "there is no such file"),
        },
        Some(Errno::ACCESS) => {
            let Some(folder) = unreadable::barrier(path) else { return Unstarted::unusable(reason(error)) };
            Unstarted::unusable(format!("you may not enter the folder {}", folder.display()))
                .with_remedy(unreadable::way_in(path, &folder))
        }
        Some(Errno::LOOP) => Unstarted::unusable("its links lead in a circle"),
        Some(Errno::NAMETOOLONG) => Unstarted::unusable("its name is too long"),
        Some(Errno::NOTDIR) => {
            let file = path.ancestors().find(|above| fs::metadata(above).is_ok_and(|above| !above.is_dir()));
            Unstarted::unusable(format!("{} is a file, not a folder", file.unwrap_or(path).display()))
        }
        _ => Unstarted::unusable(reason(error)),
    }
}

/// Why this user may not execute the file.
fn not_executable(path: &Path, metadata: &Metadata) -> Unstarted {
    if metadata.mode() & 0o111 != 0 && does_not_execute(path) {
        return Unstarted::unusable("it is on a file system that is mounted noexec, where no program may run")
            .with_remedy("copy it to another folder, or name its interpreter before it");
    }
    let denied = Unstarted::unusable("it may not be executed");
    let (is_own, is_root) = (ownership::is_own(metadata.uid()), rustix::process::getuid().is_root());
    if metadata.mode() & 0o111 == 0 && (is_own || is_root) {
        return denied.with_remedy(format!("run: chmod +x {}", quoted(path)));
    }
    if is_own {
        return denied.with_remedy(format!("run: chmod u+x {}", quoted(path)));
    }
    denied.with_remedy(format!(
        "it belongs to {}, who must let you execute it; or run a copy of your own",
        ownership::named(metadata.uid())
    ))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn does_not_execute(path: &Path) -> bool {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::NOEXEC))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn does_not_execute(_: &Path) -> bool {
    false
}

fn script(path: &Path, interpreter: &Path, argument: Option<&OsStr>, depth: usize) -> Result<Start, Unstarted> {
    if let Some(missing) = searched_for(interpreter, argument) {
        return Err(without_interpreter(path, &missing, "is not on PATH"));
    }
    let named = |cause: Unstarted| {
        if cause.problem == Problem::Missing {
            return without_interpreter(path, interpreter.as_os_str(), "does not exist");
        }
        let what = format!("its interpreter {}: {}", interpreter.display(), cause.what);
        match cause.problem {
            // Nothing is wrong with that file, which need not be a program.
            Problem::Unusable => Unstarted::new(Problem::PartUnusable, what)
                .with_remedy(format!("name another program in the first line of {}", quoted(path))),
            Problem::TooDeep => cause,
            _ => Unstarted { what, ..cause },
        }
    };
    if depth == DEEPEST {
        let what = format!("its first line leads from script to script, and the system follows {DEEPEST} of them");
        let deep = Unstarted::new(Problem::TooDeep, what).with_remedy("name a program there that is no script");
        return if cfg!(target_os = "linux") { Err(deep) } else { Ok(Start::Direct) };
    }
    match examine(interpreter, depth + 1).map_err(named)? {
        Start::Direct => Ok(Start::Direct),
        Start::Shell(_) => Ok(Start::Shell(path.to_owned())),
        Start::Doubtful(_, cause) => Ok(Start::Doubtful(path.to_owned(), named(cause))),
    }
}

/// The program that `#!/usr/bin/env NAME` looks for, if there is none.
fn searched_for(interpreter: &Path, argument: Option<&OsStr>) -> Option<OsString> {
    let argument = argument.filter(|_| interpreter.file_name() == Some(OsStr::new("env")))?;
    let (first, rest) = (argument.as_bytes().first()?, argument.as_bytes());
    // Only Linux gives it several words as one.
    let is_plain = *first != b'-' && !rest.contains(&b'=') && (cfg!(target_os = "linux") || !rest.contains(&b' '));
    (is_plain && find(argument).is_err_and(|cause| cause.problem == Problem::Missing)).then(|| argument.to_owned())
}

fn without_interpreter(script: &Path, interpreter: &OsStr, missing: &str) -> Unstarted {
    let file = quoted(script);
    if interpreter.as_bytes().ends_with(b"\r") {
        // `sed -i` differs from system to system, and not every sed knows `\r`. The file keeps its mode.
        return Unstarted::new(
            Problem::PartMissing,
            "its first line ends with a carriage return, as lines do on Windows",
        )
        .with_remedy(format!("run: tr -d '\\r' <{file} >{file}.lf && cat {file}.lf >{file} && rm {file}.lf"));
    }
    let shown = interpreter.to_string_lossy();
    let remedy = match shown.split_once(' ') {
        Some((name, _)) => format!("env takes that for one name: write into its first line: env -S {name} …"),
        None => format!("install it, or correct the first line of {file}"),
    };
    Unstarted::new(Problem::PartMissing, format!("its interpreter {shown} {missing}")).with_remedy(remedy)
}

fn program(path: &Path, elf: &Elf) -> Result<Start, Unstarted> {
    let this = rustix::system::uname();
    let this = this.machine().to_string_lossy();
    if let Some(what) = elf.no_program() {
        return Err(Unstarted::unusable(format!("it is {what}, not a program")));
    }
    if let Some(machine) = elf.foreign_machine(&this) {
        let foreign = Unstarted::unusable(format!("it is a program for {machine}, and this machine is {this}"));
        return doubtful(path, foreign.with_remedy(format!("install it for {this}")));
    }
    if !elf.is_regular {
        return doubtful(path, Unstarted::unusable("it is a program with a header that the system does not know"));
    }
    if let Some(loader) = elf.loader.as_deref().filter(|loader| !loader.exists()) {
        let missing = format!("it needs the loader {}, which does not exist", loader.display());
        return Err(Unstarted::new(Problem::PartMissing, missing).with_remedy(source_of(loader)));
    }
    Ok(Start::Direct)
}

/// Where to get a loader.
fn source_of(loader: &Path) -> &'static str {
    match loader.file_name().and_then(OsStr::to_str).unwrap_or_default() {
        name if name.starts_with("ld-musl-") => {
            "it was built for musl: install that (on Debian and Ubuntu: apt install musl), or the program for glibc"
        }
        "ld-linux.so.2" => {
            "it is a 32-bit program: install libc6-i386 (Debian, Ubuntu) or glibc.i686 (Fedora), or a 64-bit one"
        }
        name if name.starts_with("ld-linux") => {
            "it was built for glibc: install that (on Alpine: apk add gcompat), or the program for this system"
        }
        _ => "install it, or the program for this system",
    }
}

/// A file that only an emulator can run. Whether there is one cannot be seen from within a container.
fn doubtful(path: &Path, cause: Unstarted) -> Result<Start, Unstarted> {
    if has_no_emulator() { Err(cause) } else { Ok(Start::Doubtful(path.to_owned(), cause)) }
}

/// Whether it is certain that the system hands no file of another kind to an emulator.
fn has_no_emulator() -> bool {
    let Ok(entries) = fs::read_dir("/proc/sys/fs/binfmt_misc") else {
        return !cfg!(target_os = "linux") || Path::new("/proc/sys/fs").is_dir();
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort_unstable();
    // What is always there, where it is mounted.
    names == ["register", "status"]
}
