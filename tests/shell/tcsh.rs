//! What only tcsh has: an alias that sources a file, one alias for the prompt, history within quotes.

use aws_sso::sandbox::Options;

use crate::support::other_shells::TCSH;
use crate::support::terminal::type_lines;
use crate::support::user::User;
use crate::support::{Home, files};

/// Each is one argument, and would run, match or expand something.
const WORDS: &str =
    r#"'x`touch PWNED`y' '$HOME' '*' 'a\!b' \!\! 'it'\''s' "d q" 'a;touch PWNED' '&& touch PWNED' '' 'end\'"#;
const ARGUMENTS: &str = "<x`touch PWNED`y><$HOME><*><a!b><!!><it's><d q><a;touch PWNED><&& touch PWNED><><end\\>";

#[test]
fn words_reach_the_program_as_they_are_typed_under_every_option_of_tcsh() {
    let user = User::signed_in(Options::default());
    user.home.write("arguments", r#"printf '<%s>' "$@""#);
    if !TCSH.is_here() {
        return;
    }
    let run = format!("awsso exec {} -- sh arguments {WORDS}\n", user.role_arn(0));
    for option in ["", "noglob", "nonomatch", "noclobber", "rmstar", "listjobs", "printexitvalue", "anyerror"] {
        let output = user.script_in(TCSH, &format!("set {option}\n{run}")).run().success();
        // Without a name `set` lists all variables.
        assert!(output.stdout.ends_with(ARGUMENTS), "{option}: {output}");
        assert!(!user.home.has("PWNED"), "{option}");
    }
}

#[test]
fn values_reach_the_environment_whatever_characters_tcsh_treats_specially() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let name = r"it's \ $(touch PWNED) `x` 100%! 'a b'  ^c^d\";
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.update(|options| options.renamed = vec![(account.id.clone(), name.to_owned())]);
    let role = user.role_arn(0);
    let _ = user.aws_sso("list -p corp --refresh").run().success();
    for (option, enters) in [
        ("set backslash_quote", format!("awsso use {role}")),
        ("set backslash_quote", TCSH.env(&role)),
        ("unset backslash_quote", TCSH.env(&role)),
        ("set noglob", format!("awsso use {role}")),
        ("set noglob", TCSH.env(&role)),
        // Without a history tcsh gives aliases no words.
        ("set histchars = ''", TCSH.env(&role)),
    ] {
        let script = format!("{option}\n{enters}\nsh -c 'env -0 >used'\n");
        let _ = user.script_in(TCSH, &script).run().success().quiet();
        assert_eq!(user.home.environment("used")["AWS_SSO_ACCOUNT_NAME"], name, "{option}");
        assert!(!user.home.has("PWNED"), "{option}");
    }
}

#[test]
fn a_trace_shows_no_credentials_and_goes_on_afterwards() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let script = format!("set echo verbose\nawsso use {}\nsh -c 'env -0 >used'\necho after-mark\n", user.role_arn(0));
    let output = user.script_in(TCSH, &script).run().success();
    let entered = user.home.environment("used");
    let shown = format!("{}{}", output.stdout, output.stderr);
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(!shown.contains(&entered[name]), "{name}: {shown}");
    }
    assert!(output.stderr.contains("echo after-mark"), "{output}");
}

