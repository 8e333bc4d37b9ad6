//! `setup --from aws-sso-cli`: what that tool's config says is taken over, once, and nothing that is there is changed.

use std::fs;

use aws_sso::sandbox::{Approval, Options};

use crate::support::user::User;
use crate::support::{Home, Invocation, Output, REGION, START_URL};

const THEIRS: &str = ".config/aws-sso/config.yaml";
const FILES: [&str; 2] = [".aws/config", ".config/aws-sso/config"];

/// A config such as that tool's wizard and its documentation make.
fn theirs(user: &User) -> String {
    let [first, second] = [0, 1].map(|number| user.sandbox.accounts()[number].clone());
    format!(
        "# made by the wizard
SSOConfig:
    Work:
        SSORegion: {REGION}
        StartUrl: {START_URL}
        DefaultRegion: eu-west-1
        AuthUrlAction: open
        Accounts:
            {}:
                Name: Our Playground
                Tags:
                    Stage: dev
                Roles:
                    {}:
                        Profile: play
            {}:
                Name: prod
                DefaultRegion: ca-central-1
                Roles:
                    {}:
                        Profile: prod:admin
                    Chained:
                        Profile: chained
                        Via: arn:aws:iam::{}:role/{}
                        ExternalId: x-1
DefaultRegion: us-west-2
UrlAction: open-url-in-container
UrlExecCommand:
    - firefox
    - '%s'
SecureStore: keychain
Threads: 5
ProfileFormat: '{{{{ FirstItem .AccountName (.AccountAlias | nospace) }}}}:{{{{ .RoleName }}}}'
",
        first.id, first.roles[0], second.id, second.roles[0], first.id, first.roles[0],
    )
}

fn user() -> User {
    user_with(Options::default())
}

fn user_with(options: Options) -> User {
    let user = User::new(Options { approval: Approval::Automatic, ..options });
    fs::remove_file(user.home.path(".aws/config")).unwrap();
    user.home.write(THEIRS, theirs(&user));
    user
}

const QUIET: &str = "--no-discover --no-shell-file --device-code --no-browser";

fn take_over(user: &User, options: &str) -> Output {
    user.aws_sso(&format!("setup --from aws-sso-cli {QUIET} {options}")).run()
}

fn files(home: &Home) -> [Option<String>; 2] {
    FILES.map(|file| fs::read_to_string(home.path(file)).ok())
}

#[test]
fn what_is_taken_over_is_shown_then_written_and_works_and_a_second_run_changes_nothing() {
    let user = user();
    user.home.write(FILES[1], "# mine\npicker = number\n");
    let before = files(&user.home);
    let shown = take_over(&user, "--dry-run").success();
    let shown = shown.prints("+[sso-session Work]").prints("+region = eu-west-1").prints("+Our Playground = ");
    let shown = shown.prints("+browser-command = firefox 'ext+container:name={account_name}&url={url}'");
    let shown = shown.prints("+name = {account_name}:{role}").complains("SecureStore: here the setting store");
    let _ = shown.complains("without a counterpart here: Threads, Tags").complains("AuthUrlAction: here");
    assert_eq!(files(&user.home), before, "--dry-run writes nothing");

    // Nobody can be asked, and nobody said yes.
    let _ = take_over(&user, "").status(2).complains("--yes");
    assert_eq!(files(&user.home), before);

    let _ = take_over(&user, "--yes").success().prints("+[profile chained]");
    let [config, settings] = files(&user.home).map(Option::unwrap);
    let [first, second] = [0, 1].map(|number| user.sandbox.accounts()[number].clone());
    let session = format!(
        "[sso-session Work]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
         sso_registration_scopes = sso:account:access\n"
    );
    assert!(config.starts_with(&session), "{config}");
    let chained = format!(
        "[profile chained]\nrole_arn = arn:aws:iam::{}:role/Chained\nsource_profile = play\nexternal_id = x-1\n\
         region = ca-central-1\n",
        second.id
    );
    assert!(config.contains(&chained), "{config}");
    assert!(settings.starts_with("# mine\npicker = number\n"), "{settings}");

    // Each of that tool's names is a ROLE now, and has the region that it had there.
    for (role, account, region) in [
        ("play".to_owned(), &first, "eu-west-1"),
        (format!("Our Playground/{}", first.roles[0]), &first, "eu-west-1"),
        ("prod:admin".to_owned(), &second, "ca-central-1"),
        (format!("prod/{}", second.roles[0]), &second, "ca-central-1"),
    ] {
        let exports = user.home.aws_sso(["env", &role, "--shell", "bash"]).endpoint(user.sandbox.endpoint()).run();
        let exports = exports.success().prints(&format!("AWS_ACCOUNT_ID='{}'", account.id));
        let _ = exports.prints(&format!("AWS_REGION='{region}'"));
    }
    let _ = user.aws_sso("settings").run().success().quiet();

    let _ = take_over(&user, "--yes").success().prints("is there already");
    assert_eq!(files(&user.home), [Some(config), Some(settings)]);
    let undone = user.aws_sso("setup --undo").run().success();
    assert!(!user.home.has(".aws/config"), "{undone}");
}

