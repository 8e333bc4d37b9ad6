# The awsso function for Windows PowerShell 5.1 and PowerShell 7. `aws-sso init powershell` fills in the program and the
# function's name, and leaves out these comments and the marked parts that were not asked for. A comment has a line of
# its own. ASCII only: 5.1 reads a file without a byte order mark in the ANSI code page.

# An alias would go before the function.
Remove-Item -LiteralPath 'Alias:/__aws_sso_command__' -Force -ErrorAction Ignore
# A simple function: [CmdletBinding()] would take -d and -v for its own.
function global:__aws_sso_command__ {
    if ($args.Count -gt 0 -and @('use', 'pick', 'clear', 'refresh') -ccontains $args[0]) {
        $rest = @($args | Select-Object -Skip 1)
        $encoding = [Console]::OutputEncoding
        try {
            [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
            $code = & __AWS_SSO_PROGRAM__ $args[0] --shell powershell @rest | Out-String
        } finally {
            [Console]::OutputEncoding = $encoding
        }
        if ($LASTEXITCODE -eq 0 -and -not [string]::IsNullOrWhiteSpace($code)) {
            Invoke-Expression $code
        }
    } elseif ($args.Count -gt 0 -and $args[0] -ceq 'doctor') {
        # What only this shell knows: that it has the function, of which version, and whether Tab knows it.
        $mark = 'powershell:__AWS_SSO_VERSION__'
        # >>> completion
        $mark += ':tab'
        # <<< completion
        $rest = @($args | Select-Object -Skip 1)
        & __AWS_SSO_PROGRAM__ doctor --function $mark @rest
    } else {
        & __AWS_SSO_PROGRAM__ @args
    }
}
# >>> completion
Register-ArgumentCompleter -Native -CommandName '__aws_sso_command__', 'aws-sso' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # The line up to the cursor: 5.1 does not pass an empty word on to a program.
    $line = $commandAst.Extent.Text
    $length = $cursorPosition - $commandAst.Extent.StartOffset
    if ($length -gt $line.Length) { $line += ' ' } else { $line = $line.Substring(0, $length) }
    & __AWS_SSO_PROGRAM__ complete --shell powershell "--line=$line" 2>$null | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        New-Object System.Management.Automation.CompletionResult $value, $value, 'ParameterValue', $help
    }
}
# <<< completion
# >>> hook
# After each prompt's text is made: a word, or a renewal, when the credentials have five minutes left. Until then it starts
# no process.
function global:__aws_sso_hook {
    $until = [string]$env:AWS_SSO_EXPIRATION
    if ($until -cnotmatch '\A[1-9][0-9]{0,12}\z' -or $until -ceq $global:__AWS_SSO_NOTICED) { return }
    $epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
    $left = [long]$until - ([DateTime]::UtcNow - $epoch).TotalSeconds
    if ($left -gt 300) { return }
    # Before the renewal, which may fail or be interrupted and is not to be tried again before each prompt.
    $global:__AWS_SSO_NOTICED = $until
    # >>> renewal
    # Before the first program there is no such variable, which strict mode minds.
    $status = if (Test-Path 'Variable:global:LASTEXITCODE') { $global:LASTEXITCODE } else { 0 }
    try { __aws_sso_command__ refresh --login never 2>$null | Out-Null } catch { $null = $_ }
    $global:LASTEXITCODE = $status
    if ([string]$env:AWS_SSO_EXPIRATION -cne $until) { return }
    # <<< renewal
    $what = if ($left -gt 0) { 'end within 5 minutes' } else { 'have expired' }
    Write-Host "aws-sso: the credentials of this shell $what; run: __aws_sso_command__ refresh"
}
# The person's prompt comes first, so that it still sees $? of their command.
if (-not (Test-Path 'Variable:global:__AWS_SSO_NOTICED')) {
    $global:__AWS_SSO_NOTICED = ''
    $global:__AWS_SSO_PROMPT = $function:prompt
    function global:prompt {
        & $global:__AWS_SSO_PROMPT
        __aws_sso_hook
    }
}
# <<< hook
