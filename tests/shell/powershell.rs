//! PowerShell: tested against its published rules, and with `pwsh` itself.

use std::path::Path;

use aws_sso::credentials::RoleCredentials;
use aws_sso::shell::{Change, Grant, RoleLabels};
use aws_sso::shell::{Hook, Init, Shell, script};
use proptest::prelude::*;
use snapbox::assert_data_eq;

use crate::support::Home;

fn printed(program: &str, hook: Hook) -> String {
    let program = Path::new(program);
    let code =
        script(Shell::Powershell, &Init { command: "awsso", program, hook, completion: false, key: None }).unwrap();
    // The version would otherwise change the snapshot with each release.
    code.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// The code that the printed line evaluates: the second of its texts, as PowerShell reads it.
fn init(program: &str, hook: Hook) -> String {
    let line = printed(program, hook);
    let rest = line.strip_prefix("'true' , ").unwrap();
    let (code, rest) = read_verbatim(rest).unwrap();
    assert_eq!(rest, " , \"\\\"\"'\" -clike \"* *\" | Invoke-Expression #'\n");
    code + "\n"
}

/// What `env --shell powershell` prints for a role.
fn exports() -> String {
    let credentials = RoleCredentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: "secret/'with+'quotes".to_owned().into(),
        session_token: "$(Get-Date); `n \"token\"".to_owned().into(),
        expiration: "2030-01-02T03:04:05Z".parse().unwrap(),
        account_id: "123456789012".to_owned(),
    };
    let labels = RoleLabels {
        shown: "dev & 'test'/reader".to_owned(),
        session: "corp".to_owned(),
        arn: "arn:aws:iam::123456789012:role/reader".to_owned(),
        account_id: "123456789012".to_owned(),
        role_name: "reader".to_owned(),
        line: None,
        account_name: Some("dev & 'test'".to_owned()),
        session_end: None,
    };
    let grant = Grant { labels: &labels, credentials: &credentials, region: Some("eu-west-1") };
    Change::to_role(&grant).render(Shell::Powershell).unwrap()
}

/// `SNAPSHOTS=overwrite` updates them.
#[test]
fn the_code_is_what_was_reviewed() {
    for (hook, golden) in [
        (Hook::Notice, snapbox::file!["golden/init-notice.ps1"]),
        (Hook::Refresh, snapbox::file!["golden/init-refresh.ps1"]),
        (Hook::None, snapbox::file!["golden/init-none.ps1"]),
    ] {
        // A statement a line, for people to read.
        let code = init("/opt/it's here/aws-sso", hook).replace("; ", ";\n").replace("{ ", "{\n");
        assert_data_eq!(code, golden.raw());
    }
    assert_data_eq!(exports(), snapbox::file!["golden/env.ps1"].raw());
}

/// Windows PowerShell reads a file without a byte order mark in the ANSI code page.
#[test]
fn the_code_is_ascii() {
    for hook in [Hook::Notice, Hook::Refresh, Hook::None] {
        let code = printed("/opt/Gr\u{f6}\u{df}e \u{2019}\u{1f600}/aws-sso", hook);
        assert!(code.is_ascii() && code.lines().count() == 1, "{code}");
    }
    assert!(include_str!("../../shell/init.ps1").is_ascii() && exports().is_ascii());
}

#[test]
fn the_code_is_powershell_to_another_parser() {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    let mut is_sound = |code: &str| !parser.parse(code, None).unwrap().root_node().has_error();
    for hook in [Hook::Notice, Hook::Refresh, Hook::None] {
        assert!(is_sound(&init("/usr/bin/aws-sso", hook)), "{hook:?}");
    }
    assert!(is_sound(include_str!("../../shell/init.ps1")));
    assert!(is_sound("$env:A = 'b'\n"));
    // The parser does find errors.
    assert!(!is_sound("function global:f { if ($true { }"));
}

/// The characters that PowerShell takes for a single quote (`CharExtensions.IsSingleQuote` in its tokenizer).
fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}')
}

