Remove-Item -LiteralPath 'Alias:/awsso' -Force -ErrorAction Ignore
function global:awsso {
    if ($args.Count -gt 0 -and @('use', 'pick', 'clear', 'refresh') -ccontains $args[0]) {
        $rest = @($args | Select-Object -Skip 1)
        $encoding = [Console]::OutputEncoding
        try {
            [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
            $code = & '/opt/it''s here/aws-sso' $args[0] --shell powershell @rest | Out-String
        } finally {
            [Console]::OutputEncoding = $encoding
        }
        if ($LASTEXITCODE -eq 0 -and -not [string]::IsNullOrWhiteSpace($code)) {
            Invoke-Expression $code
        }
    } elseif ($args.Count -gt 0 -and $args[0] -ceq 'doctor') {
        $mark = 'powershell:VERSION'
        $rest = @($args | Select-Object -Skip 1)
        & '/opt/it''s here/aws-sso' doctor --function $mark @rest
    } else {
        & '/opt/it''s here/aws-sso' @args
    }
}
