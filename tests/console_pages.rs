//! `console`: which page opens, in which region, and how long its session lasts.

use std::fs;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};

use crate::support::START_URL;
use crate::support::chromium::Chromium;
use crate::support::http::{get, parameter};
use crate::support::user::{TOKEN_FILE, User};

/// A user who is signed in, with an account and a role.
fn signed_in() -> (User, String, String) {
    let user = User::signed_in(Options { accounts: 3, roles: 2, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    (user, account.id, account.roles[0].clone())
}

#[test]
fn a_destination_is_encoded_where_a_link_cannot_have_it_and_else_left_as_it_is() {
    let (user, account, role) = signed_in();
    let log = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/\
               $252Faws$252Flambda$252Ff/log-events$3Fstart$3D-3600000";
    let cases = [
        (
            "https://eu-west-1.console.aws.amazon.com/s3/buckets/b?prefix=a b/é%20c",
            "https://eu-west-1.console.aws.amazon.com/s3/buckets/b?prefix=a%20b/%C3%A9%20c",
        ),
        (log, log),
        ("https://123456789012-ab12cd34.console.aws.amazon.com/x", "https://console.aws.amazon.com/x"),
    ];
    for (page, expected) in cases {
        for (form, name) in [("", "Destination"), (" --portal", "destination")] {
            let console = user.aws_sso(&format!("console {account}/{role} --print{form} --destination")).arg(page);
            let link = console.run().success().quiet().stdout;
            assert_eq!(parameter(link.trim_end(), name), expected, "{form}");
        }
    }
}

#[test]
fn the_region_of_a_page_is_that_of_the_option_else_of_the_profile_else_of_this_shell() {
    let (user, account, role) = signed_in();
    let arn = format!("arn:aws:iam::{account}:role/{role}");
    let of_role = format!("sso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\n");
    user.home.sign_in_config(&format!(
        "[profile with]\n{of_role}region = eu-west-2\n[profile without]\n{of_role}\
         [profile foreign]\n{of_role}region = cn-north-1\n"
    ));
    // The options, the region of this shell, the region of the page.
    let cases = [
        ("console with --region eu-west-1", "eu-west-3", "eu-west-1"),
        ("console with", "eu-west-3", "eu-west-2"),
        ("console with --service s3", "eu-west-3", "eu-west-2"),
        ("console without", "eu-west-3", "eu-west-3"),
        ("console without --service s3", "eu-west-3", "eu-west-3"),
        // A region of another partition does not count: the role does not work there.
        ("console without", "cn-north-1", ""),
        ("console foreign", "us-gov-west-1", ""),
        ("console foreign", "eu-west-3", "eu-west-3"),
        ("console", "eu-west-3", "eu-west-3"),
        ("console", "cn-north-1", ""),
        ("console --service s3", "eu-west-3", "eu-west-3"),
        // An address stays as it is.
        ("console without --destination https://console.aws.amazon.com/s3/home", "eu-west-3", ""),
    ];
    for (line, of_shell, expected) in cases {
        for (form, name) in [("", "Destination"), (" --portal", "destination")] {
            let console = user.aws_sso(&format!("{line} --print{form}")).env("AWS_REGION", of_shell);
            let console = if line.contains("with") || line.contains("foreign") {
                console
            } else {
                console.env("AWS_SSO_ROLE_ARN", &arn)
            };
            let link = console.run().success().stdout;
            let has_page = name == "Destination" || link.contains("&destination=");
            let page = if has_page { parameter(link.trim_end(), name) } else { String::new() };
            let service = if line.contains("s3") { "s3" } else { "console" };
            let wanted = match expected {
                "" if !has_page => String::new(),
                "" => format!("https://console.aws.amazon.com/{service}/home"),
                region => format!("https://{region}.console.aws.amazon.com/{service}/home?region={region}"),
            };
            assert_eq!(page, wanted, "{line}{form} in {of_shell}");
        }
    }
    let asked = user.aws_sso("console --print --region us-gov-west-1").env("AWS_SSO_ROLE_ARN", &arn);
    let asked = asked.run().status(2).complains("us-gov-west-1 is not a region of aws\n");
    let _ = asked.complains("name one of aws, such as ");
    let _ = user.aws_sso("console --print").run().status(2).complains("aws-sso console ROLE");
}

#[test]
fn a_page_stays_in_its_region_and_another_one_is_refused() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let (account, role) = (user.sandbox.accounts()[0].id.clone(), user.role(0, 0));
    let (east, west, none) = ("us-east-2.console", "eu-west-1.console", "console");
    // The host of the page, the region that is asked for, the page that opens.
    let cases = [
        (west, "eu-west-1", Ok("https://eu-west-1.console.aws.amazon.com/s3/home")),
        (none, "eu-west-1", Ok("https://console.aws.amazon.com/s3/home?region=eu-west-1")),
        (east, "eu-west-1", Err("is a page of us-east-2, not of eu-west-1")),
        (west, "us-east-2", Err("is a page of eu-west-1, not of us-east-2")),
    ];
    for (host, region, expected) in cases {
        for (form, name) in [("", "Destination"), (" --portal", "destination")] {
            for line in [
                format!("console {role} --destination https://{host}.aws.amazon.com/s3/home"),
                format!("console https://{account}-abcdefgh.{host}.aws.amazon.com/s3/home"),
            ] {
                let run = user.aws_sso(&format!("{line} --region {region} --print{form}")).run();
                match expected {
                    Ok(page) => assert_eq!(parameter(run.success().stdout.trim_end(), name), page, "{line}"),
                    Err(words) => drop(run.status(2).complains(words).complains("leave out --region")),
                }
            }
        }
    }
}

#[test]
fn where_the_console_is_not_public_the_portal_opens_whatever_region_is_known() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let keys = "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n";
    let session = format!("[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = us-iso-east-1\n");
    user.home.write(".aws/config", format!("{session}[profile own]\n{keys}region = us-iso-east-1\n"));
    let console = |line: &str| user.aws_sso(line).env("AWS_REGION", "us-iso-east-1").run();
    let link = format!("{START_URL}/#/console?account_id=123456789012&role_name=Admin\n");
    for role in ["own", "123456789012/Admin"] {
        assert_eq!(console(&format!("console {role} --portal --print")).success().stdout, link);
        for options in [
            "",
            " --service s3",
            " --portal --service s3",
            " --portal --region us-iso-west-1",
            " --portal --destination https://console.c2s.ic.gov/",
        ] {
            let refused = console(&format!("console {role}{options} --print")).status(2);
            let refused = refused.complains("the console of the partition aws-iso is not known");
            let _ = refused.complains(&format!("through the access portal: aws-sso console {role} --portal\n"));
        }
    }
}

