//! Verbs with a chain: chosen, served, and in a shell that holds one.

use std::time::Duration;

use aws_sso::sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::support::Shell;
use crate::support::chain::user_of_chain;
use crate::support::picker::chosen;
use crate::support::process::wait;
use crate::support::server::{Server, TOKEN, URI};
use crate::support::user::User;

/// How the chain is named: by a profile, and by options, with the name of its session.
fn ways(far: &str) -> [(String, &'static str); 2] {
    [("chained".to_owned(), ""), (format!("base --assume {far} --session-name me.too"), "me.too")]
}

fn caller(sandbox: &Sandbox, answer: &Value) -> String {
    sandbox.caller_of(answer["AccessKeyId"].as_str().unwrap()).unwrap()
}

#[test]
fn what_is_picked_assumes_the_role_and_a_profile_that_assumes_one_can_be_picked() {
    let (user, far) = user_of_chain(Options::default());
    let base = user.role_arn(0);
    let cases = [
        // What is typed, the options, the role, and what the shell remembers.
        ("base", format!("--assume {far} --session-name me.too"), far.clone(), format!("--assume={far}")),
        ("chained", String::new(), far.clone(), "chained -p base".to_owned()),
        ("chained", format!("--assume {far}Again --tag a=b"), format!("{far}Again"), "--tag=a=b".to_owned()),
    ];
    for (typed, options, arn, line) in cases {
        let mut terminal = user.aws_sso(&format!("pick --shell bash -p corp {options}")).in_terminal();
        terminal.wait_for(":role/").send(typed);
        terminal.wait_for(&format!("> {typed}"));
        let first = if typed == "chained" { &far } else { &base };
        let is_chosen = |screen: &vt100::Screen| {
            let text = screen.contents();
            !text.contains(" 17/17  ") && text.contains(first)
        };
        assert!(terminal.wait_until(is_chosen), "{}", terminal.screen());
        terminal.send("\r");
        let output = terminal.finish().success();
        assert_eq!(chosen(&output.stdout).as_ref(), Some(&arn), "{typed} {options}: {output}");
        let remembered = output.stdout.lines().find(|line| line.contains("AWS_SSO_ROLE_LINE=")).unwrap_or_default();
        assert!(remembered.contains(&line), "{typed} {options}: {remembered}");
    }
}

#[test]
fn a_server_renews_a_chain_as_it_was_named() {
    let ways = ways(&user_of_chain(Options::default()).1).len();
    for number in 0..ways {
        let (user, far) = user_of_chain(Options::default());
        let (role, session) = self::ways(&far)[number].clone();
        // Renewed after half a second or more.
        user.sandbox.update(|options| options.assumed_lifetime = Some(Duration::from_secs(2)));
        let served = Server::of_role(user, &role, "");
        assert_eq!(served.environment["AWS_SSO_ROLE_ARN"], far, "{role}");
        let answer = || Some(served.get()).filter(|(status, _)| *status == 200).map(|(_, answer)| answer);
        let first = wait(answer);
        let second = wait(|| answer().filter(|answer| answer["AccessKeyId"] != first["AccessKeyId"]));
        for answer in [first, second] {
            let caller = caller(&served.user.sandbox, &answer);
            assert!(caller.contains(":assumed-role/Deploy/") && caller.ends_with(session), "{role}: {caller}");
            assert_eq!(answer["AccountId"], served.user.sandbox.accounts()[1].id, "{role}");
        }
        assert_eq!(served.user.sandbox.count("GetRoleCredentials"), 1, "{role}: the base is cached");
    }
}

#[test]
fn a_command_with_a_server_gets_the_chain_from_it() {
    let (user, far) = user_of_chain(Options::default());
    let script = format!(
        "import os, urllib.request as web\n\
         asked = web.Request(os.environ['{URI}'], headers={{'Authorization': os.environ['{TOKEN}']}})\n\
         print(os.environ['AWS_SSO_ROLE_ARN'], 'AWS_ACCESS_KEY_ID' in os.environ)\n\
         print(web.urlopen(asked).read().decode())"
    );
    for (role, session) in ways(&far) {
        let output = user.exec(&format!("{role} --server"), &["/usr/bin/env", "python3", "-c", &script]).run();
        let output = output.success().quiet();
        let (said, answer) = output.stdout.split_once('\n').unwrap();
        assert_eq!(said, format!("{far} False"), "{role}");
        let caller = caller(&user.sandbox, &serde_json::from_str(answer).unwrap());
        assert!(caller.contains(":assumed-role/Deploy/") && caller.ends_with(session), "{role}: {caller}");
    }
}

/// The printed JSON of a verb in a shell.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_shell_with_a_chain_is_told_which_it_is_and_loses_it_at_logout() {
    let (user, far) = user_of_chain(Options::default());
    let (base, account) = (user.role(0, 0), user.sandbox.accounts().swap_remove(1));
    let [(profile, _), (options, _)] = ways(&far);
    let label = format!("{}/Deploy", account.name);
    let cases = [
        (format!("awsso use {profile}"), "chained"),
        (format!("awsso use {profile} --as-profile"), "chained"),
        (format!("awsso use {options}"), label.as_str()),
        // Without the function's variables.
        (format!("export AWS_PROFILE={profile}"), ""),
    ];
    for (enter, shown) in cases {
        let script = format!(
            "{enter}\naws-sso whoami --json >whoami || echo none >whoami\naws-sso status --json >status\n\
             aws-sso status >said\naws-sso doctor --json >doctor\necho $? >doctor-status\n\
             awsso logout -p corp\nenv -0 >after\naws-sso exec -- true"
        );
        let output = user.script(Shell::Bash, &script).run();
        let whoami = user.home.read("whoami");
        if shown.is_empty() {
            assert_eq!(whoami, "none\n", "{enter}: nothing was entered");
        } else {
            let whoami = json(&whoami);
            let said = ["accountId", "accountName", "roleName", "roleArn", "profile"].map(|key| whoami[key].clone());
            assert_eq!(said, [account.id.as_str(), &account.name, "Deploy", &far, shown], "{enter}");
        }
        let status = json(&user.home.read("status"));
        assert_eq!((&status["roleArn"], &status["roleVia"]), (&Value::from(&*far), &Value::from(&*base)), "{enter}");
        assert_eq!(status["instead"], Value::Null, "{enter}: {status}");
        assert!(user.home.read("said").contains(&format!("{far}, via {base}")), "{}", user.home.read("said"));
        assert_eq!(user.home.read("doctor-status"), "0\n", "{enter}: {}", user.home.read("doctor"));

        let after = user.home.environment("after");
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SSO_ROLE_ARN", "AWS_SSO_ROLE_LINE"] {
            assert!(!after.contains_key(name), "{enter}: {name}");
        }
        assert_eq!(user.home.list(".aws/cli/cache"), [""; 0], "{enter}");
        assert!(!output.exit.success(), "{enter}: {output}");
        sign_in(&user);
    }
}

fn sign_in(user: &User) {
    let _ = user.aws_sso("login -p corp --device-code --no-browser").run().success();
}
