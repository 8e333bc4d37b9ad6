//! The person's settings: `$XDG_CONFIG_HOME/aws-sso/config`, an INI file of our own.
//!
//! ```ini
//! # The directory where -p is not given.
//! profile = corp
//! # auto (the default): sign in where a person can see it.
//! login = never
//! # Who asks for a role: skim (the default), fzf, or number.
//! picker = fzf
//! # files (the default), shared with the AWS CLI; keyring: the system's secret store.
//! store = keyring
//!
//! [discover]
//! # How discovered profiles are named.
//! name = {account_name|slug}-{role}
//!
//! [alias]
//! prod = 123456789012/Admin
//! ```

use std::path::Path;

use ini::Ini;

use crate::aws_files::secret_store::Kind as StoreKind;
use crate::aws_files::store;
use crate::error::{Error, Result};
use crate::picker::Picker;
use crate::session::LoginPolicy;

/// What the file says; everything has a default.
#[derive(Debug, Default)]
pub struct Settings {
    ini: Ini,
}

impl Settings {
    /// Reads the file; no file means no settings.
    pub fn read(path: &Path) -> Result<Self> {
        let Some(bytes) = store::read(path)? else { return Ok(Self::default()) };
        let invalid = |reason: String| {
            Error::usage(format!("cannot read the settings in {}: {reason}", path.display()))
                .remedy("mend or delete that file; README.md lists the settings")
        };
        let text = String::from_utf8(bytes).map_err(|_| invalid("not UTF-8".to_owned()))?;
        let ini = Ini::load_from_str(&text).map_err(|error| invalid(error.to_string()))?;
        let settings = Self { ini };
        settings.login().map_err(|error| invalid(error.to_string()))?;
        settings.picker().map_err(|error| invalid(error.to_string()))?;
        settings.store().map_err(|error| invalid(error.to_string()))?;
        Ok(settings)
    }

    /// `profile`: the directory where neither `-p` nor `AWS_SSO_PROFILE` names one.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.ini.general_section().get("profile").filter(|name| !name.is_empty())
    }

    /// `login`: whether a missing sign-in may open a browser.
    pub fn login(&self) -> Result<LoginPolicy> {
        match self.ini.general_section().get("login") {
            None | Some("auto") => Ok(LoginPolicy::Auto),
            Some("never") => Ok(LoginPolicy::Never),
            Some(other) => Err(Error::usage(format!("login is auto or never, not {other}"))),
        }
    }

    /// `picker`: who asks for a role.
    pub fn picker(&self) -> Result<Picker> {
        self.ini.general_section().get("picker").map_or_else(|| Ok(Picker::default()), str::parse)
    }

    /// `store`: where tokens and role credentials are kept.
    pub fn store(&self) -> Result<StoreKind> {
        match self.ini.general_section().get("store") {
            None | Some("files") => Ok(StoreKind::Files),
            Some("keyring") => Ok(StoreKind::Keyring),
            Some(other) => Err(Error::usage(format!("store is files or keyring, not {other}"))),
        }
    }

    /// `name` of `[discover]`: how discovered profiles are named.
    #[must_use]
    pub fn discover_name(&self) -> Option<&str> {
        self.ini.section(Some("discover"))?.get("name").filter(|name| !name.is_empty())
    }

    /// Every alias and what it stands for.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ini.section(Some("alias")).into_iter().flat_map(ini::Properties::iter)
    }

    /// What an alias of `[alias]` stands for.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<&str> {
        self.ini.section(Some("alias"))?.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, text).unwrap();
        Settings::read(&path)
    }

    #[test]
    fn settings_are_read_and_all_have_defaults() {
        let settings = read("profile = corp\nlogin = never\n[alias]\nprod = 123456789012/Admin\n").unwrap();
        assert_eq!(settings.profile(), Some("corp"));
        assert_eq!(settings.login().unwrap(), LoginPolicy::Never);
        assert_eq!(settings.alias("prod"), Some("123456789012/Admin"));
        assert_eq!(settings.alias("other"), None);

        let settings = read("").unwrap();
        assert_eq!((settings.profile(), settings.login().unwrap()), (None, LoginPolicy::Auto));
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_file() {
        let error = read("login = sometimes\n").unwrap_err();
        assert!(error.to_string().contains("auto or never, not sometimes"), "{error}");
        assert_eq!(error.kind().status(), 2);
    }
}
