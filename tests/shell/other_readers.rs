//! Code for one shell that another one reads, as where `~/.profile` is read by bash and by dash.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::other_shells::{ELVISH, NUSHELL, OtherShell, XONSH};
use crate::support::powershell::pwsh;
use crate::support::{AWS_SSO, Home, programs, skip};

/// What reads it, with options under which an error ends the shell.
const READERS: [&[&str]; 13] = [
    &["bash", "--norc", "--posix", "-eu"],
    &["zsh", "-f", "-eu"],
    &["zsh", "--emulate", "sh", "-f"],
    &["zsh", "-f", "-o", "ksharrays", "-o", "rcquotes"],
    &["fish", "--no-config"],
    &["dash"],
    &["dash", "-eu"],
    &["busybox", "sh", "-eu"],
    &["ksh", "-eu"],
    &["mksh", "-eu"],
    &["posh", "-eu"],
    &["yash", "-eu"],
    &["tcsh", "-f"],
];

/// What `init` prints it for. The languages of the last four have little in common with that of the readers.
const CODES: [&str; 10] =
    ["bash", "zsh", "fish", "posix", "tcsh", "direnv", "powershell", "elvish", "nushell", "xonsh"];

/// Start-up files that load `./code` and go on.
fn start_up_files(reader: &str) -> &'static [&'static str] {
    match reader {
        "fish" => &["cat ./code | source", "source ./code", "eval (cat ./code)"],
        // It parses none of them, so it says a line.
        "tcsh" => &["eval \"`cat ./code`\"", "source ./code"],
        _ => &["eval \"$(cat ./code)\"", ". ./code"],
    }
}

/// A home with the code for a shell, whose program notes in `RAN` that it ran.
fn with_code_for(shell: &str) -> Home {
    let home = Home::new();
    let spy = home.write("spy", "#!/bin/sh\necho \"$@\" >>RAN\n");
    fs::set_permissions(&spy, fs::Permissions::from_mode(0o755)).unwrap();
    let options: &[_] = if shell == "direnv" { &[] } else { &["--hook", "refresh", "--key", "^G"] };
    let code = home.aws_sso(["init", shell]).args(options).run().success().stdout;
    home.write("code", code.replace(AWS_SSO, spy.to_str().unwrap()));
    home
}

/// `dash -c '. ~/.profile' x logout` once signed out: the body of a function ran, with the arguments of the script.
#[test]
fn a_shell_that_reads_the_code_for_another_one_runs_nothing_and_goes_on() {
    for reader in READERS {
        let Some(program) = programs(reader[0]).next() else {
            skip(&format!("{} is not installed: it reads no code for other shells", reader[0]));
            continue;
        };
        for shell in CODES.into_iter().filter(|shell| *shell != reader[0]) {
            let home = with_code_for(shell);
            for load in start_up_files(reader[0]) {
                let what = format!("{reader:?} reads the code for {shell} by {load}");
                home.write("profile", format!("{load}\necho went on\n"));
                let script = match reader[0] {
                    "fish" => "set argv logout; source ./profile; functions -q awsso; and echo loaded; echo end",
                    "tcsh" => "set argv = logout; source ./profile; echo end",
                    _ => "set -- logout; . ./profile; if command -v awsso; then echo loaded; fi; echo end",
                };
                let output = home.command(&program).args(&reader[1..]).args(["-c", script]).run();
                if reader[0] == "tcsh" {
                    assert!(output.stderr.lines().count() <= 2, "{what}: {output}");
                } else if reader[0] == "fish" && ["direnv", "nushell"].contains(&shell) {
                    // It knows no command of that name, or cannot parse it, and shows where.
                    let output = output.success();
                    assert!(output.stdout.ends_with("end\n") && !output.stdout.contains("loaded"), "{what}: {output}");
                } else {
                    let output = output.success();
                    // All shells of the Bourne family can have that function.
                    let is_loaded = shell == "posix" && reader[0] != "fish";
                    let expected = if is_loaded { "went on\nawsso\nloaded\nend\n" } else { "went on\nend\n" };
                    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (expected, ""), "{what}");
                }
                assert!(!home.has("RAN"), "{what}: {}", home.read("RAN"));
            }
        }
    }
}

/// Their languages have other words and other quotes. What they cannot parse, they do not begin to run.
#[test]
fn a_shell_with_a_language_of_its_own_refuses_the_code_for_another_one_in_one_message() {
    let one_line = ["powershell", "elvish", "nushell", "xonsh"];
    let readers: [(OtherShell, &str, &str); 3] = [
        (ELVISH, "eval (slurp <code)", "Exception:"),
        (NUSHELL, "source code", "Error:"),
        // It says where each of its parsers stopped.
        (XONSH, "execx(open('code').read())", "xonsh: subprocess mode"),
    ];
    for (reader, load, message) in readers.into_iter().filter(|(reader, ..)| reader.is_here()) {
        for shell in CODES.into_iter().filter(|shell| *shell != reader.name) {
            let home = with_code_for(shell);
            let output = reader.start(&home).args(["-c", load]).run();
            let what = format!("{} reads the code for {shell}: {output}", reader.name);
            assert!(!home.has("RAN"), "{what}");
            if one_line.contains(&shell) {
                assert!(output.stderr.matches(message).count() <= 1 && output.stdout.is_empty(), "{what}");
            }
        }
    }
}

#[test]
fn powershell_refuses_the_code_for_another_shell_in_one_line_and_goes_on() {
    let Some(pwsh) = pwsh() else { return };
    for shell in ["elvish", "nushell", "xonsh"] {
        let home = with_code_for(shell);
        fs::copy(home.path("code"), home.path("code.ps1")).unwrap();
        for load in ["cat ./code | Invoke-Expression", "Invoke-Expression (cat ./code)", ". ./code.ps1"] {
            let script = format!("{load}; 'went on'; Get-Command awsso -ErrorAction Ignore");
            let output = home.pwsh(&pwsh).args(["-NoProfile", "-NonInteractive", "-Command", &script]).run();
            let what = format!("PowerShell reads the code for {shell} by {load}: {output}");
            assert_eq!(output.stdout, "went on\n", "{what}");
            // A file is shown with the place.
            assert!(output.stderr.lines().count() <= if load.starts_with('.') { 5 } else { 1 }, "{what}");
            assert!(!home.has("RAN"), "{what}");
        }
    }
}
