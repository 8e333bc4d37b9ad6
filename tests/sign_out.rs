//! `logout` is true: what came from a sign-in is gone with it, wherever it was and whatever was under way.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::START_URL;
use crate::support::discovery::{another_instance, sso_session};
use crate::support::disk::FULL;
use crate::support::http::{LATE_ROLE, LATE_TOKEN, PreparedServer, answers, response};
use crate::support::process::wait;
use crate::support::second_user::powerless;
use crate::support::server::Server;
use crate::support::user::{TOKEN_FILE, User};

const CREDENTIALS: &str = ".aws/credentials";

fn signed_in() -> User {
    User::signed_in(Options::default())
}

fn write_default(user: &User) {
    let _ = user.aws_sso(&format!("-p corp -r {}", user.role_arn(0))).run().success();
}

#[test]
fn the_default_profile_keeps_no_keys_of_the_sign_in_and_all_others() {
    let user = signed_in();
    let others = "# mine\n[work]\naws_access_key_id = AKIAWORK\n\n[default]\nregion = eu-west-1\n";
    let remove = "removed the default profile's credentials from ~/.aws/credentials";

    // Also where the role's cached credentials are newer by now.
    user.home.write(CREDENTIALS, others);
    write_default(&user);
    fs::remove_dir_all(user.home.path(".aws/cli/cache")).unwrap();
    let _ = user.process().run().success();
    let _ = user.aws_sso("logout").run().success().complains(remove).complains("signed out of");
    assert_eq!(user.home.read(CREDENTIALS), others);
    let again = user.aws_sso("logout").run().success().complains("was not signed in");
    assert!(!again.stderr.contains("removed"), "{again}");

    // Also where an earlier version wrote them, without a note.
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    write_default(&user);
    for name in user.home.list(".cache/aws-sso").into_iter().filter(|name| name.starts_with("default-")) {
        fs::remove_file(user.home.path(".cache/aws-sso").join(name)).unwrap();
    }
    let _ = user.aws_sso("logout").run().success().complains(remove);
    assert_eq!(user.home.read(CREDENTIALS), others);

    // In another file of that run's environment.
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    let elsewhere = user.home.write("elsewhere", "");
    let line = format!("-p corp -r {}", user.role_arn(0));
    let _ = user.aws_sso(&line).env("AWS_SHARED_CREDENTIALS_FILE", &elsewhere).run().success();
    assert!(user.home.read("elsewhere").contains("ASIA"));
    let _ = user.aws_sso("logout").run().success().complains("credentials from ~/elsewhere");
    assert_eq!(user.home.read("elsewhere"), "[default]\n");

    // Also where its path was relative, and the logout runs elsewhere.
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    let relative = user.aws_sso(&line).env("AWS_SHARED_CREDENTIALS_FILE", "elsewhere").current_dir(user.home.path(""));
    let _ = relative.run().success();
    let logout = user.aws_sso("logout").current_dir(user.home.path(".aws"));
    let _ = logout.run().success().complains("credentials from ~/elsewhere");

    // Keys that the user put there since stay.
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    write_default(&user);
    let own = format!("{others}aws_access_key_id = AKIAOWN\naws_secret_access_key = x\n");
    user.home.write(CREDENTIALS, &own);
    let output = user.aws_sso("logout").run().success();
    assert!(!output.stderr.contains("removed"), "{output}");
    assert_eq!(user.home.read(CREDENTIALS), own);
}

