//! Whether a role is one of administrators.

/// Whether a role is one of administrators by its name, which is all that the service says of a role: a permission set
/// can be called `AdministratorAccess` and allow little, and one of any other name can allow everything.
#[must_use]
pub fn is_of_administrators(role_name: &str) -> bool {
    let letters: String = role_name.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    ["admin", "poweruser"].iter().any(|word| letters.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_one_of_administrators_by_its_name() {
        for name in ["AdministratorAccess", "AWSAdministratorAccess", "PowerUserAccess", "power-user", "team_ADMIN"] {
            assert!(is_of_administrators(name), "{name}");
        }
        for name in ["ReadOnlyAccess", "SecurityAudit", "reader", "", "AWSServiceCatalogEndUserAccess"] {
            assert!(!is_of_administrators(name), "{name}");
        }
    }
}
