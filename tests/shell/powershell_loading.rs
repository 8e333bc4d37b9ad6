//! What is printed for PowerShell, loaded in each way in which people load such code.

use crate::support::{AWS_SSO, Home};

/// The ways that documentations of other tools name. `PROGRAM` stands for the program, `FILE` for what it has printed.
const WAYS: [&str; 7] = [
    "PROGRAM init powershell | Invoke-Expression",
    "Invoke-Expression (& PROGRAM init powershell)",
    "Invoke-Expression \"$(& PROGRAM init powershell)\"",
    "PROGRAM init powershell | Out-String | Invoke-Expression",
    "Invoke-Expression (& { (PROGRAM init powershell) -join \"`n\" })",
    "Invoke-Expression (PROGRAM init powershell | Out-String)",
    ". FILE",
];

#[test]
fn each_way_of_loading_defines_the_function_and_says_nothing() {
    let home = Home::new();
    home.write("init.ps1", home.aws_sso(["init", "powershell"]).run().success().stdout);
    let mut script = String::from("Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n");
    for way in WAYS {
        let way = way.replace("PROGRAM", "aws-sso").replace("FILE", "$HOME/init.ps1");
        // A function of a script would be gone after the block: the function is one of the session.
        script += &format!("& {{\n{way}\n{way}\n}}\nawsso --version\nRemove-Item Function:/awsso\n");
    }
    let Some(run) = home.powershell(&script) else { return };
    let version = concat!("aws-sso ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run.run().success().quiet().stdout, version.repeat(WAYS.len()));
}

#[test]
fn the_program_is_found_in_a_folder_of_any_name_and_the_line_is_ascii() {
    let home = Home::new();
    let mut script = String::new();
    let folders =
        ["a b", "it's", "$(touch PWNED)", "\u{2019}; touch PWNED; \u{2018}", "`n$HOME\"", "Gr\u{f6}\u{df}e \u{1f600}"];
    for (number, folder) in folders.into_iter().enumerate() {
        home.write(format!("{folder}/x"), "");
        let program = home.path(folder).join("aws-sso");
        std::fs::hard_link(AWS_SSO, &program).or_else(|_| std::fs::copy(AWS_SSO, &program).map(drop)).unwrap();
        let code = home.command(&program).args(["init", "powershell"]).run().success().stdout;
        assert!(code.is_ascii() && code.lines().count() == 1, "{code}");
        home.write(format!("{number}.ps1"), code);
        script += &format!(". $HOME/{number}.ps1\nawsso --version\n");
    }
    let Some(run) = home.powershell(&script) else { return };
    let version = concat!("aws-sso ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run.run().success().quiet().stdout, version.repeat(folders.len()));
    assert!(!home.has("PWNED"));
}

#[test]
fn an_alias_of_that_name_gives_way_or_is_named() {
    let home = Home::new();
    let script = "$WhatIfPreference = $true; $ConfirmPreference = 'Low'\n\
                  Set-Alias awsso nothing -Option ReadOnly -WhatIf:$false -Confirm:$false\n\
                  aws-sso init powershell | Invoke-Expression\n(Get-Command awsso).CommandType\n\
                  Set-Alias awsso nothing -Option Constant -Scope Global -WhatIf:$false -Confirm:$false\n\
                  aws-sso init powershell | Invoke-Expression\n";
    let Some(run) = home.powershell(script) else { return };
    let expected = "Function\naws-sso: the alias awsso cannot be removed and hides the function; \
                    remove its line, or run: aws-sso init powershell --cmd NAME\n";
    assert_eq!(run.run().success().quiet().stdout, expected);
}
