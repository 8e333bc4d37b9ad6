//! The start-up files of the shells, and the line in them that loads the `awsso` function.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::dialect::Shell;
use super::loading::{Loading, loadings};
use super::powershell_profile::{self, Obstacle};
use super::sourced;
use super::start_up_text::{Encoding, MAX_BYTES, reads_crlf};
use crate::environment::{self, shown};
use crate::error::{Error, Result};
use crate::files::read;
use crate::untrusted::clean;

/// A line of a start-up file that loads the function.
pub(crate) struct StartUpLine {
    pub(crate) file: PathBuf,
    number: usize,
    /// The shell that it names, if it names one.
    pub(crate) names: Option<Shell>,
    pub(crate) flaw: Option<Flaw>,
}

/// Why a line does not load the function in each shell that somebody opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Only login shells read its file.
    LoginOnly,
    /// It ends with CRLF, and the shell takes the carriage return for a part of it.
    CarriageReturn,
}

impl StartUpLine {
    /// `FILE:LINE`.
    pub(crate) fn place(&self) -> String {
        place(&self.file, self.number)
    }

    /// Whether it loads the function in each shell of this kind that somebody opens.
    pub(crate) fn loads(&self, shell: Shell) -> bool {
        self.flaw.is_none() && self.names.is_none_or(|named| named == shell)
    }
}

fn place(file: &Path, number: usize) -> String {
    format!("{}:{number}", clean(&shown(file)))
}

/// The place of an alias that hides the function, as it is made after this line has loaded that.
pub(crate) fn alias_after(shell: Shell, line: &StartUpLine) -> Option<String> {
    let script = text(shell, &line.file);
    let names_it = |code: &str| {
        code.trim_start().strip_prefix("alias ").is_some_and(|rest| {
            let rest = rest.trim_start().strip_prefix("awsso");
            rest.is_some_and(|rest| rest.starts_with(['=', ' ']))
        })
    };
    let at = script.lines().skip(line.number).position(names_it)?;
    Some(place(&line.file, line.number + at + 1))
}

/// The line that loads the function. `program` is a word of the shell.
pub(crate) fn line(shell: Shell, program: &str) -> String {
    match shell {
        Shell::Fish => format!("{program} init fish | source"),
        Shell::Xonsh => format!("execx($({program} init xonsh))"),
        Shell::Tcsh => format!("eval \"`{program} init tcsh`\""),
        Shell::Powershell => {
            // A quoted word is only a string there.
            let call = if program.starts_with(['\'', '(']) { "& " } else { "" };
            format!("{call}{program} init powershell | Invoke-Expression")
        }
        Shell::Nushell => {
            // It reads code only before it runs any; the files of this folder it reads after its config.nu.
            let call = if program.starts_with(['\'', '"']) { "^" } else { "" };
            format!(
                "mkdir $nu.user-autoload-dirs.0; {call}{program} init nushell | save --force \
                 ($nu.user-autoload-dirs.0 | path join aws-sso.nu)"
            )
        }
        Shell::Elvish => format!("eval ({program} init elvish | slurp)"),
        _ => format!("eval \"$({program} init {})\"", shell.name()),
    }
}

/// The line that sets up the completion of zsh, without which Tab does not complete arguments.
pub(crate) const COMPINIT: &str = "autoload -Uz compinit && compinit";

/// Whether this start-up file of zsh has no such line, and runs no other code that could set it up.
pub(crate) fn lacks_compinit(script: &str) -> bool {
    const MAY_SET_IT_UP: [&str; 5] = ["compinit", "source ", ". ", "eval ", "zsh"];
    !sourced::code(script).any(|line| MAY_SET_IT_UP.iter().any(|word| line.contains(word)))
}

/// The file to which that line belongs.
pub(crate) fn file(shell: Shell) -> Result<PathBuf> {
    let home = environment::shell_home()?;
    Ok(match shell {
        // The terminals of macOS start login shells, which read no `.bashrc`.
        Shell::Bash if cfg!(target_os = "macos") => login_file(&home).unwrap_or_else(|| home.join(LOGIN_FILES[0])),
        Shell::Bash => home.join(".bashrc"),
        Shell::Zsh => zsh_folder(&home).join(".zshrc"),
        Shell::Fish => environment::config_home()?.join("fish/config.fish"),
        Shell::Powershell => powershell_profile::files()?.swap_remove(0),
        Shell::Nushell => nushell_folder(&home)?.join("config.nu"),
        Shell::Elvish => elvish_file(&home)?,
        Shell::Xonsh => home.join(".xonshrc"),
        // A new `.tcshrc` would keep tcsh from reading the other one.
        Shell::Tcsh if !home.join(".tcshrc").exists() && home.join(".cshrc").exists() => home.join(".cshrc"),
        Shell::Tcsh => home.join(".tcshrc"),
        Shell::Posix | Shell::Cmd => home.join(".profile"),
    })
}

