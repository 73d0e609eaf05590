//! Sequence sets (`sequence-set`), of message sequence numbers or UIDs.

use super::{ParseError, ParseResult, Parser};

/// A sequence set as the client gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server::imap) enum SequenceSet {
    /// `$`: the saved search result (RFC 9051 §6.4.4.1).
    Saved,
    /// Ranges in the client's order; no number means `*`.
    Ranges(Vec<(Option<u32>, Option<u32>)>),
}

impl SequenceSet {
    /// The ranges as lowest and highest number, with `*` put in.
    pub(in crate::server::imap) fn resolve(&self, star: u32) -> Vec<(u32, u32)> {
        let Self::Ranges(ranges) = self else {
            return Vec::new();
        };
        ranges
            .iter()
            .map(|(a, b)| (a.unwrap_or(star), b.unwrap_or(star)))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect()
    }

    /// Whether a `*` is in it.
    pub(in crate::server::imap) fn has_star(&self) -> bool {
        match self {
            Self::Saved => false,
            Self::Ranges(ranges) => ranges.iter().any(|(a, b)| a.is_none() || b.is_none()),
        }
    }
}

/// Whether the number is in one of the ranges.
pub(in crate::server::imap) fn contains(ranges: &[(u32, u32)], number: u32) -> bool {
    ranges
        .iter()
        .any(|(low, high)| (*low..=*high).contains(&number))
}

impl Parser<'_> {
    /// `sequence-set`
    pub(in crate::server::imap) fn sequence_set(&mut self) -> ParseResult<SequenceSet> {
        if self.take(b'$') {
            return Ok(SequenceSet::Saved);
        }
        let mut ranges = Vec::new();
        loop {
            let first = self.seq_number()?;
            let last = if self.take(b':') {
                self.seq_number()?
            } else {
                first
            };
            ranges.push((first, last));
            if !self.take(b',') {
                return Ok(SequenceSet::Ranges(ranges));
            }
        }
    }

    /// A sequence set without `*` and `$` (RFC 7162's known UIDs).
    pub(in crate::server::imap) fn number_set(&mut self) -> ParseResult<SequenceSet> {
        let set = self.sequence_set()?;
        if set == SequenceSet::Saved || set.has_star() {
            return Err(ParseError::Syntax("* and $ are not allowed here"));
        }
        Ok(set)
    }

    fn seq_number(&mut self) -> ParseResult<Option<u32>> {
        if self.take(b'*') {
            Ok(None)
        } else {
            self.nz_number().map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        for (input, star, ranges) in [
            ("1", 9, vec![(1, 1)]),
            ("*", 9, vec![(9, 9)]),
            ("*:2", 9, vec![(2, 9)]),
            ("12:*", 9, vec![(9, 12)]),
            ("2,4:7,9", 9, vec![(2, 2), (4, 7), (9, 9)]),
        ] {
            let set = Parser::new(input.as_bytes(), false).sequence_set().unwrap();
            assert_eq!(set.resolve(star), ranges, "{input}");
        }
        for bad in ["", "0", "1:", ":1", "1,", "4294967296", "a"] {
            assert!(
                Parser::new(bad.as_bytes(), false).sequence_set().is_err(),
                "{bad}"
            );
        }
    }
}
