//! Loading `init`: it prints nothing, leaves nothing behind, and breaks no shell.

use crate::support::terminal::typed;
use crate::support::{Home, Invocation, Shell};

/// Each shell with the options under which careless code fails.
fn strict_modes() -> Vec<(Shell, Vec<&'static str>, &'static str)> {
    let mut modes = vec![
        (Shell::Bash, vec![], ""),
        (Shell::Bash, vec!["-eu", "-o", "pipefail"], ""),
        (Shell::Bash, vec!["--posix", "-eu"], ""),
        (Shell::Bash, vec!["-o", "noglob", "-o", "noclobber", "-o", "allexport"], ""),
        (Shell::Bash, vec!["-O", "extglob", "-O", "failglob", "-O", "nocasematch", "-O", "inherit_errexit"], ""),
        (Shell::Bash, vec![], "IFS=:"),
        (Shell::Bash, vec![], "IFS=0123456789"),
        (Shell::Bash, vec![], "IFS="),
        (
            Shell::Bash,
            vec![],
            "shopt -s expand_aliases; alias eval=false command=false local=false return=false cd=false builtin=false \
             unalias=false shift=false awsso=false",
        ),
        (Shell::Zsh, vec![], ""),
        (Shell::Zsh, vec!["-eu"], ""),
        (Shell::Zsh, vec!["-o", "shglob", "-o", "ignorebraces", "-o", "rcquotes", "-o", "posixbuiltins"], ""),
        (Shell::Zsh, vec!["-u"], "setopt noclobber ksharrays shwordsplit globsubst warncreateglobal errreturn"),
        (Shell::Zsh, vec![], "emulate sh"),
        (Shell::Zsh, vec![], "emulate ksh"),
        (Shell::Zsh, vec![], "IFS=:"),
        (
            Shell::Zsh,
            vec![],
            "setopt aliases; alias eval=false command=false local=false return=false cd=false builtin=false \
             unalias=false shift=false awsso=false; alias -g use=false clear=false awsso=false __aws_sso_hook=false",
        ),
        (Shell::Fish, vec![], ""),
        (Shell::Fish, vec![], "function math; false; end; function cd; false; end"),
    ];
    modes.retain(|(shell, ..)| shell.is_here());
    modes
}

/// A statement that prints the names of all variables.
fn variables(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "\\builtin compgen -v",
        Shell::Zsh => "\\builtin print -rl -- \"${(@ok)parameters[@]}\"",
        Shell::Fish => "set --names",
    }
}

#[test]
fn loading_twice_prints_nothing_and_leaves_no_variable_behind() {
    for (shell, options, before) in strict_modes() {
        let names = variables(shell);
        let load = shell.load_with("--key ctrl-g");
        // fish has no `>|`; a different name for each file works under noclobber too.
        let script = format!("{before}\n:\n{names} >before\n{load}\n{load}\n{names} >after");
        let home = Home::new();
        let output = home.script_with(shell, &options, &script).run().success();
        assert_eq!(format!("{}{}", output.stdout, output.stderr), "", "{shell:?} {options:?} {before}");
        assert!(home.read("before").lines().any(|name| name == "PATH"), "{shell:?}");
        assert_eq!(home.read("before"), home.read("after"), "{shell:?} {options:?} {before}");
    }
}

/// An interactive shell has the hook once, in the shell's own variable for hooks, and no other variable changes.
#[test]
fn an_interactive_shell_gets_the_hook_once_and_no_variable_but_the_shells_own() {
    for shell in Shell::all() {
        let (own, hooks) = match shell {
            Shell::Bash => ("PROMPT_COMMAND", "printf '%s\\n' \"${PROMPT_COMMAND[@]}\""),
            Shell::Zsh => ("precmd_functions", "print -rl -- $precmd_functions"),
            Shell::Fish => ("", "functions --handlers-type generic 2>/dev/null; functions --handlers"),
        };
        let (load, names) = (shell.load_with("--key ctrl-g"), variables(shell));
        let home = Home::new();
        home.write(
            "rc",
            format!("{names} >before\n{load} >said 2>&1\n{load} >>said 2>&1\n{names} >after\n{hooks} >hooks\n"),
        );
        typed(home.interactive(shell), &["source ./rc"]);
        assert_eq!(home.read("said"), "", "{shell:?}");
        let before = home.read("before");
        let after = home.read("after");
        // bash sets PIPESTATUS with its first pipeline.
        let is_old = |name: &str| before.lines().any(|old| old == name) || name == "PIPESTATUS";
        let new: Vec<_> = after.lines().filter(|name| !is_old(name) && *name != own).collect();
        assert_eq!(new, [""; 0], "{shell:?}");
        // The line of bash names the hook twice: it asks first whether the function exists.
        let hooks = home.read("hooks");
        assert_eq!(hooks.lines().filter(|line| line.contains("__aws_sso_hook")).count(), 1, "{shell:?}: {hooks}");
    }
}

