//! Another user of the machine neither gives this user files of theirs, nor has files of this user overwritten.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use aws_sso::sandbox::{Approval, Options};

use crate::support::second_user::{STRANGER, give, give_all, is_root};
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, skip};

/// Somebody else than the user, and not root.
const ANOTHER: u32 = 34567;

const LOGIN: &str = "login --device-code --no-browser";

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn owner(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().uid()
}

fn only(user: &User, folder: &str) -> String {
    let names = user.home.list(folder);
    let [name] = &names[..] else { panic!("{names:?}") };
    format!("{folder}/{name}")
}

/// A user who is signed in, has credentials in the cache and a list of accounts, and who is not root.
fn stranger() -> Option<User> {
    if !is_root() {
        skip("only root can become another user and give files away: other users are not tested");
        return None;
    }
    let user = User::signed_in(Options::default());
    let _ = user.process().run().success();
    let _ = user.aws_sso("list -p corp").run().success();
    give_all(&user.home.path(""), STRANGER.0);
    Some(user)
}

fn as_stranger(run: Invocation) -> Invocation {
    run.behind(STRANGER.1)
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// What `doctor` prints, with each text on one line.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_token_of_another_user_is_none_and_a_sign_in_replaces_it() {
    let Some(user) = stranger() else { return };
    let token = user.home.path(TOKEN_FILE);
    let role = user.home.path(only(&user, ".aws/cli/cache"));
    fs::remove_file(role).unwrap();
    // The owner, the mode, and whether the token is used.
    let cases =
        [(STRANGER.0, 0o600, true), (0, 0o644, true), (ANOTHER, 0o644, false), (0, 0o600, false), (ANOTHER, 0, false)];
    for (to, bits, is_used) in cases {
        give(&token, to);
        mode(&token, bits);
        let output = as_stranger(user.process().arg("-v")).run();
        if is_used {
            let _ = output.success();
        } else {
            let _ = output.status(3).complains("it is not used").complains("run: aws-sso login -p corp");
            let doctor = as_stranger(user.aws_sso("doctor --offline --json")).run();
            assert!(doctor.stdout.contains("run: aws-sso login -p corp"), "{doctor}");
            let _ = as_stranger(user.aws_sso(LOGIN)).run().success();
            assert_eq!((owner(&token), fs::metadata(&token).unwrap().mode() & 0o777), (STRANGER.0, 0o600));
            let _ = as_stranger(user.process()).run().success();
        }
        fs::remove_file(user.home.path(only(&user, ".aws/cli/cache"))).unwrap();
    }
}

#[test]
fn credentials_of_another_user_are_not_handed_out_and_are_replaced() {
    let Some(user) = stranger() else { return };
    let role = user.home.path(only(&user, ".aws/cli/cache"));
    let genuine = as_stranger(user.process()).run().success().json()["AccessKeyId"].as_str().unwrap().to_owned();
    let plant = |to: u32, bits: u32| {
        edit(&role, &genuine, "ASIAPLANTED");
        give(&role, to);
        mode(&role, bits);
    };
    for verb in ["process", "env --shell bash", "exec"] {
        plant(ANOTHER, 0o644);
        let line = format!("{verb} -p corp {}", user.role(0, 0));
        let run = user.aws_sso(&line);
        let run = if verb == "exec" { run.args(["--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID"]) } else { run };
        let output = as_stranger(run).run().success();
        assert!(!output.stdout.contains("ASIAPLANTED"), "{output}");
        assert_eq!(owner(&role), STRANGER.0);
        let renewed = as_stranger(user.process()).run().success().json()["AccessKeyId"].as_str().unwrap().to_owned();
        edit(&role, &renewed, &genuine);
    }
    // So is a link of another user, whose target is this user's own file.
    let elsewhere = user.home.path("elsewhere");
    fs::rename(&role, &elsewhere).unwrap();
    edit(&elsewhere, &genuine, "ASIAPLANTED");
    symlink(&elsewhere, &role).unwrap();
    give(&elsewhere, STRANGER.0);
    std::os::unix::fs::lchown(&role, Some(ANOTHER), None).unwrap();
    let output = as_stranger(user.process()).run().success();
    assert!(!output.stdout.contains("ASIAPLANTED"), "{output}");
    let _ = output.complains("it is a link of another user");
    // A link of one's own is followed.
    std::os::unix::fs::lchown(&role, Some(STRANGER.0), None).unwrap();
    let output = as_stranger(user.process()).run().success();
    assert!(output.stdout.contains("ASIAPLANTED"), "{output}");
}

