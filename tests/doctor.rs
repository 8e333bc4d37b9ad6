//! `doctor`: a world with one thing wrong in it, and what is found and advised.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use aws_sso::sandbox::{Fault, Options};
use serde_json::Value;

use crate::support::user::{TOKEN_FILE, User};
use crate::support::{AWS_SSO, Home, Invocation, Output, Shell};

/// A world in which all is well: signed in, accounts listed, a profile discovered, the function in the start-up file.
fn healthy() -> User {
    let user = User::signed_in(Options::default());
    user.home.write(".bashrc", "eval \"$(aws-sso init bash)\"\n");
    if cfg!(not(feature = "picker")) {
        user.home.write(".config/aws-sso/config", "picker = number\n");
    }
    fs::set_permissions(user.home.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    for line in ["discover -p corp --region eu-central-1 -q", "env 123456789012/none"] {
        let _ = user.aws_sso(line).run().exit;
    }
    let _ = user.process().run().success();
    user
}

fn doctor(user: &User, options: &str) -> Invocation {
    user.aws_sso(&format!("doctor {options}")).env("SHELL", "/bin/bash")
}

/// Every finding: its section, its verdict, what was found, and the remedy.
fn findings(output: &Output) -> Vec<[String; 4]> {
    let report = output.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for section in report["sections"].as_array().unwrap() {
        for finding in section["findings"].as_array().unwrap() {
            let [verdict, found, remedy] = ["verdict", "found", "remedy"].map(|key| text(&finding[key]));
            all.push([text(&section["name"]), verdict, found, remedy]);
        }
    }
    all
}

#[test]
fn where_all_is_well_nothing_is_warned_of() {
    let user = healthy();
    let output = doctor(&user, "").run().success().quiet();
    assert!(output.stdout.ends_with("All is well.\n"), "{output}");
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 80), "{output}");
    for words in [
        "read by the AWS CLI, boto3 and the AWS SDKs for Rust and JavaScript",
        "signed in, token until",
        "the portal service answers",
        "clock agrees",
    ] {
        let joined = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(words), "{words}: {output}");
    }
    let json = doctor(&user, "--json").run().success().quiet();
    assert_eq!(json.json()["verdict"], "ok", "{json}");
    assert_eq!(json.json()["version"], env!("CARGO_PKG_VERSION"));
    assert!(findings(&json).iter().all(|[_, verdict, ..]| verdict == "ok"), "{json}");
}

/// What breaks the world, and the section, verdict, finding and remedy that tell it.
type Case = (&'static str, fn(&User, Invocation) -> Invocation, [&'static str; 4]);

fn append(user: &User, text: &str) {
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", config + text);
}

fn mode(user: &User, file: &str, mode: u32) {
    fs::set_permissions(user.home.path(file), fs::Permissions::from_mode(mode)).unwrap();
}

/// Puts a program called `aws-sso` first on the path.
fn rival(user: &User, content: &str, run: Invocation) -> Invocation {
    user.home.write("rival/aws-sso", content);
    mode(user, "rival/aws-sso", 0o755);
    let ours = std::path::Path::new(AWS_SSO).parent().unwrap();
    run.env("PATH", format!("{}:{}:/usr/bin:/bin", user.home.path("rival").display(), ours.display()))
}

