//! What only tcsh has: an alias that sources a file, one alias for the prompt, history within quotes.

use aws_sso::sandbox::Options;

use crate::support::Home;
use crate::support::other_shells::TCSH;
use crate::support::terminal::type_lines;
use crate::support::user::User;

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
fn the_code_is_found_in_a_cache_of_any_name_and_a_new_version_replaces_it() {
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
        user.home.write(format!("{folder}/aws-sso/awsso.tcsh"), "echo old\n");
        let code = init(&[]);
        assert_eq!(code.lines().count(), 1, "{code}");
        user.home.write("code", code);
        let output = TCSH.script(&user.home, "eval \"`cat code`\"\nawsso --version\n").run().success().quiet();
        assert!(output.stdout.starts_with("aws-sso "), "{folder}: {output}");
        assert!(!user.home.has("PWNED"), "{folder}");
    }
}
