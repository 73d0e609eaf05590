//! Drop listings, scan listings, unique-id listings and capabilities.

use super::response::Findings;
use super::{Shape, capa};
use crate::finding::rule::pop3_wire as rules;
use crate::wire::cursor::Cursor;
use crate::wire::line::Line;

/// Judges the listing that stands on the first line, from `text_at` on.
pub(super) fn single(shape: Shape, line: &Line<'_>, text_at: usize, found: &mut Findings) {
    match shape {
        Shape::Stat => sizes(line, text_at, true, found),
        Shape::ListOne => sizes(line, text_at, false, found),
        Shape::UidlOne => unique_id(line, text_at, found),
        _ => {}
    }
}

/// Judges one line of a multi-line response.
pub(super) fn line(shape: Shape, line: &Line<'_>, found: &mut Findings) {
    match shape {
        Shape::List => sizes(line, 0, false, found),
        Shape::Uidl => unique_id(line, 0, found),
        Shape::Capa => capa::capability(line, found),
        Shape::Languages => language(line, found),
        _ => {}
    }
}

/// A scan listing, `message-number SP size`, or a drop listing, `count SP size` (RFC 1939 §5).
///
/// The RFC leaves free what follows the size, and advises against it.
fn sizes(line: &Line<'_>, from: usize, zero_allowed: bool, found: &mut Findings) {
    let mut cursor = Cursor::new(line.content);
    cursor.go_to(from);
    let wrong = |at, expected, found: &mut Findings| {
        found.add(rules::LISTING_SYNTAX, line.span_from(at), expected);
    };
    if let Err((at, expected)) = leading_number(&mut cursor, zero_allowed) {
        return wrong(at, expected, found);
    }
    let size_at = cursor.at();
    if cursor.take_while(|octet| octet.is_ascii_digit()).is_empty() {
        return wrong(size_at, "size in octets", found);
    }
    if cursor.peek().is_some() {
        found.add(rules::LISTING_EXTRA, line.span_from(cursor.at()), "CRLF");
    }
}

/// A unique-id listing, `message-number SP unique-id`, nothing behind it (RFC 1939 §7).
fn unique_id(line: &Line<'_>, from: usize, found: &mut Findings) {
    let mut cursor = Cursor::new(line.content);
    cursor.go_to(from);
    let wrong = |at, expected, found: &mut Findings| {
        found.add(rules::UNIQUE_ID_SYNTAX, line.span_from(at), expected);
    };
    if let Err((at, expected)) = leading_number(&mut cursor, false) {
        return wrong(at, expected, found);
    }
    let start = cursor.at();
    let length = cursor.take_while(|octet| octet.is_ascii_graphic()).len();
    if length == 0 || cursor.peek().is_some() {
        return wrong(cursor.at(), "octets 0x21 to 0x7E", found);
    }
    if length > 70 {
        wrong(start + 70, "at most 70 octets", found);
    }
}

/// A decimal number and one space. Message-numbers begin with 1 (RFC 1939 §5).
fn leading_number(
    cursor: &mut Cursor<'_>,
    zero_allowed: bool,
) -> Result<(), (usize, &'static str)> {
    let start = cursor.at();
    let digits = cursor.take_while(|octet| octet.is_ascii_digit());
    let is_zero = digits.iter().all(|&digit| digit == b'0');
    if digits.is_empty() || (is_zero && !zero_allowed) {
        let expected = if zero_allowed {
            "number of messages"
        } else {
            "message-number"
        };
        return Err((start, expected));
    }
    if !cursor.eat(b' ') {
        return Err((cursor.at(), "SP"));
    }
    Ok(())
}

/// A language listing, `language-tag [SP description]`, the description in UTF-8 (RFC 6856 §3.2)
fn language(line: &Line<'_>, found: &mut Findings) {
    let mut cursor = Cursor::new(line.content);
    let is_tag_octet = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    if cursor.take_while(is_tag_octet).is_empty() {
        return found.add(rules::LANGUAGE_LISTING, line.span_from(0), "language tag");
    }
    if !matches!(cursor.peek(), None | Some(b' ')) {
        let span = line.span_from(cursor.at());
        return found.add(rules::LANGUAGE_LISTING, span, "SP or CRLF");
    }
    if let Err(error) = std::str::from_utf8(line.content) {
        let at = error.valid_up_to();
        found.add(rules::LANGUAGE_LISTING, line.span(at..at + 1), "UTF-8");
    }
}

#[cfg(test)]
mod tests {
    use crate::wire::pop3::{Shape, parse};

    #[test]
    fn languages_are_listed_by_tag() {
        let judged = |line: &[u8]| {
            let octets = [b"+OK\r\n", line, b"\r\n.\r\n"].concat();
            let violations = parse(&octets, Shape::Languages).1;
            violations.first().map(|found| found.span.start)
        };
        for right in [
            "en English",
            "en-boont English Boontling",
            "es",
            "sv Svenska",
            "de \u{e9}",
        ] {
            assert_eq!(judged(right.as_bytes()), None, "{right}");
        }
        let cases: [(&[u8], usize); 4] = [(b"", 5), (b" en", 5), (b"en_US x", 7), (b"de \xe9", 8)];
        for (wrong, at) in cases {
            assert_eq!(judged(wrong), Some(at), "{wrong:?}");
        }
    }
}
