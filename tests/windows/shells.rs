//! What is printed for shells of Windows.

use aws_sso::sandbox::Options;

use crate::support::wine::WindowsUser;
use crate::support::{REGION, START_URL};

#[test]
fn exports_are_for_the_users_shell() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let cases = [
        ("", "", "$env:AWS_ACCESS_KEY_ID = 'ASIA"),
        ("", "MINGW64", "export AWS_ACCESS_KEY_ID='ASIA"),
        ("/usr/bin/bash", "", "export AWS_ACCESS_KEY_ID='ASIA"),
        ("C:\\Program Files\\fish.exe", "", "set -gx AWS_ACCESS_KEY_ID 'ASIA"),
    ];
    for (shell, msystem, expected) in cases {
        for line in ["env 012345678901/reader", "-p corp -r arn:aws:iam::012345678901:role/reader -env"] {
            let run = windows.aws_sso(line).env("WINDOWS_SHELL", shell).env("WINDOWS_MSYSTEM", msystem);
            let _ = run.run().success().prints(expected);
        }
    }
}

#[test]
fn use_without_the_function_says_how_the_users_shell_loads_it() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let cases = [
        ("", "aws-sso init powershell | Invoke-Expression", r"Documents\WindowsPowerShell\profile.ps1"),
        ("MINGW64", "eval \"$(aws-sso init bash)\"", ".bashrc"),
    ];
    for (msystem, line, file) in cases {
        let run = windows.aws_sso("use 012345678901/reader").env("WINDOWS_MSYSTEM", msystem);
        let output = run.run().status(2).complains(&format!("load it with: {line}"));
        let _ = output.complains(&format!("{} for new shells", windows.path(file)));
    }
}

#[test]
fn cmd_takes_the_exports_as_they_are() {
    let special = "R&D ^ <it's> (x86) | more";
    // cmd.exe could replace parts of it, so the account has its id in place of it.
    for (name, expected) in [(special, special), ("100% %PATH% !x!", "012345678901")] {
        let renamed = vec![("012345678901".to_owned(), name.to_owned())];
        let Some(windows) = WindowsUser::signed_in(Options { renamed, ..Options::default() }) else { return };
        let _ = windows.aws_sso("list").run().success();
        let exports = windows.aws_sso("env 012345678901/reader --shell cmd").run().success().stdout;
        windows.home().write("exports.bat", exports.replace('\n', "\r\n"));
        let output = windows.batch("set AWS_VAULT=old\ncall exports.bat\nset AWS_").run().success();
        for line in [format!("AWS_SSO_ACCOUNT_NAME={expected}"), "AWS_ACCOUNT_ID=012345678901".to_owned()] {
            assert!(output.stdout.lines().any(|set| set == line), "{line}\n{output}");
        }
        assert!(output.stdout.contains("AWS_SECRET_ACCESS_KEY=") && !output.stdout.contains("AWS_VAULT"), "{output}");
    }
}

#[test]
fn a_line_to_paste_has_the_quotes_of_the_shell_around() {
    let renamed = vec![("012345678901".to_owned(), "R&D".to_owned())];
    let Some(windows) = WindowsUser::signed_in(Options { renamed, ..Options::default() }) else { return };
    let _ = windows.aws_sso("list").run().success();
    let of_cmd = windows.batch("aws-sso exec \"R&D/readr\" -- x").run().status(4);
    let _ = of_cmd.complains("aws-sso exec \"R&D/reader\" -- x");
    // PowerShell that was started by cmd.exe.
    let modules = windows.path(r"Documents\PowerShell\Modules;C:\x");
    let run = windows.aws_sso("exec R&D/readr -- x").env("WINDOWS_PROMPT", "$P$G").env("WINDOWS_PSModulePath", modules);
    let _ = run.run().status(4).complains("aws-sso exec 'R&D/reader' -- x");
}

#[test]
fn setup_adds_the_line_of_nushell_and_elvish_to_the_file_that_each_reads_on_windows() {
    for (shell, older, file) in [
        ("nu.exe", None, r"AppData\Roaming\nushell\config.nu"),
        ("elvish.exe", None, r"AppData\Roaming\elvish\rc.elv"),
        ("elvish.exe", Some(".elvish/rc.elv"), r".elvish\rc.elv"),
    ] {
        let Some(windows) = WindowsUser::new(Options::default()) else { return };
        if let Some(older) = older {
            windows.home().write(older, "# mine\n");
        }
        let line = format!("setup {START_URL} --region {REGION} --name corp --yes --device-code --no-browser");
        let setup = windows.aws_sso(&format!("{line} --no-discover --shell-file"));
        let _ = setup.env("WINDOWS_SHELL", format!("C:\\{shell}")).run().success().complains(&windows.path(file));
        let text = windows.home().read(file.replace('\\', "/"));
        assert!(text.contains("aws-sso init"), "{file}: {text}");
        let report = windows.aws_sso("doctor --offline").env("WINDOWS_SHELL", format!("C:\\{shell}")).run();
        let _ = report.prints(&format!("{}:", windows.path(file)));
    }
}

#[test]
fn exec_without_a_command_starts_the_shell_that_is_around() {
    let modules = r"C:\Program Files\PowerShell\Modules;C:\Program Files\WindowsPowerShell\Modules";
    for (variable, value, shell) in [
        ("WINDOWS_PSModulePath", "", "powershell"),
        ("WINDOWS_PSModulePath", modules, "pwsh"),
        ("WINDOWS_PROMPT", "$P$G", "Microsoft Windows"),
    ] {
        let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
        for name in ["powershell", "pwsh"] {
            let _ = windows.stand_in(&format!("bin/{name}.exe"), name);
        }
        let _ = windows.aws_sso("exec 012345678901/reader").env(variable, value).run().success().prints(shell);
    }
}