#[test]
fn credentials_of_other_sign_ins_stay_in_the_default_profile_and_in_the_cache() {
    let user = signed_in();
    let corp = user.home.read(".aws/config");
    let elsewhere = another_instance(&user, "elsewhere");
    let elsewhere_url = "https://elsewhere.awsapps.com/start";
    // A session of the same start URL, of which only the option names the role; and one in a config of its own.
    for (name, start_url, sandbox, is_in_config) in
        [("twin", START_URL, &user.sandbox, true), ("customer", elsewhere_url, &elsewhere, false)]
    {
        let session = sso_session(name, start_url);
        user.home.write(".aws/config", if is_in_config { format!("{corp}{session}") } else { corp.clone() });
        let config = user.home.write("config", session);
        let other = |line: &str| user.aws_sso(line).env("AWS_CONFIG_FILE", &config).endpoint(sandbox.endpoint());
        let _ = other(&format!("login -p {name} --device-code --no-browser")).run().success();
        let _ = other(&format!("-p {name} -r {}", user.role_arn(0))).run().success();
        let _ = user.aws_sso("login -p corp --device-code --no-browser").run().success();
        let _ = user.aws_sso(&format!("-p corp -r {} -ext", user.role_arn(0))).run().success();
        let before = user.home.read(CREDENTIALS);
        let output = user.aws_sso("logout -p corp").run().success().complains("signed out of");
        assert_eq!(user.home.read(CREDENTIALS), before, "{name}: {output}");
        assert_eq!(user.home.list(".aws/cli/cache").len(), 1, "{name}: {output}");
        let _ = other(&format!("logout -p {name}")).run().success().complains("removed the default profile's");
        assert_eq!(user.home.list(".aws/cli/cache"), [""; 0], "{name}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_deleted_is_named_and_keeps_nothing_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &str, user: &User, mode: u32| {
        fs::set_permissions(user.home.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    for (locked, kept, words) in [
        (CREDENTIALS, CREDENTIALS, "the default profile keeps its credentials: cannot write"),
        (".aws/cli/cache", ".aws/cli/cache", "cannot delete"),
        (
            ".aws/sso/cache",
            TOKEN_FILE,
            "the session has ended at the service, but its token is still here: cannot delete",
        ),
    ] {
        let user = signed_in();
        write_default(&user);
        let was = if locked == CREDENTIALS { 0o600 } else { 0o700 };
        mode(locked, &user, was & 0o555);
        let output = powerless(user.aws_sso("logout")).run().status(1).complains(words);
        mode(locked, &user, was);
        assert_eq!(output.stderr.contains("signed out"), locked != ".aws/sso/cache", "{output}");
        assert_eq!(user.home.has(TOKEN_FILE), kept == TOKEN_FILE, "{output}");
        assert_eq!(user.home.list(".aws/cli/cache").is_empty(), kept != ".aws/cli/cache", "{output}");
        assert_eq!(user.home.read(CREDENTIALS).contains("ASIA"), kept == CREDENTIALS, "{output}");
    }
}

#[cfg(unix)]
#[test]
fn each_file_that_cannot_be_deleted_is_named_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let folders = [".aws/sso/cache", ".aws/cli/cache"];
    for (verb, of) in [("logout", ""), ("logout --all", "corp: ")] {
        let user = signed_in();
        for role in [0, 1] {
            let _ = user.aws_sso(&format!("process {}", user.role_arn(role))).run().success();
        }
        write_default(&user);
        let roles = user.home.list(folders[1]);
        assert!(roles.len() > 1, "{roles:?}");
        let lock = |mode: u32| {
            for (file, mode) in [(folders[0], mode), (folders[1], mode), (CREDENTIALS, mode & 0o677)] {
                fs::set_permissions(user.home.path(file), fs::Permissions::from_mode(mode)).unwrap();
            }
        };
        lock(0o555);
        let output = powerless(user.aws_sso(verb)).run().status(1);
        lock(0o755);
        let shown = |file: &str| user.home.path(file).display().to_string();
        let of_role = |file: &String| format!("cannot delete {}", shown(&format!("{}/{file}", folders[1])));
        let mut lines: Vec<_> = roles.iter().map(of_role).collect();
        lines.push(format!("the default profile keeps its credentials: cannot write {}", shown(CREDENTIALS)));
        let token = "the session has ended at the service, but its token is still here: cannot delete";
        lines.push(format!("{token} {}", shown(TOKEN_FILE)));
        for line in lines {
            assert_eq!(output.stderr.matches(&format!("aws-sso: {of}{line}: ")).count(), 1, "{line}: {output}");
        }
    }
}

#[test]
fn a_sign_out_ends_the_session_at_the_service_or_says_that_it_lives_on() {
    let unreachable = "http://127.0.0.1:1".to_owned();
    let failing = PreparedServer::with([response("500 Internal Server Error", "", "{}")]).url();
    // Whether the access token has expired or is revoked, where tokens are renewed, whether the disk is full, and
    // whether the session ends.
    let cases = [
        (true, None, false, true),
        (false, None, false, true),
        (true, None, true, true),
        (true, Some(unreachable.clone()), false, false),
        (true, Some(failing), false, false),
        (false, Some(unreachable), false, false),
    ];
    for case @ (is_expired, renewing_at, is_full, ends) in &cases {
        let user = signed_in();
        let saved = user.home.read(TOKEN_FILE);
        if *is_expired {
            user.expire_token();
        } else {
            user.edit_token(|token| token["accessToken"] = "revoked".into());
        }
        let mut logout = user.aws_sso("logout");
        if let Some(url) = renewing_at {
            logout = logout.env("AWS_ENDPOINT_URL_SSO_OIDC", url);
        }
        if *is_full {
            logout = logout.behind(FULL);
        }
        let output = logout.run().success().complains("signed out of");
        assert_eq!(output.stderr.contains("on this machine"), !ends, "{case:?}\n{output}");
        assert!(!user.home.has(TOKEN_FILE), "{case:?}\n{output}");
        user.home.write(TOKEN_FILE, &saved);
        let _ = user.process().run().status(if *ends { 3 } else { 0 });
    }
}

#[cfg(unix)]
#[test]
fn a_token_that_cannot_be_used_is_deleted_and_the_user_learns_that_its_session_lives_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let user = signed_in();
    let (token, config) = (user.home.read(TOKEN_FILE), user.home.read(".aws/config"));
    let edited = config.replace(START_URL, "https://edited.awsapps.com/start");
    for (mode, config, words) in [
        (0, &config, "Permission denied; the session stays valid at the service until it expires"),
        (0o600, &edited, &format!("the sign-in was to {START_URL}, which is not the start URL any more; the session")),
    ] {
        let path = user.home.write(TOKEN_FILE, &token);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        user.home.write(".aws/config", config);
        let _ = powerless(user.aws_sso("logout")).run().success().complains(words).complains("on this machine");
        assert!(!user.home.has(TOKEN_FILE), "{words}");
        let _ = user.aws_sso("logout").run().success().complains("was not signed in");
    }
}

#[test]
fn a_request_that_was_under_way_during_a_sign_out_leaves_nothing_behind() {
    // A role's credentials, and a token that is renewed first.
    for bodies in [&[LATE_ROLE][..], &[LATE_TOKEN, LATE_ROLE]] {
        let user = signed_in();
        let is_renewal = bodies.len() > 1;
        if is_renewal {
            user.expire_token();
        }
        let service = PreparedServer::held(answers(bodies));
        let late = user.process().arg("-p").arg("corp").endpoint(service.url()).start();
        wait(|| (service.count() > 0).then_some(()));
        let leaving = user.aws_sso("logout").start();
        if is_renewal {
            // It waits for the renewal, and ends what that brings.
            service.release();
            let _ = leaving.finish().success();
        } else {
            let _ = leaving.finish().success().complains("signed out of");
            service.release();
            let _ = late.finish().status(3).complains("run: aws-sso login -p corp");
        }
        assert!(!user.home.has(TOKEN_FILE));
        let _ = user.process().run().status(3);
        assert_eq!(user.home.list(".aws/cli/cache"), [""; 0]);
    }
}

#[test]
fn a_credential_server_stops_handing_out_when_its_user_signs_out_and_goes_on_after_the_next_sign_in() {
    let served = Server::with(Options::default());
    let before = served.credentials();
    let _ = served.user.aws_sso("logout").run().success();
    for _ in 0..2 {
        let (status, answer) = served.get();
        assert_eq!((status, &answer["code"]), (503, &"SignInNeeded".into()), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains("aws-sso login"), "{answer}");
    }
    let _ = served.user.aws_sso("login --device-code --no-browser").run().success();
    let after = wait(|| Some(served.get()).filter(|(status, _)| *status == 200)).1;
    assert_ne!(after["AccessKeyId"], before["AccessKeyId"]);
}

#[test]
fn a_credential_server_that_nobody_asked_between_a_sign_out_and_a_sign_in_hands_out_nothing_of_the_first() {
    let served = Server::with(Options::default());
    let before = served.credentials();
    let _ = served.user.aws_sso("logout").run().success();
    let _ = served.user.aws_sso("login --device-code --no-browser").run().success();
    let after = wait(|| Some(served.get()).filter(|(status, _)| *status == 200)).1;
    assert_ne!(after["AccessKeyId"], before["AccessKeyId"]);

    // A renewed token is no other sign-in.
    served.user.expire_token();
    let token = served.user.token();
    let _ = served.user.aws_sso("list -p corp").run().success();
    assert_ne!(served.user.token(), token);
    let requests = served.user.sandbox.count("GetRoleCredentials");
    assert_eq!(served.credentials()["AccessKeyId"], after["AccessKeyId"]);
    assert_eq!(served.user.sandbox.count("GetRoleCredentials"), requests);
}

#[test]
fn the_request_to_end_the_session_says_that_it_has_no_body() {
    let user = signed_in();
    let service = PreparedServer::with([response("200 OK", "", "")]);
    let _ = user.aws_sso("logout").endpoint(service.url()).run().success().complains("signed out of");
    let heads = service.heads.lock().unwrap();
    let [head] = &heads[..] else { panic!("{heads:?}") };
    assert!(
        head.starts_with("POST /logout ") && head.to_ascii_lowercase().contains("\r\ncontent-length: 0\r\n"),
        "{head}"
    );
}