#[test]
fn a_list_that_root_has_written_is_fetched_again() {
    let Some(user) = stranger() else { return };
    let name = user.home.list(".cache/aws-sso").into_iter().find(|name| name.starts_with("inventory-")).unwrap();
    let list = user.home.path(".cache/aws-sso").join(name);
    let (by_name, tab) =
        (format!("env {} -p corp --shell bash", named(&user)), "complete --shell bash -- aws-sso env corp");
    for line in [by_name.as_str(), "list -p corp", "logout -p corp", tab] {
        give(&list, 0);
        mode(&list, 0o600);
        let doctor = as_stranger(user.aws_sso("doctor --offline")).run().success();
        let text = unwrapped(&doctor.stdout);
        let named = format!("cannot read {}: Permission denied; it is not used", list.display());
        assert!(text.contains(&named) && text.contains(&format!("run: rm -f {}", list.display())), "{doctor}");
        let _ = as_stranger(user.aws_sso(line)).run().success();
        if line.starts_with("env") || line.starts_with("list") {
            assert_eq!(owner(&list), STRANGER.0, "{line}");
        }
    }
}

/// A role by the name of its account.
fn named(user: &User) -> String {
    let account = &user.sandbox.accounts()[0];
    format!("{}/{}", account.name, account.roles[0])
}

#[test]
fn root_uses_the_files_of_the_home_folder_s_owner_and_leaves_them_to_that_user() {
    let Some(user) = stranger() else { return };
    user.expire_token();
    give(user.home.path(TOKEN_FILE), STRANGER.0);
    for folder in [".aws/cli", ".cache"] {
        fs::remove_dir_all(user.home.path(folder)).unwrap();
    }
    let _ = user.process().run().success().quiet();
    let _ = user.aws_sso("list -p corp").run().success();
    let _ = user.aws_sso(&format!("-p corp -r {}", user.role_arn(0))).run().success();
    for path in [TOKEN_FILE, &only(&user, ".aws/cli/cache"), ".aws/cli", ".cache/aws-sso/locks", ".aws/credentials"] {
        assert_eq!(owner(&user.home.path(path)), STRANGER.0, "{path}");
    }
    let before = user.home.read(only(&user, ".aws/cli/cache"));
    let _ = as_stranger(user.process()).run().success().quiet();
    assert_eq!(user.home.read(only(&user, ".aws/cli/cache")), before);

    // A container's root, whose home has another user's `.aws` mounted into it.
    give(user.home.path(""), 0);
    give_all(&user.home.path(".aws"), ANOTHER);
    let _ = user.process().run().success().quiet();
    assert_eq!(user.home.read(only(&user, ".aws/cli/cache")), before);
    // A file of a third user is none.
    give(user.home.path(TOKEN_FILE), STRANGER.0);
    give(user.home.path(only(&user, ".aws/cli/cache")), STRANGER.0);
    let _ = user.process().run().status(3);
    let _ = user.aws_sso(LOGIN).run().success();
    assert_ne!(owner(&user.home.path(TOKEN_FILE)), STRANGER.0, "a sign-in is not given to a third user");
}

#[test]
fn a_link_in_place_of_a_lock_or_a_cache_file_never_has_its_target_changed() {
    let Some(user) = stranger() else { return };
    let role = only(&user, ".aws/cli/cache");
    let stem = Path::new(&role).file_stem().unwrap().to_str().unwrap().to_owned();
    let token = TOKEN_FILE.rsplit('/').next().unwrap().trim_end_matches(".json");
    let victim = user.home.write("profile", "mine\n");
    give(&victim, STRANGER.0);
    let names = [
        format!("locks/role-{stem}.lock"),
        format!("locks/token-{token}.lock"),
        format!("locks/sign-in-{token}.lock"),
        format!("locks/inventory-{token}.lock"),
        "locks/credentials-file.lock".to_owned(),
        "locks/config.lock".to_owned(),
        format!("locks/service-{token}.failed"),
        format!("locks/renewal-{token}.failed"),
        format!("inventory-{token}.json"),
        format!("recent-{token}"),
        format!("unfinished-{token}"),
    ];
    let default = format!("-p corp -r {}", user.role_arn(0));
    let env = format!("env {} -p corp --shell bash", user.role(0, 0));
    let lines = [LOGIN, default.as_str(), "list -p corp --refresh", env.as_str(), "discover -p corp"];
    let run = |folder: &Path, prefix: &[&str]| {
        for line in lines {
            let _ = fs::remove_file(user.home.path(&role));
            user.expire_token();
            give(user.home.path(TOKEN_FILE), STRANGER.0);
            let run = user.aws_sso(line).env("XDG_CACHE_HOME", folder).behind(prefix);
            let output = run.run().success();
            assert_eq!(fs::read_to_string(&victim).unwrap(), "mine\n", "{output}");
            assert_eq!(output.stderr.matches("so no lock is taken there").count() > 1, false, "once\n{output}");
        }
    };
    // Whose folder it is, its mode, whose links they are, and who runs the program.
    let cases: [(u32, u32, u32, &[&str]); 4] = [
        (ANOTHER, 0o777, ANOTHER, &STRANGER.1),
        (STRANGER.0, 0o777, ANOTHER, &STRANGER.1),
        (ANOTHER, 0o777, ANOTHER, &["/usr/bin/env"]),
        (STRANGER.0, 0o700, STRANGER.0, &["/usr/bin/env"]),
    ];
    for (number, (folder_of, bits, links_of, prefix)) in cases.into_iter().enumerate() {
        // Root's own file: what root is to be kept from overwriting. It is behind nobody else's folder.
        give(&victim, if prefix == STRANGER.1 { STRANGER.0 } else { 0 });
        let cache = user.home.path(format!("shared{number}"));
        let ours = cache.join("aws-sso");
        fs::create_dir_all(ours.join("locks")).unwrap();
        for name in &names {
            symlink(&victim, ours.join(name)).unwrap();
            std::os::unix::fs::lchown(ours.join(name), Some(links_of), None).unwrap();
        }
        for folder in [&cache, &ours, &ours.join("locks")] {
            give(folder, folder_of);
            mode(folder, bits);
        }
        run(&cache, prefix);
    }
}

