//! What is written to a window of 80 columns: a terminal breaks lines within words.

use std::num::NonZero;

use aws_sso::sandbox::Options;

use crate::support::Home;
use crate::support::user::User;

const ROWS: NonZero<u16> = NonZero::new(24).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(80).unwrap();

#[test]
fn messages_break_between_words_on_a_terminal_and_nowhere_else() {
    let user = User::signed_in(Options::default());
    // It leads to a warning.
    user.home.write(".config/aws-sso/config", "pickr = fzf\n");
    let long = "a-profile-with-a-name-as-long-as-those-of-larger-organizations";
    for (line, label) in [
        // The line would end within `eu-west-1`.
        ("env nope --region eu-wset-1", "aws-sso: "),
        ("exec nope --region eu-wset-1 -- true", "aws-sso: "),
        ("exec nope --kill-after never -- true", "error: "),
        ("exec nope --nonsense-which-does-not-exist --and-more-of-it-than-fits-into-one-row -- true", "error: "),
        (&format!("login -p {long}"), "aws-sso: "),
        (&format!("env {long}/Reader --region eu-wset-1"), "aws-sso: "),
    ] {
        let piped = user.aws_sso(line).run();
        assert!(piped.stderr.starts_with(label) && !piped.exit.success(), "{line}: {piped}");
        let terminal = user.aws_sso(line).in_window(ROWS, COLUMNS);
        assert!(terminal.wait_until(|screen| words(screen).len() >= piped.stderr.split_whitespace().count()), "{line}");
        assert_eq!(terminal.look(words), piped.stderr.split_whitespace().collect::<Vec<_>>(), "{line}");
        let _ = terminal.finish();
    }
}

/// The words of a window, row by row.
fn words(screen: &vt100::Screen) -> Vec<String> {
    let rows = screen.rows(0, COLUMNS.get());
    rows.flat_map(|row| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn a_command_to_run_stays_in_one_piece() {
    let user = User::signed_in(Options::default());
    let line = "env -p corp nope/ReadOnlyAccess --region eu-wset-1 --shell powershell --login never --quiet";
    let command = user.aws_sso(line).run().stderr;
    let command = command.lines().find_map(|line| line.trim().strip_prefix("run: ")).unwrap().to_owned();
    assert!(command.len() > 80, "{command}");
    let mut terminal = user.aws_sso(line).in_window(ROWS, COLUMNS);
    // It joins the rows that the terminal has broken, and no others.
    terminal.wait_for(&format!("run: {command}"));
    let _ = terminal.finish();
}

#[test]
fn settings_that_come_from_a_file_or_a_variable_fit() {
    let home = Home::new();
    home.write(
        ".config/aws-sso/config",
        format!("{}picker = fzf\n[alias]\nprod = 123456789012/Admin\n", "\n".repeat(9)),
    );
    let output = home.aws_sso(["settings"]).env("AWS_SSO_SESSION", "corp").run().success();
    assert!(output.stdout.contains(":10\n") && output.stdout.contains(" AWS_SSO_SESSION\n"), "{output}");
    assert!(output.stdout.lines().all(|line| line.len() <= 79), "{output}");
}

/// zsh and Elvish show a candidate as one text.
#[test]
fn tab_shows_verbs_in_two_columns_that_fit_and_says_nothing_of_the_function_in_it() {
    let home = Home::new();
    for shell in ["zsh", "elvish", "fish", "nushell", "xonsh"] {
        let offered = home.aws_sso(["complete", "--shell", shell, "--", "awsso", ""]).run().success().stdout;
        assert!(offered.contains("Choose a role for this shell"), "{shell}: {offered}");
        assert!(!offered.contains("(through"), "{shell}: {offered}");
        if !["zsh", "elvish"].contains(&shell) {
            continue;
        }
        let shown: Vec<_> = offered.lines().map(|line| line.replace('\t', "  ")).collect();
        assert!(shown.iter().all(|line| line.len() <= 79), "{shell}: {offered}");
        let column = |line: &String| line.len() - line.split_once("  ").unwrap().1.trim_start().len();
        assert!(shown.iter().all(|line| column(line) == column(&shown[0])), "{shell}: {offered}");
        let without = home.aws_sso(["complete", "--shell", shell, "--", "aws-sso", ""]).run().success().stdout;
        assert!(without.contains("Choose a role for this shell (through the awsso function)"), "{shell}: {without}");
    }
}
