//! Words that a program runs as code, such as the one behind `sh -c`. An administrator chooses the names of accounts,
//! and a name in such a word could be code too: no placeholder may stand there.

use std::ffi::OsString;

use super::languages::{Language, Operand, language_of};
use crate::error::{Error, Result};

/// Each placeholder, and the variable that every run has in its place.
pub(super) const VARIABLES: [(&str, &str); 4] = [
    ("{account_name}", "AWS_SSO_ACCOUNT_NAME"),
    ("{account_id}", "AWS_SSO_ACCOUNT_ID"),
    ("{role}", "AWS_SSO_ROLE_NAME"),
    ("{region}", "AWS_REGION"),
];

/// Options of many programs whose value is code, if it looks like code.
const CODE_OPTIONS: [&str; 7] = ["--command", "--cmd", "--eval", "--exec", "--execute", "--run", "/c"];

/// Refuses a command with a placeholder in its code.
pub(super) fn refuse_placeholders(command: &[OsString]) -> Result<()> {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    for (at, word) in words.iter().enumerate() {
        let Some(language) = language_of(word) else { continue };
        let code = code_words(language, &words[at + 1..]);
        if let Some((placeholder, variable)) = code.into_iter().find_map(|code| placeholder_in(code, language)) {
            return Err(refusal(placeholder, word, &language.reads.replace("NAME", variable)));
        }
    }
    for pair in words.windows(2) {
        if is_code_option(pair[0])
            && looks_like_code(pair[1])
            && let Some((placeholder, variable)) = VARIABLES.into_iter().find(|(name, _)| pair[1].contains(name))
        {
            return Err(refusal(placeholder, pair[0], &format!("\"${variable}\"")));
        }
    }
    Ok(())
}

fn placeholder_in(code: &str, language: &Language) -> Option<(&'static str, &'static str)> {
    let all = if language.is_safe_with_ids { &VARIABLES[..1] } else { &VARIABLES[..] };
    all.iter().copied().find(|(placeholder, _)| code.contains(placeholder))
}

fn refusal(placeholder: &str, program: &str, instead: &str) -> Error {
    Error::usage(format!("{placeholder} is in code for {program}, and a name there could run as code"))
        .with_remedy(format!("in place of {placeholder}, write in the code: {instead}"))
}

/// The words behind the program's name that it runs.
fn code_words<'a>(language: &Language, words: &[&'a str]) -> Vec<&'a str> {
    let mut code = Vec::new();
    // How many words are the value of an option, and whether the next one, or the next that is no option, is code.
    let (mut values, mut code_is_next, mut code_comes) = (0, false, false);
    let mut has_code = false;
    for (number, word) in words.iter().enumerate() {
        let is_option = word.len() > 1 && (word.starts_with('-') || language.is_shell && word.starts_with('+'));
        if code_is_next {
            code.push(*word);
            (code_is_next, has_code) = (false, true);
        } else if values > 0 {
            values -= 1;
        } else if is_option || language.is_slash_option(word) {
            let option = language.option(word);
            values = option.values;
            has_code |= option.names_script;
            if option.names_script && matches!(language.operand, Operand::Script) {
                return code;
            }
            if option.is_code {
                code.push(*word);
                if language.is_rest_code {
                    code.extend(&words[number + 1..]);
                    return code;
                }
                code_comes |= language.is_shell;
                code_is_next = !language.is_shell && option.is_next;
            }
        } else if code_comes {
            code.push(*word);
            return code;
        } else {
            match language.operand {
                Operand::Ignored => {}
                Operand::Code if has_code => return code,
                Operand::Code if !language.is_rest_code => {
                    code.push(*word);
                    return code;
                }
                Operand::Code => {
                    code.extend(&words[number..]);
                    return code;
                }
                Operand::Host => {
                    code.extend(&words[number + 1..]);
                    return code;
                }
                Operand::Script => return code,
            }
        }
    }
    code
}

fn is_code_option(word: &str) -> bool {
    let is_group = word.strip_prefix('-').is_some_and(|letters| {
        letters.len() <= 4 && letters.ends_with('c') && letters.bytes().all(|b| b.is_ascii_alphabetic())
    });
    is_group || CODE_OPTIONS.contains(&word)
}

