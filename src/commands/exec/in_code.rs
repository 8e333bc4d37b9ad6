//! Placeholders in words that a program runs as code. An administrator chooses the names of accounts, and a name in
//! such a word could be code too: it may not stand there. What a shell runs has no placeholder at all.

use std::ffi::OsString;

use crate::error::{Error, Result};
use crate::programs::code::{Code, code_in};

/// Each placeholder, and the variable that every run has in its place.
pub(super) const VARIABLES: [(&str, &str); 4] = [
    ("{account_name}", "AWS_SSO_ACCOUNT_NAME"),
    ("{account_id}", "AWS_SSO_ACCOUNT_ID"),
    ("{role}", "AWS_SSO_ROLE_NAME"),
    ("{region}", "AWS_REGION"),
];

/// Refuses a command with a placeholder in its code.
pub(super) fn refuse_placeholders(command: &[OsString]) -> Result<()> {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    code_in(&words).iter().try_for_each(refuse)
}

fn refuse(found: &Code<'_>) -> Result<()> {
    let refused = if found.is_of_shell { &VARIABLES[..] } else { &VARIABLES[..1] };
    for code in &found.words {
        if let Some((placeholder, variable)) = refused.iter().find(|(placeholder, _)| code.contains(placeholder)) {
            let reads = found.reads.map(|reads| reads.replace("NAME", variable));
            return Err(refusal(placeholder, found.program, code, reads));
        }
    }
    Ok(())
}

