//! What a verb works with, each part made when it is first asked for.

pub(crate) mod find;
pub(crate) mod listing;

use std::cell::OnceCell;
use std::sync::Arc;

use crate::aws_cache::role_credentials;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::cli::Global;
use crate::credentials::RoleCredentials;
use crate::discovery::Template;
use crate::environment;
use crate::error::{Error, Result};
use crate::identity_center::Client;
use crate::inventory::progress::Progress;
use crate::inventory::{Fetched, Inventory, Resume};
use crate::picker::Picker;
use crate::provider::Provider;
use crate::role::{RoleArn, RoleRef};
use crate::secret_store::SecretStore;
use crate::session::{LoginPolicy, Session};
use crate::settings::Settings;
use crate::terminal;

/// The options, the settings, the config, and the directory they lead to.
pub(crate) struct Context {
    options: Global,
    settings: OnceCell<Settings>,
    /// Whether a person reads what is said beside the result.
    warns: bool,
    config: OnceCell<Arc<Config>>,
}

/// A role that was named and found, and the directory that grants it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub role: RoleArn,
    pub directory: Directory,
    /// The profile of the AWS config by which it was named, if it was.
    pub profile: Option<String>,
    /// The region of what it was named by: a profile, a resource, a page of the console.
    pub region: Option<String>,
    /// The page of the console by which it was named, if it was.
    pub page: Option<String>,
}

impl Context {
    pub(crate) fn new(options: Global) -> Self {
        Self { options, settings: OnceCell::new(), warns: true, config: OnceCell::new() }
    }

    /// Whether `-p` was given.
    pub(crate) fn is_told_a_profile(&self) -> bool {
        self.options.profile.is_some()
    }

    /// The same for a verb that programs run: what they would show or swallow is left unsaid.
    pub(crate) fn without_warnings(mut self) -> Self {
        self.warns = false;
        self
    }

    /// Whether a person may be asked something.
    pub(crate) fn is_for_person(&self) -> bool {
        self.warns
    }

    /// `-p`.
    pub(crate) fn asked_profile(&self) -> Option<&str> {
        self.options.profile.as_deref()
    }

