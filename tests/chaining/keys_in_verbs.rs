//! Verbs with a role that the access keys of a profile assume: none of them takes a sign-in.

use aws_sso::sandbox::{AssumableRole, IamUser, Options};

use crate::support::Shell;
use crate::support::user::User;

const ID: &str = "AKIAALICEALICEALICEA";
const SECRET: &str = "alice/secret+alice";

/// A user who has not signed in, and whose profile `deploy` assumes a role with keys.
fn user() -> User {
    let user = User::new(Options { assumable: vec![AssumableRole::any()], ..Options::default() });
    let [own, other] = [0, 1].map(|number| user.sandbox.accounts()[number].id.clone());
    let (access_key_id, secret_access_key) = (ID.to_owned(), SECRET.to_owned());
    let alice = IamUser { account: own, name: "alice".to_owned(), access_key_id, secret_access_key };
    user.sandbox.update(|options| options.users = vec![alice]);
    user.home.sign_in_config(&format!(
        "[profile deploy]\nrole_arn = arn:aws:iam::{other}:role/Deploy\nsource_profile = base\nregion = eu-west-3\n\
         [profile last]\nrole_arn = arn:aws:iam::{other}:role/Last\nsource_profile = deploy\n"
    ));
    user.home
        .write(".aws/credentials", format!("[base]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"));
    user
}

#[test]
fn each_verb_works_without_a_sign_in() {
    let user = user();
    let other = user.sandbox.accounts()[1].id.clone();
    let role = format!("arn:aws:iam::{other}:role/Deploy");
    for (line, status, printed, said) in [
        ("process deploy", 0, "\"AccessKeyId\":\"ASIA", ""),
        ("-r deploy -ext", 0, "\"AccessKeyId\":\"ASIA", ""),
        ("process last", 0, "\"AccessKeyId\":\"ASIA", ""),
        ("process deploy --assume {}Again", 0, "\"AccessKeyId\":\"ASIA", ""),
        ("env deploy", 0, "{}", ""),
        ("exec deploy -- printenv AWS_SSO_ROLE_ARN", 0, "{}\n", ""),
        ("exec --server deploy -- printenv AWS_SSO_ROLE_ARN", 0, "{}\n", ""),
        ("exec --as-profile deploy -- printenv AWS_PROFILE", 0, "deploy\n", ""),
        ("console deploy --print", 0, "https://eu-west-3.console.aws.amazon.com", ""),
        ("console deploy --print --duration 2h", 0, "https://eu-west-3.console.aws.amazon.com", ""),
        ("console last --print --duration 2h", 2, "", "an hour at most"),
        ("console deploy --print --portal", 2, "", "the access portal does not offer it"),
        ("check deploy", 0, "", ""),
        ("login -p deploy", 2, "", "begins with the access keys of profile base, which take no sign-in"),
        ("logout -p deploy", 2, "", "begins with the access keys of profile base, which take no sign-in"),
        ("process deploy -p nonsense", 2, "", "nonsense"),
        ("process deploy -p corp", 0, "\"AccessKeyId\":\"ASIA", ""),
        (
            "exec deploy -p corp -- true",
            0,
            "",
            "-p corp makes no difference: the profile deploy is one of no sso-session",
        ),
        ("use base --shell bash", 2, "", "has access keys of its own"),
        ("use deplyo --shell bash", 4, "", "did you mean deploy?"),
    ] {
        let line = line.replace("{}", &role);
        let output = user.aws_sso(&line).env("AWS_SSO_FUNCTION", "1").run();
        assert_eq!(output.exit.code(), Some(status), "{line}\n{output}");
        let printed = printed.replace("{}", &role);
        let stdout = output.stdout.replace("%3A", ":").replace("%2F", "/").replace("%3a", ":").replace("%2f", "/");
        assert!(stdout.contains(&printed), "{line}\n{output}");
        assert!(output.stderr.contains(said), "{line}\n{output}");
        assert!(!said.is_empty() || !output.stderr.contains("warning"), "{line}\n{output}");
        for key in [ID, SECRET] {
            assert!(!format!("{output}").contains(key), "{line}\n{output}");
        }
    }
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 0);
}

#[test]
fn a_shell_enters_renews_leaves_and_goes_back_to_it() {
    let user = user();
    let role = format!("arn:aws:iam::{}:role/Deploy", user.sandbox.accounts()[1].id);
    let script = "awsso use deploy\nenv -0 >used\nawsso whoami\nawsso status\nawsso check deploy\nawsso refresh\n\
                  env -0 >renewed\nawsso use last\nenv -0 >last\nawsso -\nenv -0 >back\nawsso clear\nenv -0 >cleared";
    for shell in Shell::all() {
        let output = user.script(shell, script).run().success();
        let value = |file: &str, name: &str| user.home.environment(file).get(name).cloned().unwrap_or_default();
        for file in ["used", "renewed", "back"] {
            assert_eq!(value(file, "AWS_SSO_ROLE_ARN"), role, "{shell:?} {file}");
            assert_eq!(value(file, "AWS_SSO_ROLE_LINE"), "deploy --via keys/base", "{shell:?} {file}");
            assert_eq!(value(file, "AWS_SSO_SESSION"), "", "{shell:?} {file}");
            assert!(value(file, "AWS_ACCESS_KEY_ID").starts_with("ASIA"), "{shell:?} {file}");
        }
        assert_eq!(value("last", "AWS_SSO_ROLE_ARN"), role.replace("Deploy", "Last"), "{shell:?}");
        assert_eq!(value("cleared", "AWS_SSO_ROLE_ARN"), "", "{shell:?}");
        let _ = output.prints(&format!("{role}, via the keys of base"));
    }
    assert!(user.home.environment("used").values().all(|value| value != ID && value != SECRET));
}
