//! PowerShell of Windows, which names its start-up files itself. A stand-in answers in its place.

use aws_sso::sandbox::Options;

use crate::support::wine::WindowsUser;
use crate::support::{Invocation, REGION, START_URL};

/// A program of PowerShell, the folders of modules around it, and its folder in the documents.
const VERSIONS: [(&str, &str, &str); 2] = [
    ("powershell", r"C:\Program Files\WindowsPowerShell\Modules", "WindowsPowerShell"),
    ("pwsh", r"C:\Program Files\PowerShell\Modules;C:\Program Files\WindowsPowerShell\Modules", "PowerShell"),
];

const BLOCK: &str = "# aws-sso: begin\naws-sso init powershell | Invoke-Expression\n# aws-sso: end\n";

/// What the shell of the sandbox runs first.
const LOADED: &str = "Invoke-Expression (& aws-sso init powershell | Out-String)";

/// A first run that adds the line, in a PowerShell with these modules.
fn setup(windows: &WindowsUser, modules: &str) -> Invocation {
    let line = format!("setup {START_URL} --region {REGION} --name corp --yes --device-code --no-browser");
    windows.aws_sso(&format!("{line} --no-discover --shell-file")).env("WINDOWS_PSModulePath", modules)
}

/// What PowerShell says whose documents are in this folder.
fn answer(documents: &str, folder: &str, policy: &str) -> String {
    let file = |name: &str| {
        let units: Vec<_> =
            format!("{documents}\\{folder}\\{name}").encode_utf16().map(|unit| unit.to_string()).collect();
        format!("File {}\r\n", units.join(" "))
    };
    let scopes = "MachinePolicy Undefined\r\nUserPolicy Undefined\r\nCurrentUser Undefined\r\n";
    file("profile.ps1") + &file("Microsoft.PowerShell_profile.ps1") + &format!("Effective {policy}\r\n{scopes}")
}

#[test]
fn setup_adds_the_line_to_the_file_that_the_running_powershell_names() {
    let remedy = "run: Set-ExecutionPolicy -Scope CurrentUser RemoteSigned";
    for (program, modules, folder) in VERSIONS {
        for (policy, is_kept) in [("RemoteSigned", false), ("Restricted", true)] {
            let Some(windows) = WindowsUser::new(Options::default()) else { return };
            let program = format!("bin/{program}.exe");
            let _ = windows.stand_in(&program, &answer(&windows.path(r"OneDrive\Dokumente"), folder, policy));
            let output = setup(&windows, modules).run().success();
            assert_eq!(output.stderr.contains(remedy), is_kept, "{policy}: {output}");
            let profile = format!("OneDrive/Dokumente/{folder}/profile.ps1");
            assert_eq!(windows.home().read(&profile), BLOCK, "{program}");
            let words = windows.words(&program);
            assert_eq!(words[..4], ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"]);
            assert!(words[4].starts_with("foreach ($file in $PROFILE.CurrentUserAllHosts, "), "{words:?}");
        }
    }
}

#[test]
fn without_an_answer_the_file_is_where_windows_has_the_documents() {
    for (_, modules, folder) in VERSIONS {
        let Some(windows) = WindowsUser::new(Options::default()) else { return };
        let _ = setup(&windows, modules).run().success();
        assert_eq!(windows.home().read(format!("Documents/{folder}/profile.ps1")), BLOCK, "{folder}");
    }
}

#[test]
fn the_sandbox_starts_the_users_powershell_with_the_function() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    let pwsh = windows.stand_in("bin/pwsh.exe", "");
    let output = windows.aws_sso("sandbox").env("WINDOWS_SHELL", pwsh).run().success();
    assert!(output.stderr.contains("$env:AWS_ENDPOINT_URL"), "{output}");
    let words = windows.words("bin/pwsh.exe");
    assert_eq!(words[..5], ["-NoLogo", "-NoProfile", "-NoExit", "-Command", LOADED]);
}
