//! The verbs that lead a shell back to the role before, change its region alone, and pick without a ROLE.

use std::collections::BTreeMap;

use aws_sso::sandbox::Options;

use crate::support::process::Invocation;
use crate::support::terminal::typed;
use crate::support::user::User;
use crate::support::{Home, Shell};

/// A shell with the options under which careless code fails.
const STRICT: [(Shell, &[&str], &str); 5] = [
    (Shell::Bash, &["-eu", "-o", "pipefail"], "IFS=:"),
    (Shell::Bash, &["--posix", "-eu"], ""),
    (Shell::Zsh, &["-eu"], ""),
    (Shell::Zsh, &["-u"], "setopt ksharrays shwordsplit globsubst warncreateglobal errreturn"),
    (Shell::Fish, &[], ""),
];

/// A user with the profile `plain`, which gives the third role of the first account.
fn user_with_profile() -> User {
    let user = User::signed_in(Options::default());
    let account = &user.sandbox.accounts()[0];
    user.home.sign_in_config(&format!(
        "[profile plain]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = {}\nregion = eu-west-3\n",
        account.id, account.roles[2]
    ));
    user
}

fn script(user: &User, (shell, options, first): (Shell, &[&str], &str), script: &str) -> Invocation {
    let script = format!("{first}\n{}\n{script}", shell.load());
    user.home.script_with(shell, options, &script).endpoint(user.sandbox.endpoint())
}

/// What a program sees of the shell: the role, the profile, the region, and whether there are keys.
fn seen(environment: &BTreeMap<String, String>) -> (String, String, String, bool) {
    let value = |name: &str| environment.get(name).cloned().unwrap_or_default();
    let regions = [value("AWS_REGION"), value("AWS_DEFAULT_REGION")];
    assert_eq!(regions[0], regions[1], "{environment:?}");
    (value("AWS_SSO_ROLE_ARN"), value("AWS_PROFILE"), value("AWS_REGION"), !value("AWS_SESSION_TOKEN").is_empty())
}

#[test]
fn a_shell_goes_back_to_the_role_before_in_its_region_and_form_and_back_again() {
    let user = user_with_profile();
    let [keys, profile] = [user.role_arn(0), user.role_arn(2)];
    let lines = format!(
        "awsso use {keys} --region us-west-2\nawsso use plain\nawsso -\nenv -0 >back\nawsso use -\nenv -0 >again\n\
         awsso region eu-north-1\nawsso use {keys}\nawsso -\nenv -0 >moved\nawsso clear\nenv -0 >cleared\nawsso -\n\
         env -0 >restored\nawsso - --keys || true\n"
    );
    for shell in STRICT.into_iter().filter(|(shell, ..)| shell.is_here()) {
        let lines = if shell.0 == Shell::Fish { lines.replace("|| true", "; or true") } else { lines.clone() };
        let output = script(&user, shell, &lines).run().success();
        assert_eq!(output.stdout, "", "{shell:?}");
        assert_eq!(output.stderr, "aws-sso: this shell has had no other role\n", "{shell:?}");
        let of = |file: &str| seen(&user.home.environment(file));
        let expected = |arn: &str, profile: &str, region: &str| {
            (arn.to_owned(), profile.to_owned(), region.to_owned(), profile.is_empty() && !arn.is_empty())
        };
        assert_eq!(of("back"), expected(&keys, "", "us-west-2"), "{shell:?}");
        assert_eq!(of("again"), expected(&profile, "plain", "eu-west-3"), "{shell:?}");
        assert_eq!(of("moved"), expected(&profile, "plain", "eu-north-1"), "{shell:?}");
        assert_eq!(of("cleared"), expected("", "", ""), "{shell:?}");
        assert_eq!(of("restored"), expected(&profile, "plain", "eu-north-1"), "{shell:?}");
    }
}

#[test]
fn a_child_shell_knows_the_role_before_and_other_programs_do_not() {
    let user = User::signed_in(Options::default());
    let [first, second] = [0, 1].map(|number| user.role_arn(number));
    for shell in Shell::all() {
        let child = shell.load().replace('"', "\\\"").replace('$', "\\$");
        let script = format!(
            "awsso use {first}\nawsso exec {second} -- env -0 >program\nawsso use {second}\n\
             {} -c \"{child}\nawsso -; env -0 >child\"",
            shell.name()
        );
        let _ = user.script(shell, &script).run().success();
        let [program, child] = ["program", "child"].map(|file| user.home.environment(file));
        assert_eq!(program.get("AWS_SSO_ROLE_ARN"), Some(&second), "{shell:?}");
        assert_eq!(program.get("AWS_SSO_PREVIOUS"), None, "{shell:?}");
        assert_eq!(child.get("AWS_SSO_ROLE_ARN"), Some(&first), "{shell:?}");
    }
    // A shell that `exec` starts has the role of the shell above it before.
    let run = user.aws_sso(&format!("exec --nest {second}")).env("SHELL", "/bin/sh").env("AWS_SSO_ROLE_ARN", &first);
    let output = run.env("AWS_SSO_SESSION", "corp").stdin("echo \"$AWS_SSO_PREVIOUS\"\n").run().success();
    assert_eq!(output.stdout, format!("{first} -p corp\n"));
}

