//! How a word of the search matches a row: its letters in this order, in any case, but digits as a block.

use std::rc::Rc;
use std::sync::Arc;

use skim::CaseMatching;
use skim::item::RankBuilder;
use skim::matcher::Matcher;
use skim::prelude::{
    AndOrEngineFactory, ExactOrFuzzyEngineFactory, FuzzyAlgorithm, MatchEngine, MatchEngineFactory, RankCriteria,
};

/// How many digits an account id has.
const ACCOUNT_ID: usize = 12;

pub(super) fn matcher() -> Matcher {
    // Of two equally good matches, the first row wins: it is the one that was used more recently.
    let ranks = Arc::new(RankBuilder::new(vec![RankCriteria::Score, RankCriteria::Index]));
    let words = ExactOrFuzzyEngineFactory::builder()
        .fuzzy_algorithm(FuzzyAlgorithm::Arinae)
        .rank_builder(Arc::clone(&ranks))
        .build();
    let words = AndOrEngineFactory::new(DigitsAsBlock(words));
    Matcher::builder(Rc::new(words)).case(CaseMatching::Ignore).rank_builder(ranks).build()
}

/// Makes skim look for a word of digits as it stands: most account ids have any four digits somewhere in this order.
struct DigitsAsBlock(ExactOrFuzzyEngineFactory);

impl MatchEngineFactory for DigitsAsBlock {
    fn create_engine_with_case(&self, word: &str, case: CaseMatching) -> Box<dyn MatchEngine> {
        match digits(word) {
            // skim's mark for a word that stands in the row as it is.
            Some(digits) => self.0.create_engine_with_case(&format!("'{digits}"), case),
            None => self.0.create_engine_with_case(word, case),
        }
    }
}

/// The digits of which a word consists, also where it is an account id as the console shows it: `1234-5678-9012`.
fn digits(word: &str) -> Option<String> {
    let digits = word.replace('-', "");
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (digits == word || digits.len() == ACCOUNT_ID)).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_digits_matches_as_a_block_and_other_words_letter_by_letter() {
        let row = "payments-dev  123456789012  AdministratorAccess".to_owned();
        let cases = [
            ("3456", true),
            ("1234-5678-9012", true),
            ("123456789012 admin", true),
            ("1357", false),
            ("12-34", false),
            ("pdev", true),
            ("PAYMENTS", true),
            ("vedp", false),
            ("", true),
            ("!3456", false),
        ];
        for (query, matches) in cases {
            let matcher = matcher();
            let engine = matcher.engine_factory().create_engine_with_case(query, matcher.case_matching());
            assert_eq!(engine.match_item(&row).is_some(), matches, "{query:?}");
        }
    }
}
