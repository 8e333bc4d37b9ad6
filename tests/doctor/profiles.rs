//! Profiles whose role, session or program is gone.

use crate::support::doctor::{Case, append, check, rival};
use crate::support::user::User;

/// Adds a profile to the block of discovery.
fn in_block(user: &User, profile: &str) {
    let config = user.home.read(".aws/config").replace("# <<< ", &format!("{profile}# <<< "));
    user.home.write(".aws/config", config);
}

/// The role of a profile that discovery wrote before it was taken from the user.
const GONE: &str = "credential_process = aws-sso -p corp -r arn:aws:iam::123456789012:role/Gone -ext";

const CASES: &[Case] = &[
    (
        "profiles that would run another tool",
        |user, run| rival(user, "\x7fELF github.com/synfinatic/aws-sso-cli/", run),
        ["Profiles", "broken", "another tool", "aws-sso discover --absolute"],
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
        ["Profiles", "broken", "profile gone: corp does not offer its role", "name another role in it, or delete"],
    ),
    (
        "a discovered role that is no longer offered",
        |user, run| {
            let line = "credential_process = aws-sso -p corp -r arn:aws:iam::123456789012:role/Gone -ext";
            in_block(user, &format!("[profile gone]\n{line}\n"));
            run
        },
        ["Profiles", "broken", "profile gone: corp does not offer its role", "run: aws-sso discover -p corp --prune"],
    ),
    (
        "a name that begins like an option",
        |user, run| {
            append(user, "\n[profile -Dev]\nregion = eu-west-1\n");
            run
        },
        ["Profiles", "warning", "the name of the profile -Dev begins with -", "give it another name, also in each"],
    ),
    (
        "a name in the credentials file that begins like an option",
        |user, run| {
            user.home.write(".aws/credentials", "[-old]\naws_access_key_id = A\naws_secret_access_key = planted-1\n");
            run
        },
        ["Profiles", "warning", "credentials:1: the name of the profile -old begins with -", "give it another name"],
    ),
    (
        "a discovered name that begins like an option",
        |user, run| {
            in_block(user, &format!("[profile -Dev]\n{GONE}\n"));
            run
        },
        ["Profiles", "warning", "the name of the profile -Dev", "give discover -p corp the --name that you gave it"],
    ),
    (
        "such a name of a profile with lines of the user",
        |user, run| {
            in_block(user, &format!("[profile -Dev]\n{GONE}\ncli_pager = cat\n"));
            run
        },
        ["Profiles", "warning", "the name of the profile -Dev", "then move your lines from -Dev to its role's new"],
    ),
    (
        "such a name that a source_profile has",
        |user, run| {
            append(user, "[profile chained]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = -Dev\n");
            in_block(user, &format!("[profile -Dev]\n{GONE}\n"));
            run
        },
        [
            "Profiles",
            "warning",
            "the name of the profile -Dev",
            "its role's new profile in each source_profile, and do",
        ],
    ),
    (
        "such a name of the user's own in the block",
        |user, run| {
            in_block(user, "[profile -Dev]\nregion = eu-west-1\n");
            run
        },
        ["Profiles", "warning", "the name of the profile -Dev", "give it another name, also in each"],
    ),
    (
        "a discovered role that is no longer offered, with lines of the user",
        |user, run| {
            in_block(user, &format!("[profile gone]\n{GONE}\ncli_pager = cat\n"));
            run
        },
        ["Profiles", "broken", "profile gone: corp does not offer its role", "name another role in it, or delete"],
    ),
    (
        "a discovered name that begins like an option, by the settings",
        |user, run| {
            user.home.write(".config/aws-sso/config", "[discover]\nname = {account_name}-{role}\n");
            in_block(user, &format!("[profile -Dev]\n{GONE}\n"));
            run
        },
        ["Profiles", "warning", "the name of the profile -Dev", "run: aws-sso discover -p corp --prune"],
    ),
    (
        "discovered profiles of an sso-session that was renamed",
        |user, run| {
            let config = user.home.read(".aws/config").replace("[sso-session corp]", "[sso-session new]");
            user.home.write(".aws/config", config);
            run
        },
        [
            "Profiles",
            "broken",
            "16 profiles sign in with corp, but there is no profile or sso-session corp",
            "run: aws-sso discover -p new --adopt corp",
        ],
    ),
    (
        "discovered profiles of an sso-session that was renamed, in the SDKs' own keys",
        |user, run| {
            let _ = user.aws_sso("discover -p corp --style sso").run().success();
            let config = user.home.read(".aws/config").replace("[sso-session corp]", "[sso-session new]");
            user.home.write(".aws/config", config);
            run
        },
        ["Profiles", "broken", "16 profiles sign in with corp", "run: aws-sso discover -p new --adopt corp"],
    ),
    (
        "an invalid role",
        |user, run| {
            append(user, "\n[profile bad]\ncredential_process = aws-sso -p corp -r arn:aws:iam::1:user/x -ext\n");
            run
        },
        ["Profiles", "broken", "profile bad: arn:aws:iam::1:user/x is not an ARN", "write a role like"],
    ),
    (
        "an unknown sso-session in a profile",
        |user, run| {
            append(
                user,
                "\n[profile bad]\ncredential_process = aws-sso -p crop -r arn:aws:iam::123456789012:role/x -ext\n",
            );
            run
        },
        ["Profiles", "broken", "there is no profile or sso-session crop: bad", "name another sso-session"],
    ),
    (
        "a missing program",
        |user, run| {
            append(
                user,
                "\n[profile bad]\ncredential_process = \
                /nowhere/aws-sso -p corp -r arn:aws:iam::123456789012:role/x -ext\n",
            );
            run
        },
        ["Profiles", "broken", "there is no program /nowhere/aws-sso", "aws-sso discover"],
    ),
    (
        "a profile of a missing session",
        |user, run| {
            append(
                user,
                "\n[profile lost]\nsso_session = nope\nsso_account_id = 123456789012\nsso_role_name = Admin\n",
            );
            run
        },
        ["Profiles", "broken", "profile lost names the sso-session nope", "add a section [sso-session nope]"],
    ),
    (
        "a native profile whose role is gone",
        |user, run| {
            append(user, "\n[profile gone]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Gone\n");
            run
        },
        ["Profiles", "broken", "corp does not offer its role 123456789012/Gone", "name another role in it, or delete"],
    ),
];

#[test]
fn each_fault_of_a_profile_is_found() {
    check(CASES);
}
