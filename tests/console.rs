//! `console`: a browser that is signed in to a role; and our pages in a real browser.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::{Approval, Options};

use crate::support::START_URL;
use crate::support::chromium::Chromium;
use crate::support::http::{get, parameter};
use crate::support::process::wait;
use crate::support::user::{TOKEN_FILE, User};

/// A user who is signed in, with an account and a role.
fn signed_in() -> (User, String, String) {
    let user = User::signed_in(Options { accounts: 3, roles: 2, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    (user, account.id, account.roles[0].clone())
}

#[test]
fn a_printed_link_signs_a_browser_in_to_the_role_once() {
    let (user, account, role) = signed_in();
    let output = user.aws_sso(&format!("console {account}/{role} --service s3 --print")).run().success().quiet();
    let link = output.stdout.trim_end();
    assert_eq!(parameter(link, "Destination"), "https://console.aws.amazon.com/s3/home");
    assert_eq!(parameter(link, "Issuer"), START_URL);
    let target = link.strip_prefix(&user.sandbox.endpoint()).unwrap();
    let page = get(&user.sandbox.endpoint(), target, None);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(&account) && page.contains(&role), "{page}");
    assert!(get(&user.sandbox.endpoint(), target, None).starts_with("HTTP/1.1 400"));
    let counted = ["GetRoleCredentials", "GetSigninToken", "ListAccounts"].map(|name| user.sandbox.count(name));
    assert_eq!(counted, [1, 1, 0]);
}

#[test]
fn the_browser_gets_a_local_page_that_redirects_to_the_link_once() {
    let (user, account, role) = signed_in();
    let command = format!("console {account}/{role} -v");
    let running = user.aws_sso(&command).env("BROWSER", user.browser()).start();
    let address = user.opened();
    assert!(address.starts_with("http://127.0.0.1:") && !address.contains("SigninToken"), "{address}");
    let (base, target) = address.split_at(address.find("/console/").unwrap());
    for (target, host, status) in
        [("/", None, "404"), ("/console/x", None, "404"), (target, Some("evil.example"), "400")]
    {
        let answer = get(base, target, host);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && !answer.contains("SigninToken"), "{answer}");
    }
    let answer = get(base, target, None);
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("no-store"), "{answer}");
    let link = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let output = running.finish().success().complains(&address);
    assert_eq!(output.stdout, "");
    for secret in [link, &parameter(link, "SigninToken")] {
        assert!(!output.stderr.contains(secret), "{output}");
    }
}

#[test]
fn a_portal_link_needs_no_credentials_and_no_request() {
    let (user, account, role) = signed_in();
    let cases = [
        (String::new(), String::new()),
        (
            " --service s3 --region eu-west-1".to_owned(),
            "&destination=https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fs3%2Fhome%3Fregion%3Deu-west-1".to_owned(),
        ),
        (
            " --destination https://console.aws.amazon.com/a?b=c&d=e#f".to_owned(),
            "&destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fa%3Fb%3Dc%26d%3De%23f".to_owned(),
        ),
    ];
    for (options, destination) in cases {
        let command = format!("console {account}/{role} --portal --print{options}");
        let output = user.aws_sso(&command).run().success().quiet();
        let link = format!("{START_URL}/#/console?account_id={account}&role_name={role}{destination}\n");
        assert_eq!(output.stdout, link);
    }
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn each_partition_has_its_own_console() {
    let cases = [
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/console/home?region=us-gov-west-1"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/console/home?region=cn-north-1"),
    ];
    for (region, expected) in cases {
        let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
        let config = format!("[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {region}\n");
        user.home.write(".aws/config", config);
        let command = format!("console 123456789012/Admin --portal --print --region {region}");
        let link = user.aws_sso(&command).run().success().stdout;
        assert_eq!(parameter(link.trim_end(), "destination"), expected);
    }
}

#[test]
fn a_console_that_cannot_be_opened_is_refused_before_any_request() {
    let (user, account, role) = signed_in();
    let role = format!("console {account}/{role}");
    let cases = [
        (" --print --destination https://evil.example/", "not a page of the console of aws: its host is evil.example"),
        (" --print --destination https://console.aws.amazon.com@evil.example/", "its host is evil.example behind"),
        (" --print --destination http://console.aws.amazon.com/", "it begins with http://"),
        (" --print --destination https://console.amazonaws.cn/", "not a page of the console"),
        (" --print --service ../x", "not the name of a service"),
        (" --print --region evil.example/", "is not a region"),
        (" --browser-command firefox", "no argument has {url}"),
        (" --print --duration 13h", "lasts from 15m to 12h"),
        (" --print --duration soon", "write it like 12h"),
        (" --portal --print --duration 1h", "lasts as long as the permission set says"),
        (" --portal --print --logout-first", "itself ends the session"),
    ];
    for (options, words) in cases {
        let _ = user.aws_sso(&format!("{role}{options}")).run().status(2).complains(words);
    }
    let over_ssh = user.aws_sso(&role).env("SSH_CONNECTION", "x").run().status(2);
    let _ = over_ssh.complains("over SSH").complains("--print");
    let none = user.aws_sso(&role).env("BROWSER", "none").env("DISPLAY", ":0").run();
    assert_eq!(none.exit.code(), Some(2), "{none}");
    assert_eq!(user.sandbox.requests().len(), 0);
    let gone = user.aws_sso(&role).env("BROWSER", "/no/such/browser").run().status(1);
    let _ = gone.complains("no browser could be opened");
}

