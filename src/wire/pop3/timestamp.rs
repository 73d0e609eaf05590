//! The timestamp of a greeting, which is a challenge to APOP, and that of CRAM-MD5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::response::Findings;
use crate::finding::rule::pop3_wire as rules;
use crate::wire::line::Line;

/// The timestamp in the text of a greeting, angle brackets included, whatever its form.
pub fn timestamp(greeting: &[u8]) -> Option<&[u8]> {
    let start = greeting.iter().position(|&octet| octet == b'<')?;
    let length = greeting[start..].iter().position(|&octet| octet == b'>')?;
    greeting.get(start..=start + length)
}

/// `greeting = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF` (RFC 2449 §3): a `<` begins a
/// timestamp.
pub(super) fn greeting(line: &Line<'_>, found: &mut Findings) {
    let Some(start) = line.content.iter().position(|&octet| octet == b'<') else {
        return;
    };
    let timestamp = timestamp(line.content);
    if !timestamp.is_some_and(is_message_id) {
        let end = start + timestamp.map_or(line.content.len() - start, <[u8]>::len);
        found.add(rules::TIMESTAMP_SYNTAX, line.span(start..end), "msg-id");
    }
}

/// The challenge behind `+ ` is the timestamp in base64 (RFC 2195 §2).
pub(super) fn challenge(line: &Line<'_>, found: &mut Findings) {
    let octets = STANDARD.decode(line.content.get(2..).unwrap_or_default());
    // What is no base64 breaks another rule.
    if octets.is_ok_and(|octets| !is_message_id(&octets)) {
        found.add(rules::CRAM_CHALLENGE, line.span_from(2), "msg-id in base64");
    }
}

/// `msg-id = "<" addr-spec ">"` (RFC 822 §4.6), read leniently: something, an at sign, something.
fn is_message_id(octets: &[u8]) -> bool {
    let inner = octets
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"))
        .unwrap_or_default();
    let at = inner.iter().rposition(|&octet| octet == b'@');
    inner.iter().all(u8::is_ascii_graphic) && at.is_some_and(|at| at > 0 && at + 1 < inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pop3::{Shape, parse};

    fn broken(line: &str, shape: Shape) -> Vec<&'static str> {
        let octets = format!("{line}\r\n").into_bytes();
        let violations = parse(&octets, shape).1;
        violations.iter().map(|found| found.rule.id()).collect()
    }

    #[test]
    fn a_greeting_may_have_a_message_id() {
        for right in ["+OK", "+OK ready", "+OK <1896.697@dbc.mtview.ca.us> ready"] {
            assert_eq!(broken(right, Shape::Greeting), [""; 0], "{right}");
        }
        for wrong in ["+OK <1896.697>", "+OK <1896@>", "+OK <a b@c>", "+OK a < b"] {
            let rules = broken(wrong, Shape::Greeting);
            assert_eq!(rules, ["pop3-timestamp-syntax"], "{wrong}");
        }
        assert_eq!(broken("+OK <1896.697>", Shape::Plain), [""; 0]);
        let greeting = b"+OK POP3 <1@a> ready";
        assert_eq!(timestamp(greeting), Some(&b"<1@a>"[..]));
    }

    #[test]
    fn the_challenge_of_cram_md5_is_a_message_id() {
        let encoded = STANDARD.encode("<1896.697@a>");
        assert_eq!(broken(&format!("+ {encoded}"), Shape::CramMd5), [""; 0]);
        assert_eq!(
            broken("+ MTIzNA==", Shape::CramMd5),
            ["pop3-cram-challenge"]
        );
        assert_eq!(broken("+ MTIzNA==", Shape::Auth), [""; 0]);
        assert_eq!(broken("-ERR no", Shape::CramMd5), [""; 0]);
    }
}