fn refusal(placeholder: &str, program: &str, code: &str, instead: Option<String>) -> Error {
    let why = if placeholder == VARIABLES[0].0 {
        "a name there could run as code"
    } else {
        "no placeholder is replaced in code that a shell runs"
    };
    let mut remedy = match instead {
        Some(instead) => format!("in place of {placeholder}, write in the code: {instead}"),
        None => format!("pass it to a program as input, or to a script as an argument: sh -c 'CODE' _ {placeholder}"),
    };
    if code.contains(&format!("${placeholder}")) {
        remedy.push_str("\nfor a variable that the code sets itself, leave out the braces");
    }
    Error::usage(format!("{placeholder} is in code for {program}, and {why}")).with_remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(line: &str) -> Result<()> {
        let words = shlex::split(line).unwrap();
        refuse_placeholders(&words.into_iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_placeholder_in_code_is_refused_with_the_variable_to_use() {
        let cases = [
            ("sh -c 'echo {account_name}'", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("sh -c {account_name}", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("/bin/bash -lc 'echo {account_id}'", "\"$AWS_SSO_ACCOUNT_ID\""),
            ("bash -eo pipefail -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("bash -o pipefail +x -xec 'echo {region}'", "\"$AWS_REGION\""),
            ("sh -c 'role=x; echo ${role}'", "leave out the braces"),
            ("bash -c -x -- 'echo {role}' _", "\"$AWS_SSO_ROLE_NAME\""),
            ("zsh-5.9 -fc '{role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("fish --command='echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("fish --command 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("env -i A=b sudo -u me nice timeout 5 dash -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("env -S 'sh x {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("xargs -I% sh -c 'echo % {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("find . -exec sh -c 'echo {} {role}' ;", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker exec -e A={role} box sh -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker compose exec box sh -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker run --entrypoint sh image -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker run --entrypoint=bash img -c {account_name}", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("./my-shell -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("lksh -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("./launch bash -lc 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("flock -w 5 f -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("flock f perl -e 'print \"{account_name}\"'", "$ENV{"),
            ("npx --call 'x {account_name}'", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("aws ecs execute-command --command 'echo {account_name}'", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("gcloud compute ssh box --command='echo {account_name}'", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("aws ssm send-command --parameters 'commands=[\"{account_name}\"]'", "\"$AWS_SSO_ACCOUNT_NAME\""),
            ("ansible all -m shell -a 'echo {account_name}'", "as an argument: sh -c 'CODE' _ {account_name}"),
            ("aws-sso exec dev -- sh -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("op run --env-file=x -- node -e '\"{account_name}\"'", "process.env"),
            ("aws-vault exec x -- python -c '\"{account_name}\"'", "os.environ"),
            ("busybox awk 'BEGIN{print \"{account_name}\"}'", "ENVIRON["),
            ("time -p stdbuf -oL python -c '\"{account_name}\"'", "os.environ"),
            ("docker run --rm -it image perl -e 'print \"{account_name}\"'", "$ENV{"),
            ("su - me -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("su -l me -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("script -qec 'echo {role}' /dev/null", "\"$AWS_SSO_ROLE_NAME\""),
            ("watch -n 5 echo {role}", "\"$AWS_SSO_ROLE_NAME\""),
            ("eval echo {role}", "\"$AWS_SSO_ROLE_NAME\""),
            ("ssh -p 22 host echo {account_name}", "as input"),
            ("ssh -v host echo {account_name}", "as input"),
            ("ssh -o 'ProxyCommand=nc {account_name}' h", "as input"),
            ("scp -o 'ProxyCommand=nc {account_name}' a h:", "as input"),
            ("sftp -o 'ProxyCommand=nc {account_name}' h", "as input"),
            ("rsync -avze 'ssh {account_name}' a h:", "as input"),
            ("tar -cf x --checkpoint=1 --checkpoint-action=exec='echo {account_name}' y", "as input"),
            ("tar -xf x --to-command='echo {account_name}'", "as input"),
            ("tar -xf x --to-comm='echo {account_name}'", "as input"),
            ("python3.12 -u -c 'print(\"{account_name}\")'", "os.environ[\"AWS_SSO_ACCOUNT_NAME\"]"),
            ("uv run python -c 'print(\"{account_name}\")'", "os.environ"),
            ("perl -I lib -lane 'print \"{account_name}\"'", "$ENV{AWS_SSO_ACCOUNT_NAME}"),
            ("perl '-eprint \"{account_name}\"'", "$ENV{"),
            ("perl -e 1 -e 'print \"{account_name}\"'", "$ENV{"),
            ("ruby -e 'puts \"{account_name}\"'", "ENV[\"AWS_SSO_ACCOUNT_NAME\"]"),
            ("node -pe '\"{account_name}\"'", "process.env.AWS_SSO_ACCOUNT_NAME"),
            ("node --eval='\"{account_name}\"'", "process.env"),
            ("bun -e '\"{account_name}\"'", "process.env"),
            ("ts-node -e '\"{account_name}\"'", "process.env"),
            ("deno eval '\"{account_name}\"'", "process.env"),
            ("php -r 'echo \"{account_name}\";'", "getenv(\"AWS_SSO_ACCOUNT_NAME\")"),
            ("awk -F , '{print \"{account_name}\"}' f", "ENVIRON[\"AWS_SSO_ACCOUNT_NAME\"]"),
            ("awk -Fe 'BEGIN{print \"{account_name}\"}'", "ENVIRON["),
            ("gawk -e 'BEGIN{print \"{account_name}\"}'", "ENVIRON["),
            ("sed -n -e s/x/{account_name}/e f", "as input"),
            ("sed s/x/{account_name}/ f", "as input"),
            ("sed -s s/x/{account_name}/ f", "as input"),
            ("sed -ns s/x/{account_name}/ f", "as input"),
            ("sed -i '' s/x/{account_name}/ f", "as input"),
            ("vim '+!x {account_name}'", "as input"),
            ("vim f -c '!x {account_name}'", "as input"),
            ("jq --arg a b '.[\"{account_name}\"]'", "env.AWS_SSO_ACCOUNT_NAME"),
            ("yq e '.x = \"{account_name}\"' f", "env.AWS_SSO_ACCOUNT_NAME"),
            ("pwsh -NoProfile -Command Write-Host {role}", "$env:AWS_SSO_ROLE_NAME"),
            ("pwsh -NoProfile -Com 'Write-Host {account_name}'", "$env:"),
            ("pwsh -COMMAND Write-Host {role}", "$env:"),
            ("pwsh -c Write-Host {role}", "$env:"),
            ("powershell.exe Write-Host {account_name}", "$env:"),
            ("cmd.exe /d /s /c echo {role}", "as input"),
            ("psql db -c \"select '{account_name}'\"", "as input"),
            ("sqlite3 db \"select '{account_name}'\"", "as input"),
            ("git -c 'alias.x=!echo {account_name}' x", "as input"),
            ("git rebase -x 'echo {account_name}' main", "as input"),
            ("git submodule foreach 'echo {account_name}'", "as input"),
            ("make ACCOUNT={account_name}", "\"$$AWS_SSO_ACCOUNT_NAME\""),
        ];
        for (line, remedy) in cases {
            let error = verdict(line).expect_err(line);
            assert_eq!(error.kind().status(), 2);
            assert!(error.remedy().unwrap().contains(remedy), "{line}: {error:?}");
        }
    }

    #[test]
    fn a_placeholder_in_an_argument_is_filled() {
        let lines = [
            "sh -c 'echo \"$1\"' _ {account_name}",
            "bash script.sh -c {account_name}",
            "bash -x script.sh {account_name}",
            "bash -euo pipefail script.sh -c {account_name}",
            "python3 -c 'import sys' {account_name}",
            "python3 -m audit -c {account_name}",
            "perl -pe s/x/y/ {account_name}.txt",
            "node script.js -e {account_name}",
            "node evaluate.js {account_name}",
            "awk -v name={account_name} '{print name}' {account_id}.csv",
            "awk -f report.awk {account_name}",
            "awk '/{account_id}/' f",
            "sed -i s/a/b/ {account_name}.txt",
            "sed -n /{account_id}/p f",
            "jq --arg name {account_name} '{name: $name}'",
            "env NAME={account_name} ./run",
            "docker run -e 'TITLE=Audit of {account_name}' image",
            "docker run --name node -e A={account_id} node:20",
            "docker build -t make --build-arg A={account_name} .",
            "ssh -i keys/{role} bastion-{account_id} uptime",
            "ssh h report {account_id}",
            "ssh -o ControlPath=/tmp/{account_id} h",
            "ssh -o User={role} h",
            "grep -c {account_name} file",
            "grep -c 'Account {account_name}' f",
            "gzip -dc 'r/{account_name} (old).gz'",
            "cdk deploy -c 'title=Audit of {account_name}'",
            "pulumi up -c 'k=Audit of {account_name}'",
            "curl -c {account_id}.jar https://example.com",
            "kubectl get node -l account={account_id}",
            "kubectl logs deploy/mysql -c {account_name}",
            "kubectl label ns make account={account_name}",
            "psql -v name={account_name} -f report.sql",
            "psql -c 'select {account_id}'",
            "terraform plan -var account={account_name} -out '{account_id} plan'",
            "make ACCOUNT={account_id} plan",
            "aws s3 ls --query 'x[].{id: y}'",
            "aws s3 cp f s3://b/make {account_name}",
            "aws s3 sync . s3://b/node -e {role}",
            "npm run watch -- {account_id}",
            "yarn eval {account_id}",
            "./cli.py env -S {account_id}",
            "./cli.py script -e {account_name}",
            "./audit.sh '{account_name}' --title 'Audit of {account_name}'",
            "./audit.sh -c 'Audit of {account_name}'",
            "ansible-playbook -e account_id={account_id}",
            "git -c user.name={account_id} x",
            "git commit -m 'Audit of {account_name}'",
            "pwsh -ExecutionPolicy Bypass -File a.ps1 {account_id}",
            "pwsh -NonInteractive -File a.ps1 {account_name}",
            "pwsh a.ps1 -Name {account_name}",
            "flock -e /tmp/{account_id}.lock cmd",
            "script -a {account_id}.log",
            "vim +5 {account_name}.txt",
            "tmux new -s {account_id}",
            "gdb --args ./x -e {account_id}",
            "tar -czf {account_name}.tgz x",
            "rsync -av --exclude={account_name} a h:b",
        ];
        for line in lines {
            assert!(verdict(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_refusal_says_why() {
        for (line, why) in [
            ("sh -c {account_name}", "{account_name} is in code for sh, and a name there could run as code"),
            ("sh -c {role}", "{role} is in code for sh, and no placeholder is replaced in code that a shell runs"),
        ] {
            assert_eq!(verdict(line).unwrap_err().to_string(), why);
        }
    }
}
