//! Where profiles go: files before and after.

use crate::support::discovery::{CORP, Small};

/// The block of profiles that `discover` keeps.
const BEGIN: &str = "# >>> aws-sso discover -p corp >>> https://d-abc123.awsapps.com/start\n";
const END: &str = "# <<< aws-sso discover -p corp <<<\n";
/// The profiles of the two roles.
const P1: &str = "[profile ONE]\ncredential_process = EXT(ONE)\n";
const P2: &str = "[profile TWO]\ncredential_process = EXT(TWO)\n";

/// The config before, the options of `discover`, the config after, and words of its summary.
type Case<'a> = (String, &'a str, String, &'a str);

/// Runs each case twice: the second run changes nothing.
#[track_caller]
fn check<'a>(cases: impl IntoIterator<Item = Case<'a>>) {
    let small = Small::new();
    for (before, options, expected, summary) in cases {
        let line = small.spelled(&format!("discover -p corp {options}"));
        let (after, shown) = small.run(&format!("{CORP}{before}"), &line);
        assert_eq!(after, small.spelled(&format!("{CORP}{expected}")), "{before:?} {line}");
        assert!(shown.contains(summary), "{before:?} {line}: {shown}");
        let again = small.user.aws_sso(&line).run().success().stdout;
        assert!(again.contains("is up to date: 0 profiles new, 0 changed"), "{before:?}: {again}");
        assert_eq!(small.user.home.read(".aws/config"), after, "{before:?} {line}");
    }
}

/// The block with both profiles.
fn block() -> String {
    format!("{BEGIN}{P1}\n{P2}{END}")
}

/// The block with the second profile alone.
fn second() -> String {
    format!("{BEGIN}{P2}{END}")
}

#[test]
fn new_profiles_go_into_the_block_and_what_is_around_it_stays() {
    let block = block();
    check([
        (String::new(), "", format!("\n{block}"), "2 profiles new, 0 changed, 0 unchanged, 0 stale"),
        (format!("\n{block}"), "", format!("\n{block}"), "is up to date: 0 profiles new, 0 changed, 2 unchanged"),
        (
            format!("{BEGIN}# mine\n{P2}region = x\n# also mine\n{END}\n[default]\n"),
            "",
            format!("{BEGIN}{P1}\n# mine\n{P2}region = x\n# also mine\n{END}\n[default]\n"),
            "1 profile new, 0 changed, 1 unchanged",
        ),
    ]);
}

#[test]
fn a_profile_outside_the_block_is_updated_where_it_stands() {
    let second = second();
    let begin = BEGIN.replace('\n', " region=eu-west-1\n");
    let with_region = format!("{begin}{P2}region = eu-west-1\n{END}");
    check([
        (
            "[ profile \"ONE\" ] # mine\nregion=x\n; why\ncredential_process=old -x # y\noutput = text\n".to_owned(),
            "--region eu-west-1",
            format!(
                "[ profile \"ONE\" ] # mine\nregion=x\n; why\ncredential_process=EXT(ONE)\n\
                output = text\n\n{with_region}"
            ),
            "1 profile new, 1 changed, 0 unchanged",
        ),
        (
            "[profile ONE]\nregion = x\n\n".to_owned(),
            "",
            format!("[profile ONE]\nregion = x\ncredential_process = EXT(ONE)\n\n{second}"),
            "1 profile new, 1 changed",
        ),
    ]);
}

#[test]
fn a_profile_with_credentials_of_its_own_stays_as_it_is() {
    let native = "[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = ROLE(ONE)\n";
    let assumed = "[profile ONE]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n";
    // A name that the user gave to a profile of another role.
    let renamed = "[profile ONE]\ncredential_process = EXT(TWO)\n";
    let other = "[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = Other\n";
    let second = second();
    check([
        (native.to_owned(), "", format!("{native}\n{second}"), "1 profile new, 0 changed, 1 unchanged"),
        (assumed.to_owned(), "", format!("{assumed}\n{second}"), "1 profile new, 0 changed, 0 unchanged"),
        (other.to_owned(), "", format!("{other}\n{second}"), "left as they are: "),
        (renamed.to_owned(), "", format!("{renamed}\n{second}"), "1 left: 1 with other credentials"),
    ]);
}

#[test]
fn a_profile_has_one_style_never_both() {
    let block = block();
    check([
        (
            format!("\n{block}"),
            "--style sso",
            format!(
                "\n{BEGIN}[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = ROLE(ONE)\n\n\
                 [profile TWO]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = ROLE(TWO)\n{END}"
            ),
            "2 changed",
        ),
        (
            format!(
                "{BEGIN}[profile ONE]\nregion = x\nsso_session = corp\nsso_account_id = ACCOUNT\noutput = json\n\
                 sso_role_name = ROLE(ONE)\n\n{P2}{END}"
            ),
            "",
            format!("{BEGIN}[profile ONE]\nregion = x\noutput = json\ncredential_process = EXT(ONE)\n\n{P2}{END}"),
            "1 changed, 1 unchanged",
        ),
    ]);
}

