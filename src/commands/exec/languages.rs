//! How programs take code in their arguments: which options and which words it is.

/// How a program takes code.
pub(super) struct Language {
    /// Its names, in lower case and without a version: `python` is `python3.12` too.
    programs: &'static [&'static str],
    /// Its options for code. Single letters may stand in a group, such as `-lc`.
    code: &'static [&'static str],
    /// Other options that have a value.
    valued: &'static [&'static str],
    /// Options that name a file or a module with the code.
    script: &'static [&'static str],
    pub(super) operand: Operand,
    /// Whether the option for code has no value of its own: the code is the first word that is no option.
    pub(super) is_shell: bool,
    /// Whether all words from the code on are code.
    pub(super) is_rest_code: bool,
    /// Whether only free text can do harm in it.
    pub(super) is_safe_with_ids: bool,
    /// How its code reads the environment variable NAME.
    pub(super) reads: &'static str,
}

/// What the first word is that is neither an option nor the value of one.
pub(super) enum Operand {
    /// A script, or another program: the arguments follow.
    Script,
    /// Nothing that matters: options may follow.
    Ignored,
    /// Code, if no option has given any.
    Code,
    /// What the code, which follows, is run on.
    Host,
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
    valued: &[],
    script: &[],
    operand: Operand::Script,
    is_shell: false,
    is_rest_code: false,
    is_safe_with_ids: false,
    reads: "the environment variable NAME",
};

static LANGUAGES: [Language; 24] = [
    Language {
        programs: &[
            "sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "pdksh", "oksh", "yash", "osh", "posh", "hush",
            "csh", "tcsh", "elvish", "xonsh",
        ],
        code: &["c", "command"],
        valued: &["o", "O", "rcfile", "init-file"],
        is_shell: true,
        reads: "\"$NAME\"",
        ..SCRIPTS
    },
    Language {
        programs: &["fish", "nu"],
        code: &["c", "C", "command", "init-command", "commands", "e", "execute"],
        reads: "\"$NAME\"",
        ..SCRIPTS
    },
    Language {
        programs: &["pwsh", "powershell"],
        code: &["c", "Command", "command", "EncodedCommand"],
        is_rest_code: true,
        reads: "$env:NAME",
        ..SCRIPTS
    },
    Language { programs: &["cmd"], code: &["/c", "/k", "/C", "/K"], is_rest_code: true, ..SCRIPTS },
    Language { programs: &["env"], code: &["S", "split-string"], valued: &["u", "C"], reads: "\"$NAME\"", ..SCRIPTS },
    Language {
        programs: &["su", "runuser", "sg", "script", "flock", "vagrant", "nix-shell"],
        code: &["c", "command", "session-command", "run"],
        operand: Operand::Ignored,
        reads: "\"$NAME\"",
        ..SCRIPTS
    },
    Language {
        programs: &["eval", "watch", "parallel", "tmux", "hyperfine", "entr"],
        code: &[],
        valued: &["n", "interval", "j", "a", "L", "f"],
        operand: Operand::Code,
        is_rest_code: true,
        reads: "\"$NAME\"",
        ..SCRIPTS
    },
    Language {
        programs: &["ssh"],
        code: &["o"],
        valued: &["B", "b", "c", "D", "E", "e", "F", "I", "i", "J", "L", "l", "m", "O", "p", "P", "Q", "R", "S", "W", "w"],
        operand: Operand::Host,
        reads: "nothing; send it as input: sh -c 'printf %s \"$NAME\" | ssh HOST CMD'",
        ..SCRIPTS
    },
    Language {
        programs: &["python", "pypy", "ipython"],
        code: &["c"],
        valued: &["W", "X", "check-hash-based-pycs"],
        script: &["m"],
        is_shell: false,
        reads: "os.environ[\"NAME\"]",
        ..SCRIPTS
    },
    Language {
        programs: &["perl"],
        code: &["e", "E", "M", "m"],
        valued: &["I"],
        reads: "$ENV{NAME}",
        ..SCRIPTS
    },
    Language {
        programs: &["ruby", "jruby", "irb"],
        valued: &["r", "I", "C", "E", "require"],
        reads: "ENV[\"NAME\"]",
        ..SCRIPTS
    },
    Language {
        programs: &["node", "nodejs", "bun", "deno"],
        code: &["e", "p", "eval", "print"],
        valued: &["r", "C", "require", "import", "loader", "env-file"],
        reads: "process.env.NAME",
        ..SCRIPTS
    },
    Language {
        programs: &["php"],
        code: &["r", "B", "R", "E", "run", "process-begin", "process-code", "process-end"],
        valued: &["d", "c", "t", "z", "S"],
        script: &["f", "F"],
        reads: "getenv(\"NAME\")",
        ..SCRIPTS
    },
    Language { programs: &["lua", "luajit"], valued: &["l"], reads: "os.getenv(\"NAME\")", ..SCRIPTS },
    Language { programs: &["r", "rscript"], reads: "Sys.getenv(\"NAME\")", ..SCRIPTS },
    Language { programs: &["osascript"], valued: &["l", "s"], reads: "system attribute \"NAME\"", ..SCRIPTS },
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
        reads: "ENVIRON[\"NAME\"]",
        ..SCRIPTS
    },
    Language {
        programs: &["sed", "gsed", "vim", "vi", "nvim", "ex"],
        code: &["e", "expression", "c", "cmd"],
        valued: &["l", "line-length"],
        script: &["f", "file", "S", "s"],
        operand: Operand::Code,
        reads: "nothing; let awk do it, with ENVIRON[\"NAME\"]",
        ..SCRIPTS
    },
    Language {
        programs: &["jq", "gojq", "jaq", "yq"],
        code: &[],
        valued: &["arg+", "argjson+", "slurpfile+", "rawfile+", "indent", "L"],
        script: &["f", "from-file"],
        operand: Operand::Code,
        reads: "env.NAME",
        ..SCRIPTS
    },
    Language {
        programs: &["psql", "mysql", "mariadb", "mongosh", "mongo"],
        code: &["c", "e", "command", "execute", "eval", "init-command"],
        valued: &["v", "h", "U", "u", "d", "D", "p", "P", "f", "o", "set"],
        operand: Operand::Ignored,
        reads: "a variable of the client; with psql: -v name={…} -f FILE, and :'name' in the file (NAME)",
        ..SCRIPTS
    },
    Language { programs: &["sqlite", "duckdb"], code: &["cmd", "c"], operand: Operand::Host, ..SCRIPTS },
    Language { programs: &["git"], code: &["c"], valued: &["C"], ..SCRIPTS },
    // Its variables are code as soon as a makefile uses them.
    Language {
        programs: &["make", "gmake"],
        valued: &["C", "f", "j", "I", "o", "W"],
        operand: Operand::Code,
        is_rest_code: true,
        is_safe_with_ids: true,
        reads: "\"$$NAME\", in a recipe",
        ..SCRIPTS
    },
];

