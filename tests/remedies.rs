//! What errors say to run can be pasted as it stands into the shell in which they were shown.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::powershell::pwsh;
use crate::support::{Home, Invocation, Shell};

/// A word that each shell needs quotes for, and each of them others.
const AWKWARD: &str = "it's\\{account_name}, $(date) \u{2019}{role}";

/// A shell in which a person types.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Typed {
    In(Shell),
    InPowershell,
}

impl Typed {
    fn all() -> Vec<Self> {
        let mut all: Vec<_> = Shell::all().into_iter().map(Self::In).collect();
        all.extend(pwsh().map(|_| Self::InPowershell));
        all
    }

    /// Runs lines as if they had been typed there.
    fn run(self, home: &Home, lines: &[impl AsRef<str>]) -> Invocation {
        let lines: Vec<_> = lines.iter().map(AsRef::as_ref).collect();
        match self {
            // The second command keeps the shell from running the first one in its own place.
            Self::In(shell) => home.script_with(shell, &["-i"], &format!("{}\n:", lines.join("\n"))),
            Self::InPowershell => {
                let words = ["-NoProfile", "-NoExit", "-Command"];
                home.pwsh(&pwsh().unwrap()).args(words).arg(format!("{}; exit 0", lines.join("; ")))
            }
        }
    }

    fn quote(self, word: &str) -> String {
        match self {
            Self::In(shell) => shell.dialect().quote(word),
            Self::InPowershell => aws_sso::shell::Shell::Powershell.quote(word),
        }
    }
}

/// The commands of this tool in a message.
fn commands(message: &str) -> Vec<&str> {
    let command = |line: &'static str| move |text: &str| text.find(line);
    let found = |line: &str| {
        let starts = ["run: aws-sso ", "run: awsso ", "all: aws-sso ", "is: aws-sso "].map(command);
        starts.iter().filter_map(|start| start(line)).min()
    };
    message.lines().filter_map(|line| Some(line[found(line)?..].split_once(": ")?.1)).collect()
}

#[test]
fn a_remedy_that_is_pasted_reaches_the_program_with_the_words_of_the_run() {
    let home = Home::new();
    home.sign_in_config(
        "[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n",
    );
    // Programs that write down what reaches them.
    for name in ["aws-sso", "awsso"] {
        let path = home.write(format!("bin/{name}"), "#!/bin/sh\nprintf '%s\\0' \"$0\" \"$@\" >>\"$REACHED\"\n");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let role = "123456789012/Read";
    // What is typed, and the commands that the error names.
    let cases: [(&[&str], &[&[&str]]); 7] = [
        (
            &["discover", "--name", AWKWARD, "--dry-run"],
            &[&["aws-sso", "-p", "corp", "discover", "--name", AWKWARD, "--dry-run"]],
        ),
        (
            &["login", "--device-code"],
            &[&["aws-sso", "-p", "corp", "login", "--device-code"], &["aws-sso", "login", "--device-code", "--all"]],
        ),
        (
            &["env", role, "--region", "eu-west-1"],
            &[
                &["aws-sso", "-p", "corp", "env", role, "--region", "eu-west-1"],
                &["aws-sso", "-p", "other", "env", role, "--region", "eu-west-1"],
            ],
        ),
        (&["use", AWKWARD, "--region", "eu-west-1"], &[&["awsso", "use", AWKWARD, "--region", "eu-west-1"]]),
        (&["-p", "corp", "list"], &[&["aws-sso", "login", "-p", "corp"]]),
        (&["-p", "crop", "exec", role, "--", "true"], &[&["aws-sso", "-p", "corp", "exec", role, "--", "true"]]),
        (&["-p", "corp", "use", role, "--as-profile"], &[&["awsso", "-p", "corp", "use", role, "--as-profile"]]),
    ];
    for typed in Typed::all() {
        let line =
            |words: &[&str]| words.iter().fold("aws-sso".to_owned(), |line, word| line + " " + &typed.quote(word));
        let lines: Vec<_> = cases.iter().map(|(words, _)| line(words)).collect();
        let output = typed.run(&home, &lines).run();
        let pasted: Vec<_> = commands(&output.stderr).into_iter().map(str::to_owned).collect();
        let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
        let reached = home.path("reached");
        let _ = typed.run(&home, &pasted).env("PATH", path).env("REACHED", &reached).run();
        let text = home.read("reached").replace(&format!("{}/", home.path("bin").display()), "");
        std::fs::remove_file(reached).unwrap();
        let expected: Vec<_> = cases.iter().flat_map(|(_, reaches)| *reaches).map(|words| words.join("\0")).collect();
        assert_eq!(text.trim_end_matches('\0'), expected.join("\0"), "{typed:?}: {pasted:#?}\n{output}");
    }
}

/// Each shell has its own words for it.
#[test]
fn a_variable_that_is_in_the_way_is_removed_by_the_line_that_is_shown() {
    let home = Home::new();
    home.sign_in_config("");
    for typed in Typed::all() {
        let value = typed.quote("http://[");
        let set = match typed {
            Typed::In(Shell::Fish) => format!("set -gx HTTPS_PROXY {value}"),
            Typed::In(_) => format!("export HTTPS_PROXY={value}"),
            Typed::InPowershell => format!("$env:HTTPS_PROXY = {value}"),
        };
        let login = "aws-sso login --device-code --no-browser";
        let output = typed.run(&home, &[&set, login]).run();
        let line = output.stderr.lines().find_map(|line| Some(line.split_once("or run: ")?.1));
        let remedy = line.unwrap_or_else(|| panic!("{typed:?}: {output}")).to_owned();
        let found = typed.run(&home, &[&set, &remedy, "env"]).run();
        assert!(
            !found.stdout.contains("HTTPS_PROXY=") && found.stdout.contains("HOME="),
            "{typed:?} {remedy}: {found}"
        );
    }
}

#[test]
fn a_config_that_is_wrong_leads_to_doctor_and_doctor_to_itself_never() {
    let home = Home::new();
    home.write(".aws/config", "[sso-session corp]\nsso_start_url = https://d-abc123.awsapps.com/start\n");
    let doctor = "run: aws-sso doctor";
    let _ = home.aws_sso(["login", "-p", "corp"]).run().status(2).complains(doctor);
    let output = home.aws_sso(["doctor"]).run();
    assert!(!output.stdout.contains(doctor) && !output.stderr.contains(doctor), "{output}");
}

#[test]
fn a_verb_without_the_function_names_the_start_up_file_and_the_whole_line() {
    let home = Home::new();
    let files = [(Shell::Bash, ".bashrc"), (Shell::Zsh, ".zshrc"), (Shell::Fish, ".config/fish/config.fish")];
    for (shell, file) in files.into_iter().filter(|(shell, _)| shell.is_here()) {
        let run = Typed::In(shell).run(&home, &["aws-sso -p corp use 123456789012/Read --region eu-west-1"]).run();
        let line = if shell == Shell::Fish { "aws-sso init fish | source" } else { "eval \"$(aws-sso init " };
        let run = run.complains(line).complains(&format!("~/{file}"));
        let _ = run.complains("then run: awsso -p corp use 123456789012/Read --region eu-west-1");
    }
}
