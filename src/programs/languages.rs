//! Which options and which words of each program are code.

use super::language::{Language, Operand};

const SCRIPTS: Language = Language {
    programs: &[],
    code: &["e", "eval"],
    marks: &[],
    valued: &[],
    script: &[],
    operand: Operand::Script,
    is_shell: false,
    is_rest_code: false,
    goes_to_shell: false,
    has_word_options: false,
    reads: None,
};

/// Programs that hand code to a shell.
const HANDS_ON: Language = Language { goes_to_shell: true, reads: Some("\"$NAME\""), ..SCRIPTS };

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

static LANGUAGES: [Language; 43] = [
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
        programs: &["sudo", "doas", "setsid", "sshpass", "busybox", "caffeinate"],
        valued: &["u", "g", "h", "p", "C", "D", "R", "r", "t", "T", "U"],
        ..STARTS
    },
    Language {
        programs: &["systemd-run", "strace", "ltrace"],
        valued: &["p", "property", "u", "unit", "E", "setenv", "e", "o", "s"],
        ..STARTS
    },
    Language {
        programs: &[
            "firejail",
            "flatpak-spawn",
            "dbus-run-session",
            "xvfb-run",
            "unshare",
            "setpriv",
            "proxychains",
            "torsocks",
            "chronic",
            "unbuffer",
        ],
        valued: &["f", "n", "s"],
        ..STARTS
    },
    Language {
        programs: &["nice", "ionice", "nohup", "time", "stdbuf"],
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
        programs: &["timeout", "chroot", "chrt", "taskset"],
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
        valued: &["e", "u", "w", "v", "p", "env", "env-file", "user", "workdir", "name", "network", "entrypoint"],
        operand: Operand::Program(2),
        ..STARTS
    },
    // Behind -e no shell of its own runs the command.
    Language {
        programs: &["wsl"],
        code: &[],
        valued: &["d", "distribution", "u", "user", "cd"],
        script: &["e", "exec"],
        operand: Operand::Code,
        is_rest_code: true,
        ..HANDS_ON
    },
    Language {
        programs: &["xterm", "uxterm", "rxvt", "urxvt", "konsole", "gnome-terminal", "alacritty"],
        code: &["e"],
        operand: Operand::Ignored,
        is_rest_code: true,
        has_word_options: true,
        ..SCRIPTS
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
            "julia",
            "elixir",
            "iex",
            "erl",
            "groovy",
            "scala",
            "ghc",
            "racket",
            "guile",
            "sbcl",
            "clojure",
            "clj",
            "octave",
            "expect",
            "tclsh",
            "gdb",
            "emacs",
            "emacsclient",
            "nyxt",
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
    // Of commands in one word, `;;` ends one.
    Language { programs: &["qutebrowser"], code: &[":"], operand: Operand::Ignored, ..SCRIPTS },
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
pub(crate) fn name_of(word: &str) -> String {
    let file = word.rsplit(['/', '\\']).next().unwrap_or(word).to_lowercase();
    let name = file.strip_suffix(".exe").unwrap_or(&file);
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-').to_owned()
}
