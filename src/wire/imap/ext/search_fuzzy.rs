//! SEARCH=FUZZY (RFC 6203).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    search_returns: &[("RELEVANCY", score_list)],
    ..NOTHING
};

/// `score-list = "(" [score *(SP score)] ")"` of `"RELEVANCY" SP score-list` (RFC 6203 §7)
fn score_list(p: &mut Parser<'_>) -> Parsed<()> {
    p.under(rules::RELEVANCY, |p| p.list(Parser::score).map(drop))
}

impl Parser<'_> {
    /// `score = 1*3DIGIT`, 1 to 100 (RFC 6203 §7)
    fn score(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let score = self.number().or_else(|_| self.expected("score"))?;
        let span = start..self.cursor.at();
        if !(1..=100).contains(&score) || span.len() > 3 {
            self.report(rules::RELEVANCY, span, "1 to 100");
        }
        Ok(())
    }
}
