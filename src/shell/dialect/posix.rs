//! bash, zsh, and the plain POSIX shells.

use super::statements::{Dialect, IS_LOCAL};
use crate::error::Result;
use crate::quote;

pub(super) struct Bash;
pub(super) struct Zsh;
pub(super) struct Posix;

/// What bash and zsh do not share.
trait BashOrZsh {
    /// See [`Dialect::check_writable`].
    fn check_writable(&self, names: &str) -> String;

    /// See [`Dialect::is_another_shell`].
    fn is_another_shell(&self) -> &'static str;

    /// See [`Dialect::template`].
    fn template(&self) -> &'static str;
}

impl<Shell: BashOrZsh> Dialect for Shell {
    fn quote(&self, value: &str) -> String {
        quote::posix(value)
    }

    /// The user may have aliased `export`. The backslash stops alias expansion, and `builtin` a function.
    fn set(&self, name: &str, value: &str) -> String {
        format!("\\builtin export {name}={}", quote::posix(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("\\builtin unset {name}")
    }

    /// What a subshell has, the shell that the user sees has not.
    fn say(&self, line: &str) -> Option<String> {
        Some(format!(
            "{{
  if ((${{BASH_SUBSHELL:-0}} + ${{ZSH_SUBSHELL:-0}})); then \\builtin printf 'in this subshell: '; fi
  \\builtin printf '%s\\n' {}
}} >&2 || \\builtin :\n",
            quote::posix(line)
        ))
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        let from = from.and_then(|from| self.say(from)).unwrap_or_default();
        format!("\\builtin printf '%s\\n' {}\n{from}", quote::posix(result))
    }

    fn check_writable(&self, names: &str) -> String {
        BashOrZsh::check_writable(self, names)
    }

    fn is_another_shell(&self) -> Option<&'static str> {
        Some(BashOrZsh::is_another_shell(self))
    }

    fn template(&self) -> Result<&'static str> {
        Ok(BashOrZsh::template(self))
    }
}

impl BashOrZsh for Bash {
    fn check_writable(&self, names: &str) -> String {
        // A local value hides the shell's own: setting the latter shows that, and in bash before 4.2, removing it.
        let is_local = r#"{ \builtin declare -g "$__aws_sso_name=1" && [[ "${!__aws_sso_name-}" != 1 ]]; } ||
    { \builtin unset "$__aws_sso_name" && [[ -n "${!__aws_sso_name+x}" ]]; }"#;
        // Without a process: a mark that means nothing goes to the shell's own variables, and is then seen at each,
        // unless another one hides it. Nothing else but the mark of exported ones may stand beside it.
        let marks: String = names.split(' ').map(|name| format!(r#" "${{{name}@a}}""#)).collect();
        let quick = format!(
            r#"((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) && {{
  \builtin local - __aws_sso_marks
  \builtin set +u
  \builtin declare -g -t {names}
  \builtin printf -v __aws_sso_marks '%s,'{marks}
  \builtin declare -g +t {names}
  [[ "${{__aws_sso_marks//x/}}" == {all} ]]
}} 2>/dev/null"#,
            all = "t,".repeat(names.split(' ').count()),
        );
        let is_read_only = r#"! \builtin unset "$__aws_sso_name""#;
        check_writable(names, &quick, is_local, is_read_only)
    }

    /// Arrays are not exported, so no other shell has `BASH_VERSINFO`.
    fn is_another_shell(&self) -> &'static str {
        r#"'test' '\\' = "\\" || 'eval' 'test -z "${BASH_VERSINFO-}"'"#
    }

    fn template(&self) -> &'static str {
        include_str!("../../../shell/init.bash")
    }
}

impl BashOrZsh for Zsh {
    fn check_writable(&self, names: &str) -> String {
        let is = |kind| format!(r#"[[ "${{(Pt)__aws_sso_name-}}" == *'{kind}'* ]]"#);
        // Without a process: all are plain variables, exported or not, or not there.
        let types: String = names.split(' ').map(|name| format!("${{(t){name}-}}")).collect();
        let quick = format!(
            r#"{{
  \builtin local __aws_sso_types="{types}"
  [[ -z "${{${{__aws_sso_types//scalar/}}//-export/}}" ]]
}}"#
        );
        check_writable(names, &quick, &is("local"), &is("readonly"))
    }

    fn is_another_shell(&self) -> &'static str {
        r#"'test' '\\' = "\\" || 'eval' 'test -z "${ZSH_VERSION-}"'"#
    }

    fn template(&self) -> &'static str {
        include_str!("../../../shell/init.zsh")
    }
}

impl Dialect for Posix {
    fn quote(&self, value: &str) -> String {
        quote::posix(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("export {name}={}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("unset {name}")
    }

    fn say(&self, line: &str) -> Option<String> {
        Some(format!("printf '%s\\n' {} >&2 || :\n", self.quote(line)))
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        format!("printf '%s\\n' {}\n{}", self.quote(result), from.and_then(|from| self.say(from)).unwrap_or_default())
    }

    fn is_another_shell(&self) -> Option<&'static str> {
        Some(r#"'test' '\\' = "\\""#)
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.sh"))
    }
}

/// `quick` is true where all are certain to be writable. What it leaves open is tried in a process of its own, which is
/// slower.
fn check_writable(names: &str, quick: &str, is_local: &str, is_read_only: &str) -> String {
    let local = IS_LOCAL;
    format!(
        "{quick} || (
\\builtin local __aws_sso_name
for __aws_sso_name in {names}; do
  if {is_local}; then
    \\builtin printf '%s\\n' \"aws-sso: $__aws_sso_name {local}\" >&3
    \\builtin exit 3
  elif {is_read_only}; then
    \\builtin printf '%s\\n' \"aws-sso: $__aws_sso_name is read-only: nothing is changed\" >&3
    \\builtin exit 3
  fi
done 3>&2 2>/dev/null
\\builtin unset {names}
) || {{
  [[ \"$?\" == 3 ]] || \\builtin printf '%s\\n' 'aws-sso: a variable is read-only: nothing is changed' >&2
  \\builtin return 2
}}
"
    )
}