/// Whether a shell would see more than one word in it.
fn looks_like_code(word: &str) -> bool {
    word.contains(|c: char| c.is_whitespace() || ";|&$`<>()'\"\\".contains(c))
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
            ("bash -c -x -- 'echo {role}' _", "\"$AWS_SSO_ROLE_NAME\""),
            ("zsh-5.9 -fc '{role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("fish --command='echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("fish --command 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("env -i A=b sudo -u me nice timeout 5 dash -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("env -S 'sh x {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("xargs -I% sh -c 'echo % {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("find . -exec sh -c 'echo {} {role}' ;", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker exec -e A={role} box sh -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("docker run --entrypoint sh image -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("./my-shell -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("aws ecs execute-command --command 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("su -l me -c 'echo {role}'", "\"$AWS_SSO_ROLE_NAME\""),
            ("script -qec 'echo {role}' /dev/null", "\"$AWS_SSO_ROLE_NAME\""),
            ("watch -n 5 echo {role}", "\"$AWS_SSO_ROLE_NAME\""),
            ("eval echo {role}", "\"$AWS_SSO_ROLE_NAME\""),
            ("ssh -p 22 host echo {role}", "printf"),
            ("ssh -v host echo {role}", "printf"),
            ("python3.12 -u -c 'print(\"{role}\")'", "os.environ[\"AWS_SSO_ROLE_NAME\"]"),
            ("uv run python -c 'print(\"{role}\")'", "os.environ"),
            ("perl -I lib -lane 'print \"{role}\"'", "$ENV{AWS_SSO_ROLE_NAME}"),
            ("perl '-eprint \"{role}\"'", "$ENV{"),
            ("perl -e 1 -e 'print \"{role}\"'", "$ENV{"),
            ("ruby -e 'puts \"{role}\"'", "ENV[\"AWS_SSO_ROLE_NAME\"]"),
            ("node -pe '\"{role}\"'", "process.env.AWS_SSO_ROLE_NAME"),
            ("node --eval='\"{role}\"'", "process.env"),
            ("php -r 'echo \"{role}\";'", "getenv(\"AWS_SSO_ROLE_NAME\")"),
            ("awk -F , '{print \"{role}\"}' f", "ENVIRON[\"AWS_SSO_ROLE_NAME\"]"),
            ("gawk -e 'BEGIN{print \"{role}\"}'", "ENVIRON["),
            ("sed -n -e s/x/{role}/e f", "AWS_SSO_ROLE_NAME"),
            ("sed s/x/{role}/ f", "AWS_SSO_ROLE_NAME"),
            ("jq --arg a b '.[\"{role}\"]'", "env.AWS_SSO_ROLE_NAME"),
            ("pwsh -NoProfile -Command Write-Host {role}", "$env:AWS_SSO_ROLE_NAME"),
            ("pwsh -c Write-Host {role}", "$env:"),
            ("cmd.exe /c echo {role}", "AWS_SSO_ROLE_NAME"),
            ("psql db -c 'select {account_id}'", "AWS_SSO_ACCOUNT_ID"),
            ("sqlite3 db 'select {account_id}'", "AWS_SSO_ACCOUNT_ID"),
            ("git -c 'alias.x=!echo {role}' x", "AWS_SSO_ROLE_NAME"),
            ("make ACCOUNT={account_name}", "AWS_SSO_ACCOUNT_NAME"),
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
            "awk -v name={account_name} '{print name}' {account_id}.csv",
            "awk -f report.awk {account_name}",
            "sed -i s/a/b/ {account_id}.txt",
            "jq --arg name {account_name} '{name: $name}'",
            "env NAME={account_name} ./run",
            "docker run -e 'TITLE=Audit of {account_name}' image",
            "ssh -i keys/{role} bastion-{account_id} uptime",
            "grep -c {account_name} file",
            "curl -c {account_id}.jar https://example.com",
            "kubectl get node -l account={account_id}",
            "psql -v name={account_name} -f report.sql",
            "terraform plan -var account={account_name} -out '{account_id} plan'",
            "make ACCOUNT={account_id} plan",
            "aws s3 ls --query 'x[].{id: y}'",
            "./audit.sh '{account_name}' --title 'Audit of {account_name}'",
        ];
        for line in lines {
            assert!(verdict(line).is_ok(), "{line}");
        }
    }
}
