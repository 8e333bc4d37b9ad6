$env:AWS_ACCESS_KEY_ID = 'ASIAEXAMPLE'
$env:AWS_SECRET_ACCESS_KEY = 'secret/''with+''quotes'
$env:AWS_SESSION_TOKEN = '$(Get-Date); `n "token"'
$env:AWS_CREDENTIAL_EXPIRATION = '2030-01-02T03:04:05Z'
$env:AWS_ACCOUNT_ID = '123456789012'
$env:AWS_SSO_EXPIRATION = '1893553445'
$env:AWS_SSO_ORIGIN = 'ASIAEXAMPLE'
$env:AWS_REGION = 'eu-west-1'
$env:AWS_DEFAULT_REGION = 'eu-west-1'
$env:AWS_SSO_PROFILE = 'dev & ''test''/reader'
$env:AWS_SSO_SESSION = 'corp'
$env:AWS_SSO_ROLE_ARN = 'arn:aws:iam::123456789012:role/reader'
$env:AWS_SSO_ROLE_NAME = 'reader'
$env:AWS_SSO_ACCOUNT_ID = '123456789012'
$env:AWS_SSO_ACCOUNT_NAME = 'dev & ''test'''
Remove-Item -LiteralPath 'Env:/AWS_ACCESS_KEY' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SECRET_KEY' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SECURITY_TOKEN' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_DEFAULT_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_WEB_IDENTITY_TOKEN_FILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_ROLE_ARN' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_ROLE_SESSION_NAME' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_CONTAINER_CREDENTIALS_FULL_URI' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_CONTAINER_CREDENTIALS_RELATIVE_URI' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_CONTAINER_AUTHORIZATION_TOKEN' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_CREDENTIAL_FILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/BOTO_CONFIG' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_BEARER_TOKEN_BEDROCK' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_VAULT' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWSU_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWSUME_PROFILE' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWSUME_EXPIRATION' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SESSION_EXPIRATION' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SSO_SESSION_EXPIRATION' -ErrorAction Ignore
Remove-Item -LiteralPath 'Env:/AWS_SSO_SESSION_END' -ErrorAction Ignore
