//! Dates: what a server says the time is, against what this machine says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads the `date-time` of RFC 3501 (`24-Nov-2026 21:20:44 +0100`) as seconds since 1970.
pub(super) fn seconds(date_time: &str) -> Option<i64> {
    let mut parts = date_time.split_whitespace();
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let mut date = date.split('-');
    let day: i64 = date.next()?.parse().ok()?;
    let name = date.next()?;
    let month = MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(name))?;
    let year: i64 = date.next()?.parse().ok()?;
    let mut time = time.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone: i64 = zone.trim_start_matches(['+', '-']).parse().ok()?;
    let offset = sign * (zone / 100 * 60 + zone % 100) * 60;
    let in_range = (1..=31).contains(&day) && (0..=9999).contains(&year) && zone <= 9999;
    let days = days(year, i64::try_from(month).ok()? + 1, day);
    in_range.then_some(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // Years begin in March here, so that the leap day is the last of its year.
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A time as `2026-11-24`.
pub(super) fn date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut left = i64::try_from(seconds / 86_400).unwrap_or(0);
    let mut year = 1970;
    while left >= days(year + 1, 1, 1) - days(year, 1, 1) {
        left -= days(year + 1, 1, 1) - days(year, 1, 1);
        year += 1;
    }
    let mut month = 1;
    while month < 12 && left >= days(year, month + 1, 1) - days(year, month, 1) {
        left -= days(year, month + 1, 1) - days(year, month, 1);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

/// Seconds since 1970, now.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// A span in the unit that suits it: `45 s`, `3 min`, `2 h`, `1 day`.
pub(super) fn span(seconds: i64) -> String {
    match seconds.abs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7_200 => format!("{} min", seconds / 60),
        seconds @ ..84_600 => format!("{} h", (seconds + 1800) / 3600),
        seconds => match (seconds + 43_200) / 86_400 {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        },
    }
}

/// A limit as people write it: `500 ms`, `5 s`.
pub(super) fn limit(limit: Duration) -> String {
    match limit.as_millis() {
        ms if ms < 1000 || ms % 1000 != 0 => format!("{ms} ms"),
        ms => format!("{} s", ms / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_time_counts_from_1970_in_utc() {
        let table = [
            ("01-Jan-1970 00:00:00 +0000", Some(0)),
            (" 1-Jan-1970 01:30:00 +0130", Some(0)),
            ("29-Feb-2024 12:00:00 -0500", Some(1_709_226_000)),
            ("31-Dec-1969 23:59:59 +0000", Some(-1)),
            ("24-Nov-2026 21:20:44 +0000", Some(1_795_555_244)),
            ("24-Foo-2026 21:20:44 +0000", None),
            ("99-Nov-2026 21:20:44 +0000", None),
            ("24-Nov-2026 21:20 +0000", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn dates_and_spans_are_for_people() {
        let at = |seconds| date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01");
        assert_eq!(at(1_709_226_000), "2024-02-29");
        assert_eq!(at(1_735_689_599), "2024-12-31");
        let table = [
            (45, "45 s"),
            (-180, "3 min"),
            (7300, "2 h"),
            (86_395, "1 day"),
            (200_000, "2 days"),
        ];
        for (seconds, words) in table {
            assert_eq!(span(seconds), words);
        }
        assert_eq!(limit(Duration::from_millis(500)), "500 ms");
        assert_eq!(limit(Duration::from_secs(5)), "5 s");
    }
}
