//! Sign-ins that programs ask for: they ask again and again, and where nobody is there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use aws_sso::sandbox::{Approval, Options};

use crate::support::Shell;
use crate::support::process::wait;
use crate::support::terminal::type_lines;
use crate::support::user::{TOKEN_FILE, User};

/// Where it is remembered that nobody answered: the sha1 is that of `corp`.
const UNANSWERED: &str = ".cache/aws-sso/locks/unanswered-ee0bfd2552fbd840c02cc48b6e823320543c450f.failed";

const REMEDY: &str = "run: aws-sso login -p corp";

/// How often somebody was asked to sign in.
fn asked(user: &User) -> usize {
    user.sandbox.count("StartDeviceAuthorization")
}

#[test]
fn a_sign_in_that_nobody_answers_is_asked_for_once_by_all_programs_together() {
    // How it ends, and with which status; `None` for one that is killed, as SDKs do.
    for (end, status) in [("time-out", Some(3)), ("denied", Some(130)), ("\x03", None), ("KILL", None)] {
        let approval = if end == "denied" { Approval::Denied } else { Approval::ByPage };
        let lifetime = Duration::from_secs(if end == "time-out" { 1 } else { 600 });
        let user = User::new(Options { approval, sign_in_lifetime: lifetime, ..Options::default() });
        let mut first = user.process().behind_a_program();
        first.wait_for("confirm the code");
        match end {
            "\x03" => first.send(end),
            "KILL" => first.signal(end),
            _ => {}
        }
        let output = first.finish();
        if let Some(status) = status {
            let _ = output.status(status);
        }
        let mode = fs::metadata(user.home.path(UNANSWERED)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (role, arn) = (user.role(0, 0), user.role_arn(1));
        for line in [format!("process {role}"), format!("-p corp -r {arn} -ext"), format!("serve {role}")] {
            let output = user.aws_sso(&line).behind_a_program().finish().status(3).complains(REMEDY);
            let words = match end {
                "denied" => "; the sign-in that a program asked for was denied at ",
                _ => "; nobody answered the sign-in that a program asked for, since ",
            };
            let (_, time) = output.stderr.split_once(words).unwrap_or_else(|| panic!("{output}"));
            assert!(time.starts_with(|digit: char| digit.is_ascii_digit()) && time.contains(" ago)"), "{output}");
        }
        assert_eq!(asked(&user), 1, "{end}");

        // A person's wish is another thing, and once it is answered, programs may ask again.
        user.sandbox.update(|options| options.approval = Approval::Automatic);
        let _ = user.aws_sso(&format!("env {role} --shell bash")).in_terminal().finish().success();
        assert_eq!((asked(&user), user.home.has(UNANSWERED)), (2, false), "{end}");
        fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
        let _ = user.aws_sso(&format!("process {}", user.role(1, 0))).behind_a_program().finish().success();
        assert_eq!((asked(&user), user.home.has(UNANSWERED)), (3, false), "{end}");
    }
}

#[test]
fn programs_ask_again_after_ten_minutes_or_after_a_login() {
    let user = User::new(Options { sign_in_lifetime: Duration::from_secs(1), ..Options::default() });
    let _ = user.process().behind_a_program().finish().status(3);
    // How long ago nobody answered, in seconds, and whether a program may ask again. A clock may have been set back.
    for (age, asks) in [(590, false), (-5, false), (610, true), (-600, true)] {
        let before = asked(&user);
        let record = fs::File::options().write(true).open(user.home.path(UNANSWERED)).unwrap();
        let (now, seconds) = (SystemTime::now(), Duration::from_secs(i32::unsigned_abs(age).into()));
        record.set_modified(if age < 0 { now + seconds } else { now - seconds }).unwrap();
        let _ = user.process().behind_a_program().finish().status(3);
        assert_eq!(asked(&user) > before, asks, "{age}");
    }
    user.sandbox.update(|options| options.approval = Approval::Automatic);
    let _ = user.aws_sso("login").run().success();
    assert!(!user.home.has(UNANSWERED));
}

/// Else each request would open one more tab.
#[test]
fn nobody_is_asked_where_it_cannot_be_remembered() {
    let user = User::new(Options::default());
    user.home.write(".cache/aws-sso/locks", "no folder");
    let why = "because that cannot be remembered in ~/.cache/aws-sso/locks, and each program would ask again";
    let _ = user.process().behind_a_program().finish().status(3).complains(why).complains(REMEDY);
    assert_eq!(asked(&user), 0);
}

/// A failure before anybody was asked keeps nobody from asking.
#[test]
fn a_service_that_fails_is_no_person_who_does_not_answer() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    user.sandbox.update(|options| options.fail_first = Some((9, aws_sso::sandbox::Fault::InternalError)));
    let _ = user.process().env("AWS_MAX_ATTEMPTS", "1").behind_a_program().finish().status(5);
    assert!(!user.home.has(UNANSWERED));
}