/// Whatever stands in the variable, no other role is entered and nothing of it is run.
#[test]
fn a_role_before_that_cannot_be_read_or_gives_another_role_changes_nothing() {
    let user = user_with_profile();
    let [kept, other] = [user.role_arn(0), user.role_arn(1)];
    let cases = [
        ("$(touch PWNED)".to_owned(), "does not hold the role before"),
        (format!("{other}; touch PWNED"), "does not hold the role before"),
        (format!("{other} --exec 'touch PWNED'"), "unexpected argument '--exec'"),
        (format!("{other} --region 'x;touch PWNED'"), "invalid value"),
        ("plain".to_owned(), "does not hold the role before"),
        (format!("{other} plain"), "but plain now gives"),
        (format!("{other} -p nowhere"), "nowhere"),
    ];
    for shell in Shell::all() {
        for (value, why) in &cases {
            let set = shell.export("AWS_SSO_PREVIOUS", value);
            let script =
                format!("awsso use {kept}\n{set}\nenv -0 >before\n{}\nenv -0 >after", shell.status_of("awsso -"));
            let output = user.script(shell, &script).run().success().complains(why);
            assert!(!output.stdout.contains("status 0"), "{shell:?} {value}");
            assert_eq!(user.home.environment("before"), user.home.environment("after"), "{shell:?} {value}");
        }
    }
    assert!(!user.home.has("PWNED"));
}

#[test]
fn a_region_is_changed_alone_and_clear_gives_back_the_one_before() {
    let user = user_with_profile();
    let arn = user.role_arn(0);
    // What is done before `awsso region eu-north-1`, and the region then, and after `awsso use` of a role without one.
    let cases = [
        (String::new(), "", "eu-north-1"),
        (format!("awsso use {arn}"), "", "eu-north-1"),
        (format!("awsso use {arn} --region us-west-2"), "us-west-2", "eu-north-1"),
        ("awsso use plain".to_owned(), "eu-west-3", "eu-north-1"),
    ];
    for shell in Shell::all() {
        for own in ["", "ap-south-1"] {
            for (first, region, then) in &cases {
                let script = format!(
                    "env -0 >first\n{first}\nenv -0 >before\nawsso region eu-north-1\nenv -0 >inside\n\
                     awsso use {}\nenv -0 >other\nawsso clear\nenv -0 >cleared",
                    user.role_arn(1)
                );
                let run = user.script(shell, &script);
                let run = if own.is_empty() { run } else { run.env("AWS_REGION", own).env("AWS_DEFAULT_REGION", own) };
                let _ = run.run().success().quiet();
                let [mut initial, mut before, mut inside, other, mut cleared] =
                    ["first", "before", "inside", "other", "cleared"].map(|file| user.home.environment(file));
                let case = format!("{shell:?} {first} {own}");
                let before_region = if region.is_empty() { own } else { region };
                assert_eq!(seen(&before).2, before_region, "{case}");
                assert_eq!(seen(&inside).2, "eu-north-1", "{case}");
                assert_eq!(seen(&other).2, *then, "{case}");
                for environment in [&mut initial, &mut before, &mut inside, &mut cleared] {
                    environment.remove("AWS_SSO_DISPLACED");
                    environment.remove("AWS_SSO_PREVIOUS");
                }
                assert_eq!(cleared, initial, "{case}");
                for environment in [&mut before, &mut inside] {
                    environment.retain(|name, _| !name.ends_with("_REGION"));
                }
                assert_eq!(before, inside, "{case}: nothing but the region");
            }
        }
    }
}

/// `clear` removes a role of `env`, of which there is no note, although there is one of the region.
#[test]
fn clear_removes_a_role_of_env_and_gives_back_the_region() {
    let user = User::signed_in(Options::default());
    for shell in Shell::all() {
        let enter = match shell {
            Shell::Fish => format!("aws-sso env {} --shell fish | source", user.role_arn(0)),
            _ => format!("eval \"$(aws-sso env {} --shell {})\"", user.role_arn(0), shell.name()),
        };
        let script =
            format!("env -0 >first\n{enter}\nawsso region eu-north-1\nenv -0 >inside\nawsso clear\nenv -0 >cleared");
        let _ = user.script(shell, &script).env("AWS_REGION", "ap-south-1").run().success().quiet();
        let [first, inside] = ["first", "inside"].map(|file| user.home.environment(file));
        assert_eq!(seen(&inside), (user.role_arn(0), String::new(), "eu-north-1".to_owned(), true), "{shell:?}");
        assert_eq!(user.home.cleared("cleared"), first, "{shell:?}");
    }
}

