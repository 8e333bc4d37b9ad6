//! `credential_process` lines: those that discovery writes are run as the libraries of AWS run them on Windows.

use std::fs;
use std::path::Path;

use aws_sso::sandbox::Options;

use crate::support::wine::{AWS_SSO_EXE, WindowsUser};

/// Folders of the program: with nothing special, with blanks, with what cmd.exe gives a meaning to.
const FOLDERS: [&str; 8] = ["tools", "Program Files", "a & b ^ c", "it's (x86)", "tools (new)", "a,b", "a=b", "Jürgen"];

/// The program under test, at this path.
fn put(program: &Path) {
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    // It has a hundred megabytes.
    fs::hard_link(AWS_SSO_EXE, program).or_else(|_| fs::copy(AWS_SSO_EXE, program).map(drop)).unwrap();
}

/// How libraries start a line, as Windows gets it. Go and Rust put a backslash before each quote, so they start no
/// program whose path is in quotes.
fn command_lines(line: &str) -> Vec<(&'static str, String)> {
    let java = if line.contains(' ') { format!("\"{line}\"") } else { line.to_owned() };
    let mut lines = vec![
        ("botocore", line.to_owned()),
        ("JavaScript", format!("cmd.exe /d /s /c \"{line}\"")),
        ("Java", format!("cmd.exe /C {java}")),
    ];
    if !line.contains('"') {
        lines.push(("Go, Rust", format!("cmd.exe /C \"{line}\"")));
        lines.push((".NET", format!("cmd.exe /c {line}")));
    }
    lines
}

#[test]
fn a_line_runs_from_any_folder_as_each_library_of_windows_starts_it() {
    let Some(windows) = WindowsUser::signed_in(Options { accounts: 1, ..Options::default() }) else { return };
    let home = windows.home();
    let mut expected = None;
    for folder in FOLDERS {
        let program = home.path(folder).join("aws-sso.exe");
        put(&program);
        home.sign_in_config("");
        let output = windows.copy(&program, "discover -p corp --absolute").run().success();
        let is_quoted = !folder.chars().all(|c| c.is_ascii_alphanumeric());
        let languages = if folder.is_ascii() { "for Go or Rust" } else { "for Go, Python or Rust" };
        assert_eq!(output.stderr.contains(languages), is_quoted, "{output}");
        let config = home.read(".aws/config");
        let line = config.lines().find_map(|line| line.strip_prefix("credential_process = ")).unwrap();
        let path = windows.path(&format!("{folder}\\aws-sso.exe"));
        let word = if is_quoted { format!("\"{path}\"") } else { path };
        assert!(line.starts_with(&format!("{word} -p corp -r arn:")), "{line}");
        for (library, command_line) in command_lines(line) {
            let output = windows.line(&command_line).run().success();
            let answer = expected.get_or_insert_with(|| output.stdout.clone());
            assert_eq!(output.stdout, *answer, "{library}: {command_line}");
        }
        // Our own reading of it: the profile has a role, of the same credentials.
        let name = config.lines().find_map(|line| line.strip_prefix("[profile ")).unwrap().trim_end_matches(']');
        assert_eq!(windows.aws_sso(&format!("process {name}")).run().success().stdout, expected.clone().unwrap());
    }
}

#[test]
fn a_name_that_keeps_some_libraries_from_starting_the_line_is_said() {
    let Some(windows) = WindowsUser::signed_in(Options { accounts: 1, ..Options::default() }) else { return };
    let config = windows.home().read(".aws/config");
    let url = config.lines().find(|line| line.starts_with("sso_start_url")).unwrap();
    windows.home().write(".aws/config", format!("[profile \"my corp\"]\n{url}\nsso_region = us-east-1\n"));
    let _ = windows.aws_sso("login --device-code --no-browser").run().success();
    let output = windows.aws_sso("discover").run().success();
    let _ = output.complains("libraries for Go or Rust do not start a line with the name my corp");
    assert!(windows.home().read(".aws/config").contains(" -p \"my corp\" -r arn:"));
}

#[test]
fn slashes_in_path_are_no_end_of_the_programs_name() {
    let Some(windows) = WindowsUser::signed_in(Options { accounts: 1, ..Options::default() }) else { return };
    put(&windows.home().path("tools/aws-sso.exe"));
    let folder = windows.path("tools").replace('\\', "/");
    let run = windows.copy(&windows.home().path("tools/aws-sso.exe"), "discover --absolute");
    let _ = run.env("WINDOWS_PATH", folder).run().success();
    let line = format!("credential_process = {}\\aws-sso.exe -p corp", windows.path("tools"));
    assert!(windows.home().read(".aws/config").contains(&line), "{}", windows.home().read(".aws/config"));
}

#[test]
fn a_path_that_no_line_can_hold_is_named() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let program = windows.home().path("100% mine").join("aws-sso.exe");
    put(&program);
    let output = windows.copy(&program, "discover -p corp --absolute").run().status(2);
    let _ = output.complains(&format!("cannot contain the path {}", windows.path("100% mine\\aws-sso.exe")));
}

/// botocore's own code splits the lines as our reading of them does.
#[test]
fn botocore_splits_lines_of_windows_as_we_do() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    // The words of the program, and each of them as botocore has it.
    let programs = [
        (r"C:\tools\aws-sso.exe", r"C:\tools\aws-sso.exe"),
        (r#""C:\Program Files\aws-sso.exe""#, r"C:\Program Files\aws-sso.exe"),
        (r#"C:\a" "b\aws-sso.exe"#, r"C:\a b\aws-sso.exe"),
        (r#""\\share\it's (x86)"\aws-sso.exe"#, r"\\share\it's (x86)\aws-sso.exe"),
    ];
    let script = "import sys; from botocore.compat import _windows_shell_split as split\n\
                  for line in sys.stdin.read().splitlines(): print(*split(line), sep='\\n')";
    let lines = programs.map(|(word, _)| format!("{word} process 012345678901/reader -p \"corp\""));
    let Some(python) = home.boto3(script) else { return };
    let expected = programs.map(|(_, path)| format!("{path}\nprocess\n012345678901/reader\n-p\ncorp\n"));
    assert_eq!(python.stdin(lines.join("\n")).run().success().stdout, expected.concat());
    for line in lines {
        home.sign_in_config(&format!("[profile ours]\ncredential_process = {line}\n"));
        let _ = windows.aws_sso("process ours").run().success();
    }
}
