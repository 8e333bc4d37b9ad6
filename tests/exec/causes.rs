//! Why a command does not start: the cause is named, and the status is that of bash.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use aws_sso::sandbox::Options;

use crate::support::disk::Disk;
use crate::support::second_user::{STRANGER, give_all, is_root};
use crate::support::user::User;
use crate::support::{Invocation, skip};

/// A program of this machine, changed so that the system does not start it.
fn program(change: impl Fn(&mut [u8])) -> Vec<u8> {
    let mut bytes = fs::read("/bin/true").unwrap();
    change(&mut bytes);
    bytes
}

fn without_loader(bytes: &mut [u8]) {
    let at = bytes.windows(4).position(|bytes| bytes == b"/ld-").unwrap();
    bytes[at..at + 4].copy_from_slice(b"/no-");
}

/// Says that it is for another processor than this machine's.
fn foreign(bytes: &mut [u8]) {
    bytes[18] = if cfg!(target_arch = "aarch64") { 0x3e } else { 0xb7 };
}

/// Names a processor that few systems have.
fn loongarch(bytes: &mut [u8]) {
    bytes[18..20].copy_from_slice(&[2, 1]);
}

/// Only its processor is one of 32 bits, so that no system starts it.
fn of_32_bits(bytes: &mut [u8]) {
    bytes[18] = if cfg!(target_arch = "aarch64") { 0x28 } else { 3 };
}

fn object_file(bytes: &mut [u8]) {
    // It has no table of parts for the system.
    bytes[16] = 1;
    bytes[54..58].fill(0);
}

fn no_parts(bytes: &mut [u8]) {
    bytes[56..58].fill(0);
}

