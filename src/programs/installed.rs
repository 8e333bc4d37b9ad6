//! Which program `aws-sso` is on this machine: other tools have the same name.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::this_program;
use crate::environment::{self, shown};
use crate::files::read;

/// What a file named `aws-sso` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgramKind {
    /// The program that is running.
    This,
    /// Another copy of this tool.
    Copy,
    /// synfinatic's aws-sso-cli.
    AwsSsoCli,
    /// A script, such as the original tool.
    Script,
    Unknown,
}

impl ProgramKind {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::This => "this program",
            Self::Copy => "another copy of this tool",
            Self::AwsSsoCli => "aws-sso-cli by synfinatic, another tool of the same name",
            Self::Script => "a script, such as the Python tool of the same name",
            Self::Unknown => "another program",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::This | Self::Copy)
    }
}

/// Every `aws-sso` on this machine.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) this: Option<PathBuf>,
    /// In the order of `PATH`, each once.
    pub(crate) on_path: Vec<(PathBuf, ProgramKind)>,
}

/// Looks for them. None of them is run: their content is enough.
pub(crate) fn look() -> Installed {
    let this = this_program().ok();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let ours = this.as_deref().map(real);
    let path = environment::search_path().unwrap_or_default();
    let mut on_path: Vec<(PathBuf, ProgramKind)> = Vec::new();
    let mut seen = Vec::new();
    for file in std::env::split_paths(&path).map(|folder| folder.join(NAME)).filter(|file| is_program(file)) {
        let target = real(&file);
        if seen.contains(&target) {
            continue;
        }
        let kind = if Some(&target) == ours.as_ref() { ProgramKind::This } else { identify(&target, ours.as_deref()) };
        seen.push(target);
        on_path.push((file, kind));
    }
    Installed { this, on_path }
}

/// What lines in the AWS config call it.
const PROGRAM: &str = "aws-sso";
const NAME: &str = if cfg!(windows) { "aws-sso.exe" } else { "aws-sso" };

impl Installed {
    /// Why a `credential_process` line with this program does not run this tool, and how to fix it.
    pub(crate) fn problem(&self, program: &str) -> Option<(String, &'static str)> {
        if program.contains(['/', '\\']) {
            let path = Path::new(program);
            if !is_program(path) {
                return Some((format!("there is no program {}", shown(path)), "run: aws-sso discover"));
            }
            return None;
        }
        match self.on_path.first() {
            None => Some((
                "there is no aws-sso on PATH".to_owned(),
                "add its folder to PATH, or run: aws-sso discover --absolute",
            )),
            Some((_, kind)) if kind.is_ours() => None,
            Some((file, kind)) => Some((
                format!("on PATH aws-sso is {}: {}", shown(file), kind.describe()),
                "put this one before it on PATH, or run: aws-sso discover --absolute",
            )),
        }
    }
}

impl Installed {
    /// What a line with this program runs; `None` if there is no such program.
    pub(crate) fn kind_of(&self, program: &str) -> Option<ProgramKind> {
        let path = if program.contains(['/', '\\']) {
            PathBuf::from(program)
        } else if program == PROGRAM {
            return self.on_path.first().map(|(_, kind)| *kind);
        } else {
            let path = environment::search_path().unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_program(file))?
        };
        let real = fs::canonicalize(&path).ok().filter(|file| is_program(file))?;
        let ours = self.this.as_deref().and_then(|this| fs::canonicalize(this).ok());
        Some(if Some(&real) == ours.as_ref() { ProgramKind::This } else { identify(&real, ours.as_deref()) })
    }
}

/// What the file is, by its content. `ours` is the program that is running.
fn identify(file: &Path, ours: Option<&Path>) -> ProgramKind {
    let Ok(Some(content)) = read::whole(file) else { return ProgramKind::Unknown };
    let has = |words: &str| memmem::find(&content, words.as_bytes()).is_some();
    // This text comes first, because this program contains the texts below as well.
    if has("AWS_SSO_DISPLACED") {
        ProgramKind::Copy
    } else if content.starts_with(b"#!") {
        // Packagers wrap programs in scripts that set variables.
        let is_wrapper = ours.and_then(Path::to_str).is_some_and(has);
        if is_wrapper { ProgramKind::Copy } else { ProgramKind::Script }
    } else if has("synfinatic/aws-sso-cli") {
        ProgramKind::AwsSsoCli
    } else {
        ProgramKind::Unknown
    }
}

/// Whether this is a file that some user may execute.
pub(crate) fn is_program(file: &Path) -> bool {
    let Ok(metadata) = fs::metadata(file) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    metadata.is_file()
}
