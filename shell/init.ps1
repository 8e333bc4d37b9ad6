# The awsso function for Windows PowerShell 5.1 and PowerShell 7. `aws-sso init powershell` fills in the program's path
# and the function's name, and leaves out all comments and the marked parts that the user did not ask for. So comments
# need lines of their own. ASCII only: 5.1 reads a file without a byte order mark in the ANSI code page.

# PowerShell would prefer an alias to the function.
Remove-Item -LiteralPath 'Alias:/__aws_sso_command__' -Force -ErrorAction Ignore
# Not an advanced function: [CmdletBinding()] would take -d and -v as its own -Debug and -Verbose.
function global:__aws_sso_command__ {
    # The code holds secrets, which no trace (Set-PSDebug) may show.
    [System.Diagnostics.DebuggerHidden()]
    param()
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    $valued = '-p', '-vp', '--profile', '--login', '-r', '--rolearn', '--role'
    $at = 0
    while ($at -lt $args.Count -and "$($args[$at])".StartsWith('-')) {
        $at += if ($valued -ccontains $args[$at]) { 2 } else { 1 }
    }
    $verb = if ($at -lt $args.Count) { $args[$at] } else { '' }
    $first = @($args | Select-Object -First ($at + 1))
    $rest = @($args | Select-Object -Skip ($at + 1))
    if (@('use', 'pick', 'clear', 'refresh') -ccontains $verb) {
        $encoding = [Console]::OutputEncoding
        try {
            [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
            $code = & __AWS_SSO_PROGRAM__ @first --shell powershell @rest | Out-String
        } finally {
            [Console]::OutputEncoding = $encoding
        }
        if ($LASTEXITCODE -eq 0 -and -not [string]::IsNullOrWhiteSpace($code)) {
            Invoke-Expression $code
        }
    } elseif ($verb -ceq 'doctor') {
        # Only this shell knows the version of its function, and whether Tab completes its arguments.
        $mark = 'powershell:__AWS_SSO_VERSION__'
        # >>> completion
        $mark += ':tab'
        # <<< completion
        & __AWS_SSO_PROGRAM__ @first --function $mark @rest
    } else {
        & __AWS_SSO_PROGRAM__ @args
    }
}
# >>> completion
Register-ArgumentCompleter -Native -CommandName '__aws_sso_command__', 'aws-sso' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Sends the line up to the cursor, since 5.1 does not pass empty words to programs.
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
# Runs after each prompt function: shows a message, or renews the credentials, when they expire within five minutes.
# Before that it starts no process.
function global:__aws_sso_hook {
    $until = [string]$env:AWS_SSO_EXPIRATION
    if ($until -cnotmatch '\A[1-9][0-9]{0,12}\z' -or $until -ceq $global:__AWS_SSO_NOTICED) { return }
    $epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
    $left = [long]$until - ([DateTime]::UtcNow - $epoch).TotalSeconds
    if ($left -gt 300) { return }
    # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
    $global:__AWS_SSO_NOTICED = $until
    # >>> renewal
    # The variable does not exist before the first program has run, and strict mode makes that an error.
    $status = if (Test-Path 'Variable:global:LASTEXITCODE') { $global:LASTEXITCODE } else { 0 }
    try { __aws_sso_command__ refresh --login never 2>$null | Out-Null } catch { $null = $_ }
    $global:LASTEXITCODE = $status
    if ([string]$env:AWS_SSO_EXPIRATION -cne $until) { return }
    # <<< renewal
    $what = if ($left -gt 0) { 'expire within 5 minutes' } else { 'have expired' }
    Write-Host "aws-sso: the credentials of this shell $what; run: __aws_sso_command__ refresh"
}
# The user's own prompt runs first, so that it still sees $? of the last command.
if (-not (Test-Path 'Variable:global:__AWS_SSO_NOTICED')) {
    $global:__AWS_SSO_NOTICED = ''
    $global:__AWS_SSO_PROMPT = $function:prompt
    function global:prompt {
        & $global:__AWS_SSO_PROMPT
        __aws_sso_hook
    }
}
# <<< hook
