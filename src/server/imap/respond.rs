//! Values → octets of a response: atoms, strings, lists. Each function appends to a buffer.

use super::parse::{encode_utf7, is_astring_octet};
use crate::server::store::{Flags, InternalDate};

/// How long a quoted string may get before a literal is used.
const LONGEST_QUOTED: usize = 1000;

/// `quoted`; the text has no CR, LF or NUL.
pub(super) fn quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for octet in text.bytes() {
        if octet == b'"' || octet == b'\\' {
            out.push(b'\\');
        }
        out.push(octet);
    }
    out.push(b'"');
}

/// `astring`
pub(super) fn astring(out: &mut Vec<u8>, text: &str) {
    let is_atom = !text.is_empty() && text.bytes().all(is_astring_octet);
    if is_atom && !text.eq_ignore_ascii_case("NIL") {
        out.extend_from_slice(text.as_bytes());
    } else {
        quoted(out, text);
    }
}

/// `mailbox`: in UTF-8 if IMAP4rev2 is enabled, else in modified UTF-7.
pub(super) fn mailbox(out: &mut Vec<u8>, name: &str, rev2: bool) {
    if rev2 {
        astring(out, name);
    } else {
        astring(out, &encode_utf7(name));
    }
}

/// `string`: quoted if it is short and printable ASCII, else a literal. A NUL, which no string can
/// have, is left out.
pub(super) fn string(out: &mut Vec<u8>, octets: &[u8]) {
    let printable = |o: &u8| (b' '..=b'~').contains(o);
    match std::str::from_utf8(octets) {
        Ok(text) if octets.len() <= LONGEST_QUOTED && octets.iter().all(printable) => {
            quoted(out, text);
        }
        _ => {
            let octets: Vec<u8> = octets.iter().copied().filter(|o| *o != 0).collect();
            literal(out, &octets);
        }
    }
}

/// `nstring`
pub(super) fn nstring(out: &mut Vec<u8>, octets: Option<&[u8]>) {
    match octets {
        Some(octets) => string(out, octets),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// `literal`; a NUL, which no literal can have, becomes 0x80, so that the length stays.
pub(super) fn literal(out: &mut Vec<u8>, octets: &[u8]) {
    out.extend_from_slice(format!("{{{}}}\r\n", octets.len()).as_bytes());
    out.extend(octets.iter().map(|o| if *o == 0 { 0x80 } else { *o }));
}

/// `literal8`
pub(super) fn literal8(out: &mut Vec<u8>, octets: &[u8]) {
    out.extend_from_slice(format!("~{{{}}}\r\n", octets.len()).as_bytes());
    out.extend_from_slice(octets);
}

/// The flags of a message or mailbox, without parentheses, `more` behind them.
pub(super) fn flags(flags: &Flags, more: Option<&str>) -> String {
    let names: Vec<&str> = flags.iter().map(|flag| flag.as_str()).chain(more).collect();
    names.join(" ")
}

/// `date-time`
pub(super) fn date_time(date: InternalDate) -> String {
    let c = date.civil();
    let sign = if date.zone_min < 0 { '-' } else { '+' };
    let zone = date.zone_min.unsigned_abs();
    format!(
        "\"{:2}-{}-{:04} {:02}:{:02}:{:02} {sign}{:02}{:02}\"",
        c.day,
        super::parse::month_name(c.month),
        c.year.clamp(0, 9999),
        c.hour,
        c.minute,
        c.second,
        zone / 60 % 100,
        zone % 60
    )
}

/// Ascending numbers as a `uid-set` or `sequence-set`: `1:3,5`.
pub(super) fn number_set(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let ranges: Vec<String> = ranges
        .into_iter()
        .map(|(first, last)| match last {
            _ if first == last => first.to_string(),
            _ => format!("{first}:{last}"),
        })
        .collect();
    ranges.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn strings() {
        for (text, wire) in [
            ("abc", "abc"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            ("nil", "\"nil\""),
            ("a\"\\", "\"a\\\"\\\\\""),
            ("a]", "a]"),
        ] {
            assert_eq!(written(|out| astring(out, text)), wire);
        }
        assert_eq!(written(|out| string(out, b"a\r\nb")), "{4}\r\na\r\nb");
        assert_eq!(written(|out| string(out, "ü".as_bytes())), "{2}\r\nü");
        assert_eq!(written(|out| string(out, b"a\0b")), "{2}\r\nab");
        assert_eq!(written(|out| nstring(out, None)), "NIL");
        assert_eq!(
            written(|out| mailbox(out, "Entwürfe", false)),
            "Entw&APw-rfe"
        );
        assert_eq!(
            written(|out| mailbox(out, "Entwürfe", true)),
            "\"Entwürfe\""
        );
    }

    #[test]
    fn sets_and_dates() {
        for (numbers, set) in [
            (&[][..], ""),
            (&[1], "1"),
            (&[1, 2, 3, 5, 7, 8], "1:3,5,7:8"),
            (&[u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
        ] {
            assert_eq!(number_set(numbers), set);
        }
        let date = InternalDate {
            unix_s: 837_570_205,
            zone_min: -420,
        };
        assert_eq!(date_time(date), "\"16-Jul-1996 19:23:25 -0700\"");
    }
}
