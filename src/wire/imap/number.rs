//! Numbers.

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

const MAX_63: u64 = i64::MAX as u64;

impl Parser<'_> {
    /// `number = 1*DIGIT`, 32 bits (RFC 9051 §9)
    pub(super) fn number(&mut self) -> Parsed<u32> {
        self.digits("number", 0, u64::from(u32::MAX)).map(narrow)
    }

    /// `nz-number = digit-nz *DIGIT`, 32 bits (RFC 9051 §9)
    pub(super) fn nz_number(&mut self) -> Parsed<u32> {
        self.digits("nz-number", 1, u64::from(u32::MAX)).map(narrow)
    }

    /// `number64 = 1*DIGIT`, 63 bits (RFC 9051 §9)
    pub(super) fn number64(&mut self) -> Parsed<u64> {
        self.digits("number64", 0, MAX_63)
    }

    /// `mod-sequence-value = 1*DIGIT`, 63 bits, not 0 (RFC 7162 §7)
    pub(super) fn mod_sequence_value(&mut self) -> Parsed<u64> {
        self.digits("mod-sequence-value", 1, MAX_63)
    }

    /// `mod-sequence-valzer = "0" / mod-sequence-value` (RFC 7162 §7)
    pub(super) fn mod_sequence_valzer(&mut self) -> Parsed<u64> {
        self.digits("mod-sequence-valzer", 0, MAX_63)
    }

    /// Digits within bounds. A value outside them is reported and brought to the nearest bound
    /// above, or to 0.
    fn digits(&mut self, name: &str, min: u64, max: u64) -> Parsed<u64> {
        let start = self.cursor.at();
        let digits = self.cursor.take_while(|octet| octet.is_ascii_digit());
        if digits.is_empty() {
            return self.expected(name);
        }
        let value = digits.iter().fold(0_u64, |value, &digit| {
            value
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        });
        let begins_with_zero = name == "nz-number" && digits.first() == Some(&b'0');
        if value < min || value > max || begins_with_zero {
            self.report(rules::NUMBER_RANGE, start..self.cursor.at(), name);
        }
        Ok(value.min(max))
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
