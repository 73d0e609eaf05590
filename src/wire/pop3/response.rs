//! The first line of a response, and the frame of what follows it.

use std::ops::Range;

use super::code::resp_code;
use super::listing;
use super::timestamp;
use super::{Indicator, Response, Shape};
use crate::finding::rule::pop3_wire as rules;
use crate::finding::{Rule, Violation};
use crate::wire::line::{self, Line};

/// Longest first line, and longest capability, CRLF included (RFC 1939 §3, RFC 2449 §5).
const LINE_MAX: usize = 512;

/// True if a response of this shape that begins with `+OK` goes on with lines.
pub fn is_multi_line(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::List | Shape::Uidl | Shape::Message | Shape::Capa | Shape::Languages | Shape::Lines
    )
}

/// True if the octets, cut behind a line end, are a whole multi-line response: they end with
/// CRLF, a full stop and CRLF (RFC 1939 §3).
///
/// A bare LF in front of the full stop does not count: it may stand in a message.
pub fn is_complete(octets: &[u8]) -> bool {
    octets.ends_with(b"\r\n.\r\n")
}

/// Reads one complete response: its first line, and with `+OK` of a multi-line shape the lines up
/// to and with the termination line.
pub fn parse(octets: &[u8], shape: Shape) -> (Response, Vec<Violation>) {
    let mut found = Findings::default();
    let mut lines = line::lines(octets);
    let first = lines.next().unwrap_or(Line {
        start: 0,
        content: &[],
        end_length: 0,
    });
    found.line_end(&first);
    let (indicator, text_at) = status(&first, shape, &mut found);
    let text = first.content.get(text_at..).unwrap_or_default();
    if indicator != Some(Indicator::Continue) && first.length() > LINE_MAX {
        let excess = LINE_MAX.min(first.content.len())..first.length();
        found.add(rules::LINE_LENGTH, first.span(excess), "at most 512 octets");
    }
    if indicator != Some(Indicator::Continue) {
        text_octets(&first, text_at, &mut found);
    }
    match shape {
        Shape::Greeting => timestamp::greeting(&first, &mut found),
        Shape::CramMd5 if indicator == Some(Indicator::Continue) => {
            timestamp::challenge(&first, &mut found);
        }
        _ => {}
    }
    if indicator == Some(Indicator::Ok) {
        listing::single(shape, &first, text_at, &mut found);
    }
    let goes_on = indicator == Some(Indicator::Ok) && is_multi_line(shape);
    let content = goes_on.then(|| multi_line(lines.by_ref(), shape, octets.len(), &mut found));
    if let Some(more) = lines.next() {
        found.add(rules::TERMINATION, more.start..octets.len(), "nothing");
    }
    let response = Response {
        indicator,
        code: resp_code(text),
        text: text.to_vec(),
        lines: content,
    };
    (response, found.0)
}

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Findings(Vec<Violation>);

impl Findings {
    /// Adds a violation.
    pub(super) fn add(&mut self, rule: Rule, span: Range<usize>, expected: &str) {
        self.0.push(Violation {
            rule,
            span,
            expected: expected.to_owned(),
        });
    }

    fn line_end(&mut self, line: &Line<'_>) {
        if let Some(span) = line.wrong_end() {
            self.add(rules::LINE_END, span, "CRLF at the end of the line only");
        }
    }
}

