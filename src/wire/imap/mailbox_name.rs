//! Mailbox names.

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

impl Parser<'_> {
    /// `mailbox = "INBOX" / astring` (RFC 9051 §9)
    pub(super) fn mailbox(&mut self) -> Parsed<Vec<u8>> {
        let start = self.cursor.at();
        let name = self.astring()?;
        let span = start..self.cursor.at();
        let is_right = name.is_ascii() && is_modified_utf7(&name);
        if !self.context.allows_utf8() && !is_right && !self.has_reported(&span) {
            self.report(rules::MAILBOX_NAME, span, "modified UTF-7");
        }
        Ok(name)
    }
}

/// True for modified UTF-7: each `&` begins `&-` or a shift to modified BASE64 that holds whole
/// UTF-16 units of characters that cannot stand for themselves (RFC 3501 §5.1.3).
pub(super) fn is_modified_utf7(name: &[u8]) -> bool {
    let mut rest = name;
    while let Some(at) = rest.iter().position(|&octet| octet == b'&') {
        let shifted = rest.get(at + 1..).unwrap_or_default();
        let Some(length) = shifted.iter().position(|&octet| octet == b'-') else {
            return false;
        };
        let (encoded, behind) = shifted.split_at(length);
        if !encoded.is_empty() && !is_shifted(encoded) {
            return false;
        }
        rest = behind.get(1..).unwrap_or_default();
        // "&…-&…-" is superfluous shifting; "&--" and "&-&-" are not
        if !encoded.is_empty() && rest.first() == Some(&b'&') && rest.get(1) != Some(&b'-') {
            return false;
        }
    }
    true
}

fn is_shifted(encoded: &[u8]) -> bool {
    let mut units = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for &octet in encoded {
        let value = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return false,
        };
        bits = (bits << 6 | u32::from(value)) & 0x3f_ffff;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held & 0xffff).unwrap_or_default());
        }
    }
    let padding_is_zero = held < 6 && bits & ((1 << held) - 1) == 0;
    padding_is_zero
        && char::decode_utf16(units)
            .all(|unit| unit.is_ok_and(|character| !matches!(character, ' '..='~')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modified_utf7_has_one_form_for_each_name() {
        for valid in [
            "",
            "INBOX",
            "a&-b",
            "&-&-",
            "Entw&APw-rfe",
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
            "&2D3eAA-",
        ] {
            assert!(is_modified_utf7(valid.as_bytes()), "{valid}");
        }
        for invalid in [
            "a&b",
            "&",
            "&Jjo!",
            "&AGE-",
            "&APw",
            "&APx-",
            "&A-",
            "&U,BTFw-&ZeVnLIqe-",
            "&2D0-",
        ] {
            assert!(!is_modified_utf7(invalid.as_bytes()), "{invalid}");
        }
    }
}
