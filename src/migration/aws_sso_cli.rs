//! The `config.yaml` of aws-sso-cli, as far as it says something that this tool has a place for.

use super::yaml::{self, Entry, Fault, Node};
use crate::role::{RoleArn, is_account_id, is_role_name};

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TheirConfig {
    pub(super) instances: Vec<Instance>,
    /// `DefaultSSO`.
    pub(super) default_instance: Option<String>,
    pub(super) default_region: Option<String>,
    pub(super) profile_format: Option<String>,
    /// `AuthWorkflow: device_code`.
    pub(super) device_code: bool,
    /// `UrlAction`, `AuthUrlAction` and what goes with them.
    pub(super) url_action: Option<String>,
    pub(super) url_command: Vec<String>,
    pub(super) browser: Option<String>,
    /// The other keys that are set, each once, in the order of the file.
    pub(super) others: Vec<String>,
    /// What cannot be understood, each in a sentence.
    pub(super) faults: Vec<String>,
}

/// An Identity Center.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) name: String,
    pub(super) start_url: String,
    pub(super) region: Option<String>,
    pub(super) default_region: Option<String>,
    pub(super) accounts: Vec<Account>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// Twelve digits.
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) default_region: Option<String>,
    pub(super) roles: Vec<Role>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) profile: Option<String>,
    pub(super) default_region: Option<String>,
    /// The role with which this one is assumed.
    pub(super) via: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) source_identity: Option<String>,
}

/// Keys that say nothing which is worth a word: switches that are older than the others, and texts about nothing.
const SILENT: [&str; 3] = ["ARN", "ConfigUrlAction", "ConfigProfilesUrlAction"];

impl TheirConfig {
    /// Reads the file's text.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let root = yaml::parse(text)?;
        let fault = |why: &str| Err(Fault { line: 1, why: why.to_owned() });
        if !matches!(root, Node::Map(_)) {
            return fault("this is no config of aws-sso-cli: it has no SSOConfig");
        }
        let mut config = Self {
            default_instance: owned(&root, "DefaultSSO"),
            default_region: owned(&root, "DefaultRegion"),
            profile_format: owned(&root, "ProfileFormat"),
            device_code: root.text("AuthWorkflow") == Some("device_code"),
            url_action: owned(&root, "UrlAction"),
            url_command: texts(root.get("UrlExecCommand")),
            browser: owned(&root, "Browser"),
            ..Self::default()
        };
        config.note_others(&root, &TAKEN);
        let instances = root.get("SSOConfig");
        if instances.text("StartUrl").is_some() {
            config.add_instance("Default", instances);
        } else if root.text("StartUrl").is_some() {
            config.add_instance("Default", &root);
        } else {
            for Entry { key, value, .. } in instances.entries() {
                config.add_instance(key, value);
            }
        }
        if config.instances.is_empty() && config.faults.is_empty() {
            return fault("this is no config of aws-sso-cli: it has no SSOConfig with a StartUrl");
        }
        Ok(config)
    }

    fn add_instance(&mut self, name: &str, node: &Node) {
        let Some(start_url) = node.text("StartUrl") else {
            self.faults.push(format!("{name} has no StartUrl"));
            return;
        };
        self.note_others(node, &TAKEN_OF_INSTANCE);
        let accounts = node.get("Accounts").entries().iter().filter_map(|entry| self.account(entry)).collect();
        self.instances.push(Instance {
            name: name.trim().to_owned(),
            start_url: start_url.to_owned(),
            region: owned(node, "SSORegion"),
            default_region: owned(node, "DefaultRegion"),
            accounts,
        });
    }

    fn account(&mut self, Entry { key, value, .. }: &Entry) -> Option<Account> {
        let Some(id) = account_id(key) else {
            self.faults.push(format!("{key} is not the id of an account"));
            return None;
        };
        self.note_others(value, &TAKEN_OF_ACCOUNT);
        let roles = match value.get("Roles") {
            // Version 1.1 and older had a list of roles, each with its ARN.
            Node::List(roles) => roles.iter().filter_map(|node| self.role(node.text("ARN")?, node)).collect(),
            roles => roles.entries().iter().filter_map(|entry| self.role(&entry.key, &entry.value)).collect(),
        };
        Some(Account { id, name: owned(value, "Name"), default_region: owned(value, "DefaultRegion"), roles })
    }

    fn role(&mut self, name: &str, node: &Node) -> Option<Role> {
        let named = name.parse::<RoleArn>().map_or_else(|_| name.to_owned(), |arn| arn.role_name);
        if !is_role_name(&named) {
            self.faults.push(format!("{name} is not the name of a role"));
            return None;
        }
        self.note_others(node, &TAKEN_OF_ROLE);
        Some(Role {
            name: named,
            profile: owned(node, "Profile"),
            default_region: owned(node, "DefaultRegion"),
            via: owned(node, "Via"),
            external_id: owned(node, "ExternalId"),
            source_identity: owned(node, "SourceIdentity"),
        })
    }

    /// Remembers the keys that have no place here.
    fn note_others(&mut self, node: &Node, taken: &[&str]) {
        for Entry { key, value, .. } in node.entries() {
            let is_in = |keys: &[&str]| keys.iter().any(|other| other.eq_ignore_ascii_case(key));
            let is_said = *value == Node::Nothing || is_in(taken) || is_in(&SILENT);
            if !is_said && !self.others.iter().any(|other| other.eq_ignore_ascii_case(key)) {
                self.others.push(key.clone());
            }
        }
    }
}

