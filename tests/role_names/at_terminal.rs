//! On a terminal, a name that nothing is called leads to the picker.

use crate::support::picker::chosen;
use crate::support::remembered::{called, remembered};
use crate::support::{programs, skip};

#[test]
fn a_near_name_opens_the_picker_with_words_that_have_rows_and_is_never_taken_by_itself() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    let id = user.sandbox.accounts()[0].id.clone();
    // What was typed has no row, what is near has one only, and still that is asked for.
    let mut terminal = user.aws_sso("use --shell bash paymnts/readr").in_terminal();
    terminal.wait_for("> payments-dev reader").wait_for("  1/8 ").send("\x1b");
    let output = terminal.finish().status(130);
    assert!(output.stdout.contains("there is no account called paymnts"), "{output}");
    let mut terminal = user.aws_sso("use --shell bash prod/ReadOnly").in_terminal();
    terminal.wait_for("> prod ReadOnly").wait_for("  1/8  Type or move, then Enter takes").send(" \r");
    let role = chosen(&terminal.finish().success().stdout).unwrap();
    assert!(role.ends_with(":role/ReadOnlyAccess"), "{role}");

    // An account alone: its roles and no others.
    for picker in ["skim", "fzf"] {
        if picker == "fzf" && programs("fzf").next().is_none() {
            skip("fzf is not installed: picker = fzf is not tested");
            continue;
        }
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        let mut terminal = user.aws_sso("use --shell bash payments-dev").in_terminal();
        // Enter alone takes none: nobody has asked for this list.
        terminal.wait_for("4/4").wait_for(&id).send("\roperator");
        terminal.wait_for("1/4").send("\r");
        let role = chosen(&terminal.finish().success().stdout);
        assert_eq!(role, Some(format!("arn:aws:iam::{id}:role/operator")), "{picker}");
    }
}

#[test]
fn no_picker_opens_over_what_was_typed_ahead_and_all_of_that_is_left_for_the_shell() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    let id = user.sandbox.accounts()[1].id.clone();
    let which = format!("{id}/reader");
    for (picker, line, remedy) in [
        ("skim", "use --shell bash payments-prod", &*which),
        ("fzf", "use --shell bash payments-prod", &which),
        ("number", "exec payments-prod -- touch RAN", &which),
        ("skim", "use --shell bash payments/reader", "did you mean"),
        ("skim", "env payments-prod/Administrator", "did you mean"),
    ] {
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        // The last case of what is typed has no Enter, as where a person is still typing.
        for rest in ["\recho next\r", "echo next"] {
            let script = format!(
                "read -r go; aws-sso {line}; echo status $?; read -r one
                [ -n \"$PART\" ] || read -r two; echo \"then <$one> <$two>\""
            );
            let part = if rest.ends_with('\r') { "" } else { "yes" };
            let run = user.home.command("sh").args(["-c", &script]).env("PART", part);
            let mut terminal = run.endpoint(user.sandbox.endpoint()).in_terminal();
            terminal.send(&format!("go\r{rest}"));
            terminal.wait_for("status ");
            terminal.send(if part.is_empty() { "" } else { "\r" });
            terminal.wait_for(if part.is_empty() { "then <> <echo next>" } else { "then <echo next> <>" });
            let output = terminal.finish().success();
            assert!(output.stdout.contains(remedy), "{line} {output}");
            assert!(!user.home.has("RAN"), "{line} {output}");
        }
    }
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