/// How long the session lasts that a link leads to, and the end of the link's answer.
fn minutes(user: &User, link: &str) -> u32 {
    let target = link.trim_end().strip_prefix(&user.sandbox.endpoint()).unwrap();
    let page = get(&user.sandbox.endpoint(), target, None);
    let (before, _) = page.split_once(" minutes").unwrap_or_else(|| panic!("{page}"));
    before.rsplit('>').next().unwrap().parse().unwrap()
}

#[test]
fn a_session_lasts_as_long_as_is_asked_for_and_else_as_long_as_newer_keys() {
    let (user, account, role) = signed_in();
    let command = format!("console {account}/{role} --print");
    let old_keys = || {
        user.sandbox.update(|options| options.credential_lifetime = Duration::from_mins(18));
        let _ = fs::remove_dir_all(user.home.path(".aws/cli/cache"));
        let _ = user.aws_sso(&format!("process {account}/{role}")).run().success();
        user.sandbox.update(|options| options.credential_lifetime = Duration::from_hours(1));
        user.sandbox.clear_log();
    };
    // With a duration, how long the keys last does not matter.
    old_keys();
    for (duration, expected) in [("12h", 720), ("90m", 90), ("900s", 15)] {
        let link = user.aws_sso(&format!("{command} --duration {duration}")).run().success().quiet().stdout;
        assert_eq!(minutes(&user, &link), expected);
    }
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 0);

    // Where the service does not answer, or somebody would have to sign in, the old ones do, and that is said.
    let dead = "http://127.0.0.1:1";
    let unreachable = user.aws_sso(&command).env("AWS_ENDPOINT_URL_SSO", dead).env("AWS_MAX_ATTEMPTS", "1");
    let unreachable = unreachable.env("AWS_ENDPOINT_URL_SIGNIN", user.sandbox.endpoint()).run().success();
    assert!((16..=18).contains(&minutes(&user, &unreachable.stdout)));
    let left = (16..=18)
        .any(|left| unreachable.stderr.contains(&format!("using the last credentials, good for {left} more minutes")));
    assert!(left, "{unreachable}");
    let token = user.token();
    user.edit_token(|token| {
        token["expiresAt"] = "2020-01-01T00:00:00Z".into();
        token.as_object_mut().unwrap().remove("refreshToken");
    });
    let ended = user.aws_sso(&command).run().success().complains("not signed in to").complains("using the last");
    assert!((16..=18).contains(&minutes(&user, &ended.stdout)));
    user.home.write(TOKEN_FILE, token.to_string());
    let _ = fs::remove_dir_all(user.home.path(".cache/aws-sso/locks"));

    let link = user.aws_sso(&command).run().success().quiet().stdout;
    assert!((58..=60).contains(&minutes(&user, &link)));
    let link = user.aws_sso(&command).run().success().quiet().stdout;
    assert!((58..=60).contains(&minutes(&user, &link)));
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);
}

