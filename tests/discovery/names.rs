//! Names of profiles: each can be typed as it is, in every shell and to every program, whatever accounts are called.

use std::collections::BTreeMap;

use aws_sso::aws_config::line::SectionKind;
use aws_sso::aws_config::readers::Reader;
use aws_sso::sandbox::{Names, Options};

use crate::support::Shell;
use crate::support::discovery::processes;
use crate::support::powershell::pwsh;
use crate::support::user::User;

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
    let pwsh = pwsh();
    for template in TEMPLATES {
        let all = discovered(&user, template);
        assert_eq!(all.len(), ACCOUNTS.len() * 3, "{template}: each role has a profile");
        let names: Vec<_> = all.keys().map(String::as_str).collect();
        for name in &names {
            assert!(!name.starts_with(['-', '.', '#', '"', '\'']), "{template}: {name}");
            assert!(template.contains("--") || !name.contains("--"), "{template}: {name}");
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
        if pwsh.is_some() {
            let got = typed(&user, |lines| user.home.powershell(lines).unwrap(), &names);
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
    let chained = format!("[profile chained]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = -Dev--web-{third}\n");
    user.home.write(".aws/config", chained.clone() + &old);

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
    assert!(after.contains(&chained) && after.contains("cli_pager = cat\n") && after.contains("region = us-east-2\n"));
    let _ = user.aws_sso(&format!("{by_name} -q")).run().success().complains("source_profile");
}

#[test]
fn a_name_that_can_be_typed_stays_as_it_is() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    for name in ["fine_a@b+c%d:e/f.g", "+x", "/x", ":x", "_x", "x-", "x.", "9"] {
        user.sandbox.update(|options| options.renamed = vec![(account.id.clone(), name.to_owned())]);
        let all = discovered(&user, "{account_name}-{role}");
        let expected = format!("{}-{}", name.trim_end_matches(['-', '.']), account.roles[0]);
        assert_eq!(all.into_keys().collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn dashes_of_the_template_and_of_roles_stay_and_those_of_accounts_become_one() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    user.sandbox.update(|options| options.renamed = vec![(account.id.clone(), "prod -- eu".to_owned())]);
    let all = discovered(&user, "{account_name}--{role}");
    assert_eq!(all.into_keys().collect::<Vec<_>>(), [format!("prod-eu--{}", account.roles[0])]);
}

/// The roles by name, of the profiles that are in the config.
fn roles_by_name(user: &User) -> BTreeMap<String, String> {
    let role = |line: String| line.split_once(":iam::").unwrap().1.to_owned();
    processes(&user.home.read(".aws/config")).into_iter().map(|(name, line)| (name, role(line))).collect()
}

#[test]
fn a_name_of_a_role_that_is_still_offered_is_never_given_to_another_one() {
    let line = "discover -p corp --name {account_name}-{role}";
    for options in ["", "--prune", "--prune -q", "--region eu-west-1"] {
        let user = User::signed_in(Options { accounts: 1, roles: 2, ..Options::default() });
        let call = |names: [&str; 2]| {
            let named = user.sandbox.accounts().into_iter().zip(names);
            let renamed = named.map(|(account, name)| (account.id, name.to_owned())).collect();
            user.sandbox.update(|options| options.renamed = renamed);
        };
        call(["prod (eu)", ""]);
        let _ = user.aws_sso(line).run().success();
        let first = roles_by_name(&user);
        assert!(first.keys().all(|name| name.starts_with("prod-eu-")), "{first:?}");
        user.sandbox.update(|options| options.accounts = 2);
        let mut both = None;
        // The newcomer has the exact name; then each account has the name of the other.
        for names in [["prod (eu)", "prod-eu"], ["prod (eu)", "prod-eu"], ["prod-eu", "prod (eu)"]] {
            call(names);
            let _ = user.aws_sso(&format!("{line} {options}")).run().success().quiet();
            let now = roles_by_name(&user);
            assert!(first.iter().all(|profile| now.get_key_value(profile.0) == Some(profile)), "{options}: {now:?}");
            assert_eq!(now.len(), 4, "{options}: {now:?}");
            assert_eq!(*both.get_or_insert(now.clone()), now, "{options}");
        }
        // A third one takes the name of the first, which is called otherwise.
        call(["old", "other"]);
        let _ = user.aws_sso(&format!("{line} {options}")).run().success();
        let before = roles_by_name(&user);
        call(["old", "prod-eu"]);
        for _ in 0..2 {
            let _ = user.aws_sso(&format!("{line} {options}")).run().success();
            let now = roles_by_name(&user);
            let is_another = |(name, role): &(&String, &String)| before.get(*name).is_some_and(|old| old != *role);
            assert_eq!(now.iter().find(is_another), None, "{options}");
        }
    }
}

#[test]
fn what_a_run_removes_or_gives_to_another_role_is_named_even_where_it_is_quiet() {
    let user = User::signed_in(Options { accounts: 1, roles: 2, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    let [one, two] = [0, 1].map(|role| format!("{}-{}", account.id, account.roles[role]));
    let _ = user.aws_sso("discover -p corp").run().success();
    let config = user.home.read(".aws/config");
    let gone = |name: &str| config.replace(&format!("[profile {two}]"), &format!("[profile {name}]"));
    let of_gone = |config: &str| config.replacen(&format!(":role/{} ", account.roles[1]), ":role/Gone ", 1);
    // A name that goes to another role, since its own is gone.
    user.home.write(".aws/config", of_gone(&config));
    let [before, now] = ["Gone", &account.roles[1]].map(|role| format!("{}/{role}", account.id));
    let said = format!("warning: the profile {two} was {before}, which is not offered any more, and is {now} now\n");
    let _ = user.aws_sso("discover -p corp -q").run().success().complains(&said);
    assert_eq!(user.home.read(".aws/config"), config);
    // One that is removed, and one that is replaced.
    user.home.write(".aws/config", of_gone(&gone("x")));
    let said = "the roles of these profiles are not offered any more, so they were removed: x\n";
    let output = user.aws_sso("discover -p corp --name new-{role} -q --prune").run().success();
    let renamed = format!("and the old one was removed: {one} (now new-{})\n", account.roles[0]);
    assert_eq!(output.complains(said).complains(&renamed).stdout, "");
}