#[test]
fn lines_with_the_alias_run_as_with_any_program_and_leave_no_variable() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let role = user.role_arn(0);
    let script = format!(
        "set | sort >before\nawsso use {role}\nawsso region eu-north-1 && awsso region | tr a-z A-Z\n\
         false && awsso clear\ntrue || awsso clear\nawsso use nowhere || echo status $status\n\
         awsso exec {role} -- sh -c 'exit 7' || echo status $status\nawsso region >region\ncat region\n\
         awsso clear; set | sort >after\n"
    );
    let output = user.script_in(TCSH, &script).run().success();
    assert_eq!(output.stdout, "EU-NORTH-1\nstatus 4\nstatus 7\neu-north-1\n", "{output}");
    // `_` is the last line.
    let variables = |file: &str| {
        user.home.read(file).lines().filter(|line| !line.starts_with("_\t")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(variables("before"), variables("after"));
}

/// The user's own prompt alias is kept; without one the hook gets it, and keeps the status that the prompt shows.
#[test]
fn the_alias_of_the_prompt_is_taken_only_where_there_is_none() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let load = TCSH.load(&user.home, "");
    let script =
        format!("alias precmd 'echo mine'\n{load}\nalias precmd\nunalias precmd\n{load}\n{load}\nalias precmd\n");
    let output = TCSH.script(&user.home, &script).run().success().quiet();
    assert_eq!(output.stdout, "echo mine\n__aws_sso_hook\n");

    let mut terminal = TCSH.start(&user.home).endpoint(user.sandbox.endpoint()).in_terminal();
    type_lines(&mut terminal, &[&load, "sh -c 'exit 3'"]);
    terminal.send("sh -c 'exit 3'\r");
    terminal.send("echo status-$status\r");
    terminal.wait_for("status-3");
    terminal.send("exit\r");
    let _ = terminal.finish();
}

/// tcsh reads `.cshrc` only where there is no `.tcshrc`.
#[test]
fn the_start_up_file_is_the_one_that_tcsh_reads() {
    let home = Home::new();
    for (there, named) in [("", "~/.tcshrc"), (".cshrc", "~/.cshrc"), (".tcshrc", "~/.tcshrc")] {
        if !there.is_empty() {
            home.write(there, "# mine\n");
        }
        let output = home.aws_sso(["use", "x"]).env("SHELL", "/bin/tcsh").run().status(2);
        let _ = output.complains("eval \"`aws-sso init tcsh`\"").complains(&format!("add that line to {named}"));
    }
}

/// The path of the program and that of the cache may hold any character of a folder's name.
#[test]
fn the_code_is_found_in_a_cache_of_any_name() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    for folder in ["a b", "it's!", "$(touch PWNED)", "`touch PWNED`", "back\\slash"] {
        let cache = user.home.path(folder);
        let init = |options: &[&str]| {
            let run = user.home.aws_sso(["init", "tcsh"]).args(options).env("XDG_CACHE_HOME", &cache);
            run.run().success().quiet().stdout
        };
        let code = init(&[]);
        assert_eq!(code.lines().count(), 1, "{code}");
        let files = files(&cache.join("aws-sso"));
        std::fs::write(&files[0], "echo old\n").unwrap();
        assert_eq!(init(&[]), code);
        user.home.write("code", code);
        let output = TCSH.script(&user.home, "eval \"`cat code`\"\nawsso --version\n").run().success().quiet();
        assert!(output.stdout.starts_with("aws-sso "), "{folder}: {output}");
        assert!(!user.home.has("PWNED"), "{folder}");
    }
}

/// Without the option, tcsh forgets the status of what is in backquotes. The user's choice of it stays.
#[test]
fn a_line_stops_at_a_role_that_is_not_entered_whatever_anyerror_is() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    for option in ["set anyerror", "unset anyerror"] {
        let script = format!(
            "{option}\nset before = $?anyerror\nawsso use nope && echo WENT_ON\nawsso use nope || echo status $status\n\
             awsso use {} && echo entered\nif ($?anyerror == $before) echo kept\n",
            user.role_arn(0)
        );
        let output = user.script_in(TCSH, &script).run().success();
        assert_eq!(output.stdout, "status 4\nentered\nkept\n", "{option}: {output}");
    }
}