const CASES: &[Case] = &[
    (
        "another tool of the name comes first",
        |user, run| rival(user, "\x7fELF github.com/synfinatic/aws-sso-cli/", run),
        ["Program", "warning", "aws-sso-cli by synfinatic", "before it on PATH"],
    ),
    (
        "and the profiles would run it",
        |user, run| rival(user, "\x7fELF github.com/synfinatic/aws-sso-cli/", run),
        ["Profiles", "broken", "another tool", "aws-sso discover --absolute"],
    ),
    (
        "the original comes first",
        |user, run| rival(user, "#!/usr/bin/python3\n", run),
        ["Program", "warning", "Python tool of the same name", "before it on PATH"],
    ),
    (
        "no aws-sso on PATH",
        |_, run| run.env("PATH", "/usr/bin:/bin"),
        ["Program", "warning", "no aws-sso on PATH", "to PATH"],
    ),
    (
        "no start-up line",
        |user, run| {
            user.home.write(".bashrc", "# eval \"$(aws-sso init bash)\"\n");
            run
        },
        ["Shell", "warning", "no start-up file of bash", "add to ~/.bashrc:\neval \"$(aws-sso init bash)\""],
    ),
    (
        "another shell's line",
        |user, run| {
            user.home.write(".bashrc", "eval \"$(aws-sso init zsh)\"\n");
            run
        },
        ["Shell", "broken", "~/.bashrc:1 loads the function for zsh", "eval \"$(aws-sso init bash)\""],
    ),
    (
        "an old function",
        |_, run| run.arg("--function").arg("bash:0.0.1:tab"),
        ["Shell", "warning", "is of version 0.0.1", "open a new shell"],
    ),
    (
        "no compinit",
        |_, run| run.arg("--function").arg("zsh:0.1.0:no-tab"),
        ["Shell", "warning", "completion system of zsh is not set up", "compinit"],
    ),
    (
        "keys and a profile",
        |_, run| {
            run.env("AWS_ACCESS_KEY_ID", "AKIA").env("AWS_SECRET_ACCESS_KEY", "planted-1").env("AWS_PROFILE", "default")
        },
        ["Environment", "warning", "AWS_ACCESS_KEY_ID and AWS_PROFILE are both set", "unset AWS_PROFILE"],
    ),
    (
        "half a key",
        |_, run| run.env("AWS_SECRET_ACCESS_KEY", "planted-1"),
        ["Environment", "broken", "AWS_SECRET_ACCESS_KEY is set without", "unset AWS_SECRET_ACCESS_KEY"],
    ),
    (
        "an unknown profile",
        |_, run| run.env("AWS_PROFILE", "nowhere"),
        ["Environment", "broken", "AWS_PROFILE names the profile nowhere", "unset AWS_PROFILE"],
    ),
    (
        "an unknown directory",
        |_, run| run.env("AWS_SSO_PROFILE", "nowhere"),
        ["Environment", "broken", "AWS_SSO_PROFILE is set to nowhere", "name one of: corp"],
    ),
    (
        "a config that is not there",
        |_, run| run.env("AWS_CONFIG_FILE", "/nowhere/config"),
        ["Environment", "broken", "AWS_CONFIG_FILE names /nowhere/config", "unset AWS_CONFIG_FILE"],
    ),
    (
        "a role whose time is over",
        |_, run| {
            run.env("AWS_ACCESS_KEY_ID", "AKIA")
                .env("AWS_SECRET_ACCESS_KEY", "planted-1")
                .env("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/x")
                .env("AWS_SSO_EXPIRATION", "1000000000")
        },
        ["Environment", "warning", "lapsed at 2001-09-09", "awsso refresh"],
    ),
    (
        "a picker that is not there",
        |user, run| {
            user.home.write(".config/aws-sso/config", "picker = fzf\n");
            run.env("PATH", std::path::Path::new(AWS_SSO).parent().unwrap())
        },
        ["Settings", "warning", "the program of the picker fzf is not installed", "picker = number"],
    ),
    (
        "a setting that is none",
        |user, run| {
            user.home.write(".config/aws-sso/config", "login = auto\nlogim = never\n");
            run
        },
        ["Settings", "warning", "~/.config/aws-sso/config:2: ", "aws-sso settings"],
    ),
    (
        "a bad setting",
        |user, run| {
            user.home.write(".config/aws-sso/config", "login = sometimes\n");
            run
        },
        ["Settings", "broken", "sometimes", ""],
    ),
    (
        "a second section",
        |user, run| {
            append(user, "\n[sso-session corp]\nsso_region = x\n");
            run
        },
        [
            "AWS config",
            "broken",
            "the AWS CLI and boto3 cannot read this file: a second [sso-session corp]",
            "make one section",
        ],
    ),
    (
        "an indented comment",
        |user, run| {
            append(user, "\n[profile x]\ns3 =\n  # note\n  addressing_style = path\n");
            run
        },
        [
            "AWS config",
            "broken",
            "the AWS SDK for Rust cannot read this file: an indented comment",
            "delete the white space",
        ],
    ),
    (
        "a name in quotes",
        |user, run| {
            append(user, "\n[profile \"x y\"]\nregion = r\n");
            run
        },
        ["AWS config", "warning", "the AWS SDKs for Rust and JavaScript pass over", "without quotes"],
    ),
    (
        "a comment after a value",
        |user, run| {
            append(user, "\n[profile x]\nregion = r # mine\n");
            run
        },
        [
            "AWS config",
            "warning",
            "the AWS CLI and boto3 read this in another way: a comment after a value",
            "a line of its own",
        ],
    ),
    (
        "a section that is no profile",
        |user, run| {
            append(user, "\n[dev]\nregion = r\n");
            run
        },
        ["AWS config", "warning", "no AWS tool takes the section [dev] for a profile", "name it [profile dev]"],
    ),
    (
        "a session and a region in one profile",
        |user, run| {
            append(user, "\n[profile x]\nsso_session = corp\nsso_region = r\n");
            run
        },
        ["AWS config", "warning", "the AWS SDK for Rust refuses the profile x", "delete the line sso_region"],
    ),
    (
        "a session without a start URL",
        |user, run| {
            append(user, "\n[sso-session half]\nsso_region = us-east-1\n");
            run
        },
        ["Directories", "broken", "sso-session half has no sso_start_url", "sso_start_url = "],
    ),
    (
        "not signed in",
        |user, run| {
            fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
            run
        },
        ["Directories", "warning", "corp: not signed in", "aws-sso login -p corp"],
    ),
    (
        "a lapsed sign-in",
        |user, run| {
            user.edit_token(|token| {
                token["expiresAt"] = "2020-01-01T00:00:00Z".into();
                token["refreshToken"] = Value::Null;
            });
            run
        },
        ["Directories", "warning", "corp: the sign-in lapsed at 2020-01-01", "aws-sso login -p corp"],
    ),
    (
        "a token that is none",
        |user, run| {
            user.home.write(TOKEN_FILE, "{}");
            run
        },
        ["Directories", "warning", "what is in the place of its token is none", "aws-sso login"],
    ),
    (
        "another directory's token",
        |user, run| {
            user.edit_token(|token| token["startUrl"] = "https://other.awsapps.com/start".into());
            run
        },
        ["Directories", "warning", "another start URL", "aws-sso login"],
    ),
    (
        "a role that is no longer offered",
        |user, run| {
            append(
                user,
                "\n[profile gone]\ncredential_process = aws-sso -p corp -r arn:aws:iam::123456789012:role/Gone -ext\n",
            );
            run
        },
        ["Profiles", "broken", "profile gone: corp does not offer its role", "--prune"],
    ),
    (
        "a role that is none",
        |user, run| {
            append(user, "\n[profile bad]\ncredential_process = aws-sso -p corp -r arn:aws:iam::1:user/x -ext\n");
            run
        },
        ["Profiles", "broken", "profile bad: arn:aws:iam::1:user/x is not an ARN", "write a role like"],
    ),
    (
        "a directory that is none",
        |user, run| {
            append(
                user,
                "\n[profile bad]\ncredential_process = aws-sso -p crop -r arn:aws:iam::123456789012:role/x -ext\n",
            );
            run
        },
        ["Profiles", "broken", "there is no profile or sso-session crop", "-p"],
    ),
    (
        "a program that is not there",
        |user, run| {
            append(
                user,
                "\n[profile bad]\ncredential_process = /nowhere/aws-sso -p corp -r arn:aws:iam::123456789012:role/x -ext\n",
            );
            run
        },
        ["Profiles", "broken", "there is no program /nowhere/aws-sso", "aws-sso discover"],
    ),
    (
        "a token for all to read",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            for folder in [".aws", ".aws/sso", ".aws/sso/cache"] {
                mode(user, folder, 0o755);
            }
            run
        },
        [
            "Files",
            "broken",
            "ee0bfd2552fbd840c02cc48b6e823320543c450f.json holds secrets, and other users can read it",
            "chmod 600",
        ],
    ),
    (
        "for all, but behind a closed door",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            mode(user, ".aws", 0o700);
            run
        },
        ["Files", "warning", "were it not for a folder above it (mode 0644)", "chmod 600"],
    ),
    (
        "a folder for all to write",
        |user, run| {
            mode(user, ".aws/cli/cache", 0o777);
            run
        },
        ["Files", "broken", "other users can replace the files in ~/.aws/cli/cache", "chmod go-w"],
    ),
    (
        "credentials behind a link",
        |user, run| {
            user.home.write("elsewhere", "[default]\naws_secret_access_key = planted-1\n");
            mode(user, "elsewhere", 0o640);
            symlink(user.home.path("elsewhere"), user.home.path(".aws/credentials")).unwrap();
            run
        },
        ["Files", "broken", "~/elsewhere holds secrets, and its group can read it", "chmod 600 ~/elsewhere"],
    ),
    (
        "what a crash has left",
        |user, run| {
            user.home.write(".aws/sso/cache/x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ", "planted-1");
            run
        },
        ["Files", "warning", "a crash has left a temporary file in ~/.aws/sso/cache", "rm ~/.aws/sso/cache/x.json"],
    ),
    (
        "a clock that is behind",
        |user, run| {
            user.sandbox.update(|options| options.clock_ahead = 900);
            run
        },
        ["Network", "broken", "15 minutes behind the service's: AWS refuses", "set the clock"],
    ),
    (
        "a clock that is a little ahead",
        |user, run| {
            user.sandbox.update(|options| options.clock_ahead = -120);
            run
        },
        ["Network", "warning", "2 minutes ahead of", "set the clock"],
    ),
    (
        "a service that fails",
        |user, run| {
            user.sandbox.update(|options| options.fail_first = Some((2, Fault::InternalError)));
            run
        },
        ["Network", "warning", "answers with status 500", "try again later"],
    ),
    (
        "a service that hangs up",
        |user, run| {
            user.sandbox.update(|options| options.fail_first = Some((2, Fault::Dropped)));
            run
        },
        ["Network", "broken", "ended the connection", "check the network"],
    ),
    (
        "nobody there",
        |_, run| run.endpoint("http://127.0.0.1:9"),
        ["Network", "broken", "cannot connect to 127.0.0.1:9", "check the network"],
    ),
    (
        "an endpoint without TLS",
        |_, run| run.env("AWS_ENDPOINT_URL_SSO", "http://portal.example.com"),
        ["Directories", "broken", "is not encrypted", "use https"],
    ),
    (
        "a proxy that is not there",
        |_, run| run.endpoint("https://portal.example.com").env("HTTPS_PROXY", "http://me:planted-1@127.0.0.1:9"),
        ["Network", "broken", "the proxy for portal.example.com cannot be reached", "check HTTPS_PROXY"],
    ),
    (
        "a profile of a session that is not there",
        |user, run| {
            append(
                user,
                "\n[profile lost]\nsso_session = nope\nsso_account_id = 123456789012\nsso_role_name = Admin\n",
            );
            run
        },
        ["Profiles", "broken", "profile lost: there is no sso-session nope", "add the section"],
    ),
    (
        "a native profile whose role is gone",
        |user, run| {
            append(user, "\n[profile gone]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Gone\n");
            run
        },
        ["Profiles", "broken", "corp does not offer its role 123456789012/Gone", "discover --prune"],
    ),
    (
        "two proxies",
        |_, run| run.env("HTTPS_PROXY", "http://127.0.0.1:9").env("https_proxy", "http://127.0.0.1:8"),
        ["Network", "warning", "HTTPS_PROXY and https_proxy differ", "unset https_proxy"],
    ),
    (
        "a bundle that is not there",
        |_, run| run.env("AWS_CA_BUNDLE", "/nowhere.pem"),
        ["Network", "broken", "the CA bundle /nowhere.pem does not exist", "PEM form"],
    ),
    (
        "a bundle that is none",
        |user, run| {
            let bundle = user.home.write("bundle.pem", "no");
            run.env("AWS_CA_BUNDLE", bundle)
        },
        ["Network", "broken", "bundle.pem holds no certificate", "PEM form"],
    ),
];

