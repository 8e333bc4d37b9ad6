//! The `awsso` function: whether this shell has loaded it, and which start-up file loads it.

use std::fs;
use std::path::PathBuf;

use super::content;
use super::report::Finding;
use crate::environment::{self, shown};
use crate::shell::Shell;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the function reports of itself: `SHELL:VERSION`, and `:tab` or `:no-tab` if it was loaded with completion.
struct Function {
    shell: Shell,
    version: String,
    completion: Option<bool>,
}

impl Function {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let shell = <Shell as clap::ValueEnum>::from_str(parts.next()?, true).ok()?;
        let version = parts.next()?.to_owned();
        Some(Self { shell, version, completion: parts.next().map(|part| part == "tab") })
    }
}

pub(super) fn check(function: Option<&str>) -> Vec<Finding> {
    let function = function.and_then(Function::parse);
    let Some(shell) = function.as_ref().map(|function| function.shell).or_else(Shell::detect) else {
        return vec![Finding::ok("there is no awsso function for the shell that $SHELL names")];
    };
    let lines = start_up_lines(shell);
    let mut findings = Vec::new();
    match &function {
        Some(function) => findings.extend(of_function(function)),
        None if lines.is_empty() => findings.push(Finding::warning(
            format!("no start-up file of {} loads the awsso function", shell.name()),
            format!("for use, pick and clear, add to {}:\n{}", start_up_file(shell), start_up_line(shell)),
        )),
        None => {
            findings.push(Finding::ok("to check whether this shell has loaded the awsso function, run: awsso doctor"));
        }
    }
    for StartUpLine { place, names } in &lines {
        findings.push(match names {
            Some(other) if *other != shell => Finding::broken(
                format!("{place} loads the function for {}, and this is {}", other.name(), shell.name()),
                format!("change it to:\n{}", start_up_line(shell)),
            ),
            _ => Finding::ok(format!("{place} loads the function")),
        });
    }
    if lines.len() > 1 {
        findings.push(Finding::warning("more than one start-up line loads the function", "keep one of them"));
    }
    if function.is_some() && lines.is_empty() {
        findings.push(Finding::warning(
            format!("no start-up file of {} loads it, so the next shell will not have it", shell.name()),
            format!("add to {}:\n{}", start_up_file(shell), start_up_line(shell)),
        ));
    }
    findings
}

fn of_function(function: &Function) -> Vec<Finding> {
    let name = function.shell.name();
    let mut findings = vec![if function.version == VERSION {
        Finding::ok(format!("this {name} has loaded the awsso function, version {VERSION}"))
    } else {
        Finding::warning(
            format!(
                "the awsso function of this {name} is version {}, but the program is version {VERSION}",
                function.version
            ),
            format!("open a new shell, or run:\n{}", start_up_line(function.shell)),
        )
    }];
    findings.push(match function.completion {
        Some(true) => Finding::ok("Tab completes its arguments"),
        Some(false) if function.shell == Shell::Zsh => Finding::warning(
            "Tab does not complete its arguments: the completion system of zsh is not set up",
            "add to ~/.zshrc:\nautoload -Uz compinit && compinit",
        ),
        Some(false) => Finding::warning(
            "Tab does not complete its arguments",
            format!("load the function again:\n{}", start_up_line(function.shell)),
        ),
        None => Finding::ok("Tab does not complete its arguments, as --no-completion asks"),
    });
    findings
}

fn start_up_line(shell: Shell) -> String {
    match shell {
        Shell::Fish => "aws-sso init fish | source".to_owned(),
        Shell::Powershell => "aws-sso init powershell | Out-String | Invoke-Expression".to_owned(),
        _ => format!("eval \"$(aws-sso init {})\"", shell.name()),
    }
}

fn start_up_file(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "~/.bashrc",
        Shell::Zsh => "~/.zshrc",
        Shell::Fish => "~/.config/fish/config.fish",
        Shell::Powershell => "$PROFILE",
        Shell::Posix => "~/.profile",
    }
}

/// A line of a start-up file that loads the function.
struct StartUpLine {
    /// `FILE:LINE`.
    place: String,
    /// The shell that it names, if it names one.
    names: Option<Shell>,
}

fn start_up_lines(shell: Shell) -> Vec<StartUpLine> {
    let mut lines = Vec::new();
    for file in start_up_files(shell) {
        // The shell cannot read a file that this process cannot read.
        let text = String::from_utf8_lossy(&content::of(&file)).into_owned();
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.trim_start();
            let words: Vec<_> = code.split(|c: char| c.is_whitespace() || "\"'`$();".contains(c)).collect();
            let is_program = |word: &str| word.rsplit('/').next() == Some("aws-sso");
            let loads = |pair: &[&str]| is_program(pair[0]) && pair[1] == "init";
            if code.starts_with('#') {
                continue;
            }
            let Some(at) = words.windows(2).position(loads) else { continue };
            let named = words.get(at + 2).and_then(|name| <Shell as clap::ValueEnum>::from_str(name, true).ok());
            lines.push(StartUpLine { place: format!("{}:{number}", shown(&file)), names: named });
        }
    }
    lines
}

fn start_up_files(shell: Shell) -> Vec<PathBuf> {
    let Ok(home) = environment::home() else { return Vec::new() };
    let config = environment::config_home().unwrap_or_else(|_| home.join(".config"));
    let in_home = |names: &[&str]| names.iter().map(|name| home.join(name)).collect::<Vec<_>>();
    match shell {
        Shell::Bash => in_home(&[".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_aliases"]),
        Shell::Zsh => {
            let folder = environment::zsh_folder().unwrap_or(home);
            [".zshenv", ".zprofile", ".zshrc", ".zlogin"].map(|name| folder.join(name)).into()
        }
        Shell::Fish => {
            let folder = config.join("fish");
            let snippets = fs::read_dir(folder.join("conf.d")).into_iter().flatten().flatten();
            let mut files: Vec<_> = snippets.map(|entry| entry.path()).collect();
            files.sort();
            files.push(folder.join("config.fish"));
            files
        }
        Shell::Powershell => {
            ["profile.ps1", "Microsoft.PowerShell_profile.ps1"].map(|name| config.join("powershell").join(name)).into()
        }
        Shell::Posix => in_home(&[".profile"]),
    }
}
