//! What differs from shell to shell: the statements in which each says the same.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::quote;

/// What differs from shell to shell. Names of variables are ours and plain; values are printable.
pub(in crate::shell) trait Dialect {
    /// The value as one word that the shell takes literally. It is always quoted, whatever it contains.
    fn quote(&self, value: &str) -> String;

    /// Whether the shell takes the value as it is, however it reads the code.
    fn can_hold(&self, _value: &str) -> bool {
        true
    }

    /// The statement that exports a variable.
    fn set(&self, name: &str, value: &str) -> String;

    /// The statement that removes a variable. It succeeds if the variable does not exist.
    fn unset(&self, name: &str) -> String;

    /// The code of a change, a statement a line.
    fn change(&self, values: &[(&'static str, Option<String>)]) -> String {
        let statement = |(name, value): &(&str, Option<String>)| match value {
            Some(value) => self.set(name, value) + "\n",
            None => self.unset(name) + "\n",
        };
        values.iter().map(statement).collect()
    }

    /// The same for the `awsso` function, which may read it as data.
    fn change_in_function(&self, values: &[(&'static str, Option<String>)]) -> String {
        self.change(values)
    }

    /// The statement that writes a line to stderr, whether or not that can be written to. `None` for a shell in which
    /// nothing keeps a change from being made: there this program can write the line itself.
    fn say(&self, line: &str) -> Option<String>;

    /// Code that prints a result, and then says where it comes from, where [`Dialect::say`] says anything.
    fn print(&self, result: &str, from: Option<&str>) -> String;

    /// The first line of code that no trace may show. In other shells the `awsso` function turns traces off.
    fn untraced(&self) -> &'static str {
        ""
    }

    /// Code that stops, before anything is changed, where one of these variables cannot be removed.
    fn check_removable(&self, _names: &str) -> String {
        String::new()
    }

    /// Code that leaves the `awsso` function, before anything is changed, where one of these variables is read-only, or
    /// belongs to a function that calls: then the shell would have another one in its place once that has returned, or
    /// as soon as this one is removed.
    fn check_writable(&self, _names: &str) -> String {
        String::new()
    }

    /// The statement that is true, and prints nothing, in the other shells of the Bourne family and in fish: they read
    /// this code where a start-up file is shared, as `~/.profile` is by bash and dash, and dash ends at what it cannot
    /// parse. In single quotes only fish takes two backslashes for one. The quotes keep aliases out.
    fn is_another_shell(&self) -> Option<&'static str> {
        None
    }

    /// The code of the `awsso` function, with the places that [`crate::shell::init`] fills in.
    fn template(&self) -> Result<&'static str>;

    /// The program's path in the template.
    fn program(&self, path: &str) -> String {
        self.quote(path)
    }

    /// The same, as `init` prints it, for a function of this name.
    fn loaded(&self, code: &str, _command: &str) -> String {
        match self.is_another_shell() {
            Some(is_another) => format!("{is_another} || 'eval' {}\n", quote::posix_and_fish(&format!("\n{code}"))),
            None => code.to_owned(),
        }
    }
}

/// Code in one line, for languages where `;` ends a statement as a line does. Other shells read one line as a whole:
/// what they cannot parse, they do not begin to run. `continuation` is what joins two lines where they are.
pub(super) fn one_line(code: &str, continuation: char) -> String {
    let mut whole = String::new();
    for line in code.lines().map(str::trim) {
        if let Some(rest) = whole.strip_suffix(continuation) {
            whole.truncate(rest.trim_end().len());
            whole.push(' ');
        } else if whole.ends_with(['(', '[', '{', '|', ',', '+']) || line.starts_with('|') {
            whole.push(' ');
        } else if !whole.is_empty() {
            whole += "; ";
        }
        whole += line;
    }
    whole
}

/// A text in double quotes, with the escapes that Elvish and xonsh share. It has no line breaks, and neither single
/// quotes nor `!`, which other shells could read.
pub(super) fn in_double_quotes(text: &str) -> String {
    let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\x27").replace('!', r"\x21");
    format!("\"{}\"", text.replace('\n', r"\n"))
}

/// A change as a record in JSON; `null` is a variable to remove.
pub(super) fn record(values: &[(&'static str, Option<String>)]) -> String {
    let field = |(name, value): &(&str, Option<String>)| ((*name).to_owned(), Value::from(value.clone()));
    Value::from(values.iter().map(field).collect::<Map<_, _>>()).to_string() + "\n"
}

/// A shell that has no function, since it has no way to define one.
pub(super) fn no_init(what: &str, remedy: &str) -> Error {
    Error::usage(format!("{what} has no init")).with_remedy(remedy)
}

/// Why a variable of a function is not changed.
pub(super) const IS_LOCAL: &str = "belongs to a function, or to this command alone: nothing is changed";