/// Requests go to the sandbox, whose certificate is for the hosts of one Region.
fn in_its_region(run: Invocation, user: &User) -> Invocation {
    run.through_proxy(&user.sandbox).env("AWS_REGION", REGION).env("AWS_DEFAULT_REGION", REGION)
}

#[test]
fn the_aws_cli_and_boto3_read_every_profile_that_is_written() {
    let user = user_with(Options { tls: true, ..Options::default() });
    let setup = user.home.aws_sso(format!("setup --from aws-sso-cli {QUIET} --yes").split(' '));
    let _ = setup.through_proxy(&user.sandbox).run().success();
    let [first, second] = [0, 1].map(|number| user.sandbox.accounts()[number].clone());
    let expected = ["chained", "play", "prod:admin"];
    if let Some(cli) = user.home.aws_cli(["configure", "list-profiles"]) {
        let listed = cli.run().success();
        let mut names: Vec<_> = listed.stdout.lines().collect();
        names.sort_unstable();
        assert_eq!(names, expected);
    }
    for (profile, account, role) in [("play", &first, &first.roles[0]), ("prod:admin", &second, &second.roles[0])] {
        let arguments = ["sts", "get-caller-identity", "--profile", profile];
        let expected = format!(":sts::{}:assumed-role/AWSReservedSSO_{role}_", account.id);
        if let Some(cli) = user.home.aws_cli(arguments) {
            let _ = in_its_region(cli, &user).run().success().prints(&expected);
        }
    }
    let script = "import boto3, json\n\
                  names = boto3.Session().available_profiles\n\
                  sessions = {name: boto3.Session(profile_name=name)._session for name in names}\n\
                  print(json.dumps({name: session.get_scoped_config() for name, session in sessions.items()}))";
    if let Some(python) = user.home.boto3(script) {
        let read = python.run().success().json();
        assert_eq!(read["chained"]["role_arn"], format!("arn:aws:iam::{}:role/Chained", second.id));
        assert_eq!(read["chained"]["source_profile"], "play");
        assert_eq!(read["play"]["sso_session"], "Work");
        assert_eq!(read["prod:admin"]["region"], "ca-central-1");
        assert_eq!(read.as_object().unwrap().len(), 3);
    }
    let script =
        "import boto3; print(boto3.Session(profile_name='chained').client('sts').get_caller_identity()['Arn'])";
    if let Some(python) = user.home.boto3(script) {
        let caller = format!("arn:aws:sts::{}:assumed-role/Chained/", second.id);
        let _ = in_its_region(python, &user).run().success().prints(&caller);
    }
}

#[test]
fn at_a_terminal_nothing_is_written_before_the_answer() {
    let user = user();
    let arguments = ["setup", "--from", "aws-sso-cli", "--no-discover", "--no-shell-file"];
    let mut terminal = user.home.aws_sso(arguments).endpoint(user.sandbox.endpoint()).in_terminal();
    terminal.wait_for("Write these lines? [Y/n]");
    assert!(terminal.screen().contains("chained"), "{}", terminal.screen());
    terminal.send("n\r");
    let _ = terminal.finish().status(130);
    assert_eq!(files(&user.home), [None, None]);
}

#[test]
fn a_file_that_is_broken_or_hostile_is_one_clear_line_and_nothing_is_written() {
    let bomb: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    let cases: [(Vec<u8>, &str); 10] = [
        (format!("a0: &a0 [x]\n{bomb}").into(), "too large"),
        (vec![b'x'; 10 << 20], "more than 2 MB"),
        (b"SSOConfig:\n\tDefault:\n".into(), "config.yaml:2: it is indented with a tab"),
        (b"- SSOConfig\n".into(), "this is no config of aws-sso-cli"),
        (b"hello\n".into(), "this is no config of aws-sso-cli"),
        (b"".into(), "this is no config of aws-sso-cli"),
        (b"\xff".into(), "it is not UTF-8"),
        (b"\xff\xfe".into(), "UTF-16"),
        (b"SSOConfig: {Default: {StartUrl: x}\n".into(), "this is not YAML"),
        (b"SSOConfig:\n  A: {StartUrl: 'https://x.y/start'}\n  A: {}\n".into(), "config.yaml:3: a key is there twice"),
    ];
    let home = Home::new();
    for (text, words) in cases {
        home.write(THEIRS, &text);
        let run = home.aws_sso(["setup", "--from", "aws-sso-cli", "--dry-run"]).run().status(2).complains(words);
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr.lines().count(), 2, "what happened, and what to do: {run}");
    }
    fs::remove_file(home.path(THEIRS)).unwrap();
    let run = home.aws_sso(["setup", "--from", "aws-sso-cli", "--dry-run"]).run().status(2);
    let _ = run.complains("~/.aws-sso/config.yaml, ~/.config/aws-sso/config.yaml").complains("AWS_SSO_CONFIG");
    // What the names contain does not reach the terminal as it is.
    home.write(THEIRS, "SSOConfig:\n  \"W\\e[31m\":\n    StartUrl: https://d-1.awsapps.com/start\n    \"\\e[2J\": x\n");
    let run = home.aws_sso(["setup", "--from", "aws-sso-cli", "--dry-run"]).run().success();
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run}");
}

