//! What verbs work with: options, settings, config, sign-in. Each part is made when it is first used.

mod account;
mod accounts;
mod acting;
mod arriving;
mod asked;
pub(crate) mod assumed;
mod chain;
pub(crate) mod chained;
pub(crate) mod choose;
pub(crate) mod enter;
pub(crate) mod find;
mod holder;
pub(crate) mod instance;
pub(crate) mod labels;
pub(crate) mod listing;
pub(crate) mod lists;
mod names;
mod near;
pub(crate) mod noted;
mod pasted;
pub(crate) mod previous;
pub(crate) mod profiles;
mod regions;
pub(crate) mod row_profiles;
pub(crate) mod words;

pub(crate) use chain::{credentials_file, gives_role, hiding_profile};

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Timestamp;

use crate::aws_cache::assumed_role;
use crate::aws_cache::role_credentials::{self, OtherSignIns};
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::cli::Global;
use crate::discovery::Template;
use crate::error::Result;
use crate::identity_center::Client;
use crate::picker::{Picker, PickerColor};
use crate::secret_store::SecretStore;
use crate::session::{LoginPolicy, Paths, Session, SessionEnd};
use crate::settings::Settings;
use crate::{environment, terminal};

/// The options, the settings and the config, and what they lead to.
pub(crate) struct Context {
    options: Global,
    settings: OnceCell<Arc<Settings>>,
    /// Whether a person reads warnings and may be asked a question.
    is_for_person: bool,
    /// Whether a person may be asked to sign in, if the options and the settings allow it.
    may_sign_in: bool,
    config: OnceCell<Arc<Config>>,
}

impl Context {
    pub(crate) fn new(options: Global) -> Self {
        let (settings, config) = (OnceCell::new(), OnceCell::new());
        Self { options, settings, is_for_person: true, may_sign_in: true, config }
    }

    /// The same context for something that is asked of several Identity Centers: nobody is asked to sign in to them.
    fn without_sign_in(&self) -> Self {
        let (settings, config) = (self.settings.clone(), self.config.clone());
        Self { options: self.options.clone(), settings, is_for_person: self.is_for_person, may_sign_in: false, config }
    }

    /// A context of the files as they are now, with this profile or sso-session.
    pub(crate) fn anew_with(&self, profile: &str) -> Self {
        Self::new(Global { profile: Some(profile.to_owned()), ..self.options.clone() })
    }

    /// The same context with this profile or sso-session, or with none.
    fn narrowed_to(&self, profile: Option<&str>) -> Self {
        let options = Global { profile: profile.map(str::to_owned), ..self.options.clone() };
        let (settings, config) = (self.settings.clone(), self.config.clone());
        let (is_for_person, may_sign_in) = (self.is_for_person, self.may_sign_in);
        Self { options, settings, is_for_person, may_sign_in, config }
    }

    pub(crate) fn has_profile_option(&self) -> bool {
        self.options.profile.is_some()
    }

    /// The context of a verb that programs run: it gives no warnings, which they would show or lose.
    pub(crate) fn for_program(mut self) -> Self {
        self.is_for_person = false;
        terminal::be_silent_in_background();
        self
    }

    pub(crate) fn is_for_person(&self) -> bool {
        self.is_for_person
    }

    /// Whether nothing is said of what went well: `-q`, else the setting. A file with mistakes in it says that as well.
    pub(crate) fn is_quiet(&self) -> bool {
        let in_file = || {
            let read = || Settings::load(&environment::settings_file().ok()?).ok();
            self.settings.get().map_or_else(|| read().is_some_and(|read| read.is_quiet()), |known| known.is_quiet())
        };
        self.options.quiet || in_file()
    }

    /// Says what went well.
    pub(crate) fn notice(&self, text: &str) {
        if !self.is_quiet() {
            terminal::say(text);
        }
    }

    /// The value of `-p`.
    pub(crate) fn profile_option(&self) -> Option<&str> {
        self.options.profile.as_deref()
    }

