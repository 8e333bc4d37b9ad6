//! What the words of a command say: which program it runs, which variables it sets.

/// What may stand before the name of a command.
const BEFORE_COMMANDS: [&str; 12] =
    ["if", "elif", "while", "!", "and", "or", "not", "begin", "command", "builtin", "time", "_evalcache"];

/// The words of a command from its name on.
pub(in crate::shell) fn from_name(words: &[String]) -> &[String] {
    let is_assignment = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    // A word of parentheses alone is the condition of an `if`.
    let is_before = |word: &&String| word.is_empty() || BEFORE_COMMANDS.contains(&word.as_str()) || is_assignment(word);
    &words[words.iter().take_while(is_before).count()..]
}

/// The variables that these words set: `name=VALUE`, `$name = VALUE` of PowerShell and xonsh, `var name = VALUE`,
/// `set -g name VALUE`.
pub(in crate::shell) fn assignments(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let by_equals = words.iter().filter_map(|word| word.split_once('='));
    let is_set = words.first().is_some_and(|name| name == "set");
    let apart = (1..words.len()).filter_map(move |at| {
        let name = words[at - 1].trim_start_matches('$');
        match &words[at..] {
            [equals, value, ..] if equals == "=" => Some((name, value.as_str())),
            [value, ..] if is_set => Some((name, value.as_str())),
            _ => None,
        }
    });
    by_equals.chain(apart).filter(|(name, _)| is_name(name))
}

/// The variable that a word reads.
pub(in crate::shell) fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

pub(in crate::shell) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

pub(in crate::shell) fn is_program(word: &str) -> bool {
    matches!(word.rsplit(['/', '\\']).next(), Some("aws-sso" | "aws-sso.exe"))
}
