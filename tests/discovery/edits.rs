//! Where profiles go: files before and after.

use crate::support::discovery::{CORP, Small};

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn profiles_go_into_place_or_into_the_block_and_nothing_else_changes() {
    const BEGIN: &str = "# >>> aws-sso discover -p corp >>>\n";
    const END: &str = "# <<< aws-sso discover -p corp <<<\n";
    const P1: &str = "[profile ONE]\ncredential_process = EXT(ONE)\n";
    const P2: &str = "[profile TWO]\ncredential_process = EXT(TWO)\n";
    let small = Small::new();
    let block = format!("{BEGIN}{P1}\n{P2}{END}");
    let second = format!("{BEGIN}{P2}{END}");
    let run = "discover -p corp";
    let with = |options: &str| format!("{run} {options}");
    // what is there, arguments, what it becomes, the counts
    let cases = [
        (String::new(), with(""), format!("\n{block}"), "2 profiles new, 0 changed, 0 unchanged, 0 stale"),
        (format!("\n{block}"), with(""), format!("\n{block}"), "is up to date: 0 profiles new, 0 changed, 2 unchanged"),
        // The block stands where it stands, with whatever is around it and in it.
        (
            format!("{BEGIN}# mine\n{P2}region = x\n# also mine\n{END}\n[default]\n"),
            with(""),
            format!("{BEGIN}{P1}\n# mine\n{P2}region = x\n# also mine\n{END}\n[default]\n"),
            "1 profiles new, 0 changed, 1 unchanged",
        ),
        // A name that somebody has defined by hand is updated in place, in whatever form its header is.
        (
            "[ profile \"ONE\" ] # mine\nregion=x\n; why\ncredential_process=old -x # y\noutput = text\n".to_owned(),
            with("--region eu-west-1"),
            format!(
                "[ profile \"ONE\" ] # mine\nregion=x\n; why\ncredential_process=EXT(ONE)\noutput = text\n\n{}",
                second.replace(END, &format!("region = eu-west-1\n{END}"))
            ),
            "1 profiles new, 1 changed, 0 unchanged",
        ),
        (
            "[profile ONE]\nregion = x\n\n".to_owned(),
            with(""),
            format!("[profile ONE]\nregion = x\ncredential_process = EXT(ONE)\n\n{second}"),
            "1 profiles new, 1 changed",
        ),
        // One that signs in to the same role by itself works already.
        (
            "[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = ROLE(ONE)\n".to_owned(),
            with(""),
            format!(
                "[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = ROLE(ONE)\n\n{second}"
            ),
            "1 profiles new, 0 changed, 1 unchanged",
        ),
        // One that gets its credentials in another way is somebody's own.
        (
            "[profile ONE]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n".to_owned(),
            with(""),
            format!("[profile ONE]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n\n{second}"),
            "1 profiles new, 0 changed, 0 unchanged",
        ),
        (
            "[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = Other\n".to_owned(),
            with(""),
            format!("[profile ONE]\nsso_session = corp\nsso_account_id = ACCOUNT\nsso_role_name = Other\n\n{second}"),
            "left as they are: ",
        ),
        // The other style, and back: never both in one profile.
        (
            format!("\n{block}"),
            with("--style sso"),
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
            with(""),
            format!("{BEGIN}[profile ONE]\nregion = x\noutput = json\ncredential_process = EXT(ONE)\n\n{P2}{END}"),
            "1 changed, 1 unchanged",
        ),
        // --region and --output are for new profiles, and for those of the block that have none.
        (
            format!("{BEGIN}{P1}region = x\n{END}"),
            with("--region eu-west-1 --output json"),
            format!("{BEGIN}{P1}region = x\noutput = json\n\n{P2}region = eu-west-1\noutput = json\n{END}"),
            "1 profiles new, 1 changed",
        ),
        // Stale is what stands in the block, means this directory, and is no longer offered.
        (
            format!(
                "[profile gone]\ncredential_process = aws-sso -p corp -r arn:aws:iam::ACCOUNT:role/Gone -ext\n{BEGIN}\
                 [profile a]\ncredential_process = other\n\n[profile gone]\ncredential_process = aws-sso -p corp -r \
                 arn:aws:iam::ACCOUNT:role/Gone -ext\nregion = x\n\n# on one\n{P1}\n{P2}\n[profile z]\n\
                 credential_process = aws-sso -p other -r arn:aws:iam::ACCOUNT:role/Gone -ext\n{END}# end\n"
            ),
            with("--prune"),
            format!(
                "[profile gone]\ncredential_process = aws-sso -p corp -r arn:aws:iam::ACCOUNT:role/Gone -ext\n{BEGIN}\
                 [profile a]\ncredential_process = other\n\n# on one\n{P1}\n{P2}\n[profile z]\n\
                 credential_process = aws-sso -p other -r arn:aws:iam::ACCOUNT:role/Gone -ext\n{END}# end\n"
            ),
            "2 unchanged, 1 stale and removed",
        ),
        (
            format!(
                "{BEGIN}[profile gone]\nsso_session = corp\nsso_account_id = 000000000000\nsso_role_name = x\n{END}"
            ),
            with(""),
            format!(
                "{BEGIN}{P1}\n{P2}\n[profile gone]\nsso_session = corp\nsso_account_id = 000000000000\n\
                 sso_role_name = x\n{END}"
            ),
            "2 profiles new, 0 changed, 0 unchanged, 1 stale (--prune removes them)",
        ),
        // What is left out by a pattern is not stale.
        (format!("\n{block}"), with("--exclude ROLE(ONE) --prune"), format!("\n{block}"), "1 unchanged, 0 stale"),
        (String::new(), with("--match */ROLE(TWO)"), format!("\n{second}"), "1 profiles new"),
        // Names of one's own.
        (
            String::new(),
            with("--name {session}.{account_name|slug}.{role|lower} --match */ROLE(ONE)"),
            format!("\n{BEGIN}[profile corp.NAME.LOWER]\ncredential_process = EXT(ONE)\n{END}"),
            "1 profiles new",
        ),
    ];
    let name = small.account.name.to_lowercase().replace(' ', "-");
    for (file, line, expected, said) in cases {
        let expected = expected.replace("NAME", &name).replace("LOWER", &small.account.roles[0].to_lowercase());
        let (after, told) = small.run(&format!("{CORP}{file}"), &small.spelled(&line));
        assert_eq!(after, small.spelled(&format!("{CORP}{expected}")), "{file:?} {line}");
        assert!(told.contains(said), "{file:?} {line}: {told}");
        // And once more.
        let again = small.user.aws_sso(&small.spelled(&line)).run().success().stdout;
        assert!(again.contains("is up to date: 0 profiles new, 0 changed"), "{file:?}: {again}");
        assert_eq!(small.user.home.read(".aws/config"), after, "{file:?} {line}");
    }
}
