//! The line that loads the `awsso` function, in the file of the shell that is running.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::newcomer::Newcomer;
use crate::support::{Home, Shell};

/// A run that changes the start-up file and writes no profiles, by a script that was started in a shell of the user's.
#[track_caller]
fn run_in(user: &Newcomer, shell: Shell, environment: &[(&str, &str)]) {
    let setup = user.by_default("--no-discover --shell-file").command();
    let words: Vec<_> = setup.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    user.home.write("run", format!("aws-sso {} >out 2>&1\necho status $?\n", words.join(" ")));
    let mut invocation = user.home.interactive(shell).endpoint(user.sandbox.endpoint());
    for (name, value) in environment {
        invocation = invocation.env(name, value);
    }
    let mut terminal = invocation.in_terminal();
    terminal.send("sh ~/run\r");
    terminal.wait_for("status 0");
    terminal.send(" exit 0\r");
    let _ = terminal.finish();
}

const BASH: &str = "# aws-sso: begin\neval \"$(aws-sso init bash)\"\n# aws-sso: end\n";

#[test]
fn the_running_shell_gets_the_line_once_whatever_shell_the_user_has() {
    for (shell, file, environment) in [
        (Shell::Bash, ".bashrc", &[("SHELL", "/bin/zsh")][..]),
        (Shell::Zsh, ".zshrc", &[("SHELL", "/bin/bash")]),
        (Shell::Fish, ".config/fish/config.fish", &[("SHELL", "/bin/bash")]),
    ] {
        if !shell.is_here() {
            continue;
        }
        let user = Newcomer::new();
        let mine = "# mine, without an end of line";
        user.home.write(file, mine);
        for _ in 0..2 {
            run_in(&user, shell, environment);
            let content = user.home.read(file);
            assert!(content.starts_with(&format!("{mine}\n\n# aws-sso: begin\n")), "{content}");
            assert_eq!(content.matches("aws-sso init").count(), 1, "{content}");
        }
        let files = user.files();
        let start_up = files.iter().filter(|(name, _)| !name.ends_with("/config")).count();
        assert_eq!(start_up, 1, "{files:?}");
    }
    if Shell::Zsh.is_here() {
        let user = Newcomer::new();
        let folder = user.home.path("zsh files");
        fs::create_dir(&folder).unwrap();
        run_in(&user, Shell::Zsh, &[("ZDOTDIR", folder.to_str().unwrap())]);
        assert!(user.home.read("zsh files/.zshrc").contains("aws-sso init zsh") && !user.home.has(".zshrc"));
        let compinit = "add to ~/zsh files/.zshrc:\n  autoload -Uz compinit && compinit\n";
        assert!(user.home.read("out").contains(compinit), "{}", user.home.read("out"));
    }
}

#[test]
fn a_line_of_the_users_own_is_found_in_each_file_and_none_is_added() {
    for (file, line) in [
        (".bashrc", "eval \"$(aws-sso init bash --hook refresh)\""),
        (".bash_profile", "command -v aws-sso >/dev/null && eval \"$(aws-sso init bash)\""),
        (".bash_login", "  \\eval \"$(/opt/aws-sso init bash)\"  # mine"),
        (".profile", "source <(aws-sso init bash)"),
    ] {
        let user = Newcomer::new();
        user.home.write(file, line);
        if file != ".bashrc" {
            user.home.write(".bashrc", format!(". ~/{file}\n"));
        }
        let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        assert_eq!(user.home.read(file), line);
        assert!(file == ".bashrc" || user.home.read(".bashrc") == format!(". ~/{file}\n"));
    }
    // Nothing reads the one, bash reads only the first file of a login shell, and no terminal of Linux opens one.
    for (file, other) in [(".bash_aliases", None), (".profile", Some(".bash_profile")), (".profile", None)] {
        let user = Newcomer::new();
        user.home.write(file, "eval \"$(aws-sso init bash)\"\n");
        if let Some(other) = other {
            user.home.write(other, "export A=1\n");
        }
        let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        assert_eq!(user.home.read(".bashrc"), BASH, "{file}");
    }
    // A comment is none, and neither is a text or a line for another shell.
    for line in [
        "# eval \"$(aws-sso init bash)\"\n",
        "aws-sso init fish | source\n",
        "echo 'run eval \"$(aws-sso init bash)\"'\n",
        "cat <<'EOF' >/dev/null\neval \"$(aws-sso init bash)\"\nEOF\n",
    ] {
        let user = Newcomer::new();
        user.home.write(".bashrc", line);
        let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        assert_eq!(user.home.read(".bashrc"), format!("{line}\n{BASH}"));
    }
}

/// bash and zsh take a carriage return for a part of the line.
#[test]
fn in_a_file_with_crlf_the_line_is_one_that_the_shell_can_read() {
    let load = "eval \"$(aws-sso init bash)\"\r\n";
    for (before, after) in [
        ("# mine\r\n".to_owned(), format!("# mine\r\n\n{BASH}")),
        (format!("# aws-sso: begin\r\n{load}# aws-sso: end\r\n"), BASH.to_owned()),
        (load.to_owned(), format!("{load}\n{BASH}")),
    ] {
        let user = Newcomer::new();
        user.home.write(".bashrc", &before);
        let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        assert_eq!(user.home.read(".bashrc"), after);
        if !before.starts_with(load) {
            let _ =
                user.home.script(Shell::Bash, ". ~/.bashrc; type -t awsso").run().success().quiet().prints("function");
        }
    }
}

