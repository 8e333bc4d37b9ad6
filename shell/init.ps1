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
    $valued = '-p', '-vp', '-qp', '-vqp', '-qvp', '--profile', '--login', '-r', '--rolearn', '--role'
    $at = 0
    while ($at -lt $args.Count -and "$($args[$at])" -clike '-?*') {
        $at += if ($valued -ccontains $args[$at]) { 2 } else { 1 }
    }
    $verb = if ($at -lt $args.Count) { $args[$at] } else { '' }
    $first = @($args | Select-Object -First ($at + 1))
    $rest = @($args | Select-Object -Skip ($at + 1))
    if (@('use', 'pick', '-', 'region', 'refresh', 'clear', 'logout') -ccontains $verb) {
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
    # >>> renewal
    } elseif ($verb -ceq 'login') {
        # The prompt can renew the credentials again.
        $global:__AWS_SSO_NOTICED = ''
        & __AWS_SSO_PROGRAM__ @args
    # <<< renewal
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
    $start = $commandAst.Extent.StartOffset
    $length = $cursorPosition - $start
    if ($length -gt $line.Length) { $line += ' ' } else { $line = $line.Substring(0, $length) }
    # What comes after `exec ... --` is completed as a line of its own.
    $isExec = $false
    foreach ($element in $commandAst.CommandElements) {
        $end = $element.Extent.EndOffset - $start
        if ($element.Extent.Text -ceq 'exec') { $isExec = $true }
        if ($isExec -and $element.Extent.Text -ceq '--' -and $end -lt $length) {
            $rest = $line.Substring($end).TrimStart()
            return (TabExpansion2 $rest $rest.Length).CompletionMatches
        }
    }
    # 5.1 does not escape a quote in an argument. It takes this one for the same.
    if ($PSVersionTable.PSVersion.Major -lt 6) { $line = $line -replace '"', [char]8220 }
    foreach ($row in & __AWS_SSO_PROGRAM__ complete --shell powershell "--line=$line" 2>$null) {
        # A console may have any code page, so other characters than those of ASCII arrive as \uXXXX.
        $quoted, $value, $help = [regex]::Unescape($row) -split "`t", 3
        if (-not $help) { $help = $value }
        if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
            New-Object System.Management.Automation.CompletionResult $quoted, $value, 'ParameterValue', $help
        } else {
            # Only what is inserted: this mode makes no objects.
            $quoted
        }
    }
}
# <<< completion
# >>> hook
# Runs after each prompt function: shows a message, or renews the credentials, when they expire within five minutes, and
# shows another when the session of the sign-in ends within fifteen. Before that it starts no process.
function global:__aws_sso_hook {
    $left = __aws_sso_left $env:AWS_SSO_EXPIRATION $global:__AWS_SSO_NOTICED
    if ($left -le 300) { __aws_sso_expiring $left }
    # It may be another now: the renewal also says what is known about the session.
    $left = __aws_sso_left $env:AWS_SSO_SESSION_END $global:__AWS_SSO_SESSION_NOTICED
    if ($left -le 900) { __aws_sso_ending $left }
}
# How many seconds are left until a time that is not the last one shown.
function global:__aws_sso_left([string]$until, [string]$noticed) {
    # Not known, already shown, or not set by `use`.
    if ($until -cnotmatch '\A[1-9][0-9]{0,12}\z' -or $until -ceq $noticed) { return [double]::MaxValue }
    $epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
    [long]$until - ([DateTime]::UtcNow - $epoch).TotalSeconds
}
function global:__aws_sso_expiring($left) {
    # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
    $until = $global:__AWS_SSO_NOTICED = [string]$env:AWS_SSO_EXPIRATION
    # >>> renewal
    $renewal = __aws_sso_renew '--login' 'never'
    if ([string]$env:AWS_SSO_EXPIRATION -cne $until) { return }
    if ($renewal -eq 3) {
        # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
        $option = if ($env:AWS_SSO_SESSION -match '\A[A-Za-z0-9._][A-Za-z0-9._-]*\z') { " -p $env:AWS_SSO_SESSION" }
        Write-Host "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$option"
        return
    }
    # <<< renewal
    $what = if ($left -gt 0) { 'expire within 5 minutes' } else { 'have expired' }
    Write-Host "aws-sso: the credentials of this shell $what; run: __aws_sso_command__ refresh"
}
function global:__aws_sso_ending($left) {
    $end = $global:__AWS_SSO_SESSION_NOTICED = [string]$env:AWS_SSO_SESSION_END
    # What was expected has not happened, or was not seen: there is nothing to warn of any more.
    if ($left -le 0) { return }
    # Somebody may have signed in since this shell entered its role.
    $null = __aws_sso_renew '--login' 'never' '--only-session-end'
    if ([string]$env:AWS_SSO_SESSION_END -cne $end) { return }
    $minutes = [Math]::Ceiling($left / 60)
    Write-Host ("aws-sso: your sign-in is expected to end in about $minutes minutes; " +
        'to begin a new one, run: __aws_sso_command__ login --force')
}
function global:__aws_sso_renew {
    # The variable does not exist before the first program has run, and strict mode makes that an error.
    $status = if (Test-Path 'Variable:global:LASTEXITCODE') { $global:LASTEXITCODE } else { 0 }
    $global:LASTEXITCODE = 0
    try { __aws_sso_command__ refresh @args 2>$null | Out-Null } catch { $null = $_ }
    $global:LASTEXITCODE
    $global:LASTEXITCODE = $status
}
if (-not (Test-Path 'Variable:global:__AWS_SSO_SESSION_NOTICED')) { $global:__AWS_SSO_SESSION_NOTICED = '' }
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
# >>> key
# A key that picks a role while a command is being typed.
function global:__aws_sso_pick_by_key {
    # What the program writes stands below the line, which is drawn again below that.
    [Console]::WriteLine()
    __aws_sso_command__ pick | Out-Null
    [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt($null, [Console]::CursorTop)
}
# Without PSReadLine, as in a script, no line is being typed.
if (Get-Module 'PSReadLine') {
    Set-PSReadLineKeyHandler -Chord '__AWS_SSO_KEY__' -ScriptBlock { __aws_sso_pick_by_key }
    if ((Get-PSReadLineOption).EditMode -eq 'Vi') {
        Set-PSReadLineKeyHandler -ViMode Command -Chord '__AWS_SSO_KEY__' -ScriptBlock { __aws_sso_pick_by_key }
    }
}
# <<< key
