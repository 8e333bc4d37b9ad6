//! Names of profiles: each can be typed as it is, in every shell and to every program, whatever accounts are called.

use std::collections::BTreeMap;

use aws_sso::aws_config::line::SectionKind;
use aws_sso::aws_config::readers::Reader;
use aws_sso::sandbox::{Names, Options};

use crate::support::discovery::processes;
use crate::support::user::User;
use crate::support::{Shell, note, programs};

/// Names that administrators could choose.
const ACCOUNTS: [&str; 33] = [
    "[Dev] web",
    "(legacy) prod",
    "#platform",
    "  lead",
    "-rf",
    "--help",
    ".hidden",
    "..",
    "@splat",
    "%self",
    "%1",
    "=ls",
    "~root",
    "~",
    "!!",
    "\"quoted\"",
    "it's",
    "“smart” – ‘quotes’",
    "a\u{a0}b\u{2003}c",
    "a,b;c|d&e",
    "$(touch PWNED)`touch PWNED`",
    "{a,b}",
    "*?",
    "^a^b",
    "C:\\x",
    "日本 prod",
    "日本",
    "---",
    "1e3",
    "arn:aws:iam::123456789012:role/x",
    "https://x.awsapps.com/start",
    "210000000000",
    "fine_a@b+c%d:e/f.g",
];

fn user() -> User {
    let user =
        User::signed_in(Options { accounts: ACCOUNTS.len(), roles: 3, names: Names::Hostile, ..Options::default() });
    let ids: Vec<_> = user.sandbox.accounts().into_iter().map(|account| account.id).collect();
    let renamed = ids.into_iter().zip(ACCOUNTS.map(str::to_owned)).collect();
    user.sandbox.update(|options| options.renamed = renamed);
    user
}

/// The names that discovery writes with this template, each with its account's id and its role.
fn discovered(user: &User, template: &str) -> BTreeMap<String, String> {
    user.home.sign_in_config("");
    let run = user.home.aws_sso(["discover", "-p", "corp", &format!("--name={template}")]);
    let _ = run.endpoint(user.sandbox.endpoint()).run().success();
    let role = |line: String| {
        let (_, arn) = line.split_once(":iam::").unwrap();
        arn.trim_end_matches([' ', '"', '\'']).trim_end_matches(" -ext").replacen(":role/", "/", 1)
    };
    processes(&user.home.read(".aws/config")).into_iter().map(|(name, line)| (name, role(line))).collect()
}

const TEMPLATES: [&str; 7] = [
    "{account_name}-{role}",
    "{account_name}",
    "{account_name}/{role}",
    "{role}{account_name}",
    "-# {account_name|lower}--{role|trim_prefix:Admin}",
    "{email}",
    "{account_name}{role|slug}",
];

