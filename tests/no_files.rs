//! What is in place of a file is named, and never waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use aws_sso::sandbox::Options;

use crate::support::user::{TOKEN_FILE, User};

/// Makes something that is no file, and how that is named.
type Kind = (fn(&Path), &'static str);

/// What can be in place of a file.
const KINDS: [Kind; 4] = [
    (pipe, "a pipe"),
    (|path| drop(UnixListener::bind(path).unwrap()), "a socket"),
    (|path| fs::create_dir(path).unwrap(), "a folder"),
    (|path| symlink("/dev/zero", path).unwrap(), "a device"),
];

const DOCTOR: &str = "doctor --offline";
const LOGIN: &str = "login --device-code --no-browser --force";
const TAB: &str = "complete --shell bash -- aws-sso use -p corp \u{1f}";

fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Moves the file away that is there, while `run` runs.
fn without(path: &Path, run: impl FnOnce()) {
    let aside = path.with_extension("aside");
    let is_there = fs::rename(path, &aside).is_ok();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    run();
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir(path);
    if is_there {
        fs::rename(&aside, path).unwrap();
    }
}

fn only(user: &User, folder: &str, has: impl Fn(&str) -> bool) -> String {
    let names: Vec<_> = user.home.list(folder).into_iter().filter(|name| has(name)).collect();
    let [name] = &names[..] else { panic!("{names:?}") };
    format!("{folder}/{name}")
}

#[test]
fn what_is_in_place_of_a_file_is_named_and_no_verb_waits_for_it() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list -p corp").run().success();
    let process = format!("process {} -p corp", user.role(0, 0));
    let _ = user.aws_sso(&process).run().success();
    let uncached = format!("process {} -p corp", user.role(0, 1));
    let env = format!("env {} -p corp --shell bash", user.role(0, 0));
    let default = format!("-p corp -r {}", user.role_arn(0));
    let role = only(&user, ".aws/cli/cache", |_| true);
    let registration = only(&user, ".aws/sso/cache", |name| !TOKEN_FILE.ends_with(name));
    let list = only(&user, ".cache/aws-sso", |name| name.starts_with("inventory-"));
    let token = TOKEN_FILE.rsplit('/').next().unwrap().trim_end_matches(".json");
    let stem = Path::new(&role).file_stem().unwrap().to_str().unwrap().to_owned();
    let cache = |name: &str| format!(".cache/aws-sso/{name}");
    let (recent, unfinished) = (cache(&format!("recent-{token}")), cache(&format!("unfinished-{token}")));
    let (lock, list_lock) = (format!("locks/role-{stem}.lock"), format!("locks/inventory-{token}.lock"));
    let failure = cache(&format!("locks/service-{token}.failed"));
    let forms = [process.as_str(), "status", "list -p corp", "discover -p corp", DOCTOR];
    // The file, a verb, its status, and whether it names what is there.
    let mut cases: Vec<(String, &str, i32, bool)> = Vec::new();
    cases.extend(forms.map(|verb| (".aws/config".to_owned(), verb, 1, true)));
    cases.extend([uncached.as_str(), LOGIN, "status", DOCTOR].map(|verb| (TOKEN_FILE.to_owned(), verb, 1, true)));
    cases.extend([uncached.as_str(), DOCTOR].map(|verb| (".config/aws-sso/config".to_owned(), verb, 1, true)));
    cases.extend([default.as_str(), DOCTOR].map(|verb| (".aws/credentials".to_owned(), verb, 1, true)));
    cases.extend([
        (".aws/config".to_owned(), TAB, 0, false),
        (TOKEN_FILE.to_owned(), TAB, 0, false),
        (role.clone(), &process, 0, true),
        (role, DOCTOR, 0, true),
        (registration.clone(), LOGIN, 0, false),
        (registration, DOCTOR, 0, true),
        (list.clone(), "list -p corp", 0, true),
        (list.clone(), &env, 0, false),
        (list.clone(), TAB, 0, false),
        (list, DOCTOR, 0, true),
        (recent.clone(), &env, 0, false),
        (recent, TAB, 0, false),
        (unfinished, "list -p corp --refresh", 0, false),
        (cache(&lock), &process, 0, false),
        (cache(&list_lock), "list -p corp --refresh", 0, false),
        (failure, &process, 0, false),
        (".aws/cli/cache/zz.json".to_owned(), &process, 0, false),
        (".aws/cli/cache/zz.json".to_owned(), DOCTOR, 0, true),
        (".aws/sso/cache/zz.json".to_owned(), DOCTOR, 0, true),
        (".boto".to_owned(), DOCTOR, 0, false),
        (".bashrc".to_owned(), DOCTOR, 0, false),
    ]);
    let words = |verb: &str| verb.split(' ').map(|word| word.replace('\u{1f}', "")).collect::<Vec<_>>();
    for (put, kind) in KINDS {
        for (file, verb, status, is_named) in &cases {
            without(&user.home.path(file), || {
                put(&user.home.path(file));
                let output = user.home.aws_sso(words(verb)).endpoint(user.sandbox.endpoint()).run();
                assert_eq!(output.exit.code(), Some(*status), "{kind} for {file}\n{output}");
                let text =
                    [output.stdout.as_str(), &output.stderr].concat().split_whitespace().collect::<Vec<_>>().join(" ");
                let expected = format!("it is {kind}, not a file");
                assert!(!is_named || text.contains(&expected), "{kind} for {file}\n{output}");
                assert!(*verb != DOCTOR || !is_named || !text.contains("Everything is ok"), "{output}");
            });
        }
    }
}

