//! The last words: three commands to try.

use super::start_up_file::Function;
use crate::aws_config::directory::Directory;
use crate::environment::shown;
use crate::inventory::{Account, Inventory};
use crate::programs::profile_option;
use crate::role::RoleArn;
use crate::shell::{Shell, is_plain, word};
use crate::terminal;

/// What is there to try.
pub(super) struct Ending<'a> {
    pub(super) directory: &'a Directory,
    pub(super) inventory: &'a Inventory,
    pub(super) function: &'a Function,
    /// The profile of the role, if it has one.
    pub(super) profile: Option<String>,
    /// Whether a role's name may be one of several sso-sessions.
    pub(super) is_one_of_several: bool,
}

impl Ending<'_> {
    /// The text, for a user who has this role.
    pub(super) fn text(&self, account: &Account, role: &RoleArn) -> String {
        let option =
            if self.is_one_of_several { format!("{} ", profile_option(&self.directory.name)) } else { String::new() };
        let role = format!("{option}{}", word(&name(self.inventory, account, role)));
        let caller = match &self.profile {
            Some(profile) => format!("aws sts get-caller-identity --profile {}", word(profile)),
            None => format!("aws-sso exec {role} -- aws sts get-caller-identity"),
        };
        let (head, first) = match self.function {
            Function::Loaded { shell, file } => {
                let file = word_of_path(&shown(file));
                let now = match shell {
                    Shell::Powershell => format!(", or after: . {file}"),
                    Shell::Elvish => format!(", or after: eval (slurp <{file})"),
                    // It would be two lines.
                    Shell::Nushell => String::new(),
                    _ => format!(", or after: source {file}"),
                };
                (format!("in a new shell{now}"), format!("awsso use {role}"))
            }
            Function::Unloaded { .. } | Function::Unknown => {
                ("now".to_owned(), format!("aws-sso list {option}").trim_end().to_owned())
            }
        };
        let mut text = format!("\nThree commands to try, {head}\n");
        for command in [first, caller, format!("aws-sso console {role}")] {
            text += &format!("  {command}\n");
        }
        match self.function {
            Function::Loaded { .. } => {}
            Function::Unloaded { line, file } => {
                text +=
                    &format!("For the function awsso, which changes this shell, add to {}:\n  {line}\n", shown(file));
            }
            Function::Unknown => text += "To change the role of a shell, see: aws-sso init --help\n",
        }
        text
    }
}

/// How a person names the role: by its account's name, where that is one and the only one.
fn name(inventory: &Inventory, account: &Account, role: &RoleArn) -> String {
    let is_only = inventory.accounts.iter().filter(|other| other.name == account.name).count() == 1;
    let is_shown = !account.name.is_empty() && terminal::name(&account.name) == account.name;
    let account = if is_only && is_shown && !account.name.contains('/') { &account.name } else { &account.id };
    format!("{account}/{}", role.role_name)
}

/// The role to try first: one that changes nothing, else one that is no administrator's; one that needs no quotes.
pub(super) fn first_role(inventory: &Inventory) -> Option<(&Account, RoleArn)> {
    let danger = |role: &str| {
        let role = role.to_lowercase();
        match () {
            () if ["read", "view", "audit"].iter().any(|word| role.contains(word)) => 0,
            () if !role.contains("admin") => 1,
            () => 2,
        }
    };
    inventory.roles().min_by_key(|(account, role)| {
        let needs_quotes = !is_plain(&name(inventory, account, role));
        (danger(&role.role_name), needs_quotes)
    })
}

/// A word for each of the shells, for a path that begins with `~`.
fn word_of_path(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some(rest) => format!("~/{}", word(rest)),
        None => word(path),
    }
}
