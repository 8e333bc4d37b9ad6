//! The `awsso` function: whether this shell has loaded it, and which start-up file loads it.

use super::report::Finding;
use crate::environment::shown;
use crate::shell::start_up::{Flaw, StartUpLine};
use crate::shell::{Shell, start_up};

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
    if function.is_none() && Shell::is_posix() {
        let line = start_up_line(Shell::Posix);
        let what = "the awsso function for dash, ksh, mksh and busybox is loaded by a line of ~/.profile, or of the \
                    file that ENV names";
        return vec![Finding { remedy: Some(format!("for use, pick and clear:\n{line}")), ..Finding::ok(what) }];
    }
    let Some(shell) = function.as_ref().map(|function| function.shell).or_else(Shell::running) else {
        return vec![Finding::ok("there is no awsso function for this shell")];
    };
    let lines = start_up::lines(shell);
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
    let is_loaded = lines.iter().any(|line| line.loads(shell));
    findings.extend(lines.iter().map(|line| of_line(shell, line, is_loaded)));
    findings.extend(start_up::unsearched(shell).iter().map(Finding::of));
    let file = lines.first().map(|line| line.file.clone()).or_else(|| start_up::file(shell).ok());
    if let Some(obstacle) = file.and_then(|file| start_up::obstacle(shell, &file)) {
        findings.push(Finding::warning(obstacle.found, obstacle.remedy));
    }
    findings.extend(lines.iter().filter_map(|line| start_up::alias_after(shell, line)).map(|place| {
        Finding::warning(
            format!("{place} makes an alias awsso, which hides the function: use and clear do not change the shell"),
            "remove that line, and open a new shell",
        )
    }));
    if start_up::are_doubled(&lines) {
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

/// `is_loaded`: whether any line loads the function in each shell.
fn of_line(shell: Shell, line: &StartUpLine, is_loaded: bool) -> Finding {
    let (place, right) = (line.place(), start_up_line(shell));
    match (line.names, line.flaw) {
        (Some(other), _) if other != shell => Finding::broken(
            format!("{place} loads the function for {}, and this is {}", other.name(), shell.name()),
            format!("change it to:\n{right}"),
        ),
        (_, Some(Flaw::CarriageReturn)) => Finding::broken(
            format!("{place} ends with CRLF, and {} takes the carriage return for a part of the line", shell.name()),
            format!("save {} with LF at the end of each line", shown(&line.file)),
        ),
        (_, Some(Flaw::LoginOnly)) if is_loaded => Finding::ok(format!("{place} loads the function in login shells")),
        (_, Some(Flaw::LoginOnly)) => Finding::warning(
            format!("{place} loads the function in login shells alone, and most terminals open others"),
            format!("add to {}:\n{right}", start_up_file(shell)),
        ),
        (_, None) => match start_up::login_file_without(shell, &line.file) {
            Some(login) => Finding::warning(
                format!("{place} loads the function, but not in login shells: {} does not read it", shown(&login)),
                format!("add to {}:\n. ~/.bashrc", shown(&login)),
            ),
            None => Finding::ok(format!("{place} loads the function")),
        },
    }
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
            format!("add to {}:\n{}", start_up_file(Shell::Zsh), start_up::COMPINIT),
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
    start_up::line(shell, "aws-sso")
}

fn start_up_file(shell: Shell) -> String {
    start_up::file(shell).map(|file| shown(&file)).unwrap_or_default()
}