/// The same home once more, to be broken in another way.
fn copy(home: &Home) -> Home {
    let copy = Home::new();
    let _ = home.command("/bin/cp").arg("-a").arg(home.path(".")).arg(copy.path("")).run().success();
    copy
}

#[test]
fn each_fault_is_found_with_its_remedy_and_nothing_secret_is_said() {
    let mut user = healthy();
    let healthy = copy(&user.home);
    let mut missed = Vec::new();
    for (fault, cause, [section, verdict, found, remedy]) in CASES {
        user.home = copy(&healthy);
        let before = user.sandbox.options();
        let token = user.token();
        let output = cause(&user, doctor(&user, "--json")).run().quiet();
        user.sandbox.update(|options| *options = before);
        let all = findings(&output);
        let is_it = |[of, as_bad_as, what, advice]: &[String; 4]| {
            of == section && as_bad_as == verdict && what.contains(found) && advice.contains(remedy)
        };
        if !all.iter().any(is_it) {
            missed.push(format!("{fault}: no {verdict} {found:?} with {remedy:?} in\n{all:#?}"));
        }
        let is_broken = all.iter().any(|[_, verdict, ..]| verdict == "broken");
        assert_eq!(output.exit.code(), Some(i32::from(is_broken)), "{fault}: {output}");
        let secrets = ["accessToken", "clientSecret"].map(|key| token[key].as_str().unwrap());
        for secret in secrets.into_iter().chain(["planted-1"]) {
            assert!(!output.stdout.contains(secret), "{fault}: {output}");
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

/// What the function knows and a program cannot: which shell runs it, from which version it is, and what Tab does.
#[test]
fn the_function_of_each_shell_says_that_it_is_loaded_and_whether_tab_works() {
    for shell in Shell::all() {
        let name = shell.name();
        let load = |options: &str| match shell {
            Shell::Fish => format!("aws-sso init fish {options} | source"),
            _ => format!("eval \"$(aws-sso init {name} {options})\""),
        };
        let tab = "Tab completes its arguments";
        let cases = [
            ("", load(""), if shell == Shell::Zsh { "of zsh is not set up" } else { tab }),
            ("autoload -Uz compinit && compinit -D", load("--cmd sso-2"), tab),
            ("", load("--no-completion"), "as --no-completion asks"),
        ];
        for (before, load, expected) in cases {
            if !before.is_empty() && shell != Shell::Zsh {
                continue;
            }
            let home = Home::new();
            let function = if load.contains("--cmd") { "sso-2" } else { "awsso" };
            let or = if shell == Shell::Fish { "; or" } else { "||" };
            let strict = if shell == Shell::Fish { "" } else { "set -eu" };
            home.write(
                "script",
                format!("{before}\n{strict}\n{load}\n{function} doctor --offline --json >found {or} true\n"),
            );
            crate::support::terminal::typed(home.interactive(shell), &[". ./script"]);
            let found = home.read("found");
            let loaded =
                format!("the awsso function is loaded in this {name}, of version {}", env!("CARGO_PKG_VERSION"));
            assert!(found.contains(&loaded), "{name}: {found}");
            assert!(found.contains(expected), "{name} {load}: no {expected} in {found}");
        }
    }
}

/// A host that takes connections and never answers, and one that does not even do that, keep nobody waiting for long.
#[test]
fn a_service_that_hangs_is_told_within_seconds() {
    let user = User::new(Options::default());
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", mute.local_addr().unwrap());
    let output = doctor(&user, "--json").endpoint(&address).limit(Duration::from_secs(15)).run().status(1).quiet();
    let all = findings(&output);
    let told = all.iter().filter(|[section, verdict, found, _]| {
        section == "Network" && verdict == "broken" && found.contains("did not answer in time")
    });
    assert_eq!(told.count(), 1, "{output}");
}

/// A check that cannot be made is a finding, and keeps no other from being made.
#[test]
fn a_world_in_ruins_is_told_of_to_the_end() {
    let user = healthy();
    let home = &user.home;
    fs::remove_file(home.path(".aws/config")).unwrap();
    fs::create_dir(home.path(".aws/config")).unwrap();
    home.write(".config/aws-sso/config", "[[[\nlogin = perhaps\n\0");
    home.write(".cache/aws-sso/inventory.json", "[");
    let ruined = [
        doctor(&user, "--json"),
        doctor(&user, "--json").env_remove("HOME").env_remove("PATH"),
        doctor(&user, "--json -p nowhere").env("HOME", "/nowhere").env("AWS_PROFILE", "\u{1b}[31m"),
        doctor(&user, "--json").env("AWS_CONFIG_FILE", "/etc").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/zero"),
    ];
    for run in ruined {
        let output = run.run().status(1).quiet();
        let sections = output.json()["sections"].as_array().unwrap().len();
        assert_eq!(sections, 9, "{output}");
        assert!(findings(&output).iter().any(|[_, verdict, ..]| verdict == "broken"), "{output}");
    }
}
