//! What errors say to run can be run on Windows, in the shell in which they are shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;

use crate::support::wine::WindowsUser;

/// How a message names the shell: by the variables that Windows has in it.
const SHELLS: [(&str, &[(&str, &str)]); 3] =
    [("PowerShell", &[]), ("cmd.exe", &[("WINDOWS_PROMPT", "$P$G")]), ("Git Bash", &[("WINDOWS_MSYSTEM", "MINGW64")])];

#[test]
fn a_remedy_is_a_line_of_the_users_shell_on_windows() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let (home, config) = (windows.home(), windows.path(r".aws\config"));
    let text = home.read(".aws/config");
    let says = |line: &str, of_shells: [String; 3]| {
        for ((shell, variables), expected) in SHELLS.into_iter().zip(of_shells) {
            let run = variables.iter().fold(windows.aws_sso(line), |run, (name, value)| run.env(name, value));
            let output = run.run();
            assert!(output.stderr.contains(&format!("run: {expected}\n")), "{shell}: {expected}\n{output}");
            assert!(!["chmod", "sudo", "owner and mode"].iter().any(|word| output.stderr.contains(word)), "{output}");
        }
    };
    let quoted = |path: &str| format!("'{path}'");
    // In UTF-16, as `>` of Windows PowerShell 5.1 writes it.
    home.write(".aws/config", text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let read = format!("[IO.File]::ReadAllText('{config}', [Text.Encoding]::Unicode)");
    let code = format!("[IO.File]::WriteAllText('{config}', {read})");
    let in_posix = format!("powershell -Command '{}'", code.replace('\'', r"'\''"));
    says("status", [code.clone(), format!("powershell -Command \"{code}\""), in_posix]);
    // Marked read-only.
    home.write(".aws/config", &text);
    fs::set_permissions(home.path(".aws/config"), fs::Permissions::from_mode(0o444)).unwrap();
    let attrib = |path: String| format!("attrib -r {path}");
    says("discover", [attrib(quoted(&config)), attrib(format!("\"{config}\"")), attrib(quoted(&config))]);
    // A folder in its place.
    fs::remove_file(home.path(".aws/config")).unwrap();
    fs::create_dir(home.path(".aws/config")).unwrap();
    let aside = format!("{config}.old");
    let mv = format!("mv {} {}", quoted(&config), quoted(&aside));
    says("status", [mv.clone(), format!("move \"{config}\" \"{aside}\""), mv]);
}
