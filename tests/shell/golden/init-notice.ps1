Remove-Item -LiteralPath 'Alias:/awsso' -Force -ErrorAction Ignore
function global:awsso {
    [System.Diagnostics.DebuggerHidden()]
    param()
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
            $code = & '/opt/it''s here/aws-sso' @first --shell powershell @rest | Out-String
        } finally {
            [Console]::OutputEncoding = $encoding
        }
        if ($LASTEXITCODE -eq 0 -and -not [string]::IsNullOrWhiteSpace($code)) {
            Invoke-Expression $code
        }
    } elseif ($verb -ceq 'doctor') {
        $mark = 'powershell:VERSION'
        & '/opt/it''s here/aws-sso' @first --function $mark @rest
    } else {
        & '/opt/it''s here/aws-sso' @args
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
    $epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
    [long]$until - ([DateTime]::UtcNow - $epoch).TotalSeconds
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
    $minutes = [Math]::Ceiling($left / 60)
    Write-Host ("aws-sso: your sign-in is expected to end in about $minutes minutes; " +
        'to begin a new one, run: awsso login --force')
}
function global:__aws_sso_renew {
    $status = if (Test-Path 'Variable:global:LASTEXITCODE') { $global:LASTEXITCODE } else { 0 }
    $global:LASTEXITCODE = 0
    try { awsso refresh @args 2>$null | Out-Null } catch { $null = $_ }
    $global:LASTEXITCODE
    $global:LASTEXITCODE = $status
}
if (-not (Test-Path 'Variable:global:__AWS_SSO_SESSION_NOTICED')) { $global:__AWS_SSO_SESSION_NOTICED = '' }
if (-not (Test-Path 'Variable:global:__AWS_SSO_NOTICED')) {
    $global:__AWS_SSO_NOTICED = ''
    $global:__AWS_SSO_PROMPT = $function:prompt
    function global:prompt {
        & $global:__AWS_SSO_PROMPT
        __aws_sso_hook
    }
}
