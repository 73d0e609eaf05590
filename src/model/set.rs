//! A sequence set as a client sends it (`1:3,7,9:*`), and the size of sets that a server sends.

use crate::wire::imap::UidRange;

/// Ranges of one set that are read; a set with more is taken as not understood.
const LIMIT: usize = 4096;

/// A set of numbers in which `*` may stand for the greatest one in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set(Vec<(Bound, Bound)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Number(u32),
    Star,
}

impl Bound {
    fn value(self, star: u32) -> u32 {
        match self {
            Self::Number(number) => number,
            Self::Star => star,
        }
    }
}

impl Set {
    /// Reads a set; `None` for `$` and whatever else is no plain set.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut ranges = Vec::new();
        for part in text.split(',') {
            if ranges.len() == LIMIT {
                return None;
            }
            let (low, high) = part.split_once(':').unwrap_or((part, part));
            ranges.push((bound(low)?, bound(high)?));
        }
        Some(Self(ranges))
    }

    /// True if `*` is in it, so that its meaning depends on the mailbox.
    pub(crate) fn has_star(&self) -> bool {
        self.0
            .iter()
            .any(|&(low, high)| low == Bound::Star || high == Bound::Star)
    }

    /// True for `1:*`: every message, whatever its number.
    pub(crate) fn is_all(&self) -> bool {
        let all = [
            (Bound::Number(1), Bound::Star),
            (Bound::Star, Bound::Number(1)),
        ];
        self.0.iter().any(|range| all.contains(range))
    }

    /// True if the number is in the set, where `star` is the greatest number in use.
    pub(crate) fn contains(&self, number: u32, star: u32) -> bool {
        self.0.iter().any(|&(one, other)| {
            let (one, other) = (one.value(star), other.value(star));
            (one.min(other)..=one.max(other)).contains(&number)
        })
    }
}

fn bound(text: &str) -> Option<Bound> {
    if text == "*" {
        return Some(Bound::Star);
    }
    if text.is_empty() || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|&number| number > 0)
        .map(Bound::Number)
}

/// How many numbers the ranges hold, each range counted for itself.
pub(crate) fn size(ranges: &[UidRange]) -> u64 {
    ranges
        .iter()
        .map(|range| u64::from(range.high.saturating_sub(range.low)) + 1)
        .sum()
}

/// The ranges without overlap, in ascending order.
pub(crate) fn merged(ranges: &[UidRange]) -> Vec<UidRange> {
    let mut sorted = ranges.to_vec();
    sorted.sort_by_key(|range| range.low);
    let mut merged: Vec<UidRange> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.low <= last.high => last.high = last.high.max(range.high),
            _ => merged.push(range),
        }
    }
    merged
}

/// The numbers of the ranges in the order given, no more than `limit` of them.
pub(crate) fn numbers(ranges: &[UidRange], limit: usize) -> impl Iterator<Item = u32> {
    ranges
        .iter()
        .flat_map(|range| range.low..=range.high)
        .take(limit)
}

/// The ranges as a client writes them.
pub(crate) fn text(ranges: &[UidRange]) -> String {
    let part = |range: &UidRange| {
        if range.low == range.high {
            range.low.to_string()
        } else {
            format!("{}:{}", range.low, range.high)
        }
    };
    ranges.iter().map(part).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_numbers() {
        let set = Set::parse("1:3,7,12:9,20:*").unwrap();
        let held: Vec<u32> = (1..=25).filter(|&n| set.contains(n, 22)).collect();
        assert_eq!(held, [1, 2, 3, 7, 9, 10, 11, 12, 20, 21, 22]);
        assert!(set.has_star());
        assert!(
            Set::parse("5:*").unwrap().contains(3, 3),
            "5:* has the last one"
        );
    }

    #[test]
    fn other_things_are_no_sets() {
        for text in ["", "$", "0", "1:", "1,,2", "+1", "99999999999", "a"] {
            assert_eq!(Set::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_are_counted_and_merged() {
        let range = |low, high| UidRange { low, high };
        let ranges = [range(5, 9), range(1, 2), range(2, 5)];
        assert_eq!(size(&ranges), 11);
        assert_eq!(size(&[range(0, u32::MAX)]), 1 << 32);
        assert_eq!(merged(&ranges), [range(1, 9)]);
        assert_eq!(text(&ranges), "5:9,1:2,2:5");
        assert_eq!(numbers(&ranges, 3).collect::<Vec<_>>(), [5, 6, 7]);
    }
}
