if (${alias:awsso}) { Remove-Item -LiteralPath 'Alias:/awsso' -Force -ErrorAction Ignore }
function global:awsso {
    [System.Diagnostics.DebuggerHidden()]
    param()
    $PSNativeCommandArgumentPassing = 'Standard'
    $words = @(__aws_sso_words $MyInvocation $args)
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
        $mark = 'powershell:VERSION'
        '--function', $mark
    })
    $words = @(for ($i = 0; $i -lt $words.Count; $i++) { $words[$i]; if ($i -eq $at) { $more } })
    $program = '/opt/it''s here/aws-sso'
    $line = '& $program'
    for ($i = 0; $i -lt $words.Count; $i++) { $line += " `"`$(`$words[$i])`"" }
    if ($MyInvocation.ExpectingInput) {
        $piped = @($input)
        $line = '$piped | ' + $line
    }
    $function:__aws_sso_run = $line
    $global:LASTEXITCODE = 127
    if ($isEvaluated) {
        $code = __aws_sso_run
        if ($LASTEXITCODE -eq 0 -and $code) { Invoke-Expression ($code -join "`n") }
    } else {
        __aws_sso_run
    }
    if ($LASTEXITCODE -eq 0) { return }
    if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        $failing = { Microsoft.PowerShell.Core\Get-History -Id ([long]::MaxValue) -ErrorAction Ignore }
        $pipeline = $failing.GetSteppablePipeline()
        $pipeline.Begin($false)
        $pipeline.End()
    } elseif ($isEvaluated) {
        throw "aws-sso has changed nothing: exit status $LASTEXITCODE"
    }
}
function global:__aws_sso_words($invocation, $given) {
    $line = ''
    if ($invocation.PSObject.Properties['Statement']) {
        $line = $invocation.Statement
    } elseif ($invocation.OffsetInLine -gt 0) {
        $line = $invocation.Line.Substring($invocation.OffsetInLine - 1)
    }
    if ($line -match ',|\s--(\s|$)|\s-\w\S*[.:]' -and $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
        $words = @(__aws_sso_typed $line $given)
        if ($words.Count) { return $words }
    }
    foreach ($value in $given) {
        $joined = $value -join ','
        if ($value -is [array] -and ($given -cnotcontains 'exec' -or $line.Contains($joined))) { $value = $joined }
        __aws_sso_text $value
    }
}
function global:__aws_sso_text($values) {
    function text([string]$value) { $value }
    foreach ($value in $values) { text $value }
}
function global:__aws_sso_typed($line, $given) {
    $isCommand = { $args[0] -is [System.Management.Automation.Language.CommandAst] }
    $parsed = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref]$null, [ref]$null)
    $command = $parsed.Find($isCommand, $true)
    $name, $elements = $command.CommandElements
    $parts = @(foreach ($element in $elements) {
        $element
        if ($element -is [System.Management.Automation.Language.CommandParameterAst]) { $element.Argument }
    })
    $between = { param($from, $to) $line.Substring($from, $to - $from) -replace '\S*[^\s,-]\S*', ' ' }
    $text = ''
    $at = 0
    $end = $name.Extent.EndOffset
    foreach ($part in $parts) {
        $isOption = $part -is [System.Management.Automation.Language.CommandParameterAst]
        if ($null -eq $part -or ($isOption -and $part.ParameterName -eq '-')) { continue }
        if ($at -ge $given.Count) { return }
        $value = $given[$at]
        $at++
        $isList = $part -is [System.Management.Automation.Language.ArrayLiteralAst]
        $items = @(if ($isList) { $part.Elements } else { $part })
        for ($i = 0; $i -lt $items.Count; $i++) {
            $place = $items[$i].Extent
            $text += (& $between $end $place.StartOffset) -replace '\s+', "`0"
            $one = if (-not $isList) { $value } elseif ($place.Text -match '^[\d.]') { $place.Text } else { $value[$i] }
            $text += @(__aws_sso_text $one) -join "`0"
            $end = if ($isOption) { $place.StartOffset + $value.Length } else { $place.EndOffset }
        }
    }
    if ($at -ne $given.Count) { return }
    $text += (& $between $end $command.Extent.EndOffset).TrimEnd() -replace '\s+', "`0"
    $text.Substring(1) -split "`0"
}
if (-not $function:__aws_sso_hook) {
    $global:__AWS_SSO_NOTICED = $global:__AWS_SSO_SESSION_NOTICED = ''
    $global:__AWS_SSO_PROMPT = $function:prompt
    function global:prompt {
        & $global:__AWS_SSO_PROMPT
        __aws_sso_hook
    }
}
function global:__aws_sso_hook {
    $left = __aws_sso_left $env:AWS_SSO_EXPIRATION $global:__AWS_SSO_NOTICED
    if ($left -le 300) { __aws_sso_expiring $left }
    $left = __aws_sso_left $env:AWS_SSO_SESSION_END $global:__AWS_SSO_SESSION_NOTICED
    if ($left -le 900) { __aws_sso_ending $left }
}
function global:__aws_sso_left([string]$until, [string]$noticed) {
    if ($until -cnotmatch '\A[1-9][0-9]{0,12}\z' -or $until -ceq $noticed) { return [double]::MaxValue }
    [long]$until - ([DateTime]::UtcNow - [DateTime]'1970-01-01').TotalSeconds
}
function global:__aws_sso_expiring($left) {
    $until = $global:__AWS_SSO_NOTICED = [string]$env:AWS_SSO_EXPIRATION
    $what = if ($left -gt 0) { 'expire within 5 minutes' } else { 'have expired' }
    Write-Host "aws-sso: the credentials of this shell $what; run: awsso refresh"
}
function global:__aws_sso_ending($left) {
    $end = $global:__AWS_SSO_SESSION_NOTICED = [string]$env:AWS_SSO_SESSION_END
    if ($left -le 0) { return }
    $null = __aws_sso_renew '--login' 'never' '--only-session-end'
    if ([string]$env:AWS_SSO_SESSION_END -cne $end) { return }
    $minutes = ($left - $left % 60) / 60 + 1
    Write-Host ("aws-sso: your sign-in is expected to end in about $minutes minutes; " +
        'to begin a new one, run: awsso login --force')
}
function global:__aws_sso_renew {
    Set-StrictMode -Off
    $status = [int]$global:LASTEXITCODE
    try { awsso refresh @args 2>$null | Out-Null } catch { $null = $_ }
    $global:LASTEXITCODE
    $global:LASTEXITCODE = $status
}
