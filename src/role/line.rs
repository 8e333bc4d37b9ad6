//! A ROLE with the options that go with it, as the settings and a shell's memory hold it: words of our command line.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]

use clap::error::ErrorKind;
use clap::{Args, Parser};

use super::Assume;
use crate::known_regions;

/// What the environment gets besides the role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Target {
    /// The region to work in
    #[arg(long, value_parser = known_regions::named)]
    pub region: Option<String>,
    /// Set AWS_PROFILE to the discovered profile, for programs that run longer than the credentials last
    #[arg(long, conflicts_with = "keys")]
    pub as_profile: bool,
    /// Export keys even if ROLE is a profile
    #[arg(long)]
    pub keys: bool,
    #[command(flatten)]
    pub assume: Assume,
}

impl Target {
    /// These options, and where one is not given, that of `other`.
    #[must_use]
    pub(crate) fn or(&self, other: &Self) -> Self {
        let of_form = if self.as_profile || self.keys { self } else { other };
        Self {
            region: self.region.clone().or_else(|| other.region.clone()),
            as_profile: of_form.as_profile,
            keys: of_form.keys,
            assume: self.assume.or(&other.assume),
        }
    }
}

/// `ROLE [-p PROFILE] [--region REGION] [--as-profile | --keys] [--assume ARN …]`.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(no_binary_name = true, disable_help_flag = true, disable_version_flag = true)]
pub(crate) struct RoleLine {
    pub(crate) role: String,
    #[arg(short, long)]
    pub(crate) profile: Option<String>,
    /// What a shell remembers of how its role was assumed, so that nothing else is taken for it.
    #[arg(long, hide = true)]
    pub(crate) via: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
}

impl RoleLine {
    /// A role without options.
    #[must_use]
    pub(crate) fn of_role(role: &str) -> Self {
        Self { role: role.to_owned(), profile: None, via: None, target: Target::default() }
    }

    /// Reads a line as people write it. Names of accounts have blanks, so all that stands before the first option is
    /// the role, with or without quotes.
    ///
    /// Errors: why it is none, in a few words.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (role, options) = text.split_at(first_option(text).unwrap_or(text.len()));
        let unclosed = || "a quote is not closed".to_owned();
        if options.is_empty() {
            return Ok(Self::of_role(text));
        }
        // A comment has a line of its own.
        let options = options.replace(" #", " \\#").replace("\t#", "\t\\#");
        let role = Some(role.trim()).filter(|role| !role.is_empty()).map(unquoted);
        Self::of_words(role.into_iter().chain(shlex::split(&options).ok_or_else(unclosed)?))
    }

    /// Reads the words of a command line.
    pub(crate) fn of_words(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let line = Self::try_parse_from(words).map_err(|error| reason(&error))?;
        line.target.assume.hop().map_err(|error| error.to_string())?;
        Ok(line)
    }

    /// The words that [`Self::of_words`] reads.
    #[must_use]
    pub(crate) fn words(&self) -> Vec<String> {
        let Target { region, as_profile, keys, assume } = &self.target;
        let profile = self.profile.iter().flat_map(|profile| ["-p".to_owned(), profile.clone()]);
        let region = region.iter().flat_map(|region| ["--region".to_owned(), known_regions::insisted(region)]);
        let forms = [("--as-profile", as_profile), ("--keys", keys)];
        let forms = forms.into_iter().filter(|(_, is_given)| **is_given).map(|(form, _)| form.to_owned());
        let via = self.via.iter().flat_map(|via| ["--via".to_owned(), via.clone()]);
        let options = profile.chain(region).chain(forms).chain(assume.words()).chain(via);
        if self.role.starts_with('-') {
            return options.chain(["--".to_owned(), self.role.clone()]).collect();
        }
        [self.role.clone()].into_iter().chain(options).collect()
    }
}

/// Where the first option begins. `Team - Dev` and `x/-y` hold none.
fn first_option(text: &str) -> Option<usize> {
    let begins = |at: &usize| *at == 0 || text[..*at].ends_with([' ', '\t']);
    let is_option = |at: &usize| {
        let word = text[*at..].split([' ', '\t']).next().unwrap_or_default();
        let word = word.split('=').next().unwrap_or_default();
        let name = word.trim_start_matches('-');
        word.len() - name.len() <= 2
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && !name.contains('/')
    };
    text.match_indices('-').map(|(at, _)| at).filter(begins).find(is_option)
}

/// The word that is quoted, else the text as it is.
fn unquoted(text: &str) -> String {
    let words = if text.starts_with(['"', '\'']) { shlex::split(text) } else { None };
    match words.unwrap_or_default().as_slice() {
        [word] => word.clone(),
        _ => text.to_owned(),
    }
}