#[test]
fn a_build_and_a_dumb_terminal_are_not_asked_for_a_program() {
    // The environment, the verb, why nobody is asked.
    let cases = [
        ("CI=true", "process", Some("because CI is set")),
        ("CI=1", "process", Some("because CI is set")),
        ("CI=woodpecker", "process", Some("because CI is set")),
        ("CI=false", "process", None),
        ("CI=0", "process", None),
        ("CI=", "process", None),
        ("CI=true", "env", None),
        ("TERM=dumb", "process", Some("because TERM is dumb and stdin is no terminal")),
        ("TERM=dumb", "env", None),
    ];
    for (variable, verb, why) in cases {
        let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
        let run = user.aws_sso(&format!("{verb} {}", user.role(0, 0))).behind(["/usr/bin/env", variable]);
        let output = run.behind_a_program().finish();
        match why {
            Some(why) => drop(output.status(3).complains(why).complains(REMEDY)),
            None => drop(output.success()),
        }
        assert_eq!(asked(&user), usize::from(why.is_none()), "{variable} {verb}");
    }
    // Somebody types at this one, if only in an editor.
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let _ = user.process().behind(["/usr/bin/env", "TERM=dumb"]).in_terminal().finish().success();
}

/// As under `terraform &`, whose provider runs a `credential_process`.
#[test]
fn a_job_in_the_background_that_must_not_write_asks_nobody_and_is_not_stopped() {
    for shell in [Shell::Bash, Shell::Zsh].into_iter().filter(|shell| shell.is_here()) {
        let user = User::new(Options::default());
        let role = user.role(0, 0);
        user.home.write("terraform", format!("aws-sso process {role} >out 2>$1\necho $? >status\n"));
        let mut terminal = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).in_terminal();
        for errors in ["/dev/tty", "errors"] {
            type_lines(&mut terminal, &["clear", &format!("stty tostop; sh terraform {errors} & wait $!"), "jobs"]);
            assert_eq!(user.home.read("status"), "3\n", "{shell:?}: {}", terminal.screen());
            let screen = terminal.screen();
            assert!(!screen.contains("sign in"), "{shell:?}:\n{screen}");
            assert!(!screen.to_lowercase().contains("stopped"), "{shell:?}:\n{screen}");
        }
        assert!(user.home.read("errors").contains("because this process is in the background of a terminal with"));
        assert_eq!(asked(&user), 0, "{shell:?}");
        // A person's verb asks where the person sees it, and is not stopped either.
        type_lines(&mut terminal, &["clear"]);
        terminal.send("aws-sso list >out 2>asked &\r");
        wait(|| (user.home.has("asked") && user.home.read("asked").contains("confirm the code")).then_some(()));
        assert!(!terminal.screen().contains("confirm the code"), "{shell:?}:\n{}", terminal.screen());
        type_lines(&mut terminal, &["kill %%; wait", "stty -tostop"]);
        // In the foreground, and without `tostop`, somebody is there.
        for (line, end) in [("sh terraform /dev/tty", "\x03"), ("sh terraform /dev/tty &", " kill %%; wait\r")] {
            type_lines(&mut terminal, &["clear; rm .cache/aws-sso/locks/*.failed"]);
            terminal.send(&format!("{line}\r"));
            terminal.wait_for("confirm the code").send(end);
        }
        terminal.send(" exit 0\r");
        let _ = terminal.finish();
    }
}

