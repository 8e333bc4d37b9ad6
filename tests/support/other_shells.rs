//! Scripts in the shells that are neither POSIX nor fish, with what the tests need to know of each in a row.

use std::path::PathBuf;

use aws_sso::shell::Shell as Dialect;

use super::process::Invocation;
use super::user::User;
use super::{Home, programs, skip};

/// A shell that has a language of its own.
#[derive(Clone, Copy, Debug)]
pub struct OtherShell {
    /// Its name, as in `aws-sso init NAME`.
    pub name: &'static str,
    program: &'static str,
    dialect: Dialect,
    /// Options that skip the start-up files.
    bare: &'static [&'static str],
    /// The line of a script that loads the function from the file `FILE`, which holds what `init` prints.
    load: &'static str,
    /// The same at the prompt.
    load_at_prompt: &'static str,
    /// Runs `COMMAND`, which fails, and prints `status N`.
    caught: &'static str,
    /// The value of the variable `NAME`, as a word.
    value: &'static str,
    /// Enters the role that the word `ROLE` names, without the function.
    env: &'static str,
    /// Runs `COMMAND` with the text `piped` as its input.
    piped: &'static str,
    /// What keeps a command from running after one that has failed.
    pub and: &'static str,
    /// Prints the shell's region.
    pub region: &'static str,
    /// Makes the prompt `~`, a character and a blank, where it is another one.
    pub prompt: &'static str,
    /// What keeps the shell from running the word after it.
    pub comment: &'static str,
}

pub const NUSHELL: OtherShell = OtherShell {
    name: "nushell",
    program: "nu",
    dialect: Dialect::Nushell,
    bare: &["--no-config-file"],
    load: "source FILE",
    load_at_prompt: "source FILE",
    caught: "try { COMMAND } catch {|error| print $'status ($error.exit_code)' }",
    value: "$env.NAME",
    env: "aws-sso env --shell nushell -- ROLE | from json | load-env",
    piped: "'piped' | COMMAND",
    and: ";",
    region: "print (awsso region)",
    prompt: "",
    comment: "#",
};

pub const ELVISH: OtherShell = OtherShell {
    name: "elvish",
    program: "elvish",
    dialect: Dialect::Elvish,
    bare: &["-norc"],
    // A script has no `edit:add-var`.
    load: "var awsso~ = $nop~; eval (slurp <FILE) &on-end={|code| set awsso~ = $code[awsso~] }",
    load_at_prompt: "eval (slurp <FILE)",
    caught: "try { COMMAND } catch error { echo 'status '$error[reason][exit-status] }",
    value: "$E:NAME",
    env: "eval (aws-sso env --shell elvish -- ROLE | slurp)",
    piped: "print piped | COMMAND",
    and: ";",
    region: "print (awsso region)",
    prompt: "",
    comment: "#",
};

pub const XONSH: OtherShell = OtherShell {
    name: "xonsh",
    program: "xonsh",
    dialect: Dialect::Xonsh,
    bare: &["--no-rc"],
    load: "execx(open('FILE').read())",
    load_at_prompt: "execx(open('FILE').read())",
    caught: "__result = ![COMMAND]\nprint('status', __result.rtn)",
    value: "@($NAME)",
    env: "execx($(aws-sso env --shell xonsh -- ROLE))",
    piped: "printf piped | COMMAND",
    and: " &&",
    region: "awsso region",
    prompt: "$PROMPT = '~> '",
    comment: "#",
};

pub const TCSH: OtherShell = OtherShell {
    name: "tcsh",
    program: "tcsh",
    dialect: Dialect::Tcsh,
    bare: &["-f"],
    load: "eval \"`cat FILE`\"",
    load_at_prompt: "eval \"`cat FILE`\"",
    caught: "COMMAND || echo status $status",
    value: "$NAME:q",
    // Within both kinds of quotes tcsh would read the value of the variable as code, but not in an alias.
    env: "alias entered 'aws-sso env --shell tcsh -- ROLE'\neval \"`entered`\"",
    piped: "printf piped | COMMAND",
    and: " &&",
    region: "awsso region",
    prompt: "set prompt = '~> '",
    comment: "; : #",
};

impl OtherShell {
    /// Those that are installed; the others are skipped, each with a message.
    #[track_caller]
    pub fn all() -> Vec<Self> {
        [NUSHELL, ELVISH, XONSH, TCSH].into_iter().filter(|shell| shell.is_here()).collect()
    }

    /// Whether the shell is installed; prints a message if not.
    #[track_caller]
    pub fn is_here(self) -> bool {
        let is_here = self.path().is_some();
        if !is_here {
            skip(&format!("{} is not installed: nothing is tested in it", self.program));
        }
        is_here
    }

    fn path(self) -> Option<PathBuf> {
        programs(self.program).next()
    }

    /// The shell without start-up files.
    pub fn start(self, home: &Home) -> Invocation {
        self.start_with_files(home).args(self.bare)
    }

    /// The shell as a user starts it.
    pub fn start_with_files(self, home: &Home) -> Invocation {
        let program = self.path().unwrap_or_else(|| panic!("ask OtherShell::is_here first: {self:?}"));
        home.command(&program).env("SHELL", &program)
    }

    /// The line that loads the function in a script. `init` has these options.
    pub fn load(self, home: &Home, options: &str) -> String {
        self.load.replace("FILE", &self.init(home, options))
    }

    /// The line that loads the function at the prompt.
    pub fn load_at_prompt(self, home: &Home, options: &str) -> String {
        self.load_at_prompt.replace("FILE", &self.init(home, options))
    }

    /// A file with what `init` prints.
    fn init(self, home: &Home, options: &str) -> String {
        let code = home.aws_sso(["init", self.name]).args(options.split_whitespace()).run().success().stdout;
        home.write(format!("init-{}", self.name), code).to_str().unwrap().to_owned()
    }

    /// A statement that exports a variable.
    pub fn set(self, name: &str, value: &str) -> String {
        self.dialect.set(name, value)
    }

    /// Runs a command that fails, and prints `status N`.
    pub fn caught(self, command: &str) -> String {
        self.caught.replace("COMMAND", command)
    }

    /// Runs a command with the text `piped` as its input.
    pub fn piped(self, command: &str) -> String {
        self.piped.replace("COMMAND", command)
    }

    /// The value of a variable, as a word.
    pub fn value(self, name: &str) -> String {
        self.value.replace("NAME", name)
    }

    /// Enters a role without the function.
    pub fn env(self, role: &str) -> String {
        self.env.replace("ROLE", role)
    }

    /// A script.
    pub fn script(self, home: &Home, script: &str) -> Invocation {
        let file = home.write(format!("script-{}", self.name), script);
        self.start(home).arg(file)
    }
}

impl User {
    /// A script in a shell that has the function.
    pub fn script_in(&self, shell: OtherShell, script: &str) -> Invocation {
        let script = format!("{}\n{script}", shell.load(&self.home, ""));
        shell.script(&self.home, &script).endpoint(self.sandbox.endpoint())
    }
}
