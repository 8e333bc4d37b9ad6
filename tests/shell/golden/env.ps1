$env:AWS_ACCESS_KEY_ID = 'ASIAEXAMPLE'
$env:AWS_SECRET_ACCESS_KEY = 'secret/''with+''quotes'
$env:AWS_SESSION_TOKEN = '$(Get-Date); `n "token"'
$env:AWS_CREDENTIAL_EXPIRATION = '2030-01-02T03:04:05Z'
$env:AWS_ACCOUNT_ID = '123456789012'
$env:AWS_SSO_EXPIRATION = '1893553445'
$env:AWS_REGION = 'eu-west-1'
$env:AWS_DEFAULT_REGION = 'eu-west-1'
$env:AWS_SSO_PROFILE = 'corp'
$env:AWS_SSO_ROLE_ARN = 'arn:aws:iam::123456789012:role/reader'
Remove-Item -LiteralPath 'Env:/AWS_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_DEFAULT_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SECURITY_TOKEN' -ErrorAction Ignore