    /// `--login`.
    pub(crate) fn asked_login(&self) -> Option<&'static str> {
        self.options.login.map(|policy| match policy {
            LoginPolicy::Auto => "auto",
            LoginPolicy::Never => "never",
        })
    }

    pub(crate) fn settings(&self) -> Result<&Settings> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        // Without a home there are no settings; what needs the home itself will say so.
        let settings = match environment::settings_file() {
            Ok(path) => Settings::read(&path)?,
            Err(_) => Settings::default(),
        };
        if self.warns {
            for problem in settings.problems() {
                terminal::warn(&format!("{}: {}", settings.place(problem.line), problem.message));
            }
        }
        Ok(self.settings.get_or_init(|| settings))
    }

    fn profile(&self) -> Result<Option<String>> {
        if let Some(profile) = self.options.profile.clone().or_else(environment::sso_profile) {
            return Ok(Some(profile));
        }
        Ok(self.settings()?.profile().map(str::to_owned))
    }

    /// `--login`, else the settings.
    pub(crate) fn login_policy(&self) -> Result<LoginPolicy> {
        self.options.login.map_or_else(|| self.settings()?.login(), Ok)
    }

    /// How discovered profiles are named: as asked, else by the settings, else as the original names them.
    pub(crate) fn template(&self, asked: Option<&Template>) -> Result<Template> {
        match (asked, self.settings()?.discover_name()) {
            (Some(template), _) => Ok(template.clone()),
            (None, Some(name)) => name.parse(),
            (None, None) => Ok(Template::default()),
        }
    }

    /// Who asks for a role.
    pub(crate) fn picker(&self) -> Result<Picker> {
        self.settings()?.picker()
    }

    pub(crate) fn config(&self) -> Result<&Config> {
        self.shared_config().map(Arc::as_ref)
    }

    /// The config for a thread, too, that may outlast this.
    pub(crate) fn shared_config(&self) -> Result<&Arc<Config>> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(&environment::config_file()?)?;
        Ok(self.config.get_or_init(|| Arc::new(config)))
    }

    /// The directory that `-p`, the environment, the settings or the config itself name.
    pub(crate) fn directory(&self) -> Result<Directory> {
        match self.profile()? {
            Some(name) => self.config()?.directory(&name),
            None => self.config()?.only_directory(),
        }
    }

    /// The service of a directory; nothing is sent yet.
    pub(crate) fn client(&self, directory: &Directory) -> Result<Client> {
        Client::new(directory, &Network::of(self.config()?, directory))
    }

    pub(crate) fn session<'a>(&self, directory: &'a Directory, client: &'a Client) -> Result<Session<'a>> {
        let session = Session::new(directory, client, self.login_policy()?, self.secret_store()?)?;
        if session.take_over()? {
            role_credentials::sweep(&SecretStore::Files, &environment::role_cache()?, &[])?;
            terminal::say(&format!(
                "the sign-in to {} has moved to the system's secret store; the AWS CLI needs one of its own\n",
                terminal::clean(&directory.start_url)
            ));
        }
        Ok(session)
    }

    /// Where tokens and role credentials are kept, as the settings say.
    pub(crate) fn secret_store(&self) -> Result<SecretStore> {
        let file = environment::settings_file().map(|path| environment::shown(&path)).unwrap_or_default();
        SecretStore::open(self.settings()?.store()?, self.login_policy()? == LoginPolicy::Auto, &file)
    }

    /// Finds the role that a ROLE argument names. An ARN or an id is never looked up.
    pub(crate) fn find(&self, text: &str) -> Result<Found> {
        // An alias stands for a ROLE in any other form, so it is replaced once, before anything else.
        let text = self.settings()?.alias(text).unwrap_or(text);
        match text.parse()? {
            RoleRef::Name(name) => self.find_profile(&name),
            // A profile's name may hold a slash as well; the config is asked before the inventory, which may be far.
            RoleRef::AccountName { .. } if self.config()?.role_of(text).is_some() => self.find_profile(text),
            RoleRef::Place(place) => find::find(self, &place),
            reference => self.find_in(self.directory()?, &reference),
        }
    }

    fn find_in(&self, directory: Directory, reference: &RoleRef) -> Result<Found> {
        let role = match reference {
            RoleRef::Arn(role) => role.clone(),
            RoleRef::Id { account_id, role_name } => RoleArn::in_region(&directory.region, account_id, role_name),
            RoleRef::AccountName { account_name, role_name } => {
                self.inventory(&directory)?.role(account_name, role_name)?
            }
            RoleRef::Place(place) => return find::find(self, place),
            // A profile may be named by a profile, and so on for ever: one step is enough for anybody.
            RoleRef::Name(name) => return Err(no_role(name)),
        };
        let region = self.config()?.region_of(&directory.name).map(str::to_owned);
        Ok(Found { role, directory, profile: None, region, page: None })
    }

    fn find_profile(&self, name: &str) -> Result<Found> {
        let config = self.config()?;
        let (directory, reference) = config.role_of(name).ok_or_else(|| no_role(name))?;
        let found = self.find_in(config.directory(&directory)?, &reference)?;
        let region = config.region_of(name).map(str::to_owned).or(found.region);
        Ok(Found { profile: Some(name.to_owned()), region, ..found })
    }

    /// The accounts and roles of a directory, as remembered, else fetched.
    pub(crate) fn inventory(&self, directory: &Directory) -> Result<Inventory> {
        match Inventory::remembered(directory)? {
            Some(inventory) => Ok(inventory),
            None => self.fetch_inventory(directory),
        }
    }

    /// The accounts and roles of a directory, fetched and remembered. That some could not be had is a warning.
    pub(crate) fn fetch_inventory(&self, directory: &Directory) -> Result<Inventory> {
        let fetched = self.fetch(directory, Resume::default(), &Progress::for_person())?;
        if let Some(error) = fetched.shortfall() {
            terminal::say(&error.report());
        }
        Ok(fetched.inventory)
    }

    /// The same, and what could not be had.
    pub(crate) fn fetch(&self, directory: &Directory, resume: Resume, progress: &Progress) -> Result<Fetched> {
        let client = self.client(directory)?;
        let session = self.session(directory, &client)?;
        let fetched = Inventory::fetch(directory, &client, &session, resume, &|tally| progress.show(tally));
        progress.end();
        fetched
    }

    /// What says that the default profile has credentials of its own, which SDKs prefer to a credential server.
    pub(crate) fn rival_of_server(&self) -> Result<Option<String>> {
        const KEYS: [&str; 8] = [
            "aws_access_key_id",
            "credential_process",
            "sso_session",
            "sso_account_id",
            "role_arn",
            "source_profile",
            "credential_source",
            "web_identity_token_file",
        ];
        let credentials = Config::read(&environment::credentials_file()?)?;
        let has_key = |file: &Config| {
            let default = file.profile("default");
            default.is_some_and(|profile| KEYS.iter().any(|key| profile.setting(key).is_some()))
        };
        let rival = [&credentials, self.config()?].into_iter().find(|file| has_key(file));
        Ok(rival.map(|file| {
            let path = environment::shown(file.path());
            format!("the default profile in {path} has credentials, which SDKs prefer to a credential server")
        }))
    }

    /// A role's credentials, from the cache or the service.
    pub(crate) fn credentials(&self, found: &Found) -> Result<RoleCredentials> {
        let client = self.client(&found.directory)?;
        let session = self.session(&found.directory, &client)?;
        Provider::new(&found.directory, &client, &session)?.credentials(&found.role)
    }
}

fn no_role(name: &str) -> Error {
    Error::denied(format!("{name} is no role, alias, or profile with a role")).with_remedy("run: aws-sso list")
}
