//! Profiles that another tool has written, and that run that tool's program.

use std::fmt;

use crate::aws_config::config::{Config, Section};
use crate::aws_config::process_words;
use crate::programs::installed::Installed;

/// A tool for Identity Center that writes profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    AwsSsoCli,
    AwsSsoUtil,
    Granted,
    AwsVault,
}

/// What a profile's `credential_process` asks another tool for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToolLine {
    pub(crate) tool: Tool,
    /// The program, as in the line.
    pub(crate) program: String,
    /// What the tool calls the Identity Center.
    pub(crate) instance: Option<String>,
    /// The role, as a ROLE of ours.
    pub(crate) role: Option<String>,
    /// Whether an option tells that it is no line of this tool with a part missing.
    pub(crate) is_certain: bool,
}

/// The profiles that one tool has written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub(crate) tool: Tool,
    /// The program that most recently named it, as in its line; `None` if no profile runs one.
    pub(crate) program: Option<String>,
    pub(crate) profiles: Vec<&'a str>,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwsSsoCli => "aws-sso-cli",
            Self::AwsSsoUtil => "aws-sso-util",
            Self::Granted => "granted",
            Self::AwsVault => "aws-vault",
        })
    }
}

/// What there is to say about the profiles of another tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) found: String,
    /// What to do, or what can be done.
    pub(crate) advice: String,
    /// Whether the profiles work.
    pub(crate) works: bool,
}

/// How many profiles are named.
const NAMED: usize = 3;

impl Found<'_> {
    /// Whether these profiles work on this machine, and what can be done. Nothing is deleted here.
    pub(crate) fn remark(&self, installed: &Installed) -> Remark {
        let Self { tool, program, profiles } = self;
        let kind = program.as_ref().map(|program| installed.kind_of(program));
        let number = profiles.len();
        let (are, run) = if number == 1 { ("profile is", "runs") } else { ("profiles are", "run") };
        let more = number.saturating_sub(NAMED);
        let names = profiles.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let names = if more > 0 { format!("{names} and {more} more") } else { names };
        let instead = match tool {
            Tool::AwsSsoCli => {
                "delete them, from # BEGIN_AWS_SSO_CLI to # END_AWS_SSO_CLI, and write new ones: aws-sso discover"
            }
            _ => "delete them, and write new ones: aws-sso discover",
        };
        let program = program.as_deref().unwrap_or_default();
        match kind {
            Some(None) => Remark {
                found: format!("{number} {are} of {tool} ({names}), and {run} {program}, which is not there"),
                advice: format!("install {tool}; or {instead}"),
                works: false,
            },
            // Its name is that of this program.
            Some(Some(kind)) if *tool == Tool::AwsSsoCli && kind.is_ours() => Remark {
                found: format!(
                    "{number} {are} of {tool} ({names}), and {run} {program}, which is {}: it has other options",
                    kind.describe()
                ),
                advice: instead.to_owned(),
                works: false,
            },
            Some(Some(_)) | None => Remark {
                found: format!("{number} {are} of {tool} ({names})"),
                advice: format!("they stay as they are, and need that tool; to do without it, {instead}"),
                works: true,
            },
        }
    }
}

/// What another tool has written into a config, one entry for each tool.
pub(crate) fn found(config: &Config) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = Vec::new();
    for profile in config.profiles() {
        let line = of_profile(profile);
        let is_populated = profile.setting("sso_auto_populated") == Some("true");
        let tool = line.as_ref().map(|line| line.tool).or(is_populated.then_some(Tool::AwsSsoUtil));
        let Some(tool) = tool else { continue };
        let program = line.map(|line| line.program);
        match found.iter_mut().find(|found| found.tool == tool) {
            Some(found) => {
                found.profiles.push(profile.name());
                found.program = program.or(found.program.take());
            }
            None => found.push(Found { tool, program, profiles: vec![profile.name()] }),
        }
    }
    found
}

/// What a profile's `credential_process` asks another tool for.
pub(crate) fn of_profile(profile: Section<'_>) -> Option<ToolLine> {
    of_words(&process_words::split(profile.setting("credential_process")?)?)
}

/// The same for the words of a command line.
pub(crate) fn of_words(words: &[String]) -> Option<ToolLine> {
    let program = words.first()?.clone();
    let name = program.rsplit(['/', '\\']).next()?;
    let tool = match name.strip_suffix(".exe").unwrap_or(name) {
        "aws-sso" | "aws-sso-cli" => return theirs(program.clone(), &words[1..]),
        "aws-sso-util" => Tool::AwsSsoUtil,
        "granted" | "dgranted" => Tool::Granted,
        "aws-vault" => Tool::AwsVault,
        _ => return None,
    };
    Some(ToolLine { tool, program, instance: None, role: None, is_certain: true })
}

