//! The structure of a message, as ranges of its octets: header fields, parts, sections.

use std::ops::Range;

use super::parse::{Section, SectionText};

/// How deep parts may be nested; what is deeper counts as one opaque part.
const DEEPEST: usize = 50;
/// How many parts a message may have; what follows counts to the last one.
const MOST_PARTS: usize = 10_000;

/// A header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The name, without blanks behind it.
    pub(super) name: &'a [u8],
    /// What follows the colon, folded as it is, with the last line end.
    pub(super) value: &'a [u8],
    /// All of it.
    pub(super) raw: &'a [u8],
}

/// A type or disposition with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameterized {
    /// `text/plain`, `attachment`
    pub(super) value: String,
    /// Names and values.
    pub(super) parameters: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A message or a body part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The header with the blank line behind it.
    pub(super) header: Range<usize>,
    /// The body.
    pub(super) body: Range<usize>,
    /// The media type, in capitals.
    pub(super) media: (String, String),
    /// Parameters of the media type.
    pub(super) parameters: Vec<(Vec<u8>, Vec<u8>)>,
    /// What is inside.
    pub(super) inside: Inside,
}

/// What a part contains.
#[derive(Clone, Debug)]
pub(super) enum Inside {
    /// Nothing that can be addressed.
    Leaf,
    /// The message of a message/rfc822 part.
    Message(Box<Part>),
    /// The parts of a multipart; at least one.
    Parts(Vec<Part>),
}

/// The fields of a header; lines that are none are left out.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = line_end(rest);
            while matches!(rest.get(end), Some(b' ' | b'\t')) {
                end += line_end(&rest[end..]);
            }
            let (raw, after) = rest.split_at(end);
            rest = after;
            if let Some(colon) = raw.iter().position(|octet| *octet == b':') {
                return Some(Field {
                    name: raw[..colon].trim_ascii_end(),
                    value: &raw[colon + 1..],
                    raw,
                });
            }
        }
        None
    })
}