/// `timeout`, a process substitution and many programs start what they run in a group of its own.
#[test]
fn what_runs_in_a_group_of_its_own_asks_as_ever() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let lines = [
        "timeout 60 aws-sso list".to_owned(),
        format!("timeout 60 aws-sso env {}", user.role(0, 0)),
        format!("timeout 60 aws-sso exec {} -- true", user.role(1, 0)),
        format!("timeout 60 aws-sso process {}", user.role(2, 0)),
    ];
    for line in &lines {
        let before = asked(&user);
        user.home.write("script", format!("stty -tostop\n{line} >out\necho rc=$?\n"));
        let output = user.home.command("bash").arg("script").endpoint(user.sandbox.endpoint()).in_terminal().finish();
        assert!(output.stdout.contains("sign in to ") && output.stdout.contains("rc=0"), "{line}: {output}");
        assert_eq!(asked(&user), before + 1, "{line}");
        fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
    }
    if Shell::Zsh.is_here() {
        let mut terminal = user.home.interactive(Shell::Zsh).endpoint(user.sandbox.endpoint()).in_terminal();
        let role = user.role(3, 0);
        let line = format!("source <(aws-sso env {role}); echo [$AWS_SSO_ROLE_NAME]");
        type_lines(&mut terminal, &[&line]);
        let name = role.split('/').next_back().unwrap();
        assert!(terminal.screen().contains(&format!("[{name}]")), "{}", terminal.screen());
    }
}

/// Claude Code reads this form (`awsCredentialExport`), and asks again and again.
#[test]
fn an_agent_gets_credentials_in_the_form_of_sts_and_asks_nobody_twice() {
    let user = User::signed_in(Options::default());
    let line = format!("env {} --format aws-credentials", user.role(0, 0));
    let answer = user.aws_sso(&line).run().success().quiet().json();
    let names: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Credentials"]);
    let names: Vec<_> = answer["Credentials"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken"]);
    let same = user.process().run().success().json();
    assert!(names.into_iter().all(|name| answer["Credentials"][name] == same[name]));

    let user = User::new(Options { approval: Approval::Denied, ..Options::default() });
    let _ = user.aws_sso(&line).behind_a_program().finish().status(130);
    let _ = user.aws_sso(&line).behind_a_program().finish().status(3).complains("was denied at ").complains(" ago)");
    assert_eq!(asked(&user), 1);
}

/// Each command of the page is one that this version understands, and each block of JSON is JSON.
#[test]
fn the_page_for_agents_shows_what_there_is() {
    let page = include_str!("../docs/agents.md");
    let blocks: Vec<_> = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let settings: serde_json::Value = serde_json::from_str(blocks[0]).unwrap();
    let servers: serde_json::Value = serde_json::from_str(blocks[1]).unwrap();
    assert!(servers["mcpServers"]["aws"]["command"].is_string());

    let user = User::signed_in(Options { approval: Approval::Automatic, ..Options::default() });
    let role = user.role(0, 0);
    let run = |line: &str| {
        let words = line.strip_prefix("aws-sso ").unwrap().replace("123456789012/BedrockUser", &role);
        user.aws_sso(&words).run().success()
    };
    let login = run(settings["awsAuthRefresh"].as_str().unwrap());
    assert!(login.stdout.is_empty() && login.stderr.contains("already signed in"), "{login}");
    assert!(run(settings["awsCredentialExport"].as_str().unwrap()).json()["Credentials"].is_object());
    for line in page.lines().filter_map(|line| line.strip_prefix("credential_process = ")) {
        let line = line.replace("123456789012/ReadOnlyAccess", &role);
        assert_eq!(run(&line).json()["Version"], 1);
    }

    // As `mcp-proxy-for-aws --profile agent` has it: by boto3.
    let profile = page.split("```ini\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let profile = profile.replace("123456789012/BedrockUser", &role);
    assert!(profile.starts_with("[profile agent]\n"), "{profile}");
    user.home.write(".aws/config", format!("{}\n{profile}\n", user.home.read(".aws/config")));
    let script = "import boto3; print(boto3.Session(profile_name='agent').client('sts').get_caller_identity()['Arn'])";
    if let Some(python) = user.home.boto3(script) {
        let name = role.split('/').next_back().unwrap();
        let answer = python.endpoint(user.sandbox.endpoint()).run().success();
        assert!(answer.stdout.contains(&format!(":assumed-role/AWSReservedSSO_{name}_")), "{answer}");
    }
}
