//! Batch files as commands of `exec`: most tools of Node.js and many others are such files on Windows.

use aws_sso::sandbox::Options;

use crate::support::Invocation;
use crate::support::wine::WindowsUser;

const SCRIPT: &str = "@echo off\r\necho FILE %AWS_SSO_ROLE_NAME% [%~1] [%~2]\r\nexit /b 7\r\n";

fn write(windows: &WindowsUser, file: &str) {
    windows.home().write(file, SCRIPT.replace("FILE", file));
}

fn exec(windows: &WindowsUser, words: &[&str]) -> Invocation {
    let run = windows.aws_sso("exec 012345678901/reader --").args(words);
    run.current_dir(windows.home().path("here"))
}

#[test]
fn a_program_is_found_with_each_extension_that_cmd_exe_adds_but_not_in_the_current_folder() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let files = ["bin/bat.cmd", "bin/two.cmd", "bin/two.bat", "bin/tool-3.11.bat", "bin/both.cmd", "bin/odd.js"];
    for file in files.into_iter().chain(["here/here.cmd", "here/bat.cmd", "second/late.cmd"]) {
        write(&windows, file);
    }
    let _ = windows.stand_in("bin/both.exe", "both.exe\n");
    let second = windows.path("second");
    let path = |run: Invocation| run.env("WINDOWS_PATH", format!("{};;relative;{second}", windows.path("bin")));
    for (program, extensions, expected) in [
        ("bat", "", Some("bin/bat.cmd")),
        ("BAT.CMD", "", Some("bin/bat.cmd")),
        ("two", "", Some("bin/two.bat")),
        ("two", ".CMD;.BAT", Some("bin/two.cmd")),
        ("two", ".EXE", None),
        ("two.cmd", ".EXE", Some("bin/two.cmd")),
        ("tool-3.11", "", Some("bin/tool-3.11.bat")),
        ("late", "", Some("second/late.cmd")),
        ("here", "", None),
        (r".\here", "", Some("here/here.cmd")),
        ("../here/here", "", Some("here/here.cmd")),
        ("odd", ".JS;.CMD", None),
    ] {
        let run = path(exec(&windows, &[program])).env("WINDOWS_PATHEXT", extensions);
        match expected {
            Some(file) => {
                let _ = run.run().status(7).prints(&format!("{file} reader [] []"));
            }
            None => {
                let _ = run.run().status(127).complains("command not found");
            }
        }
    }
    let _ = path(exec(&windows, &["both"])).run().success().prints("both.exe");
}

#[test]
fn what_is_no_program_is_said_and_what_opens_it() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    for (program, status, why, remedy) in [
        ("bin/tool.ps1", 126, "it is not a program", "put before it: powershell -File"),
        ("bin/tool.js", 126, "it is not a program", "put before it: node"),
        ("bin/README", 126, "it is not a program", "name the program that opens it before it"),
        ("bin/folder.exe/", 126, "it is a folder", "name a program in it"),
        ("", 127, "\"\": command not found", "check its name"),
    ] {
        if let Some(folder) = program.strip_suffix('/') {
            std::fs::create_dir(windows.home().path(folder)).unwrap();
        } else if !program.is_empty() {
            windows.home().write(program, "echo no program\n");
        }
        let word = if program.is_empty() { String::new() } else { windows.path(program) };
        let output = exec(&windows, &[&word]).current_dir(windows.home().path("")).run().status(status);
        let _ = output.complains(why).complains(remedy);
    }
}

#[test]
fn without_a_command_git_bash_is_started_by_the_name_that_it_has_on_path() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let _ = windows.stand_in("bin/shell-of-msys.exe", "");
    let run = windows.aws_sso("exec 012345678901/reader").env("WINDOWS_SHELL", "/usr/bin/shell-of-msys");
    let _ = run.run().success();
    assert!(windows.words("bin/shell-of-msys.exe").is_empty());
}

#[test]
fn a_batch_file_gets_its_arguments_as_they_are_and_none_that_it_cannot_have() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("here/x", "");
    write(&windows, "bin/bat.cmd");
    // As the batch files of npm do. Wine's cmd.exe reads `%` otherwise than Windows.
    windows.home().write("bin/tool.cmd", "@echo off\r\n\"%~dp0program.exe\" %*\r\n");
    let _ = windows.stand_in("bin/program.exe", "");
    for words in [["a b", "c"], ["a&echo x", "|more"], ["a^b", "<x"], ["it's", "!x!"], ["", "(x)"], ["say \"x\"", ";"]]
    {
        let _ = exec(&windows, &["tool", words[0], words[1]]).run().success();
        assert_eq!(windows.words("bin/program.exe"), words);
    }
    let many = windows.aws_sso("exec --match 012345678901/reader --yes -- bat");
    let _ = many.args(["{role}", "x"]).run().status(1).prints("bin/bat.cmd reader [reader] [x]");
    let output = exec(&windows, &["bat", "a\nb"]).run().status(126);
    let _ = output.complains("cannot run bat: ").complains("a batch file takes no argument with a line break");
}
