//! The region in which a command runs.

use aws_sso::sandbox::Options;

use crate::support::user::User;
use crate::support::{START_URL, Shell};

/// What a command sees as its region, by each way to name the same role; every other role has none.
const SHOW: [&str; 3] = ["sh", "-c", "echo \"<${AWS_REGION-none} ${AWS_DEFAULT_REGION-none}>\""];

fn region(user: &User, options: &str) -> String {
    let stdout = user.exec(options, &SHOW).run().success().stdout;
    let (_, region) = stdout.trim().rsplit_once('<').unwrap();
    region.trim_end_matches('>').to_owned()
}

#[test]
fn a_role_has_the_region_of_its_own_profile_by_whichever_name_it_is_called() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let account = user.sandbox.accounts()[0].clone();
    let (id, name, role) = (account.id, account.name, account.roles[0].clone());
    assert!(!name.contains(' '), "{name}");
    let session = "sso_session = corp";
    let keys = format!("sso_account_id = {id}\nsso_role_name = {role}");
    let legacy = format!("sso_start_url = {START_URL}#/\nsso_region = eu-central-1");
    let arn = format!("arn:aws:iam::{id}:role/{role}");
    let names = [arn.clone(), format!("{id}/{role}"), format!("{name}/{role}"), "alias".to_owned()];
    user.home.write(".config/aws-sso/config", format!("[alias]\nalias = {id}/{role}\n"));
    for profile in [
        format!("credential_process = aws-sso -p corp -r {arn} -ext"),
        format!("credential_process = aws-sso process {id}/{role} -p corp"),
        format!("credential_process = aws-sso process {name}/{role} -p corp"),
        format!("{session}\n{keys}"),
        format!("{legacy}\n{keys}"),
    ] {
        user.home.sign_in_config(&format!("[profile own]\n{profile}\nregion = ap-south-2\n"));
        for name in names.iter().map(String::as_str).chain(["own"]) {
            let name = format!("-p corp {name}");
            assert_eq!(region(&user, &name), "ap-south-2 ap-south-2", "{profile} {name}");
            assert_eq!(region(&user, &format!("{name} --region us-west-1")), "us-west-1 us-west-1", "{profile} {name}");
        }
        for options in [format!("--match {id}/{role}"), format!("--match {id}/{role} -j 1")] {
            assert_eq!(region(&user, &format!("-p corp {options}")), "ap-south-2 ap-south-2", "{profile} {options}");
        }
        let env = user.aws_sso(&format!("env -p corp {arn}")).run().success().stdout;
        assert!(env.contains("AWS_REGION='ap-south-2'"), "{profile} {env}");
    }
    for shell in Shell::all() {
        let script = format!("awsso use -p corp {id}/{role}; echo \"region $AWS_REGION\"");
        assert!(user.script(shell, &script).run().success().stdout.contains("region ap-south-2"), "{shell:?}");
    }
    let mut terminal = user.exec("-p corp --pick", &SHOW).in_terminal();
    terminal.wait_for("16/16").send(&format!("{name} {role}"));
    terminal.wait_for("  1/16 ").send("\r");
    assert!(terminal.finish().success().stdout.contains("<ap-south-2 ap-south-2>"));
}

