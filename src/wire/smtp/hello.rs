//! Replies that begin with a domain: the greeting, and the reply to EHLO and LHLO.

use std::ops::Range;

use crate::finding::Violation;
use crate::finding::rule::smtp_wire as rules;
use crate::wire::cursor::Cursor;
use crate::wire::line::{self, Line};

/// Judges the greeting beyond what every reply has to be: `Greeting = "220" SP (Domain /
/// address-literal) [SP textstring]` (RFC 5321 §4.2).
pub fn greeting_violation(octets: &[u8]) -> Option<Violation> {
    octets.starts_with(b"220").then(|| domain(octets)).flatten()
}

/// Judges the reply to EHLO or LHLO beyond what every reply has to be: `ehlo-ok-rsp`, a domain on
/// the first line and a keyword with its parameters on each other (RFC 5321 §4.1.1.1).
pub fn hello_violations(octets: &[u8]) -> Vec<Violation> {
    if !octets.starts_with(b"250") {
        return Vec::new();
    }
    let lines = line::lines(octets).skip(1);
    domain(octets)
        .into_iter()
        .chain(lines.filter_map(|line| ehlo_line(&line)))
        .collect()
}

/// `ehlo-line = ehlo-keyword *(SP ehlo-param)`, `ehlo-keyword = (ALPHA / DIGIT)
/// *(ALPHA / DIGIT / "-")`, `ehlo-param = 1*(%d33-126)` (RFC 5321 §4.1.1.1)
fn ehlo_line(line: &Line<'_>) -> Option<Violation> {
    let mut cursor = Cursor::new(line.content);
    cursor.go_to(4);
    let wrong = |at: usize, expected: &str| {
        let end = (at + 1).min(line.length());
        Some(violation(line.span(at.min(end)..end), expected))
    };
    let begins = cursor.peek().is_some_and(|o| o.is_ascii_alphanumeric());
    if !begins {
        return wrong(cursor.at(), "ehlo-keyword");
    }
    // "AUTH=LOGIN" was written before RFC 4954 and stands beside AUTH for old clients
    let is_word = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'=');
    cursor.take_while(is_word);
    while cursor.peek().is_some() {
        if !cursor.eat(b' ') {
            return wrong(cursor.at(), "SP or CRLF");
        }
        if cursor
            .take_while(|octet| octet.is_ascii_graphic())
            .is_empty()
        {
            return wrong(cursor.at(), "ehlo-param");
        }
    }
    None
}

/// `Domain = sub-domain *("." sub-domain)`, `sub-domain = Let-dig [Ldh-str]`, or
/// `address-literal`, behind the reply code of the first line (RFC 5321 §4.1.2); letters beyond
/// US-ASCII are those of SMTPUTF8 (RFC 6531 §3.3).
fn domain(octets: &[u8]) -> Option<Violation> {
    let first = line::lines(octets).next()?;
    let rest = first.content.get(4..).unwrap_or_default();
    let word = rest
        .split(|&octet| octet == b' ')
        .next()
        .unwrap_or_default();
    let is_let_dig = |octet: u8| octet.is_ascii_alphanumeric() || !octet.is_ascii();
    let mut previous = b'.';
    for (at, &octet) in word.iter().enumerate() {
        let may_stand = match octet {
            b'[' if at == 0 => return None,
            b'.' => is_let_dig(previous),
            b'-' => previous != b'.',
            _ => is_let_dig(octet),
        };
        if !may_stand {
            let at = 4 + at;
            return Some(violation(first.span(at..at + 1), "Domain"));
        }
        previous = octet;
    }
    if is_let_dig(previous) {
        return None;
    }
    let at = 4 + word.len();
    let end = first.length().max(at);
    Some(violation(
        first.span(at.min(end)..(at + 1).min(end)),
        "Domain",
    ))
}

fn violation(span: Range<usize>, expected: &str) -> Violation {
    Violation {
        rule: rules::HELLO_SYNTAX,
        span,
        expected: expected.to_owned(),
    }
}