#[test]
fn a_role_that_a_subshell_of_tcsh_alone_has_is_said_to_be_there() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let role = user.role_arn(0);
    for (line, is_subshell) in [
        (format!("awsso use {role}"), false),
        (format!("awsso use {role} > said"), false),
        (format!("awsso use {role} | cat"), true),
        (format!("(awsso use {role})"), true),
        (format!("awsso use {role} &\nwait"), true),
    ] {
        let script = format!("{line}\nsh -c 'env -0 >used'\n");
        let screen = user.script_in(TCSH, &script).in_terminal().finish().success().stdout;
        assert!(screen.contains(" / "), "{line}\n{screen}");
        assert_eq!(screen.contains("in this subshell: "), is_subshell, "{line}\n{screen}");
        assert_eq!(user.home.environment("used").contains_key("AWS_SSO_ROLE_ARN"), !is_subshell, "{line}");
    }
}

/// What lies there is code that the shell runs.
#[test]
fn no_code_is_put_where_others_could_replace_it() {
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    let home = Home::new();
    let mode = |path: &str, mode| {
        let path = home.path(path);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    mode("open", 0o777);
    mode("sticky", 0o1777);
    mode("within/aws-sso", 0o777);
    for name in ["open/own", "sticky/own", "own"] {
        mode(name, 0o700);
    }
    symlink(home.path("open/own"), home.path("own/link")).unwrap();
    let mut cases = vec![
        ("own", None),
        ("sticky/own", None),
        ("open/own", Some("chmod go-w")),
        ("within", Some("chmod go-w")),
        ("own/link", Some("chmod go-w")),
    ];
    if rustix::process::getuid().is_root() {
        mode("theirs/own", 0o700);
        chown(home.path("theirs"), Some(12345), Some(12345)).unwrap();
        cases.push(("theirs/own", Some("unset XDG_CACHE_HOME")));
    }
    for (cache, remedy) in cases {
        let init = home.aws_sso(["init", "tcsh"]).env("XDG_CACHE_HOME", home.path(cache)).run();
        let Some(remedy) = remedy else {
            assert!(init.success().stdout.contains("source "), "{cache}");
            continue;
        };
        let init = init.status(1);
        assert_eq!(init.stdout, "", "{cache}");
        let _ = init.complains(remedy);
        let written = files(&home.path(cache).join("aws-sso"));
        assert!(written.iter().all(|file| file.extension().is_none_or(|kind| kind != "tcsh")), "{cache}: {written:?}");
    }
}

/// One shell prints code of other options than those of the shell that runs.
#[test]
fn printing_code_for_one_shell_changes_no_other() {
    let home = Home::new();
    if !TCSH.is_here() {
        return;
    }
    let load = TCSH.load(&home, "--hook none --no-completion");
    let script = format!("{load}\naws-sso init tcsh --hook refresh >/dev/null\nawsso --version\n");
    let before = files(&home.path(".cache/aws-sso"));
    let code = std::fs::read(&before[0]).unwrap();
    let output = TCSH.script(&home, &script).run().success();
    assert!(output.stdout.contains("aws-sso "), "{output}");
    assert_eq!(std::fs::read(&before[0]).unwrap(), code);
    assert_eq!(files(&home.path(".cache/aws-sso")).len(), before.len() + 1);
}

#[test]
fn a_prompt_says_once_that_the_code_is_gone_and_what_loads_it() {
    let home = Home::new();
    if !TCSH.is_here() {
        return;
    }
    let load = TCSH.load(&home, "");
    let hook = "__aws_sso_hook\n";
    let script =
        format!("{load}\nrm -r .cache/aws-sso\n{hook}{hook}eval \"`aws-sso init tcsh`\"\n{hook}awsso --version\n");
    let output = TCSH.script(&home, &script).run().success().quiet();
    let said = "aws-sso: the code of awsso is gone; run: eval \"`aws-sso init tcsh`\"\naws-sso ";
    assert!(output.stdout.starts_with(said), "{output}");
}

/// tcsh ends a script whose line sources a file that is not there.
#[test]
fn a_script_goes_on_when_the_code_is_gone_and_each_command_says_so_and_fails() {
    let home = Home::new();
    if !TCSH.is_here() {
        return;
    }
    for (options, name) in [("", "awsso"), (" --cmd sso --hook none --key alt-g --no-completion", "sso")] {
        let load = TCSH.load(&home, options);
        let again = format!("eval \"`aws-sso init tcsh{options}`\"");
        let before = files(&home.path(".cache/aws-sso"));
        let script = format!(
            "{load}\nrm -r .cache/aws-sso\n{name} use x && echo WENT_ON\n{name} --version || echo status $status\n\
             {name} --version | cat\nfalse && {name} --version\n{again}\n{name} --version\n"
        );
        let output = TCSH.script(&home, &script).run().success();
        let said = format!("aws-sso: the code of {name} is gone; run: {again}\n");
        assert_eq!(output.stderr, said.repeat(3), "{output}");
        assert_eq!(output.stdout, concat!("status 1\naws-sso ", env!("CARGO_PKG_VERSION"), "\n"), "{output}");
        // What is said writes the same code again.
        assert_eq!(files(&home.path(".cache/aws-sso")).last(), before.last());
        std::fs::remove_dir_all(home.path(".cache/aws-sso")).unwrap();
    }
}

/// A shell that starts says that its file is in use; others are of older versions.
#[test]
fn code_that_no_shell_has_loaded_for_long_is_swept_when_new_code_is_written() {
    let home = Home::new();
    let folder = home.path(".cache/aws-sso");
    let age = |days: u64| {
        for file in files(&folder) {
            let time = std::time::SystemTime::now() - std::time::Duration::from_hours(24 * days);
            std::fs::File::options().append(true).open(file).unwrap().set_modified(time).unwrap();
        }
    };
    let init = |options: &[&str]| {
        let _ = home.aws_sso(["init", "tcsh"]).args(options).run().success();
        files(&folder).iter().filter(|file| file.extension().is_some_and(|kind| kind == "tcsh")).count()
    };
    assert_eq!([init(&[]), init(&["--no-completion"])], [1, 2]);
    age(70);
    assert_eq!(init(&[]), 2, "nothing new is written");
    assert_eq!(init(&["--hook", "refresh"]), 2, "one is old, one was loaded now, and one is new");
    age(30);
    assert_eq!(init(&["--hook", "none"]), 3);
}

/// In `if (1) set x`, and nowhere else, tcsh looks up no alias for its own commands.
#[test]
fn aliases_of_tcshs_own_commands_do_not_reach_the_code() {
    let user = User::signed_in(Options::default());
    if !TCSH.is_here() {
        return;
    }
    let (load, role) = (TCSH.load(&user.home, "--key ctrl-g"), user.role_arn(0));
    let names = ["set", "setenv", "unset", "unsetenv", "@", "shift", "complete", "bindkey", "echo", "sh", "date"];
    let aliases: String = names.iter().map(|name| format!("alias {name} 'touch REACHED; exit 9'\n")).collect();
    let script = format!(
        "{load}\n{aliases}{load}\nalias source 'touch REACHED; exit 9'\n\
         awsso use {role}\n__aws_sso_hook\nenv -0 >used\n"
    );
    let _ = user.script_in(TCSH, &script).run().success();
    assert!(!user.home.has("REACHED"));
    assert_eq!(user.home.environment("used")["AWS_SSO_ROLE_ARN"], role);
}

/// A line to paste is one that this shell can read.
#[test]
fn remedies_are_statements_of_tcsh() {
    let home = Home::new();
    let config = "[profile mine]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";
    home.write(".aws/config", config);
    if !TCSH.is_here() {
        return;
    }
    let output = TCSH.script(&home, "aws-sso env mine --shell tcsh\n").run();
    assert!(output.stderr.contains("setenv AWS_PROFILE mine"), "{output}");
    std::fs::create_dir_all(home.path("folder")).unwrap();
    let output = TCSH.script(&home, "setenv AWS_CONFIG_FILE ~/folder\naws-sso list\n").run();
    assert!(output.stderr.contains("run: unsetenv AWS_CONFIG_FILE"), "{output}");
}
