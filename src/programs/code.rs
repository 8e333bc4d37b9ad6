//! Words of a command that a program runs as code, such as the one behind `sh -c`: whose text may come from elsewhere
//! must not stand there.

use super::language::{Language, Operand};
use super::languages::language_of;
pub(crate) use super::languages::name_of;

/// Words of one command that are code.
pub(crate) struct Code<'a> {
    /// The program that runs it, or the option that gives it to one.
    pub(crate) program: &'a str,
    pub(crate) words: Vec<&'a str>,
    /// All words behind the program.
    pub(crate) rest: &'a [&'a str],
    /// Whether a shell reads it.
    pub(crate) is_of_shell: bool,
    /// How it reads the environment variable NAME, if it can.
    pub(crate) reads: Option<&'static str>,
}

/// Options of many programs whose value is code, if it looks like code.
const CODE_OPTIONS: [&str; 7] = ["--command", "--cmd", "--eval", "--exec", "--execute", "--run", "--call"];

/// What a program may follow in the arguments of any other.
const BEFORE_PROGRAMS: [&str; 5] = ["--", "-exec", "-execdir", "-ok", "-okdir"];

/// Shells that are found behind programs that are not known here.
const SHELLS: [&str; 11] = ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish", "pwsh", "powershell", "cmd"];

/// The code in the words of a command.
pub(crate) fn code_in<'a>(words: &'a [&'a str]) -> Vec<Code<'a>> {
    let mut found = Vec::new();
    for (at, &word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| words[before]);
        let mut program = before.is_none_or(|before| BEFORE_PROGRAMS.contains(&before)).then_some(at);
        while let Some((at, language)) = program.and_then(|at| Some((at, language_of(words[at])?))) {
            let rest = &words[at + 1..];
            let (code, next) = read(language, rest);
            found.push(language.code_of(words[at], code, rest));
            program = next.map(|next| at + 1 + next);
        }
        let (option, value) = word.split_once('=').filter(|_| word.starts_with("--")).unwrap_or(("", word));
        if let Some(language) = shell_of(value) {
            let mut rest = &words[at + 1..];
            if option == "--entrypoint" || before == Some("--entrypoint") {
                let is_code = |word: &&str| word.starts_with('-') && language.option(word).is_code;
                rest = &rest[rest.iter().position(is_code).unwrap_or(rest.len())..];
            }
            found.push(language.code_of(value, read(language, rest).0, rest));
        }
    }
    // Programs that are not known here.
    let pairs = words.windows(2).map(|pair| (pair[0], pair[1]));
    let joined = words.iter().filter(|word| word.starts_with("--")).filter_map(|word| word.split_once('='));
    let given = pairs.chain(joined).filter(|(option, code)| is_code_option(option, code) && looks_like_code(code));
    found.extend(given.map(|(program, code)| Code {
        program,
        words: vec![code],
        rest: &[],
        is_of_shell: false,
        reads: Some("\"$NAME\""),
    }));
    found.retain(|code| !code.words.is_empty());
    found
}

impl Language {
    fn code_of<'a>(&self, program: &'a str, words: Vec<&'a str>, rest: &'a [&'a str]) -> Code<'a> {
        Code { program, words, rest, is_of_shell: self.goes_to_shell, reads: self.reads }
    }
}

/// Whether this word names a shell, wherever it stands.
pub(crate) fn is_shell(word: &str) -> bool {
    shell_of(word).is_some()
}

/// The language of a shell that may stand anywhere, so that only an option gives it code.
fn shell_of(word: &str) -> Option<&'static Language> {
    let name = name_of(word);
    SHELLS.contains(&&*name).then(|| language_of(&name.replace("powershell", "pwsh")))?
}

/// The words behind the program's name that it runs as code, and which of them is another program that it starts.
fn read<'a>(language: &Language, words: &[&'a str]) -> (Vec<&'a str>, Option<usize>) {
    let mut code = Vec::new();
    // How many words are the value of an option, and whether the next one, or the next that is no option, is code.
    let (mut values, mut code_is_next, mut code_comes) = (0, false, false);
    let (mut has_code, mut operands) = (false, 0);
    for (number, &word) in words.iter().enumerate() {
        let is_option = word.len() > 1 && (word.starts_with('-') || language.is_shell && word.starts_with('+'));
        if code_is_next {
            code.push(word);
            code_is_next = false;
        } else if values > 0 && !(language.has_word_options && is_option) {
            values -= 1;
        } else if language.is_mark(word) {
            code.extend(&words[number..]);
            return (code, None);
        } else if is_option {
            let option = language.option(word);
            values = option.values;
            has_code |= option.names_script || option.is_code;
            if option.names_script && (language.is_rest_code || matches!(language.operand, Operand::Script)) {
                return (code, None);
            }
            if option.is_code {
                code.push(word);
                if language.is_rest_code {
                    code.extend(&words[number + 1..]);
                    return (code, None);
                }
                code_comes |= language.is_shell;
                code_is_next = !language.is_shell && option.is_next;
            }
        } else if code_comes {
            code.push(word);
            return (code, None);
        } else if ["+", ":"].iter().any(|mark| word.starts_with(mark) && language.code.contains(mark)) {
            code.push(word);
        } else {
            match language.operand {
                Operand::Script => return (code, None),
                // Of BSD's sed -i '' CODE, and yq eval CODE.
                Operand::Code if has_code || ["", "e", "ea", "eval", "eval-all"].contains(&word) => {}
                Operand::Code if !language.is_rest_code => {
                    code.push(word);
                    has_code = true;
                }
                Operand::Code => {
                    code.extend(&words[number..]);
                    return (code, None);
                }
                Operand::Host => {
                    code.extend(&words[number + 1..]);
                    return (code, None);
                }
                Operand::Program(before) if operands == before && !word.contains('=') => return (code, Some(number)),
                Operand::Program(_) => operands += usize::from(!word.contains('=')),
                Operand::Ignored => {}
            }
        }
    }
    (code, None)
}

fn is_code_option(word: &str, value: &str) -> bool {
    // aws ssm send-command and start-session run commands that are among the parameters.
    CODE_OPTIONS.contains(&word) || word == "--parameters" && value.contains("command")
}

/// Whether a shell would see more than one word in it.
fn looks_like_code(word: &str) -> bool {
    word.contains(|c: char| c.is_whitespace() || ";|&$`<>()'\"\\".contains(c))
}