/// A user may have turned off comments in interactive bash.
#[test]
fn the_code_has_no_comment_and_no_unfilled_placeholder() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        for hook in ["notice", "refresh", "none"] {
            let output = Home::new().aws_sso(["init", shell, "--hook", hook]).run().success().quiet();
            // PowerShell gets one line.
            let code = output.stdout.replace("; ", "\n").replace("''", "'");
            for line in code.lines() {
                assert!(!line.trim_start().starts_with('#') && !line.trim().is_empty(), "{shell}: {line}");
            }
            for word in ["__AWS_SSO_PROGRAM__", "__aws_sso_command__", "__AWS_SSO_VERSION__"] {
                assert!(!output.stdout.contains(word), "{shell}: {word}");
            }
            assert_eq!(output.stdout.contains("__aws_sso_hook"), hook != "none", "{shell} {hook}");
            // What only asks when the session ends renews nothing.
            let renews = |line: &str| {
                ["refresh --login never", "__aws_sso_renew '--login' 'never'"].iter().any(|call| line.contains(call))
                    && !line.contains("--only-session-end")
            };
            assert_eq!(code.lines().any(renews), hook == "refresh", "{shell} {hook}");
        }
        let bare = Home::new().aws_sso(["init", shell, "--no-completion", "--hook", "none"]).run().success();
        assert!(!bare.stdout.contains("omplet"), "{}", bare.stdout);
    }
}

/// A broken settings file must not keep a shell from starting.
#[test]
fn broken_settings_do_not_stop_a_shell_from_loading_the_function() {
    for shell in Shell::all() {
        let home = Home::new();
        home.write(".config/aws-sso/config", "[[[\nlogin = perhaps\n\0");
        let script =
            format!("{}\n{}\n{}", shell.load(), shell.status_of("awsso clear"), shell.status_of("awsso use x"));
        let output = home.script(shell, &script).run().success();
        assert_eq!(output.stdout, "status 0\nstatus 2\n", "{shell:?}: {}", output.stderr);
    }
}

#[test]
fn the_function_has_the_name_that_was_asked_for() {
    for shell in Shell::all() {
        for name in ["a", "aws-sso", "Aws_2"] {
            let script = format!("{}\n{name} --version", shell.load_with(&format!("--cmd {name}")));
            let output = Home::new().script(shell, &script).run().success().quiet();
            assert_eq!(output.stdout, concat!("aws-sso ", env!("CARGO_PKG_VERSION"), "\n"), "{shell:?} {name}");
        }
    }
    for name in ["", "a b", "a;b", "$(touch PWNED)", "-x", "_x", "1", "if", "eval", "Builtin", "set", "é"] {
        let home = Home::new();
        let name = format!("--cmd={name}");
        let output = home.aws_sso(["init", "bash", &name]).run().status(2).complains("function's name");
        assert_eq!(output.stdout, "");
    }
}

/// The path of the program may hold any character of a folder's name.
#[test]
fn the_program_is_found_in_a_folder_of_any_name() {
    for shell in Shell::all() {
        for folder in [
            "a b",
            "it's",
            "$(touch PWNED)",
            "\u{2019}; touch PWNED; \u{2018}",
            "back\\slash",
            "__aws_sso_command__",
            "__aws_sso_command__",
        ] {
            let home = Home::new();
            home.write(format!("{folder}/x"), "");
            let program = home.path(folder).join("aws-sso");
            std::fs::hard_link(crate::support::AWS_SSO, &program)
                .or_else(|_| std::fs::copy(crate::support::AWS_SSO, &program).map(drop))
                .unwrap();
            let code = home.command(&program).args(["init", shell.name()]).run().success().stdout;
            home.write("code", code);
            let output = home.script(shell, "source ./code\nawsso --version").run().success().quiet();
            assert!(output.stdout.starts_with("aws-sso "), "{shell:?} {folder}");
            assert!(!home.has("PWNED"), "{shell:?} {folder}");
        }
    }
}

