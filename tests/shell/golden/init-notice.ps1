if (${alias:awsso} -is [string]) {
Microsoft.PowerShell.Management\Remove-Item -LiteralPath 'Alias:/awsso' -Force -WhatIf:$false -Confirm:$false -ErrorAction Ignore;
if (${alias:awsso}) {
Microsoft.PowerShell.Utility\Write-Host ('aws-sso: the alias awsso cannot be removed and hides ' + 'the function;
remove its line, or run: aws-sso init powershell --cmd NAME');
};
};
function global:awsso {
[System.Diagnostics.DebuggerHidden()] param();
$PSNativeCommandArgumentPassing = 'Standard';
$plain = '\A\s*[\w-]+(\s+(-|--?[A-Za-z][A-Za-z-]*|([A-Za-z_]|[0-9]+/)[\w./:=+-]*))*\s*\z';
$words = @(if ($MyInvocation.Line -match $plain) {
$args } else {
__aws_sso_words $MyInvocation $args });
$valued = '-p', '-vp', '-qp', '-vqp', '-qvp', '--profile', '--login', '-r', '--rolearn', '--role';
$at = 0;
while ($at -lt $words.Count -and $words[$at] -clike '-?*') {
$at += if ($valued -ccontains $words[$at]) {
2 } else {
1 };
};
$verb = if ($at -lt $words.Count) {
$words[$at] } else {
'' };
$isEvaluated = 'use', 'pick', '-', 'region', 'refresh', 'clear', 'logout' -ccontains $verb;
$more = @(if ($isEvaluated) {
'--shell', 'powershell';
} elseif ($verb -ceq 'doctor') {
$mark = 'powershell:VERSION';
'--function', $mark;
});
$words = @(for ($i = 0;
$i -lt $words.Count;
$i++) {
$words[$i];
if ($i -eq $at) {
$more } });
$program = '/opt/it''s here/aws-sso';
$line = '& $program';
for ($i = 0;
$i -lt $words.Count;
$i++) {
$line += " `"`$(`$words[$i])`"" };
if ($MyInvocation.ExpectingInput) {
$piped = @($input);
$line = '$piped | ' + $line;
};
$function:__aws_sso_run = $line;
$global:LASTEXITCODE = 127;
if ($isEvaluated) {
$code = __aws_sso_run;
if ($global:LASTEXITCODE -eq 0 -and $code) {
Microsoft.PowerShell.Utility\Invoke-Expression ($code -join "`n") };
} else {
__aws_sso_run;
};
if ($global:LASTEXITCODE -eq 0) {
return };
if ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
$failing = {
Microsoft.PowerShell.Core\Get-History -Id ([long]::MaxValue) -ErrorAction Ignore };
$pipeline = $failing.GetSteppablePipeline();
$pipeline.Begin($false);
$pipeline.End();
} elseif ($isEvaluated) {
throw "aws-sso has changed nothing: exit status $global:LASTEXITCODE";
};
};
function global:__aws_sso_words($invocation, $given) {
$line = try {
$invocation.Statement } catch {
'' };
if (-not $line -and $invocation.OffsetInLine -gt 0) {
$line = $invocation.Line.Substring($invocation.OffsetInLine - 1);
};
$dash = '[-\u2013-\u2015]';
if ($line -match '\s@\w' -and $given -match '^-.*:$' -and $line -notmatch "\s$dash\w\S*:(\s|`$)") {
throw 'aws-sso: a hash table gives words without a place in the line;
give an array: $a = ''-p'', ''x'';
@a';
return '--hash-table';
};
$isChanged = $line -match ",|\s$dash$dash(\s|`$)|\s$dash\w\S*[.:]";
if ($isChanged -and $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') {
$words = @(__aws_sso_typed $line $given);
if ($words.Count) {
return $words };
};
foreach ($value in $given) {
$joined = $value -join ',';
if ($value -is [array] -and ($given -cnotcontains 'exec' -or $line.Contains($joined))) {
$value = $joined };
__aws_sso_texts $value;
};
};
function global:__aws_sso_texts($value) {
foreach ($one in $value) {
__aws_sso_text $one } };
function global:__aws_sso_text([string]$value) {
$value };
function global:__aws_sso_typed($line, $given) {
$isCommand = {
$args[0] -is [System.Management.Automation.Language.CommandAst] };
$tokens = $null;
$parsed = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref]$tokens, [ref]$null);
$command = $parsed.Find($isCommand, $true);
$name, $elements = $command.CommandElements;
$parts = @(foreach ($element in $elements) {
$isOption = $element -is [System.Management.Automation.Language.CommandParameterAst];
if (-not $isOption) {
$element } elseif ($element.Extent.Text -notmatch '^[-\u2013-\u2015]{2}$') {
$element;
if ($element.Argument) {
$element.Argument };
};
});
$splats = @(foreach ($part in $parts) {
if ($part -is [System.Management.Automation.Language.VariableExpressionAst] -and $part.Splatted) {
$part };
});
$splatted = $given.Count - $parts.Count + $splats.Count;
if ($splatted -lt 0 -or $splats.Count -gt 1 -or ($splatted -gt 0 -and -not $splats.Count)) {
return };
$texts = @{};
$ends = @{};
foreach ($redirection in $command.Redirections) {
$texts[$redirection.Extent.StartOffset] = @();
$ends[$redirection.Extent.StartOffset] = $redirection.Extent.EndOffset;
};
$at = 0;
foreach ($part in $parts) {
$from = $at;
$at += if ($splats -contains $part) {
$splatted } else {
1 };
$start = $part.Extent.StartOffset;
if ($part -is [System.Management.Automation.Language.ArrayLiteralAst]) {
for ($i = 0;
$i -lt $part.Elements.Count;
$i++) {
$item = $part.Elements[$i];
$isNumber = $item.GetType().Name -eq 'ConstantExpressionAst';
$one = if ($isNumber) {
$item.Extent.Text } else {
$given[$from][$i] };
$texts[$item.Extent.StartOffset] = @(__aws_sso_texts $one);
$ends[$item.Extent.StartOffset] = $item.Extent.EndOffset;
};
} else {
$isOption = $part -is [System.Management.Automation.Language.CommandParameterAst];
$ends[$start] = if ($isOption) {
$start + $given[$from].Length } else {
$part.Extent.EndOffset };
$texts[$start] = @(for (;
$from -lt $at;
$from++) {
__aws_sso_texts $given[$from] });
};
};
$words = @();
$isNew = $true;
$end = $name.Extent.EndOffset;
foreach ($token in $tokens) {
$start = $token.Extent.StartOffset;
if ($start -lt $end) {
continue };
if ($start -ge $command.Extent.EndOffset) {
break };
$isNew = $isNew -or $start -gt $end;
$found = @(if ($texts.ContainsKey($start)) {
$texts[$start];
$end = $ends[$start];
} elseif ($token.Text -match '^(,|[-\u2013-\u2015]{2})$') {
$token.Text;
$end = $token.Extent.EndOffset;
});
foreach ($one in $found) {
if ($isNew) {
$words += $one } else {
$words[-1] += $one };
$isNew = $true;
};
if ($found.Count) {
$isNew = $false };
};
$words;
};
if ($function:__aws_sso_hook -isnot [scriptblock]) {
$global:__AWS_SSO_NOTICED = $global:__AWS_SSO_SESSION_NOTICED = '';
$global:__AWS_SSO_PROMPT = $function:prompt;
function global:prompt {
& $global:__AWS_SSO_PROMPT;
__aws_sso_hook;
};
};
function global:__aws_sso_hook {
$left = __aws_sso_left $env:AWS_SSO_EXPIRATION $global:__AWS_SSO_NOTICED;
if ($left -le 300) {
__aws_sso_expiring $left };
$left = __aws_sso_left $env:AWS_SSO_SESSION_END $global:__AWS_SSO_SESSION_NOTICED;
if ($left -le 900) {
__aws_sso_ending $left };
};
function global:__aws_sso_left([string]$until, [string]$noticed) {
if ($until -cnotmatch '\A[1-9][0-9]{0,12}\z' -or $until -ceq $noticed) {
return [double]::MaxValue };
[long]$until - ([DateTime]::UtcNow - [DateTime]'1970-01-01').TotalSeconds;
};
function global:__aws_sso_expiring($left) {
$until = $global:__AWS_SSO_NOTICED = [string]$env:AWS_SSO_EXPIRATION;
$what = if ($left -gt 0) {
'expire within 5 minutes' } else {
'have expired' };
Microsoft.PowerShell.Utility\Write-Host ( "aws-sso: your credentials $what;
run: awsso refresh");
};
function global:__aws_sso_ending($left) {
$end = $global:__AWS_SSO_SESSION_NOTICED = [string]$env:AWS_SSO_SESSION_END;
if ($left -le 0) {
return };
$null = __aws_sso_renew '--login' 'never' '--only-session-end';
if ([string]$env:AWS_SSO_SESSION_END -cne $end) {
return };
$minutes = ($left - $left % 60) / 60 + 1;
Microsoft.PowerShell.Utility\Write-Host ("aws-sso: your sign-in may end in about $minutes minutes;
" + 'run: awsso login --force');
};
function global:__aws_sso_renew {
Microsoft.PowerShell.Core\Set-StrictMode -Off;
$status = [int]$global:LASTEXITCODE;
try {
$null = awsso refresh @args 2>$null } catch {
$null = $_ };
$global:LASTEXITCODE;
$global:LASTEXITCODE = $status;
}