    /// The value of `--login`.
    pub(crate) fn login_option(&self) -> Option<&'static str> {
        self.options.login.map(|policy| match policy {
            LoginPolicy::Auto => "auto",
            LoginPolicy::Never => "never",
        })
    }

    pub(crate) fn settings(&self) -> Result<&Settings> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        // Without a home folder there are no settings. Whatever needs that folder reports it.
        let settings = match environment::settings_file() {
            Ok(path) => Settings::read(&path)?,
            Err(_) => Settings::default(),
        };
        if self.is_for_person {
            for problem in settings.problems() {
                terminal::warn(&format!("{}: {}", settings.place(problem.line), problem.message));
            }
        }
        Ok(self.settings.get_or_init(|| Arc::new(settings)))
    }

    /// The sso-session that the environment chooses, and the variable that names it.
    pub(crate) fn session_of_environment(&self) -> Option<(&'static str, String)> {
        if let Some(name) = environment::sso_session() {
            return Some((environment::SSO_SESSION, name));
        }
        // A shell that was entered with the version before this one. Another tool's value names no sso-session.
        let old = environment::sso_profile()?;
        self.config().ok()?.directory(&old).ok()?;
        Some(("AWS_SSO_PROFILE", old))
    }

    /// Whether `--login never` is given.
    pub(crate) fn never_asks(&self) -> bool {
        self.options.login == Some(LoginPolicy::Never)
    }

    /// `--login`, else the setting.
    pub(crate) fn login_policy(&self) -> Result<LoginPolicy> {
        self.options.login.map_or_else(|| self.settings()?.login(), Ok)
    }

    /// How discovered profiles are named: as `--name` says, else the setting, else as the original tool names them.
    pub(crate) fn template(&self, asked: Option<&Template>) -> Result<Template> {
        match (asked, self.settings()?.discover_name()) {
            (Some(template), _) => Ok(template.clone()),
            (None, Some(name)) => name.parse(),
            (None, None) => Ok(Template::default()),
        }
    }

    /// The program in which the user chooses a role.
    pub(crate) fn picker(&self) -> Result<Picker> {
        self.settings()?.picker()
    }

    /// The colors of that program.
    pub(crate) fn picker_color(&self) -> Result<PickerColor> {
        self.settings()?.picker_color()
    }

    pub(crate) fn config(&self) -> Result<&Config> {
        self.shared_config().map(Arc::as_ref)
    }

    /// The config for a thread that may outlive this context.
    pub(crate) fn shared_config(&self) -> Result<&Arc<Config>> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(&environment::config_file()?)?;
        Ok(self.config.get_or_init(|| Arc::new(config)))
    }

    /// A client of the service. Nothing is sent yet.
    pub(crate) fn client(&self, directory: &Directory) -> Result<Client> {
        let config = self.shared_config()?;
        Ok(Client::new(directory, &Network::of(config, directory)?).with_config(Arc::clone(config)))
    }

    /// The sign-in, for a verb that looks and changes nothing.
    pub(crate) fn untouched_session<'a>(&self, directory: &'a Directory, client: &'a Client) -> Result<Session<'a>> {
        let policy = if self.may_sign_in { self.login_policy()? } else { LoginPolicy::Never };
        let session = Session::new(directory, client, policy, self.secret_store()?, Paths::of_user()?);
        let session = session.with_usual_flow(self.settings()?.sign_in()?);
        Ok(if self.is_for_person { session } else { session.for_program() })
    }

    /// The sign-in, in the store that the settings name: from files it is moved there.
    pub(crate) fn session<'a>(&self, directory: &'a Directory, client: &'a Client) -> Result<Session<'a>> {
        let session = self.untouched_session(directory, client)?;
        if session.take_over()? {
            let (folder, others) = (environment::role_cache()?, OtherSignIns::default());
            let (_, kept) = role_credentials::sweep(&SecretStore::Files, &folder, directory, &others);
            let kept = [kept, assumed_role::sweep(&SecretStore::Files, &folder, directory, &[])].concat();
            kept.into_iter().next().map_or(Ok(()), Err)?;
            terminal::say(&format!(
                "the sign-in to {} has moved to the system's secret store; the AWS CLI now needs its own sign-in\n",
                terminal::clean(&directory.start_url)
            ));
        }
        Ok(session)
    }

    /// When the session of this Identity Center is expected to end, where that is known. No request is made.
    pub(crate) fn session_end(&self, directory: &Directory) -> Option<Timestamp> {
        SessionEnd::of(directory, &self.secret_store().ok()?).map(|end| end.at)
    }

    /// Where tokens and role credentials are kept, according to the settings.
    pub(crate) fn secret_store(&self) -> Result<SecretStore> {
        let file = environment::settings_file().map(|path| environment::shown(&path)).unwrap_or_default();
        SecretStore::open(self.settings()?.store()?, self.login_policy()? == LoginPolicy::Auto, &file)
    }
}
