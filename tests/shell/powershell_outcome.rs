//! What a line with the `awsso` function of PowerShell leads to: status, environment, input, and nothing beside them.

use std::fmt::Write as _;

use aws_sso::sandbox::Options;

use crate::support::Home;
use crate::support::user::User;

/// Lines that load the function in a strict script.
fn load(preference: &str) -> String {
    format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = '{preference}'\n\
         aws-sso init powershell | Invoke-Expression\n"
    )
}

#[test]
fn a_failed_verb_is_a_failure_to_powershell_and_nothing_more_is_said() {
    let home = Home::new();
    home.sign_in_config("");
    // A line, what it runs, and its status.
    let cases = [
        ("use nobody", "use nobody --shell powershell", 4),
        ("-v -p corp use nobody", "-v -p corp use nobody --shell powershell", 4),
        ("refresh", "refresh --shell powershell", 2),
        ("exec nobody -- true", "exec nobody -- true", 4),
        ("frobnicate", "frobnicate", 2),
        ("check -p corp", "check -p corp", 3),
        ("clear", "clear --shell powershell", 0),
    ];
    let said = cases.map(|(_, line, status)| home.aws_sso(line.split(' ')).run().status(status).stderr).concat();
    for preference in ["Continue", "Stop", "SilentlyContinue"] {
        let (mut script, mut expected) = (load(preference), String::new());
        for (line, _, status) in cases {
            let _ = writeln!(
                script,
                "awsso {line}\n\"{line}: $? $LASTEXITCODE $($Error.Count)\"\n\
                 awsso {line} 2>$null && 'and'\nawsso {line} 2>$null || 'or'"
            );
            let (is_done, then) = if status == 0 { ("True", "and") } else { ("False", "or") };
            let _ = writeln!(expected, "{line}: {is_done} {status} 0\n{then}");
        }
        let Some(run) = home.powershell(&script) else { return };
        let output = run.run().success();
        assert_eq!(output.stdout, expected, "{preference}: {output}");
        assert_eq!(output.stderr, said, "{preference}");
    }
}

#[test]
fn a_program_that_is_gone_is_a_failure_and_not_the_success_of_the_one_before() {
    let home = Home::new();
    let code = home.aws_sso(["init", "powershell"]).run().success().stdout;
    let line = "sh -c 'exit 0'\nawsso use a/b 2>$null || \"or $LASTEXITCODE\"\n";
    let script = code.replace("/aws-sso'", "/gone'") + line;
    let Some(run) = home.powershell(&script) else { return };
    assert_eq!(run.run().success().stdout, "or 127\n");
}

#[test]
fn exec_takes_its_command_and_its_input_and_use_takes_options_before_it() {
    let user = User::signed_in(Options::default());
    let (first, second) = (user.role(0, 0), user.role(0, 1));
    let script = load("Stop")
        + &format!(
            "awsso exec {first} -- sh -c 'echo \"$AWS_SSO_ROLE_NAME $1\"' -- arrived\n\
             'one', 'two' | awsso exec {first} -- cat\n\
             @() | awsso exec {first} -- cat\n\
             awsso exec {first} -- head -n 1\n\
             awsso exec {first} -- sh -c 'exit 7'\n\"$? $LASTEXITCODE\"\n\
             awsso -p corp use {second}\n\"$? $LASTEXITCODE $env:AWS_SSO_ROLE_NAME\"\n\
             awsso -q use {first}\n\"$? $LASTEXITCODE $env:AWS_SSO_ROLE_NAME\"\n\
             awsso use {second} -q && \"$env:AWS_SSO_ROLE_NAME\"\n\
             awsso use nobody 2>$null && 'BAD'\n\"$env:AWS_SSO_ROLE_NAME $($Error.Count)\"\n"
        );
    let Some(run) = user.home.powershell(&script) else { return };
    let output = run.stdin("from outside\n").endpoint(user.sandbox.endpoint()).run().success();
    let name = |role: &str| role.rsplit('/').next().unwrap().to_owned();
    let (first, second) = (name(&first), name(&second));
    let expected = format!(
        "{first} arrived\none\ntwo\nfrom outside\nFalse 7\nTrue 0 {second}\nTrue 0 {first}\n{second}\n{second} 0\n"
    );
    assert_eq!(output.stdout, expected, "{output}");
}

