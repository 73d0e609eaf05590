//! How a server writes mailbox names: its hierarchy delimiter and the prefix of personal mailboxes.

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
    /// The server's name for a mailbox whose levels are written with `/`.
    pub fn to_server(&self, path: &str) -> String {
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
    pub(super) fn from_namespace(response: &[u8]) -> Option<Self> {
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
