//! Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 under IMAP4rev2.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use super::{ParseError, ParseResult, Parser, is_astring_octet};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

impl Parser<'_> {
    /// `mailbox`, as the UTF-8 name.
    pub(in crate::server::imap) fn mailbox(&mut self) -> ParseResult<String> {
        let octets = self.astring()?;
        let bad = ParseError::Refused("CANNOT", "not a mailbox name");
        let name = String::from_utf8(octets).map_err(|_| bad)?;
        let name = if self.utf8() {
            name
        } else {
            decode_utf7(&name).ok_or(bad)?
        };
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(bad);
        }
        Ok(name)
    }

    /// `list-mailbox`: a name or pattern as it stands on the wire.
    pub(in crate::server::imap) fn list_mailbox(&mut self) -> ParseResult<String> {
        let octets = match self.peek() {
            Some(b'"' | b'{') => self.string()?,
            _ => match self.run(|o| is_astring_octet(o) || o == b'%' || o == b'*') {
                [] => return Err(ParseError::Syntax("expected a mailbox pattern")),
                pattern => pattern.to_vec(),
            },
        };
        String::from_utf8(octets).map_err(|_| ParseError::Syntax("expected UTF-8"))
    }
}

/// The name that a modified UTF-7 string stands for; nothing if it is malformed or not the one
/// canonical spelling.
pub(in crate::server::imap) fn decode_utf7(wire: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = wire;
    while let Some(shift) = rest.find('&') {
        name.push_str(&rest[..shift]);
        let (encoded, after) = rest[shift + 1..].split_once('-')?;
        if encoded.is_empty() {
            name.push('&');
        } else {
            let octets = BASE64.decode(encoded).ok()?;
            if octets.len() % 2 != 0 {
                return None;
            }
            let units = octets
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            for decoded in char::decode_utf16(units) {
                name.push(decoded.ok()?);
            }
        }
        rest = after;
    }
    name.push_str(rest);
    (encode_utf7(&name) == wire).then_some(name)
}

/// A name in modified UTF-7.
pub(in crate::server::imap) fn encode_utf7(name: &str) -> String {
    let mut wire = String::new();
    let mut shifted = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush_shifted(&mut wire, &mut shifted);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shifted.extend(unit.to_be_bytes());
            }
        }
    }
    flush_shifted(&mut wire, &mut shifted);
    wire
}

fn flush_shifted(wire: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        wire.push('&');
        BASE64.encode_string(&shifted, wire);
        wire.push('-');
        shifted.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modified_utf7_goes_both_ways() {
        for (name, wire) in [
            ("plain", "plain"),
            ("R&D", "R&-D"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(encode_utf7(name), wire);
            assert_eq!(decode_utf7(wire).as_deref(), Some(name), "{wire}");
        }
        for bad in [
            "R&D",
            "&",
            "&AGE-",
            "&U,BTFw-&ZeVnLIqe-",
            "&2D0-",
            "&A-",
            "ü",
        ] {
            assert_eq!(decode_utf7(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_with_controls_are_refused() {
        for bad in ["\"\"", "{3}\r\na\nb", "{4}\r\na\r\nb", "\"a\u{7f}\""] {
            let got = Parser::new(bad.as_bytes(), false).mailbox();
            assert!(matches!(got, Err(ParseError::Refused(..))), "{bad:?}");
        }
        let mut utf8 = Parser::new("\"Entwürfe\"".as_bytes(), true);
        assert_eq!(utf8.mailbox().as_deref(), Ok("Entwürfe"));
    }
}
