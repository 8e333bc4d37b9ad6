//! What Tab offers: verbs, options, and their values.

use std::fmt::Write as _;

use aws_sso::sandbox::{Approval, Options, Sandbox};

use crate::support::{Home, REGION, START_URL, Shell};

/// A home in which the list of accounts has been fetched.
fn home(options: Options) -> (Sandbox, Home) {
    let sandbox = Sandbox::start(Options {
        approval: Approval::Automatic,
        start_url: Some(START_URL.to_owned()),
        region: REGION.to_owned(),
        ..options
    })
    .unwrap();
    let home = Home::new();
    home.sign_in_config("[profile prod]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = x\n");
    home.write(".config/aws-sso/config", "[alias]\nproduction = 123456789012/x\n");
    for line in ["login --device-code --no-browser", "list"] {
        let _ = home.aws_sso(line.split(' ')).endpoint(sandbox.endpoint()).run().success();
    }
    (sandbox, home)
}

/// What the shell's own completion offers at the end of this line.
fn offered(home: &Home, shell: Shell, line: &str) -> Vec<String> {
    let script = match shell {
        // As readline does: its word breaks decide which part of the line is the current word.
        Shell::Bash => format!(
            "eval \"$(aws-sso init bash)\"\nCOMP_LINE='{line}' COMP_POINT={}\n\
            __aws_sso_complete awsso '{}' ''\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
            line.len(),
            line.rsplit([' ', ':', '=']).next().unwrap_or_default()
        ),
        // With compadd's rule where the user has set none.
        Shell::Zsh => format!(
            "eval \"$(aws-sso init zsh)\"\nfunction compadd {{\n\
             local -a fit=(\"${{(@M)${{(@P)@[-1]}}:#${{(b)PREFIX}}*}}\")\n\
             print -rl -- $fit; (( $#fit )) }}\n\
             words=({line}{}) CURRENT=$#words PREFIX=$words[-1]\n__aws_sso_complete || :",
            if line.ends_with(' ') { "''" } else { "" }
        ),
        Shell::Fish => format!("aws-sso init fish | source\ncomplete -C '{line}'"),
    };
    // This address is not reachable: completion must not send a request.
    let output = home.script(shell, &script).endpoint("http://127.0.0.1:9").run().success();
    let value = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    output.stdout.lines().filter(|line| !line.is_empty()).map(value).collect()
}

#[test]
fn verbs_options_profiles_and_roles_are_offered_in_every_shell() {
    let (sandbox, home) = home(Options::default());
    let account = &sandbox.accounts()[0];
    let (id, role) = (account.id.as_str(), account.roles[0].as_str());
    let cases = [
        ("awsso disc", vec!["discover".to_owned()]),
        ("awsso login --forc", vec!["--force".to_owned()]),
        ("awsso -p co", vec!["corp".to_owned()]),
        ("awsso -p sandbox disc", vec!["discover".to_owned()]),
        // Both name one role.
        ("awsso -p list use prod", vec!["prod".to_owned()]),
        ("awsso use produ", vec!["production".to_owned()]),
        ("awsso use x --region eu-west-", ["eu-west-1", "eu-west-2", "eu-west-3"].map(str::to_owned).into()),
        // Of another partition, since none of this one is meant.
        ("awsso use x --region us-gov-e", vec!["us-gov-east-1".to_owned()]),
        ("awsso use x --region us-e", ["us-east-1", "us-east-2"].map(str::to_owned).into()),
        ("awsso region eu-nor", vec!["eu-north-1".to_owned()]),
        ("awsso console x --region eu-nor", vec!["eu-north-1".to_owned()]),
        ("awsso console --service cloudfr", vec!["cloudfront".to_owned()]),
        ("awsso exec --match payments-p", vec!["payments-prod".to_owned()]),
        ("awsso list --exclude reade", vec!["reader".to_owned()]),
        ("awsso help cons", vec!["console".to_owned()]),
        ("awsso env x --shell zs", vec!["zsh".to_owned()]),
        ("awsso login --login ne", vec!["never".to_owned()]),
        ("awsso use payments-dev ReadO", vec!["ReadOnlyAccess".to_owned()]),
        ("awsso use --keys PAYMENTS-DEV ReadO", vec!["ReadOnlyAccess".to_owned()]),
        ("awsso use payments-dev reader payments", vec![]),
        ("awsso use payments-dev/reader ", vec![]),
        (&format!("awsso use {}", &id[..5]), account.roles.iter().map(|role| format!("{id}/{role}")).collect()),
        (&format!("awsso use {id}/{}", &role[..3]), vec![format!("{id}/{role}")]),
        (
            &format!("awsso env {}/", account.name),
            account.roles.iter().map(|role| format!("{}/{role}", account.name)).collect(),
        ),
        ("awsso use nothing", vec![]),
    ];
    for shell in Shell::all() {
        for (line, expected) in &cases {
            let mut expected = expected.clone();
            let mut found = offered(&home, shell, line);
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{shell:?}: {line}");
        }
    }
}

#[test]
fn an_arn_is_completed_past_its_colons() {
    let (sandbox, home) = home(Options::default());
    let account = &sandbox.accounts()[0];
    let arn = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    for shell in Shell::all() {
        let found = offered(&home, shell, &format!("awsso use {}", &arn[..16]));
        // bash ends a word at each colon, so it gets the rest of the last one.
        let expected = if shell == Shell::Bash { arn.trim_start_matches("arn:aws:iam::") } else { &arn };
        assert!(found.iter().any(|value| value == expected), "{shell:?}: {found:?}");
    }
}

