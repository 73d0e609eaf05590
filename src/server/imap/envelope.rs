//! ENVELOPE, BODY and BODYSTRUCTURE (RFC 9051 §7.5.2) of a message.

use super::mime::{self, Inside, Parameterized, Part};
use super::respond::{nstring, quoted, string};
use crate::server::fault::{Fault, FaultSet};

/// An address; a group begins with one that has only `mailbox` and ends with one that has nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Address {
    name: Option<Vec<u8>>,
    route: Option<Vec<u8>>,
    mailbox: Option<Vec<u8>>,
    host: Option<Vec<u8>>,
}

/// `envelope`
pub(super) fn envelope(out: &mut Vec<u8>, header: &[u8], faults: &FaultSet) {
    let text = |out: &mut Vec<u8>, name| {
        let value = mime::field(header, name);
        match value.as_deref().map(std::str::from_utf8) {
            Some(Ok(value)) if faults.has(Fault::EnvelopeRawUtf8InQuoted) => quoted(out, value),
            Some(Ok(value)) if faults.has(Fault::FetchNstringAsAtom) => {
                out.extend_from_slice(value.as_bytes());
            }
            _ => nstring(out, value.as_deref()),
        }
    };
    let from = addresses(header, "From");
    let or_from = |name| {
        let given = addresses(header, name);
        if given.is_empty() {
            from.clone()
        } else {
            given
        }
    };
    out.push(b'(');
    text(out, "Date");
    out.push(b' ');
    text(out, "Subject");
    for list in [
        &from,
        &or_from("Sender"),
        &or_from("Reply-To"),
        &addresses(header, "To"),
        &addresses(header, "Cc"),
        &addresses(header, "Bcc"),
    ] {
        out.push(b' ');
        write_addresses(out, list, faults);
    }
    out.push(b' ');
    text(out, "In-Reply-To");
    out.push(b' ');
    text(out, "Message-ID");
    out.push(b')');
}

fn write_addresses(out: &mut Vec<u8>, list: &[Address], faults: &FaultSet) {
    if list.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for (index, address) in list.iter().enumerate() {
        if index > 0 && faults.has(Fault::EnvelopeSpaceBetweenAddresses) {
            out.push(b' ');
        }
        out.push(b'(');
        nstring(out, address.name.as_deref());
        out.push(b' ');
        nstring(out, address.route.as_deref());
        out.push(b' ');
        nstring(out, address.mailbox.as_deref());
        out.push(b' ');
        nstring(out, address.host.as_deref());
        out.push(b')');
    }
    out.push(b')');
}

/// The addresses of all fields of this name.
fn addresses(header: &[u8], name: &str) -> Vec<Address> {
    let mut list = Vec::new();
    for field in mime::fields(header) {
        if field.name.eq_ignore_ascii_case(name.as_bytes()) {
            AddressParser::new(&mime::unfold(field.value)).run(&mut list);
        }
    }
    list
}

/// Reads an address list (RFC 5322 §3.4), forgiving what is malformed.
struct AddressParser<'a> {
    text: &'a [u8],
    at: usize,
    words: Vec<Vec<u8>>,
    comment: Option<Vec<u8>>,
    in_group: bool,
}

