//! Response codes, where a server has said that it sends them.

use std::ops::Range;

use crate::finding::Violation;
use crate::finding::rule::pop3_wire as rules;

/// `resp-code = "[" resp-level *("/" resp-level) "]"`, `resp-level = 1*rchar` (RFC 2449 §3),
/// without the brackets.
pub(super) fn resp_code(text: &[u8]) -> Option<String> {
    let code = text.strip_prefix(b"[")?;
    let length = wrong_octet(text)
        .is_none()
        .then(|| code.iter().position(|&o| o == b']'))??;
    let code = code.get(..length)?;
    Some(String::from_utf8_lossy(code).into_owned())
}

/// Where text that begins with a bracket leaves the form of a response code.
fn wrong_octet(text: &[u8]) -> Option<usize> {
    let mut level_at = 1;
    for (at, &octet) in text.iter().enumerate().skip(1) {
        match octet {
            b'/' | b']' if at == level_at => return Some(at),
            b']' => return None,
            b'/' => level_at = at + 1,
            _ if octet.is_ascii_graphic() => {}
            _ => return Some(at),
        }
    }
    Some(text.len())
}

/// Judges the text of a response of a server that offers RESP-CODES: if it begins with a bracket,
/// it begins with a response code (RFC 2449 §6.4, §8).
pub fn code_violation(octets: &[u8]) -> Option<Violation> {
    let line = octets.split(|&octet| octet == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text_at = line.iter().position(|&octet| octet == b' ')? + 1;
    let text = line.get(text_at..)?;
    if !line.starts_with(b"+OK") && !line.starts_with(b"-ERR") || text.first() != Some(&b'[') {
        return None;
    }
    let at = text_at + wrong_octet(text)?;
    let span: Range<usize> = at..(at + 1).min(octets.len());
    Some(Violation {
        rule: rules::RESPONSE_CODE,
        span,
        expected: "resp-code".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_levels() {
        for right in [
            "-ERR [IN-USE] locked",
            "-ERR [LOGIN-DELAY] wait",
            "-ERR [SYS/TEMP] later",
            "-ERR [SYS/PERM] never",
            "-ERR [AUTH] wrong",
            "-ERR [UTF8]",
            "+OK [X/Y/Z] fine",
            "+OK no code",
            "+OK",
        ] {
            assert_eq!(
                code_violation(format!("{right}\r\n").as_bytes()),
                None,
                "{right}"
            );
        }
        for (wrong, at) in [
            ("-ERR [] x", 6),
            ("-ERR [SYS/] x", 10),
            ("-ERR [/TEMP] x", 6),
            ("-ERR [SYS//TEMP] x", 10),
            ("-ERR [IN USE] x", 8),
            ("-ERR [IN-USE", 12),
            ("+OK [", 5),
            ("+OK [a\tb] x", 6),
        ] {
            let found = code_violation(format!("{wrong}\r\n").as_bytes());
            assert_eq!(found.map(|found| found.span.start), Some(at), "{wrong}");
        }
        assert_eq!(resp_code(b"[SYS/TEMP] x").as_deref(), Some("SYS/TEMP"));
        assert_eq!(resp_code(b"[SYS/] x"), None);
    }
}