/// Why a line cannot be read, in one line.
fn reason(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::MissingRequiredArgument {
        return "it names no role".to_owned();
    }
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    let reason = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    match error.kind() {
        ErrorKind::UnknownArgument => {
            format!("{reason}; beside the role it may have -p, --region, --as-profile, --keys, and --assume")
        }
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_role_and_the_options_of_the_command_line() {
        let line = |role: &str, profile: Option<&str>, region: Option<&str>, form: &str| RoleLine {
            role: role.to_owned(),
            profile: profile.map(str::to_owned),
            via: None,
            target: Target {
                region: region.map(str::to_owned),
                as_profile: form == "--as-profile",
                keys: form == "--keys",
                assume: Assume::default(),
            },
        };
        let cases = [
            ("a/b", line("a/b", None, None, "")),
            ("My Team/Admin", line("My Team/Admin", None, None, "")),
            ("Team - Dev/Admin", line("Team - Dev/Admin", None, None, "")),
            ("Team -dev/Admin", line("Team -dev/Admin", None, None, "")),
            ("a/b --region eu-west-1", line("a/b", None, Some("eu-west-1"), "")),
            ("a/b --region=eu-west-1 -p corp", line("a/b", Some("corp"), Some("eu-west-1"), "")),
            ("My Team/Admin   --keys", line("My Team/Admin", None, None, "--keys")),
            ("'My Team/Admin' --as-profile", line("My Team/Admin", None, None, "--as-profile")),
            ("Bob's/Admin -p 'my corp'", line("Bob's/Admin", Some("my corp"), None, "")),
            ("-p corp a/b", line("a/b", Some("corp"), None, "")),
            ("a/b --region local", line("a/b", None, Some("local"), "")),
            ("a/b --region eu-wset-1!", line("a/b", None, Some("eu-wset-1"), "")),
        ];
        for (text, expected) in cases {
            let read = RoleLine::read(text).unwrap();
            assert_eq!(read, expected, "{text}");
            assert_eq!(RoleLine::of_words(read.words()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_line_may_assume_a_further_role() {
        let arn = "arn:aws:iam::210987654321:role/ops/Deploy";
        let all = format!(
            "My Team/Admin -p corp --assume {arn} --external-id a:b/c --session-name=-me --duration 30m \
             --tag 'Cost Centre=a b' --tag=team= --source-identity me@example.com"
        );
        for (text, role, more) in [
            (format!("a/b --assume {arn}"), "a/b", false),
            (format!("--assume={arn} -- -odd"), "-odd", false),
            (all, "My Team/Admin", true),
        ] {
            let read = RoleLine::read(&text).unwrap();
            let hop = read.target.assume.hop().unwrap().unwrap();
            assert_eq!((read.role.as_str(), hop.role.as_str()), (role, arn), "{text}");
            assert_eq!(hop.session_name.as_deref(), more.then_some("-me"), "{text}");
            assert_eq!(hop.duration, more.then_some(1800), "{text}");
            assert_eq!(hop.tags.len(), if more { 2 } else { 0 }, "{text}");
            assert_eq!(RoleLine::of_words(read.words()).unwrap(), read, "{text}");
        }
    }

    #[test]
    fn a_line_with_anything_else_is_refused_in_a_few_words() {
        for (text, why) in [
            ("a/b --exec rm", "unexpected argument '--exec' found; beside the role it may have -p"),
            ("a/b -x", "unexpected argument '-x' found"),
            ("a/b --region eu-wset-1", "did you mean eu-west-1?"),
            ("a/b --region", "a value is required"),
            ("a/b --keys --as-profile", "cannot be used with"),
            ("a/b --region eu-west-1 # mine", "unexpected argument '#'"),
            ("a/b -p 'corp", "a quote is not closed"),
            ("--region eu-west-1", "it names no role"),
            ("a/b --assume b/c", "it is not the ARN of a role"),
            ("a/b --external-id abc", "--external-id says how to assume a role"),
        ] {
            let error = RoleLine::read(text).unwrap_err();
            assert!(error.contains(why) && !error.contains('\n'), "{text}: {error}");
        }
    }

    #[test]
    fn an_option_that_is_given_wins() {
        let arns = |text: &str| text.replace(" A", " arn:aws:iam::1:role/A").replace(" B", " arn:aws:iam::1:role/B");
        let target = |text: &str| {
            let text = arns(text).replace("::1:", "::123456789012:");
            RoleLine::read(&format!("a/b {text}")).unwrap().target
        };
        let cases = [
            ("--keys", "--as-profile --region eu-west-1", "--keys --region eu-west-1"),
            ("--region us-east-1", "--region eu-west-1 --keys", "--region us-east-1 --keys"),
            ("", "--keys", "--keys"),
            ("", "--assume A --external-id abc", "--assume A --external-id abc"),
            // What belongs to another role is left out.
            ("--assume B", "--assume A --external-id abc --tag a=b", "--assume B"),
        ];
        for (given, other, expected) in cases {
            assert_eq!(target(given).or(&target(other)), target(expected), "{given} or {other}");
        }
    }
}
