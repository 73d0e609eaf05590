//! Collects what is wrong with one observation, and finds the octets that show it.

use std::ops::Range;

use crate::finding::{Inconsistency, Rule};

/// More findings than this about one message say nothing more.
const LIMIT: usize = 16;

/// The inconsistencies that one observation shows.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a> {
    octets: &'a [u8],
    list: Vec<Inconsistency>,
}

impl<'a> Findings<'a> {
    /// Findings about the message with these octets; empty octets if there is no message.
    pub(crate) fn about(octets: &'a [u8]) -> Self {
        Self {
            octets,
            list: Vec::new(),
        }
    }

    /// Notes a breach that the message shows as a whole.
    pub(crate) fn note(&mut self, rule: Rule, explanation: String) {
        self.push(rule, None, explanation);
    }

    /// Notes a breach that the first occurrence of `place` in the message shows.
    pub(crate) fn at(&mut self, rule: Rule, place: &str, explanation: String) {
        self.push(rule, span(self.octets, place.as_bytes()), explanation);
    }

    /// Notes a breach that the word so many spaces behind `place` shows.
    pub(crate) fn behind(&mut self, rule: Rule, place: &str, spaces: usize, explanation: String) {
        let place = span(self.octets, place.as_bytes()).and_then(|place| {
            let rest = self.octets.get(place.end..)?;
            let mut begins = rest.iter().enumerate().filter(|(_, octet)| **octet == b' ');
            let start = begins.nth(spaces - 1)?.0 + 1;
            let word = rest.get(start..)?;
            let ends = |octet: &u8| matches!(octet, b' ' | b']' | b'\r' | b'\n');
            let length = word.iter().position(ends).unwrap_or(word.len());
            Some(place.end + start..place.end + start + length)
        });
        self.push(rule, place, explanation);
    }

    /// Notes a breach that the last of these words shows, against those in front of it.
    pub(crate) fn at_last(&mut self, rule: Rule, words: &[&str], explanation: String) {
        let places = words
            .iter()
            .filter_map(|word| span(self.octets, word.as_bytes()));
        let last = places.max_by_key(|place| place.start);
        self.push(rule, last, explanation);
    }

    /// True if this observation has already shown a breach of `rule`.
    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.list.iter().any(|finding| finding.rule == rule)
    }

    /// All of them, in the order in which they were noted.
    pub(crate) fn into_list(self) -> Vec<Inconsistency> {
        self.list
    }

    fn push(&mut self, rule: Rule, span: Option<Range<usize>>, explanation: String) {
        if self.list.len() < LIMIT {
            self.list.push(Inconsistency {
                rule,
                span,
                explanation,
            });
        }
    }
}

/// Where `place` stands in `octets`, letter case ignored, not inside a longer word or number.
fn span(octets: &[u8], place: &[u8]) -> Option<Range<usize>> {
    if place.is_empty() {
        return None;
    }
    let inside = |octet: Option<&u8>| octet.is_some_and(u8::is_ascii_alphanumeric);
    octets
        .windows(place.len())
        .enumerate()
        .find(|(at, window)| {
            window.eq_ignore_ascii_case(place)
                && !inside(at.checked_sub(1).and_then(|before| octets.get(before)))
                && !inside(octets.get(at + place.len()))
        })
        .map(|(at, window)| at..at + window.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_whole_word() {
        let octets = b"* 12 FETCH (UID 2 flags ())\r\n";
        assert_eq!(span(octets, b"2"), Some(16..17));
        assert_eq!(span(octets, b"UID 2"), Some(12..17));
        assert_eq!(span(octets, b"FLAGS"), Some(18..23));
        assert_eq!(span(octets, b"UID 3"), None);
        assert_eq!(span(octets, b""), None);
    }

    #[test]
    fn words_behind_others_are_found() {
        let mut found = Findings::about(b"a1 OK [COPYUID 7 4,9 12] done\r\n");
        let rule = crate::finding::rule::imap_state::COPYUID_SIZES_DIFFER;
        found.behind(rule, "COPYUID", 3, String::new());
        found.behind(rule, "COPYUID", 9, String::new());
        found.at_last(rule, &["COPYUID", "done", "OK"], String::new());
        let spans: Vec<_> = found
            .into_list()
            .into_iter()
            .map(|found| found.span)
            .collect();
        assert_eq!(spans, [Some(21..23), None, Some(25..29)]);
    }

    #[test]
    fn findings_are_limited() {
        let mut findings = Findings::about(b"");
        for _ in 0..100 {
            findings.note(
                crate::finding::rule::imap_state::EXISTS_SHRANK,
                String::new(),
            );
        }
        assert_eq!(findings.into_list().len(), LIMIT);
    }
}
