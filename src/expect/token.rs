//! Octets to elements, leniently: what patterns are compared with.
//!
//! This is not the strict parser of [`crate::wire`]: it never fails, so that a response with a
//! fault in one corner can still be compared in the others.

use std::ops::Range;

/// How an element was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A run of characters, with a section in brackets if it has one: `BODY[HEADER]<0>`.
    Atom,
    /// `"…"`
    Quoted,
    /// `{3}` and three octets.
    Literal,
    /// `( … )`
    List,
}

/// One element of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// How it was written.
    pub(super) form: Form,
    /// Its value: quotes, backslashes and literal headers undone. Empty for a list.
    pub(super) octets: Vec<u8>,
    /// The elements of a list.
    pub(super) items: Vec<Self>,
    /// Where it stands in the message.
    pub(super) span: Range<usize>,
}

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A server's: literals have meaning.
    Server,
    /// A pattern's: `${…}` belongs to the atom or string in which it stands.
    Pattern,
}

/// Lists nested deeper than this are read as atoms.
const DEPTH: usize = 64;

/// Behind this many elements the rest of a message is one atom.
const MOST_ELEMENTS: usize = 1 << 18;

/// Reads the elements of `octets[from..]`.
pub(super) fn elements(octets: &[u8], from: usize, origin: Origin) -> Vec<Element> {
    let mut lexer = Lexer {
        octets,
        at: from,
        origin,
    };
    let mut open: Vec<(usize, Vec<Element>)> = Vec::new();
    let mut items = Vec::new();
    let mut count = 0;
    while let Some(octet) = lexer.peek() {
        let start = lexer.at;
        count += 1;
        if count > MOST_ELEMENTS {
            items.push(lexer.rest());
            break;
        }
        match octet {
            b' ' | b'\r' | b'\n' => lexer.at += 1,
            b'(' if open.len() < DEPTH => {
                lexer.at += 1;
                open.push((start, std::mem::take(&mut items)));
            }
            b')' if !open.is_empty() => {
                lexer.at += 1;
                items = close(&mut open, items, lexer.at);
            }
            b'"' => items.push(lexer.quoted()),
            b'{' | b'~' if origin == Origin::Server => {
                let element = lexer.literal().unwrap_or_else(|| lexer.atom());
                items.push(element);
            }
            _ => items.push(lexer.atom()),
        }
    }
    while !open.is_empty() {
        items = close(&mut open, items, octets.len());
    }
    items
}

fn close(open: &mut Vec<(usize, Vec<Element>)>, items: Vec<Element>, end: usize) -> Vec<Element> {
    let Some((start, mut outer)) = open.pop() else {
        return items;
    };
    outer.push(Element {
        form: Form::List,
        octets: Vec::new(),
        items,
        span: start..end,
    });
    outer
}

struct Lexer<'a> {
    octets: &'a [u8],
    at: usize,
    origin: Origin,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    fn rest(&mut self) -> Element {
        let start = self.at;
        self.at = self.octets.len();
        Element {
            form: Form::Atom,
            octets: self.octets[start..].to_vec(),
            items: Vec::new(),
            span: start..self.at,
        }
    }

    fn quoted(&mut self) -> Element {
        let start = self.at;
        self.at += 1;
        let mut value = Vec::new();
        while let Some(octet) = self.peek() {
            if self.hole(&mut value) {
                continue;
            }
            match octet {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\r' | b'\n' => break,
                b'\\' => {
                    self.at += 1;
                    value.extend(self.peek());
                }
                _ => value.push(octet),
            }
            self.at = self.octets.len().min(self.at + 1);
        }
        Element {
            form: Form::Quoted,
            octets: value,
            items: Vec::new(),
            span: start..self.at,
        }
    }

    fn literal(&mut self) -> Option<Element> {
        let start = self.at;
        let rest = &self.octets[start..];
        let rest = rest.strip_prefix(b"~").unwrap_or(rest);
        let rest = rest.strip_prefix(b"{")?;
        let digits = rest
            .iter()
            .take_while(|octet| octet.is_ascii_digit())
            .count();
        let length: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        let rest = &rest[digits..];
        let rest = rest.strip_prefix(b"+").unwrap_or(rest);
        let rest = rest.strip_prefix(b"}\r\n")?;
        let value = &rest[..length.min(rest.len())];
        self.at = self.octets.len() - rest.len() + value.len();
        Some(Element {
            form: Form::Literal,
            octets: value.to_vec(),
            items: Vec::new(),
            span: start..self.at,
        })
    }

    fn atom(&mut self) -> Element {
        let start = self.at;
        let mut value = Vec::new();
        while let Some(octet) = self.peek() {
            if self.hole(&mut value) {
                continue;
            }
            match octet {
                b'[' => {
                    let end = bracket_end(self.octets, self.at).unwrap_or(self.at + 1);
                    value.extend(bare_names(&self.octets[self.at..end]));
                    self.at = end;
                    continue;
                }
                b' ' | b'\r' | b'\n' | b'"' | b'(' | b')' if self.at > start => break,
                _ => value.push(octet),
            }
            self.at += 1;
        }
        Element {
            form: Form::Atom,
            octets: value,
            items: Vec::new(),
            span: start..self.at,
        }
    }

    /// Takes `${…}` whole, if it stands here and this is a pattern.
    fn hole(&mut self, value: &mut Vec<u8>) -> bool {
        let rest = &self.octets[self.at..];
        if self.origin == Origin::Server || !rest.starts_with(b"${") {
            return false;
        }
        let length = rest
            .iter()
            .position(|&octet| octet == b'}')
            .map_or(rest.len(), |end| end + 1);
        value.extend(&rest[..length]);
        self.at += length;
        true
    }
}

