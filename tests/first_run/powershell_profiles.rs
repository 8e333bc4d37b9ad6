//! The line that loads the `awsso` function, in the profile of PowerShell.

use std::fs;
use std::path::Path;

use aws_sso::shell::PowershellProfile;

use crate::support::newcomer::Newcomer;
use crate::support::powershell::pwsh;

const PROFILE: &str = ".config/powershell/profile.ps1";
const BLOCK: &str = "# aws-sso: begin\naws-sso init powershell | Invoke-Expression\n# aws-sso: end\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    ['\u{feff}'].into_iter().chain(text.chars()).collect::<String>().encode_utf16().flat_map(unit).collect()
}

type Written = fn(&str) -> Vec<u8>;

/// Each encoding in which PowerShell reads a profile: a name, and how a text is written.
const ENCODINGS: [(&str, Written); 5] = [
    ("UTF-8", |text| text.into()),
    ("UTF-8 with a mark", |text| ["\u{feff}", text].concat().into()),
    ("UTF-16", |text| utf16(text, u16::to_le_bytes)),
    ("UTF-16, big-endian", |text| utf16(text, u16::to_be_bytes)),
    ("a code page", |text| text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()),
];

#[test]
fn the_line_is_added_to_the_profile_in_its_own_encoding_once_and_powershell_loads_it() {
    for (name, written) in ENCODINGS {
        for end in ["\r\n", "\n"] {
            let mine = format!("# Gr\u{f6}\u{df}e{end}$global:mine = 1{end}");
            let user = Newcomer::new();
            user.home.write(PROFILE, written(&mine));
            let setup = || user.by_default("--no-discover --shell-file").env("SHELL", "/usr/bin/pwsh").run().success();
            let _ = setup();
            let expected = written(&(mine + end + &BLOCK.replace('\n', end)));
            assert_eq!(fs::read(user.home.path(PROFILE)).unwrap(), expected, "{name} {end:?}");
            let _ = setup().complains("profile.ps1:5 loads the awsso function already");
            assert_eq!(fs::read(user.home.path(PROFILE)).unwrap(), expected, "{name} {end:?}");
            let doctor = user.home.aws_sso(["doctor", "--offline"]).env("SHELL", "/usr/bin/pwsh").run();
            let _ = doctor.prints("~/.config/powershell/profile.ps1:5 loads the function");
            let Some(pwsh) = pwsh() else { continue };
            // With its profile, where this shell itself looks for it.
            let shell = user.home.pwsh(&pwsh).args(["-NonInteractive", "-Command", "\"$mine\"; awsso --version"]);
            let version = concat!("1\naws-sso ", env!("CARGO_PKG_VERSION"), "\n");
            assert_eq!(shell.run().success().quiet().stdout, version, "{name} {end:?}");
        }
    }
}

#[test]
fn a_profile_that_is_no_text_stays_and_the_line_is_said() {
    for content in [&b"\xff\xfea"[..], b"a\0b"] {
        let user = Newcomer::new();
        user.home.write(PROFILE, content);
        let setup = user.by_default("--no-discover --shell-file").env("SHELL", "/usr/bin/pwsh");
        let output = setup.run().status(1).complains("not a text file in UTF-8 or UTF-16");
        let _ = output.complains("add this line yourself").complains("aws-sso init powershell | Invoke-Expression");
        assert_eq!(fs::read(user.home.path(PROFILE)).unwrap(), content);
    }
}

#[test]
fn a_running_powershell_gets_the_line_whatever_shell_the_user_has() {
    let Some(pwsh) = pwsh() else { return };
    let user = Newcomer::new();
    let setup = user.by_default("--no-discover --shell-file").command();
    let words: Vec<_> = setup.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    user.home.write("run", format!("aws-sso {} >out 2>&1\necho status $?\n", words.join(" ")));
    let shell = user
        .home
        .pwsh(&pwsh)
        .args(["-NoProfile", "-NoExit", "-Command", "function prompt { 'ready> ' }"])
        .env("SHELL", "/bin/bash");
    let mut terminal = shell.endpoint(user.sandbox.endpoint()).in_terminal();
    terminal.wait_for("ready> ");
    terminal.send("sh $HOME/run\r");
    terminal.wait_for("status 0\nready> ");
    terminal.send("exit\r");
    let _ = terminal.finish();
    assert_eq!(user.home.read(PROFILE), BLOCK);
    assert!(!user.home.has(".bashrc"));
    assert!(user.home.read("out").contains("after: . ~/.config/powershell/profile.ps1"), "{}", user.home.read("out"));
}

/// On Windows the shell is asked. Here it answers too, and nothing keeps its profile from running.
#[test]
fn powershell_itself_says_where_its_profile_is() {
    let Some(pwsh) = pwsh() else { return };
    let profile = PowershellProfile::ask(&pwsh).unwrap();
    assert_eq!(profile.files.len(), 4, "{profile:?}");
    assert!(profile.files[0].ends_with("powershell/profile.ps1"), "{profile:?}");
    assert!(format!("{profile:?}").contains("Unrestricted"), "{profile:?}");
    assert_eq!(PowershellProfile::ask(Path::new("/bin/true")), None);
    assert_eq!(PowershellProfile::ask(Path::new("/nothing/here")), None);
}
