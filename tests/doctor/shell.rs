//! The program on `PATH`, and the function in the shell.

use crate::support::doctor::{Case, check, rival};
use crate::support::terminal::typed;
use crate::support::{Home, Shell};

const CASES: &[Case] = &[
    (
        "another tool of the name comes first",
        |user, run| rival(user, "\x7fELF github.com/synfinatic/aws-sso-cli/", run),
        ["Program", "warning", "aws-sso-cli by synfinatic", "before it on PATH"],
    ),
    (
        "the original comes first",
        |user, run| rival(user, "#!/usr/bin/python3\n", run),
        ["Program", "warning", "Python tool of the same name", "before it on PATH"],
    ),
    (
        "no aws-sso on PATH",
        |_, run| run.env("PATH", "/usr/bin:/bin"),
        ["Program", "warning", "no aws-sso on PATH", "to PATH"],
    ),
    (
        "no start-up line",
        |user, run| {
            user.home.write(".bashrc", "# eval \"$(aws-sso init bash)\"\n");
            run
        },
        ["Shell", "warning", "no start-up file of bash", "add to ~/.bashrc:\neval \"$(aws-sso init bash)\""],
    ),
    (
        "a line that only login shells read",
        |user, run| {
            user.home.write(".bashrc", "");
            user.home.write(".profile", "eval \"$(aws-sso init bash)\"\n");
            run
        },
        ["Shell", "warning", "~/.profile:1 loads the function in login shells alone", "add to ~/.bashrc:\neval"],
    ),
    (
        "a line with CRLF",
        |user, run| {
            user.home.write(".bashrc", "eval \"$(aws-sso init bash)\"\r\n");
            run
        },
        ["Shell", "broken", "~/.bashrc:1 ends with CRLF", "save ~/.bashrc with LF"],
    ),
    (
        "a POSIX shell",
        |_, run| run.env("SHELL", "/bin/dash"),
        ["Shell", "ok", "awsso function for dash, ksh, mksh and busybox", "eval \"$(aws-sso init posix)\""],
    ),
    (
        "another shell's line",
        |user, run| {
            user.home.write(".bashrc", "eval \"$(aws-sso init zsh)\"\n");
            run
        },
        ["Shell", "broken", "~/.bashrc:1 loads the function for zsh", "eval \"$(aws-sso init bash)\""],
    ),
    (
        "an alias that hides the function",
        |user, run| {
            user.home.write(".bashrc", "eval \"$(aws-sso init bash)\"\n# alias awsso=x\nalias awsso='aws-sso'\n");
            run
        },
        ["Shell", "warning", "~/.bashrc:3 makes an alias awsso, which hides the function", "remove that line"],
    ),
    (
        "an old function",
        |_, run| run.arg("--function").arg("bash:0.0.1:tab"),
        ["Shell", "warning", "is version 0.0.1", "open a new shell"],
    ),
    (
        "no compinit",
        |_, run| run.arg("--function").arg("zsh:0.1.0:no-tab"),
        ["Shell", "warning", "completion system of zsh is not set up", "compinit"],
    ),
];

#[test]
fn each_fault_of_the_program_and_the_function_is_found() {
    check(CASES);
}

/// Only the function knows which shell runs it, which version it has, and whether Tab works: it passes that on.
#[test]
fn the_function_of_each_shell_says_that_it_is_loaded_and_whether_tab_works() {
    for shell in Shell::all() {
        let name = shell.name();
        let load = |options: &str| match shell {
            Shell::Fish => format!("aws-sso init fish {options} | source"),
            _ => format!("eval \"$(aws-sso init {name} {options})\""),
        };
        let tab = "Tab completes its arguments";
        let cases = [
            ("", load(""), if shell == Shell::Zsh { "of zsh is not set up" } else { tab }),
            ("autoload -Uz compinit && compinit -D", load("--cmd sso-2"), tab),
            ("", load("--no-completion"), "as --no-completion asks"),
        ];
        for (before, load, expected) in cases {
            if !before.is_empty() && shell != Shell::Zsh {
                continue;
            }
            let home = Home::new();
            let function = if load.contains("--cmd") { "sso-2" } else { "awsso" };
            let or = if shell == Shell::Fish { "; or" } else { "||" };
            let strict = if shell == Shell::Fish { "" } else { "set -eu" };
            home.write(
                "script",
                format!("{before}\n{strict}\n{load}\n{function} doctor --offline --json >found {or} true\n"),
            );
            typed(home.interactive(shell), &[". ./script"]);
            let found = home.read("found");
            let loaded = format!("this {name} has loaded the awsso function, version {}", env!("CARGO_PKG_VERSION"));
            assert!(found.contains(&loaded), "{name}: {found}");
            assert!(found.contains(expected), "{name} {load}: no {expected} in {found}");
        }
    }
}
