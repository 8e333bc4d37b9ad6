//! After `exec ROLE`, with and without `--`, Tab completes the command as on a line of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::tab::Typist;
use crate::support::{Home, Shell, note, skip};

/// A home with a program `frobnicate`, and a file whose name has a blank.
fn home() -> Home {
    let home = Home::new();
    home.sign_in_config("");
    let program = home.write("bin/frobnicate", "#!/bin/sh\n");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    home.write("my file", "");
    home
}

/// bash-completion of the system, or where `AWS_SSO_TEST_BASH_COMPLETION` says.
fn bash_completion() -> Option<PathBuf> {
    let named = std::env::var_os("AWS_SSO_TEST_BASH_COMPLETION").map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from("/usr/share/bash-completion/bash_completion"));
    let found = Some(path).filter(|path| path.is_file());
    if found.is_none() {
        skip("bash-completion is not installed: exec's command is completed without it");
    }
    found
}

/// What the user's start-up files know about the command.
const BASH: &str = "PATH=$HOME/bin:$PATH\n\
    _frobnicate() {\n\
        [[ $COMP_CWORD == 1 && ${COMP_WORDS[0]} == frobnicate && ${COMP_LINE# } == \"frobnicate $2\" && $3 == $1 \
            && $COMP_POINT == ${#COMP_LINE} ]] || return\n\
        COMPREPLY=($(compgen -W 'checkout status' -- \"$2\"))\n\
    }\n\
    complete -F _frobnicate frobnicate\n\
    complete -W 'tighten loosen' twist\n";

fn check(typist: &mut Typist<'_>, before: &str) {
    let cases = [
        ("frobn\t", vec!["frobnicate"]),
        ("frobnicate ch\t", vec!["frobnicate", "checkout"]),
        ("cat my\t", vec!["cat", "my file"]),
        ("cat ./my\t", vec!["cat", "./my file"]),
    ];
    for (keys, command) in cases {
        for dashes in [" --", ""] {
            let arrived = typist.arguments(&format!("awsso {before}{dashes} {keys}"));
            let words: Vec<_> = before.split(' ').chain(dashes.split_whitespace()).chain(command.clone()).collect();
            assert_eq!(arrived, words, "{}: {keys:?}", typist.shell);
        }
    }
}

/// With options too, and with none of the program's own words.
const BEFORE: [&str; 3] =
    ["exec dev/Reader", "-p corp exec --region eu-west-1 dev/Reader", "exec --match dev --jobs 2"];

#[test]
fn bash_completes_the_command_by_its_own_function_and_by_files() {
    if !Shell::Bash.is_here() {
        return;
    }
    let home = home();
    let mut typist = Typist::start(&home, Shell::Bash, BASH);
    for before in BEFORE {
        check(&mut typist, before);
    }
    let arrived = typist.arguments("awsso exec a:b/Reader -- twist ti\t");
    assert_eq!(arrived, ["exec", "a:b/Reader", "--", "twist", "tighten"]);
    let arrived = typist.arguments("awsso exec 'a:b  c/Reader' --region=eu-west-1  twist a:b=c ti\t");
    assert_eq!(arrived, ["exec", "a:b  c/Reader", "--region=eu-west-1", "twist", "a:b=c", "tighten"]);
}

#[test]
fn bash_completes_the_command_by_bash_completion_where_that_is_loaded() {
    let Some(library) = bash_completion().filter(|_| Shell::Bash.is_here()) else { return };
    let home = home();
    let lines = format!("source '{}'\n{BASH}", library.display());
    let mut typist = Typist::start(&home, Shell::Bash, &lines);
    for before in BEFORE {
        check(&mut typist, before);
    }
}

#[test]
fn zsh_completes_the_command_by_its_own_function_and_by_files() {
    if !Shell::Zsh.is_here() {
        return;
    }
    let home = home();
    // The function is known once compinit has run.
    let lines = "path=($HOME/bin $path)\nautoload -Uz compinit; compinit -u\n\
        _frobnicate() { [[ $service == frobnicate && $CURRENT == 2 ]] && compadd checkout status }\n\
        compdef _frobnicate frobnicate\n";
    let mut typist = Typist::start(&home, Shell::Zsh, lines);
    for before in BEFORE {
        check(&mut typist, before);
    }
}

#[test]
fn fish_completes_the_command_by_its_own_completions_and_by_files() {
    if !Shell::Fish.is_here() {
        return;
    }
    let home = home();
    let lines = "set PATH $HOME/bin $PATH\ncomplete -c frobnicate -f -a 'checkout status'\n";
    let mut typist = Typist::start(&home, Shell::Fish, lines);
    for before in BEFORE {
        check(&mut typist, before);
    }
}

/// The completions that the system has for git, as users have them.
#[test]
fn git_after_exec_completes_its_verbs_in_bash() {
    let script = Path::new("/usr/share/bash-completion/completions/git");
    if !script.is_file() || !Path::new("/usr/bin/git").is_file() || !Shell::Bash.is_here() {
        note("git has no completions here");
        return;
    }
    let home = home();
    let mut typist = Typist::start(&home, Shell::Bash, &format!("source {}", script.display()));
    let arrived = typist.arguments("awsso exec dev/Reader -- git checko\t");
    assert_eq!(arrived, ["exec", "dev/Reader", "--", "git", "checkout"]);
}
