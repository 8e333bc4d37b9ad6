//! The user's settings: `$XDG_CONFIG_HOME/aws-sso/config`, an INI file.
//!
//! [`table`] lists every setting. The check of the file, the output of `aws-sso settings` and the test of
//! docs/settings.md all read that list.

pub(crate) mod aliases;
mod check;
pub(crate) mod edit;
mod file;
mod problem;
pub mod table;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::environment;
use crate::error::{Error, Result};
use crate::files::{encoding, read};
use crate::identity_center::oidc::Flow;
use crate::inventory::ListAge;
use crate::known_regions;
use crate::picker::{Picker, PickerColor};
use crate::role::{RoleLine, account_and_role, is_account_id};
use crate::secret_store::StoreKind;
use crate::session::LoginPolicy;
use file::SettingsLine;
pub use problem::{Gravity, Problem};
use table::Setting;

/// What the file says. Every setting has a default.
#[derive(Debug, Default)]
pub struct Settings {
    path: PathBuf,
    lines: Vec<SettingsLine>,
    problems: Vec<Problem>,
}

impl Settings {
    /// Reads and checks the file; no file means no settings.
    ///
    /// A bad value is an error: its default might do what the user meant to forbid. An unknown key only is one of the
    /// [`problems`](Self::problems), because a newer version may know it.
    pub fn read(path: &Path) -> Result<Self> {
        let settings = Self::load(path)?;
        match settings.problems.iter().find(|problem| problem.gravity == Gravity::Error) {
            Some(problem) => Err(settings.error(problem)),
            None => Ok(settings),
        }
    }

    /// Reads the file and leaves out its wrong lines, for commands that must work with a wrong file too.
    pub fn load(path: &Path) -> Result<Self> {
        let Some(bytes) = read::own(path)? else { return Ok(Self::default()) };
        encoding::check(path, &bytes)?;
        Ok(Self::parse(path, &bytes))
    }

    /// What a file of this content says.
    #[must_use]
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Self {
        let (lines, mut problems) = file::read(&String::from_utf8_lossy(bytes));
        problems.extend(check::problems(&lines));
        problems.sort_by_key(|problem| problem.line);
        Self { path: path.to_owned(), lines, problems }
    }

