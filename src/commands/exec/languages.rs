//! How programs take code in their arguments: which options and which words it is.

/// How a program takes code.
pub(super) struct Language {
    /// Its names, in lower case and without a version: `python` is `python3.12` too.
    programs: &'static [&'static str],
    /// Its options for code. Single letters may stand in a group, such as `-lc`.
    pub(super) code: &'static [&'static str],
    /// Beginnings of words from which on all is code, such as `/c`.
    pub(super) marks: &'static [&'static str],
    /// Other options that have a value.
    valued: &'static [&'static str],
    /// Options that name a file or a module with the code.
    script: &'static [&'static str],
    pub(super) operand: Operand,
    /// Whether the option for code has no value of its own: the code is the first word that is no option.
    pub(super) is_shell: bool,
    /// Whether all words from the code on are code.
    pub(super) is_rest_code: bool,
    /// Whether a shell reads the code: no placeholder may stand there, not only the names of accounts.
    pub(super) refuses_all: bool,
    /// Whether options are words that may be cut short, in any case, as in PowerShell.
    pub(super) has_word_options: bool,
    /// How its code reads the environment variable NAME, if it can.
    pub(super) reads: Option<&'static str>,
}

/// What a word is that is neither an option nor the value of one.
pub(super) enum Operand {
    /// A script: its arguments follow.
    Script,
    /// Nothing that matters: options may follow.
    Ignored,
    /// Code, if no option has given any.
    Code,
    /// What the code, which follows, is run on.
    Host,
    /// Behind so many others, and variables such as `A=b`, a program.
    Program(usize),
}

/// What an option means.
#[derive(Default)]
pub(super) struct CodeOption {
    pub(super) is_code: bool,
    /// Whether the code is the next word.
    pub(super) is_next: bool,
    pub(super) names_script: bool,
    /// How many of the next words are its values.
    pub(super) values: usize,
}

const SCRIPTS: Language = Language {
    programs: &[],
    code: &["e", "eval"],
    marks: &[],
    valued: &[],
    script: &[],
    operand: Operand::Script,
    is_shell: false,
    is_rest_code: false,
    refuses_all: false,
    has_word_options: false,
    reads: None,
};

/// Programs that hand code to a shell.
const HANDS_ON: Language = Language { refuses_all: true, reads: Some("\"$NAME\""), ..SCRIPTS };

/// Programs that start another one.
const STARTS: Language = Language { code: &[], operand: Operand::Program(0), ..HANDS_ON };

/// Every program whose name ends in `sh` or `shell`, if it is not among the others.
static SHELL: Language =
    Language { code: &["c", "command"], valued: &["o", "O", "rcfile", "init-file"], is_shell: true, ..HANDS_ON };

const POWERSHELL: Language = Language {
    code: &["command", "commandwithargs", "cwa", "encodedcommand", "ec"],
    valued: &[
        "executionpolicy",
        "ep",
        "version",
        "inputformat",
        "outputformat",
        "windowstyle",
        "workingdirectory",
        "wd",
        "configurationname",
        "configurationfile",
        "custompipename",
        "settingsfile",
        "psconsolefile",
    ],
    script: &["file"],
    is_rest_code: true,
    has_word_options: true,
    reads: Some("$env:NAME"),
    ..HANDS_ON
};

