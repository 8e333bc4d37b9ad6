//! `exec --server`: a server for one command.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::process::wait;
use crate::support::user::User;

/// The servers for the process with this id, with their command lines.
fn servers(beside: &str) -> Vec<(u32, String)> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| {
        let line = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?.replace('\0', " ");
        line.contains(&format!("--beside {beside} ")).then_some((id, line))
    })
    .collect()
}

#[test]
fn the_server_ends_with_its_command_and_is_not_its_child() {
    let user = User::signed_in(Options::default());
    // It waits for all of its children, and writes down its process id.
    let script = "import os\nopen('pid', 'w').write(str(os.getpid()))\n\
                  try:\n    os.wait()\n    print('a child')\nexcept ChildProcessError:\n    print('no child')\n\
                  open('go').read()\n";
    let fifo = user.home.path("go");
    let _ = user.home.command("mkfifo").arg(&fifo).run().success();
    let role = user.role(0, 0);
    let running = user.exec(&format!("{role} --server"), &["/usr/bin/env", "python3", "-c", script]).start();
    let pid = wait(|| fs::read_to_string(user.home.path("pid")).ok().filter(|pid| !pid.is_empty()));
    let found = servers(&pid);
    let [(server, line)] = &found[..] else { panic!("{found:?}") };
    let environ = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let environ = String::from_utf8_lossy(&environ).into_owned();
    let token = environ.split('\0').find_map(|pair| pair.strip_prefix("AWS_CONTAINER_AUTHORIZATION_TOKEN="));
    assert!(!line.contains(token.unwrap()), "no secret in an argument list: {line}");
    assert!(!environ.contains("AWS_SECRET_ACCESS_KEY="), "{environ}");
    // Ctrl-C on the terminal reaches the command's group; the server is in another.
    let group = |id: &str| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        stat.rsplit(')').next().unwrap().split_whitespace().nth(2).unwrap().to_owned()
    };
    assert_ne!(group(&pid), group(&server.to_string()));

    fs::write(&fifo, "").unwrap();
    assert_eq!(running.finish().success().quiet().stdout, "no child\n");
    wait(|| servers(&pid).is_empty().then_some(()));
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);
}

#[test]
fn a_command_that_is_killed_or_never_begins_leaves_no_server() {
    let user = User::signed_in(Options::default());
    let options = format!("{} --server", user.role(0, 0));
    let running = user.exec(&options, &["sh", "-c", "echo $$ > pid.new; mv pid.new pid; exec sleep 1000"]).start();
    let pid = wait(|| fs::read_to_string(user.home.path("pid")).ok());
    let pid = pid.trim();
    assert_eq!(servers(pid).len(), 1);
    running.signal("KILL");
    drop(running.finish());
    wait(|| servers(pid).is_empty().then_some(()));

    let script = r#"echo $$ > pid; exec "$@""#;
    let missing = user.exec(&options, &["no-such-command"]).behind(["/bin/sh", "-c", script, "sh"]);
    let _ = missing.run().status(127);
    let pid = user.home.read("pid");
    wait(|| servers(pid.trim()).is_empty().then_some(()));
}

#[test]
fn a_default_profile_that_sdks_would_prefer_is_reported_before_the_command_runs() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let keys = "aws_access_key_id = AKIDRIVAL\naws_secret_access_key = rival\n";
    for (file, text) in [
        (".aws/credentials", format!("[default]\n{keys}")),
        (".aws/config", format!("[default]\n{keys}")),
        (".aws/config", format!("[default]\ncredential_process = aws-sso -p corp -r {role} -ext\n")),
        (".aws/config", "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = x\n".to_owned()),
    ] {
        let _ = fs::remove_file(user.home.path(".aws/credentials"));
        user.home.sign_in_config("");
        let before = if file == ".aws/config" { user.home.read(file) } else { String::new() };
        user.home.write(file, format!("{before}{text}"));
        let output = user.exec(&format!("{role} --server"), &["echo", "ran"]).run().status(2);
        let output =
            output.complains("the profile default").complains(&format!("(~/{file}, line ")).complains("--as-profile");
        assert_eq!(output.stdout, "");
        // A real client does prefer it.
        let script = "import boto3; print(boto3.Session().get_credentials().method)";
        if let Some(python) = user.home.boto3(script) {
            let python = python.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/credentials");
            let output = python.endpoint(user.sandbox.endpoint()).run();
            assert!(!output.stdout.contains("container"), "{output}");
        }
    }
    // One that only names a region does no harm.
    let _ = fs::remove_file(user.home.path(".aws/credentials"));
    let config = user.home.sign_in_config("[default]\nregion = eu-west-1\n");
    assert!(config.exists());
    let _ = user.exec(&format!("{role} --server"), &["true"]).run().success().quiet();
}

#[test]
fn the_tokens_file_ends_with_the_command_however_it_ends() {
    let user = User::signed_in(Options::default());
    let options = format!("{} --server", user.role(0, 0));
    let check = "[ \"$(cat \"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\")\" = \"$AWS_CONTAINER_AUTHORIZATION_TOKEN\" ] && \
                 printf %s \"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE\" > file.new && mv file.new file";
    for end in ["exit 0", "exit 3", "kill -KILL $$", "kill -TERM $$"] {
        let _ = fs::remove_file(user.home.path("file"));
        let _ = user.exec(&options, &["sh", "-c", &format!("{check}; {end}")]).run().exit;
        let file = user.home.read("file");
        assert!(file.contains("/.cache/aws-sso/servers/token-"), "{file}");
        wait(|| (!fs::exists(&file).unwrap()).then_some(()));
    }
}

#[test]
fn a_refusal_is_said_where_it_does_not_disturb_a_terminal() {
    let user = User::signed_in(Options::default());
    let ask = "import os, urllib.request\n\
               try: urllib.request.urlopen(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'])\n\
               except Exception as error: print(error.code)\n";
    let role = format!("{} --server", user.role(0, 0));
    let output = user.exec(&role, &["/usr/bin/env", "python3", "-c", ask]).run().success();
    assert_eq!(output.complains("refused a request for credentials").stdout, "401\n");
}
