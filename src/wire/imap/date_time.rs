//! Dates and times.

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Parser<'_> {
    /// `date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE`
    /// (RFC 9051 §9): the octets between the quotes
    pub(super) fn date_time(&mut self) -> Parsed<Vec<u8>> {
        self.under(rules::DATE_TIME, |p| {
            p.octet(b'"')?;
            let start = p.cursor.at();
            p.date_day_fixed()?;
            p.octet(b'-')?;
            if !MONTHS.iter().any(|month| p.cursor.eat_word(month)) {
                return p.expected("date-month");
            }
            p.octet(b'-')?;
            p.fixed_digits(4, 0..=9999)?;
            p.sp()?;
            p.fixed_digits(2, 0..=23)?;
            p.octet(b':')?;
            p.fixed_digits(2, 0..=59)?;
            p.octet(b':')?;
            p.fixed_digits(2, 0..=60)?;
            p.sp()?;
            if !p.cursor.eat(b'+') && !p.cursor.eat(b'-') {
                return p.expected("zone");
            }
            p.fixed_digits(4, 0..=9999)?;
            let octets = p.cursor.since(start).to_vec();
            p.octet(b'"')?;
            Ok(octets)
        })
    }

    /// `date-day-fixed = (SP DIGIT) / 2DIGIT` (RFC 9051 §9)
    fn date_day_fixed(&mut self) -> Parsed<()> {
        if self.cursor.eat(b' ') {
            self.fixed_digits(1, 1..=9)
        } else {
            self.fixed_digits(2, 1..=31)
        }
    }

    /// So many digits; a value that no clock or calendar has is reported.
    fn fixed_digits(&mut self, count: usize, range: std::ops::RangeInclusive<u32>) -> Parsed<()> {
        let start = self.cursor.at();
        let mut value = 0;
        for _ in 0..count {
            match self
                .cursor
                .peek()
                .and_then(|octet| char::from(octet).to_digit(10))
            {
                Some(digit) => value = value * 10 + digit,
                None => return self.expected(format!("{count}DIGIT")),
            }
            self.cursor.bump();
        }
        if !range.contains(&value) {
            let expected = format!("{} to {}", range.start(), range.end());
            self.report(rules::DATE_TIME, start..self.cursor.at(), expected);
        }
        Ok(())
    }
}