#[test]
fn each_of_many_roles_runs_in_its_own_region() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("discover -p corp --region eu-west-1 --match reader").run().success();
    let all = user.sandbox.accounts();
    let accounts: Vec<_> = all.iter().map(|account| account.id.as_str()).collect();
    // The user has changed one, removed another one's, and the admin role has no profile.
    let config = user.home.read(".aws/config");
    let mut parts: Vec<_> = config.split("[profile ").map(str::to_owned).collect();
    for part in &mut parts {
        if part.contains(accounts[0]) {
            *part = part.replace("eu-west-1", "sa-east-1");
        } else if part.contains(accounts[1]) {
            *part = part.replace("region = eu-west-1\n", "");
        }
    }
    user.home.write(".aws/config", parts.join("[profile "));
    let regions = |options: &str| -> Vec<(String, serde_json::Value, String)> {
        let options = format!("--output json --yes {options}");
        let rows = user.exec(&options, &SHOW).run().success().json_lines();
        let mut rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                (text("accountId"), row["region"].clone(), text("stdout"))
            })
            .collect();
        rows.sort_by_key(|row| accounts.iter().position(|id| *id == row.0));
        rows
    };
    let found = regions("--match */reader");
    let expected = [Some("sa-east-1"), None, Some("eu-west-1"), Some("eu-west-1")];
    assert_eq!(found.len(), 4);
    for ((id, region, stdout), expected) in found.iter().zip(expected) {
        assert_eq!(region.as_str(), expected, "{id}");
        let shown = expected.unwrap_or("none");
        assert_eq!(*stdout, format!("<{shown} {shown}>\n"), "{id}");
    }
    assert!(regions("--match */AdministratorAccess").iter().all(|(_, region, _)| region.is_null()));
    let asked = regions("--match */reader --region us-east-1");
    assert!(asked.iter().all(|(_, region, _)| region == "us-east-1"));
    let named = user.exec("--match */reader", &["echo", "{region}"]).run().status(2);
    let _ = named.complains("/reader has none").complains("--regions");
}

#[test]
fn a_role_whose_profiles_differ_has_the_region_of_the_discovered_one_and_none_is_guessed() {
    let user = User::signed_in(Options { accounts: 1, ..Options::default() });
    let role = user.role(0, 0);
    let process = format!("credential_process = aws-sso process {role} -p corp\n");
    let profile = |name: &str, region: &str| format!("[profile {name}]\n{process}region = {region}\n");
    let block =
        |inside: &str| format!("# >>> aws-sso discover -p corp >>>\n{inside}# <<< aws-sso discover -p corp <<<\n");
    let (a, b, c) = (profile("a", "af-south-1"), profile("b", "eu-west-1"), profile("c", "us-west-1"));
    let other = profile("other", "sa-east-1").replace("-p corp", "-p other");
    let other =
        format!("{other}[sso-session other]\nsso_start_url = https://other.example/start\nsso_region = us-east-1\n");
    let corp = "[profile corp]\nregion = ca-west-1\n";
    for (profiles, expected) in [
        (format!("{a}{}", a.replace("[profile a]", "[profile again]")), "af-south-1"),
        (format!("{a}{b}"), "none"),
        (format!("{a}{b}{corp}"), "ca-west-1"),
        (format!("{a}{}", block(&b)), "eu-west-1"),
        (format!("{a}{}{corp}", block(&b)), "eu-west-1"),
        (block(&format!("{b}{c}")), "none"),
        // One of another Identity Center, one without a region, and a value that is none.
        (format!("{a}{other}"), "af-south-1"),
        (format!("{a}[profile without]\n{process}"), "af-south-1"),
        (other.clone(), "none"),
    ] {
        user.home.sign_in_config(&profiles);
        assert_eq!(region(&user, &format!("-p corp {role}")), format!("{expected} {expected}"), "{profiles}");
        assert_eq!(region(&user, &format!("-p corp --match {role}")), format!("{expected} {expected}"), "{profiles}");
    }
    // The profile that was named goes before all others.
    user.home.sign_in_config(&format!("{a}{}", block(&b)));
    assert_eq!(region(&user, "a"), "af-south-1 af-south-1");
}

#[test]
fn the_profile_of_an_unrelated_role_gives_no_region_to_another_one() {
    let user = User::signed_in(Options { accounts: 2, ..Options::default() });
    let (one, other) = (user.role(0, 0), user.role(1, 0));
    let (account, role) = one.split_once('/').unwrap();
    let keys = format!("sso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\n");
    user.home.sign_in_config(&format!("[profile one]\n{keys}region = eu-west-1\n"));
    for shell in Shell::all() {
        let script = format!("awsso use one; awsso use {other}; echo \"<$AWS_SSO_SESSION $AWS_REGION>\"");
        assert!(user.script(shell, &script).run().success().stdout.contains("<one >"), "{shell:?}");
    }
    assert_eq!(region(&user, &format!("-p one {other}")), "eu-west-1 eu-west-1");
    assert_eq!(region(&user, &format!("-p one --match {other}")), "eu-west-1 eu-west-1");
}

