//! Dates in commands (`date`, `date-time`).

use super::{ParseError, ParseResult, Parser};
use crate::server::store::{Civil, InternalDate};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The number of a month's English name, 1 to 12.
pub(in crate::server::imap) fn month_number(name: &str) -> Option<u32> {
    let index = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))?;
    u32::try_from(index + 1).ok()
}

/// A month's English name.
pub(in crate::server::imap) fn month_name(number: u32) -> &'static str {
    MONTHS[(number.clamp(1, 12) - 1) as usize]
}

/// Year, month and day; they compare in order.
pub(in crate::server::imap) type Day = (i64, u32, u32);

/// The calendar day of a point in time, in its zone.
pub(in crate::server::imap) fn day_of(date: InternalDate) -> Day {
    let civil = date.civil();
    (civil.year, civil.month, civil.day)
}

impl Parser<'_> {
    /// `date`
    pub(in crate::server::imap) fn date(&mut self) -> ParseResult<Day> {
        let quoted = self.take(b'"');
        let day = self.run(|o| o.is_ascii_digit());
        let day = digits(day, 1, 2)?;
        let date = self.date_after_day(day)?;
        if quoted {
            self.expect(b'"', "expected a quote")?;
        }
        Ok(date)
    }

    /// `date-time`
    pub(in crate::server::imap) fn date_time(&mut self) -> ParseResult<InternalDate> {
        const BAD: ParseError = ParseError::Syntax("expected a date-time");
        self.expect(b'"', "expected a quote")?;
        let width = if self.take(b' ') { 1 } else { 2 };
        let day = self.run(|o| o.is_ascii_digit());
        let day = digits(day, width, width)?;
        let (year, month, day) = self.date_after_day(day)?;
        self.sp()?;
        let mut fields = [0; 3];
        for (index, field) in fields.iter_mut().enumerate() {
            if index > 0 {
                self.expect(b':', "expected a colon")?;
            }
            *field = digits(self.run(|o| o.is_ascii_digit()), 2, 2)?;
        }
        self.sp()?;
        let sign = if self.take(b'-') { -1 } else { 1 };
        if sign == 1 {
            self.expect(b'+', "expected a zone")?;
        }
        let zone = digits(self.run(|o| o.is_ascii_digit()), 4, 4)?;
        self.expect(b'"', "expected a quote")?;
        let [hour, minute, second] = fields;
        if hour > 23 || minute > 59 || second > 60 || zone / 100 > 23 || zone % 100 > 59 {
            return Err(BAD);
        }
        let zone_min = i32::try_from(zone / 100 * 60 + zone % 100).map_err(|_| BAD)? * sign;
        let civil = Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            weekday: 0,
        };
        Ok(InternalDate::from_civil(&civil, zone_min))
    }

    /// `"-" date-month "-" date-year`
    fn date_after_day(&mut self, day: u32) -> ParseResult<Day> {
        self.expect(b'-', "expected a hyphen")?;
        let month = self.run(|o| o.is_ascii_alphabetic());
        let month = std::str::from_utf8(month).ok().and_then(month_number);
        let month = month.ok_or(ParseError::Syntax("expected a month"))?;
        self.expect(b'-', "expected a hyphen")?;
        let year = i64::from(digits(self.run(|o| o.is_ascii_digit()), 4, 4)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day == 0 || day > days {
            return Err(ParseError::Syntax("no such day"));
        }
        Ok((year, month, day))
    }
}

fn digits(octets: &[u8], least: usize, most: usize) -> ParseResult<u32> {
    if (least..=most).contains(&octets.len()) {
        Ok(octets.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
    } else {
        Err(ParseError::Syntax("wrong number of digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (input, day) in [
            ("1-Feb-1994", Some((1994, 2, 1))),
            ("\"01-feb-1994\"", Some((1994, 2, 1))),
            ("29-Feb-2000", Some((2000, 2, 29))),
            ("29-Feb-1900", None),
            ("0-Feb-1994", None),
            ("001-Feb-1994", None),
            ("1-Foo-1994", None),
            ("1-Feb-94", None),
            ("\"1-Feb-1994", None),
        ] {
            assert_eq!(
                Parser::new(input.as_bytes(), false).date().ok(),
                day,
                "{input}"
            );
        }
    }

    #[test]
    fn date_times() {
        for (input, unix_s) in [
            ("\"17-Jul-1996 02:44:25 -0700\"", Some(837_596_665)),
            ("\" 1-Jan-1970 00:00:00 +0000\"", Some(0)),
            ("\"1-Jan-1970 00:00:00 +0000\"", None),
            ("\"01-Jan-1970 24:00:00 +0000\"", None),
            ("\"01-Jan-1970 00:00:00 0000\"", None),
            ("\"bad date\"", None),
        ] {
            let got = Parser::new(input.as_bytes(), false).date_time();
            assert_eq!(got.ok().map(|d| d.unix_s), unix_s, "{input}");
        }
    }
}