impl<'a> AddressParser<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            words: Vec::new(),
            comment: None,
            in_group: false,
        }
    }

    fn run(mut self, list: &mut Vec<Address>) {
        while let Some(octet) = self.text.get(self.at).copied() {
            match octet {
                b'<' => {
                    let inside = self.until(b'>');
                    self.push_angle(&inside, list);
                }
                b',' => {
                    self.at += 1;
                    self.push_bare(list);
                }
                b':' if !self.in_group => {
                    self.at += 1;
                    let name = std::mem::take(&mut self.words).join(&b' ');
                    self.in_group = true;
                    list.push(Address {
                        mailbox: Some(name),
                        ..Address::default()
                    });
                }
                b';' => {
                    self.at += 1;
                    self.push_bare(list);
                    self.end_group(list);
                }
                _ => self.word(),
            }
        }
        self.push_bare(list);
        self.end_group(list);
    }

    fn end_group(&mut self, list: &mut Vec<Address>) {
        if std::mem::take(&mut self.in_group) {
            list.push(Address::default());
        }
    }

    /// Takes a word, a comment, a blank or a stray octet.
    fn word(&mut self) {
        let octet = self.text[self.at];
        match octet {
            b'"' => {
                let word = self.quoted();
                self.words.push(word);
            }
            b'(' => self.comment = Some(self.comment_text()),
            b'@' => {
                self.at += 1;
                self.words.push(b"@".to_vec());
            }
            _ if octet.is_ascii_whitespace() || b")>:[]\\".contains(&octet) => self.at += 1,
            _ => {
                let rest = &self.text[self.at..];
                let end = rest
                    .iter()
                    .position(|o| o.is_ascii_whitespace() || b"\"()<>@,:;\\".contains(o));
                let end = end.unwrap_or(rest.len()).max(1);
                self.words.push(rest[..end].to_vec());
                self.at += end;
            }
        }
    }

    /// What is between here and an octet outside quotes, both ends left out.
    fn until(&mut self, end: u8) -> Vec<u8> {
        let start = self.at + 1;
        self.at = start;
        while let Some(octet) = self.text.get(self.at).copied() {
            match octet {
                b'"' => drop(self.quoted()),
                octet if octet == end => break,
                _ => self.at += 1,
            }
        }
        let inside = self.text[start..self.at.min(self.text.len())].to_vec();
        self.at += 1;
        inside
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut word = Vec::new();
        self.at += 1;
        while let Some(octet) = self.text.get(self.at).copied() {
            self.at += 1;
            match octet {
                b'"' => break,
                b'\\' => {
                    word.extend(self.text.get(self.at));
                    self.at += 1;
                }
                octet => word.push(octet),
            }
        }
        self.at = self.at.min(self.text.len());
        word
    }

    fn comment_text(&mut self) -> Vec<u8> {
        let start = self.at + 1;
        let mut depth = 0_usize;
        let mut end = self.text.len();
        while let Some(octet) = self.text.get(self.at).copied() {
            match octet {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = self.at;
                self.at += 1;
                break;
            }
            self.at += 1;
        }
        self.at = self.at.min(self.text.len());
        self.text[start.min(end)..end].to_vec()
    }

    /// `[phrase] "<" addr ">"`
    fn push_angle(&mut self, inside: &[u8], list: &mut Vec<Address>) {
        let inside = inside.trim_ascii();
        let colon = inside.iter().position(|octet| *octet == b':');
        let (route, address) = match colon {
            Some(colon) if inside.starts_with(b"@") => {
                (Some(inside[..colon].to_vec()), &inside[colon + 1..])
            }
            _ => (None, inside),
        };
        if address.is_empty() {
            return self.push_bare(list);
        }
        let phrase = std::mem::take(&mut self.words).join(&b' ');
        let comment = self.comment.take();
        let at = address.iter().rposition(|octet| *octet == b'@');
        let (local, host) = match at {
            Some(at) => (&address[..at], &address[at + 1..]),
            None => (address, &b""[..]),
        };
        let mut unquoted = AddressParser::new(local);
        let local = if local.starts_with(b"\"") {
            unquoted.quoted()
        } else {
            local.to_vec()
        };
        list.push(Address {
            name: Some(phrase).filter(|name| !name.is_empty()).or(comment),
            route,
            mailbox: Some(local),
            host: Some(host.to_vec()),
        });
    }

    /// An address without `<>`: the words up to here, of which one may be `@`.
    fn push_bare(&mut self, list: &mut Vec<Address>) {
        let words = std::mem::take(&mut self.words);
        let comment = self.comment.take();
        if words.is_empty() {
            return;
        }
        let at = words.iter().rposition(|word| word == b"@");
        let (local, host) = match at {
            Some(at) => (words[..at].concat(), words[at + 1..].concat()),
            None => (words.join(&b' '), Vec::new()),
        };
        list.push(Address {
            name: comment,
            route: None,
            mailbox: Some(local),
            host: Some(host),
        });
    }
}

/// `body`; with extension data for BODYSTRUCTURE.
pub(super) fn structure(
    out: &mut Vec<u8>,
    content: &[u8],
    part: &Part,
    extended: bool,
    faults: &FaultSet,
) {
    let header = &content[part.header.clone()];
    out.push(b'(');
    if let Inside::Parts(parts) = &part.inside {
        for inner in parts {
            structure(out, content, inner, extended, faults);
        }
        out.push(b' ');
        string(out, part.media.1.as_bytes());
        if extended {
            out.push(b' ');
            write_parameters(out, &part.parameters);
        }
    } else {
        string(out, part.media.0.as_bytes());
        out.push(b' ');
        string(out, part.media.1.as_bytes());
        out.push(b' ');
        body_fields(out, header, part);
        let body = &content[part.body.clone()];
        if let Inside::Message(message) = &part.inside {
            out.push(b' ');
            envelope(out, &content[message.header.clone()], faults);
            out.push(b' ');
            structure(out, content, message, extended, faults);
        }
        if part.media.0 == "TEXT" || matches!(part.inside, Inside::Message(_)) {
            out.extend_from_slice(format!(" {}", lines(body)).as_bytes());
        }
        if extended {
            out.push(b' ');
            nstring(out, mime::field(header, "Content-MD5").as_deref());
        }
    }
    if extended {
        extension(out, header);
    }
    out.push(b')');
}

/// `body-fields`
fn body_fields(out: &mut Vec<u8>, header: &[u8], part: &Part) {
    write_parameters(out, &part.parameters);
    for name in ["Content-ID", "Content-Description"] {
        out.push(b' ');
        nstring(out, mime::field(header, name).as_deref());
    }
    out.push(b' ');
    let encoding = mime::field(header, "Content-Transfer-Encoding")
        .map(|value| mime::parameterized(&value).value.to_ascii_uppercase())
        .filter(|value| !value.is_empty());
    string(out, encoding.as_deref().unwrap_or("7BIT").as_bytes());
    out.extend_from_slice(format!(" {}", part.body.len()).as_bytes());
}