/// Automatic variables, preferences and helpers are found by name in the scopes of the callers, and aliases come first.
#[test]
fn names_that_a_caller_uses_for_itself_change_nothing() {
    let user = User::signed_in(Options::default());
    let (first, second) = (user.role(0, 0), user.role(0, 1));
    let replaced = ["Invoke-Expression", "Write-Host", "Get-History", "Set-StrictMode", "Out-Null", "text"];
    let replaced = replaced.map(|name| format!("Set-Alias {name} Fail\n")).concat();
    let script = load("Continue")
        + &format!(
            "function Fail {{ 'BAD' }}\n{replaced}\
             $OFS = '+'; $WhatIfPreference = $true; $ConfirmPreference = 'Low'\n\
             $words = $line = $code = $program = $piped = $verb = $more = $at = $i = 'theirs'\n\
             Set-Variable words -Option ReadOnly -WhatIf:$false -Confirm:$false\n\
             function Enter-Role {{ $LASTEXITCODE = 7; awsso use {first} -q; \"$? $env:AWS_SSO_ROLE_NAME\" }}\n\
             function Deploy {{ param($LASTEXITCODE = 0) awsso use nobody 2>$null && 'BAD'; \"$?\" }}\n\
             function Test-Role {{ $LASTEXITCODE = 0; awsso exec {second} -- sh -c 'exit 7' && 'BAD'; \"$?\" }}\n\
             Enter-Role\nDeploy\nTest-Role\n\"$global:LASTEXITCODE\"\n\
             $env:AWS_SSO_EXPIRATION = '1700000000'\n$null = prompt\n"
        );
    let Some(run) = user.home.powershell(&script) else { return };
    let output = run.endpoint(user.sandbox.endpoint()).run().success();
    let expected = format!(
        "True {}\nFalse\nFalse\n7\naws-sso: your credentials have expired; run: awsso refresh\n",
        first.rsplit('/').next().unwrap()
    );
    assert_eq!(output.stdout, expected, "{output}");
}

/// In PowerShell 7 the first cmdlet of a module that is not loaded costs more than all the rest.
#[test]
fn nothing_loads_a_module_but_the_line_that_loads_the_function() {
    let user = User::signed_in(Options::default());
    let script = format!(
        "function Modules {{ @(Get-Module | ForEach-Object {{ $_.Name }}) -join ' ' }}\n\
         Invoke-Expression ''\n\"before: $(Modules)\"\n{}\"loaded: $(Modules)\"\n\
         awsso use {} -q\n$null = prompt\n\"used: $(Modules)\"\n\
         awsso exec {} -- true a,b\nawsso use nobody 2>$null\n$null = prompt\n\"failed: $(Modules)\"\n\
         awsso clear -q\n$null = prompt\n\"cleared: $(Modules)\"\n",
        load("Stop"),
        user.role(0, 0),
        user.role(0, 1)
    );
    let Some(run) = user.home.powershell(&script) else { return };
    let output = run.endpoint(user.sandbox.endpoint()).run().success();
    for line in output.stdout.lines() {
        assert_eq!(line.split_once(' ').map(|(_, modules)| modules), Some("Microsoft.PowerShell.Utility"), "{output}");
    }
    assert_eq!(output.stdout.lines().count(), 5, "{output}");
}

/// This mode keeps functions from failing quietly, so the verbs that change the shell throw: a chain, and a script that
/// does not catch it, go no further with the credentials of before.
#[test]
fn in_constrained_language_mode_a_shell_changes_and_a_failed_change_throws() {
    let user = User::signed_in(Options::default());
    let script = format!(
        "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n{}\
         awsso use {} -q\n\"$? $env:AWS_SSO_ROLE_NAME\"\n$null = prompt\n\
         try {{ awsso use nobody 2>$null && 'BAD' }} catch {{ \"$_\" }}\n\
         function Deploy {{ $LASTEXITCODE = 0; awsso use nobody 2>$null; 'BAD' }}\n\
         try {{ Deploy }} catch {{ \"$_\" }}\n\
         awsso exec {} '--' sh -c 'exit 7'\n\"$LASTEXITCODE\"\n\
         $env:AWS_SSO_EXPIRATION = '1700000000'\n$null = prompt\n\
         awsso clear -q\n\"[$env:AWS_SSO_ROLE_NAME]\"\n",
        load("Continue"),
        user.role(0, 0),
        user.role(0, 1),
    );
    let Some(run) = user.home.powershell(&script) else { return };
    let output = run.endpoint(user.sandbox.endpoint()).run().success();
    let role = user.role(0, 0);
    let expected = format!(
        "True {}\naws-sso has changed nothing: exit status 4\naws-sso has changed nothing: exit status 4\n7\n\
         aws-sso: your credentials have expired; run: awsso refresh\n[]\n",
        role.rsplit('/').next().unwrap()
    );
    assert_eq!(output.stdout.trim_start(), expected, "{output}");
    assert_eq!(output.stderr, "");
}

#[test]
fn without_the_function_the_hint_is_the_line_of_the_shell_that_called() {
    let home = Home::new();
    home.sign_in_config("");
    let Some(run) = home.powershell("aws-sso use a/b\nexit $LASTEXITCODE\n") else { return };
    let _ = run.env("SHELL", "/bin/bash").run().status(2).complains("aws-sso init powershell");
    // A script of another shell that PowerShell runs is none of PowerShell.
    let Some(run) = home.powershell("sh -c 'aws-sso use a/b; exit $?'\nexit $LASTEXITCODE\n") else { return };
    let _ = run.env("SHELL", "/bin/bash").run().status(2).complains("aws-sso init bash");
}