fn write(user: &User, name: &str, content: impl AsRef<[u8]>, mode: u32) {
    let path = user.home.write(format!("tmp/{name}"), content);
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The same command in bash, and through us: alone, beside a server, under several roles.
fn each_way(user: &User, words: &[&str]) -> (Invocation, Vec<(String, Invocation)>) {
    let here = |run: Invocation| run.current_dir(user.home.path("tmp"));
    let bash = here(user.home.command("bash").args(["-c", "\"$@\"", "bash"]).args(words));
    let role = user.role(0, 0);
    let lines = [role.clone(), format!("--server {role}"), "--match */reader".to_owned()];
    (
        bash,
        lines
            .into_iter()
            .map(|line| {
                let run = here(user.exec(&line, words));
                (line, run)
            })
            .collect(),
    )
}

/// What an emulator could run.
const NOT_OF_THIS_SYSTEM: [&str; 9] =
    ["./foreign", "./cut", "./loongarch", "./no-parts", "./windows.exe", "./zip", "./mac", "./utf-16", "./binary"];

#[test]
fn each_cause_is_named_with_the_status_of_bash_and_once() {
    let user = User::signed_in(Options::default());
    let long = format!("#!/{}\n", "a".repeat(300));
    let files: [(&str, &[u8], u32); 29] = [
        ("no-interpreter", b"#!/no/such/interpreter -x\n", 0o755),
        ("windows", b"#!/bin/bash\r\necho hi\r\n", 0o755),
        ("windows-env", b"#!/usr/bin/env bash\r\necho hi\r\n", 0o755),
        ("relative", b"#!nowhere\n", 0o755),
        ("folder-as-interpreter", b"#!/etc\n", 0o755),
        ("no-env", b"#! /usr/bin/env no-such-python\n", 0o755),
        ("env-words", b"#!/usr/bin/env bash -x\n", 0o755),
        ("nested", b"#!./no-interpreter\n", 0o755),
        ("nested-file", b"#!./file\n", 0o755),
        ("file", b"data", 0o644),
        ("shell script", b"#!/bin/sh\n", 0o644),
        ("no-loader", &program(without_loader), 0o755),
        ("foreign", &program(foreign), 0o755),
        ("cut", b"\x7fELF", 0o755),
        ("loongarch", &program(loongarch), 0o755),
        ("32-bit", &program(of_32_bits), 0o755),
        ("object.o", &program(object_file), 0o755),
        ("no-parts", &program(no_parts), 0o755),
        ("data-as-interpreter", b"#!./file\n", 0o755),
        ("nested-data", b"#!./data-as-interpreter\n", 0o755),
        ("itself", b"#!./itself\n", 0o755),
        ("windows.exe", b"MZ\x90\0\x03", 0o755),
        ("zip", b"PK\x03\x04\0\0", 0o755),
        ("mac", b"\xcf\xfa\xed\xfe\x0c\0\0\x01", 0o755),
        ("utf-16", b"\xff\xfe#\0!\0", 0o755),
        ("binary", b"\x01\0\x02", 0o755),
        ("bin/not-executable", b"#!/bin/sh\n", 0o644),
        ("-folder/not-executable-there", b"#!/bin/sh\n", 0o644),
        ("long", long.as_bytes(), 0o755),
    ];
    for (name, content, mode) in files {
        write(&user, name, content, mode);
    }
    fs::create_dir(user.home.path("tmp/bin/a-folder")).unwrap();
    symlink("nowhere", user.home.path("tmp/dangling")).unwrap();
    symlink("loop", user.home.path("tmp/loop")).unwrap();
    let long_name = format!("./{}", "x".repeat(300));
    let first_line = "its first line ends with a carriage return";
    let cases = [
        ("./no-interpreter", "its interpreter /no/such/interpreter does not exist"),
        ("./windows", first_line),
        ("./windows-env", first_line),
        ("./relative", "its interpreter nowhere does not exist"),
        (
            "./folder-as-interpreter",
            "its interpreter /etc: it is a folder\n  name another program in the first line of ./folder-as-",
        ),
        (
            "./nested-data",
            "it may not be executed\n  name another program in the first line of ./data-as-interpreter\n",
        ),
        ("./itself", "its first line leads from script to script"),
        ("./no-env", "its interpreter no-such-python is not on PATH"),
        ("./env-words", "env -S bash"),
        ("./nested", "its interpreter ./no-interpreter: its interpreter /no/such/interpreter does not exist"),
        ("./nested-file", "its interpreter ./file: it may not be executed"),
        ("./file", "it may not be executed\n  run: chmod +x ./file\n"),
        ("./shell script", "it may not be executed\n  run: chmod +x './shell script'\n"),
        ("./no-loader", "it needs the loader /"),
        ("./foreign", "it is a program for "),
        ("./cut", "it is a program that is cut off"),
        ("./loongarch", "it is a program for loongarch64, and this machine is "),
        ("./32-bit", "it is a 32-bit program, which this system does not run"),
        ("./object.o", "it is an object file, not a program"),
        ("./no-parts", "with a header that the system does not know"),
        ("./windows.exe", "it is a program for Windows"),
        ("./zip", "it is a ZIP archive"),
        ("./mac", "it is a program for macOS"),
        ("./utf-16", "it is text in UTF-16"),
        ("./binary", "it is no text and no program"),
        ("./bin", "it is a folder"),
        ("./dangling", "it is a link to ./nowhere, which does not exist"),
        ("./loop", "its links lead in a circle"),
        ("./file/below", "./file is a file, not a folder"),
        ("./zip/", "./zip/ is a file, not a folder"),
        (&long_name, "its name is too long"),
        ("./nothing", "there is no such file"),
        ("/dev/null", "it is a device, not a program"),
        ("not-executable", "bin/not-executable: it may not be executed"),
        ("not-executable-there", "run: chmod +x ./-folder/not-executable-there\n"),
        ("a-folder", "a-folder: command not found"),
        ("no-such-command", "no-such-command: command not found"),
        ("", "\"\": command not found"),
    ];
    let path = format!("bin:{}:-folder:/usr/bin:/bin", user.home.path("tmp/bin").display());
    let has_emulators = Path::new("/proc/sys/fs/binfmt_misc").exists();
    for (name, words) in cases {
        let (bash, ours) = each_way(&user, &[name, "argument"]);
        let expected = bash.env("PATH", &path).run();
        for (line, run) in ours {
            let output = run.env("PATH", &path).run();
            let shown = format!("exec {line} -- {name}\n{output}\nbash: {expected}");
            assert_eq!(output.exit.code(), expected.exit.code(), "{shown}");
            let count = output.stderr.matches(words).count();
            // Within a container, only the system knows whether it has an emulator for such a file.
            let is_uncertain = has_emulators && NOT_OF_THIS_SYSTEM.contains(&name) || name == "./32-bit";
            let is_tried = is_uncertain && line.starts_with("--match");
            assert!(count == 1 || is_tried && count > 1, "{words}\n{shown}");
            assert!(!output.stderr.contains("owner and mode"), "{shown}");
        }
    }
    // bash would read it as a script of its own, whatever its interpreter is.
    for (_, run) in each_way(&user, &["./long"]).1 {
        let _ = run.run().status(126).complains("its first line is longer than the system reads");
    }
}

#[test]
fn a_script_without_a_first_line_for_the_system_is_run_by_sh_with_its_arguments() {
    let user = User::signed_in(Options::default());
    let script = "echo \"$0 <$1> <$2>\"; exit 7\n";
    for folder in ["", "bin/", "-folder/"] {
        write(&user, &format!("{folder}plain"), script, 0o755);
        write(&user, &format!("{folder}blank"), format!("#! \n{script}"), 0o755);
        write(&user, &format!("{folder}empty"), "", 0o755);
    }
    let bin = user.home.path("tmp/bin").display().to_string();
    // The folder on PATH, the program, and the name that the script has.
    let cases = [
        (bin.as_str(), "./plain", "./plain".to_owned()),
        (&bin, "plain", format!("{bin}/plain")),
        (&bin, "blank", format!("{bin}/blank")),
        ("", "plain", "./plain".to_owned()),
        ("-folder", "plain", "./-folder/plain".to_owned()),
        (&bin, "./empty", String::new()),
    ];
    for (folder, program, name) in cases {
        let said = format!("{name} <a b> <$(c)>");
        let (expected, status) = if name.is_empty() { (0, 0) } else { (1, 7) };
        let (bash, ours) = each_way(&user, &[program, "a b", "$(c)"]);
        let path = format!("{folder}:/usr/bin:/bin");
        if folder != "-folder" {
            let _ = bash.env("PATH", &path).run().status(status);
        }
        for (line, run) in ours {
            let (count, status) = if line.starts_with("--match") { (4, status.min(1)) } else { (1, status) };
            let output = run.env("PATH", &path).run().status(status);
            assert_eq!(output.stdout.matches(&said).count(), expected * count, "{line} {program}\n{output}");
        }
    }
}

#[test]
fn the_remedies_for_a_script_can_be_pasted() {
    let user = User::signed_in(Options::default());
    write(&user, "it's", "#!/bin/sh\r\necho ran\r\n", 0o644);
    let run = || user.exec(&user.role(0, 0), &["./it's"]).current_dir(user.home.path("tmp")).run();
    for _ in 0..2 {
        let output = run();
        let remedy = output.stderr.split("run: ").nth(1).unwrap_or_else(|| panic!("{output}")).trim();
        let shell = user.home.command("dash").args(["-c", remedy]).current_dir(user.home.path("tmp"));
        let _ = shell.run().success().quiet();
    }
    assert_eq!(run().success().stdout, "ran\n");
}

#[test]
fn a_program_that_this_user_may_not_reach_or_execute_names_what_helps() {
    if !is_root() {
        return skip("only root can become another user: programs of others are not tested");
    }
    let user = User::signed_in(Options::default());
    write(&user, "barred/program", "#!/bin/sh\n", 0o755);
    write(&user, "of-root", "#!/bin/sh\n", 0o700);
    write(&user, "own", "#!/bin/sh\n", 0o655);
    fs::set_permissions(user.home.path("tmp/barred"), Permissions::from_mode(0o700)).unwrap();
    give_all(&user.home.path(""), STRANGER.0);
    for name in ["barred", "barred/program", "of-root"] {
        chown(user.home.path("tmp").join(name), Some(0), Some(0)).unwrap();
    }
    let cases = [
        ("./barred/program", "you may not enter the folder ./barred\n  the owner of ./barred must let you enter it\n"),
        ("./own", "it may not be executed\n  run: chmod u+x ./own\n"),
        ("./of-root", "it may not be executed\n  it belongs to root, who must let you execute it"),
    ];
    for (program, words) in cases {
        let (bash, ours) = each_way(&user, &[program]);
        let status = bash.behind(STRANGER.1).run().exit.code().unwrap();
        for (_, run) in ours {
            let _ = run.behind(STRANGER.1).run().status(status).complains(words);
        }
    }
    let mount = user.home.path("tmp/mounted");
    fs::create_dir(&mount).unwrap();
    let Some(_disk) = Disk::on(mount, "noexec") else { return };
    write(&user, "mounted/program", "#!/bin/sh\necho ran\n", 0o755);
    let (bash, ours) = each_way(&user, &["./mounted/program"]);
    let status = bash.run().exit.code().unwrap();
    for (_, run) in ours {
        let _ = run.run().status(status).complains("it is on a file system that is mounted noexec");
    }
}

#[test]
fn an_argument_that_is_too_long_is_named() {
    if !cfg!(target_os = "linux") {
        return skip("other systems do not limit a single argument");
    }
    let user = User::signed_in(Options::default());
    // A region is longer than its placeholder.
    let long = "{region}".repeat(16_000);
    let output = user.exec("--match */reader --region eu-central-1", &["echo", "x", &long]).run().status(1);
    let output = output.complains("argument 2 has 192000 bytes, and 131071 are allowed: pass it in a file");
    assert_eq!(output.stderr.matches("192000").count(), 1, "{output}");
}