#[test]
fn tab_completes_a_role_in_an_interactive_shell() {
    let (sandbox, home) = home(Options::default());
    let account = &sandbox.accounts()[0];
    let arn = format!("arn:aws:iam::{}:role/reader", account.id);
    for shell in Shell::all() {
        let start = match shell {
            Shell::Bash => "eval \"$(aws-sso init bash --hook none)\"",
            // The function is loaded before compinit.
            Shell::Zsh => "eval \"$(aws-sso init zsh --hook none)\"; autoload -Uz compinit; compinit -u",
            Shell::Fish => "aws-sso init fish --hook none | source",
        };
        let mut terminal = home.interactive(shell).endpoint(sandbox.endpoint()).in_terminal();
        // The quotes make the echo of the command differ from its output.
        terminal.send(&format!("{start}; echo rea\"\"dy\n"));
        terminal.wait_for("ready");
        let mut line = String::new();
        write!(line, "awsso env {}\t", &arn[..arn.len() - 4]).unwrap();
        terminal.send(&line);
        terminal.wait_for(&format!("awsso env {arn}"));
        terminal.send("\x15exit\n");
        let _ = terminal.finish();
    }
}

#[test]
fn the_static_completions_load_in_each_shell() {
    let home = Home::new();
    for shell in Shell::all() {
        let script = match shell {
            Shell::Bash => "source <(aws-sso completions bash) && complete -p aws-sso",
            Shell::Zsh => {
                "autoload -Uz compinit; compinit -u; eval \"$(aws-sso completions zsh)\"; print $_comps[aws-sso]"
            }
            Shell::Fish => "aws-sso completions fish | source; complete -C 'aws-sso disc'",
        };
        let output = home.script(shell, script).run().success();
        assert!(!output.stdout.is_empty(), "{shell:?}");
    }
    let output = home.aws_sso(["completions", "powershell"]).run().success();
    assert!(output.stdout.contains("Register-ArgumentCompleter"));
}

#[test]
fn the_common_prefix_that_a_shell_inserts_is_right_although_the_list_is_cut() {
    let (_sandbox, home) = home(Options::default());
    let profile = |name: &str| {
        format!("[profile {name}]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = x\n")
    };
    let many: String = (10_000..15_000).map(|number| profile(&format!("q-a{number}"))).collect();
    home.sign_in_config(&(many + &profile("q-b") + "[profile q-]\nregion = eu-west-1\n"));
    for shell in Shell::all() {
        let offered = offered(&home, shell, "awsso use q-");
        assert!((1000..1100).contains(&offered.len()), "{}", offered.len());
        // If all of these began with q-a1, the shell would insert that.
        assert!(offered.iter().any(|name| name == "q-b"), "{}", shell.name());
        assert!(!offered.iter().any(|name| name == "q-"), "that one has no role");
    }
}

#[test]
fn each_role_is_offered_once_by_the_name_that_fits_what_is_typed() {
    let (sandbox, home) = home(Options { accounts: 1, roles: 3, ..Options::default() });
    let account = &sandbox.accounts()[0];
    let [aliased, own, generated] = [0, 1, 2].map(|number| account.roles[number].clone());
    let (id, name) = (&account.id, &account.name);
    let profile = |profile: &str, role: &str| {
        format!("[profile {profile}]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = {role}\n")
    };
    home.sign_in_config(&(profile("mine", &own) + &profile(&format!("{id}-{generated}"), &generated)));
    home.write(".config/aws-sso/config", format!("[alias]\nweb = {name}/{aliased} -p corp --region eu-west-1\n"));
    let by_name = |role: &String| format!("{name}/{role}");
    let cases = [
        ("", vec!["web".to_owned(), "mine".to_owned(), by_name(&generated)]),
        (name.as_str(), account.roles.iter().map(by_name).collect()),
        ("we", vec!["web".to_owned()]),
        (&format!("{id}-"), vec![format!("{id}-{generated}")]),
        (&format!("{name}:"), account.roles.iter().map(|role| format!("{name}:{role}")).collect()),
    ];
    for shell in Shell::all() {
        for (typed, expected) in &cases {
            let mut expected = expected.clone();
            // bash ends a word at a colon, and gets what comes after it.
            if shell == Shell::Bash && typed.ends_with(':') {
                expected.iter_mut().for_each(|value| *value = value[typed.len()..].to_owned());
            }
            let mut found = offered(&home, shell, &format!("awsso use {typed}"));
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{shell:?}: {typed}");
        }
    }
}

#[test]
fn options_are_offered_after_a_dash_alone() {
    let (_sandbox, home) = home(Options::default());
    for shell in Shell::all() {
        for line in ["awsso ", "awsso use ", "awsso login ", "awsso exec x "] {
            let found = offered(&home, shell, line);
            assert!(!found.iter().any(|value| value.starts_with("--")), "{shell:?}: {line}: {found:?}");
        }
        assert!(offered(&home, shell, "awsso ").contains(&"use".to_owned()));
        assert!(offered(&home, shell, "awsso use -").contains(&"--region".to_owned()));
    }
}

#[test]
fn files_that_cannot_be_read_are_passed_over_in_silence() {
    let (_sandbox, home) = home(Options::default());
    let list = home.list(".cache/aws-sso").into_iter().find(|name| name.starts_with("inventory-")).unwrap();
    home.write(format!(".cache/aws-sso/{list}"), "{\"accounts\": [");
    home.write(".config/aws-sso/config", "[alias\n= =\n\u{0}");
    home.write(".aws/config", b"[profile \xff\xfe\n[[\nsso_session\n");
    for line in ["awsso use ", "awsso -p ", "awsso use x --region ", "awsso exec --match ", "awsso nonsense ", ""] {
        let line = format!("--line={line}");
        let output = home.aws_sso(["complete", "--shell", "bash", &line]).run().success();
        assert_eq!(output.stderr, "", "{line}");
    }
}