#[test]
fn the_command_that_prints_the_link_instead_is_that_of_the_same_role_and_page() {
    let (user, account, role) = signed_in();
    let of_shell = format!("arn:aws:iam::333333333333:role/{role}");
    let in_shell = |line: &str| user.aws_sso(line).env("AWS_SSO_ROLE_ARN", &of_shell);
    for line in [
        format!("console -p corp {account}/{role} --service s3 --region eu-west-1 --logout-first"),
        format!("console {account}/{role} --service s3 --portal"),
        format!("console {account}/{role} --duration 3600s"),
    ] {
        let print = format!(": aws-sso {line} --print\n");
        let _ = in_shell(&line).env("SSH_CONNECTION", "x").run().status(2).complains(&print);
        let _ = in_shell(&line).env("BROWSER", "/no/such/browser").run().status(1).complains(&print);
        let command = in_shell(&line).arg("--browser-command").arg("/no/such/browser {url}");
        let _ = command.run().status(1).complains(&print);
    }
}

#[test]
fn a_browser_command_gets_the_page_and_the_accounts_name() {
    let (user, account, role) = signed_in();
    let _ = user.aws_sso("list").run().success();
    let name = user.sandbox.accounts()[0].name.clone();
    let script = user.home.write(
        "open",
        "#!/bin/sh\nenv > \"$HOME/environment\"; \
        printf '%s\\n' \"$@\" > \"$HOME/words.new\"; mv \"$HOME/words.new\" \"$HOME/words\"\n",
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let template = format!(
        "browser-command = {} 'ext+container:name={{account_name}}&url={{url}}' --profile-directory={{account_id}}\n",
        script.display()
    );
    user.home.write(".config/aws-sso/config", template);
    let secrets = [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SSO_DISPLACED",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    let console = user.aws_sso(&format!("console {account}/{role}"));
    let running = secrets.iter().fold(console, |run, name| run.env(name, "planted")).start();
    let words = wait(|| user.home.has("words").then(|| user.home.read("words")));
    assert!(!user.home.read("environment").contains("planted"));
    let words: Vec<_> = words.lines().collect();
    let [container, profile] = words.as_slice() else { panic!("{words:?}") };
    assert_eq!(*profile, format!("--profile-directory={account}"));
    let container = container.strip_prefix("ext+container:").unwrap();
    assert_eq!(parameter(&format!("?{container}"), "name"), name);
    let address = parameter(&format!("?{container}"), "url");
    let (base, target) = address.split_at(address.find("/console/").unwrap());
    assert!(get(base, target, None).starts_with("HTTP/1.1 303"));
    let _ = running.finish().success();
}

#[test]
fn a_browser_command_runs_no_part_of_a_name_or_a_link_as_code() {
    let (user, account, role) = signed_in();
    let name = r#"x");open("ran","w");("$(touch ran)"#;
    user.sandbox.update(|options| options.renamed = vec![(account.clone(), name.to_owned())]);
    let _ = user.aws_sso("list --refresh").run().success();
    let console = || user.aws_sso(&format!("console {account}/{role} --portal"));
    let python = "python3";
    let commands = [
        "env sh -c 'echo \"{account_name}\"' {url}".to_owned(),
        "nice bash -c 'echo \"{account_name}\"' {url}".to_owned(),
        "xargs -a /dev/null sh -c 'echo \"{account_name}\"' {url}".to_owned(),
        "find . -maxdepth 0 -exec sh -c 'echo \"{account_name}\"' {url} ';'".to_owned(),
        format!("{python} -c 'str(\"{{account_name}}\")' {{url}}"),
        "perl -e 'print(\"{account_name}\")' {url}".to_owned(),
        "awk '\"{account_name}\"' {url}".to_owned(),
    ];
    for command in &commands {
        let output = console().arg("--browser-command").arg(command).run().status(2);
        let _ = output.complains("could run a name as code; take {account_id}");
        user.home.write(".config/aws-sso/config", format!("browser-command = {command}\n"));
        let _ = console().run().status(2).complains("could run a name as code");
    }
    user.home.write(".config/aws-sso/config", "");
    for command in ["sh -c 'echo {url}'".to_owned(), format!("env {python} -c 'str(\"{{url}}\")'")] {
        let output = console().arg("--browser-command").arg(&command).run().status(2);
        let _ = output.complains("in the browser command could run a part of this link as code");
        let other = console().env("BROWSER", command.replace("{url}", "%s")).run().status(1);
        let _ = other.complains("no browser could be opened");
    }
    let _ = console().env("BROWSER", "sh -c 'echo \"$1\" > \"$HOME/opened\"' _ %s").run().success();
    assert_eq!(user.home.read("opened"), format!("{START_URL}/#/console?account_id={account}&role_name={role}\n"));
    let _ = console().arg("--browser-command").arg("sh -c ': > \"$HOME/$1\"' _ {account_id} {url}").run().success();
    wait(|| user.home.has(&account).then_some(()));
    assert!(!user.home.has("ran") && !fs::exists("ran").unwrap());
}

#[test]
fn a_fault_of_the_sign_in_endpoint_shows_no_secret() {
    let (user, account, role) = signed_in();
    let line = format!("console {account}/{role} --print -v");
    let _ = user.aws_sso(&line).run().success();
    // The credentials are cached; an endpoint of another sandbox does not know them, so it refuses.
    let other = User::new(Options::default());
    let refused = user.aws_sso(&line).env("AWS_ENDPOINT_URL_SIGNIN", other.sandbox.endpoint()).run().status(4);
    let refused = refused.complains("does not accept the role's credentials");
    let unsafe_endpoint = user.aws_sso(&line).env("AWS_ENDPOINT_URL_SIGNIN", "http://signin.example").run().status(2);
    let down = user.aws_sso(&line).env("AWS_ENDPOINT_URL_SIGNIN", "http://127.0.0.1:1").env("AWS_MAX_ATTEMPTS", "1");
    let down = down.run().status(5);
    for output in [refused, unsafe_endpoint, down] {
        for secret in ["sessionKey", "ASIA", "SigninToken"] {
            assert!(!output.stderr.contains(secret) && output.stdout.is_empty(), "{output}");
        }
    }
}

#[test]
fn the_consoles_own_host_is_reached_over_tls_through_the_proxy() {
    let user = User::new(Options { approval: Approval::Automatic, tls: true, ..Options::default() });
    let through_proxy = |line: &str| user.home.aws_sso(line.split(' ')).through_proxy(&user.sandbox);
    let _ = through_proxy("login --device-code --no-browser").run().success();
    let account = user.sandbox.accounts()[0].clone();
    let link = through_proxy(&format!("console {}/{} --print", account.id, account.roles[0])).run().success().stdout;
    assert!(link.starts_with("https://signin.aws.amazon.com/federation?Action=login&"), "{link}");
    let hosts: Vec<_> = user.sandbox.requests().into_iter().map(|request| request.host).collect();
    assert!(hosts.iter().any(|host| host == "signin.aws.amazon.com"), "{hosts:?}");
}

#[test]
fn in_chromium_a_click_signs_in_and_the_code_is_not_left_in_the_address() {
    let user = User::new(Options { approval: Approval::ByPage, ..Options::default() });
    let Some(chromium) = Chromium::start(&user.home) else { return };
    let (running, page) = user.begin_at_page();
    chromium.go_to(&page);
    assert!(chromium.text().contains("Allow access?"), "{}", chromium.text());
    chromium.click("button[value=approve]");
    chromium.wait_for("You can close this tab");
    let url = chromium.url();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/oauth/ended"), "{url}");
    let _ = running.finish().success().complains("signed in to");
    assert!(user.home.has(TOKEN_FILE));
}

#[test]
fn in_chromium_a_click_on_deny_ends_the_sign_in() {
    let user = User::new(Options { approval: Approval::ByPage, ..Options::default() });
    let Some(chromium) = Chromium::start(&user.home) else { return };
    let (running, page) = user.begin_at_page();
    chromium.go_to(&page);
    chromium.click("button[value=deny]");
    chromium.wait_for("You are not signed in");
    let _ = running.finish().status(130);
    assert!(!user.home.has(TOKEN_FILE));
}

#[test]
fn in_chromium_the_console_opens_as_the_role() {
    let (user, account, role) = signed_in();
    let Some(chromium) = Chromium::start(&user.home) else { return };
    let line = format!("console {account}/{role} --service lambda");
    let running = user.aws_sso(&line).env("BROWSER", user.browser()).start();
    chromium.go_to(&user.opened());
    chromium.wait_for("Signed in to the console");
    let text = chromium.text();
    for words in [&account, &role, "console.aws.amazon.com/lambda/home"] {
        assert!(text.contains(words), "{text}");
    }
    let _ = running.finish().success();
}