/// The arguments that a program gets where each name is typed as it is.
fn typed(user: &User, script: impl Fn(&str) -> crate::support::process::Invocation, names: &[&str]) -> Vec<String> {
    let lines: String = names.iter().map(|name| format!("/usr/bin/printf '%s\\n' {name}\n")).collect();
    let output = script(&lines).run().success();
    assert!(!user.home.has("PWNED"));
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn each_name_can_be_typed_as_it_is_in_every_shell() {
    let user = user();
    let pwsh = programs("pwsh").next();
    if pwsh.is_none() {
        note("pwsh is not installed: no name is typed in it");
    }
    for template in TEMPLATES {
        let all = discovered(&user, template);
        assert_eq!(all.len(), ACCOUNTS.len() * 3, "{template}: each role has a profile");
        let names: Vec<_> = all.keys().map(String::as_str).collect();
        for name in &names {
            assert!(!name.starts_with(['-', '.', '#', '"', '\'']) && !name.contains("--"), "{template}: {name}");
        }
        for shell in Shell::all() {
            let options: &[&str] = match shell {
                Shell::Bash => &["-H", "-O", "extglob", "-O", "nullglob"],
                Shell::Zsh => &[
                    "-o",
                    "extendedglob",
                    "-o",
                    "kshglob",
                    "-o",
                    "globdots",
                    "-o",
                    "magicequalsubst",
                    "-o",
                    "cshnullglob",
                    "-o",
                    "banghist",
                ],
                Shell::Fish => &[],
            };
            let got = typed(&user, |lines| user.home.script_with(shell, options, lines), &names);
            assert_eq!(got, names, "{shell:?} {template}");
        }
        if let Some(pwsh) = &pwsh {
            let got = typed(
                &user,
                |lines| {
                    let file = user.home.write("names.ps1", lines);
                    let run = user.home.command(pwsh).args(["-NoLogo", "-NoProfile", "-NonInteractive", "-File"]);
                    run.arg(file).env("POWERSHELL_TELEMETRY_OPTOUT", "1").env("NO_COLOR", "1")
                },
                &names,
            );
            assert_eq!(got, names, "pwsh {template}");
        }
    }
}

#[test]
fn our_verbs_and_aws_tools_take_each_name_for_its_own_role() {
    let user = user();
    let all = discovered(&user, "{account_name}/{role}");
    let print = "$AWS_SSO_ACCOUNT_ID/$AWS_SSO_ROLE_NAME";
    for (name, role) in all.iter().step_by(2) {
        let output = user.home.aws_sso(["exec", name, "--", "sh", "-c", &format!("printf %s \"{print}\"")]);
        let output = output.endpoint(user.sandbox.endpoint()).run().success();
        assert_eq!(output.stdout, *role, "{name}");
    }
    let file = user.home.read(".aws/config");
    for reader in Reader::ALL {
        let read = reader.read(file.as_bytes()).unwrap();
        let profiles = read.keys().filter(|(kind, _)| *kind == SectionKind::Profile);
        let profiles: Vec<_> = profiles.map(|(_, name)| name.as_str()).collect();
        assert!(all.keys().all(|name| profiles.contains(&name.as_str())), "{reader:?}");
    }
    let script = "import boto3, json, sys\n\
        names = json.load(sys.stdin)\n\
        keys = lambda name: boto3.Session(profile_name=name).get_credentials().access_key\n\
        print(json.dumps({name: keys(name) for name in names}))";
    if let Some(python) = user.home.boto3(script) {
        let names: Vec<_> = all.keys().step_by(7).collect();
        let python = python.stdin(serde_json::to_string(&names).unwrap());
        let keys = python.endpoint(user.sandbox.endpoint()).run().success().json();
        assert!(names.iter().all(|name| keys[name.as_str()].as_str().is_some_and(|key| key.starts_with("ASIA"))));
    }
    for name in all.keys().step_by(20) {
        let endpoint = user.sandbox.endpoint();
        let identity = ["sts", "get-caller-identity", "--profile", name, "--endpoint-url", &endpoint];
        if let Some(cli) = user.home.aws_cli(identity) {
            let answer = cli.env("AWS_REGION", "eu-central-1").endpoint(&endpoint).run().success().json();
            assert_eq!(answer["Account"].as_str(), all[name].split('/').next(), "{name}");
        }
    }
}

#[test]
fn an_old_name_that_cannot_be_typed_is_replaced_and_the_output_names_both() {
    let user = User::signed_in(Options { accounts: 1, roles: 4, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.update(|options| options.renamed = vec![(account.id.clone(), "[Dev] web".to_owned())]);
    let by_name = "discover -p corp --name {account_name}-{role}";
    let _ = user.aws_sso(&format!("{by_name} --region eu-west-1")).run().success();
    let new = user.home.read(".aws/config");
    assert_eq!(new.matches("[profile Dev-web-").count(), 4, "{new}");
    // As an earlier version has written it, with edits: lines in one profile, a region in another, a third is used.
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|role| account.roles[role].clone());
    let old = new
        .replace("[profile Dev-web-", "[profile -Dev--web-")
        .replace(&format!("-{first}]\n"), &format!("-{first}]\ncli_pager = cat\n"));
    let at = old.find(&format!("[profile -Dev--web-{second}]")).unwrap();
    let old = format!("{}{}", &old[..at], old[at..].replacen("eu-west-1", "us-east-2", 1));
    let used = format!("[profile chained]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = -Dev--web-{third}\n");
    user.home.write(".aws/config", used.clone() + &old);

    let output = user.aws_sso(by_name).run().success();
    let summary = "4 profiles new, 0 changed, 0 unchanged, 2 stale (--prune removes them), 2 left";
    assert!(output.stdout.contains(summary), "{output}");
    let _ = output
        .complains(&format!("-Dev--web-{second} (now Dev-web-{second})"))
        .complains(&format!("-Dev--web-{fourth} (now Dev-web-{fourth})"))
        .complains("the old one stays until you add --prune")
        .complains(&format!(
            "you have added lines to these profiles, whose roles have profiles of another name now, so \
                             they were left as they are: -Dev--web-{first}\n"
        ))
        .complains(&format!("source_profile, so they were left as they are: -Dev--web-{third}\n"));
    let output = user.aws_sso(&format!("{by_name} --prune")).run().success();
    let _ = output.complains("the old one was removed: ").complains(&format!("-Dev--web-{second} (now "));
    let after = user.home.read(".aws/config");
    let names: Vec<_> = processes(&after).into_keys().collect();
    let mut expected = [first.clone(), third.clone()].map(|role| format!("-Dev--web-{role}")).to_vec();
    expected.extend([&first, &second, &third, &fourth].map(|role| format!("Dev-web-{role}")));
    expected.sort();
    assert_eq!(names, expected);
    assert!(after.contains(&used) && after.contains("cli_pager = cat\n") && after.contains("region = us-east-2\n"));
    let _ = user.aws_sso(&format!("{by_name} -q")).run().success().complains("source_profile");
}

#[test]
fn a_name_that_can_be_typed_stays_as_it_is() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    for name in ["fine_a@b+c%d:e/f.g", "+x", "/x", ":x", "_x", "x-", "x.", "9"] {
        user.sandbox.update(|options| options.renamed = vec![(account.id.clone(), name.to_owned())]);
        let all = discovered(&user, "{account_name}-{role}");
        let expected = format!("{name}-{}", account.roles[0]).replace("--", "-");
        assert_eq!(all.into_keys().collect::<Vec<_>>(), [expected]);
    }
}
