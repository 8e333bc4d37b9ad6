//! What is asked, what answers for it, and what a run leaves that ends early.

use aws_sso::sandbox::{Approval, Options};

use crate::support::newcomer::{Newcomer, Typist, session};
use crate::support::{REGION, START_URL};

#[test]
fn with_every_option_nothing_is_asked_and_each_default_is_taken() {
    let user = Newcomer::new();
    let output = user.by_default("").env("SHELL", "/bin/bash").run().success();
    let config = user.home.read(".aws/config");
    assert!(config.starts_with(&session()) && config.contains("[profile payments-dev-reader]"), "{config}");
    assert!(config.contains("region = eu-central-1\n\n[profile"), "profiles have the region for commands: {config}");
    assert!(!user.home.has(".bashrc"), "a start-up file is changed only if asked for");
    let settings = user.home.read(".config/aws-sso/config");
    assert_eq!(settings, "region = eu-central-1\n\n[discover]\nname = {account_name|slug}-{role}\n");
    let output = output.prints("Three commands to try, now\n").prints("aws-sso console Sandbox/ReadOnlyAccess");
    let _ = output.prints("add to ~/.bashrc:\n  eval \"$(aws-sso init bash)\"");

    // The next discovery calls them the same.
    let again = user.home.aws_sso(["discover"]).endpoint(user.sandbox.endpoint()).run().success();
    let _ = again.prints("is up to date: 0 profiles new");
}

#[test]
fn without_a_terminal_the_missing_option_is_named_and_nothing_is_done() {
    let user = Newcomer::new();
    let all = format!("{START_URL} --region {REGION} --discover --shell-file");
    for (line, missing) in [
        (String::new(), "START_URL"),
        (format!("{START_URL} --region {REGION}"), "--discover or --no-discover"),
        (all.replace(" --discover", ""), "--discover or --no-discover"),
        (all.replace(" --shell-file", ""), "--shell-file or --no-shell-file"),
        (all.replace(&format!("--region {REGION}"), ""), "--region REGION"),
        (START_URL.to_owned(), "--region REGION, --discover or --no-discover, --shell-file or --no-shell-file"),
        (format!("{START_URL} --qr"), &format!("aws-sso setup {START_URL} --qr --region REGION --yes")),
        (format!("{START_URL} --yes"), "--region REGION"),
        ("--yes".to_owned(), "START_URL"),
    ] {
        let _ = user.setup(&line).run().status(2).complains(missing);
        assert_eq!(user.files(), [], "{line}");
    }
    // The Region that the host tells, or the config, needs no option.
    let host = "ssoins-1a.eu-central-1.portal.amazonaws.com";
    let output = user.setup(host).run().status(2).complains("--discover");
    assert!(!output.stderr.contains("--region"), "{output}");
    let _ = user.setup(&format!("{host} --dry-run")).run().success().prints("+sso_region = eu-central-1");
}