/// The folder of zsh's start-up files. Most set it in `~/.zshenv`, often without exporting it.
fn zsh_folder(home: &Path) -> PathBuf {
    let set = || sourced::zsh_folder(&text(Shell::Zsh, &home.join(".zshenv")));
    environment::zsh_folder().or_else(set).unwrap_or_else(|| home.to_owned())
}

/// On macOS it follows Apple's rules, unless `XDG_CONFIG_HOME` is set.
fn nushell_folder(home: &Path) -> Result<PathBuf> {
    let config = environment::settings_home()?;
    let is_default = cfg!(target_os = "macos") && config == home.join(".config");
    Ok(if is_default { home.join("Library/Application Support/nushell") } else { config.join("nushell") })
}

/// Elvish reads one of two files: before 0.21 the older one, if that is there, and since then never.
fn elvish_files(home: &Path) -> Result<[PathBuf; 2]> {
    let config = environment::settings_home()?;
    Ok([environment::within(&config, "elvish/rc.elv"), environment::within(home, ".elvish/rc.elv")])
}

fn elvish_file(home: &Path) -> Result<PathBuf> {
    let [file, older] = elvish_files(home)?;
    Ok(if older.exists() && !file.exists() { older } else { file })
}

/// What keeps this file from running in a new shell.
pub(crate) fn obstacle(shell: Shell, file: &Path) -> Option<Obstacle> {
    if shell == Shell::Powershell { powershell_profile::obstacle(file) } else { None }
}

/// The lines of this shell's start-up files that load the function.
pub(crate) fn lines(shell: Shell) -> Vec<StartUpLine> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    let files = files(shell);
    let is_login = |file: &Path| shell == Shell::Bash && HAS_OTHER_SHELLS && !file.ends_with(".bashrc");
    let sourced = files.iter().flat_map(|file| {
        let login = is_login(file);
        sourced::files(&text(shell, file)).into_iter().map(move |file| (file, login))
    });
    let sourced: Vec<_> = sourced.collect();
    let mut all: Vec<_> = files.iter().map(|file| (file.clone(), is_login(file))).chain(sourced).collect();
    // What `.bashrc` reads, each shell reads.
    all.sort_by_key(|(_, is_login)| *is_login);
    for (file, is_login) in all {
        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
            lines.extend(lines_of(shell, &file, is_login));
        }
    }
    lines
}

/// Whether terminals start shells that are no login shells, which those of macOS and of Git for Windows do not.
const HAS_OTHER_SHELLS: bool = !cfg!(any(target_os = "macos", windows));

/// What a login shell of bash reads in place of `.bashrc`: the first of these that is there, and no other.
const LOGIN_FILES: [&str; 3] = [".bash_profile", ".bash_login", ".profile"];

fn login_file(home: &Path) -> Option<PathBuf> {
    LOGIN_FILES.map(|name| home.join(name)).into_iter().find(|file| file.is_file())
}

/// The file that a login shell reads, where that keeps the shell from the lines of this file.
pub(crate) fn login_file_without(shell: Shell, file: &Path) -> Option<PathBuf> {
    let home = environment::shell_home().ok()?;
    let login = login_file(&home).filter(|_| shell == Shell::Bash && file == home.join(".bashrc"))?;
    let is_without = |script: &String| !reads_bashrc(script) && loadings(shell, script).is_empty();
    login_scripts(&login).iter().all(is_without).then_some(login)
}

/// What a login shell of bash reads: this file, and those that it sources.
fn login_scripts(login: &Path) -> Vec<String> {
    let script = text(Shell::Bash, login);
    let sourced: Vec<_> = sourced::files(&script).iter().map(|file| text(Shell::Bash, file)).collect();
    [script].into_iter().chain(sourced).collect()
}

fn reads_bashrc(script: &str) -> bool {
    sourced::code(script).any(|line| line.contains("bashrc"))
}

/// Whether one shell reads more than one of these lines.
pub(crate) fn are_doubled(lines: &[StartUpLine]) -> bool {
    let login = lines.iter().filter(|line| line.flaw == Some(Flaw::LoginOnly)).count();
    let other = lines.len() - login;
    let file = || environment::shell_home().ok().and_then(|home| login_file(&home));
    let reads_both = || file().is_some_and(|login| login_scripts(&login).iter().any(|script| reads_bashrc(script)));
    login > 1 || other > 1 || login == 1 && other == 1 && reads_both()
}

/// Why a start-up file of this shell is not searched.
pub(crate) fn unsearched(shell: Shell) -> Vec<Error> {
    let files = files(shell).into_iter().collect::<BTreeSet<_>>();
    files.iter().filter_map(|file| content(file).err()).collect()
}