#[test]
fn a_config_in_an_unusual_place_is_read_where_it_is_a_file_and_otherwise_named() {
    let user = User::signed_in(Options::default());
    user.home.write(".bashrc", "");
    let (circle, dangling) = (user.home.path("circle"), user.home.path("dangling"));
    symlink(&circle, &circle).unwrap();
    symlink("nowhere", &dangling).unwrap();
    let unset = "AWS tools read files only: save it to one and name that, or run: unset AWS_CONFIG_FILE\n";
    let nowhere = format!("dangling: it is a link to {}, which is not there", user.home.path("nowhere").display());
    let remove = |link: &Path| format!("run: rm {}\n", link.display());
    // How a shell names the config, the exit status, the words of the error, and those of its remedy.
    let cases = [
        ("AWS_CONFIG_FILE=/dev/stdin aws-sso status < .aws/config", 0, "", String::new()),
        ("exec 5< .aws/config; AWS_CONFIG_FILE=/dev/fd/5 aws-sso status", 0, "", String::new()),
        ("AWS_CONFIG_FILE=<(cat .aws/config) aws-sso status", 1, ": it is a pipe, not a file\n", unset.to_owned()),
        (
            "cat .aws/config | AWS_CONFIG_FILE=/dev/stdin aws-sso status",
            1,
            "/dev/stdin: it is a pipe",
            unset.to_owned(),
        ),
        (
            "AWS_CONFIG_FILE=/dev/null aws-sso status",
            2,
            "/dev/null has no sso-session",
            "run: aws-sso setup".to_owned(),
        ),
        ("AWS_CONFIG_FILE=~/circle aws-sso status", 1, "its links lead in a circle\n", remove(&circle)),
        ("AWS_CONFIG_FILE=~/circle/x aws-sso status", 1, "its links lead in a circle\n", remove(&circle)),
        ("AWS_CONFIG_FILE=~/dangling aws-sso status", 2, &nowhere, remove(&dangling)),
        ("AWS_CONFIG_FILE=~/none aws-sso status", 2, "there is no AWS config at", "run: aws-sso setup".to_owned()),
    ];
    for (script, status, found, remedy) in cases {
        for verb in ["status", "doctor --offline"] {
            let script = script.replace("status", verb);
            let output = user.home.command("bash").args(["-c", &script]).run();
            let text =
                [output.stdout.as_str(), &output.stderr].concat().split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(output.exit.code(), Some(if verb == "status" { status } else { status.min(1) }), "{output}");
            for words in [found, &remedy] {
                assert!(text.contains(words.trim()), "no {words:?} in\n{output}");
            }
        }
    }
}

#[test]
fn a_sign_out_deletes_what_is_its_own_whatever_else_is_there() {
    for (put, kind) in KINDS {
        let user = User::signed_in(Options::default());
        let _ = user.process().run().success();
        let others = [".aws/cli/cache/zz.json", ".aws/sso/cache/zz.json"];
        for path in others {
            put(&user.home.path(path));
        }
        let _ = user.aws_sso("logout -p corp").run().success();
        assert!(!user.home.has(TOKEN_FILE), "{kind}");
        assert_eq!(user.home.list(".aws/cli/cache"), ["zz.json"], "{kind}");

        put(&user.home.path(TOKEN_FILE));
        let output = user.aws_sso("logout -p corp").run().status(1);
        let _ = output.complains(&format!("{TOKEN_FILE}{}: it is {kind}, not a file", link_text(kind)));
    }
}

fn link_text(kind: &str) -> &'static str {
    if kind == "a device" { ", a link to /dev/zero" } else { "" }
}
