//! On a terminal, a name that nothing is called leads to the picker.

use crate::support::picker::chosen;
use crate::support::remembered::{called, remembered};

#[test]
fn a_near_name_opens_the_picker_with_those_words_and_is_never_taken_by_itself() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    let id = user.sandbox.accounts()[0].id.clone();
    // The words fit one row only, and still that is asked for.
    let mut terminal = user.aws_sso("use --shell bash paymnts/readr").in_terminal();
    terminal.wait_for("> paymnts readr").send("\x1b");
    let output = terminal.finish().status(130);
    assert!(output.stdout.contains("there is no account called paymnts"), "{output}");
    let mut terminal = user.aws_sso("use --shell bash prod/ReadOnly").in_terminal();
    terminal.wait_for("> prod ReadOnly").wait_for("  1/8 ").send("\r");
    let role = chosen(&terminal.finish().success().stdout).unwrap();
    assert!(role.ends_with(":role/ReadOnlyAccess"), "{role}");

    // An account alone: its roles and no others.
    let mut terminal = user.aws_sso("use --shell bash payments-dev").in_terminal();
    terminal.wait_for("4/4").wait_for(&id).send("operator");
    terminal.wait_for("1/4").send("\r");
    assert_eq!(chosen(&terminal.finish().success().stdout).unwrap(), format!("arn:aws:iam::{id}:role/operator"));
}

#[test]
fn no_picker_opens_for_a_program_nor_where_nobody_is_to_be_asked() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    for line in ["process payments-dve/reader", "env payments-dve/reader --login never", "use zzzzzzzz --shell bash"] {
        let output = user.aws_sso(line).in_terminal().finish().status(4);
        assert!(output.stdout.contains("aws-sso: ") && !output.stdout.contains("> "), "{output}");
    }
    // Two fit: both are listed, none is chosen.
    let user = remembered(called(&["Prod", "prod"]));
    let output = user.aws_sso("env PROD/reader").in_terminal().finish().status(2);
    assert!(output.stdout.contains("could be Prod/reader or prod/reader"), "{output}");
}
