//! Octets cut into lines, for the protocols that have nothing but lines.

use std::ops::Range;

/// One line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Offset of its first octet.
    pub(crate) start: usize,
    /// Its octets without the line end.
    pub(crate) content: &'a [u8],
    /// Octets of its line end: 2 for CRLF, 1 for a bare LF, 0 where the octets stop.
    pub(crate) end_length: usize,
}

impl Line<'_> {
    /// Octets with the line end.
    pub(crate) fn length(&self) -> usize {
        self.content.len() + self.end_length
    }

    /// Where a part of the content stands in the message.
    pub(crate) fn span(&self, part: Range<usize>) -> Range<usize> {
        self.start + part.start..self.start + part.end
    }

    /// From an octet of the content to its end; the line end where nothing is left of it.
    pub(crate) fn span_from(&self, at: usize) -> Range<usize> {
        let end = if at < self.content.len() {
            self.content.len()
        } else {
            self.length()
        };
        self.span(at.min(end)..end)
    }

    /// The first octets that break the rule that CRLF ends a line and stands nowhere else.
    pub(crate) fn wrong_end(&self) -> Option<Range<usize>> {
        let carriage_return = self.content.iter().position(|&octet| octet == b'\r');
        match carriage_return {
            Some(at) => Some(self.span(at..at + 1)),
            None if self.end_length == 2 => None,
            None => Some(self.span(self.content.len()..self.length())),
        }
    }
}

/// Cuts octets into lines; a bare LF ends a line too.
pub(crate) fn lines(octets: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    octets
        .split_inclusive(|&octet| octet == b'\n')
        .map(move |line| {
            let content = line
                .strip_suffix(b"\r\n")
                .or_else(|| line.strip_suffix(b"\n"))
                .unwrap_or(line);
            let cut = Line {
                start,
                content,
                end_length: line.len() - content.len(),
            };
            start += line.len();
            cut
        })
}

/// Where octets stop being Base64: at an octet that is none, or at the end where some are missing
/// (RFC 4648 §4).
pub(crate) fn not_base64(octets: &[u8]) -> Option<usize> {
    if is_base64(octets) {
        return None;
    }
    let is_letter = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    let letters = octets.iter().take_while(|octet| is_letter(octet)).count();
    let padding = match letters % 4 {
        2 => 2,
        3 => 1,
        _ => 0,
    };
    let rest = octets.get(letters..).unwrap_or_default();
    let padded = rest
        .iter()
        .take(padding)
        .take_while(|octet| **octet == b'=')
        .count();
    Some(letters + padded)
}

/// True for Base64 with its padding, no octet too many (RFC 4648 §4).
pub(crate) fn is_base64(octets: &[u8]) -> bool {
    let content = octets
        .strip_suffix(b"==")
        .or_else(|| octets.strip_suffix(b"="))
        .unwrap_or(octets);
    octets.len().is_multiple_of(4)
        && content
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_where_they_stand_and_how_they_end() {
        let cut: Vec<_> = lines(b"a\r\n\r\nb\r\r\nc\nd")
            .map(|line| (line.start, line.content, line.end_length, line.wrong_end()))
            .collect();
        assert_eq!(
            cut,
            [
                (0, &b"a"[..], 2, None),
                (3, b"", 2, None),
                (5, b"b\r", 2, Some(6..7)),
                (9, b"c", 1, Some(10..11)),
                (11, b"d", 0, Some(12..12)),
            ]
        );
    }

    #[test]
    fn base64_comes_in_groups_of_four() {
        for valid in ["", "QUJD", "QUI=", "QQ=="] {
            assert!(is_base64(valid.as_bytes()), "{valid}");
        }
        for invalid in ["Q", "QUJ", "Q===", "====", "QU D", "QUI=QUJD", "=", "=="] {
            assert!(!is_base64(invalid.as_bytes()), "{invalid}");
        }
        for (octets, at) in [
            ("QUJD", None),
            ("Q U", Some(1)),
            ("QU=x", Some(3)),
            ("QUJ", Some(3)),
        ] {
            assert_eq!(not_base64(octets.as_bytes()), at, "{octets}");
        }
    }
}
