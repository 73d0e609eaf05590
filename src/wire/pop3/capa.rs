//! Capability lines: tags and what may stand behind those that are known.

use super::response::Findings;
use crate::finding::rule::pop3_wire as rules;
use crate::wire::cursor::Cursor;
use crate::wire::line::Line;

/// What a known capability has for arguments.
#[derive(Clone, Copy)]
enum Arguments {
    /// None.
    None,
    /// SASL mechanisms, as many as there are.
    Mechanisms,
    /// A number, then `USER` or nothing.
    Delay,
    /// A number or `NEVER`, then `USER` or nothing.
    Days,
    /// `USER` or nothing.
    User,
}

/// The capabilities of RFC 2449 §6, RFC 2595 §4, RFC 3206 §4, RFC 5034 §3 and RFC 6856 §2, §3.
/// IMPLEMENTATION has any arguments.
const KNOWN: &[(&[u8], Arguments)] = &[
    (b"AUTH-RESP-CODE", Arguments::None),
    (b"EXPIRE", Arguments::Days),
    (b"LANG", Arguments::None),
    (b"LOGIN-DELAY", Arguments::Delay),
    (b"PIPELINING", Arguments::None),
    (b"RESP-CODES", Arguments::None),
    (b"SASL", Arguments::Mechanisms),
    (b"STLS", Arguments::None),
    (b"TOP", Arguments::None),
    (b"UIDL", Arguments::None),
    (b"USER", Arguments::None),
    (b"UTF8", Arguments::User),
];

/// `capability = capa-tag *(SP param) CRLF` (RFC 2449 §3)
///
/// `capa-tag = 1*(%x21-2D / %x2F-7F)`, `param = 1*VCHAR`
pub(super) fn capability(line: &Line<'_>, found: &mut Findings) {
    let mut cursor = Cursor::new(line.content);
    let tag = cursor.take_while(|octet| octet.is_ascii_graphic() && octet != b'.');
    if tag.is_empty() {
        return found.add(rules::CAPA_SYNTAX, line.span_from(0), "capa-tag");
    }
    let mut params = Vec::new();
    while cursor.peek().is_some() {
        if !cursor.eat(b' ') {
            let span = line.span_from(cursor.at());
            return found.add(rules::CAPA_SYNTAX, span, "SP or CRLF");
        }
        let at = cursor.at();
        let param = cursor.take_while(|octet| octet.is_ascii_graphic());
        if param.is_empty() {
            return found.add(rules::CAPA_SYNTAX, line.span_from(at), "param");
        }
        params.push((at, param));
    }
    let known = KNOWN
        .iter()
        .find(|(name, _)| tag.eq_ignore_ascii_case(name));
    if let Some((_, arguments)) = known
        && let Some((index, expected)) = wrong_argument(*arguments, &params)
    {
        let span = match params.get(index) {
            // the space in front of it is the first octet too many
            Some((at, param)) if expected == "CRLF" => line.span(at - 1..at + param.len()),
            Some((at, param)) => line.span(*at..at + param.len()),
            None => line.span_from(line.content.len()),
        };
        found.add(rules::CAPA_ARGUMENT, span, expected);
    }
}

/// The first argument that may not stand where it does, and what may.
fn wrong_argument(
    arguments: Arguments,
    params: &[(usize, &[u8])],
) -> Option<(usize, &'static str)> {
    let param = |index: usize| params.get(index).map(|(_, param)| *param);
    let is_number = |param: &[u8]| param.iter().all(u8::is_ascii_digit);
    let is_user = |param: &[u8]| param.eq_ignore_ascii_case(b"USER");
    let optional_user = |index: usize| match param(index) {
        Some(word) if !is_user(word) => Some((index, "USER or CRLF")),
        Some(_) if params.len() > index + 1 => Some((index + 1, "CRLF")),
        _ => None,
    };
    match arguments {
        Arguments::None => param(0).map(|_| (0, "CRLF")),
        Arguments::Mechanisms => params
            .iter()
            .position(|(_, param)| !is_sasl_mech(param))
            .map(|index| (index, "sasl-mech")),
        Arguments::User => optional_user(0),
        Arguments::Delay | Arguments::Days => {
            let is_days = matches!(arguments, Arguments::Days);
            match param(0) {
                Some(word) if is_number(word) => optional_user(1),
                Some(word) if is_days && word.eq_ignore_ascii_case(b"NEVER") => optional_user(1),
                _ if is_days => Some((0, "days or NEVER")),
                _ => Some((0, "seconds")),
            }
        }
    }
}

/// `sasl-mech = 1*20(UPPER-ALPHA / DIGIT / "-" / "_")` (RFC 5034 §5, RFC 4422 §3.1); letters of
/// either case, as POP3 tells them not apart.
fn is_sasl_mech(name: &[u8]) -> bool {
    (1..=20).contains(&name.len())
        && name
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use crate::wire::pop3::{Shape, parse};

    fn wrong(line: &str) -> Vec<String> {
        let octets = format!("+OK\r\n{line}\r\n.\r\n");
        let violations = parse(octets.as_bytes(), Shape::Capa).1;
        let told = violations.iter();
        told.map(|v| format!("{}@{}..{}", v.rule.id(), v.span.start - 5, v.span.end - 5))
            .collect()
    }

    #[test]
    fn known_capabilities_have_their_arguments() {
        for right in [
            "TOP",
            "USER",
            "UIDL",
            "STLS",
            "PIPELINING",
            "RESP-CODES",
            "AUTH-RESP-CODE",
            "SASL",
            "SASL PLAIN SCRAM-SHA-256 X_Y",
            "LOGIN-DELAY 900",
            "LOGIN-DELAY 60 USER",
            "EXPIRE 60",
            "EXPIRE NEVER",
            "EXPIRE 5 USER",
            "expire never user",
            "LANG",
            "UTF8",
            "UTF8 USER",
            "IMPLEMENTATION Shlemazle-Plotz-v302",
            "IMPLEMENTATION BlurdyBlurp POP3 server",
            "X-NEW a b c",
            "XSENDER",
        ] {
            assert_eq!(wrong(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn the_first_wrong_argument_is_named() {
        for (line, expected) in [
            ("TOP 3", "pop3-capa-argument@3..5"),
            ("UIDL yes", "pop3-capa-argument@4..8"),
            ("STLS x y", "pop3-capa-argument@4..6"),
            ("RESP-CODES AUTH", "pop3-capa-argument@10..15"),
            ("SASL PLAIN CRAM.MD5", "pop3-capa-argument@11..19"),
            ("SASL AAAAAAAAAAAAAAAAAAAAA", "pop3-capa-argument@5..26"),
            ("LOGIN-DELAY", "pop3-capa-argument@11..13"),
            ("LOGIN-DELAY 1m", "pop3-capa-argument@12..14"),
            ("LOGIN-DELAY 60 ALL", "pop3-capa-argument@15..18"),
            ("EXPIRE", "pop3-capa-argument@6..8"),
            ("EXPIRE -1", "pop3-capa-argument@7..9"),
            ("EXPIRE 3 USER x", "pop3-capa-argument@13..15"),
            ("UTF8 ALL", "pop3-capa-argument@5..8"),
            ("LANG en", "pop3-capa-argument@4..7"),
        ] {
            assert_eq!(wrong(line), [expected], "{line}");
        }
    }
}
