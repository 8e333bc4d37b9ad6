//! Any value reaches each shell unchanged.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::other_shells::OtherShell;
use crate::support::{Home, Shell};

/// What account names, role names and tokens may hold, and what a shell would run or expand without quotes.
const AWKWARD: [&str; 24] = [
    "",
    "plain",
    "a b",
    "$(touch PWNED)",
    "`touch PWNED`",
    "'; touch PWNED; '",
    "\\'; touch PWNED; #",
    "\"; touch PWNED; \"",
    "\u{2019}; touch PWNED; \u{2018}",
    "\u{201A}\u{201B}",
    "=ls",
    "-rf",
    "--help",
    "~",
    "~root",
    "*",
    "{a,b}",
    "!!",
    "$HOME",
    "%PATH%",
    "\\",
    "\\\\",
    "trailing\\",
    "# comment",
];

/// The code that exports `values` as `V0`, `V1`, … and prints each, ended by NUL.
fn exports(shell: Shell, values: &[String]) -> String {
    let mut code = String::new();
    for (index, value) in values.iter().enumerate() {
        code.push_str(&shell.dialect().set(&format!("V{index}"), value));
        code.push('\n');
    }
    // A child prints the bytes that it was given, as the shells' own `printf` differ.
    code + "env -0"
}

#[track_caller]
fn assert_values_survive(shell: Shell, options: &[&str], values: &[String]) {
    let home = Home::new();
    let output = home.script_with(shell, options, &exports(shell, values)).run().success();
    for (index, value) in values.iter().enumerate() {
        let prefix = format!("V{index}=");
        let seen = output.stdout.split('\0').find_map(|line| line.strip_prefix(&prefix));
        assert_eq!(seen, Some(value.as_str()), "{shell:?}");
    }
    assert!(!home.has("PWNED"), "{shell:?}: something was executed");
}

#[test]
fn awkward_values_reach_each_shell_byte_for_byte() {
    for shell in Shell::all() {
        assert_values_survive(shell, &[], &AWKWARD.map(str::to_owned));
    }
    if Shell::Zsh.is_here() {
        let options = ["-o", "rcquotes", "-o", "globsubst", "-o", "shwordsplit", "-o", "magicequalsubst"];
        assert_values_survive(Shell::Zsh, &options, &AWKWARD.map(str::to_owned));
    }
}

#[test]
fn awkward_values_reach_shells_of_another_language_byte_for_byte() {
    for shell in OtherShell::all() {
        let home = Home::new();
        let set = |(number, value): (usize, &&str)| shell.set(&format!("V{number}"), value) + "\n";
        let script = AWKWARD.iter().enumerate().map(set).collect::<String>() + "sh -c 'env -0 >values'\n";
        let _ = shell.script(&home, &script).run().success().quiet();
        let values = home.environment("values");
        for (number, value) in AWKWARD.iter().enumerate() {
            assert_eq!(values[&format!("V{number}")], *value, "{shell:?}");
        }
        assert!(!home.has("PWNED"), "{shell:?}: something was executed");
    }
}

#[test]
fn awkward_values_reach_a_posix_shell_byte_for_byte() {
    use aws_sso::shell::Shell as Dialect;
    let home = Home::new();
    for (number, value) in AWKWARD.iter().enumerate() {
        let script = format!(
            "{}\nprintf '<%s>' \"$V\"\n{}\nprintf '<%s>' \"${{V-none}}\"",
            Dialect::Posix.set("V", value),
            Dialect::Posix.unset("V")
        );
        let output = home.command("/bin/sh").args(["-euc", &script]).run().success();
        assert_eq!(output.stdout, format!("<{value}><none>"), "value {number}");
    }
    assert!(!home.has("PWNED"));
}

#[test]
fn any_printable_value_reaches_each_shell_byte_for_byte() {
    let values = prop::collection::vec("\\PC{0,40}", 1..60);
    for shell in Shell::all() {
        let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        runner
            .run(&values, |values| {
                let values: Vec<_> = values.into_iter().filter(|value| aws_sso::shell::is_printable(value)).collect();
                assert_values_survive(shell, &[], &values);
                Ok(())
            })
            .unwrap();
    }
}
