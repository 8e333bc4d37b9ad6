//! The code for Git Bash, run by bash on Linux: the program behind it is that for Windows. Only MSYS itself is missing,
//! which makes paths of Windows from those of its own; a link `Z:` stands for its drives.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use aws_sso::sandbox::Options;

use crate::support::wine::{AWS_SSO_EXE, WindowsUser, windows_path};
use crate::support::{Invocation, REGION, START_URL, Shell};

/// The program where it lies in `my tools`, and what `init bash` prints there.
fn init(windows: &WindowsUser) -> String {
    let program = windows.home().path("my tools/aws-sso.exe");
    fs::create_dir(windows.home().path("my tools")).unwrap();
    fs::hard_link(AWS_SSO_EXE, &program).or_else(|_| fs::copy(AWS_SSO_EXE, &program).map(drop)).unwrap();
    let code = windows.copy(&program, "init bash").env("WINDOWS_MSYSTEM", "MINGW64").run().success().quiet().stdout;
    // Linux runs a script in its place.
    fs::remove_file(&program).unwrap();
    let run = windows.aws_sso("").command();
    let mut script = "#!/bin/bash\n".to_owned();
    for (name, value) in run.get_envs() {
        let (name, value) = (name.to_str().unwrap(), value.unwrap().to_str().unwrap());
        if name != "PATH" {
            script += &format!("export {name}={}\n", Shell::Bash.dialect().quote(value));
        }
    }
    let words = [run.get_program()].into_iter().chain(run.get_args());
    let words: Vec<_> = words.map(|word| Shell::Bash.dialect().quote(word.to_str().unwrap())).collect();
    windows.home().write("my tools/aws-sso.exe", script + &format!("exec {} \"$@\"\n", words.join(" ")));
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    code
}

/// A script in a shell that has the function.
fn bash(windows: &WindowsUser, code: &str, script: &str) -> Invocation {
    symlink("/", windows.home().path("Z:")).unwrap();
    windows.home().write("init.bash", code);
    windows.home().script(Shell::Bash, &format!("eval \"$(cat init.bash)\"\n{script}"))
}

#[test]
fn the_function_of_git_bash_runs_the_program_for_windows() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let _ = windows.aws_sso("list").run().success();
    let code = init(&windows);
    let path = windows.path("my tools/aws-sso.exe").replace('\\', "/");
    assert!(code.contains(&path) && !code.contains(['\r']), "{code}");
    let script = "awsso use 012345678901/reader && echo \"$AWS_SSO_ROLE_NAME $MSYS2_ENV_CONV_EXCL\"\n\
                  [[ -n $AWS_SECRET_ACCESS_KEY ]] && export -p | grep -c MSYS2_ENV_CONV_EXCL\n\
                  COMP_LINE='awsso use 012345678901/re'; COMP_POINT=${#COMP_LINE}; COMP_CWORD=2\n\
                  COMP_WORDS=(awsso use 012345678901/re); __aws_sso_complete awsso 012345678901/re use\n\
                  echo \"${COMPREPLY[0]}\"\n\
                  awsso clear; echo \"${AWS_SSO_ROLE_NAME-none} $MSYS2_ENV_CONV_EXCL\"\n\
                  awsso use nobody/x --login never 2>&- || echo \"failed $?\"";
    let run = bash(&windows, &code, script).env("MSYS2_ENV_CONV_EXCL", "MINE");
    let expected = "reader MINE;AWS_SECRET_ACCESS_KEY\n1\n012345678901/reader\nnone MINE\nfailed 4\n";
    let output = run.run().success();
    assert_eq!(output.stdout, expected, "{output}");
}

#[test]
fn setup_adds_the_line_to_the_file_of_bash_where_home_leads_it() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    windows.home().write("of bash/.bash_profile", "export A=1\n");
    let line = format!("setup {START_URL} --region {REGION} --name corp --yes --device-code --no-browser");
    let setup = windows.aws_sso(&format!("{line} --no-discover --shell-file"));
    let setup = setup.env("WINDOWS_HOME", windows.path("of bash")).env("WINDOWS_MSYSTEM", "MINGW64");
    let output = setup.run().success();
    assert_eq!(
        windows.home().read("of bash/.bashrc"),
        "# aws-sso: begin\neval \"$(aws-sso init bash)\"\n# aws-sso: end\n"
    );
    let _ = output.complains(".bash_profile does not read it, until you add:\n  . ~/.bashrc");
    assert!(windows.home().has(".aws/config"), "AWS's files stay where its tools look for them");
}

#[test]
fn the_sandbox_starts_git_bash_with_the_function() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    let _ = windows.stand_in("bin/bash.exe", "");
    // As Git Bash names itself: for other programs of Windows, that is no path.
    for shell in [windows_path(windows.home().path("bin/bash")), "/usr/bin/bash".to_owned()] {
        let output = windows.aws_sso("sandbox").env("WINDOWS_SHELL", shell).run().success();
        assert!(output.stderr.contains("awsso use 012345678901/"), "{output}");
        let words = windows.words("bin/bash.exe");
        let private = format!("{}\\aws-sso-sandbox-", windows.path("AppData/Local/Temp"));
        assert!(words[0] == "--rcfile" && words[1].starts_with(&private) && words[2..] == ["-i"], "{words:?}");
    }
}