#[test]
fn the_function_works_under_strict_modes_and_keeps_the_exit_status() {
    for (shell, options, before) in strict_modes() {
        let home = Home::new();
        home.sign_in_config("");
        let script = format!(
            "{before}\n{}\nawsso --version\nawsso clear\n{}\n{}\n",
            shell.load(),
            shell.status_of("awsso use nobody"),
            shell.status_of("awsso process nobody"),
        );
        let output = home.script_with(shell, &options, &script).run().success();
        let version = concat!("aws-sso ", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            output.stdout,
            format!("{version}\nstatus 4\nstatus 4\n"),
            "{shell:?} {options:?} {before}: {}",
            output.stderr
        );
    }
}

/// macOS has bash 3.2. This table lists what is newer; our code must not use it without a check of the version.
#[test]
fn the_bash_code_uses_nothing_newer_than_bash_3_2() {
    let newer = [
        ("declare -A", "4.0"),
        ("mapfile", "4.0"),
        ("readarray", "4.0"),
        ("coproc", "4.0"),
        ("&>>", "4.0"),
        ("|&", "4.0"),
        (";;&", "4.0"),
        (";&", "4.0"),
        (",,}", "4.0"),
        ("^^}", "4.0"),
        ("globstar", "4.0"),
        ("BASHPID", "4.0"),
        ("[[ -v", "4.2"),
        ("declare -g", "4.2"),
        ("%(%s)T", "4.2"),
        ("${@: -", "4.2"),
        ("[-1]", "4.3"),
        ("local -n", "4.3"),
        ("declare -n", "4.3"),
        ("@Q}", "4.4"),
        ("@P}", "4.4"),
        ("@A}", "4.4"),
        ("local -", "4.4"),
        ("@a}", "4.4"),
        ("inherit_errexit", "4.4"),
        ("EPOCHSECONDS", "5.0"),
        ("EPOCHREALTIME", "5.0"),
        ("SRANDOM", "5.1"),
        ("PROMPT_COMMAND+=", "5.1"),
        ("${ ", "5.3"),
    ];
    let guards = [("%(%s)T", ">= 402"), ("local -", ">= 404"), ("@a}", ">= 404"), ("PROMPT_COMMAND+=", ">= 501")];
    let lines: Vec<_> = include_str!("../../shell/init.bash").lines().collect();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        for (syntax, version) in newer.iter().filter(|(syntax, _)| line.contains(syntax)) {
            let guard = guards.iter().find(|(guarded, _)| guarded == syntax).map(|(_, guard)| *guard);
            let is_guarded = guard.is_some_and(|guard| lines[number - 1].contains(guard));
            assert!(is_guarded, "{syntax} came with bash {version}: {line}");
        }
    }
}

#[test]
fn help_is_shown_and_never_evaluated() {
    for shell in Shell::all() {
        for line in ["awsso use --help", "awsso pick -h", "awsso clear --help", "awsso refresh --help"] {
            let script = format!("{}\n{}", shell.load(), shell.status_of(line));
            let output = Home::new().script(shell, &script).run().success();
            assert_eq!(output.stdout, "status 0\n", "{line}");
            assert!(output.stderr.contains("Usage: aws-sso "), "{}", output.stderr);
        }
    }
}

#[test]
fn without_the_function_a_shell_verb_says_how_to_load_it() {
    let home = Home::new();
    for (shell, load) in [
        ("/bin/zsh", "eval \"$(aws-sso init zsh)\""),
        ("/usr/bin/fish", "aws-sso init fish | source"),
        ("/bin/bash", "eval \"$(aws-sso init bash)\""),
        ("/usr/bin/pwsh", "aws-sso init powershell | Invoke-Expression"),
        ("/bin/ksh", "eval \"$(aws-sso init posix)\""),
    ] {
        for verb in ["use", "use x", "pick", "clear", "refresh"] {
            let invocation: Invocation = home.aws_sso(verb.split(' ')).env("SHELL", shell);
            let output = invocation.run().status(2).complains(load);
            assert_eq!(output.stdout, "");
        }
    }
}
