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