fn content(file: &Path) -> Result<Vec<u8>> {
    let Some((opened, metadata)) = read::open(file)? else { return Ok(Vec::new()) };
    if metadata.len() > MAX_BYTES as u64 {
        let too_large = format!("{} is larger than {} MiB, so it is not searched", shown(file), MAX_BYTES >> 20);
        return Err(Error::failed(too_large).with_remedy("check that it is a start-up file"));
    }
    read::content(file, opened, &metadata)
}

/// What a file says; nothing if this process cannot read it, since the shell cannot either.
fn text(shell: Shell, file: &Path) -> String {
    let content = content(file).unwrap_or_default();
    let text = Encoding::read(shell, &content).map(|(_, text)| text);
    text.unwrap_or_else(|| String::from_utf8_lossy(&content).into_owned())
}

fn lines_of(shell: Shell, file: &Path, is_login: bool) -> Vec<StartUpLine> {
    let text = text(shell, file);
    let is_crlf = |number: usize| text.split('\n').nth(number - 1).is_some_and(|line| line.ends_with('\r'));
    let start_up_line = |Loading { line, names }: Loading| {
        let flaw = if !cfg!(windows) && !reads_crlf(shell) && is_crlf(line) {
            Some(Flaw::CarriageReturn)
        } else {
            is_login.then_some(Flaw::LoginOnly)
        };
        StartUpLine { file: file.to_owned(), number: line, names, flaw }
    };
    loadings(shell, &text).into_iter().map(start_up_line).collect()
}

fn files(shell: Shell) -> Vec<PathBuf> {
    let Ok(home) = environment::shell_home() else { return Vec::new() };
    let config = environment::config_home().unwrap_or_else(|_| home.join(".config"));
    let in_home = |names: &[&str]| names.iter().map(|name| home.join(name)).collect::<Vec<_>>();
    match shell {
        Shell::Bash => in_home(&[".bashrc"]).into_iter().chain(login_file(&home)).collect(),
        Shell::Zsh => {
            let folder = zsh_folder(&home);
            let names = [".zshenv", ".zprofile", ".zshrc", ".zlogin"];
            [home.join(".zshenv")].into_iter().chain(names.map(|name| folder.join(name))).collect()
        }
        Shell::Fish => {
            let folder = config.join("fish");
            let snippets =
                fs::read_dir(folder.join("conf.d")).into_iter().flatten().flatten().map(|entry| entry.path());
            let mut files: Vec<_> = snippets.filter(|file| file.extension().is_some_and(|end| end == "fish")).collect();
            files.sort();
            files.push(folder.join("config.fish"));
            files
        }
        Shell::Powershell => powershell_profile::files().unwrap_or_default(),
        Shell::Nushell => {
            let folder = nushell_folder(&home).unwrap_or(config);
            ["env.nu", "config.nu"].map(|name| folder.join(name)).into()
        }
        Shell::Elvish => elvish_files(&home).map(Vec::from).unwrap_or_default(),
        Shell::Xonsh => vec![home.join(".xonshrc"), config.join("xonsh/rc.xsh")],
        Shell::Tcsh => in_home(&[".tcshrc", ".cshrc", ".login"]),
        Shell::Posix => in_home(&[".profile"]),
        Shell::Cmd => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_written_is_one_that_loads_the_function() {
        for shell in [
            Shell::Bash,
            Shell::Zsh,
            Shell::Fish,
            Shell::Powershell,
            Shell::Nushell,
            Shell::Elvish,
            Shell::Xonsh,
            Shell::Tcsh,
        ] {
            for program in ["aws-sso".to_owned(), shell.quote("/my tools/aws-sso")] {
                let expected = [Loading { line: 1, names: Some(shell) }];
                assert_eq!(loadings(shell, &line(shell, &program)), expected, "{shell:?} {program}");
            }
        }
    }

    /// A new `.bash_profile` would keep bash from the other two.
    #[test]
    fn a_login_shell_of_bash_reads_the_first_of_its_files() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(login_file(home.path()), None);
        for name in LOGIN_FILES.into_iter().rev() {
            fs::write(home.path().join(name), "").unwrap();
            assert_eq!(login_file(home.path()), Some(home.path().join(name)));
        }
    }

    #[test]
    fn a_zshrc_without_completion_is_one_that_neither_sets_it_up_nor_runs_other_code() {
        for (script, lacks) in [
            ("", true),
            ("# compinit\nalias ll='ls -l'\nexport EDITOR=vi\n", true),
            ("autoload -Uz compinit; compinit\n", false),
            ("source $ZSH/oh-my-zsh.sh\n", false),
            (". ~/.zsh/plugins\n", false),
            ("eval \"$(sheldon source)\"\n", false),
        ] {
            assert_eq!(lacks_compinit(script), lacks, "{script}");
        }
    }
}
