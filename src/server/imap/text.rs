//! Message texts for SEARCH: decoded, and in one case.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::mime::{self, Inside, Part};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Text as SEARCH compares it.
pub(super) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A header field's value with its encoded words (RFC 2047) decoded, folded.
pub(super) fn header_text(value: &[u8]) -> String {
    let value = mime::unfold(value);
    let value = decode_charset(&value, b"utf-8");
    let mut text = String::new();
    let mut rest = value.as_str();
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        match encoded_word(word) {
            Some((decoded, len)) => {
                if !after_word || !before.trim().is_empty() {
                    text.push_str(before);
                }
                text.push_str(&decoded);
                rest = &word[len..];
                after_word = true;
            }
            None => {
                text.push_str(before);
                text.push_str("=?");
                rest = &word[2..];
                after_word = false;
            }
        }
    }
    text.push_str(rest);
    fold(&text)
}

/// `=?charset?encoding?text?=`, decoded, and its length.
fn encoded_word(word: &str) -> Option<(String, usize)> {
    let mut fields = word.strip_prefix("=?")?.splitn(4, '?');
    let (charset, encoding, text) = (fields.next()?, fields.next()?, fields.next()?);
    fields.next()?.strip_prefix('=')?;
    let octets = match encoding {
        "b" | "B" => LENIENT.decode(text).ok()?,
        "q" | "Q" => quoted_printable(text.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let len = 2 + charset.len() + 1 + encoding.len() + 1 + text.len() + 2;
    Some((decode_charset(&octets, charset.as_bytes()), len))
}

/// The text of all text parts and of the headers of embedded messages, decoded and folded.
pub(super) fn body_text(content: &[u8], part: &Part) -> String {
    let mut text = String::new();
    collect(content, part, &mut text);
    text
}

fn collect(content: &[u8], part: &Part, text: &mut String) {
    match &part.inside {
        Inside::Parts(parts) => parts.iter().for_each(|part| collect(content, part, text)),
        Inside::Message(message) => {
            text.push_str(&header_texts(&content[message.header.clone()]));
            collect(content, message, text);
        }
        Inside::Leaf if part.media.0 == "TEXT" => {
            let octets = decoded(content, part).unwrap_or_default();
            let charset = mime::parameter(&part.parameters, "charset").unwrap_or(b"us-ascii");
            text.push_str(&fold(&decode_charset(&octets, charset)));
            text.push('\n');
        }
        Inside::Leaf => {}
    }
}

/// All fields of a header, decoded and folded, one in a line.
pub(super) fn header_texts(header: &[u8]) -> String {
    let mut text = String::new();
    for field in mime::fields(header) {
        text.push_str(&fold(&String::from_utf8_lossy(field.name)));
        text.push_str(": ");
        text.push_str(&header_text(field.value));
        text.push('\n');
    }
    text
}

/// A part's body without its content transfer encoding; nothing if that is not known.
pub(super) fn decoded(content: &[u8], part: &Part) -> Option<Vec<u8>> {
    let body = &content[part.body.clone()];
    let header = &content[part.header.clone()];
    let encoding = mime::field(header, "Content-Transfer-Encoding").unwrap_or_default();
    match mime::parameterized(&encoding)
        .value
        .to_ascii_lowercase()
        .as_str()
    {
        "" | "7bit" | "8bit" | "binary" => Some(body.to_vec()),
        "base64" => {
            let digits: Vec<u8> = body
                .iter()
                .copied()
                .filter(|o| o.is_ascii_alphanumeric() || b"+/".contains(o))
                .collect();
            LENIENT.decode(digits).ok()
        }
        "quoted-printable" => Some(quoted_printable(body)),
        _ => None,
    }
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            octets.push(*first);
            continue;
        }
        if let Some(after) = after.strip_prefix(b"\r\n").or(after.strip_prefix(b"\n")) {
            rest = after;
        } else if let Some(octet) = after.get(..2).and_then(hexadecimal) {
            octets.push(octet);
            rest = &after[2..];
        } else {
            octets.push(b'=');
        }
    }
    octets
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

/// Text of a charset; what is not UTF-8 and not said to be anything else counts as Latin-1.
fn decode_charset(octets: &[u8], charset: &[u8]) -> String {
    let latin1 = charset.to_ascii_lowercase().starts_with(b"iso-8859-");
    match std::str::from_utf8(octets) {
        Ok(text) if !latin1 => text.to_owned(),
        _ => octets.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words() {
        for (value, text) in [
            ("Plain", "plain"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_A?=", "grüße a"),
            ("=?iso-8859-1?q?Gr=FC?= =?utf-8?B?w58=?= x", "grüß x"),
            ("=?x?y?z?= =?", "=?x?y?z?= =?"),
        ] {
            assert_eq!(header_text(value.as_bytes()), text);
        }
    }

    #[test]
    fn bodies() {
        let content = b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=5Fb=\r\nC =C3=BC";
        let part = Part::parse(content);
        assert_eq!(body_text(content, &part), "a_bc ü\n");
        let content = b"Content-Transfer-Encoding: base64\r\n\r\nSGV\r\nsbG8=\r\n";
        assert_eq!(body_text(content, &Part::parse(content)), "hello\n");
    }
}
