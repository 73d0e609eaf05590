//! Paths of MAIL and RCPT (RFC 5321 §4.1.2).

/// A forward- or reverse-path without its source route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// As given between `<` and `>`; empty for the null reverse-path.
    pub(super) mailbox: String,
    /// The part before the last `@`, without quoting.
    pub(super) local_part: String,
}

/// Reads `<path>` at the beginning; gives what follows it too.
pub(super) fn path(text: &str) -> Option<(Path, &str)> {
    let inner = text.strip_prefix('<')?;
    let end = closing_bracket(inner)?;
    let (mailbox, rest) = (&inner[..end], &inner[end + 1..]);
    let mailbox = match mailbox.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => mailbox,
    };
    let (local, domain) = match mailbox.rfind('@') {
        Some(at) => (&mailbox[..at], Some(&mailbox[at + 1..])),
        None => (mailbox, None),
    };
    if domain.is_some_and(|domain| !is_domain(domain)) || (local.is_empty() && domain.is_some()) {
        return None;
    }
    let path = Path {
        mailbox: mailbox.to_owned(),
        local_part: unquoted(local)?,
    };
    Some((path, rest))
}

/// Where the `>` is that is not inside a quoted string.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (index, octet) in text.bytes().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

fn is_domain(domain: &str) -> bool {
    let literal = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']'));
    match literal {
        Some(inside) => !inside.is_empty() && inside.bytes().all(|o| o.is_ascii_graphic()),
        None => domain.split('.').all(|label| {
            let ends = [label.bytes().next(), label.bytes().last()];
            ends.iter()
                .all(|end| end.is_some_and(|o| o.is_ascii_alphanumeric()))
                && label
                    .bytes()
                    .all(|o| o.is_ascii_alphanumeric() || o == b'-')
        }),
    }
}

/// A dot-string as it is, a quoted-string without its quoting; nothing if it is neither.
fn unquoted(local: &str) -> Option<String> {
    let Some(inside) = local.strip_prefix('"') else {
        let dot_string = local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext));
        return (local.is_empty() || dot_string).then(|| local.to_owned());
    };
    let mut octets = inside.strip_suffix('"')?.chars();
    let mut plain = String::new();
    while let Some(c) = octets.next() {
        match c {
            '\\' => plain.push(octets.next()?),
            '"' => return None,
            _ => plain.push(c),
        }
    }
    Some(plain)
}

fn is_atext(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (text, expected) in [
            ("<ann@example.org>", Some(("ann@example.org", "ann", ""))),
            ("<ann>", Some(("ann", "ann", ""))),
            ("<>", Some(("", "", ""))),
            (
                "<ann@[127.0.0.1]> SIZE=1",
                Some(("ann@[127.0.0.1]", "ann", " SIZE=1")),
            ),
            ("<@a.b,@c:ann@d>", Some(("ann@d", "ann", ""))),
            (r#"<"a>\"b"@d>"#, Some((r#""a>\"b"@d"#, "a>\"b", ""))),
            ("ann@d", None),
            ("<ann@d", None),
            ("<@d>", None),
            ("<ann@>", None),
            ("<ann@-d>", None),
            ("<a..b@d>", None),
            ("<a b@d>", None),
            ("<\"a@d>", None),
        ] {
            let got = path(text);
            let got = got.as_ref();
            let got = got.map(|(p, rest)| (p.mailbox.as_str(), p.local_part.as_str(), *rest));
            assert_eq!(got, expected, "{text}");
        }
    }
}
