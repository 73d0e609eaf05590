//! Sets of UIDs and sequence numbers.

use super::UidRange;
use super::parser::{Parsed, Parser};

impl Parser<'_> {
    /// `uid-set = (uniqueid / uid-range) *("," uid-set)`: no `*` (RFC 9051 §9, RFC 4315 §4)
    pub(super) fn uid_set(&mut self) -> Parsed<Vec<UidRange>> {
        self.set(Self::nz_number)
    }

    /// `sequence-set = (seq-number / seq-range) ["," sequence-set]` (RFC 9051 §9)
    ///
    /// `*` is read as the highest number there can be.
    pub(super) fn sequence_set(&mut self) -> Parsed<Vec<UidRange>> {
        self.set(|p| {
            if p.cursor.eat(b'*') {
                Ok(u32::MAX)
            } else {
                p.nz_number()
            }
        })
    }

    fn set(&mut self, number: impl Fn(&mut Self) -> Parsed<u32>) -> Parsed<Vec<UidRange>> {
        let mut ranges = Vec::new();
        loop {
            let one = number(self)?;
            let other = if self.cursor.eat(b':') {
                number(self)?
            } else {
                one
            };
            ranges.push(UidRange {
                low: one.min(other),
                high: one.max(other),
            });
            if !self.cursor.eat(b',') {
                return Ok(ranges);
            }
        }
    }
}