/// Options of aws-sso-cli that take a value and are no options of this tool.
const OPTIONS: [&str; 15] = [
    "-S",
    "--sso",
    "-a",
    "--arn",
    "-A",
    "--account",
    "-R",
    "--role",
    "-u",
    "--url-action",
    "-b",
    "--browser",
    "-L",
    "--level",
    "--config",
];

/// A line of aws-sso-cli: `aws-sso [-S NAME] process --arn ARN`. This tool has the same name and the same verb, so only
/// an option that it does not have tells the two apart.
fn theirs(program: String, words: &[String]) -> Option<ToolLine> {
    let (mut instance, mut arn, mut account, mut role, mut profile) = (None, None, None, None, None);
    let (mut verb, mut operand, mut is_theirs) = (None, false, false);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let (option, attached) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (word, None),
        };
        if OPTIONS.contains(&option) {
            is_theirs = true;
            let value = attached.or_else(|| words.next()).map(str::to_owned);
            match option {
                "-S" | "--sso" => instance = value,
                "-a" | "--arn" => arn = value,
                "-A" | "--account" => account = value,
                "-R" | "--role" => role = value,
                _ => {}
            }
        } else if matches!(option, "-p" | "--profile") {
            profile = attached.or_else(|| words.next()).map(str::to_owned);
        } else if option == "--sts-refresh" {
            is_theirs = true;
        } else if !option.starts_with('-') {
            operand |= verb.is_some();
            verb = verb.or(Some(option));
        }
    }
    // With them, -p names the role's profile, and here the Identity Center.
    let by_profile = profile.filter(|_| arn.is_none() && account.is_none() && !operand);
    if verb != Some("process") || !(is_theirs || by_profile.is_some()) {
        return None;
    }
    let by_account = account.zip(role).map(|(account, role)| format!("{account:0>12}/{role}"));
    let role = arn.or(by_account).or(by_profile);
    Some(ToolLine { tool: Tool::AwsSsoCli, program, instance, role, is_certain: is_theirs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_tool_is_told_from_one_of_this() {
        let arn = "arn:aws:iam::123456789012:role/Admin";
        let cases = [
            ("/opt/bin/aws-sso -S \"Default\" process --arn ARN", Some((Tool::AwsSsoCli, Some("Default"), Some(arn)))),
            ("aws-sso -u open -S 'My Corp' process --arn=ARN", Some((Tool::AwsSsoCli, Some("My Corp"), Some(arn)))),
            ("aws-sso process -a ARN", Some((Tool::AwsSsoCli, None, Some(arn)))),
            ("aws-sso process -A 1234 -R Admin", Some((Tool::AwsSsoCli, None, Some("000000001234/Admin")))),
            ("aws-sso process -p prod:Admin", Some((Tool::AwsSsoCli, None, Some("prod:Admin")))),
            ("aws-sso-util credential-process --profile x", Some((Tool::AwsSsoUtil, None, None))),
            ("granted credential-process --profile x", Some((Tool::Granted, None, None))),
            ("aws-vault export --format=json x", Some((Tool::AwsVault, None, None))),
            // Lines of this tool.
            ("aws-sso process ARN -p corp", None),
            ("aws-sso -p corp -r ARN -ext", None),
            ("aws-sso process ARN", None),
            ("aws-sso -p corp process ARN --login never", None),
            ("aws-sso process", None),
            ("other -S x process --arn ARN", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let found = of_words(&shlex::split(&line.replace("ARN", arn)).unwrap());
            let found = found.as_ref().map(|line| (line.tool, line.instance.as_deref(), line.role.as_deref()));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn profiles_are_listed_by_the_tool_that_wrote_them() {
        let config = Config::parse(
            b"[profile a]\ncredential_process = aws-sso -S Default process --arn x\n\
              [profile b]\nsso_auto_populated = true\n\
              [profile c]\ncredential_process = /x/aws-sso -S Default process --arn x\n[profile d]\nregion = x\n\
              [profile e]\ncredential_process = aws-sso process x\n",
        );
        let found = found(&config);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].tool, found[0].profiles.as_slice()), (Tool::AwsSsoCli, ["a", "c"].as_slice()));
        assert_eq!(found[0].program.as_deref(), Some("/x/aws-sso"));
        assert_eq!((found[1].tool, found[1].profiles.as_slice()), (Tool::AwsSsoUtil, ["b"].as_slice()));
    }
}