/// The first field of this name, unfolded.
pub(super) fn field(header: &[u8], name: &str) -> Option<Vec<u8>> {
    fields(header)
        .find(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
        .map(|field| unfold(field.value))
}

/// A field's value in one line, without the blanks around it.
pub(super) fn unfold(value: &[u8]) -> Vec<u8> {
    let line: Vec<u8> = value
        .iter()
        .copied()
        .filter(|octet| !matches!(octet, b'\r' | b'\n'))
        .collect();
    line.trim_ascii().to_vec()
}

/// The length of the first line, with its end.
fn line_end(octets: &[u8]) -> usize {
    let end = octets.iter().position(|octet| *octet == b'\n');
    end.map_or(octets.len(), |end| end + 1)
}

/// Where the header ends, the blank line included.
fn header_end(octets: &[u8]) -> usize {
    let mut at = 0;
    while at < octets.len() {
        let line = &octets[at..at + line_end(&octets[at..])];
        at += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    at
}

impl Part {
    /// Takes a message apart.
    pub(super) fn parse(content: &[u8]) -> Self {
        let mut budget = MOST_PARTS;
        Self::parse_range(content, 0..content.len(), ("TEXT", "PLAIN"), 0, &mut budget)
    }

    fn parse_range(
        content: &[u8],
        range: Range<usize>,
        default: (&str, &str),
        depth: usize,
        budget: &mut usize,
    ) -> Self {
        let split = range.start + header_end(&content[range.clone()]);
        let (header, body) = (range.start..split, split..range.end);
        let given = field(&content[header.clone()], "Content-Type");
        let given = given.map(|value| parameterized(&value));
        let (media, parameters) = media(given, default);
        let mut part = Self {
            header,
            body,
            media,
            parameters,
            inside: Inside::Leaf,
        };
        if depth >= DEEPEST {
            part.media = ("APPLICATION".to_owned(), "OCTET-STREAM".to_owned());
        } else if part.media.0 == "MULTIPART" {
            part.split(content, depth, budget);
        } else if part.is_message() {
            let inner = part.body.clone();
            let message = Self::parse_range(content, inner, ("TEXT", "PLAIN"), depth + 1, budget);
            part.inside = Inside::Message(Box::new(message));
        }
        part
    }

    fn is_message(&self) -> bool {
        self.media.0 == "MESSAGE" && matches!(self.media.1.as_str(), "RFC822" | "GLOBAL")
    }

    /// Finds the parts of a multipart; without any it is taken for text.
    fn split(&mut self, content: &[u8], depth: usize, budget: &mut usize) {
        let default = match self.media.1.as_str() {
            "DIGEST" => ("MESSAGE", "RFC822"),
            _ => ("TEXT", "PLAIN"),
        };
        let boundary = parameter(&self.parameters, "boundary").unwrap_or_default();
        let ranges = part_ranges(content, self.body.clone(), boundary, budget);
        if ranges.is_empty() {
            self.media = ("TEXT".to_owned(), "PLAIN".to_owned());
            return;
        }
        let parts = ranges
            .into_iter()
            .map(|range| Self::parse_range(content, range, default, depth + 1, budget))
            .collect();
        self.inside = Inside::Parts(parts);
    }

    /// The part that a message's part number means; a message that is no multipart has part 1.
    fn numbered(&self, number: u32) -> Option<&Self> {
        match &self.inside {
            Inside::Parts(parts) => nth(parts, number),
            _ if number == 1 => Some(self),
            _ => None,
        }
    }

    /// The part at a path of part numbers; nothing for an empty path.
    pub(super) fn find(&self, path: &[u32]) -> Option<&Self> {
        let (first, rest) = path.split_first()?;
        let mut part = self.numbered(*first)?;
        for number in rest {
            part = match &part.inside {
                Inside::Parts(parts) => nth(parts, *number)?,
                Inside::Message(message) => message.numbered(*number)?,
                Inside::Leaf => return None,
            };
        }
        Some(part)
    }

    /// The octets of a section, or nothing if there is no such section.
    pub(super) fn section(&self, content: &[u8], section: &Section) -> Option<Vec<u8>> {
        let octets = |range: &Range<usize>| content[range.clone()].to_vec();
        let message = if section.part.is_empty() {
            self
        } else {
            let part = self.find(&section.part)?;
            match (&section.text, &part.inside) {
                (None, _) => return Some(octets(&part.body)),
                (Some(SectionText::Mime), _) => return Some(octets(&part.header)),
                (Some(_), Inside::Message(message)) => message,
                (Some(_), _) => return None,
            }
        };
        match &section.text {
            None => Some(content.to_vec()),
            Some(SectionText::Header | SectionText::Mime) => Some(octets(&message.header)),
            Some(SectionText::Text) => Some(octets(&message.body)),
            Some(SectionText::Fields { names, except }) => {
                let header = &content[message.header.clone()];
                Some(header_subset(header, names, *except))
            }
        }
    }
}

fn nth(parts: &[Part], number: u32) -> Option<&Part> {
    parts.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// The fields of these names, or all others, with the blank line if the header has it.
fn header_subset(header: &[u8], names: &[String], except: bool) -> Vec<u8> {
    let mut subset = Vec::new();
    for field in fields(header) {
        let named = names
            .iter()
            .any(|name| field.name.eq_ignore_ascii_case(name.as_bytes()));
        if named != except {
            subset.extend_from_slice(field.raw);
        }
    }
    if header.ends_with(b"\n\r\n") || header == b"\r\n" {
        subset.extend_from_slice(b"\r\n");
    } else if header.ends_with(b"\n\n") || header == b"\n" {
        subset.push(b'\n');
    }
    subset
}

/// Where the parts between the boundary's delimiter lines are.
fn part_ranges(
    content: &[u8],
    body: Range<usize>,
    boundary: &[u8],
    budget: &mut usize,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = body.start;
    while at < body.end && *budget > 0 && !boundary.is_empty() {
        let line = &content[at..at + line_end(&content[at..body.end])];
        let after = line
            .strip_prefix(b"--")
            .and_then(|l| l.strip_prefix(boundary));
        let last = match after.map(|after| after.trim_ascii()) {
            Some(b"") => Some(false),
            Some(b"--") => Some(true),
            _ => None,
        };
        if let Some(last) = last {
            if let Some(start) = begun.take() {
                ranges.push(start..before_line_end(content, start, at));
                *budget -= 1;
            }
            if last {
                return ranges;
            }
            begun = Some(at + line.len());
        }
        at += line.len();
    }
    ranges.extend(begun.map(|start| start..body.end));
    ranges
}

/// The line end before a delimiter line belongs to the delimiter.
fn before_line_end(content: &[u8], start: usize, end: usize) -> usize {
    let part = &content[start..end];
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    let part = part.strip_suffix(b"\r").unwrap_or(part);
    start + part.len()
}

type Media = ((String, String), Vec<(Vec<u8>, Vec<u8>)>);

/// The media type; without a good one the default counts (RFC 2045 §5.2).
fn media(given: Option<Parameterized>, default: (&str, &str)) -> Media {
    if let Some(given) = given
        && let Some((kind, subtype)) = given.value.split_once('/')
        && !kind.is_empty()
        && !subtype.is_empty()
    {
        let media = (kind.to_ascii_uppercase(), subtype.to_ascii_uppercase());
        return (media, given.parameters);
    }
    let parameters = match default.0 {
        "TEXT" => vec![(b"CHARSET".to_vec(), b"US-ASCII".to_vec())],
        _ => Vec::new(),
    };
    ((default.0.to_owned(), default.1.to_owned()), parameters)
}

/// A parameter's value.
pub(super) fn parameter<'a>(parameters: &'a [(Vec<u8>, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    parameters
        .iter()
        .find(|(given, _)| given.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value.as_slice())
}

/// `value *(";" attribute "=" value)` of RFC 2045 §5.1, comments left out.
pub(super) fn parameterized(field: &[u8]) -> Parameterized {
    let mut pieces = split_unquoted(field, b';').into_iter();
    let value = pieces.next().unwrap_or_default();
    let value: Vec<u8> = value
        .into_iter()
        .filter(|o| !o.is_ascii_whitespace())
        .collect();
    let parameters = pieces
        .filter_map(|piece| {
            let equals = piece.iter().position(|octet| *octet == b'=')?;
            let name = piece[..equals].trim_ascii();
            let value = unquote(piece[equals + 1..].trim_ascii());
            (!name.is_empty()).then(|| (name.to_ascii_uppercase(), value))
        })
        .collect();
    Parameterized {
        value: String::from_utf8_lossy(&value).into_owned(),
        parameters,
    }
}

/// Cuts at a separator outside quoted strings and comments; comments fall away.
fn split_unquoted(text: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut pieces = vec![Vec::new()];
    let (mut quoted, mut comments) = (false, 0_usize);
    let mut octets = text.iter().copied();
    while let Some(octet) = octets.next() {
        let mut keep = |kept: &[u8]| {
            if comments == 0
                && let Some(piece) = pieces.last_mut()
            {
                piece.extend_from_slice(kept);
            }
        };
        match octet {
            b'\\' if quoted || comments > 0 => {
                if let Some(escaped) = octets.next() {
                    keep(&[octet, escaped]);
                }
            }
            b'"' if comments == 0 => {
                quoted = !quoted;
                keep(b"\"");
            }
            b'(' if !quoted => comments += 1,
            b')' if !quoted && comments > 0 => comments -= 1,
            octet if octet == separator && !quoted && comments == 0 => pieces.push(Vec::new()),
            octet => keep(&[octet]),
        }
    }
    pieces
}

fn unquote(value: &[u8]) -> Vec<u8> {
    let Some(inside) = value.strip_prefix(b"\"") else {
        return value.to_vec();
    };
    let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
    let mut plain = Vec::new();
    let mut octets = inside.iter().copied();
    while let Some(octet) = octets.next() {
        plain.push(if octet == b'\\' {
            octets.next().unwrap_or(octet)
        } else {
            octet
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &[u8] = b"From: a@b\r\nContent-Type: multipart/mixed; boundary=\"x;y\"\r\n\r\n\
        pre\r\n--x;y\r\nContent-Type: text/html (c;c); charset=utf-8\r\n\r\n<p>\r\n--x;y\r\n\
        Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody\r\n\r\n--x;y--\r\npost\r\n";

    fn section(content: &[u8], part: &[u32], text: Option<SectionText>) -> Option<String> {
        let part = part.to_vec();
        let octets = Part::parse(content).section(content, &Section { part, text })?;
        Some(String::from_utf8(octets).unwrap())
    }

    #[test]
    fn sections() {
        use SectionText::{Header, Mime, Text};
        for (part, text, octets) in [
            (&[1][..], None, Some("<p>")),
            (&[2], None, Some("Subject: in\r\n\r\nbody\r\n")),
            (&[2], Some(Header), Some("Subject: in\r\n\r\n")),
            (&[2], Some(Text), Some("body\r\n")),
            (&[2, 1], None, Some("body\r\n")),
            (
                &[2],
                Some(Mime),
                Some("Content-Type: message/rfc822\r\n\r\n"),
            ),
            (&[2, 1], Some(Mime), Some("Subject: in\r\n\r\n")),
            (&[1], Some(Header), None),
            (&[3], None, None),
            (&[1, 1], None, None),
            (&[2, 2], None, None),
        ] {
            assert_eq!(
                section(NESTED, part, text.clone()).as_deref(),
                octets,
                "{part:?} {text:?}"
            );
        }
        let part = Part::parse(NESTED);
        let html = part.find(&[1]).unwrap();
        assert_eq!(
            (html.media.0.as_str(), html.media.1.as_str()),
            ("TEXT", "HTML")
        );
        assert_eq!(parameter(&html.parameters, "charset"), Some(&b"utf-8"[..]));
    }

    #[test]
    fn a_message_without_parts_has_part_1() {
        let plain = b"Subject: x\r\n\r\nhello\r\n";
        assert_eq!(section(plain, &[1], None).as_deref(), Some("hello\r\n"));
        assert_eq!(section(plain, &[2], None), None);
        assert_eq!(section(plain, &[1, 1], None), None);
    }

    #[test]
    fn header_subsets_keep_folded_lines_and_the_blank_line() {
        let content = b"A: 1\r\n 2\r\nb : 3\r\nC: 4\r\n\r\nbody";
        let fields = |names: &[&str], except| {
            let names = names.iter().map(|n| (*n).to_owned()).collect();
            section(content, &[], Some(SectionText::Fields { names, except })).unwrap()
        };
        assert_eq!(fields(&["a"], false), "A: 1\r\n 2\r\n\r\n");
        assert_eq!(fields(&["A", "c"], true), "b : 3\r\n\r\n");
        assert_eq!(fields(&["z"], false), "\r\n");
    }

    #[test]
    fn odd_messages_do_no_harm() {
        let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
        let unclosed = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx";
        let empty = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n";
        for odd in [
            &b""[..],
            b"\r\n",
            b"no header",
            deep.as_bytes(),
            unclosed,
            empty,
        ] {
            Part::parse(odd);
        }
        assert_eq!(section(unclosed, &[1], None).as_deref(), Some("x"));
    }
}
