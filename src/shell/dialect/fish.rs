//! fish.

use super::statements::{Dialect, IS_LOCAL};
use crate::error::Result;
use crate::quote;

pub(super) struct Fish;

impl Dialect for Fish {
    fn quote(&self, value: &str) -> String {
        quote::fish(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("set -gx {name} {}", self.quote(value))
    }

    /// `set -e` fails where there is nothing to erase.
    fn unset(&self, name: &str) -> String {
        format!("set -eg {name}; or true")
    }

    /// fish has no subshells.
    fn say(&self, line: &str) -> Option<String> {
        Some(format!("builtin printf '%s\\n' {} >&2; or true\n", self.quote(line)))
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        let from = from.and_then(|from| self.say(from)).unwrap_or_default();
        format!("builtin printf '%s\\n' {}\n{from}", self.quote(result))
    }

    /// A universal variable of fish becomes visible, also to programs, once the global one is erased. It belongs to all
    /// of the user's shells, so it is not ours to erase.
    fn check_removable(&self, names: &str) -> String {
        format!(
            "begin
    set -l __aws_sso_name
    for __aws_sso_name in {names}
        set -q $__aws_sso_name; or continue
        if set -qUx $__aws_sso_name
            echo \"aws-sso: $__aws_sso_name is a universal variable and would stay: nothing is changed\" >&2
            echo \"  run: set -eU $__aws_sso_name\" >&2
            return 2
        end
    end
end
"
        )
    }

    fn check_writable(&self, names: &str) -> String {
        let local = IS_LOCAL;
        format!(
            "for __aws_sso_name in {names}
    if set -ql $__aws_sso_name
        echo \"aws-sso: $__aws_sso_name {local}\" >&2
        return 2
    end
end
"
        )
    }

    fn is_another_shell(&self) -> Option<&'static str> {
        Some(r#"'test' '\\' != "\\""#)
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.fish"))
    }
}