/// The first line of a block says what discovery wrote into its profiles.
#[test]
fn region_and_output_reach_profiles_of_the_block_where_the_user_has_not_set_another() {
    let begin = |note: &str| BEGIN.replace('\n', &format!(" {note}\n"));
    let (none, west, both) = (begin(""), begin("region=eu-west-1"), begin("region=eu-west-1 output=json"));
    let none = none.replace(" \n", "\n");
    let old_block = format!("# >>> aws-sso discover -p corp >>>\n{P1}region = x\n\n{P2}region = x\n{END}");
    check([
        (
            format!("{none}{P1}region = x\n{END}"),
            "--region eu-west-1 --output json",
            format!("{both}{P1}region = x\noutput = json\n\n{P2}region = eu-west-1\noutput = json\n{END}"),
            "1 profile new, 1 changed, 0 unchanged, 0 stale, 1 left: 1 with a region or output of yours",
        ),
        (
            format!("{}{P1}region = x\n\n{P2}region = mine\n{END}", begin("region=x")),
            "--region eu-west-1",
            format!("{west}{P1}region = eu-west-1\n\n{P2}region = mine\n{END}"),
            "1 changed, 1 unchanged",
        ),
        // A block of an earlier version: what most of its profiles have was written by discovery.
        (
            old_block,
            "--region eu-west-1",
            format!("{west}{P1}region = eu-west-1\n\n{P2}region = eu-west-1\n{END}"),
            "2 changed",
        ),
    ]);
}

/// A stale profile is in the block, belongs to this sso-session, and has a role that is no longer offered.
#[test]
fn prune_removes_stale_profiles_and_no_others() {
    let gone = "[profile gone]\ncredential_process = aws-sso -p corp -r arn:aws:iam::ACCOUNT:role/Gone -ext\n";
    let gone_native = "[profile gone]\nsso_session = corp\nsso_account_id = 000000000000\nsso_role_name = x\n";
    let foreign = "[profile a]\ncredential_process = other\n";
    let other_session = "[profile z]\ncredential_process = aws-sso -p other -r arn:aws:iam::ACCOUNT:role/Gone -ext\n";
    let block = block();
    check([
        (
            format!("{gone}{BEGIN}{foreign}\n{gone}region = x\n\n# on one\n{P1}\n{P2}\n{other_session}{END}# end\n"),
            "--prune",
            format!("{gone}{BEGIN}{foreign}\n# on one\n{P1}\n{P2}\n{other_session}{END}# end\n"),
            "2 unchanged, 1 stale and removed",
        ),
        (
            format!("{BEGIN}{gone_native}{END}"),
            "",
            format!("{BEGIN}{P1}\n{P2}\n{gone_native}{END}"),
            "2 profiles new, 0 changed, 0 unchanged, 1 stale (--prune removes them)",
        ),
        // Lines of the user's own are worth more than a tidy file.
        (
            format!("{BEGIN}{P1}\n{P2}\n{gone}# my note\ncli_pager =\n{END}"),
            "--prune",
            format!("{BEGIN}{P1}\n{P2}\n{gone}# my note\ncli_pager =\n{END}"),
            "0 stale, 1 left: 1 without a role, with lines of yours",
        ),
        // A command around this program is the user's own.
        (
            "[profile ONE]\ncredential_process = env HTTPS_PROXY= EXT(ONE)\n".to_owned(),
            "--match */ROLE(ONE)",
            "[profile ONE]\ncredential_process = env HTTPS_PROXY= EXT(ONE)\n".to_owned(),
            "1 left: 1 with other credentials",
        ),
        // What a pattern leaves out is not stale.
        (format!("\n{block}"), "--exclude ROLE(ONE) --prune", format!("\n{block}"), "1 unchanged, 0 stale"),
    ]);
}

#[test]
fn patterns_choose_roles_and_a_template_names_profiles() {
    let small = Small::new();
    let account = small.account.name.to_lowercase().replace(' ', "-");
    let name = format!("corp.{account}.{}", small.account.roles[0].to_lowercase());
    check([
        (String::new(), "--match */ROLE(TWO)", format!("\n{}", second()), "1 profile new"),
        (
            String::new(),
            "--name {session}.{account_name|slug}.{role|lower} --match */ROLE(ONE)",
            format!("\n{BEGIN}[profile {name}]\ncredential_process = EXT(ONE)\n{END}"),
            "1 profile new",
        ),
    ]);
}
