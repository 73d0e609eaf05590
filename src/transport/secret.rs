//! Secrets and the forms in which they travel: pure search and replacement.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands in place of a secret.
pub(super) const PLACEHOLDER: &[u8] = b"[password]";

/// The shortest run of base64 characters that is looked for inside longer base64, in octets.
const SHORTEST_CORE: usize = 4;

/// The octets that must not be seen.
#[derive(Default)]
pub(super) struct Secrets {
    /// Longest first, no form twice.
    forms: Vec<Vec<u8>>,
    /// True for each octet that a form begins with.
    begins: Vec<bool>,
}

impl Secrets {
    /// Adds a password in every form that a protocol gives it. An empty one is no secret.
    pub(super) fn add(&mut self, user: &str, password: &str) {
        if password.is_empty() {
            return;
        }
        let mut forms = vec![password.as_bytes().to_vec(), quoted(password)];
        forms.push(escaped(password));
        forms.push(xtext(password));
        let plain = [
            password.to_owned(),
            format!("\0{user}\0{password}"),
            format!("{user}\0{user}\0{password}"),
        ];
        for text in plain {
            let encoded = STANDARD.encode(text);
            forms.push(encoded.trim_end_matches('=').as_bytes().to_vec());
            forms.push(encoded.into_bytes());
        }
        forms.extend((0..3).filter_map(|shift| base64_core(password.as_bytes(), shift)));
        self.forms.append(&mut forms);
        self.forms
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.forms.dedup();
        self.begins = vec![false; 256];
        for form in &self.forms {
            self.begins[usize::from(form[0])] = true;
        }
    }

    /// The octets with each secret replaced.
    pub(super) fn redact(&self, octets: &[u8]) -> Vec<u8> {
        self.redact_pieces(&[octets]).pop().unwrap_or_default()
    }

    /// The same for the pieces of one stream: a secret that stands across pieces is replaced in
    /// the piece where it begins and left out of the others.
    pub(super) fn redact_pieces(&self, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        if self.forms.is_empty() {
            return pieces.iter().map(|piece| piece.to_vec()).collect();
        }
        let stream = pieces.concat();
        let mut at = 0;
        let mut begin = 0;
        let mut redacted = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let end = begin + piece.len();
            let mut out = Vec::new();
            while at < end {
                match self.secret_at(&stream[at..]) {
                    Some(length) => {
                        out.extend_from_slice(PLACEHOLDER);
                        at += length;
                    }
                    None => {
                        out.push(stream[at]);
                        at += 1;
                    }
                }
            }
            redacted.push(out);
            begin = end;
        }
        redacted
    }

    fn secret_at(&self, octets: &[u8]) -> Option<usize> {
        let first = *octets.first()?;
        if !self.begins[usize::from(first)] {
            return None;
        }
        self.forms
            .iter()
            .find(|form| octets.starts_with(form))
            .map(Vec::len)
    }
}

/// An IMAP quoted string without its quotes; JSON escapes these two alike.
fn quoted(password: &str) -> Vec<u8> {
    password
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .into_bytes()
}

/// The notation of octets in mailspec's own reports.
fn escaped(password: &str) -> Vec<u8> {
    let octets = crate::transcript::Octets(password.as_bytes().to_vec());
    octets.to_string().into_bytes()
}

/// RFC 3461 §4: `+` and two hexadecimal digits for what is no xchar.
fn xtext(password: &str) -> Vec<u8> {
    let mut text = Vec::new();
    for octet in password.bytes() {
        match octet {
            b'+' | b'=' => text.extend(format!("+{octet:02X}").into_bytes()),
            b'!'..=b'~' => text.push(octet),
            _ => text.extend(format!("+{octet:02X}").into_bytes()),
        }
    }
    text
}

/// The base64 characters that a secret alone decides when it stands in longer octets, `shift`
/// octets behind a multiple of three; `None` if they are too few to be told from others.
fn base64_core(secret: &[u8], shift: usize) -> Option<Vec<u8>> {
    let mut octets = vec![0; shift];
    octets.extend_from_slice(secret);
    let encoded = STANDARD.encode(&octets).into_bytes();
    let core = &encoded[(shift * 8).div_ceil(6)..octets.len() * 8 / 6];
    (core.len() >= SHORTEST_CORE).then(|| core.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(user: &str, password: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(user, password);
        secrets
    }

    #[test]
    fn every_form_is_replaced() {
        let secrets = secrets("ann", r#"s3"c\r é"#);
        for (text, expected) in [
            (r#"PASS s3"c\r é"#.to_owned(), "PASS [password]"),
            (
                r#"LOGIN ann "s3\"c\\r é""#.to_owned(),
                "LOGIN ann \"[password]\"",
            ),
            (r#"s3"c\\r \xc3\xa9"#.to_owned(), "[password]"),
            (r#"s3"c\r+20+C3+A9"#.to_owned(), "[password]"),
            (STANDARD.encode(r#"s3"c\r é"#), "[password]"),
            (STANDARD.encode("\0ann\0s3\"c\\r é"), "[password]"),
            (STANDARD.encode("ann\0ann\0s3\"c\\r é"), "[password]"),
        ] {
            let redacted = secrets.redact(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&redacted), expected, "{text}");
        }
    }

    #[test]
    fn a_secret_inside_other_base64_is_replaced_wherever_it_stands() {
        let secrets = secrets("ann", "open sesame");
        for before in ["", "a", "ab", "abc", "other\0ann\0"] {
            for after in ["", "x", "xy"] {
                let encoded = STANDARD.encode(format!("{before}open sesame{after}"));
                let redacted = secrets.redact(encoded.as_bytes());
                let seen = String::from_utf8_lossy(&redacted);
                assert!(seen.contains("[password]"), "{before:?} {after:?}: {seen}");
            }
        }
    }

    #[test]
    fn a_secret_across_pieces_is_replaced_once() {
        let secrets = secrets("ann", "open sesame");
        let pieces: [&[u8]; 4] = [b"PASS op", b"en ses", b"ame\r\n", b"NOOP\r\n"];
        let expected: [&[u8]; 4] = [b"PASS [password]", b"", b"\r\n", b"NOOP\r\n"];
        assert_eq!(secrets.redact_pieces(&pieces), expected);
    }

    #[test]
    fn an_empty_password_hides_nothing() {
        assert_eq!(secrets("ann", "").redact(b"PASS \r\n"), b"PASS \r\n");
    }
}
