//! Placeholders such as `{role}` in the words of a command that a user writes.

/// The text with each placeholder replaced by its value; `values` pairs `{name}`, braces included, with that value.
///
/// A value is never searched for placeholders: an account may be called `{role}`. Other braces stay as they are.
pub(crate) fn fill(text: &str, values: &[(&str, impl AsRef<str>)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = values.iter().find_map(|(name, value)| Some((rest.strip_prefix(name)?, value)));
        if let Some((after, value)) = known {
            filled.push_str(value.as_ref());
            rest = after;
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// The first `{…}` in the text that is none of `names`.
pub(crate) fn unknown<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    let openings = text.match_indices('{').map(|(at, _)| &text[at..]);
    let mut found = openings.filter_map(|rest| rest.get(..=rest.find('}')?));
    found.find(|name| !names.contains(name))
}

/// The first `{word}` in a prompt's text that is none of `names`. `%F{…}`, `#{…}` and `${…}` belong to the prompt.
pub(crate) fn unknown_word<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    words(text)
        .filter_map(|(word, rest)| rest.get(..=word.len() + 1))
        .find(|name| name.ends_with('}') && !names.contains(name))
}

/// The first `{word` of a prompt's text that has no end, though one of `names` begins so, or nothing follows.
pub(crate) fn unclosed<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    let is_name = |word: &str| names.iter().any(|name| name.get(1..name.len() - 1) == Some(word));
    let mut found = words(text).filter(|(word, rest)| {
        !rest[1 + word.len()..].starts_with('}') && (is_name(word) || rest.len() == 1 + word.len())
    });
    found.next().map(|(word, rest)| &rest[..=word.len()])
}

/// The words that follow a brace which does not belong to the prompt, each with the text from its brace on.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_of_prompt = |before: &str| {
        let before = before.strip_suffix(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(before);
        before.ends_with(['%', '#', '$'])
    };
    let openings = text.match_indices('{').filter(move |(at, _)| !is_of_prompt(&text[..*at]));
    openings.filter_map(|(at, _)| {
        let rest = &text[at..];
        let end = rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(rest.len(), |end| end + 1);
        (end > 1).then(|| (&rest[1..end], rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        let values =
            [("{account_id}", "123456789012"), ("{account_name}", "{role}"), ("{role}", "Read"), ("{region}", "")];
        let cases = [
            ("plain", "plain"),
            ("{account_id}", "123456789012"),
            ("s3://b-{account_id}-{role}/", "s3://b-123456789012-Read/"),
            ("{account_name}", "{role}"),
            ("{region}x", "x"),
            ("{{role}}", "{Read}"),
            ("Reservations[].{id: InstanceId}", "Reservations[].{id: InstanceId}"),
            ("{rolex} {Role} {role", "{rolex} {Role} {role"),
            ("é{role}é", "éReadé"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(fill(text, &values), expected, "{text}");
        }
    }

    #[test]
    fn a_placeholder_that_does_not_exist_is_found() {
        let names = ["{url}", "{role}"];
        let cases =
            [("{url} {role}", None), ("{link}", Some("{link}")), ("a{url}b{ x}c", Some("{ x}")), ("{url", None)];
        for (text, expected) in cases {
            assert_eq!(unknown(text, &names), expected, "{text}");
        }
    }
}