/// A section with its field names bare where an atom can hold them: `header-fld-name` is an astring
/// (RFC 3501 §9), so that `("DATE")` and `(DATE)` name the same.
fn bare_names(section: &[u8]) -> Vec<u8> {
    let upper = section.to_ascii_uppercase();
    if !upper
        .windows(b"HEADER.FIELDS".len())
        .any(|word| word == b"HEADER.FIELDS")
    {
        return section.to_vec();
    }
    let is_bare = |octet: &u8| {
        octet.is_ascii_graphic() && !matches!(octet, b'(' | b')' | b'{' | b'%' | b'*' | b'\\')
    };
    let mut bare = Vec::with_capacity(section.len());
    for (index, piece) in section.split(|&octet| octet == b'"').enumerate() {
        let is_quoted = index % 2 == 1;
        if is_quoted && (piece.is_empty() || !piece.iter().all(is_bare)) {
            bare.extend([b"\"", piece, b"\""].concat());
        } else {
            bare.extend(piece);
        }
    }
    bare
}

/// Behind the `]` that closes the `[` at `start`, if one does on this line.
fn bracket_end(octets: &[u8], start: usize) -> Option<usize> {
    let mut quoted = false;
    let mut at = start;
    while let Some(&octet) = octets.get(at) {
        match octet {
            b'\r' | b'\n' => return None,
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// An IMAP response, or the pattern of one, cut into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// `+ …`
    Continuation,
    /// `TAG OK [CODE] text`, `* BYE text`
    Status {
        /// True if it stands behind a tag.
        tagged: bool,
        /// OK, NO, BAD, PREAUTH or BYE in upper case.
        kind: String,
        /// Where the kind stands.
        span: Range<usize>,
        /// The elements between the brackets, and where the brackets stand.
        code: Option<(Vec<Element>, Range<usize>)>,
        /// Where the text behind begins.
        text: usize,
    },
    /// `* 3 EXISTS`, `* LIST …`
    Data {
        /// The number in front of the name.
        number: Option<Element>,
        /// The name.
        name: Element,
        /// What follows.
        arguments: Vec<Element>,
    },
    /// Anything else.
    Unreadable,
}

/// Cuts an IMAP response into its parts.
pub(super) fn response(octets: &[u8], origin: Origin) -> Response {
    let line_end = octets
        .iter()
        .position(|octet| matches!(octet, b'\r' | b'\n'))
        .unwrap_or(octets.len());
    let first = word(octets, 0, line_end);
    if &octets[first.clone()] == b"+" {
        return Response::Continuation;
    }
    let second = word(octets, (first.end + 1).min(line_end), line_end);
    let untagged = &octets[first.clone()] == b"*";
    let kind = match origin {
        Origin::Pattern if !untagged => first.clone(),
        _ => second,
    };
    if let Some(status) = status(octets, kind, !untagged, line_end, origin) {
        return status;
    }
    if !untagged {
        return Response::Unreadable;
    }
    let mut elements = elements(octets, first.end, origin).into_iter();
    let Some(head) = elements.next() else {
        return Response::Unreadable;
    };
    let numeric = head.octets.iter().all(u8::is_ascii_digit)
        || (origin == Origin::Pattern && head.octets.starts_with(b"${"));
    let (number, name) = if numeric {
        (Some(head), elements.next())
    } else {
        (None, Some(head))
    };
    match name {
        Some(name) => Response::Data {
            number,
            name,
            arguments: elements.collect(),
        },
        None => Response::Unreadable,
    }
}

fn status(
    octets: &[u8],
    span: Range<usize>,
    tagged: bool,
    line_end: usize,
    origin: Origin,
) -> Option<Response> {
    let kind = std::str::from_utf8(&octets[span.clone()])
        .ok()?
        .to_ascii_uppercase();
    if !["OK", "NO", "BAD", "PREAUTH", "BYE"].contains(&kind.as_str()) {
        return None;
    }
    let mut text = (span.end + 1).min(line_end);
    let mut code = None;
    if octets.get(text) == Some(&b'[')
        && let Some(end) = bracket_end(octets, text)
    {
        code = Some((elements(&octets[..end - 1], text + 1, origin), text..end));
        text = (end + 1).min(line_end);
    }
    Some(Response::Status {
        tagged,
        kind,
        span,
        code,
        text,
    })
}

/// The word that begins at `from`.
fn word(octets: &[u8], from: usize, line_end: usize) -> Range<usize> {
    let length = octets[from..line_end]
        .iter()
        .position(|&octet| octet == b' ')
        .unwrap_or(line_end - from);
    from..from + length
}

/// The words of a line of POP3 or SMTP, as atoms.
pub(super) fn words(octets: &[u8], span: Range<usize>, origin: Origin) -> Vec<Element> {
    let mut words: Vec<Element> = Vec::new();
    let mut lexer = Lexer {
        octets: &octets[..span.end],
        at: span.start,
        origin,
    };
    let mut value = Vec::new();
    let mut start = span.start;
    loop {
        let octet = lexer.peek();
        if matches!(octet, None | Some(b' ')) {
            if lexer.at > start {
                words.push(Element {
                    form: Form::Atom,
                    octets: std::mem::take(&mut value),
                    items: Vec::new(),
                    span: start..lexer.at,
                });
            }
            start = lexer.at + 1;
        }
        match octet {
            None => return words,
            Some(_) if lexer.hole(&mut value) => continue,
            Some(b' ') => {}
            Some(octet) => value.push(octet),
        }
        lexer.at += 1;
    }
}

/// The lines of `octets[from..]`, each without its line end.
pub(super) fn lines(octets: &[u8], from: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = from;
    std::iter::from_fn(move || {
        let rest = octets.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|&octet| octet == b'\n');
        let line = &rest[..length.unwrap_or(rest.len())];
        let span = start..start + line.strip_suffix(b"\r").unwrap_or(line).len();
        start += line.len() + 1;
        Some(span)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(elements: &[Element]) -> String {
        let shown: Vec<String> = elements
            .iter()
            .map(|element| match element.form {
                Form::Atom => String::from_utf8_lossy(&element.octets).into_owned(),
                Form::Quoted => format!("q<{}>", String::from_utf8_lossy(&element.octets)),
                Form::Literal => format!("l<{}>", String::from_utf8_lossy(&element.octets)),
                Form::List => format!("({})", show(&element.items)),
            })
            .collect();
        shown.join(" ")
    }

    #[test]
    fn elements_are_cut_leniently() {
        for (text, shown) in [
            ("a (b \"c\\\"d\" ()) e\r\n", "a (b q<c\"d> ()) e"),
            ("(a)(b)\"c\"{2}\r\n()~{1}\r\nx", "(a) (b) q<c> l<()> l<x>"),
            (
                "BODY[HEADER.FIELDS (A B)]<0> {1}\r\nx",
                "BODY[HEADER.FIELDS (A B)]<0> l<x>",
            ),
            (
                "BODY[HEADER.FIELDS.NOT (\"X-ABSENT\" B)] BODY[1.HEADER.FIELDS (\"a b\" \"\")]",
                "BODY[HEADER.FIELDS.NOT (X-ABSENT B)] BODY[1.HEADER.FIELDS (\"a b\" \"\")]",
            ),
            ("[Gmail] a[b (c", "[Gmail] a[b (c)"),
            ("a) b \"open\r\n", "a ) b q<open>"),
            ("{9}\r\nshort", "l<short>"),
            ("{99999999999999999999}\r\nx", "{99999999999999999999} x"),
            ("\\Seen \\* ${x}", "\\Seen \\* ${x}"),
        ] {
            let elements = elements(text.as_bytes(), 0, Origin::Server);
            assert_eq!(show(&elements), shown, "{text}");
        }
        let pattern = elements(b"${a > b} x${c}y \"${d e}\"", 0, Origin::Pattern);
        assert_eq!(show(&pattern), "${a > b} x${c}y q<${d e}>");
    }

    #[test]
    fn a_flood_of_elements_is_bounded() {
        let flood = b"(a".repeat(MOST_ELEMENTS);
        let elements = elements(&flood, 0, Origin::Server);
        let mut deepest = &elements;
        while let Some(last) = deepest.last().filter(|last| last.form == Form::List) {
            deepest = &last.items;
        }
        assert!(deepest.len() <= MOST_ELEMENTS + 1);
    }

    #[test]
    fn lines_end_with_or_without_cr() {
        let octets = b"+OK\r\na\n\r\nb";
        let lines: Vec<_> = lines(octets, 0).map(|span| &octets[span]).collect();
        assert_eq!(lines, [&b"+OK"[..], b"a", b"", b"b"]);
    }
}