#[test]
fn the_region_is_printed_with_where_it_comes_from() {
    let user = user_with_profile();
    let arn = user.role_arn(0);
    user.home.sign_in_config("[default]\nregion = eu-west-3\n");
    let cases = [
        (String::new(), "eu-west-3", "from the profile default of the AWS config"),
        (format!("awsso use {arn} --region us-west-2"), "us-west-2", "set with the role of this shell"),
        ("awsso region us-east-2".to_owned(), "us-east-2", "set by awsso region"),
        ("EXPORT".to_owned(), "it's $(touch PWNED)", "from AWS_DEFAULT_REGION"),
    ];
    for shell in Shell::all() {
        for (first, region, from) in &cases {
            let export = shell.export("AWS_DEFAULT_REGION", "it's $(touch PWNED)");
            let first = if first == "EXPORT" { &export } else { first };
            // Scripts get the region alone.
            let script = format!("{first}\nawsso region");
            let output = user.script(shell, &script).run().success().quiet();
            assert_eq!(output.stdout, format!("{region}\n"), "{shell:?} {first}");
            let mut terminal = user.script(shell, &format!("{first}\nawsso region; awsso -q region")).in_terminal();
            terminal.wait_for(from);
            let output = terminal.finish();
            assert!(output.stdout.matches(from).count() == 1, "{shell:?} {first}: {output}");
        }
    }
    user.home.sign_in_config("");
    let output = user.aws_sso("region").run().status(1);
    let _ = output.complains("this shell has no region").complains("run: awsso region REGION");
    assert!(!user.home.has("PWNED"));
}

#[test]
fn use_without_a_role_picks() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list -p corp").run().success();
    user.home.write(".config/aws-sso/config", "picker = number\n");
    for shell in Shell::all() {
        let mut terminal = user.script(shell, "awsso use\nenv -0 >used\necho over").in_terminal();
        terminal.wait_for(&user.sandbox.accounts()[0].roles[0]);
        terminal.send("1\r");
        terminal.wait_for("over");
        let _ = terminal.finish();
        assert!(user.home.environment("used").contains_key("AWS_SSO_ROLE_ARN"), "{shell:?}");
    }
    let output = user.aws_sso("use --shell bash").run().status(2);
    let _ = output.complains("which role? use takes one").complains("run: awsso use ROLE");
}

#[test]
fn a_verb_without_the_function_says_how_the_running_shell_loads_it_and_names_the_start_up_file() {
    let cases = [
        (Shell::Bash, "use", "eval \"$(aws-sso init bash)\"", "~/.bashrc"),
        (Shell::Bash, "-", "eval \"$(aws-sso init bash)\"", "~/.bashrc"),
        (Shell::Zsh, "region eu-west-1", "eval \"$(aws-sso init zsh)\"", "~/.zshrc"),
        (Shell::Fish, "-", "aws-sso init fish | source", "~/.config/fish/config.fish"),
    ];
    for (shell, verb, load, file) in cases.into_iter().filter(|(shell, ..)| shell.is_here()) {
        // The shell that runs counts, and not the one that SHELL names.
        let home = Home::new();
        let screen = typed(home.interactive(shell).env("SHELL", "/bin/dash"), &[&format!("aws-sso {verb}")]);
        let has = |line: &str| screen.lines().any(|shown| shown.trim() == line);
        assert!(has(&format!("load it with: {load}")), "{shell:?}: {screen}");
        assert!(has(&format!("then run: awsso {verb}")), "{shell:?}: {screen}");
        let file = format!("and add that line to {file} for new shells");
        assert!(has(&file), "{shell:?}: {screen}");
    }
    let home = Home::new();
    home.write(".bashrc", "# mine\neval \"$(aws-sso init bash)\"\n");
    let output = typed(home.interactive(Shell::Bash), &["aws-sso use"]);
    assert!(output.contains("~/.bashrc:2 loads it in new shells"), "{output}");
}

#[test]
fn powershell_goes_back_changes_its_region_and_prints_it() {
    let user = user_with_profile();
    let code = format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
         aws-sso init powershell | Out-String | Invoke-Expression\n\
         awsso use {} --region us-west-2\nawsso use plain\nawsso -\n\"$env:AWS_SSO_ROLE_NAME $env:AWS_REGION\"\n\
         awsso -p corp -\n\"$env:AWS_PROFILE $env:AWS_REGION\"\nawsso region eu-north-1\nawsso region\nawsso clear\n\
         \"[$env:AWS_REGION]\"\n",
        user.role_arn(0)
    );
    let Some(run) = user.home.powershell(&code) else { return };
    let role = user.sandbox.accounts()[0].roles[0].clone();
    let output = run.endpoint(user.sandbox.endpoint()).run().success();
    assert_eq!(output.stdout, format!("{role} us-west-2\nplain eu-west-3\neu-north-1\n[]\n"), "{output}");
}