/// `SP body-fld-dsp SP body-fld-lang SP body-fld-loc`
fn extension(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b' ');
    let disposition = mime::field(header, "Content-Disposition");
    match disposition.map(|value| mime::parameterized(&value)) {
        Some(Parameterized { value, parameters }) if !value.is_empty() => {
            out.push(b'(');
            string(out, value.to_ascii_uppercase().as_bytes());
            out.push(b' ');
            write_parameters(out, &parameters);
            out.push(b')');
        }
        _ => out.extend_from_slice(b"NIL"),
    }
    out.push(b' ');
    let languages = mime::field(header, "Content-Language").unwrap_or_default();
    let languages: Vec<&[u8]> = languages
        .split(|octet| *octet == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|language| !language.is_empty())
        .collect();
    match languages[..] {
        [] => out.extend_from_slice(b"NIL"),
        [language] => string(out, language),
        _ => {
            for (index, language) in languages.into_iter().enumerate() {
                out.push(if index == 0 { b'(' } else { b' ' });
                string(out, language);
            }
            out.push(b')');
        }
    }
    out.push(b' ');
    nstring(out, mime::field(header, "Content-Location").as_deref());
}

/// `body-fld-param`
fn write_parameters(out: &mut Vec<u8>, parameters: &[(Vec<u8>, Vec<u8>)]) {
    if parameters.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    for (index, (name, value)) in parameters.iter().enumerate() {
        out.push(if index == 0 { b'(' } else { b' ' });
        string(out, name);
        out.push(b' ');
        string(out, value);
    }
    out.push(b')');
}

/// How many lines a body has; one without an end counts too.
fn lines(body: &[u8]) -> usize {
    let ended = body.iter().filter(|octet| **octet == b'\n').count();
    ended + usize::from(body.last().is_some_and(|octet| *octet != b'\n'))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn list(field: &str) -> String {
        let mut out = Vec::new();
        let header = format!("To:{field}\r\n");
        let list = addresses(header.as_bytes(), "to");
        write_addresses(&mut out, &list, &FaultSet::default());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn addresses_of_all_kinds() {
        for (field, wire) in [
            ("", "NIL"),
            (" a@b", r#"((NIL NIL "a" "b"))"#),
            (" a@b (A B)", r#"(("A B" NIL "a" "b"))"#),
            (
                " A B <a@b>,c@d",
                r#"(("A B" NIL "a" "b")(NIL NIL "c" "d"))"#,
            ),
            (r#" "A, \"B" <a@b>"#, r#"(("A, \"B" NIL "a" "b"))"#),
            (" <@x,@y:a@b>", r#"((NIL "@x,@y" "a" "b"))"#),
            (
                " G:a@b, c@d;",
                r#"((NIL NIL "G" NIL)(NIL NIL "a" "b")(NIL NIL "c" "d")(NIL NIL NIL NIL))"#,
            ),
            (" G:;", r#"((NIL NIL "G" NIL)(NIL NIL NIL NIL))"#),
            (" <", "NIL"),
            (" a@b <", r#"((NIL NIL "a" "b"))"#),
            (" (((", "NIL"),
            (" \"x", r#"((NIL NIL "x" ""))"#),
            (" a\r\n b@c", r#"((NIL NIL "ab" "c"))"#),
            (" \\", "NIL"),
            (" ;>)]", "NIL"),
        ] {
            assert_eq!(list(field), wire, "{field}");
        }
    }

    fn body_structure(content: &str, extended: bool) -> String {
        let mut out = Vec::new();
        let part = Part::parse(content.as_bytes());
        structure(
            &mut out,
            content.as_bytes(),
            &part,
            extended,
            &FaultSet::default(),
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn structures() {
        let plain = "Subject: x\r\n\r\none\r\ntwo\r\n";
        let basic = r#"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 10 2)"#;
        assert_eq!(body_structure(plain, false), basic);
        let mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
            Content-Type: image/png\r\nContent-Disposition: attachment; filename=\"a b\"\r\n\
            Content-Transfer-Encoding: base64\r\nContent-Language: de, en\r\n\r\nAAAA\r\n--b\r\n\
            Content-Type: message/rfc822\r\n\r\nDate: d\r\n\r\nx\r\n--b--\r\n";
        let inner = r#"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1 1 NIL NIL NIL NIL)"#;
        let envelope = r#"("d" NIL NIL NIL NIL NIL NIL NIL NIL NIL)"#;
        let attachment = r#"("ATTACHMENT" ("FILENAME" "a b")) ("de" "en") NIL)"#;
        let image = format!(r#"("IMAGE" "PNG" NIL NIL NIL "BASE64" 4 NIL {attachment}"#);
        let wire = format!(
            "({}{} \"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL NIL)",
            image,
            format_args!(
                r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 12 {envelope} {inner} 3 NIL NIL NIL NIL)"#
            ),
        );
        assert_eq!(body_structure(mixed, true), wire);
    }
}
