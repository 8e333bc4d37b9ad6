//! PowerShell where it can do less: a code page that has few characters, Constrained Language Mode, no console.

use aws_sso::sandbox::Options;

use crate::support::remembered::{called, remembered};
use crate::support::user::User;

const NAME: &str = "Gr\u{f6}\u{df}e \u{1f600} it\u{2019}s";
/// What Tab inserts for its role.
const INSERTED: &str = "'Gr\u{f6}\u{df}e \u{1f600} it\u{2019}\u{2019}s/AdministratorAccess'";

fn user() -> User {
    remembered(Options { roles: 1, ..called(&[NAME]) })
}

#[test]
fn a_name_of_any_characters_arrives_whole_in_each_code_page_and_none_is_changed() {
    let user = user();
    let role = user.role(0, 0);
    let script = format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
         foreach ($page in 'us-ascii', 'iso-8859-1') {{\n\
         [Console]::OutputEncoding = [Text.Encoding]::GetEncoding($page)\n\
         Invoke-Expression (& aws-sso init powershell)\n\
         awsso use \"$env:NAME/AdministratorAccess\"\n$env:AWS_SSO_ACCOUNT_NAME -ceq $env:NAME\nawsso clear\n\
         aws-sso env {role} --shell powershell | Out-String | Invoke-Expression\n\
         $env:AWS_SSO_ACCOUNT_NAME -ceq $env:NAME\n$env:AWS_SSO_ACCOUNT_NAME = ''\n\
         $found = @((TabExpansion2 'awsso use Gr' 12).CompletionMatches)\n\
         $found.Count\n$found[0].CompletionText -ceq $env:INSERTED\n$found[0].ListItemText -ceq \"$env:NAME/AdministratorAccess\"\n\
         $found = @((TabExpansion2 \"awsso use 'Gr$([char]246)\" 14).CompletionMatches)\n\
         $found[0].CompletionText -ceq $env:INSERTED\n\
         [Console]::OutputEncoding.WebName -ceq $page\n}}\n"
    );
    let Some(run) = user.home.powershell(&script) else { return };
    let run = run.env("NAME", NAME).env("INSERTED", INSERTED).endpoint(user.sandbox.endpoint());
    let page = "True\nTrue\n1\nTrue\nTrue\nTrue\nTrue\n";
    assert_eq!(run.run().success().quiet().stdout, page.repeat(2));
}

#[test]
fn everything_printed_for_powershell_is_ascii() {
    let user = user();
    for line in [
        format!("env {} --shell powershell", user.role(0, 0)),
        format!("use {} --shell powershell", user.role(0, 0)),
        "complete --shell powershell --line=awsso\u{a0}use\u{a0}Gr".to_owned(),
        "init powershell --key alt-g --hook refresh".to_owned(),
    ] {
        let words = line.split(' ').map(|word| word.replace('\u{a0}', " "));
        let output = user.home.aws_sso(words).endpoint(user.sandbox.endpoint()).run().success();
        assert!(output.stdout.is_ascii() && !output.stdout.is_empty(), "{line}: {output}");
        assert!(!output.stdout.contains("OutputEncoding"), "{line}: {output}");
    }
}

/// What a computer of a company allows scripts, in a runspace of its own without a console, as remoting has it.
#[test]
fn constrained_language_mode_loads_the_function_uses_clears_completes_and_gives_notice() {
    let user = user();
    let role = user.role(0, 0);
    let code = format!(
        "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
         aws-sso init powershell --hook refresh | Invoke-Expression\n\
         Invoke-Expression (& aws-sso init powershell --hook refresh)\n\
         \"mode $($ExecutionContext.SessionState.LanguageMode)\"\n\
         awsso use {role} --region eu-west-1\n\"used $env:AWS_SSO_ROLE_NAME $($env:AWS_SSO_ACCOUNT_NAME -ceq $env:NAME)\"\n\
         awsso region eu-west-2\nawsso region\n\
         awsso exec {role} -- printenv AWS_SSO_ROLE_NAME\n\
         try {{ awsso use 999999999999/nobody 2>$null }} catch {{ 'refused' }}\n\"status $LASTEXITCODE\"\n\
         awsso clear\n\"left $env:AWS_ACCESS_KEY_ID\"\n\
         \"tab $((TabExpansion2 'awsso cle' 9).CompletionMatches.CompletionText)\"\n\
         \"name $((TabExpansion2 'awsso use Gr' 12).CompletionMatches[0].CompletionText -ceq $env:INSERTED)\"\n\
         \"after $((TabExpansion2 'awsso exec x -- Get-Comman' 26).CompletionMatches[0].CompletionText)\"\n\
         $env:AWS_SSO_EXPIRATION = '1700000000'\n$null = prompt\n$null = prompt\n'end'\n"
    );
    user.home.write("code.ps1", code);
    let script = "$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()\n\
                  $state.LanguageMode = 'ConstrainedLanguage'\n\
                  $shell = [powershell]::Create($state)\n\
                  $null = $shell.AddScript([IO.File]::ReadAllText(\"$HOME/code.ps1\"))\n\
                  try { $shell.Invoke() } catch { \"error: $_\" }\n\
                  $shell.Streams.Error | ForEach-Object { \"error: $_\" }\n\
                  $shell.Streams.Information | ForEach-Object { \"said: $_\" }\n";
    let Some(run) = user.home.powershell(script) else { return };
    let run = run.env("NAME", NAME).env("INSERTED", INSERTED).endpoint(user.sandbox.endpoint());
    let output = run.run().success();
    let expected = "mode ConstrainedLanguage\nused AdministratorAccess True\neu-west-2\nAdministratorAccess\nrefused\nstatus 4\nleft \ntab clear\n\
                    name True\nafter Get-Command\nend\n";
    let (printed, said) = output.stdout.split_at(output.stdout.find("said: ").unwrap_or(output.stdout.len()));
    assert_eq!(printed, expected, "{output}");
    assert_eq!(said.matches("said: ").count(), 1, "{output}");
    assert!(said.contains("have expired"), "{output}");
}