static LANGUAGES: [Language; 38] = [
    Language {
        programs: &["fish", "nu"],
        code: &["c", "C", "command", "init-command", "commands", "e", "execute"],
        ..HANDS_ON
    },
    Language { programs: &["pwsh"], ..POWERSHELL },
    Language { programs: &["powershell"], operand: Operand::Code, ..POWERSHELL },
    Language {
        programs: &["cmd"],
        code: &[],
        marks: &["/c", "/k"],
        operand: Operand::Ignored,
        reads: None,
        ..HANDS_ON
    },
    Language {
        programs: &["su", "runuser", "sg", "script", "vagrant", "nix-shell"],
        code: &["c", "command", "session-command", "run"],
        operand: Operand::Ignored,
        ..HANDS_ON
    },
    Language {
        programs: &["eval", "watch", "parallel", "hyperfine"],
        code: &[],
        valued: &["n", "interval", "j", "a"],
        operand: Operand::Code,
        is_rest_code: true,
        ..HANDS_ON
    },
    Language { programs: &["env"], code: &["S", "split-string"], valued: &["u", "C", "unset", "chdir"], ..STARTS },
    Language {
        programs: &["sudo", "doas", "setsid"],
        valued: &["u", "g", "h", "p", "C", "D", "R", "r", "t", "T", "U"],
        ..STARTS
    },
    Language {
        programs: &["nice", "nohup", "time", "stdbuf"],
        valued: &["n", "adjustment", "f", "format", "o", "output", "i", "input", "e", "error"],
        ..STARTS
    },
    Language {
        programs: &["xargs"],
        valued: &["I", "n", "P", "L", "d", "a", "E", "s", "max-args", "max-procs", "delimiter", "arg-file"],
        ..STARTS
    },
    Language { programs: &["entr"], code: &["s"], ..STARTS },
    Language {
        programs: &["timeout"],
        valued: &["k", "s", "kill-after", "signal"],
        operand: Operand::Program(1),
        ..STARTS
    },
    Language {
        programs: &["flock"],
        code: &["c", "command"],
        valued: &["w", "E", "wait", "timeout", "conflict-exit-code"],
        operand: Operand::Program(1),
        ..STARTS
    },
    Language { programs: &["npx"], code: &["c", "call"], valued: &["p", "package"], ..STARTS },
    Language {
        programs: &["uv", "poetry", "pipenv", "pdm", "bundle"],
        valued: &["p", "python", "with", "project", "directory", "extra", "group", "env-file", "package"],
        operand: Operand::Program(1),
        ..STARTS
    },
    Language {
        programs: &["docker", "podman", "nerdctl", "aws-vault"],
        valued: &[
            "e",
            "u",
            "w",
            "v",
            "p",
            "t",
            "l",
            "f",
            "env",
            "env-file",
            "user",
            "workdir",
            "volume",
            "publish",
            "tag",
            "label",
            "file",
            "name",
            "network",
            "entrypoint",
            "build-arg",
            "mount",
            "platform",
            "detach-keys",
        ],
        operand: Operand::Program(2),
        ..STARTS
    },
    Language {
        programs: &["tmux"],
        code: &[],
        valued: &["L", "S", "f"],
        operand: Operand::Code,
        is_rest_code: true,
        ..SCRIPTS
    },
    Language {
        programs: &["ansible", "ansible-playbook"],
        code: &["a", "args", "e", "extra-vars"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language {
        programs: &["ssh"],
        code: &["o"],
        valued: &[
            "B", "b", "c", "D", "E", "e", "F", "I", "i", "J", "L", "l", "m", "O", "p", "P", "Q", "R", "S", "W", "w",
        ],
        operand: Operand::Host,
        ..SCRIPTS
    },
    Language {
        programs: &["scp", "sftp"],
        code: &["o"],
        valued: &["c", "D", "F", "i", "J", "l", "P", "S", "X", "B", "b", "R", "s"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language {
        programs: &["rsync", "tar", "gtar", "bsdtar"],
        code: &["e", "rsh", "rsync-path", "I", "use-compress-program", "checkpoint-action", "to-command"],
        valued: &["f", "C", "T", "X", "B", "M"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language {
        programs: &["python", "pypy", "ipython"],
        code: &["c"],
        valued: &["W", "X", "check-hash-based-pycs"],
        script: &["m"],
        reads: Some("os.environ[\"NAME\"]"),
        ..SCRIPTS
    },
    Language { programs: &["perl"], code: &["e", "E", "M", "m"], valued: &["I"], reads: Some("$ENV{NAME}"), ..SCRIPTS },
    Language {
        programs: &["ruby", "jruby", "irb"],
        valued: &["r", "I", "C", "E", "require"],
        reads: Some("ENV[\"NAME\"]"),
        ..SCRIPTS
    },
    Language {
        programs: &["node", "nodejs", "bun", "deno", "ts-node", "tsx"],
        code: &["e", "p", "eval", "print"],
        marks: &["eval"],
        valued: &["r", "C", "require", "import", "loader", "env-file"],
        reads: Some("process.env.NAME"),
        ..SCRIPTS
    },
    Language {
        programs: &["php"],
        code: &["r", "B", "R", "E", "run", "process-begin", "process-code", "process-end"],
        valued: &["d", "c", "t", "z", "S"],
        script: &["f", "F"],
        reads: Some("getenv(\"NAME\")"),
        ..SCRIPTS
    },
    Language { programs: &["lua", "luajit"], valued: &["l"], reads: Some("os.getenv(\"NAME\")"), ..SCRIPTS },
    Language { programs: &["r", "rscript"], reads: Some("Sys.getenv(\"NAME\")"), ..SCRIPTS },
    Language { programs: &["osascript"], valued: &["l", "s"], reads: Some("system attribute \"NAME\""), ..SCRIPTS },
    Language {
        programs: &[
            "julia", "elixir", "iex", "erl", "groovy", "scala", "ghc", "racket", "guile", "sbcl", "clojure", "clj",
            "octave", "expect", "tclsh", "gdb", "emacs",
        ],
        code: &["e", "E", "c", "eval", "print", "ex", "execute"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language {
        programs: &["awk", "gawk", "mawk", "nawk"],
        code: &["e", "source"],
        valued: &["v", "F", "i", "l", "assign", "field-separator", "include"],
        script: &["f", "file", "E", "exec"],
        operand: Operand::Code,
        reads: Some("ENVIRON[\"NAME\"]"),
        ..SCRIPTS
    },
    Language {
        programs: &["sed", "gsed"],
        code: &["e", "expression"],
        valued: &["l", "line-length"],
        script: &["f", "file"],
        operand: Operand::Code,
        ..SCRIPTS
    },
    Language {
        programs: &["vim", "vi", "nvim", "ex", "view", "vimdiff"],
        code: &["c", "cmd", "+"],
        valued: &["S", "s", "u", "i", "T"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language {
        programs: &["jq", "gojq", "jaq", "yq"],
        code: &[],
        valued: &["arg+", "argjson+", "slurpfile+", "rawfile+", "indent", "L"],
        script: &["f", "from-file"],
        operand: Operand::Code,
        reads: Some("env.NAME"),
        ..SCRIPTS
    },
    Language {
        programs: &["psql", "mysql", "mariadb", "mongosh", "mongo"],
        code: &["c", "e", "command", "execute", "eval", "init-command"],
        valued: &["v", "h", "U", "u", "d", "D", "p", "P", "f", "o", "set"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    Language { programs: &["sqlite", "duckdb"], code: &["cmd", "c"], operand: Operand::Host, ..SCRIPTS },
    Language {
        programs: &["git"],
        code: &["c", "x", "exec"],
        marks: &["foreach"],
        valued: &["C", "m", "message"],
        operand: Operand::Ignored,
        ..SCRIPTS
    },
    // Its variables are code as soon as a makefile uses them.
    Language {
        programs: &["make", "gmake"],
        valued: &["C", "f", "j", "I", "o", "W"],
        operand: Operand::Code,
        is_rest_code: true,
        reads: Some("\"$$NAME\", in a recipe"),
        ..SCRIPTS
    },
];

/// The language of the code that a program of this name takes.
pub(super) fn language_of(word: &str) -> Option<&'static Language> {
    let name = name_of(word);
    let is_shell = !name.contains('.') && (name.ends_with("sh") || name.ends_with("shell"));
    LANGUAGES.iter().find(|language| language.programs.contains(&&*name)).or_else(|| is_shell.then_some(&SHELL))
}

/// The name of a program, in lower case and without its folder and version.
pub(super) fn name_of(word: &str) -> String {
    let file = word.rsplit(['/', '\\']).next().unwrap_or(word).to_lowercase();
    let name = file.strip_suffix(".exe").unwrap_or(&file);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-').to_owned()
}

impl Language {
    pub(super) fn option(&self, word: &str) -> CodeOption {
        let mut option = CodeOption::default();
        let name = word.trim_start_matches(['-', '+']);
        let (name, has_value) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
        if self.note(&mut option, name, has_value) || word.starts_with("--") || self.has_word_options {
            return option;
        }
        // A group of letters, which ends where one has a value: the rest of the word, or the next word.
        let is_code = |letter: char| self.code.contains(&&*letter.encode_utf8(&mut [0; 4]));
        let mut letters = name.chars();
        while let Some(letter) = letters.next() {
            let rest = letters.as_str();
            let is_last = rest.is_empty() || is_code(letter) && rest.chars().all(is_code);
            let has_value = !self.is_shell && !is_last;
            if self.note(&mut option, letter.encode_utf8(&mut [0; 4]), has_value) && !self.is_shell {
                break;
            }
        }
        option
    }

    /// Notes what an option of this name means, if it is known.
    fn note(&self, option: &mut CodeOption, name: &str, has_value: bool) -> bool {
        let values = usize::from(!has_value);
        let cut = if self.has_word_options { name.to_lowercase() } else { name.to_owned() };
        let may_be_cut = self.has_word_options && !name.is_empty();
        let is = |known: &&str| *known == cut || may_be_cut && known.starts_with(&cut);
        // GNU programs take `--to-comm=CODE` too.
        if self.code.iter().any(|code| is(code) || has_value && name.len() > 2 && code.starts_with(name)) {
            (option.is_code, option.is_next) = (true, !has_value);
        } else if self.script.iter().any(is) {
            (option.names_script, option.values) = (true, values);
        } else if self.valued.iter().any(is) {
            option.values += values;
        } else if self.valued.iter().any(|valued| valued.strip_suffix('+') == Some(name)) {
            // jq's --arg has two.
            option.values += 2 * values;
        } else {
            return false;
        }
        true
    }
}
