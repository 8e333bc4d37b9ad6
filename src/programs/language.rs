//! How a program takes code in its arguments, and what an option of it means.

/// How a program takes code.
#[allow(clippy::struct_excessive_bools, reason = "each says something of its own about a program")]
pub(super) struct Language {
    /// Its names, in lower case and without a version: `python` is `python3.12` too.
    pub(super) programs: &'static [&'static str],
    /// Its options for code. Single letters may stand in a group, such as `-lc`.
    pub(super) code: &'static [&'static str],
    /// Words from which on all is code, such as `/c`, which may be joined to it.
    pub(super) marks: &'static [&'static str],
    /// Other options that have a value.
    pub(super) valued: &'static [&'static str],
    /// Options that name a file or a module with the code.
    pub(super) script: &'static [&'static str],
    pub(super) operand: Operand,
    /// Whether the option for code has no value of its own: the code is the first word that is no option.
    pub(super) is_shell: bool,
    /// Whether all words from the code on are code.
    pub(super) is_rest_code: bool,
    /// Whether a shell reads the code.
    pub(super) goes_to_shell: bool,
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

impl Language {
    pub(super) fn is_mark(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.marks.iter().any(|&mark| word == mark || mark.starts_with('/') && word.starts_with(mark))
    }

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