/// Reads a verbatim string as PowerShell's tokenizer does (`ScanStringLiteral`): two quotes in a row stand for one,
/// the second; a single one ends it. Returns the value, and the text after it.
fn read_verbatim(text: &str) -> Option<(String, &str)> {
    let mut chars = text.char_indices().peekable();
    chars.next().filter(|(_, c)| is_single_quote(*c))?;
    let mut value = String::new();
    while let Some((index, c)) = chars.next() {
        if !is_single_quote(c) {
            value.push(c);
        } else if let Some((_, second)) = chars.next_if(|(_, next)| is_single_quote(*next)) {
            value.push(second);
        } else {
            return Some((value, &text[index + c.len_utf8()..]));
        }
    }
    None
}

/// Reads a verbatim string, or a sum of such strings and of characters. A surrogate is a character of its own.
fn read_sum(text: &str) -> Option<String> {
    let Some(mut text) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else {
        return read_verbatim(text).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value);
    };
    let mut units: Vec<u16> = Vec::new();
    loop {
        let (value, rest) = read_verbatim(text)?;
        units.extend(value.encode_utf16());
        let Some(rest) = rest.strip_prefix("+[char]") else { break };
        let (unit, rest) = rest.split_once('+')?;
        units.push(unit.parse().ok()?);
        text = rest;
    }
    String::from_utf16(&units).ok()
}

#[test]
fn the_reader_of_verbatim_strings_knows_what_other_tools_got_wrong() {
    let cases = [
        ("'a'", Some(("a", ""))),
        ("'a''b' c", Some(("a'b", " c"))),
        // Doubling only the ASCII quote, as other tools do, lets the rest escape.
        ("'a\u{2019}; touch PWNED; \u{2018}'", Some(("a", "; touch PWNED; \u{2018}'"))),
        ("\u{201A}a\u{201B}", Some(("a", ""))),
        ("'a'\u{2019}b'", Some(("a\u{2019}b", ""))),
        ("'a''", None),
        ("a", None),
    ];
    for (text, expected) in cases {
        assert_eq!(read_verbatim(text), expected.map(|(value, rest)| (value.to_owned(), rest)), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_one_string_or_a_sum(value in "([a'\u{2018}\u{2019}\u{201A}\u{201B}`$(){};\"\\\\ -]|\\PC){0,24}") {
        let quoted = Shell::Powershell.quote(&value);
        prop_assert_eq!(read_sum(&quoted), Some(value));
        prop_assert!(quoted.is_ascii());
    }
}

#[test]
fn pwsh_runs_the_code_under_strict_mode_and_reads_every_value() {
    let home = Home::new();
    home.sign_in_config("");
    let value = "'; touch PWNED; ' \u{2018}\u{2019}\u{201A}\u{201B} $(touch PWNED) `touch PWNED` \"x\"";
    let set = Shell::Powershell.set("AWS_PROFILE", value);
    let unset = Shell::Powershell.unset("AWS_PROFILE");
    let code = format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
         aws-sso init powershell | Out-String | Invoke-Expression\n\
         aws-sso init powershell | Out-String | Invoke-Expression\n\
         {set}\n[Console]::OutputEncoding = [Text.Encoding]::UTF8\n[Console]::WriteLine($env:AWS_PROFILE)\n\
         {unset}\n{unset}\n[Console]::WriteLine((Test-Path Env:/AWS_PROFILE))\n\
         awsso --version\nawsso clear\n$ErrorActionPreference = 'Continue'\nawsso use nobody\n\
         [Console]::WriteLine(\"status $LASTEXITCODE\")\n\
         $env:AWS_SSO_EXPIRATION = 'a[$(touch PWNED)]'\n$null = prompt\n\
         $env:AWS_SSO_EXPIRATION = '1700000000'\n$null = prompt\n$null = prompt\n"
    );
    let Some(run) = home.powershell(&code) else { return };
    let output = run.run().success();
    let expected = format!("{value}\nFalse\naws-sso {}\nstatus 4\n", env!("CARGO_PKG_VERSION"));
    assert!(output.stdout.starts_with(&expected), "{output}");
    assert_eq!(output.stdout.matches("have expired").count(), 1, "{output}");
    assert!(!home.has("PWNED"));
}