const TAKEN: [&str; 11] = [
    "SSOConfig",
    "DefaultSSO",
    "DefaultRegion",
    "ProfileFormat",
    "AuthWorkflow",
    "UrlAction",
    "UrlExecCommand",
    "Browser",
    // Where the file has one instance and no name for it.
    "StartUrl",
    "SSORegion",
    "Accounts",
];
const TAKEN_OF_INSTANCE: [&str; 4] = ["StartUrl", "SSORegion", "DefaultRegion", "Accounts"];
const TAKEN_OF_ACCOUNT: [&str; 3] = ["Name", "DefaultRegion", "Roles"];
const TAKEN_OF_ROLE: [&str; 5] = ["Profile", "DefaultRegion", "Via", "ExternalId", "SourceIdentity"];

fn owned(node: &Node, key: &str) -> Option<String> {
    node.text(key).map(str::to_owned)
}

/// A command: a list of words, or one text.
fn texts(node: &Node) -> Vec<String> {
    match node {
        Node::List(nodes) => nodes.iter().filter_map(|node| node.as_text().map(str::to_owned)).collect(),
        node => node.as_text().map(str::to_owned).into_iter().collect(),
    }
}

/// The id with its leading zeros, which numbers in YAML easily lose. Old versions wrote it as `1.23456789012e+11`, too.
fn account_id(key: &str) -> Option<String> {
    let key = key.trim();
    let digits = match key.split_once("e+") {
        Some(_) => format!("{:.0}", key.parse::<f64>().ok().filter(|number| number.is_finite())?),
        None => key.trim_start_matches('0').to_owned(),
    };
    let id = format!("{digits:0>12}");
    is_account_id(&id).then_some(id).filter(|_| !digits.is_empty())
}

/// The account and the name of a role that `Via` names: an ARN, or `ACCOUNT:NAME`.
pub(super) fn via(text: &str) -> Option<(String, String)> {
    if let Ok(arn) = text.parse::<RoleArn>() {
        return Some((arn.account_id, arn.role_name));
    }
    let (account, name) = text.split_once(':')?;
    let name = name.strip_prefix("role/").unwrap_or(name);
    Some((account_id(account)?, is_role_name(name).then(|| name.to_owned())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: &str = "
SSOConfig:
  Primary:
    SSORegion: us-east-2
    StartUrl: https://d-1.awsapps.com/start
    DefaultRegion: eu-west-1
    Accounts:
      0012345678:
        Name: Log archive
        Tags:
          - Type: Sub
        Roles:
          Admin: {Profile: logs, Via: '111111111111:Base'}
          Reader:
  Testing:
    startUrl: https://d-2.awsapps.com/start
    Accounts:
      1.23456789012e+11:
        Roles:
        - ARN: arn:aws:iam::123456789012:role/Old
          Profile: old
      nonsense: {}
DefaultSSO: Primary
Threads: 5
SecureStore:
AuthWorkflow: device_code
UrlAction: exec
UrlExecCommand: [open, '%s']
";

    #[test]
    fn a_file_is_read_with_each_level_that_it_has() {
        let config = TheirConfig::parse(LEVELS).unwrap();
        let [primary, testing] = config.instances.as_slice() else { panic!("{config:?}") };
        assert_eq!((primary.name.as_str(), primary.region.as_deref()), ("Primary", Some("us-east-2")));
        let [logs] = primary.accounts.as_slice() else { panic!("{primary:?}") };
        assert_eq!((logs.id.as_str(), logs.name.as_deref()), ("000012345678", Some("Log archive")));
        assert_eq!(logs.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Admin", "Reader"]);
        assert_eq!(logs.roles[0].via.as_deref().and_then(via), Some(("111111111111".into(), "Base".into())));
        assert_eq!(testing.start_url, "https://d-2.awsapps.com/start");
        assert_eq!(testing.accounts[0].id, "123456789012");
        assert_eq!(testing.accounts[0].roles[0].name, "Old");
        assert_eq!((config.others, config.device_code), (vec!["Threads".to_owned(), "Tags".to_owned()], true));
        assert_eq!(config.faults, ["nonsense is not the id of an account"]);
        assert_eq!(config.url_command, ["open", "%s"]);
    }

    #[test]
    fn one_instance_needs_no_name_and_another_file_is_no_config() {
        for text in [
            "SSOConfig:\n  StartUrl: https://x/start\n  SSORegion: us-east-1\n",
            "StartUrl: https://x/start\nSSORegion: us-east-1\n",
        ] {
            let config = TheirConfig::parse(text).unwrap();
            assert_eq!(config.instances.len(), 1, "{text}");
            assert_eq!((config.instances[0].name.as_str(), config.others.len()), ("Default", 0), "{text}");
        }
        for text in ["", "hello", "- a\n- b\n", "services:\n  web: {}\n", "SSOConfig: {}\n", "SSOConfig: text\n"] {
            let fault = TheirConfig::parse(text).unwrap_err();
            assert!(fault.why.contains("no config of aws-sso-cli"), "{text}: {fault:?}");
        }
        assert_eq!(TheirConfig::parse("SSOConfig:\n  A:\n    SSORegion: x\n").unwrap().faults, ["A has no StartUrl"]);
    }

    #[test]
    fn an_account_id_is_read_in_each_of_its_spellings() {
        for (key, expected) in [
            ("123456789012", Some("123456789012")),
            ("012345678901", Some("012345678901")),
            ("12345678901", Some("012345678901")),
            ("0012345678912", Some("012345678912")),
            ("1.23456789012e+11", Some("123456789012")),
            ("1e+300", None),
            ("1234567890123", None),
            ("000000000000", None),
            ("12a", None),
            ("", None),
        ] {
            assert_eq!(account_id(key).as_deref(), expected, "{key}");
        }
    }
}
