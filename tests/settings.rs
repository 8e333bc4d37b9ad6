//! The settings: the value and the source of each, and the effect of errors in the file.

use aws_sso::sandbox::{Approval, Options};

use crate::support::user::User;
use crate::support::{Home, Invocation, REGION, START_URL, Shell};

const FILE: &str = ".config/aws-sso/config";

#[test]
fn each_setting_shows_its_value_and_where_that_came_from() {
    let home = Home::new();
    home.write(FILE, "# mine\nprofile = corp\n\npicker = fzf\n[alias]\nprod = 123456789012/Admin\n");
    let shown = |output: &str, name: &str| -> String {
        let line = output.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap().to_owned();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    let output = home.aws_sso(["settings"]).run().success().quiet().stdout;
    for (name, expected) in [
        ("profile", "corp ~/.config/aws-sso/config:2"),
        ("login", "auto default"),
        ("picker", "fzf ~/.config/aws-sso/config:4"),
        ("store", "files default"),
        ("discover.name", "{account_id}-{role} default"),
        ("alias.prod", "123456789012/Admin ~/.config/aws-sso/config:6"),
    ] {
        assert_eq!(shown(&output, name), expected);
    }
    let output = home.aws_sso(["settings"]).env("AWS_SSO_SESSION", "other").run().success().stdout;
    assert_eq!(shown(&output, "profile"), "other AWS_SSO_SESSION");
    let output = home.aws_sso(["settings", "-p", "third", "--login", "never"]).run().success().stdout;
    assert_eq!(shown(&output, "profile"), "third -p");
    assert_eq!(shown(&output, "login"), "never --login");

    let json = home.aws_sso(["settings", "--json"]).env("AWS_SSO_SESSION", "other").run().success().json();
    let row = |name: &str| {
        let rows = json["settings"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!((&row("profile")["source"], &row("profile")["by"]), (&"environment".into(), &"AWS_SSO_SESSION".into()));
    assert_eq!((&row("picker")["source"], &row("picker")["line"]), (&"file".into(), &4.into()));
    assert_eq!(row("login")["source"], "default");
    assert_eq!(json["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn a_bad_value_is_an_error_and_an_unknown_key_is_a_warning() {
    let home = Home::new();
    home.sign_in_config("");
    home.write(FILE, "profil = corp\nlogin = never\n");
    let output = home.aws_sso(["env", "123456789012/Admin"]).run().status(3);
    let output =
        output.complains("warning: ~/.config/aws-sso/config:1: there is no setting profil; did you mean profile?");
    assert_eq!(output.stdout, "");
    // `process` is run by programs, so it prints no warning about settings.
    let output = home.aws_sso(["process", "123456789012/Admin"]).run().status(3);
    assert!(!output.stderr.contains("warning"), "{output}");

    home.write(FILE, "profil = corp\n[alias]\nx = 123456789012/A\nx = nowhere\n[discover]\nname = {roel}\n");
    let output = home.aws_sso(["env", "123456789012/Admin"]).run().status(2);
    let _ = output.complains("~/.config/aws-sso/config:6: ").complains("there is no field roel");
    let output = home.aws_sso(["settings"]).run().status(2);
    let output =
        output.complains("config:1: there is no setting profil").complains("config:3: x is set more than once");
    let output = output.complains("config:4: the alias x names no role: there is no profile nowhere");
    let output = output.complains("config:6: ");
    assert!(output.stdout.starts_with("profile "), "{output}");
    let json = home.aws_sso(["settings", "--json"]).run().status(2).json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 4);
}

#[test]
fn completion_and_init_work_with_settings_that_are_wrong() {
    let home = Home::new();
    home.write(FILE, "login = perhaps\nnonsense\n[alias]\nproduction = 123456789012/x\n");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let _ = home.aws_sso(["init", shell]).run().success().quiet();
    }
    let output = home.aws_sso(["complete", "--shell", "fish", "--", "awsso", "use", "prod"]).run().success().quiet();
    assert!(output.stdout.starts_with("production\t"), "{output}");
}

/// Windows PowerShell 5.1 writes UTF-16 with `>`, and Notepad a byte-order mark.
#[test]
fn settings_in_utf_16_are_refused_with_a_line_that_converts_them_and_a_mark_stays() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let text = "[alias]\nmine = 012345678901/reader\n";
    let encode = |mark: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        [mark, text].concat().encode_utf16().flat_map(unit).collect()
    };
    for (encoded, read) in [
        (encode("\u{feff}", u16::to_le_bytes), text),
        (encode("\u{feff}", u16::to_be_bytes), text),
        (encode("", u16::to_le_bytes), text),
        (encode("", u16::to_be_bytes), text),
    ] {
        user.home.write(FILE, &encoded);
        for line in ["status", "settings", "env mine --shell sh", "list", "login"] {
            let output = user.aws_sso(line).run().status(2);
            assert!(output.stderr.contains("config/aws-sso/config is not UTF-8 but UTF-16\n"), "{line}: {output}");
            assert_eq!(std::fs::read(user.home.path(FILE)).unwrap(), encoded);
        }
        let report = user.aws_sso("doctor --offline").run().status(1);
        let (_, remedy) = report.stdout.split_once("not UTF-8 but UTF-16").unwrap();
        let (_, line) = remedy.split_once("run: ").unwrap();
        let line = line.lines().next().unwrap();
        let _ = user.home.command("/bin/sh").args(["-c", line]).run().success().quiet();
        assert_eq!(user.home.read(FILE), read, "{line}");
    }
    let add = format!("setup {START_URL} --region {REGION} --default-region eu-west-3 --no-discover --yes");
    let add = format!("{add} --name corp --device-code --no-browser --no-shell-file");
    user.home.write(FILE, format!("\u{feff}{text}"));
    let _ = user.aws_sso(&add).run().success();
    assert_eq!(user.home.read(FILE), format!("\u{feff}region = eu-west-3\n\n{text}"));
    // A code page of Windows is read, but its letters would not come back.
    let other = b"# f\xfcr mich\nquiet = yes\n";
    user.home.write(FILE, other);
    let _ = user.aws_sso(&add).run().status(2).complains("aws-sso/config:1 is not UTF-8, so the file is not written");
    assert_eq!(std::fs::read(user.home.path(FILE)).unwrap(), other);
}

#[test]
fn the_example_in_the_documentation_is_valid() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md")).unwrap();
    let (_, example) = page.split_once("```ini\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let home = Home::new();
    home.write(FILE, example);
    let _ = home.aws_sso(["settings"]).run().success().quiet();
}

#[test]
fn an_alias_works_wherever_a_role_does() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[0].clone();
    let role = format!("{}/{}", account.id, account.roles[0]);
    user.home.write(FILE, format!("[alias]\nmine = {role}\n"));
    for line in [
        "use mine --shell bash",
        "env mine",
        "process mine",
        "check mine",
        "-p corp -r mine -ext",
        "-p corp -r mine -env",
        "-p corp -r mine",
        "console mine --portal --print",
        "exec mine -- /bin/true",
    ] {
        let _ = user.aws_sso(line).run().success();
    }
}