#[test]
fn a_duration_that_the_service_refuses_is_named_with_what_works() {
    let (user, account, role) = signed_in();
    user.sandbox.update(|options| options.chained_roles = true);
    let command = format!("console {account}/{role} --print");
    let refused = user.aws_sso(&format!("{command} --duration 12h")).run().status(4);
    let _ = refused.complains("does not give this role a session of 12 hours").complains("leave out --duration");
    let _ = user.aws_sso(&command).run().success().quiet();
}

#[test]
fn the_message_says_how_long_the_session_lasts() {
    let (user, account, role) = signed_in();
    for (options, words) in [("", " minutes\n"), (" --duration 12h", " 12 hours\n")] {
        let _ = fs::remove_file(user.home.path("link"));
        let running =
            user.aws_sso(&format!("console {account}/{role}{options}")).env("BROWSER", user.browser()).start();
        let address = user.opened();
        let (base, target) = address.split_at(address.find("/console/").unwrap());
        assert!(get(base, target, None).starts_with("HTTP/1.1 303"));
        let _ = running.finish().success().complains(", for ").complains(words);
    }
}

#[test]
fn in_chromium_a_second_account_opens_where_the_first_is_signed_out_first() {
    let (user, ..) = signed_in();
    let Some(chromium) = Chromium::start(&user.home) else { return };
    let link = |number: usize, options: &str| {
        let line = format!("console {} --print{options}", user.role(number, 0));
        user.aws_sso(&line).run().success().quiet().stdout.trim_end().to_owned()
    };
    chromium.go_to(&link(0, ""));
    chromium.wait_for("Signed in to the console");
    chromium.go_to(&link(1, ""));
    chromium.wait_for("You must first log out");
    let out = link(1, " --logout-first --service s3");
    let start = format!("{}/oauth?Action=logout&redirect_uri=", user.sandbox.endpoint());
    assert!(out.starts_with(&start), "{out}");
    chromium.go_to(&out);
    chromium.wait_for("Signed in to the console");
    let text = chromium.text();
    assert!(text.contains(&user.sandbox.accounts()[1].id) && text.contains("/s3/home"), "{text}");
}
