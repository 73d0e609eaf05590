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
    /// The ranges as lowest and highest number, with `*` put in, in the client's order.
    pub(in crate::server::imap) fn ranges(&self, star: u32) -> impl Iterator<Item = (u32, u32)> {
        let ranges = match self {
            Self::Saved => &[],
            Self::Ranges(ranges) => ranges.as_slice(),
        };
        ranges
            .iter()
            .map(move |(a, b)| (a.unwrap_or(star), b.unwrap_or(star)))
            .map(|(a, b)| (a.min(b), a.max(b)))
    }

    /// As [`Self::ranges`], ascending and without overlaps.
    pub(in crate::server::imap) fn resolve(&self, star: u32) -> Vec<(u32, u32)> {
        let mut ranges: Vec<(u32, u32)> = self.ranges(star).collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, merged| {
            let overlap = next.0 <= merged.1;
            if overlap {
                merged.1 = merged.1.max(next.1);
            }
            overlap
        });
        ranges
    }

    /// Whether the number is in it.
    pub(in crate::server::imap) fn has(&self, number: u32, star: u32) -> bool {
        self.ranges(star)
            .any(|(low, high)| (low..=high).contains(&number))
    }

    /// As [`Self::resolve`], but a `*` in front of a range is 1.
    pub(in crate::server::imap) fn resolve_leading_star_as_first(
        &self,
        star: u32,
    ) -> Vec<(u32, u32)> {
        let Self::Ranges(ranges) = self else {
            return Vec::new();
        };
        let wrong = ranges.iter().map(|(a, b)| (a.or(Some(1)), *b)).collect();
        Self::Ranges(wrong).resolve(star)
    }

    /// Whether a `*` is in it.
    pub(in crate::server::imap) fn has_star(&self) -> bool {
        match self {
            Self::Saved => false,
            Self::Ranges(ranges) => ranges.iter().any(|(a, b)| a.is_none() || b.is_none()),
        }
    }
}

/// Whether the number is in one of the ranges, which are ascending and do not overlap.
pub(in crate::server::imap) fn contains(ranges: &[(u32, u32)], number: u32) -> bool {
    let next = ranges.partition_point(|(low, _)| *low <= number);
    next > 0 && number <= ranges[next - 1].1
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
            ("9,5:*,1:2,2:3", 9, vec![(1, 3), (5, 9)]),
        ] {
            let set = Parser::new(input.as_bytes(), false).sequence_set().unwrap();
            assert_eq!(set.resolve(star), ranges, "{input}");
            for number in 0..=star + 4 {
                assert_eq!(
                    contains(&ranges, number),
                    set.has(number, star),
                    "{input} {number}"
                );
            }
        }
        for bad in ["", "0", "1:", ":1", "1,", "4294967296", "a"] {
            assert!(
                Parser::new(bad.as_bytes(), false).sequence_set().is_err(),
                "{bad}"
            );
        }
    }
}
