//! Reply lines, their codes, and the enhanced status code at the beginning of the text.

use std::ops::Range;

use super::Reply;
use crate::finding::rule::smtp_wire as rules;
use crate::finding::{Rule, Violation};
use crate::wire::line::{self, Line};

/// Longest reply line, code and CRLF included (RFC 5321 §4.5.3.1.5).
const LINE_MAX: usize = 512;

/// True if this line (with its CRLF) is the last of its reply: no hyphen behind the code.
pub fn is_last_line(line: &[u8]) -> bool {
    !(line.get(3) == Some(&b'-') && line.iter().take(3).all(u8::is_ascii_digit))
}

/// Reads one complete reply.
pub fn parse(octets: &[u8]) -> (Reply, Vec<Violation>) {
    let mut violations = Vec::new();
    let mut reply = Reply {
        code: None,
        enhanced: None,
        lines: Vec::new(),
    };
    for (index, line) in line::lines(octets).enumerate() {
        let mut add = |rule: Rule, span: Range<usize>, expected: &str| {
            violations.push(Violation {
                rule,
                span,
                expected: expected.to_owned(),
            });
        };
        if let Some(span) = line.wrong_end() {
            add(rules::LINE_END, span, "CRLF at the end of the line only");
        }
        if line.length() > LINE_MAX {
            let excess = LINE_MAX.min(line.content.len())..line.length();
            add(rules::LINE_LENGTH, line.span(excess), "at most 512 octets");
        }
        let code = reply_code(&line, &mut add);
        if index == 0 {
            reply.code = code;
        } else if code.is_some() && code != reply.code {
            let expected = "the code of the first line";
            let same = octets.iter().zip(line.content).take_while(|(a, b)| a == b);
            let span = line.span(same.count().min(2)..3);
            add(rules::REPLY_LINES_DIFFER, span, expected);
        }
        let is_last = line.start + line.length() == octets.len();
        let text_at = separator(&line, code, is_last, &mut add);
        let text = line.content.get(text_at..).unwrap_or_default();
        textstring(&line, text_at, &mut add);
        if index == 0 {
            reply.enhanced = enhanced_status_code(text);
            if let (Some(enhanced), Some(code)) = (&reply.enhanced, code) {
                let span = line.span(text_at..text_at + enhanced.len());
                class(enhanced, code, span, &mut add);
            }
        }
        reply.lines.push(text.to_vec());
    }
    (reply, violations)
}

/// `Reply-code = %x32-35 %x30-35 %x30-39` (RFC 5321 §4.2)
fn reply_code(line: &Line<'_>, add: &mut impl FnMut(Rule, Range<usize>, &str)) -> Option<u16> {
    let digits = line
        .content
        .iter()
        .take_while(|o| o.is_ascii_digit())
        .count();
    if digits != 3 {
        let word = line
            .content
            .iter()
            .take_while(|o| o.is_ascii_alphanumeric())
            .count();
        add(rules::REPLY_CODE, line.span(0..word), "three digits");
        return None;
    }
    let digits = line.content.get(..3).unwrap_or_default();
    if !matches!(digits, [b'2'..=b'5', b'0'..=b'5', _]) {
        add(rules::REPLY_CODE, line.span(0..3), "200 to 559");
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The hyphen or space behind the code; gives where the text begins.
fn separator(
    line: &Line<'_>,
    code: Option<u16>,
    is_last: bool,
    add: &mut impl FnMut(Rule, Range<usize>, &str),
) -> usize {
    if code.is_none() {
        return 0;
    }
    match line.content.get(3) {
        Some(b'-') if is_last => add(rules::REPLY_SYNTAX, line.span(3..4), "SP or CRLF"),
        Some(b' ') | None if !is_last => add(rules::REPLY_LINES_DIFFER, line.span_from(3), "-"),
        Some(b'-' | b' ') => {}
        None => return 3,
        Some(_) => {
            add(rules::REPLY_SYNTAX, line.span(3..4), "SP, hyphen or CRLF");
            return 3;
        }
    }
    4.min(line.content.len())
}

/// `textstring = 1*(%d09 / %d32-126)`; UTF-8 where SMTPUTF8 is used (RFC 6531 §3.7.4.1).
fn textstring(line: &Line<'_>, text_at: usize, add: &mut impl FnMut(Rule, Range<usize>, &str)) {
    let text = line.content.get(text_at..).unwrap_or_default();
    let control = text
        .iter()
        .position(|&octet| octet.is_ascii_control() && octet != b'\t' && octet != b'\r');
    let malformed = std::str::from_utf8(text)
        .err()
        .map(|error| error.valid_up_to());
    let first = [control, malformed].into_iter().flatten().min();
    if let Some(at) = first {
        let at = text_at + at;
        add(
            rules::TEXT_OCTETS,
            line.span(at..at + 1),
            "printable ASCII or tab",
        );
    }
}

/// `status-code = ("2" / "4" / "5") "." 1*3digit "." 1*3digit`, and a space behind it (RFC 2034 §4)
pub(super) fn enhanced_status_code(text: &[u8]) -> Option<String> {
    let word = text.split(|octet| matches!(octet, b' ' | b'\t')).next()?;
    let word = std::str::from_utf8(word).ok()?;
    let mut parts = word.split('.');
    let class = parts.next()?;
    let is_number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_digit())
    };
    let is_code = matches!(class, "2" | "4" | "5")
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(is_number)
        && parts.next().is_none();
    is_code.then(|| word.to_owned())
}

