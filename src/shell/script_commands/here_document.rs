//! `<<END`: lines that are text until one of them is `END`.

use super::characters::Characters;

/// A here-document that has begun.
pub(super) struct HereDocument {
    end: String,
    /// Whether tabs may stand before its end.
    has_tabs: bool,
}

impl HereDocument {
    /// Reads what follows `<<`.
    pub(super) fn begin(text: &mut Characters<'_>) -> Option<Self> {
        let has_tabs = text.next_if(|letter| letter == '-').is_some();
        while text.next_if(|letter| matches!(letter, ' ' | '\t')).is_some() {}
        let (mut end, mut quote, mut has_quotes) = (String::new(), None, false);
        while let Some(letter) = text.next_if(|letter| {
            letter != '\n' && (quote.is_some() || !letter.is_whitespace() && !";|&()<>".contains(letter))
        }) {
            match letter {
                '\'' | '"' if quote.is_none_or(|quote| quote == letter) => {
                    quote = if quote.is_none() { Some(letter) } else { None };
                    has_quotes = true;
                }
                '\\' if quote.is_none() => end.extend(text.next_if(|letter| letter != '\n')),
                _ => end.push(letter),
            }
        }
        (has_quotes || !end.is_empty()).then_some(Self { end, has_tabs })
    }

    /// Skips its lines, which follow the line where it began. Whether it ends.
    pub(super) fn skip(&self, text: &mut Characters<'_>) -> bool {
        while let Some(line) = text.next_line() {
            let line = line.trim_end_matches(['\n', '\r']);
            if self.end == if self.has_tabs { line.trim_start_matches('\t') } else { line } {
                return true;
            }
        }
        false
    }
}