#[test]
fn the_file_is_found_where_that_tool_looks_for_it() {
    let config = |name: &str| format!("SSOConfig: {{{name}: {{StartUrl: 'https://{name}.awsapps.com/start'}}}}\n");
    let home = Home::new();
    home.write(".config/aws-sso/config.yaml", config("xdg"));
    let run = || home.aws_sso(["setup", "--from", "aws-sso-cli", "--dry-run"]);
    let _ = run().run().success().prints("+[sso-session xdg]");
    home.write("elsewhere/aws-sso/config.yaml", config("moved"));
    let _ = run().env("XDG_CONFIG_HOME", home.path("elsewhere")).run().success().prints("+[sso-session moved]");
    home.write(".aws-sso/config.yaml", config("old"));
    let _ = run().run().success().prints("+[sso-session old]");
    home.write("any.yaml", config("named"));
    let _ = run().env("AWS_SSO_CONFIG", "~/any.yaml").run().success().prints("+[sso-session named]");
}

#[test]
fn a_line_with_the_options_of_aws_sso_cli_names_the_line_that_works_here() {
    let home = Home::new();
    home.sign_in_config("");
    let arn = "arn:aws:iam::123456789012:role/Admin";
    for (line, here) in [
        (vec!["-S", "My Corp", "process", "--arn", arn], format!("aws-sso process {arn} -p 'My-Corp'")),
        (vec!["-u", "open", "-S", "Work", "process", "--arn", arn], format!("aws-sso process {arn} -p 'Work'")),
        (vec!["process", "-a", arn], format!("aws-sso process {arn}\n")),
        (vec!["process", "-A", "1234", "-R", "Admin"], "aws-sso process '000000001234/Admin'".to_owned()),
    ] {
        let run = home.aws_sso(&line).run().status(2).complains("options of aws-sso-cli");
        let said = run.stderr.replace('\'', "");
        assert!(said.contains(&here.replace('\'', "")), "{line:?}: {run}");
        assert_eq!(run.stdout, "");
    }
    // A wrong line of this tool is no line of that one.
    let run = home.aws_sso(["process", "-p", "corp"]).run().status(2);
    assert!(!run.stderr.contains("aws-sso-cli"), "{run}");
}

#[test]
fn setup_recognises_what_is_there_and_adds_no_second_sso_session() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let arn = "arn:aws:iam::123456789012:role/Admin";
    let others = format!(
        "\
# BEGIN_AWS_SSO_CLI

[profile play:Admin]
credential_process = /opt/gone/aws-sso -S \"Default\" process --arn {arn}
# END_AWS_SSO_CLI
[profile util]
sso_auto_populated = true
sso_start_url = {START_URL}
sso_region = {REGION}
sso_account_id = 123456789012
sso_role_name = Admin
credential_process = aws-sso-util credential-process --profile util
"
    );
    user.home.sign_in_config(&others);
    let before = user.home.read(".aws/config");
    let run = user.aws_sso(&format!("setup --yes {QUIET}")).run().success();
    let run = run.complains(&format!("there is the sso-session corp: {START_URL}, {REGION}"));
    let run = run.complains("1 profile is of aws-sso-cli (play:Admin), and runs /opt/gone/aws-sso, which is not there");
    let run = run.complains("# BEGIN_AWS_SSO_CLI").complains("1 profile is of aws-sso-util (util)");
    assert_eq!(user.home.read(".aws/config"), before, "{run}");

    // A profile of the older kind has the start URL and the Region; it gets an sso-session.
    user.home.write(".aws/config", &others);
    let _ = user.aws_sso(&format!("setup --yes {QUIET}")).run().success();
    let after = user.home.read(".aws/config");
    assert!(after.starts_with(&others), "{after}");
    assert!(
        after[others.len()..].contains(&format!("sso_start_url = {START_URL}\nsso_region = {REGION}\n")),
        "{after}"
    );
    assert_eq!(after.matches("[sso-session ").count(), 1, "{after}");
}

#[test]
fn doctor_names_the_config_and_the_profiles_that_another_tool_has_left() {
    let user = user();
    let doctor = || user.aws_sso("doctor --offline").run();
    let _ = doctor()
        .prints("~/.config/aws-sso/config.yaml is the config of aws-sso-cli")
        .prints("setup --from aws-sso-cli");
    let _ = take_over(&user, "--yes").success();
    let text = doctor().stdout;
    assert!(!text.contains("config.yaml"), "nothing is left to be taken over: {text}");
    let line = "[profile p]\ncredential_process = aws-sso -S Work process --arn arn:aws:iam::123456789012:role/Admin\n";
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", format!("{config}{line}"));
    // On PATH, aws-sso is this program.
    let _ = doctor().status(1).prints("1 profile is of aws-sso-cli (p), and runs aws-sso, which is this");
}