#[test]
fn a_file_with_a_second_name_is_not_emptied_as_a_lock() {
    let user = User::signed_in(Options::default());
    let victim = user.home.write("profile", "mine\n");
    let token = TOKEN_FILE.rsplit('/').next().unwrap().trim_end_matches(".json");
    for name in [format!("locks/token-{token}.lock"), format!("unfinished-{token}")] {
        let path = user.home.path(".cache/aws-sso").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::hard_link(&victim, path).unwrap();
    }
    user.expire_token();
    let _ = user.process().run().success();
    let _ = user.aws_sso("list -p corp").run().success();
    assert_eq!(user.home.read("profile"), "mine\n");
}

#[test]
fn output_files_replace_links_and_no_folder_is_used_that_others_can_change() {
    let user = User::signed_in(Options::default());
    let victim = user.home.write("profile", "mine\n");
    let folder = user.home.path("out");
    let exec = |user: &User| {
        let run = user.aws_sso("exec -p corp --match *Administrator* --yes --output dir").arg(&folder);
        run.args(["--", "sh", "-c", "echo result; echo error >&2"])
    };
    let _ = exec(&user).run().success();
    let names = user.home.list("out");
    for name in &names {
        fs::remove_file(folder.join(name)).unwrap();
        symlink(&victim, folder.join(name)).unwrap();
    }
    let _ = exec(&user).run().success();
    assert_eq!(user.home.read("profile"), "mine\n");
    for name in &names {
        assert!(fs::symlink_metadata(folder.join(name)).unwrap().is_file(), "{name}");
    }
    let _ = user.home.aws_sso(["packaging"]).arg(user.home.path("package")).run().success();
    let page = user.home.path("package/completions/bash/aws-sso");
    fs::remove_file(&page).unwrap();
    symlink(&victim, &page).unwrap();
    let _ = user.home.aws_sso(["packaging"]).arg(user.home.path("package")).run().success();
    assert_eq!(user.home.read("profile"), "mine\n");

    if !is_root() {
        return skip("only root gives files away: folders of other users are not tested");
    }
    for (bits, status) in [(0o755, 0), (0o777, 1), (0o1777, 0)] {
        give(&folder, ANOTHER);
        mode(&folder, bits);
        let output = exec(&user).run().status(status);
        assert_eq!(
            output.stderr.contains("it belongs to another user, and others can change it"),
            status == 1,
            "{output}"
        );
    }
}