#[test]
fn a_dry_run_shows_the_lines_and_writes_nothing() {
    let user = Newcomer::new();
    let output = user.by_default("--dry-run --default-region eu-west-3").run().success();
    for line in session().lines().chain(["region = eu-west-3"]) {
        assert!(output.stdout.contains(&format!("+{line}\n")), "{output}");
    }
    assert_eq!(user.files(), []);
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn the_last_run_can_be_undone_and_what_came_later_stays() {
    let user = Newcomer::new();
    user.home.write(".aws/config", "# mine\n[default]\nregion = eu-west-1\n");
    let before = user.home.read(".aws/config");
    for more in ["", "--no-discover"] {
        let _ = user.by_default(more).run().success();
        assert!(user.home.read(".aws/config").contains("[sso-session corp]"));
        let _ = user.setup("--undo").run().success().prints("as it was before the last setup");
        assert_eq!(user.home.read(".aws/config"), before);
        let _ = user.setup("--undo").run().status(1).complains("there is no setup to undo");
    }
    let _ = user.by_default("").run().success();
    let changed = user.home.read(".aws/config") + "[profile mine]\n";
    user.home.write(".aws/config", &changed);
    let _ = user.setup("--undo").run().status(1).complains("was changed since").complains("config.before-setup");
    assert_eq!(user.home.read(".aws/config"), changed);
}

#[test]
fn undo_goes_back_to_before_the_last_run_and_no_further() {
    let user = Newcomer::new();
    let config = || user.home.read(".aws/config");
    let _ = user.by_default("--no-discover").run().success();
    let first = config();
    // What the last run has not changed, it does not take back either.
    let _ = user.by_default("--no-discover").run().success();
    let _ = user.setup("--undo").run().status(1).complains("there is no setup to undo");
    assert_eq!(config(), first);
    // The last run has written profiles alone.
    let _ = user.by_default("").run().success();
    assert_ne!(config(), first);
    let _ = user.setup("--undo").run().success();
    assert_eq!(config(), first);

    // A discovery can be undone alone, and then the rest of its run.
    user.home.write(".aws/config", "# mine\n");
    let _ = user.by_default("").run().success();
    let _ = user.home.aws_sso(["discover", "--undo"]).run().success();
    assert!(config().contains("[sso-session corp]") && !config().contains("[profile"));
    let _ = user.setup("--undo").run().success();
    assert_eq!(config(), "# mine\n");
}

#[test]
fn a_start_url_that_the_service_refuses_leaves_nothing_behind() {
    for config in [None, Some("# mine\n[profile sso]\nregion = eu-west-1\n")] {
        let user = Newcomer::new();
        if let Some(config) = config {
            user.home.write(".aws/config", config);
        }
        let line = format!("d-1234567891 --region {REGION} --yes --device-code --no-browser");
        let output = user.setup(&line).run().status(5);
        let output = output.complains("check the start URL https://d-1234567891.awsapps.com/start");
        let again = format!("in: aws-sso setup https://d-1234567891.awsapps.com/start --region {REGION}\n");
        let output = output.complains(&again);
        let _ = output.complains("the sso-session sso was removed: ~/.aws/config is as it was before");
        let files: Vec<_> = config.iter().map(|config| (".aws/config".to_owned(), (*config).to_owned())).collect();
        assert_eq!(user.files(), files);
    }
    // One that was there before stays.
    let user = Newcomer::new();
    user.home.write(".aws/config", session().replace("d-abc123", "other"));
    let line =
        format!("other --name corp --region {REGION} --yes --device-code --no-browser --default-region {REGION}");
    let again = format!("https://other.awsapps.com/start --region {REGION} --name corp --default-region {REGION}");
    let output = user.setup(&line).run().status(5);
    let _ = output.complains(&format!("to go on, run: aws-sso setup {again} --device-code --no-browser --yes"));
    assert_eq!(user.home.read(".aws/config"), session().replace("d-abc123", "other"));
}

#[test]
fn login_with_the_start_url_of_an_sso_session_needs_no_terminal() {
    let user = Newcomer::new();
    user.home.write(".aws/config", session());
    let login = format!("login {START_URL}/ --device-code --no-browser");
    let login = || user.home.aws_sso(login.split(' ')).endpoint(user.sandbox.endpoint());
    let _ = login().run().success().complains("signed in to");
    let _ = login().run().success().complains("already signed in");
}

#[test]
fn nobody_is_asked_to_sign_in_where_that_is_unwanted_and_no_name_is_passed_over() {
    let user = Newcomer::new();
    let _ = user.by_default("--login never").run().status(3);
    assert!(user.sandbox.requests().is_empty());
    let _ = user.by_default("").run().success();
    let _ = user.by_default("--login never").run().success();
    let _ = user.by_default("-p foo").run().status(2).complains("--name corp and -p foo");
}

#[test]
fn an_sso_session_that_no_aws_tool_reads_is_named_before_another_is_added() {
    let misspelt = session().replace("sso_start_url", "sso_starturl");
    for (config, said) in [
        (session().replace("sso-session", "sso_session"), "write [sso-session corp]"),
        (session().replace("[sso-session corp]", "[corp]"), "write [sso-session corp]"),
        (session().replace("sso-session corp", "SSO-Session corp2"), "write [sso-session corp2]"),
        (misspelt, "sso_starturl"),
        (session().replace("[sso-session corp]", "[ sso-session   corp ]"), "ignore the section that begins here"),
    ] {
        let user = Newcomer::new();
        user.home.write(".aws/config", &config);
        for name in ["--name corp", ""] {
            let _ = user.setup(&format!("{START_URL} --region {REGION} --yes {name}")).run().status(2).complains(said);
            assert_eq!(user.home.read(".aws/config"), config);
        }
    }
}

#[test]
fn a_run_that_ends_early_says_what_is_done_and_the_next_one_goes_on() {
    // The last question, the keys, what is done, and whether the config is written.
    let cases = [
        ("Region [1]: ", "\x03", "nothing was written", false),
        ("Region [1]: ", "\x04", "aws-sso: cancelled", false),
        ("confirm the code", "\x03", "not done: the sign-in, profiles, the start-up file", true),
    ];
    for (question, keys, said, is_written) in cases {
        let user = Newcomer::new();
        user.sandbox.update(|options| options.approval = Approval::ByPage);
        let mut person = Typist::at(user.setup(&format!("{START_URL} --device-code --no-browser")));
        if question != "Region [1]: " {
            person.answer("Region [1]: ", "eu-central-1\r");
        }
        person.answer(question, keys);
        let output = person.terminal.finish().status(130).prints(said);
        assert_eq!(user.home.has(".aws/config"), is_written, "{output}");
        assert_eq!(output.stdout.contains(&format!("run: aws-sso setup {START_URL}")), is_written, "{output}");
    }
    for question in ["Write these profiles", "Add these lines?"] {
        let user = Newcomer::new();
        let line = format!("{START_URL} --device-code --no-browser --region {REGION}");
        let mut person = Typist::at(user.setup(&line).env("SHELL", "/bin/bash"));
        if question == "Add these lines?" {
            person.answer("Write these profiles", "\r");
        }
        person.answer(question, "\x03");
        let _ = person.terminal.finish().status(130).prints("done: the sso-session in the AWS config, the sign-in");

        // What is there is not asked for again.
        let mut person = Typist::at(user.setup(START_URL).env("SHELL", "/bin/bash"));
        if question == "Write these profiles" {
            person.answer(question, "y\r");
        }
        person.answer("Add these lines?", "\r");
        let _ = person.terminal.finish().success().prints("has the sso-session sso already");
        assert!(user.home.read(".bashrc").contains("aws-sso init bash"));
    }
}

#[test]
fn a_sign_in_that_fails_leaves_the_config_right_and_says_how_to_go_on() {
    let user = Newcomer::with(Options { approval: Approval::Denied, ..Options::default() });
    user.sandbox.update(|options| options.approval = Approval::Denied);
    let output = user.by_default("").run();
    assert_ne!(output.exit.code(), Some(0), "{output}");
    let _ = output.complains(&format!("run: aws-sso setup {START_URL}"));
    assert_eq!(user.home.read(".aws/config"), session());
    user.sandbox.update(|options| options.approval = Approval::Automatic);
    let _ = user.by_default("").run().success();
}

#[test]
fn login_is_setup_with_a_start_url_and_on_a_terminal_without_a_config() {
    let user = Newcomer::new();
    for line in ["login", "-p corp login"] {
        let login = || user.home.aws_sso(line.split(' ')).endpoint(user.sandbox.endpoint());
        let _ = login().run().status(2).complains("run: aws-sso setup");
        let mut person = Typist::at(login());
        person.answer("Start URL of your AWS access portal: ", "\x04");
        let _ = person.terminal.finish().status(130);
    }
    let mut person = Typist::at(user.home.aws_sso(["login", "d-abc123"]).endpoint(user.sandbox.endpoint()));
    person.answer("Region [1]: ", "nowhere at all\r");
    person.answer("that is not a region", "\x03");
    let _ = person.terminal.finish().status(130);
    assert_eq!(user.files(), []);

    // A section that no AWS tool reads is not passed over.
    user.home.write(".aws/config", session().replace("sso-session", "sso_session"));
    let mut person = Typist::at(user.home.aws_sso(["login"]).endpoint(user.sandbox.endpoint()));
    person.terminal.wait_for("[sso-session corp]");
    let _ = person.terminal.finish().status(2);
}

#[test]
fn what_is_typed_before_a_question_is_shown_does_not_answer_it() {
    let user = Newcomer::with(Options { approval: Approval::ByPage, ..Options::default() });
    user.sandbox.update(|options| options.approval = Approval::ByPage);
    let line = format!("{START_URL} --region {REGION} --device-code --no-browser");
    let mut person = Typist::at(user.setup(&line).env("SHELL", "/bin/bash"));
    person.answer("confirm the code", "\r\r\rtyped");
    person.terminal.wait_for("typed");
    user.sandbox.update(|options| options.approval = Approval::Automatic);
    for question in ["Write these profiles to ~/.aws/config? [Y/n] ", "Add these lines? [Y/n] "] {
        // What comes at once after the question is an answer.
        person.answer(question, "no\r");
        person.terminal.wait_for(&format!("{question}no"));
    }
    let _ = person.terminal.finish().success();
    assert!(!user.home.read(".aws/config").contains("[profile"));
    assert!(!user.home.has(".bashrc"));

    // The lines of a pasted text after the first answer nothing.
    let user = Newcomer::new();
    let mut person = Typist::at(user.setup("--device-code --no-browser"));
    person.answer("Start URL of your AWS access portal: ", &format!("{START_URL}\r\r\r"));
    person.answer("A number, or another Region [1]: ", "3\r");
    person.answer("Write these profiles to ~/.aws/config? [Y/n] ", "\x03");
    let _ = person.terminal.finish().status(130);
    assert!(user.home.read(".aws/config").contains(REGION));
}
