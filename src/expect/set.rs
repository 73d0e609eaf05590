//! Sets of numbers (`1:3,7`), compared as sets.

/// Disjoint ascending ranges, neighbours joined.
pub(super) fn parse(octets: &[u8]) -> Option<Vec<(u32, u32)>> {
    let text = std::str::from_utf8(octets).ok()?;
    let mut ranges = text.split(',').map(range).collect::<Option<Vec<_>>>()?;
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    Some(joined)
}

fn range(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    match text.split_once(':') {
        None => number(text).map(|number| (number, number)),
        Some((a, b)) => {
            let (a, b) = (number(a)?, number(b)?);
            Some((a.min(b), a.max(b)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_the_same_numbers_are_equal() {
        for (left, right, same) in [
            ("1:3", "3,2,1", true),
            ("5:4", "4:5", true),
            ("1,2,4", "1:2,4", true),
            ("1:3", "1:4", false),
            ("4294967294:4294967295", "4294967294,4294967295", true),
        ] {
            let equal = parse(left.as_bytes()) == parse(right.as_bytes());
            assert_eq!(equal, same, "{left} {right}");
        }
        for bad in ["", "1:", "*", "a", "1,,2", "4294967296", "+1"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