#[test]
fn a_resource_or_a_page_of_the_console_stands_for_its_accounts_role() {
    let user = User::signed_in(Options { accounts: 2, roles: 1, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    let role = format!("{}/{}", account.id, account.roles[0]);
    let _ = user.aws_sso("list").run().success();
    user.sandbox.clear_log();
    let id = &account.id;
    let shortcut = format!("{}/#/console?account_id={id}&role_name={}", crate::support::START_URL, account.roles[0]);
    for (text, region) in [
        (format!("arn:aws:lambda:eu-west-1:{id}:function:x"), Some("eu-west-1")),
        (format!("arn:aws:iam::{id}:user/me"), None),
        (format!("https://{id}-ab12cd34.eu-west-3.console.aws.amazon.com/s3?x=y"), Some("eu-west-3")),
        (shortcut, None),
    ] {
        let output = user.home.aws_sso(["env", &text]).endpoint(user.sandbox.endpoint()).run().success().stdout;
        assert!(output.contains(&format!("AWS_ACCOUNT_ID='{id}'")), "{text}: {output}");
        let exported = region.map(|region| format!("AWS_REGION='{region}'"));
        assert_eq!(output.contains("AWS_REGION="), exported.is_some(), "{text}");
        assert!(exported.is_none_or(|exported| output.contains(&exported)), "{text}: {output}");
        let output = user.home.aws_sso(["env", &text, "--region", "us-east-2"]).endpoint(user.sandbox.endpoint());
        assert!(output.run().success().stdout.contains("AWS_REGION='us-east-2'"), "{text}");
    }
    let operations: Vec<_> = user.sandbox.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(operations, ["GetRoleCredentials"], "{role}");
}

#[test]
fn the_user_chooses_among_several_roles_on_a_terminal_and_gets_a_list_elsewhere() {
    let user = User::signed_in(Options { accounts: 2, roles: 2, ..Options::default() });
    user.home.write(FILE, "picker = number\n");
    let account = user.sandbox.accounts()[1].clone();
    let arn = format!("arn:aws:sqs:eu-west-1:{}:queue", account.id);
    let _ = user.aws_sso("list").run().success();
    let output = user.aws_sso(&format!("env {arn}")).run().status(2);
    let output = output.complains(&format!("you have 2 roles in the account {}", account.id));
    for role in &account.roles {
        assert!(output.stderr.contains(&format!("  {}/{role}\n", account.id)), "{output}");
    }
    let mut terminal = user.aws_sso(&format!("env {arn}")).in_terminal();
    terminal.wait_for(&account.roles[1]);
    terminal.send("2\r");
    assert!(terminal.finish().success().stdout.contains("AWS_ACCESS_KEY_ID"));
    // A program may run `process` on the user's terminal, where a question would be in its way.
    let output = user.aws_sso(&format!("process {arn}")).in_terminal().finish();
    assert_eq!(output.exit.code(), Some(2), "{output}");

    let cases = [
        ("arn:aws:s3:::bucket", 2, "does not say which account"),
        ("arn:aws:sqs:eu-west-1:000000000000:queue", 4, "you have no role in the account 000000000000"),
        ("https://other.awsapps.com/start/#/console?account_id=123456789012", 2, "no sso-session"),
    ];
    for (text, status, words) in cases {
        let _ =
            user.home.aws_sso(["env", text]).endpoint(user.sandbox.endpoint()).run().status(status).complains(words);
    }
}

#[test]
fn the_region_of_the_settings_is_the_last_one_that_applies() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    user.home.write(FILE, "region = sa-east-1\n");
    let exports = |region: &str| format!("AWS_REGION='{region}'");
    let by_verb = |line: &str| user.aws_sso(line);
    for line in [format!("use {role} --shell bash"), format!("env {role}"), format!("-p corp -r {role} -env")] {
        let _ = by_verb(&line).run().success().prints(&exports("sa-east-1"));
    }
    for line in [format!("exec {role}"), format!("exec --match {role}")] {
        let region = |invocation: Invocation| invocation.args(["--", "printenv", "AWS_REGION"]).run().success().stdout;
        assert!(region(by_verb(&line)).contains("sa-east-1"), "{line}");
        // One of the environment's own stays.
        let own = region(by_verb(&line).env("AWS_DEFAULT_REGION", "ca-west-1").env("AWS_REGION", "us-west-2"));
        assert!(own.contains("us-west-2"), "{line}: {own}");
        let option = region(user.aws_sso(&format!("{line} --region eu-west-3")));
        assert!(option.contains("eu-west-3"), "{line}: {option}");
    }
    let own = user.aws_sso(&format!("env {role}")).env("AWS_DEFAULT_REGION", "us-west-2").run().success().stdout;
    assert!(!own.contains("AWS_REGION"), "{own}");
    // The region of another role of this shell is no region of its own.
    for shell in Shell::all() {
        let script =
            format!("awsso use {role} --region eu-west-3\nawsso use {}\necho \"in $AWS_REGION\"", user.role(1, 0));
        let _ = user.script(shell, &script).run().success().prints("in sa-east-1");
    }

    // Discovered profiles have it, and the region of a profile goes first.
    let _ = user.aws_sso("discover --dry-run").run().success().prints("+region = sa-east-1");
    user.home.sign_in_config("[profile corp]\nsso_session = corp\nregion = eu-west-1\n");
    let _ = user.aws_sso(&format!("env {role}")).run().success().prints(&exports("eu-west-1"));
    user.home.sign_in_config("");

    // A region of another partition is none of this one, and what is no region is said.
    user.home.write(FILE, "region = cn-north-1\n");
    assert!(!user.aws_sso(&format!("env {role}")).run().success().stdout.contains("AWS_REGION"));
    assert!(!user.aws_sso("discover --dry-run").run().success().stdout.contains("region = cn"));
    user.home.write(FILE, "region = eu-west-1a\n");
    let _ = user.aws_sso(&format!("env {role}")).run().status(2).complains("config:1: that is an Availability Zone");
}

/// XDG says to ignore such a path: what is there would be found from one current folder alone.
#[test]
fn a_relative_folder_of_xdg_is_ignored_and_a_relative_home_refused() {
    let user = User::signed_in(Options::default());
    user.home.write(FILE, "[alias]\nmine = 012345678901/reader\n");
    std::fs::create_dir(user.home.path("here")).unwrap();
    let here = |line: &str| user.aws_sso(line).current_dir(user.home.path("here"));
    for line in ["process mine", "list"] {
        let run = here(line).env("XDG_CONFIG_HOME", "config").env("XDG_CACHE_HOME", "./cache");
        let _ = run.run().success();
    }
    for (home, why) in [("home", "is no absolute path: home"), ("./", "is no absolute path: ./")] {
        for line in ["process mine", "list", "settings"] {
            let output = here(line).env("HOME", home).run().status(1);
            let output = output.complains(&format!("HOME {why}, so")).complains("set HOME to your home folder");
            assert!(!output.stderr.contains("USERPROFILE"), "{output}");
        }
    }
    assert_eq!(user.home.list("here"), [""; 0]);
}