/// A 2xx reply has class 2, 4xx class 4, 5xx class 5 (RFC 2034 §4).
fn class(
    enhanced: &str,
    code: u16,
    span: Range<usize>,
    add: &mut impl FnMut(Rule, Range<usize>, &str),
) {
    let severity = (code / 100).to_string();
    if matches!(code / 100, 2 | 4 | 5) && !enhanced.starts_with(&severity) {
        let expected = format!("{severity}.x.x");
        add(rules::ENHANCED_CODE_CLASS, span, &expected);
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// Each wrong octet group as `rule-id@start..end`.
    fn wrong(octets: &[u8]) -> Vec<String> {
        let violation = |v: &Violation| format!("{}@{}..{}", v.rule.id(), v.span.start, v.span.end);
        parse(octets).1.iter().map(violation).collect()
    }

    #[test]
    fn a_line_with_a_hyphen_is_not_the_last() {
        for (line, is_last) in [
            ("250 ok\r\n", true),
            ("250-ok\r\n", false),
            ("250\r\n", true),
            ("\r\n", true),
            ("25-\r\n", true),
            ("abc-\r\n", true),
        ] {
            assert_eq!(is_last_line(line.as_bytes()), is_last, "{line}");
        }
    }

    #[test]
    fn replies_are_read() {
        let (reply, violations) = parse(b"550-5.1.1 no such user\r\n550 5.1.1 here\r\n");
        assert_eq!(violations, []);
        assert_eq!(
            reply,
            Reply {
                code: Some(550),
                enhanced: Some("5.1.1".to_owned()),
                lines: vec![b"5.1.1 no such user".to_vec(), b"5.1.1 here".to_vec()],
            }
        );
        assert_eq!(parse(b"250\r\n").0.code, Some(250));
        assert_eq!(parse(b"220 4.4.4.4 ready\r\n").0.enhanced, None);
        assert_eq!(parse(b"250 2.1.5\r\n").0.enhanced.as_deref(), Some("2.1.5"));
    }

    #[test]
    fn correct_replies_are_not_accused() {
        for reply in [
            "220 mail.example.org ESMTP ready\r\n",
            "250-mail.example.org\r\n250-8BITMIME\r\n250 SIZE 1000\r\n",
            "250 \r\n",
            "250\r\n",
            "250-\r\n250 ok\r\n",
            "354 go ahead\r\n",
            "334 \r\n",
            "250-234 starts with digits\r\n250 ok\r\n",
            "250 caf\u{e9}\r\n",
            "250\tok\r\n".replace('\t', " \t").as_str(),
            "354 2.0.0 odd, but no class is prescribed\r\n",
        ] {
            assert_eq!(wrong(reply.as_bytes()), [""; 0], "{reply}");
        }
    }

    #[test]
    fn wrong_octets_are_named() {
        let cases: &[(&[u8], &[&str])] = &[
            (b"25O ok\r\n", &["smtp-reply-code@0..3"]),
            (b"2500 ok\r\n", &["smtp-reply-code@0..4"]),
            (b"199 ok\r\n", &["smtp-reply-code@0..3"]),
            (b"260 ok\r\n", &["smtp-reply-code@0..3"]),
            (b"250ok\r\n", &["smtp-reply-syntax@3..4"]),
            (b"250_ok\r\n", &["smtp-reply-syntax@3..4"]),
            (b"250-ok\r\n", &["smtp-reply-syntax@3..4"]),
            (b"250-a\r\n251 b\r\n", &["smtp-reply-lines-differ@9..10"]),
            (b"250 a\r\n250 b\r\n", &["smtp-reply-lines-differ@3..5"]),
            (b"250 ok\n", &["smtp-line-end@6..7"]),
            (b"250 o\rk\r\n", &["smtp-line-end@5..6"]),
            (b"250 caf\xe9\r\n", &["smtp-text-octets@7..8"]),
            (b"250 o\0k\r\n", &["smtp-text-octets@5..6"]),
            (b"550 2.1.1 no\r\n", &["smtp-enhanced-code-class@4..9"]),
            (b"", &[]),
        ];
        for (octets, expected) in cases {
            assert_eq!(
                &wrong(octets),
                expected,
                "{:?}",
                String::from_utf8_lossy(octets)
            );
        }
        let long = format!("250 {}\r\n", "x".repeat(507));
        assert_eq!(wrong(long.as_bytes()), ["smtp-line-length@511..513"]);
        let exact = format!("250 {}\r\n", "x".repeat(506));
        assert_eq!(wrong(exact.as_bytes()), [""; 0]);
    }
}
