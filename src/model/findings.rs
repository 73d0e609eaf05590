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