/// `status = "+OK" / "-ERR"`, or `"+" SP` of a challenge (RFC 2449 §3, RFC 5034 §5).
///
/// Gives the indicator and where the text begins.
fn status(line: &Line<'_>, shape: Shape, found: &mut Findings) -> (Option<Indicator>, usize) {
    let starts = |word: &[u8]| {
        line.content
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let (indicator, length) = if starts(b"+OK") {
        (Indicator::Ok, 3)
    } else if starts(b"-ERR") {
        (Indicator::Err, 4)
    } else if matches!(shape, Shape::Auth | Shape::CramMd5) && starts(b"+") {
        return (Some(Indicator::Continue), challenge(line, found));
    } else {
        let word = line.content.iter().take_while(|&&o| o != b' ').count();
        found.add(rules::REPLY_SYNTAX, line.span(0..word), "+OK or -ERR");
        return (None, 0);
    };
    let word = line.content.get(..length).unwrap_or_default();
    if let Some(small) = word.iter().position(u8::is_ascii_lowercase) {
        let capitals = String::from_utf8_lossy(word).to_ascii_uppercase();
        let span = line.span(small..length);
        found.add(rules::STATUS_INDICATOR_CASE, span, &capitals);
    }
    match line.content.get(length) {
        None => (Some(indicator), length),
        Some(b' ') => (Some(indicator), length + 1),
        // the greeting's formal syntax has no space here
        Some(_) if shape == Shape::Greeting => (Some(indicator), length),
        Some(_) => {
            let span = line.span(length..length + 1);
            found.add(rules::REPLY_SYNTAX, span, "SP or CRLF");
            (Some(indicator), length)
        }
    }
}

/// `continue-req = "+" SP [base64] CRLF` (RFC 5034 §5)
fn challenge(line: &Line<'_>, found: &mut Findings) -> usize {
    if line.content.get(1) != Some(&b' ') {
        found.add(rules::CHALLENGE_SYNTAX, line.span_from(1), "SP");
        return 1;
    }
    if let Some(at) = line::not_base64(line.content.get(2..).unwrap_or_default()) {
        found.add(rules::CHALLENGE_SYNTAX, line.span_from(2 + at), "base64");
    }
    2
}

/// Reports what no text holds: NUL, and octets that are neither US-ASCII nor, as in a language of
/// LANG, UTF-8 (RFC 2449 §3, RFC 6856 §3.2).
fn text_octets(line: &Line<'_>, text_at: usize, found: &mut Findings) {
    let text = line.content.get(text_at..).unwrap_or_default();
    let nul = text.iter().position(|&octet| octet == 0);
    let malformed = std::str::from_utf8(text)
        .err()
        .map(|error| error.valid_up_to());
    if let Some(at) = [nul, malformed].into_iter().flatten().min() {
        let at = text_at + at;
        found.add(
            rules::TEXT_OCTETS,
            line.span(at..at + 1),
            "US-ASCII, or UTF-8 after LANG",
        );
    }
}

/// Judges the first line of a response where no language was chosen: its text is US-ASCII
/// (RFC 2449 §3). What is not even UTF-8 is judged by [`parse`].
pub fn ascii_violation(octets: &[u8]) -> Option<Violation> {
    let line = octets.split(|&octet| octet == b'\n').next()?;
    let text = std::str::from_utf8(line).ok()?;
    let (at, character) = text.char_indices().find(|(_, c)| !c.is_ascii())?;
    Some(Violation {
        rule: rules::TEXT_OCTETS,
        span: at..at + character.len_utf8(),
        expected: "US-ASCII, as no language was chosen with LANG".to_owned(),
    })
}

/// `*dot-stuffed "." CRLF` (RFC 2449 §3): the lines, byte-stuffing undone.
fn multi_line<'a>(
    lines: &mut impl Iterator<Item = Line<'a>>,
    shape: Shape,
    end: usize,
    found: &mut Findings,
) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    let mut wrong_end_told = false;
    let mut previous_ended = true;
    for line in lines {
        if line.content == b"." && line.end_length == 2 && previous_ended {
            return contents;
        }
        previous_ended = line.end_length == 2;
        if !wrong_end_told {
            // a message of thousands of such lines is one fault
            found.line_end(&line);
            wrong_end_told = line.wrong_end().is_some();
        }
        let content = match line.content {
            [b'.', stuffed @ ..] if stuffed.first() == Some(&b'.') => stuffed,
            [b'.', rest @ ..] => {
                let expected = "a second full stop, or CRLF";
                found.add(rules::BYTE_STUFFING, line.span(0..1), expected);
                rest
            }
            content => content,
        };
        listing::line(shape, &line, found);
        if shape == Shape::Capa && line.length() > LINE_MAX {
            let excess = LINE_MAX.min(line.content.len())..line.length();
            found.add(rules::CAPA_SYNTAX, line.span(excess), "at most 512 octets");
        }
        contents.push(content.to_vec());
    }
    found.add(rules::TERMINATION, end..end, "a full stop and CRLF");
    contents
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// Each wrong octet group as `rule-id@start..end`.
    fn wrong(octets: &[u8], shape: Shape) -> Vec<String> {
        let violation = |v: &Violation| format!("{}@{}..{}", v.rule.id(), v.span.start, v.span.end);
        parse(octets, shape).1.iter().map(violation).collect()
    }

    #[test]
    fn a_multi_line_response_is_read() {
        let octets = b"+OK 2 octets\r\nSubject: x\r\n\r\n..\r\n..stuffed\r\n.\r\n";
        let (response, violations) = parse(octets, Shape::Message);
        assert_eq!(violations, []);
        assert_eq!(response.indicator, Some(Indicator::Ok));
        assert_eq!(response.text, b"2 octets");
        assert_eq!(
            response.content().as_deref(),
            Some(&b"Subject: x\r\n\r\n.\r\n.stuffed\r\n"[..])
        );
        assert!(is_complete(octets));
    }

    #[test]
    fn a_failure_has_one_line_and_perhaps_a_code() {
        let (response, violations) = parse(b"-ERR [SYS/TEMP] later\r\n", Shape::List);
        assert_eq!(violations, []);
        assert_eq!(
            response,
            Response {
                indicator: Some(Indicator::Err),
                code: Some("SYS/TEMP".to_owned()),
                text: b"[SYS/TEMP] later".to_vec(),
                lines: None,
            }
        );
        for no_code in ["[", "[]", "[a b] x", "[a//b]", "x [a]"] {
            let line = format!("-ERR {no_code}\r\n");
            assert_eq!(parse(line.as_bytes(), Shape::Plain).0.code, None, "{line}");
        }
    }

    #[test]
    fn correct_responses_are_not_accused() {
        use Shape::*;
        let uidl = format!("+OK\r\n1 {}\r\n.\r\n", "~".repeat(70));
        let cases: &[(&str, Shape)] = &[
            ("+OK ready <1.2@example.org>\r\n", Greeting),
            ("+OK\r\n", Plain),
            ("+OK \r\n", Plain),
            ("-ERR\r\n", Plain),
            ("+OK 0 0\r\n", Stat),
            ("-ERR no\r\n", Stat),
            ("+OK 2 120\r\n", ListOne),
            ("+OK none\r\n.\r\n", List),
            ("+OK\r\n1 120\r\n2 0\r\n.\r\n", List),
            (&uidl, Uidl),
            ("+OK 1 !\r\n", UidlOne),
            ("+OK\r\n\r\n.\r\n", Message),
            (
                "+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\nEXPIRE 14 USER\r\n.\r\n",
                Capa,
            ),
            ("+OK\r\nPLAIN\r\n.\r\n", Lines),
            ("+ \r\n", Auth),
            ("+ QUJD\r\n", Auth),
            ("+OK in\r\n", Auth),
        ];
        for (octets, shape) in cases {
            assert_eq!(wrong(octets.as_bytes(), *shape), [""; 0], "{octets}");
        }
    }

    #[test]
    fn wrong_octets_are_named() {
        use Shape::*;
        let cases: &[(&str, Shape, &[&str])] = &[
            ("OK hi\r\n", Greeting, &["pop3-reply-syntax@0..2"]),
            ("+OKay\r\n", Plain, &["pop3-reply-syntax@3..4"]),
            ("+ QUJD\r\n", Plain, &["pop3-reply-syntax@0..1"]),
            ("+ok hi\r\n", Plain, &["pop3-status-indicator-case@1..3"]),
            ("-Err no\r\n", Plain, &["pop3-status-indicator-case@2..4"]),
            ("+OK hi\n", Plain, &["pop3-line-end@6..7"]),
            ("+OK h\ri\r\n", Plain, &["pop3-line-end@5..6"]),
            ("+OK 2\r\n", Stat, &["pop3-listing-syntax@5..7"]),
            ("+OK 2  320\r\n", Stat, &["pop3-listing-syntax@6..10"]),
            ("+OK 2 320 octets\r\n", Stat, &["pop3-listing-extra@9..16"]),
            ("+OK 0 120\r\n", ListOne, &["pop3-listing-syntax@4..9"]),
            (
                "+OK\r\n1\t120\r\n.\r\n",
                List,
                &["pop3-listing-syntax@6..10"],
            ),
            (
                "+OK\r\n1 a b\r\n.\r\n",
                Uidl,
                &["pop3-unique-id-syntax@8..10"],
            ),
            ("+OK\r\n1 \r\n.\r\n", Uidl, &["pop3-unique-id-syntax@7..9"]),
            (
                "+OK\r\nSASL  X\r\n.\r\n",
                Capa,
                &["pop3-capa-syntax@10..12"],
            ),
            ("+OK\r\nSASL \r\n.\r\n", Capa, &["pop3-capa-syntax@10..12"]),
            ("+OK\r\nA.B\r\n.\r\n", Capa, &["pop3-capa-syntax@6..8"]),
            ("+\r\n", Auth, &["pop3-challenge-syntax@1..3"]),
            ("+ who?\r\n", Auth, &["pop3-challenge-syntax@5..6"]),
            ("+OK\r\n.x\r\n.\r\n", Message, &["pop3-byte-stuffing@5..6"]),
            ("+OK\r\na\nb\nc\r\n.\r\n", Message, &["pop3-line-end@6..7"]),
            ("+OK\r\na\r\n", Message, &["pop3-termination@8..8"]),
            ("+OK\r\n.\r\nx\r\n", Message, &["pop3-termination@8..11"]),
            ("-ERR\r\n1 2\r\n.\r\n", List, &["pop3-termination@6..14"]),
        ];
        for (octets, shape, expected) in cases {
            assert_eq!(&wrong(octets.as_bytes(), *shape), expected, "{octets:?}");
        }
        let long = format!("+OK {}\r\n", "x".repeat(507));
        assert_eq!(wrong(long.as_bytes(), Plain), ["pop3-line-length@511..513"]);
        let long = format!("+OK\r\n1 {}\r\n.\r\n", "x".repeat(71));
        assert_eq!(
            wrong(long.as_bytes(), Uidl),
            ["pop3-unique-id-syntax@77..78"]
        );
    }

    #[test]
    fn a_full_stop_behind_a_bare_line_feed_ends_nothing() {
        let octets = b"+OK\r\na\n.\r\nb\r\n.\r\n";
        assert!(!is_complete(b"+OK\r\na\n.\r\n"));
        let (response, _) = parse(octets, Shape::Message);
        assert_eq!(response.lines.map(|lines| lines.len()), Some(3));
    }
}