/// The language of the code that a program of this name takes.
pub(super) fn language_of(word: &str) -> Option<&'static Language> {
    let file = word.rsplit(['/', '\\']).next().unwrap_or(word).to_lowercase();
    let name = file.strip_suffix(".exe").unwrap_or(&file);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    LANGUAGES.iter().find(|language| language.programs.contains(&name))
}

impl Language {
    /// Whether this word is an option for code that begins with no dash, as in `cmd /c`.
    pub(super) fn is_slash_option(&self, word: &str) -> bool {
        word.starts_with('/') && self.code.contains(&word)
    }

    pub(super) fn option(&self, word: &str) -> CodeOption {
        let mut option = CodeOption::default();
        let name = if self.is_slash_option(word) { word } else { word.trim_start_matches(['-', '+']) };
        let (name, has_value) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
        if self.note(&mut option, name, has_value) || word.starts_with("--") {
            return option;
        }
        // A group of letters, which ends where one has a value: the rest of the word, or the next word.
        let is_code = |letter: char| self.code.contains(&&*letter.encode_utf8(&mut [0; 4]));
        let mut letters = name.chars();
        while let Some(letter) = letters.next() {
            let has_rest = !self.is_shell && !letters.as_str().chars().all(is_code);
            if self.note(&mut option, letter.encode_utf8(&mut [0; 4]), has_rest) && !self.is_shell {
                break;
            }
        }
        option
    }

    /// Notes what an option of this name means, if it is known.
    fn note(&self, option: &mut CodeOption, name: &str, has_value: bool) -> bool {
        let values = usize::from(!has_value);
        if self.code.contains(&name) {
            (option.is_code, option.is_next) = (true, !has_value);
        } else if self.script.contains(&name) {
            (option.names_script, option.values) = (true, values);
        } else if let Some(all) = self.values(name) {
            option.values += all * values;
        } else {
            return false;
        }
        true
    }

    /// How many values an option has; `+` marks those with two.
    fn values(&self, name: &str) -> Option<usize> {
        let has = |option: &&str| option.strip_suffix('+').unwrap_or(option) == name;
        self.valued.iter().find(|option| has(option)).map(|option| if option.ends_with('+') { 2 } else { 1 })
    }
}