    /// What is wrong in the file, in the order of its lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// A line of the file, as messages name it: `~/.config/aws-sso/config:3`.
    #[must_use]
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", environment::shown(&self.path))
    }

    fn error(&self, problem: &Problem) -> Error {
        Error::usage(format!("{}: {}", self.place(problem.line), problem.message))
            .with_remedy("fix that line; to see them all: aws-sso settings")
    }

    /// The value of a setting in the file, and its line's number. The last line that sets it is used; an empty value
    /// means that it is not set.
    #[must_use]
    pub fn get(&self, setting: &Setting) -> Option<(&str, usize)> {
        let line = self.lines.iter().rfind(|line| line.section == setting.section && line.key == setting.key)?;
        if line.value.is_empty() { None } else { Some((line.value.as_str(), line.number)) }
    }

    fn value(&self, setting: &Setting) -> Option<&str> {
        self.get(setting).map(|(value, _)| value)
    }

    /// The value of a setting as its type; the type's default where it is not set.
    fn parsed<T: Default>(&self, setting: &Setting, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        let Some((value, line)) = self.get(setting) else { return Ok(T::default()) };
        parse(value).map_err(|message| self.error(&Problem::error(line, message)))
    }

    /// `profile`: the sso-session where neither `-p` nor `AWS_SSO_SESSION` names one.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.value(&table::PROFILE)
    }

    /// `region`: the region for commands where nothing else sets one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.value(&table::REGION).map(|region| known_regions::of_insistence(region).0)
    }

    /// `login`: whether a missing sign-in may open a browser.
    pub fn login(&self) -> Result<LoginPolicy> {
        self.parsed(&table::LOGIN, table::login)
    }

    /// `sign-in`: the flow in which a person signs in; `None` for whichever fits.
    pub(crate) fn sign_in(&self) -> Result<Option<Flow>> {
        self.parsed(&table::SIGN_IN, table::sign_in)
    }

    /// `picker`: the program in which the user chooses a role.
    pub fn picker(&self) -> Result<Picker> {
        self.parsed(&table::PICKER, table::picker)
    }

    /// `picker-color`: the colors of that program.
    pub(crate) fn picker_color(&self) -> Result<PickerColor> {
        self.parsed(&table::PICKER_COLOR, |value| value.parse().map_err(|error: Error| error.to_string()))
    }

    /// `quiet`: whether nothing is said of what went well.
    #[must_use]
    pub(crate) fn is_quiet(&self) -> bool {
        self.parsed(&table::QUIET, table::quiet).unwrap_or_default()
    }

    /// `store`: where tokens and role credentials are kept.
    pub fn store(&self) -> Result<StoreKind> {
        self.parsed(&table::STORE, table::store)
    }

    /// `list-age`: how old the list of accounts and roles may be.
    pub(crate) fn list_age(&self) -> Result<ListAge> {
        self.parsed(&table::LIST_AGE, str::parse)
    }

    /// `browser-command`: the command that opens the console, not yet split into words.
    #[must_use]
    pub fn browser_command(&self) -> Option<&str> {
        self.value(&table::BROWSER_COMMAND)
    }

    /// `name` of `[discover]`: how discovered profiles are named.
    #[must_use]
    pub fn discover_name(&self) -> Option<&str> {
        self.value(&table::DISCOVER_NAME)
    }

    /// Every alias, its role, and its line's number.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.lines
            .iter()
            .filter(|line| line.section == table::ALIASES && !line.key.is_empty())
            .map(|line| (line.key.as_str(), line.value.as_str(), line.number))
    }

    /// The role of an alias in `[alias]`.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<&str> {
        let named = self.aliases().filter(|(alias, role, _)| *alias == name && !role.is_empty());
        named.last().map(|(_, role, _)| role)
    }

    /// The ROLE that an alias stands for, and its options as they are written. An alias may stand for an account, too:
    /// with `prod = 123456789012`, `prod/Admin` and `prod:Admin` are a role of that account.
    #[must_use]
    pub fn role_of_alias(&self, text: &str) -> Option<Cow<'_, str>> {
        if let Some(role) = self.alias(text) {
            return Some(role.into());
        }
        let (account, role) = account_and_role(text)?;
        let (id, options) = self.account_of_alias(account)?;
        Some(format!("{id}/{role}{options}").into())
    }

    /// The id of the account that an alias stands for, and its options.
    pub(crate) fn account_of_alias(&self, name: &str) -> Option<(&str, &str)> {
        let alias = self.alias(name)?;
        let (id, options) = alias.split_at(alias.find(' ').unwrap_or(alias.len()));
        is_account_id(id).then_some((id, options))
    }

    /// The same, with its options; `None` if there is no such alias.
    ///
    /// Errors: its line cannot be read.
    pub(crate) fn line_of_alias(&self, text: &str) -> Result<Option<RoleLine>> {
        let Some(line) = self.role_of_alias(text) else { return Ok(None) };
        RoleLine::read(&line).map(Some).map_err(|why| {
            let is_meant = |alias: &str| {
                text.strip_prefix(alias).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
            };
            let number = self.aliases().filter(|(alias, ..)| is_meant(alias)).last().map_or(0, |(.., number)| number);
            self.error(&Problem::error(number, format!("the alias {text}: {why}")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, text).unwrap();
        Settings::load(&path).unwrap()
    }

    #[test]
    fn settings_are_read_and_all_have_defaults() {
        let settings = load(
            "# mine\nprofile = corp\r\nlogin: never\n  picker=fzf\n[alias]\nprod = 123456789012/Admin\n[discover]\n\
             name = {role}\n[alias]\nR&D = 111111111111\n",
        );
        assert_eq!(settings.problems(), []);
        assert_eq!(settings.profile(), Some("corp"));
        assert_eq!(settings.login().unwrap(), LoginPolicy::Never);
        assert_eq!(settings.picker().unwrap(), Picker::Fzf);
        assert_eq!(settings.alias("prod"), Some("123456789012/Admin"));
        assert_eq!(settings.alias("other"), None);
        let role = |text| settings.role_of_alias(text).map(Cow::into_owned);
        assert_eq!(role("prod").as_deref(), Some("123456789012/Admin"));
        assert_eq!(role("R&D/Reader").as_deref(), Some("111111111111/Reader"));
        assert_eq!(role("R&D:Reader").as_deref(), Some("111111111111/Reader"));
        assert_eq!((role("prod/Reader"), role("other/Reader"), role("other")), (None, None, None));
        assert_eq!(settings.discover_name(), Some("{role}"));

        let settings = load("login =\n");
        assert_eq!((settings.profile(), settings.login().unwrap()), (None, LoginPolicy::Auto));
        assert_eq!(settings.picker().unwrap(), Picker::Skim);
        assert_eq!(settings.problems(), []);
    }

    #[test]
    fn a_value_is_read_exactly_as_it_is_written() {
        let settings = load("browser-command = \"C:\\Program Files\\x.exe\" 'a b' {url} # all of it\\\n");
        assert_eq!(settings.browser_command(), Some("\"C:\\Program Files\\x.exe\" 'a b' {url} # all of it\\"));
    }

    #[test]
    fn each_problem_is_reported_with_its_line() {
        let cases = [
            ("login = sometimes\n", 1, Gravity::Error, "login must be auto or never, not sometimes"),
            ("\n\npicker = dmenu\n", 3, Gravity::Error, "picker must be skim, fzf or number, not dmenu"),
            ("list-age = 1 week\n", 1, Gravity::Error, "such as 90m, 12h or 1d, not 1 week"),
            ("sign-in = phone\n", 1, Gravity::Error, "sign-in must be browser or device-code, not phone"),
            ("store = vault\n", 1, Gravity::Error, "store must be files or keyring, not vault"),
            ("browser-command = firefox 'x\n", 1, Gravity::Error, "a quote is not closed"),
            ("browser-command = firefox {link}\n", 1, Gravity::Error, "{link}"),
            ("browser-command = firefox\n", 1, Gravity::Error, "{url}"),
            ("[discover]\nname = {role\n", 2, Gravity::Error, "a { is not closed"),
            ("login never\n", 1, Gravity::Error, "not a setting: it has no ="),
            ("= x\n", 1, Gravity::Error, "it has no key before the ="),
            ("[alias] # mine\n", 1, Gravity::Error, "nothing may follow the ]"),
            ("[alias\n", 1, Gravity::Error, "a [ is not closed"),
            ("login = auto\nprofil = corp\n", 2, Gravity::Warning, "did you mean profile?"),
            ("zebra = 1\n", 1, Gravity::Warning, "there is no setting zebra"),
            ("name = {role}\n", 1, Gravity::Warning, "name belongs in [discover]"),
            ("[alias]\nx = 123456789012/A\n[discover]\nlogin = never\n", 4, Gravity::Warning, "above the first ["),
            ("[aliases]\nprod = x\n", 1, Gravity::Warning, "did you mean [alias]?"),
            ("login = auto\nlogin = never\n", 1, Gravity::Warning, "line 2 is used"),
        ];
        for (text, line, gravity, words) in cases {
            let settings = load(text);
            let [problem] = settings.problems() else { panic!("{text:?}: {:?}", settings.problems()) };
            assert_eq!((problem.line, problem.gravity), (line, gravity), "{text:?}");
            assert!(problem.message.contains(words), "{text:?}: {}", problem.message);
        }
    }

    #[test]
    fn a_bad_value_is_an_error_unless_the_file_is_only_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, "profile = corp\nlogin = sometimes\n").unwrap();
        let error = Settings::read(&path).unwrap_err();
        assert!(error.to_string().ends_with("config:2: login must be auto or never, not sometimes"), "{error}");
        assert_eq!(error.kind().status(), 2);
        assert_eq!(Settings::load(&path).unwrap().profile(), Some("corp"));
    }
}