#[test]
fn a_line_in_a_file_that_a_start_up_file_sources_is_found_and_none_is_added() {
    let line = "eval \"$(aws-sso init bash)\"\n";
    for (sources, file) in [
        ("for rc in ~/.bashrc.d/*; do\n  [ -f \"$rc\" ] && . \"$rc\"\ndone\n", ".bashrc.d/aws"),
        ("for rc in \"$HOME\"/.bashrc.d/*.sh; do . \"$rc\"; done\n", ".bashrc.d/aws.sh"),
        ("[ -r ~/.shell/aws ] && source ~/.shell/aws\n", ".shell/aws"),
        (". \"${HOME}/.aws.sh\";\n", ".aws.sh"),
        ("if [ -f ~/.bash_aliases ]; then\n    . ~/.bash_aliases\nfi\n", ".bash_aliases"),
    ] {
        let user = Newcomer::new();
        user.home.write(".bashrc", sources);
        user.home.write(file, line);
        let run = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        let _ = run.complains(&format!("{file}:1 loads the awsso function already"));
        assert_eq!(user.home.read(".bashrc"), sources);
    }
    // A file that is only named is not sourced.
    let user = Newcomer::new();
    user.home.write(".bashrc", "# . ~/.aws.sh\ncat ~/.aws.sh\n");
    user.home.write(".aws.sh", line);
    let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
    assert!(user.home.read(".bashrc").contains(BASH));
}

#[test]
fn zsh_gets_the_line_where_its_own_zshenv_has_the_start_up_files() {
    if !Shell::Zsh.is_here() {
        return;
    }
    for line in ["ZDOTDIR=~/z", "export ZDOTDIR=\"$HOME/z\"  # mine", "export ZDOTDIR=${ZDOTDIR:-${HOME}/z}"] {
        let user = Newcomer::new();
        fs::create_dir(user.home.path("z")).unwrap();
        user.home.write(".zshenv", format!("{line}\n"));
        let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/zsh").run().success();
        assert!(user.home.read("z/.zshrc").contains("aws-sso init zsh") && !user.home.has(".zshrc"), "{line}");
        let doctor = user.home.aws_sso(["doctor", "--offline"]).env("SHELL", "/bin/zsh").run();
        let _ = doctor.prints("~/z/.zshrc:2 loads the function");
    }
}

#[test]
fn a_login_shell_that_does_not_get_the_function_is_named() {
    for (login, content, is_named) in [
        (".bash_profile", "export A=1\n# . ~/.bashrc\n", true),
        (".profile", "export A=1\n", true),
        (".bash_profile", "[ -f ~/.bashrc ] && . ~/.bashrc\n", false),
    ] {
        let user = Newcomer::new();
        user.home.write(login, content);
        let run = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
        let said = format!("but not in login shells: ~/{login} does not read it");
        assert_eq!(run.stderr.contains(&said), is_named, "{run}");
        let doctor = user.home.aws_sso(["doctor", "--offline"]).env("SHELL", "/bin/bash").run();
        // Its lines are as wide as a terminal.
        let text = doctor.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.contains(&said), is_named, "{doctor}");
    }
}

#[test]
fn a_file_behind_a_link_keeps_its_place_its_mode_and_its_line_endings() {
    let user = Newcomer::new();
    let target = user.home.write("dotfiles/bashrc", "# mine\r\n");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("dotfiles/bashrc", user.home.path(".bashrc")).unwrap();
    let _ = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().success();
    assert!(user.home.path(".bashrc").is_symlink());
    assert_eq!(user.home.read("dotfiles/bashrc"), format!("# mine\r\n\n{BASH}"));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_program_that_is_not_on_path_is_named_by_its_path() {
    let user = Newcomer::new();
    let setup = user.by_default("--shell-file").env("SHELL", "/bin/bash").env("PATH", "/usr/bin:/bin");
    let _ = setup.run().success();
    let line = format!("eval \"$('{}' init bash)\"", crate::support::AWS_SSO);
    assert!(user.home.read(".bashrc").contains(&line), "{}", user.home.read(".bashrc"));
    let profile = format!("credential_process = {} -p corp", crate::support::AWS_SSO);
    assert!(user.home.read(".aws/config").contains(&profile), "{}", user.home.read(".aws/config"));
    let script = format!("{line}; type awsso");
    let _ = user.home.script(Shell::Bash, &script).env("PATH", "/usr/bin:/bin").run().success().prints("function");
}

#[test]
fn a_file_that_cannot_be_changed_stays_and_the_line_is_said() {
    for content in [&b"\xff\xfe#\0"[..], b"# \xe9\n", b"cat <<EOF\nhello", b"a='b\n"] {
        let user = Newcomer::new();
        user.home.write(".bashrc", content);
        let output = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().status(1);
        let _ = output.complains("add this line yourself").complains("eval \"$(aws-sso init bash)\"");
        assert_eq!(fs::read(user.home.path(".bashrc")).unwrap(), content);
    }
    for (make, what) in [("mkfifo", "a pipe"), ("mkdir", "a folder")] {
        let user = Newcomer::new();
        let _ = user.home.script(Shell::Bash, &format!("{make} ~/.bashrc")).run().success();
        let output = user.by_default("--no-discover --shell-file").env("SHELL", "/bin/bash").run().status(1);
        let said = format!("/.bashrc: it is {what}, not a file");
        let _ = output.complains(&said);
        let _ = user.by_default("--no-discover --no-shell-file").env("SHELL", "/bin/bash").run().success();
        let doctor = user.home.aws_sso(["doctor", "--offline"]).env("SHELL", "/bin/bash").run();
        // Its lines are as wide as a terminal.
        let text = doctor.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&said), "{doctor}");
    }
    let home = Home::new();
    let _ = home.aws_sso(["setup", "--shell-file", "--no-shell-file"]).run().status(2);
}