#[test]
fn what_is_no_region_counts_by_the_profiles_own_name_alone() {
    let user = User::signed_in(Options { accounts: 1, ..Options::default() });
    let role = user.role(0, 0);
    let process = format!("[profile own]\ncredential_process = aws-sso process {role} -p corp\n");
    let corp = "[profile corp]\nregion = us-east-1\n";
    for value in ["none", "us-east-1a", "all", "\"eu-west-1\"", "EU-West-1", "x y"] {
        user.home.sign_in_config(&format!("{process}region = {value}\n{corp}"));
        for options in [role.clone(), format!("--match {role}")] {
            let output = user.exec(&format!("-p corp {options}"), &SHOW).run().success();
            assert!(output.stdout.contains("<us-east-1 us-east-1>"), "{value}: {output}");
            let warning = format!(".aws/config:{}: {value} is not a region", line_of(&user, "region"));
            assert_eq!(output.stderr.matches(&warning).count(), 1, "{output}");
        }
        assert_eq!(region(&user, "own"), format!("{value} {value}"));
    }
}

/// The number of the first line of the config that begins with this.
fn line_of(user: &User, start: &str) -> usize {
    1 + user.home.read(".aws/config").lines().position(|line| line.starts_with(start)).unwrap()
}

#[test]
fn what_is_no_region_or_several_is_refused_before_anything_runs() {
    let user = User::signed_in(Options::default());
    for value in ["all", "ALL", "*", "eu-*", "eu-west-1,all", "enabled"] {
        let output = user.exec(&format!("--match reader --regions {value}"), &["touch", "ran"]).run().status(2);
        let output = output.complains("which regions are enabled differs between accounts; name each");
        let _ = output.complains("aws ec2 describe-regions --query 'Regions[].RegionName' --output text");
        let output = user.exec(&format!("--match reader --region {value}"), &["touch", "ran"]).run().status(2);
        let _ = output.complains("write it like eu-west-1");
    }
    for (value, words) in [
        ("eu-west-1a", "that is an Availability Zone; its region is eu-west-1"),
        ("null", "that is not a region"),
        ("EU-WEST-1", "that is not a region; did you mean eu-west-1?"),
        ("Eu-West-1B", "that is not a region; did you mean eu-west-1?"),
        ("eu-west-1,us-east-1\tNone", "invalid value 'None' for '--regions"),
        ("eu-west-1,all-enabled", "invalid value 'all-enabled' for '--regions"),
        ("global", "that is not a region; write it like eu-west-1"),
        ("", "it names no region"),
        (" , ", "it names no region"),
    ] {
        let _ = user
            .aws_sso("exec --match reader --regions")
            .args([value, "--", "touch", "ran"])
            .run()
            .status(2)
            .complains(words);
    }
    for verb in ["env", "serve", "exec", "console", "use"] {
        let line = format!("{verb} {} --region all", user.role(0, 0));
        let _ = user.aws_sso(&line).run().status(2).complains("that is not one region");
    }
    let _ = user.aws_sso("discover -p corp --region all").run().status(2).complains("that is not one region");
    assert!(!user.home.has("ran") && user.sandbox.requests().is_empty());
    // The regions of every partition, those that are not yet known, and what imitations of AWS have.
    let regions = "us-gov-west-1,cn-north-1,eusc-de-east-1,us-iso-east-1,mars-north-12,aws-global,localhost,auto";
    let role = user.role(0, 0);
    let run = |regions: &str| {
        let words = ["--match", &role, "-j", "1", "--regions", regions, "--", "sh", "-c", "echo $AWS_REGION"];
        user.aws_sso("exec").args(words).run().success().stdout
    };
    let stdout = run(regions);
    let found: Vec<_> = stdout.lines().filter_map(|line| line.split("| ").nth(1)).collect();
    assert_eq!(found.join(","), regions);
    // As the AWS CLI prints them.
    assert_eq!(run("eu-west-1\tus-east-1\nus-east-1\n").lines().count(), 2);
}