/// Judges a reply of a server that offers ENHANCEDSTATUSCODES, neither the greeting nor the reply
/// to a HELO, EHLO or LHLO: the text of each line of 2xx, 4xx and 5xx begins with an enhanced
/// status code (RFC 2034 §4).
pub fn missing_enhanced_code(octets: &[u8]) -> Option<Violation> {
    let has_code = |text: &[u8]| super::reply::enhanced_status_code(text).is_some();
    line::lines(octets)
        .filter(|line| matches!(line.content.first(), Some(b'2' | b'4' | b'5')))
        .find(|line| !has_code(line.content.get(4..).unwrap_or_default()))
        .map(|line| Violation {
            rule: rules::ENHANCED_CODE_MISSING,
            span: line.span_from(4.min(line.content.len())),
            expected: "enhanced status code".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(violations: impl IntoIterator<Item = Violation>) -> Vec<usize> {
        violations
            .into_iter()
            .map(|found| found.span.start)
            .collect()
    }

    #[test]
    fn greetings_name_a_domain() {
        for right in [
            "220 mail.example.org ESMTP ready",
            "220 localhost",
            "220 [192.0.2.1] ready",
            "220 a-b.c1 x",
            "220-one\r\n220 two",
            "554 no service",
        ] {
            let octets = format!("{right}\r\n");
            assert_eq!(greeting_violation(octets.as_bytes()), None, "{right}");
        }
        for (wrong, at) in [
            ("220 ", 4),
            ("220 mail_1.example.org x", 8),
            ("220 .org", 4),
            ("220 a..b", 6),
            ("220 a. x", 6),
            ("220 -a", 4),
            ("220 a- x", 6),
            ("220 <a> x", 4),
        ] {
            let octets = format!("{wrong}\r\n");
            assert_eq!(
                starts(greeting_violation(octets.as_bytes())),
                [at],
                "{wrong}"
            );
        }
    }

    #[test]
    fn hello_lines_are_keywords_with_parameters() {
        for right in [
            "250 mail.example.org",
            "250 mail.example.org Hello there, [192.0.2.1] _!_",
            "250-localhost\r\n250-8BITMIME\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN",
            "250-localhost\r\n250-AUTH=PLAIN\r\n250-X-A x=y,z\r\n250 ENHANCEDSTATUSCODES",
            "250-localhost hi\r\n250 XCLIENT NAME ADDR",
            "250-a\r\n250 SIZE",
            "250-a\r\n250 1X",
            "502 no",
        ] {
            let octets = format!("{right}\r\n");
            assert_eq!(hello_violations(octets.as_bytes()), [], "{right}");
        }
        for (wrong, at) in [
            ("250-a\r\n250 ", 11),
            ("250-a\r\n250 -X", 11),
            ("250-a\r\n250 X_Y", 12),
            ("250-a\r\n250 SIZE  1", 16),
            ("250-a\r\n250 SIZE ", 16),
            ("250-a\r\n250 SIZE\t1", 15),
            ("250-a\r\n250 X \u{e9}", 13),
            ("250-a_b\r\n250 SIZE", 5),
        ] {
            let octets = format!("{wrong}\r\n");
            assert_eq!(starts(hello_violations(octets.as_bytes())), [at], "{wrong}");
        }
    }

    #[test]
    fn enhanced_codes_stand_on_every_line() {
        for (reply, at) in [
            ("250 2.1.0 ok", None),
            ("250-2.0.0 a\r\n250 2.0.0 b", None),
            ("354 go ahead", None),
            ("334 ", None),
            ("550 5.1.1", None),
            ("221 2.0.0 bye", None),
            ("250 ok", Some(4)),
            ("250-2.0.0 a\r\n250 b", Some(17)),
            ("550 no such user", Some(4)),
            ("250", Some(3)),
            ("250 2.0 ok", Some(4)),
            ("250 2.1.5.3 ok", Some(4)),
            ("421 4.2222.1 x", Some(4)),
            ("250 2.1.x ok", Some(4)),
        ] {
            let octets = format!("{reply}\r\n");
            let found = missing_enhanced_code(octets.as_bytes());
            assert_eq!(found.map(|found| found.span.start), at, "{reply}");
        }
    }
}
