# The awsso function for Windows PowerShell 5.1 and PowerShell 7. `aws-sso init powershell` fills in the program's path
# and the function's name, and leaves out all comments and the marked parts that the user did not ask for. So comments
# need lines of their own, and a line ends a statement unless it ends in a backtick, a comma, a plus or a bracket. ASCII
# only: 5.1 reads a file without a byte order mark in the ANSI code page.
# The user may have functions and aliases of any name: each cmdlet goes with its module.

# The first `if` on a value, and the first comparison, cost about ten milliseconds in a new session; `-is` costs none.
# PowerShell would prefer an alias to the function.
if (${alias:__aws_sso_command__} -is [string]) {
    Microsoft.PowerShell.Management\Remove-Item -LiteralPath 'Alias:/__aws_sso_command__' -Force -WhatIf:$false `
        -Confirm:$false -ErrorAction Ignore
    # A constant one stays.
    if (${alias:__aws_sso_command__}) {
        Microsoft.PowerShell.Utility\Write-Host ('aws-sso: the alias __aws_sso_command__ cannot be removed and hides ' +
            'the function; remove its line, or run: aws-sso init powershell --cmd NAME')
    }
}
# Not an advanced function: that would take -d and -v, and options of what `exec` runs, as its own.
function global:__aws_sso_command__ {
    # The code holds secrets, which no trace (Set-PSDebug) may show.
    [System.Diagnostics.DebuggerHidden()] param()
    $PSNativeCommandArgumentPassing = 'Standard'
    # A line of plain words, which PowerShell changes in no way, is read in a third of the time.
    $plain = '\A\s*[\w-]+(\s+(-|--?[A-Za-z][A-Za-z-]*|([A-Za-z_]|[0-9]+/)[\w./:=+-]*))*\s*\z'
    $words = @(if ($MyInvocation.Line -match $plain) { $args } else { __aws_sso_words $MyInvocation $args })
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    $valued = '-p', '-vp', '-qp', '-vqp', '-qvp', '--profile', '--login', '-r', '--rolearn', '--role'
    $at = 0
    while ($at -lt $words.Count -and $words[$at] -clike '-?*') {
        $at += if ($valued -ccontains $words[$at]) { 2 } else { 1 }
    }
    $verb = if ($at -lt $words.Count) { $words[$at] } else { '' }
    $isEvaluated = 'use', 'pick', '-', 'region', 'refresh', 'clear', 'logout' -ccontains $verb
    $more = @(if ($isEvaluated) {
        '--shell', 'powershell'
    } elseif ($verb -ceq 'doctor') {
        # Only this shell knows the version of its function, and whether Tab completes its arguments.
        $mark = 'powershell:__AWS_SSO_VERSION__'
        # >>> completion
        $mark += ':tab'
        # <<< completion
        '--function', $mark
    })
    $words = @(for ($i = 0; $i -lt $words.Count; $i++) { $words[$i]; if ($i -eq $at) { $more } })
    # >>> renewal
    # The prompt can renew the credentials again.
    if ($verb -ceq 'login') { $global:__AWS_SSO_NOTICED = '' }
    # <<< renewal
    # On Unix, PowerShell expands `*` and `~` in words of programs, unless they are strings in quotes.
    $program = __AWS_SSO_PROGRAM__
    $line = '& $program'
    for ($i = 0; $i -lt $words.Count; $i++) { $line += " `"`$(`$words[$i])`"" }
    if ($MyInvocation.ExpectingInput) {
        $piped = @($input)
        $line = '$piped | ' + $line
    }
    $function:__aws_sso_run = $line
    # It stays where the program cannot be started. The caller may have a variable of that name, which no program sets.
    $global:LASTEXITCODE = 127
    if ($isEvaluated) {
        $code = __aws_sso_run
        if ($global:LASTEXITCODE -eq 0 -and $code) { Microsoft.PowerShell.Utility\Invoke-Expression ($code -join "`n") }
    } else {
        __aws_sso_run
    }
    if ($global:LASTEXITCODE -eq 0) { return }
    if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        # The only way for a function to make $? False, and so `&&` and `||` right, without a word: the failure of a
        # steppable pipeline is that of the pipeline which runs the function. This command always fails.
        $failing = { Microsoft.PowerShell.Core\Get-History -Id ([long]::MaxValue) -ErrorAction Ignore }
        $pipeline = $failing.GetSteppablePipeline()
        $pipeline.Begin($false)
        $pipeline.End()
    } elseif ($isEvaluated) {
        # Better an error than the next command with the wrong credentials.
        throw "aws-sso has changed nothing: exit status $global:LASTEXITCODE"
    }
}
# The words as they were typed. PowerShell itself takes the first `--` away, cuts `-a.b` and `-a:b` in two, and makes an
# array of `a,b`. In Constrained Language Mode, where no code may read the line, arrays alone become words again.
function global:__aws_sso_words($invocation, $given) {
    # 5.1 has no statement, and no more than this line. To ask whether there is one takes longer than all the rest.
    $line = try { $invocation.Statement } catch { '' }
    if (-not $line -and $invocation.OffsetInLine -gt 0) {
        $line = $invocation.Line.Substring($invocation.OffsetInLine - 1)
    }
    # A dash of typography is a dash to PowerShell.
    $dash = '[-\u2013-\u2015]'
    # What a hash table gives comes last, wherever it stands, and its name and its value are two words.
    if ($line -match '\s@\w' -and $given -match '^-.*:$' -and $line -notmatch "\s$dash\w\S*:(\s|`$)") {
        throw 'aws-sso: a hash table gives words without a place in the line; give an array: $a = ''-p'', ''x''; @a'
        # Where errors are silenced, the code goes on: the program refuses this.
        return '--hash-table'
    }
    $isChanged = $line -match ",|\s$dash$dash(\s|`$)|\s$dash\w\S*[.:]"
    if ($isChanged -and $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        $words = @(__aws_sso_typed $line $given)
        if ($words.Count) { return $words }
    }
    foreach ($value in $given) {
        $joined = $value -join ','
        # A variable of several words is several words of a command.
        if ($value -is [array] -and ($given -cnotcontains 'exec' -or $line.Contains($joined))) { $value = $joined }
        __aws_sso_texts $value
    }
}
# The texts of a value: none of $null, several of an array. Only a parameter that is a string keeps a number's digits.
function global:__aws_sso_texts($value) { foreach ($one in $value) { __aws_sso_text $one } }
function global:__aws_sso_text([string]$value) { $value }
# The words of a line whose arguments have these values; nothing where it is not known which are whose: `@a @b`.
function global:__aws_sso_typed($line, $given) {
    $isCommand = { $args[0] -is [System.Management.Automation.Language.CommandAst] }
    $tokens = $null
    $parsed = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref]$tokens, [ref]$null)
    $command = $parsed.Find($isCommand, $true)
    $name, $elements = $command.CommandElements
    $parts = @(foreach ($element in $elements) {
        $isOption = $element -is [System.Management.Automation.Language.CommandParameterAst]
        # PowerShell gives a function no value for the first `--`.
        if (-not $isOption) { $element } elseif ($element.Extent.Text -notmatch '^[-\u2013-\u2015]{2}$') {
            $element
            if ($element.Argument) { $element.Argument }
        }
    })
    $splats = @(foreach ($part in $parts) {
        if ($part -is [System.Management.Automation.Language.VariableExpressionAst] -and $part.Splatted) { $part }
    })
    $splatted = $given.Count - $parts.Count + $splats.Count
    if ($splatted -lt 0 -or $splats.Count -gt 1 -or ($splatted -gt 0 -and -not $splats.Count)) { return }
    # The words, and the end, of what starts at each place. A redirection has no words.
    $texts = @{}
    $ends = @{}
    foreach ($redirection in $command.Redirections) {
        $texts[$redirection.Extent.StartOffset] = @()
        $ends[$redirection.Extent.StartOffset] = $redirection.Extent.EndOffset
    }
    $at = 0
    foreach ($part in $parts) {
        $from = $at
        $at += if ($splats -contains $part) { $splatted } else { 1 }
        $start = $part.Extent.StartOffset
        if ($part -is [System.Management.Automation.Language.ArrayLiteralAst]) {
            for ($i = 0; $i -lt $part.Elements.Count; $i++) {
                $item = $part.Elements[$i]
                $isNumber = $item.GetType().Name -eq 'ConstantExpressionAst'
                $one = if ($isNumber) { $item.Extent.Text } else { $given[$from][$i] }
                $texts[$item.Extent.StartOffset] = @(__aws_sso_texts $one)
                $ends[$item.Extent.StartOffset] = $item.Extent.EndOffset
            }
        } else {
            $isOption = $part -is [System.Management.Automation.Language.CommandParameterAst]
            # The end of an option would be that of its argument.
            $ends[$start] = if ($isOption) { $start + $given[$from].Length } else { $part.Extent.EndOffset }
            $texts[$start] = @(for (; $from -lt $at; $from++) { __aws_sso_texts $given[$from] })
        }
    }
    # A word goes on where the next piece follows at once; a blank, a comment or a redirection ends it.
    $words = @()
    $isNew = $true
    $end = $name.Extent.EndOffset
    foreach ($token in $tokens) {
        $start = $token.Extent.StartOffset
        if ($start -lt $end) { continue }
        if ($start -ge $command.Extent.EndOffset) { break }
        $isNew = $isNew -or $start -gt $end
        $found = @(if ($texts.ContainsKey($start)) {
            $texts[$start]
            $end = $ends[$start]
        } elseif ($token.Text -match '^(,|[-\u2013-\u2015]{2})$') {
            $token.Text
            $end = $token.Extent.EndOffset
        })
        foreach ($one in $found) {
            if ($isNew) { $words += $one } else { $words[-1] += $one }
            $isNew = $true
        }
        if ($found.Count) { $isNew = $false }
    }
    $words
}
# >>> completion
Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName '__aws_sso_command__', 'aws-sso' `
    -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Sends the line up to the cursor, since 5.1 does not pass empty words to programs.
    $line = $commandAst.Extent.Text
    $start = $commandAst.Extent.StartOffset
    $length = $cursorPosition - $start
    if ($length -gt $line.Length) { $line += ' ' } else { $line = $line.Substring(0, $length) }
    # 5.1 does not escape a quote in an argument. It takes this one for the same.
    if ($PSVersionTable.PSVersion.Major -lt 6) { $line = $line -replace '"', [char]8220 }
    foreach ($row in & __AWS_SSO_PROGRAM__ complete --shell powershell "--line=$line" 2>$null) {
        # A console may have any code page, so other characters than those of ASCII arrive as \uXXXX.
        $quoted, $value, $help = [regex]::Unescape($row) -split "`t", 3
        # What `exec` runs is completed as a line of its own.
        if (-not $quoted) { return (TabExpansion2 $value $value.Length).CompletionMatches }
        if (-not $help) { $help = $value }
        if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
            Microsoft.PowerShell.Utility\New-Object -TypeName System.Management.Automation.CompletionResult `
                -ArgumentList $quoted, $value, 'ParameterValue', $help
        } else {
            # Only what is inserted: this mode makes no objects.
            $quoted
        }
    }
}
# <<< completion
# >>> hook
# Only the first time. The user's own prompt runs first, so that it still sees $? of the last command.
if ($function:__aws_sso_hook -isnot [scriptblock]) {
    $global:__AWS_SSO_NOTICED = $global:__AWS_SSO_SESSION_NOTICED = ''
    $global:__AWS_SSO_PROMPT = $function:prompt
    function global:prompt {
        & $global:__AWS_SSO_PROMPT
        __aws_sso_hook
    }
}
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
    [long]$until - ([DateTime]::UtcNow - [DateTime]'1970-01-01').TotalSeconds
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
        Microsoft.PowerShell.Utility\Write-Host "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$option"
        return
    }
    # <<< renewal
    $what = if ($left -gt 0) { 'expire within 5 minutes' } else { 'have expired' }
    Microsoft.PowerShell.Utility\Write-Host (
        "aws-sso: your credentials $what; run: __aws_sso_command__ refresh")
}
function global:__aws_sso_ending($left) {
    $end = $global:__AWS_SSO_SESSION_NOTICED = [string]$env:AWS_SSO_SESSION_END
    # What was expected has not happened, or was not seen: there is nothing to warn of any more.
    if ($left -le 0) { return }
    # Somebody may have signed in since this shell entered its role.
    $null = __aws_sso_renew '--login' 'never' '--only-session-end'
    if ([string]$env:AWS_SSO_SESSION_END -cne $end) { return }
    # Rounded up; Constrained Language Mode has no [Math].
    $minutes = ($left - $left % 60) / 60 + 1
    Microsoft.PowerShell.Utility\Write-Host ("aws-sso: your sign-in may end in about $minutes minutes; " +
        'run: __aws_sso_command__ login --force')
}
function global:__aws_sso_renew {
    # The variable does not exist before the first program has run.
    Microsoft.PowerShell.Core\Set-StrictMode -Off
    $status = [int]$global:LASTEXITCODE
    try { $null = __aws_sso_command__ refresh @args 2>$null } catch { $null = $_ }
    $global:LASTEXITCODE
    $global:LASTEXITCODE = $status
}
# <<< hook
# >>> key
# A key that picks a role while a command is being typed.
function global:__aws_sso_pick_by_key {
    # What the program writes stands below the line, which is drawn again below that.
    [Console]::WriteLine()
    $null = __aws_sso_command__ pick
    [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt($null, [Console]::CursorTop)
}
# Without PSReadLine, as in a script, no line is being typed.
if (Microsoft.PowerShell.Core\Get-Module 'PSReadLine') {
    PSReadLine\Set-PSReadLineKeyHandler -Chord '__AWS_SSO_KEY__' -ScriptBlock $function:__aws_sso_pick_by_key
    if ((PSReadLine\Get-PSReadLineOption).EditMode -eq 'Vi') {
        PSReadLine\Set-PSReadLineKeyHandler -ViMode Command -Chord '__AWS_SSO_KEY__' `
            -ScriptBlock $function:__aws_sso_pick_by_key
    }
}
# <<< key
