//! The file with the code of tcsh. Its aliases cannot hold that code, but they can source a file.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use sha1_smol::Sha1;

use super::dialect::Shell;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::folder::{self, Flaw, Privacy};
use crate::files::unreadable::{self, quoted};
use crate::files::{atomic, read, unwritable};
use crate::quote::{self, is_printable};

/// The word that stands for the file's path.
const FILE: &str = "__AWS_SSO_FILE__";
/// A file that no shell has loaded for so long is swept.
const UNUSED: Duration = Duration::from_hours(24 * 60);

/// The commands of tcsh that the code calls by names that can be aliases.
const BUILT_IN: [&str; 10] =
    ["set", "setenv", "unset", "unsetenv", "@", "shift", "source", "complete", "bindkey", "eval"];

/// What the file is sourced for, with the words that stand for that command in it.
///
/// Without the file, which tcsh takes for the end of a script, a command says so and fails; the prompt says it once.
/// Each is a single command, so that it can stand in a list and in a pipe, but for that of the prompt.
const COMMANDS: [(&str, &str); 3] = [
    (
        "__AWS_SSO_CALL__",
        "if (-r __AWS_SSO_FILE__ || { sh -c 'printf \"%s\\n\" \"$1\" >&2; exit 1' sh \
         'aws-sso: the code of __COMMAND__ is gone; run: eval \"`aws-sso init tcsh__OPTIONS__`\"' }) \
         source __AWS_SSO_FILE__ call !*",
    ),
    ("__AWS_SSO_COMPLETE__", "if (-r __AWS_SSO_FILE__) source __AWS_SSO_FILE__ complete"),
    (
        "__AWS_SSO_PROMPT__",
        "if (-r __AWS_SSO_FILE__) source __AWS_SSO_FILE__ prompt; \
         if (! -r __AWS_SSO_FILE__) \\echo 'aws-sso: the code of __COMMAND__ is gone; \
         run: eval \"`aws-sso init tcsh__OPTIONS__`\"'; \
         if (! -r __AWS_SSO_FILE__) alias __aws_sso_hook :",
    ),
];

/// Writes the code to a file, unless it is there, and gives the line that loads it. Shells that run may have the code
/// of another version or of other options, so each code has a file. `options` are those that lead to this code again.
pub(super) fn loaded(code: &str, command: &str, options: &str) -> Result<String> {
    let folder = environment::cache_folder()?;
    let path = folder.join(format!("{command}-{}.tcsh", &Sha1::from(code).digest().to_string()[..12]));
    let file = path
        .to_str()
        .filter(|path| is_printable(path))
        .map(|path| Shell::Tcsh.quote(path))
        .ok_or_else(|| Error::failed("the path of the cache cannot be written in a shell script"))?;
    let code = COMMANDS.iter().fold(code.to_owned(), |code, (word, what)| {
        let what = what.replace("__COMMAND__", command).replace("__OPTIONS__", options).replace(FILE, &file);
        code.replace(word, &Shell::Tcsh.quote(&what))
    });
    let code = without_aliases(&code).replace(FILE, &file);
    folder::create(&folder, Privacy::Cache).map_err(|error| unwritable::failed(&path, &path, error))?;
    check(&folder)?;
    if read::cached(&path)?.is_none_or(|there| there != code.as_bytes()) {
        atomic::write(&path, code.as_bytes(), Privacy::Cache)?;
        sweep(&folder);
    } else if let Ok(file) = File::options().append(true).open(&path) {
        // It is in use. Where that cannot be noted, a shell says later that the file is gone.
        let _ = file.set_modified(SystemTime::now());
    }
    // Other shells read it where a start-up file is shared: see `Dialect::is_another_shell`. Only tcsh has `$tcsh`.
    Ok(format!("'test' '\\\\' != \"\\\\\" || 'test' -z \"$tcsh\" || source {file} load\n"))
}

/// The code with its commands as the commands of one-line `if`s, in which tcsh looks up no alias. There is no other way
/// past an alias to a command of tcsh's own.
fn without_aliases(code: &str) -> String {
    let statement = |line: &str| {
        let command = line.trim_start();
        let indent = &line[..line.len() - command.len()];
        let is_built_in = command.split(' ').next().is_some_and(|name| BUILT_IN.contains(&name));
        format!("{indent}{}{command}\n", if is_built_in { "if (1) " } else { "" })
    };
    code.lines().map(statement).collect()
}

/// Deletes the files of older versions and of other options that no shell has loaded for long.
fn sweep(folder: &Path) {
    let is_unused = |path: &Path| {
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > UNUSED))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in entries.filter(|path| path.extension().is_some_and(|kind| kind == "tcsh") && is_unused(path)) {
        let _ = fs::remove_file(path);
    }
}

/// Refuses a folder to which others could lead the way: the shell would run what they put there.
fn check(cache: &Path) -> Result<()> {
    let flaw = folder::flaw_on_the_way(cache).map_err(|error| unreadable::failed(cache, error))?;
    let Some((folder, flaw)) = flaw else { return Ok(()) };
    let (what, remedy) = match flaw {
        Flaw::Open => ("can be changed by other users", format!("run: chmod go-w {}", quoted(&folder))),
        Flaw::Foreign if environment::current("XDG_CACHE_HOME").is_some() => {
            ("belongs to another user", format!("run: {}", quote::unset("XDG_CACHE_HOME")))
        }
        Flaw::Foreign => ("belongs to another user", "set XDG_CACHE_HOME to a folder of your own".to_owned()),
    };
    let message = format!("{} {what}, so no shell may take code from {}", folder.display(), cache.display());
    Err(Error::failed(message).with_remedy(remedy))
}