#[test]
fn links_of_one_s_own_are_followed_and_those_of_others_are_not() {
    let Some(user) = stranger() else { return };
    let dotfiles = user.home.path("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    give(&dotfiles, STRANGER.0);
    let (config, real) = (user.home.path(".aws/config"), dotfiles.join("config"));
    fs::rename(&config, &real).unwrap();
    symlink("../dotfiles/config", &config).unwrap();
    let discover = |prefix: &[&str]| user.aws_sso("discover -p corp --prune").behind(prefix).run();
    // Whose link it is, who runs the program, and whether the link's target is written.
    let (stranger, root) = (&STRANGER.1[..], &["/usr/bin/env"][..]);
    for (link_of, file_of, prefix, is_written) in [
        (STRANGER.0, STRANGER.0, stranger, true),
        (0, STRANGER.0, stranger, true),
        (ANOTHER, STRANGER.0, stranger, false),
        (STRANGER.0, STRANGER.0, root, true),
        (STRANGER.0, 0, root, false),
        (0, 0, root, true),
    ] {
        let text = fs::read_to_string(&real).unwrap();
        let text = text.split("# aws-sso").next().unwrap().split("\n[profile").next().unwrap().to_owned() + "\n";
        fs::write(&real, &text).unwrap();
        give(&real, file_of);
        std::os::unix::fs::lchown(&config, Some(link_of), None).unwrap();
        let output = discover(prefix).status(i32::from(!is_written));
        assert_eq!(fs::read_to_string(&real).unwrap() != text, is_written, "{link_of} {file_of}\n{output}");
        assert!(fs::symlink_metadata(&config).unwrap().is_symlink());
        if !is_written {
            let _ = output.complains("it is a link of another user").complains("nothing was changed");
        }
    }
}

#[test]
fn a_sign_in_that_could_not_be_kept_is_refused_before_anybody_is_asked() {
    if !is_root() {
        return skip("only root can become a user without an entry: a home of nobody is not tested");
    }
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let config = user.home.path(".aws/config");
    for folder in ["", ".aws"] {
        mode(&user.home.path(folder), 0o755);
    }
    mode(&config, 0o644);
    let nowhere = user.home.path("nowhere");
    fs::create_dir(&nowhere).unwrap();
    mode(&nowhere, 0o755);
    // The home folder, and the config where that is another file than its own.
    for (home, is_named) in
        [("/", true), (nowhere.to_str().unwrap(), true), (user.home.path("").to_str().unwrap(), false)]
    {
        let home = home.trim_end_matches('/').to_owned() + if home == "/" { "/" } else { "" };
        let there = |run: Invocation| {
            let run = as_stranger(run).env("HOME", &home).env("TMPDIR", "/tmp").current_dir("/");
            if is_named { run.env("AWS_CONFIG_FILE", &config) } else { run }
        };
        let run = |line: &str| there(user.aws_sso(line));
        user.sandbox.clear_log();
        let output = run(LOGIN).run().status(1);
        let _ = output.clone().complains("cannot write").complains("nothing was changed");
        assert_eq!(user.sandbox.requests().len(), 0, "{output}");
        let doctor = run("doctor --offline").run().status(1);
        assert!(unwrapped(&doctor.stdout).contains("; no sign-in can be kept"), "{doctor}");
        assert!(!unwrapped(&doctor.stdout).contains("there is no AWS config"), "{doctor}");
        // The remedy works as it stands.
        let remedy = output.stderr.split("run: ").nth(1).unwrap().trim();
        assert!(remedy.starts_with("export "), "{output}");
        let script = format!("{remedy} && aws-sso {LOGIN} && aws-sso process {} -p corp", user.role(0, 0));
        let shell = user.home.command("/bin/sh").args(["-c", &script]).endpoint(user.sandbox.endpoint());
        let _ = there(shell).run().success();
    }
}

#[test]
fn a_path_that_this_user_may_not_enter_is_named_with_what_helps() {
    let Some(user) = stranger() else { return };
    let barred = user.home.path("barred");
    fs::create_dir(&barred).unwrap();
    fs::copy(user.home.path(".aws/config"), barred.join("config")).unwrap();
    mode(&barred, 0o700);
    let named = |run: Invocation| run.env("AWS_CONFIG_FILE", barred.join("config"));
    let output = as_stranger(named(user.process())).run().status(1);
    let words = format!("cannot read {0}/config: you may not enter the folder {0}\n", barred.display());
    let _ = output.complains(&words).complains("or run: unset AWS_CONFIG_FILE");
    let doctor = as_stranger(named(user.aws_sso("doctor --offline --json"))).run().status(1);
    assert!(doctor.stdout.contains(words.trim()) && !doctor.stdout.contains("AWS_CONFIG_FILE names"), "{doctor}");

    // A folder of one's own that was closed by mistake.
    let closed = user.home.path(".aws");
    mode(&closed, 0);
    let output = as_stranger(user.process()).run().status(1);
    let command = format!("chmod u+rwx {}", closed.display());
    let output = output.complains(&format!("you may not enter the folder {}", closed.display()));
    let _ = output.complains(&format!("run: {command}\n"));
    let doctor = as_stranger(user.aws_sso("doctor --offline")).run().status(1);
    assert!(unwrapped(&doctor.stdout).contains("you may not enter the folder"), "{doctor}");
    mode(&closed, 0o700);
    let _ = as_stranger(user.process()).run().success();
}
