//! How a server writes mailbox names: its hierarchy delimiter and the prefix of personal mailboxes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The delimiter and prefix of a server (RFC 3501 §5.1, RFC 2342).
///
/// mailspec itself writes levels with `/`: `Archive/2026`. A Courier server calls that
/// `INBOX.Archive.2026`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// The delimiter; `None`: names have no levels.
    pub delimiter: Option<u8>,
    /// What personal mailboxes begin with, delimiter included.
    pub prefix: String,
}

impl Hierarchy {
    /// The server's name for a mailbox whose levels are written with `/`. A path with characters
    /// beyond ASCII becomes modified UTF-7; one in ASCII stays, and so may be in that form already.
    pub fn to_server(&self, path: &str) -> String {
        let path = &modified_utf7(path);
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let delimited = self.delimit(path);
        if !first.eq_ignore_ascii_case("INBOX") {
            return format!("{}{delimited}", self.prefix);
        }
        if rest.is_empty() {
            return "INBOX".to_owned();
        }
        format!("INBOX{}", &delimited[first.len()..])
    }

    /// The path, written with `/`, of a mailbox that the server calls so.
    pub fn to_path(&self, name: &str) -> String {
        if name.eq_ignore_ascii_case("INBOX") {
            return "INBOX".to_owned();
        }
        let own = name.strip_prefix(&self.prefix).unwrap_or(name);
        match self.delimiter {
            Some(delimiter) => own.replace(char::from(delimiter), "/"),
            None => own.to_owned(),
        }
    }

    fn delimit(&self, path: &str) -> String {
        match self.delimiter {
            Some(delimiter) => path.replace('/', &char::from(delimiter).to_string()),
            None => path.to_owned(),
        }
    }

    /// Reads the first personal namespace of a NAMESPACE response:
    /// `* NAMESPACE (("INBOX." ".")) NIL NIL`.
    pub fn from_namespace(response: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(response).ok()?;
        let start = text.find("((")? + 2;
        let (prefix, rest) = quoted(&text[start..])?;
        let rest = rest.strip_prefix(' ')?;
        let delimiter = match quoted(rest) {
            Some((delimiter, _)) => Some(*delimiter.as_bytes().first()?),
            None => None,
        };
        Some(Self { delimiter, prefix })
    }
}

/// Modified UTF-7 (RFC 3501 §5.1.3) of a text that is not all ASCII.
fn modified_utf7(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut encoded = String::with_capacity(text.len() * 2);
    let mut shifted: Vec<u8> = Vec::new();
    for c in text.chars() {
        if matches!(c, ' '..='~') {
            unshift(&mut encoded, &mut shifted);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            shifted.extend(units.flat_map(|unit| unit.to_be_bytes()));
        }
    }
    unshift(&mut encoded, &mut shifted);
    encoded
}

fn unshift(encoded: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        let base64 = STANDARD_NO_PAD.encode(&*shifted).replace('/', ",");
        encoded.push_str(&format!("&{base64}-"));
        shifted.clear();
    }
}

/// Reads a quoted string; gives it and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hierarchy(delimiter: Option<u8>, prefix: &str) -> Hierarchy {
        Hierarchy {
            delimiter,
            prefix: prefix.to_owned(),
        }
    }

    #[test]
    fn names_map_to_the_server_and_back() {
        let plain = hierarchy(Some(b'/'), "");
        let dots = hierarchy(Some(b'.'), "");
        let courier = hierarchy(Some(b'.'), "INBOX.");
        let table = [
            (&plain, "INBOX", "INBOX", "INBOX"),
            (&plain, "Archive/2026", "Archive/2026", "Archive/2026"),
            (&dots, "Archive/2026", "Archive.2026", "Archive/2026"),
            (&dots, "INBOX/a/b", "INBOX.a.b", "INBOX/a/b"),
            (&courier, "inbox", "INBOX", "INBOX"),
            (&courier, "Sent", "INBOX.Sent", "Sent"),
            (&courier, "a/b", "INBOX.a.b", "a/b"),
            (&courier, "Inbox/x", "INBOX.x", "x"),
        ];
        for (hierarchy, path, name, back) in table {
            assert_eq!(hierarchy.to_server(path), name, "{path}");
            assert_eq!(hierarchy.to_path(name), back, "{name}");
        }
    }

    #[test]
    fn names_beyond_ascii_become_modified_utf7() {
        let table = [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe & mehr", "Entw&APw-rfe &- mehr"),
            ("Entw&APw-rfe", "Entw&APw-rfe"),
            ("😀", "&2D3eAA-"),
        ];
        for (path, name) in table {
            assert_eq!(hierarchy(Some(b'/'), "").to_server(path), name);
        }
    }

    #[test]
    fn the_first_personal_namespace_counts() {
        let read = Hierarchy::from_namespace;
        assert_eq!(
            read(b"* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"),
            Some(hierarchy(Some(b'.'), "INBOX."))
        );
        assert_eq!(
            read(b"* NAMESPACE ((\"\" \"\\\\\")(\"#mh/\" \"/\")) NIL NIL\r\n"),
            Some(hierarchy(Some(b'\\'), ""))
        );
        assert_eq!(
            read(b"* NAMESPACE ((\"\" NIL)) NIL NIL\r\n"),
            Some(hierarchy(None, ""))
        );
        assert_eq!(read(b"* NAMESPACE NIL NIL NIL\r\n"), None);
        assert_eq!(read(b"* NAMESPACE ((\"\r\n"), None);
        assert_eq!(read(b"* NAMESPACE ((\"a\" \"\")) NIL NIL"), None);
    }
}
