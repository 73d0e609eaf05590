//! Points in time with a zone, and their calendar fields.

/// When a message arrived (IMAP's INTERNALDATE), in the zone in which it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InternalDate {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub(crate) unix_s: i64,
    /// Minutes east of UTC.
    pub(crate) zone_min: i32,
}

/// The calendar fields of a point in time, in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    /// Year.
    pub(crate) year: i64,
    /// Month, 1 to 12.
    pub(crate) month: u32,
    /// Day of the month, 1 to 31.
    pub(crate) day: u32,
    /// Hour, 0 to 23.
    pub(crate) hour: u32,
    /// Minute, 0 to 59.
    pub(crate) minute: u32,
    /// Second, 0 to 59.
    pub(crate) second: u32,
    /// Day of the week; 0 is Sunday.
    pub(crate) weekday: u32,
}

impl InternalDate {
    /// From calendar fields in a zone (minutes east of UTC); `weekday` is not looked at. Fields
    /// out of range run over into the next unit.
    pub(crate) fn from_civil(civil: &Civil, zone_min: i32) -> Self {
        let days = days_from_civil(civil.year, civil.month, civil.day);
        let local = days * 86_400
            + i64::from(civil.hour) * 3600
            + i64::from(civil.minute) * 60
            + i64::from(civil.second);
        Self {
            unix_s: local - i64::from(zone_min) * 60,
            zone_min,
        }
    }

    /// The calendar fields in its zone.
    pub(crate) fn civil(self) -> Civil {
        let local = self.unix_s + i64::from(self.zone_min) * 60;
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let small = |n: i64| u32::try_from(n).unwrap_or(0);
        Civil {
            year,
            month,
            day,
            hour: small(seconds / 3600),
            minute: small(seconds / 60 % 60),
            second: small(seconds % 60),
            weekday: small((days + 4).rem_euclid(7)),
        }
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |n: i64| u32::try_from(n).unwrap_or(0);
    (year, small(month), small(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_fields_go_both_ways() {
        for (unix_s, zone_min, fields) in [
            (0, 0, (1970, 1, 1, 0, 0, 0, 4)),
            (951_782_400, 0, (2000, 2, 29, 0, 0, 0, 2)),
            (951_868_799, 0, (2000, 2, 29, 23, 59, 59, 2)),
            (837_570_205, -420, (1996, 7, 16, 19, 23, 25, 2)),
            (-1, 0, (1969, 12, 31, 23, 59, 59, 3)),
            (1_709_161_200, 60, (2024, 2, 29, 0, 0, 0, 4)),
        ] {
            let date = InternalDate { unix_s, zone_min };
            let c = date.civil();
            let got = (
                c.year, c.month, c.day, c.hour, c.minute, c.second, c.weekday,
            );
            assert_eq!(got, fields);
            assert_eq!(InternalDate::from_civil(&c, zone_min), date);
        }
    }
}
